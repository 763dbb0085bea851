"""What programs for references make of our citations: pybtex, citation-js, cffconvert."""

import json
import os
import subprocess
import sys
from io import StringIO

import httpx
import pytest
from pybtex.database import parse_string
from pybtex.plugin import find_plugin

from javascript import node
from partage import assets
from partage.rdf.namespaces import BASE

CITED = ["/id/org/gazette", "/id/claim/c0001", "/id/flow/f0001", "/ns", "/release/2026.12.0"]
BIBTEX = {"Accept": "application/x-bibtex"}


def bibtex(client: httpx.Client, path: str) -> str:
    answer = client.get(path, headers=BIBTEX, follow_redirects=True)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/x-bibtex")
    return answer.text


@pytest.mark.parametrize("path", CITED)
def test_pybtex_reads_a_citation_and_writes_it_out(client: httpx.Client, path: str) -> None:
    known = parse_string(bibtex(client, path), "bibtex")
    (entry,) = known.entries.values()
    assert [str(author).strip("{}") for author in entry.persons["author"]] == ["Partage editors"]
    assert entry.fields["title"].strip("{}")
    assert entry.fields["url"].startswith(BASE)
    style = find_plugin("pybtex.style.formatting", "plain")()
    written = StringIO()
    backend = find_plugin("pybtex.backends", "text")()
    backend.write_to_stream(style.format_bibliography(known), written)
    assert "Partage editors" in written.getvalue()
    assert entry.fields["url"] in written.getvalue()


CITATION_JS = """
import { readFileSync } from "node:fs";
const Cite = (await import("citation-js")).default;
const found = JSON.parse(readFileSync(0, "utf8")).map((text) => {
  const cited = new Cite(text);
  const options = { format: "text", template: "apa", lang: "en-US" };
  return { ...cited.data[0], text: cited.format("bibliography", options) };
});
console.log(JSON.stringify(found));
"""


def test_citation_js_reads_bibtex_and_csl_alike(client: httpx.Client) -> None:
    csl = {"Accept": "application/vnd.citationstyles.csl+json"}
    texts = []
    for path in CITED:
        texts.append(bibtex(client, path))
        texts.append(client.get(path, headers=csl, follow_redirects=True).text)
    read = json.loads(node(CITATION_JS, given=json.dumps(texts)))
    for from_bibtex, from_csl in zip(read[::2], read[1::2], strict=True):
        assert from_bibtex["title"] == from_csl["title"]
        assert from_bibtex["URL"] == from_csl["URL"]
        assert from_bibtex["issued"]["date-parts"][0][:2] == from_csl["issued"]["date-parts"][0][:2]
        assert "Partage" in from_bibtex["text"]
        assert from_csl["URL"] in from_csl["text"]


CFFCONVERT = assets.assets_root() / "out/clients"


CONVERT = """
import json, sys
from cffconvert import Citation
found = []
for text in json.load(sys.stdin):
    cited = Citation(text)
    cited.validate()
    found.append([cited.as_apalike(), cited.as_bibtex(), cited.as_zenodo()])
print(json.dumps(found))
"""


def test_cffconvert_validates_and_converts(client: httpx.Client) -> None:
    if not (CFFCONVERT / "done").is_file():
        pytest.skip("cffconvert is not there: run `make clients`")
    cff = {"Accept": "application/vnd.cff+yaml"}
    texts = [client.get(path, headers=cff, follow_redirects=True).text for path in CITED]
    done = subprocess.run(
        [sys.executable, "-c", CONVERT], env={**os.environ, "PYTHONPATH": str(CFFCONVERT)},
        input=json.dumps(texts), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    converted = json.loads(done.stdout)
    assert len(converted) == len(CITED)
    for form in (form for forms in converted for form in forms):
        assert "Partage editors" in form
    for path, (apalike, *_) in zip(CITED, converted, strict=True):
        assert f"URL: {BASE}" in apalike, path
