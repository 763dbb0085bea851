"""
What others' programs make of our addresses: curl, rdflib,
the packages signposting and memento-client, and the rules by which search engines read pages.
"""

import json
import re
import subprocess
from datetime import UTC, datetime
from html.parser import HTMLParser
from shutil import which

import httpx
import pytest
import signposting
from memento_client import MementoClient
from pyoxigraph import NamedNode, RdfFormat, Triple, parse
from rdflib import Dataset, Graph, URIRef

from cited import WHO
from partage.rdf.canonical import STATEMENTS, statement_digest
from partage.rdf.namespaces import BASE, EDITORS, ID, LICENSE, iri
from partage.rdf.nanopublication import nanopublication_iris
from three_releases import CHANGED, FIRST, ISSUED, SECOND, THIRD, VERSIONS

HTML = {"Accept": "text/html"}
TURTLE = {"Accept": "text/turtle"}
GAZETTE = ID + "org/gazette"
_FLOW = Triple(NamedNode(ID + "flow/f0001"), NamedNode(iri("ds:hasRecipient")),
               NamedNode(ID + "org/netflix"))  # fmt: skip
# One IRI of every kind; those with a document of their own are sent on to it.
THINGS = {
    "organization": ID + "org/gazette",
    "flow": ID + "flow/f0001",
    "claim": ID + "claim/c0001",
    "source": ID + "source/s0001",
    "passage": ID + "passage/p0001",
    "scheme": BASE + "voc/data-category",
    "concept": BASE + "voc/data-category/messages",
    "term": BASE + "ns#hasRecipient",
    "ontology": BASE + "ns",
    "shape": BASE + "shapes",
    "profile": BASE + "profiles#own",
    "statement": f"{STATEMENTS}{statement_digest(_FLOW)}",
    "dataset": BASE,
    "release": f"{BASE}release/{SECOND}",
    "example": BASE + ".well-known/sparql-examples/recipients",
    "thing of a release": f"{BASE}release/{FIRST}/id/org/gazette",
}
# What the document of an IRI in a release is about is the thing itself.
SUBJECTS = {"thing of a release": GAZETTE}


@pytest.fixture(scope="module")
def result(client: httpx.Client) -> str:
    """Return the IRI of a result that was cited."""
    return BASE + client.post("/query", data={"query": WHO}).headers["Location"].lstrip("/")


def at(host: str, name: str) -> str:
    return host + "/" + name.removeprefix(BASE)


def curl(*arguments: str) -> tuple[list[str], bytes]:
    """Return status, media type and number of redirects, and the body."""
    if which("curl") is None:
        pytest.skip("curl is not installed")
    told = "\n%{http_code} %{num_redirects} %{content_type}"
    command = ["curl", "-sSL", "-w", told, *arguments]
    body, _, facts = subprocess.run(command, check=True, capture_output=True).stdout.rpartition(
        b"\n"
    )
    return facts.decode().split(" ", 2), body


# curl


@pytest.mark.meets("CU1", "CU2", "R1", "X3")
@pytest.mark.parametrize("kind", THINGS)
def test_curl_follows_every_kind_of_iri_to_turtle_that_names_it(host: str, kind: str) -> None:
    address = at(host, THINGS[kind].partition("#")[0])
    facts, body = curl("-H", "Accept: text/turtle", address)
    assert facts[0] == "200"
    assert int(facts[1]) <= 1  # w3id.org is the other of two
    assert facts[2] == "text/turtle; charset=utf-8"
    names = {q.subject for q in parse(body, RdfFormat.TURTLE)}
    assert NamedNode(SUBJECTS.get(kind, THINGS[kind])) in names


@pytest.mark.meets("Q6", "CU2")
def test_curl_reads_what_a_cited_result_says_of_itself(host: str, result: str) -> None:
    facts, body = curl("-H", "Accept: text/turtle", at(host, result))
    assert facts[0] == "200"
    assert NamedNode(result) in {q.subject for q in parse(body, RdfFormat.TURTLE)}


@pytest.mark.meets("CU5")
def test_curl_follows_a_trusty_uri_to_what_it_proves(host: str) -> None:
    _, body = curl(host + "/doc/claim/c0001/v1.nanopub")
    (trusty,) = nanopublication_iris(list(parse(body, RdfFormat.TRIG)))
    facts, again = curl("-H", "Accept: application/trig", at(host, trusty))
    assert facts[:2] == ["200", "1"]
    assert again == body
    facts, _ = curl(at(host, trusty[:-1] + ("A" if trusty[-1] != "A" else "B")))
    assert facts[:2] == ["404", "0"]


@pytest.mark.meets("D9")
def test_curl_hears_why_an_identifier_is_gone_and_where_a_merged_one_went(host: str) -> None:
    facts, body = curl("-H", "Accept: text/turtle", host + "/id/claim/c0004")
    assert facts[0] == "410"
    assert b"The source was misread." in body
    facts, body = curl("-H", "Accept: text/turtle", host + "/id/org/netflix-inc")
    assert facts[:2] == ["200", "1"]
    assert NamedNode(ID + "org/netflix") in {q.subject for q in parse(body, RdfFormat.TURTLE)}


