"""What a format has no way to write is told with 406, and never sent malformed."""

from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, Store

import described_app
from live_server import serving
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.web.app import create_app

TRIPLE = "<urn:s> <urn:p>"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
JSON = "application/sparql-results+json"
SOLUTIONS, GRAPH = "application/sparql-results+xml", "application/rdf+xml"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    directory: Path = tmp_path_factory.mktemp("unwritable")
    return described_app.application(directory).test_client()


@pytest.mark.parametrize(
    ("query", "media_type", "says"),
    [
        ("SELECT ('a\\u0001b' AS ?x) {}", SOLUTIONS, "control characters"),
        ("SELECT ('a\\uFFFEb' AS ?x) {}", SOLUTIONS, "control characters"),
        (f"CONSTRUCT {{ {TRIPLE} 'a\\u000B' }} {{}}", GRAPH, "control characters"),
        ("CONSTRUCT { <urn:s> <http://e.example/> 1 } {}", GRAPH, "no XML name"),
        ("CONSTRUCT { <urn:s> <http://e.example/1> 1 } {}", GRAPH, "no XML name"),
        (f"CONSTRUCT {{ <urn:s> <{RDF}li> 1 }} {{}}", GRAPH, "reserved"),
        (f"CONSTRUCT {{ <urn:s> <{RDF}about> 1 }} {{}}", GRAPH, "reserved"),
        (f"CONSTRUCT {{ <urn:s> <{RDF}bagID> 1 }} {{}}", GRAPH, "reserved"),
        (f"CONSTRUCT {{ <urn:s> a <{RDF}aboutEach> }} {{}}", GRAPH, "reserved"),
        ("CONSTRUCT { <urn:s> <http://www.w3.org/2000/xmlns/foo> 1 } {}", GRAPH, "reserved"),
        ("PREFIX x: <http://e.example/> CONSTRUCT { <urn:s> x: 1 } {}", GRAPH, "no XML name"),
        (f"CONSTRUCT {{ {TRIPLE} <<( <urn:a> <urn:b> <urn:c> )>> }} {{}}", "application/ld+json",
         "triple terms"),
    ],
)  # fmt: skip
def test_what_a_format_cannot_write_is_told(
    client: FlaskClient, query: str, media_type: str, says: str
) -> None:
    answer = client.post("/sparql", data={"query": query}, headers={"Accept": media_type})
    assert answer.status_code == 406
    assert says in answer.text
    other = "application/sparql-results+json, application/n-triples"
    assert (
        client.post("/sparql", data={"query": query}, headers={"Accept": other}).status_code == 200
    )


@pytest.mark.parametrize(
    ("query", "media_type"),
    [
        ("SELECT ('one\\rtwo\\nthree\\tfour' AS ?x) {}", SOLUTIONS),
        (f"CONSTRUCT {{ {TRIPLE} 'one\\rtwo\\nthree\\tfour' }} {{}}", GRAPH),
    ],
)
def test_a_carriage_return_is_one_for_whoever_reads_it(
    client: FlaskClient, query: str, media_type: str
) -> None:
    answer = client.post("/sparql", data={"query": query}, headers={"Accept": media_type})
    assert answer.status_code == 200
    texts = [text for text in ElementTree.fromstring(answer.data).itertext() if "one" in text]
    assert texts == ["one\rtwo\nthree\tfour"]


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        ("SELECT ('a\\u0001b' AS ?x) {}", f"{SOLUTIONS}, text/csv;q=0.5", "text/csv"),
        ("SELECT ('a\\u0001b' AS ?x) {}", f"{SOLUTIONS}, */*;q=0.1", JSON),
        ("CONSTRUCT { <urn:s> <http://e.example/> 1 } {}", f"{GRAPH}, */*;q=0.1", "text/turtle"),
        (f"CONSTRUCT {{ {TRIPLE} <<( <urn:a> <urn:b> <urn:c> )>> }} {{}}",
         "application/ld+json, application/json;q=0.9, */*;q=0.1", "text/turtle"),
    ],
)  # fmt: skip
def test_the_next_format_that_is_accepted_is_taken(
    client: FlaskClient, query: str, accept: str, media_type: str
) -> None:
    answer = client.post("/sparql", data={"query": query}, headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, media_type)
    # Who asks for one format by name is told why it is not to be had.
    wished = {"query": query, "format": accept.partition(",")[0]}
    assert client.post("/sparql", data=wished, headers={"Accept": accept}).status_code == 406


@pytest.fixture(scope="module")
def odd() -> FlaskClient:
    store = Store()
    store.load(ODD.encode(), format=RdfFormat.TURTLE)
    return create_app(Settings(), EmbeddedEngine(store)).test_client()


ODD = """@prefix e: <http://e.example/> .
e:predicate <http://e.example/1> 1 .
e:control e:p "a\\u000Bb" .
e:triple e:says <<( e:x e:y e:z )>> .
e:return e:p "cr\\rlf\\n" .
e:direction e:p "x"@ar--rtl .
"""


@pytest.mark.parametrize(
    ("name", "media_type", "says"),
    [
        ("predicate", GRAPH, "no XML name"),
        ("control", GRAPH, "control characters"),
        ("triple", "application/ld+json", "triple terms"),
    ],
)
def test_a_document_is_never_malformed(
    odd: FlaskClient, name: str, media_type: str, says: str
) -> None:
    address = f"/resource?iri=http://e.example/{name}"
    refused = odd.get(address, headers={"Accept": media_type})
    assert (refused.status_code, says in refused.text) == (406, True)
    assert odd.get(f"{address}&format={media_type}").status_code == 406
    accept = f"{media_type}, text/n3;q=0.5, */*;q=0.1"
    other = odd.get(address, headers={"Accept": accept})
    assert (other.status_code, other.mimetype) == (200, "text/n3")


def test_a_document_keeps_carriage_returns_and_directions(odd: FlaskClient) -> None:
    xml = odd.get("/resource?iri=http://e.example/return&format=rdfxml")
    assert "cr\rlf\n" in list(ElementTree.fromstring(xml.data).itertext())
    ld = odd.get("/resource?iri=http://e.example/direction&format=jsonld").json or {}
    assert ld["http://e.example/p"] == {"@value": "x", "@language": "ar", "@direction": "rtl"}


def test_what_cannot_be_written_after_the_first_bytes_breaks_the_connection(
    tmp_path: Path,
) -> None:
    lines = (f'<urn:s> <urn:p> "{number:0100d}" .\n' for number in range(5000))
    (tmp_path / "late.nt").write_text("".join(lines) + '<urn:s> <urn:q> "\\u0001" .\n')
    query = "SELECT ?o { { ?s <urn:p> ?o } UNION { ?s <urn:q> ?o } }"
    with serving(tmp_path / "log", "--load", str(tmp_path / "late.nt")) as server:
        for method, media_type in (("GET", SOLUTIONS), ("QUERY", SOLUTIONS)):
            with pytest.raises(httpx.RemoteProtocolError), httpx.Client(timeout=20) as client:
                client.request(
                    method,
                    server.endpoint,
                    params={"query": query} if method == "GET" else None,
                    content=None if method == "GET" else query,
                    headers={"Accept": media_type, "Content-Type": "application/sparql-query"},
                )
        whole = httpx.get(server.endpoint, params={"query": query}, headers={"Accept": "text/csv"})
        assert whole.text.endswith("\x01\r\n")
