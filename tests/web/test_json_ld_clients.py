"""By address, rdflib and PyLD load what Turtle says, whatever they say that they accept."""

from collections.abc import Iterator

import httpx
import pytest
from pyld import jsonld
from rdflib import Graph

import described_app

# Within rdflib, which uses what it would have others use no more.
pytestmark = pytest.mark.filterwarnings("ignore:.*ConjunctiveGraph:DeprecationWarning")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = described_app.application(tmp_path_factory.mktemp("json-ld"))
    with described_app.listening(app) as listening:
        yield listening


@pytest.mark.parametrize("path", ["/doc/org/netflix", "/doc/org/facebook", "/doc/claim/c0001"])
def test_json_ld_by_address_is_whole(address: str, path: str) -> None:
    turtle = Graph().parse(f"{address}{path}.ttl")
    assert len(turtle) >= 5
    for location, form in ((path, "json-ld"), (f"{path}.jsonld", None), (path, None)):
        assert len(Graph().parse(address + location, format=form)) == len(turtle)
    assert len(jsonld.to_rdf(address + path)["@default"]) == len(turtle)


@pytest.mark.parametrize(
    "path",
    [
        "/doc/claim/c0001/v1",
        "/doc/claim/c0001",
        "/doc/dataset",
        "/doc/ns",
        "/doc/org/netflix",
        "/.well-known/void",
        "/sparql",
    ],
)
def test_rdflib_says_all_that_it_reads_and_gets_triples(address: str, path: str) -> None:
    whole = Graph().parse(address + path, format="turtle")
    assert len(Graph().parse(address + path)) == len(whole) > 0


def test_an_answer_in_json_ld_leads_nowhere_else(address: str) -> None:
    for media_type, leads in (("application/ld+json", False), ("text/turtle", True)):
        answer = httpx.get(f"{address}/doc/org/netflix", headers={"Accept": media_type})
        assert ('rel="alternate"' in answer.headers["Link"]) is leads
        assert 'rel="describedby"' in answer.headers["Link"]