# rdflib


@pytest.mark.meets("CU1", "CU2", "R1", "R2")
@pytest.mark.parametrize("kind", THINGS)
def test_rdflib_parses_every_kind_of_iri_by_its_address(host: str, kind: str) -> None:
    graph = Graph().parse(at(host, THINGS[kind]))
    assert (URIRef(SUBJECTS.get(kind, THINGS[kind])), None, None) in graph


@pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_rdflib_reads_the_four_graphs_of_a_claim_version(host: str) -> None:
    graphs = Dataset().parse(host + "/doc/claim/c0001/v1.trig", format="trig")
    version = ID + "claim/c0001/v1"
    parts = {str(graph.identifier) for graph in graphs.graphs()}
    assert {f"{version}#{part}" for part in ("head", "assertion", "provenance", "pubinfo")} <= parts


# signposting, from the thing and not from its document


@pytest.mark.meets("FS1", "FS7")
@pytest.mark.parametrize("kind", ["organization", "claim", "flow", "scheme", "ontology"])
def test_signposting_finds_the_way_back_from_the_page_to_the_thing(host: str, kind: str) -> None:
    found = signposting.find_signposting_http(at(host, THINGS[kind]))
    local = THINGS[kind].removeprefix(BASE)
    cited = f"{BASE}ns/0.2.0" if kind == "ontology" else f"{BASE}release/{THIRD}/{local}"
    assert found.citeAs.target == cited
    assert found.license.target == LICENSE
    for metadata in found.describedBy:
        answer = httpx.get(metadata.target)
        assert answer.headers["Content-Type"].partition(";")[0] == str(metadata.type)


# memento-client, https://github.com/mementoweb/py-memento-client: a page is its own TimeGate


@pytest.mark.meets("M1", "M2", "M3")
@pytest.mark.parametrize(
    ("wish", "version"),
    [(datetime(2020, 1, 1, tzinfo=UTC), FIRST), (datetime(2027, 1, 1, tzinfo=UTC), SECOND),
     (datetime(2030, 1, 1, tzinfo=UTC), THIRD)],
)  # fmt: skip
def test_memento_client_travels_from_a_page_to_what_it_was(
    host: str, wish: datetime, version: str
) -> None:
    page = f"{host}/doc/org/gazette"
    with MementoClient(timegate_uri="") as traveller:
        told = traveller.get_memento_info(page, wish.replace(tzinfo=None))
    assert told["original_uri"] == told["timegate_uri"] == page
    closest = told["mementos"]["closest"]
    assert closest["uri"] == [f"{host}/release/{version}/doc/org/gazette"]
    assert closest["datetime"] == ISSUED[version].replace(tzinfo=None)
    assert closest["http_status_code"] == 200


@pytest.mark.meets("M3")
def test_memento_client_finds_the_original_of_a_memento(host: str) -> None:
    past = f"{host}/release/{FIRST}/doc/org/gazette"
    with MementoClient(timegate_uri="") as traveller:
        assert MementoClient.is_memento(past)
        told = traveller.get_memento_info(past, datetime(2027, 1, 1))  # noqa: DTZ001  # its own way
    assert told["original_uri"] == f"{host}/doc/org/gazette"
    assert told["mementos"]["closest"]["uri"] == [f"{host}/release/{SECOND}/doc/org/gazette"]


@pytest.mark.meets("M1", "M2", "M3", "M5")
def test_a_walk_leads_from_a_thing_through_the_timegate_to_a_memento_and_all_others(
    client: httpx.Client,
) -> None:
    def linked(answer: httpx.Response) -> dict[str, str]:
        return {rel: link["url"] for rels, link in answer.links.items()
                for rel in str(rels).split()}  # fmt: skip

    document = client.get("/id/claim/c0003", headers=TURTLE, follow_redirects=True)
    wish = {**TURTLE, "Accept-Datetime": "Wed, 25 Nov 2026 12:00:00 GMT"}
    gate = client.get(linked(document)["timegate"], headers=wish)
    assert gate.status_code == 302
    memento = client.get(gate.headers["Location"], headers=TURTLE)
    for answer, current in ((document, "v2"), (memento, "v1")):
        graph = Graph().parse(data=answer.text, format="turtle")
        version = URIRef(iri("pav:hasCurrentVersion"))
        assert graph.value(URIRef(CHANGED), version) == URIRef(f"{CHANGED}/{current}")
    timemap = client.get(linked(memento)["timemap"])
    listed = re.findall(r'<([^>]*)>; rel="[^"]*memento"', timemap.text)
    assert [address.split("/")[4] for address in listed] == list(VERSIONS)
    assert str(memento.url) == listed[0]


