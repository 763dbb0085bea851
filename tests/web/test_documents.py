"""Things send on to their documents; documents come in every format and link to one another."""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qsl

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

import reading_rdf
import small_dataset
from partage.rdf.formats import GRAPH_FORMATS, Format
from partage.rdf.namespaces import BASE, GRAPH, ID

THINGS = [
    "/id/org/facebook",
    "/id/claim/c0001",
    "/id/claim/c0001/v1",
    "/id/flow/f0001",
    "/id/source/s0001",
    "/voc/data-category",
    "/voc/data-category/private-messages",
    "/graph/entities",
    "/ns",
]


@pytest.mark.meets("CU1")
@pytest.mark.parametrize("accept", ["text/turtle", "text/html", "*/*"])
@pytest.mark.parametrize("path", THINGS)
def test_a_thing_sends_on_to_its_document(client: FlaskClient, path: str, accept: str) -> None:
    response = client.get(path + "?lang=fr", headers={"Accept": accept})
    assert response.status_code == 303
    assert (
        response.headers["Location"]
        == "/doc/" + path.removeprefix("/").removeprefix("id/") + "?lang=fr"
    )
    assert "Accept" in response.vary
    followed = client.get(response.headers["Location"], headers={"Accept": accept})
    assert followed.status_code == 200


@pytest.mark.meets("D6", "CU2")
@pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=lambda fmt: fmt.key)
@pytest.mark.parametrize("path", THINGS)
def test_a_document_comes_in_every_format_by_header_and_by_suffix(
    client: FlaskClient, path: str, fmt: Format
) -> None:
    document = "/doc/" + path.removeprefix("/").removeprefix("id/")
    by_header = client.get(document, headers={"Accept": fmt.media_type})
    by_suffix = client.get(f"{document}.{fmt.extension}", headers={"Accept": "text/html"})
    assert by_header.mimetype == by_suffix.mimetype == fmt.media_type
    assert by_header.data == by_suffix.data
    quads = reading_rdf.quads(by_header.data, fmt)
    assert quads
    if not path.startswith("/graph/"):  # a graph's document is its content
        named = {str(term) for quad in quads for term in (quad.subject, quad.object)}
        assert f"<{BASE}{path.removeprefix('/')}>" in named


@pytest.mark.meets("R2")
def test_the_default_is_turtle_and_a_claim_version_has_its_graphs_in_trig(
    client: FlaskClient,
) -> None:
    for path in ("/doc/claim/c0001", "/doc/claim/c0001/v1"):
        assert client.get(path).mimetype == "text/turtle"
    accept = {"Accept": "application/trig, text/turtle;q=0.9"}
    version = client.get("/doc/claim/c0001/v1", headers=accept)
    assert version.mimetype == "application/trig"
    graphs = {str(quad.graph_name) for quad in parse(version.data, format=RdfFormat.TRIG)}
    assert len(graphs) == 4


def test_a_claim_comes_with_what_it_asserts_and_its_provenance(client: FlaskClient) -> None:
    turtle = client.get("/doc/claim/c0001").text
    assert "f:f0001 a ds:AccessGrant" in turtle
    assert "prov:wasDerivedFrom p:p0001" in turtle


def test_a_graph_is_its_triples(client: FlaskClient) -> None:
    data = client.get("/doc/graph/entities.nt").data
    expected = [q for q in small_dataset.quads() if str(q.graph_name) == f"<{GRAPH}entities>"]
    assert data.count(b"\n") == len(expected)


@pytest.mark.parametrize(
    "path",
    [
        "/id/org/nobody", "/doc/org/nobody", "/doc/org/nobody.ttl", "/doc/graph/none.ttl",
        "/doc/graph/none", "/voc/none/x", "/doc/org/a%3E%20b", "/id/voc/x", "/nothing",
        "/doc/claim/c0001/v9", "/resource?iri=http%3A%2F%2Fnowhere.example%2F",
    ],
)  # fmt: skip
def test_the_unknown_is_404_for_everybody(
    client: FlaskClient, browser: FlaskClient, path: str
) -> None:
    for reader in (client, browser):
        response = reader.get(path, follow_redirects=True)
        assert response.status_code == 404, path
    assert "<h1>Nothing here</h1>" in response.text


