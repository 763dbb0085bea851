"""What a format has no way to write is told with 406, and never sent malformed."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

import described_app

TRIPLE = "<urn:s> <urn:p>"
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
