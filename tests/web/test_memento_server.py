"""Every release over HTTP: the real server, its query processes, and stores made while it runs."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import three_releases
from released_app import GAZETTE, QUERY
from released_server import running
from three_releases import FIRST, ISSUED, SECOND, THIRD

BETWEEN = "Fri, 01 Jan 2027 00:00:00 GMT"
NAMES = {FIRST: "La Gazette", SECOND: "La Gazette", THIRD: "La Gazette & Cie"}
TURTLE = {"Accept": "text/turtle"}
CSV = {"Accept": "text/csv"}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return three_releases.build(tmp_path_factory.mktemp("served")).root


@pytest.fixture(scope="module")
def client(root: Path) -> Iterator[httpx.Client]:
    with running(root) as client:
        yield client


@pytest.mark.meets("R5")
@pytest.mark.parametrize("version", [FIRST, SECOND, THIRD])
def test_r5_every_release_is_dereferenced_and_asked(client: httpx.Client, version: str) -> None:
    document = client.get(f"/release/{version}{GAZETTE}", headers=TURTLE)
    assert (document.status_code, f'"{NAMES[version]}"@fr' in document.text) == (200, True)
    asked = {"query": QUERY}
    for answer in (
        client.get(f"/release/{version}/sparql", params=asked, headers=CSV),
        client.get("/sparql", params={**asked, "version": version}, headers=CSV),
        client.post("/sparql", data={**asked, "version": version}, headers=CSV),
        client.post(f"/release/{version}/sparql", data=asked, headers=CSV),
        client.post(
            "/sparql",
            params={"version": version},
            content=QUERY,
            headers={**CSV, "Content-Type": "application/sparql-query"},
        ),
    ):
        assert answer.text == f"l\r\n{NAMES[version]}\r\n"
        assert answer.headers["Dataset-Version"] == version


@pytest.mark.meets("R4")
@pytest.mark.parametrize("ontology", ["0.1.0", "0.2.0"])
def test_r4_a_version_of_the_ontology_is_dereferenced(client: httpx.Client, ontology: str) -> None:
    document = client.get(f"/ns/{ontology}", headers=TURTLE, follow_redirects=True)
    assert f'owl:versionInfo "{ontology}"' in document.text
    assert document.headers["Cache-Control"] == "public, max-age=31536000, immutable"


# The relations of Memento; the persistent identifiers are those of no host.
TIMES = {"original", "timegate", "timemap", "memento"}


def links(answer: httpx.Response) -> dict[str, str]:
    """Return the target of each relation of the header `Link`, read by the client's library."""
    return {rel: link["url"] for rels, link in answer.links.items() for rel in str(rels).split()}


@pytest.mark.meets("M2")
def test_m2_a_client_travels_from_a_thing_to_its_past(client: httpx.Client) -> None:
    document = client.get("/id/org/gazette", headers=TURTLE, follow_redirects=True)
    gate = links(document)["timegate"]
    wish = {**TURTLE, "Accept-Datetime": BETWEEN}
    answer = client.get(gate, headers=wish)
    assert (answer.status_code, answer.headers["Vary"].lower()) == (302, "accept-datetime")
    memento = client.get(answer.headers["Location"], headers=wish)
    assert memento.headers["Memento-Datetime"] == "Wed, 09 Dec 2026 14:00:00 GMT"
    assert links(memento)["original"] == links(document)["original"] == str(document.url)
    assert f'"{NAMES[SECOND]}"@fr' in memento.text


@pytest.mark.meets("M2")
def test_m2_the_endpoint_is_asked_by_time(client: httpx.Client) -> None:
    wish = {**CSV, "Accept-Datetime": BETWEEN}
    got = client.get("/sparql", params={"query": QUERY}, headers=wish, follow_redirects=True)
    posted = client.post("/sparql", data={"query": QUERY}, headers=wish, follow_redirects=True)
    assert got.text == posted.text == f"l\r\n{NAMES[SECOND]}\r\n"
    assert got.headers["Memento-Datetime"] == "Wed, 09 Dec 2026 14:00:00 GMT"


@pytest.mark.meets("M5")
def test_m5_every_memento_of_a_timemap_answers_with_its_time(client: httpx.Client) -> None:
    timemap = client.get(links(client.get(GAZETTE, headers=TURTLE))["timemap"])
    listed = re.findall(r'<([^>]*)>; rel="[^"]*memento"; datetime="([^"]*)"', timemap.text)
    assert len(listed) == len(ISSUED)
    for address, moment in listed:
        assert client.get(address, headers=TURTLE).headers["Memento-Datetime"] == moment


def test_links_name_the_host_that_was_asked(client: httpx.Client) -> None:
    asked = {**TURTLE, "Host": "graph.example"}
    for path in (GAZETTE, f"/release/{FIRST}{GAZETTE}"):
        answer = client.get(path, headers=asked)
        times = {rel: target for rel, target in links(answer).items() if rel in TIMES}
        assert times
        for target in times.values():
            assert target.startswith("http://graph.example/")
        # The data themselves are the same on every host.
        assert answer.content == client.get(path, headers=TURTLE).content
    moved = client.get("/id/org/gazette", headers=asked)
    assert moved.headers["Location"] == GAZETTE


@pytest.mark.meets("M3")
def test_m3_a_memento_is_the_same_after_a_restart_with_new_stores(
    client: httpx.Client, root: Path, tmp_path: Path
) -> None:
    paths = [
        f"/release/{FIRST}{GAZETTE}",
        f"/release/{FIRST}/doc/ns",
        f"/release/{FIRST}/doc/graph/claims.nq",
        f"/release/{FIRST}/sparql?query=SELECT+*+%7B%3Fs+%3Fp+%3Fo%7D",
        f"/release/{FIRST}/sparql?query=CONSTRUCT+WHERE+%7B%3Fs+%3Fp+%3Fo%7D",
        f"/release/{FIRST}/diff/{THIRD}?format=json",
    ]
    other = three_releases.build(tmp_path / "other").root
    with running(other) as restarted:
        for path in paths:
            before, after = client.get(path), restarted.get(path)
            assert (before.status_code, before.content) == (200, after.content), path
    made = {path.name for path in (root / "out/archive").iterdir()} - {"current"}
    digests = {record.rdfc10 for record in three_releases.build(tmp_path / "third").catalog}
    assert made <= digests


@pytest.mark.meets("M4")
def test_m4_a_malformed_wish_is_refused(client: httpx.Client) -> None:
    for path in (GAZETTE, "/sparql?query=ASK%7B%7D"):
        answer = client.get(path, headers={"Accept-Datetime": "yesterday"})
        assert answer.status_code == 400
        assert "Send one as Sun, 01 Nov 2026 12:00:00 GMT." in answer.text


def test_what_changed_is_told(client: httpx.Client) -> None:
    page = client.get(f"/release/{FIRST}/diff/{THIRD}", headers={"Accept": "text/html"})
    assert f"<h1>{FIRST} → {THIRD}</h1>" in page.text
    assert f'<a href="/release/{THIRD}">' in page.text
