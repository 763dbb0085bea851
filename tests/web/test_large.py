"""A dataset too large to be read whole: a page reads what it shows, or says that it cannot."""

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, Store

import small_dataset
from partage.rdf.namespaces import ID, iri
from partage.resources.pages import facts
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.web import dataset
from partage.web.app import create_app

FIRMS = 60
THINGS = (
    "/doc/org/netflix", "/doc/org/facebook", "/doc/agreement/a0001", "/doc/flow/f0001",
    "/doc/claim/c0001", "/doc/claim/c0002", "/doc/source/s0001",
    "/doc/voc/data-category/private-messages",
)  # fmt: skip


def store() -> Store:
    made = small_dataset.store()
    agreement = NamedNode(ID + "agreement/a0001")
    kind = NamedNode(iri("ds:DataSharingAgreement"))
    made.add(Quad(agreement, NamedNode(iri("rdf:type")), kind))
    for number in range(FIRMS):
        firm = NamedNode(f"{ID}org/firm-{number:02}")
        made.add(Quad(firm, NamedNode(iri("rdf:type")), NamedNode(iri("ds:Organization"))))
        name = Literal(f"Firm {number:02}", language="en")
        made.add(Quad(firm, NamedNode(iri("skos:prefLabel")), name))
        flow = NamedNode(f"{ID}flow/f9{number:03}")
        made.add(Quad(flow, NamedNode(iri("rdf:type")), NamedNode(iri("ds:DataFlow"))))
        made.add(Quad(flow, NamedNode(iri("ds:hasProvider")), firm))
        bank = NamedNode(ID + "org/firm-00")
        made.add(Quad(flow, NamedNode(iri("ds:hasRecipient")), bank))
    return made


def client() -> FlaskClient:
    app = create_app(Settings(client_seconds=0), EmbeddedEngine(store()))
    made = app.test_client()
    made.environ_base["HTTP_ACCEPT"] = "text/html"
    return made


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    monkeypatch.setattr(dataset, "MOST_TRIPLES_IN_MEMORY", 10)
    return client()  # type: ignore[return-value]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("path", THINGS)
def test_the_page_of_a_thing_is_what_it_is_in_a_small_dataset(
    large: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str, language: str
) -> None:
    told = large.get(f"{path}?lang={language}")
    assert told.status_code == 200
    monkeypatch.undo()
    assert told.text == client().get(f"{path}?lang={language}").text


def test_of_what_is_linked_to_a_thing_the_first_are_told_and_that_there_are_more(
    large: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = large.get("/doc/org/firm-00").text
    told = set(re.findall(r'href="/doc/flow/(f9[^"]+)"', page.partition("The record")[0]))
    assert len(told) == facts.MOST_LINKED + 1  # and the one that it gives to itself
    assert "only the first of each kind" in page
    assert "seuls les premiers de chaque sorte" in large.get("/doc/org/firm-00?lang=fr").text
    assert "only the first of each kind" not in large.get("/doc/org/netflix").text
    monkeypatch.undo()
    assert "only the first of each kind" not in client().get("/doc/org/firm-00").text


def test_every_member_of_a_kind_is_on_one_of_its_pages(large: FlaskClient) -> None:
    first, second = (large.get(f"/browse/organizations?page={n}").text for n in (1, 2))
    named = [set(re.findall(r'<th scope="row"><a href="(/doc/org/[^"]+)"', page))
             for page in (first, second)]  # fmt: skip
    total = len(named[0] | named[1])
    assert len(named[0]) == 50
    assert not named[0] & named[1]
    assert total >= FIRMS
    assert f"1–50 of {total}" in first
    assert "A query can do both" in first
    assert "Narrow it down" not in first


def test_rows_tell_of_a_member_what_they_tell_in_a_small_dataset(
    large: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = re.compile(r"<tr>\s*<th scope=\"row\">.*?</tr>", re.DOTALL)
    for kind in ("organizations", "agreements", "flows", "claims", "sources", "disputes"):
        told = set(rows.findall(large.get(f"/browse/{kind}?q=net").text))
        with monkeypatch.context() as patch:
            patch.setattr(dataset, "MOST_TRIPLES_IN_MEMORY", 10_000)
            assert told == set(rows.findall(client().get(f"/browse/{kind}?q=net").text)), kind
    assert told


def test_letters_narrow_and_orders_are_refused(large: FlaskClient) -> None:
    page = large.get("/browse/organizations?q=firm+1").text
    assert "1–10 of 10" in page
    refused = large.get("/browse/organizations?sort=kind")
    assert refused.status_code == 400
    assert "cannot be narrowed by sort. Use q, page, lang." in refused.text


@pytest.mark.parametrize("path", ["/timeline", "/disputes", "/flows.json"])
def test_a_picture_of_too_much_is_refused_with_what_to_do(large: FlaskClient, path: str) -> None:
    answer = large.get(path)
    assert answer.status_code == 404
    assert "more than 10 triples" in answer.text
    assert "Browse or query it instead." in answer.text
    assert "plus de 10 triplets" in large.get(path + "?lang=fr").text


def test_the_home_page_does_without_its_picture(large: FlaskClient) -> None:
    page = large.get("/").text
    assert "There is no picture of the flows here" in page
    assert "/browse/flows" in page
    assert "/static/built/home" not in page


def test_things_are_compared_by_their_identifiers(large: FlaskClient) -> None:
    page = large.get("/compare?a=f0001&b=f9001")
    assert page.status_code == 200
    assert "firm-01" in page.text


def test_no_query_waits_for_a_hint(large: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    misspelt = {"query": f"ASK {{ <{ID}org/netflx> ?p ?o }}"}
    assert "Query-Hint" not in large.get("/sparql", query_string=misspelt).headers
    monkeypatch.undo()
    assert "Query-Hint" in client().get("/sparql", query_string=misspelt).headers