# How search engines and reference managers read pages


class Page(HTMLParser):
    """Gathers what the head of a page tells machines."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.meta: list[tuple[str, str]] = []
        self.schemas: dict[str, str] = {}
        self.blocks: list[dict[str, object]] = []
        self._in_block = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "meta" and "name" in told:
            self.meta.append((told["name"], told["content"]))
        elif tag == "link" and told["rel"].startswith("schema."):
            self.schemas[told["rel"].removeprefix("schema.").lower()] = told["href"]
        self._in_block = tag == "script" and told.get("type") == "application/ld+json"

    def handle_data(self, data: str) -> None:
        if self._in_block:
            self.blocks.append(json.loads(data))
            self._in_block = False

    def values(self, name: str) -> list[str]:
        return [value for told, value in self.meta if told == name]


CITABLE = ["organization", "flow", "claim", "source", "scheme", "ontology", "statement", "dataset",
           "release", "thing of a release", "result"]  # fmt: skip


@pytest.mark.parametrize("kind", CITABLE)
def test_google_scholar_can_take_title_authors_and_date(
    client: httpx.Client, host: str, result: str, kind: str
) -> None:
    """
    Title, authors and date at least, each author in a tag of his own, the date as YYYY/MM/DD
    (https://scholar.google.com/intl/en/scholar/inclusion.html#indexing).
    """
    page = client.get(at(host, {**THINGS, "result": result}[kind]), headers=HTML,
                      follow_redirects=True)  # fmt: skip
    told = Page(page.text)
    (title,) = told.values("citation_title")
    assert title.strip()
    authors = told.values("citation_author")
    assert authors
    assert not any(re.search("[;,]", author) for author in authors)
    (day,) = told.values("citation_publication_date")
    assert re.fullmatch(r"\d{4}/\d{2}/\d{2}", day)
    # The tags are on a page that a crawler may reach.
    robots = client.get("/robots.txt").text
    closed = re.findall(r"^Disallow: (\S+)", robots, re.MULTILINE)
    assert not any(page.url.path.startswith(path) for path in closed)


@pytest.mark.parametrize("kind", CITABLE)
def test_zotero_gets_an_item_from_the_embedded_metadata(
    client: httpx.Client, host: str, result: str, kind: str
) -> None:
    """
    Names are `prefix.property` with a prefix that `link rel="schema.…"` declares, or Highwire's
    (https://www.zotero.org/support/dev/exposing_metadata, read as the translator does it:
    https://github.com/zotero/translators/blob/master/Embedded%20Metadata.js).
    """
    page = client.get(at(host, {**THINGS, "result": result}[kind]), headers=HTML,
                      follow_redirects=True)  # fmt: skip
    told = Page(page.text)
    item: dict[str, set[str]] = {}
    for name, value in told.meta:
        prefix, mark, prop = name.partition(".")
        if mark:
            key = told.schemas[prefix.lower()] + prop[:1].lower() + prop[1:]
            item.setdefault(key, set()).add(value)
    dct = "http://purl.org/dc/terms/"
    assert item[dct + "title"] == set(told.values("citation_title"))
    assert item[dct + "creator"] == set(told.values("citation_author"))
    assert item[dct + "type"] == {"Dataset"}
    (url,) = told.values("citation_public_url")
    assert url.startswith(BASE)
    assert item[dct + "identifier"] == {url}


@pytest.mark.meets("D1", "D2")
@pytest.mark.parametrize("kind", ["dataset", "release"])
def test_google_dataset_search_has_what_it_asks_for(
    client: httpx.Client, host: str, kind: str
) -> None:
    """
    Required are name and description of 50 to 5,000 characters; recommended licence, creator,
    identifier, version and, with `contentUrl`, distributions
    (https://developers.google.com/search/docs/appearance/structured-data/dataset).
    """
    page = client.get(at(host, THINGS[kind]), headers=HTML, follow_redirects=True)
    told = next(block for block in Page(page.text).blocks if block["@type"] == "Dataset")
    assert str(told["@context"]).rstrip("/") == "https://schema.org"
    assert told["name"]
    assert 50 <= len(str(told["description"])) <= 5000
    assert told["license"] == LICENSE
    assert told["identifier"] == THINGS[kind]
    assert told["version"] == (SECOND if kind == "release" else THIRD)
    creator = told["creator"]
    assert isinstance(creator, dict)
    assert (creator["@type"], creator["@id"]) == ("Organization", EDITORS)
    assert creator["name"]
    for file in files(told) if kind == "dataset" else ():
        assert file["@type"] == "DataDownload"
        assert file["encodingFormat"] == "application/n-quads"
        answer = client.get(str(file["contentUrl"]))
        assert (answer.status_code, answer.content[:2]) == (200, b"\x1f\x8b")


def files(told: dict[str, object]) -> list[dict[str, object]]:
    found = told["distribution"]
    return found if isinstance(found, list) else [found]  # type: ignore[list-item]
