"""The files of each release, over HTTP."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import three_releases as three
from links import links, of
from partage.rdf.namespaces import BASE, LICENSE
from released_app import application

FIRST = f"/release/{three.FIRST}/download"
KINDS = {
    "dataset.nq.gz": "application/gzip",
    "organizations.csv": "text/csv",
    "claims.parquet": "application/vnd.apache.parquet",
    "RELEASE-NOTES.md": "text/markdown",
    "dcat.ttl": "text/turtle",
    "record.json": "application/json",
    "SHA256SUMS": "text/plain",
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return application(tmp_path_factory.mktemp("downloads"))


@pytest.mark.meets("D7")
@pytest.mark.parametrize(("name", "media_type"), KINDS.items())
def test_a_file_of_a_release_is_sent_whole_or_in_part(
    client: FlaskClient, name: str, media_type: str
) -> None:
    whole = client.get(f"{FIRST}/{name}", buffered=True)
    assert (whole.status_code, whole.mimetype) == (200, media_type)
    assert whole.headers["ETag"] == f'"{hashlib.sha256(whole.data).hexdigest()}"'
    assert f"partage-{three.FIRST}-{name}" in whole.headers["Content-Disposition"]
    part = client.get(f"{FIRST}/{name}", buffered=True, headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.data) == (206, whole.data[2:6])
    again = client.get(
        f"{FIRST}/{name}", buffered=True, headers={"If-None-Match": whole.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    head = client.head(f"{FIRST}/{name}", buffered=True)
    assert (head.data, head.headers["Content-Length"]) == (b"", str(len(whole.data)))


def test_each_release_has_its_own_files_with_the_checksums_that_it_lists(
    client: FlaskClient,
) -> None:
    for version in three.VERSIONS:
        base = f"/release/{version}/download"
        sums = client.get(f"{base}/SHA256SUMS", buffered=True).text.split()
        for digest, name in zip(sums[::2], sums[1::2], strict=True):
            assert (
                hashlib.sha256(client.get(f"{base}/{name}", buffered=True).data).hexdigest()
                == digest
            )
    then = client.get(f"{FIRST}/organizations.csv", buffered=True).text
    now = client.get(f"/release/{three.THIRD}/download/organizations.csv", buffered=True).text
    assert three.MERGED in then
    assert three.MERGED not in now


def test_the_files_are_listed_on_a_page_that_the_release_leads_to(client: FlaskClient) -> None:
    page = client.get(f"{FIRST}/", buffered=True, headers={"Accept": "text/html"})
    for name in KINDS:
        assert f'href="{FIRST}/{name}"' in page.text
    release = client.get(f"/release/{three.FIRST}", buffered=True, headers={"Accept": "text/html"})
    assert f'href="{FIRST}/"' in release.text
    built = client.get("/download/", buffered=True, headers={"Accept": "text/html"})
    assert f'href="/release/{three.THIRD}/download/"' in built.text


@pytest.mark.meets("FS1", "FS2", "FS4", "FS5")
def test_a_release_and_its_dataset_lead_to_each_other(client: FlaskClient) -> None:
    iri = f"{BASE}release/{three.FIRST}"
    for accept in ("text/html", "text/turtle"):
        release = client.get(f"/release/{three.FIRST}", headers={"Accept": accept})
        assert of(release, "cite-as") == of(release, "canonical") == [iri]
        assert of(release, "license") == [LICENSE]
        (item,) = of(release, "item")
        file = client.get(item, buffered=True)
        assert (of(file, "collection"), of(file, "license")) == ([iri], [LICENSE])
        for link in links(release):
            if link.rel in {"alternate", "describedby"}:
                assert client.get(link.target).mimetype == link.attributes["type"]
        again = client.get(
            f"/release/{three.FIRST}",
            headers={"Accept": accept, "If-None-Match": release.headers["ETag"]},
        )
        assert again.status_code == 304


@pytest.mark.parametrize("name", ["nothing.csv", "../record.json", "%2e%2e/record.json", "a/b"])
def test_what_is_no_file_is_told_with_what_there_is(client: FlaskClient, name: str) -> None:
    answer = client.get(f"{FIRST}/{name}", buffered=True)
    assert answer.status_code == 404
    if name == "nothing.csv":
        assert "organizations.csv" in answer.text
    unknown = client.get("/release/2030.01.0/download/dataset.nq.gz", buffered=True)
    assert unknown.status_code == 404
    assert three.FIRST in unknown.text


def test_who_asks_at_once_gets_files_that_were_made_once(tmp_path: Path) -> None:
    app = application(tmp_path)
    with ThreadPoolExecutor(8) as asking:
        answers = list(
            asking.map(
                lambda _: app.test_client().get(f"{FIRST}/dataset.nq.gz", buffered=True).data,
                range(8),
            )
        )
    assert len(set(answers)) == 1
    (kept,) = (tmp_path / "out/archive/files").iterdir()
    assert (kept / "dataset.nq.gz").read_bytes() == answers[0]
