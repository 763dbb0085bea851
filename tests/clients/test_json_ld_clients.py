"""By address, rdflib, PyLD and jsonld.js load what Turtle says, whatever they accept."""

import json

import httpx
import pytest
from pyld import jsonld
from rdflib import Graph

from javascript import node

# Within rdflib, which uses what it would have others use no more.
pytestmark = pytest.mark.filterwarnings("ignore:.*ConjunctiveGraph:DeprecationWarning")


@pytest.mark.parametrize("path", ["/doc/org/netflix", "/doc/org/facebook", "/doc/claim/c0001"])
def test_json_ld_by_address_is_whole(host: str, path: str) -> None:
    turtle = Graph().parse(f"{host}{path}.ttl")
    assert len(turtle) >= 5
    for location, form in ((path, "json-ld"), (f"{path}.jsonld", None), (path, None)):
        assert len(Graph().parse(host + location, format=form)) == len(turtle)
    assert len(jsonld.to_rdf(host + path)["@default"]) == len(turtle)


def test_an_answer_in_json_ld_leads_nowhere_else(host: str) -> None:
    for media_type, leads in (("application/ld+json", False), ("text/turtle", True)):
        answer = httpx.get(f"{host}/doc/org/netflix", headers={"Accept": media_type})
        assert ('rel="alternate"' in answer.headers["Link"]) is leads
        assert 'rel="describedby"' in answer.headers["Link"]


JSONLD_JS = """
const jsonld = (await import("jsonld")).default;
const found = [];
for (const address of process.argv.slice(1)) {
  const lines = await jsonld.toRDF(address, { format: "application/n-quads" });
  found.push(lines.trim().split("\\n").length);
}
console.log(JSON.stringify(found));
"""


def test_jsonld_js_reads_documents_whole_by_thing_document_and_suffix(host: str) -> None:
    paths = ["/id/org/netflix", "/doc/org/netflix", "/doc/org/netflix.jsonld", "/doc/claim/c0001"]
    documents = ["/doc/org/netflix.nt"] * 3 + ["/doc/claim/c0001.nt"]
    wanted = [len(httpx.get(host + path).text.splitlines()) for path in documents]
    assert json.loads(node(JSONLD_JS, *[host + path for path in paths])) == wanted


@pytest.mark.parametrize(
    "path",
    ["/doc/claim/c0001/v1", "/doc/claim/c0001", "/doc/dataset", "/doc/ns", "/doc/org/netflix",
     "/.well-known/void", "/sparql"],
)  # fmt: skip
def test_rdflib_says_all_that_it_reads_and_gets_triples(host: str, path: str) -> None:
    whole = Graph().parse(host + path, format="turtle")
    assert len(Graph().parse(host + path)) == len(whole) > 0