def test_a_suffix_that_does_not_exist_is_part_of_the_name(client: FlaskClient) -> None:
    assert client.get("/doc/org/netflix.pdf").status_code == 404


@pytest.mark.meets("CU4")
def test_html_and_data_name_each_other(browser: FlaskClient) -> None:
    page = browser.get("/doc/org/netflix").text
    for fmt in GRAPH_FORMATS:
        address = f"/doc/org/netflix.{fmt.extension}"
        assert f'<link rel="alternate" type="{fmt.media_type}" href="{address}">' in page
    assert f'<link rel="canonical" href="{ID}org/netflix">' in page


def test_a_resource_of_others_is_described_too(client: FlaskClient) -> None:
    wikidata = "http://www.wikidata.org/entity/Q907311"
    response = client.get("/resource", query_string={"iri": wikidata, "format": "ttl"})
    assert "skos:exactMatch" in response.text


@pytest.mark.parametrize("iri", ["", "relative", "http://a.example/> } #", "a b:c"])
def test_what_is_no_iri_is_refused(client: FlaskClient, iri: str) -> None:
    assert client.get("/resource", query_string={"iri": iri}).status_code == 400


class Page(HTMLParser):
    """Collects links, anchors and text; the parser itself tells of nothing unclosed."""

    VOID = frozenset({"meta", "link", "br", "img", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[tuple[str, bool]] = []  # the address, and whether robots may follow it
        self.anchors: set[str] = set()
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        follow = "nofollow" not in (given.get("rel") or "")
        if "hreflang" not in given:  # the page in another language is of another walk
            addresses = (given.get("href"), given.get("src"))
            self.links += [(address, follow) for address in addresses if address]
        self.anchors.update(value for name in ("id",) if (value := given.get(name)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def like(target: str) -> tuple[str, ...]:
    """Return what addresses of one kind have in common."""
    path, _, query = target.partition("?")
    return (path.rpartition("/")[0] or path, *(name for name, _ in parse_qsl(query)))


def walk(browser: FlaskClient, start: str, most: int) -> Iterator[tuple[str, str, int, str]]:
    """
    Yield every page that can be reached from here by links of ours: from, path, status, text.

    Of links that robots shall not follow, as facets multiply without end, one in a row is; of
    addresses that are alike, `most`.
    """
    kinds = Counter[tuple[str, ...]]()
    seen, further, last = {start}, [(start, start, True)], list[tuple[str, str, bool]]()
    while further or last:
        origin, path, robots = (further or last).pop()
        response = browser.get(path, buffered=True)
        html = response.mimetype == "text/html"
        yield origin, path, response.status_code, response.text if html else ""
        for link, follow in (
            Page(response.text).links if html and response.status_code == 200 else []
        ):
            target = link.partition("#")[0]
            if target.startswith("/") and target not in seen and (follow or robots):
                seen.add(target)
                kinds[like(target)] += 1
                if kinds[like(target)] > most:
                    continue
                free = follow and robots
                (further if free else last).append((path, target, free))


@pytest.mark.parametrize(("start", "most"), [("/", 120), ("/?lang=fr", 20)])
def test_every_link_of_every_page_leads_somewhere(
    browser: FlaskClient, start: str, most: int
) -> None:
    pages = 0
    for origin, path, status, text in walk(browser, start, most):
        assert status == 200, f"{origin} links to {path}"
        pages += bool(text)
        assert "//cdn" not in text
    assert pages > 20


def test_no_page_loads_anything_from_elsewhere(browser: FlaskClient) -> None:
    for path in ("/", "/sparql", "/doc/claim/c0001", "/doc/org/facebook", "/doc/ns", "/nothing"):
        response = browser.get(path)
        loaded = re.findall(
            r'<(?:script|img|link)[^>]+(?:src|rel="stylesheet" href)="([^"]+)"', response.text
        )
        assert loaded
        assert all(unescape(address).startswith("/static/") for address in loaded)
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
