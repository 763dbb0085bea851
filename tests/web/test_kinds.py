"""The pages of things by kind, and two things side by side, as people and programs get them."""

import csv
import json
from io import StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, Store

import small_dataset
from partage.rdf.namespaces import ID, iri
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.web.app import create_app

BROWSER = {"Accept": "text/html"}
TYPE = NamedNode(iri("rdf:type"))
CROOKED = "<script>alert(1)</script>"


def of(*quads: Quad) -> FlaskClient:
    """Return a client of the small dataset with more in it."""
    store = small_dataset.store()
    store.extend(quads)
    return create_app(Settings(), EmbeddedEngine(store)).test_client()


def test_an_agreement_tells_direction_state_and_who_denies() -> None:
    agreement = NamedNode(ID + "agreement/a0001")
    client = of(Quad(agreement, TYPE, NamedNode(iri("ds:DataSharingAgreement"))))
    page = client.get("/doc/agreement/a0001", headers=BROWSER).text
    assert page.index("What goes where") < page.index("What became of it") < page.index("Cite this")
    assert page.count("<h1") == 1
    assert "ended</q>" in page
    assert page.index("Disputed by") < page.index("Netflix denies having had that access.")
    assert 'href="/compare?a=https://w3id.org/partage/id/agreement/a0001"' in page


def test_pages_by_kind_speak_french_and_keep_the_language_in_links(browser: FlaskClient) -> None:
    page = browser.get("/doc/flow/f0001?lang=fr").text
    assert "Assertions pour et contre" in page
    assert 'href="/doc/claim/c0001?lang=fr"' in page
    assert "Claims for and against" not in page


def test_a_claim_tells_its_chain_and_how_to_verify_it(browser: FlaskClient) -> None:
    page = browser.get("/doc/claim/c0001").text
    chain = page.partition('<ol class="chain">')[2].partition("</ol>")[0]
    steps = ["/doc/source/s0001", "/doc/passage/p0001", "/doc/org/gazette", "/doc/claim/c0001/v1"]
    assert sorted(steps, key=chain.index) == steps
    assert "partage verify c0001.trig" in page
    picture = json.loads(page.partition('id="picture">')[2].partition("</script>")[0])
    assert {edge["relation"] for edge in picture["edges"]} == {"disputes"}
    assert {node["href"] for node in picture["nodes"]} == {
        "/doc/claim/c0001",
        "/doc/claim/c0002",
    }


def test_all_statements_stay_on_the_page_and_on_one_of_their_own(browser: FlaskClient) -> None:
    folded = browser.get("/doc/org/netflix").text.partition("Everything that is stated")[2]
    assert 'href="http://www.wikidata.org/entity/Q907311"' in folded
    alone = browser.get("/doc/org/netflix?page=1").text
    assert "Everything that is stated" not in alone
    assert "Linked from" in alone


def test_text_of_the_dataset_is_never_markup() -> None:
    party = NamedNode(ID + "org/netflix")
    other = NamedNode(ID + "org/crooked")
    client = of(
        Quad(party, NamedNode(iri("skos:altLabel")), Literal(CROOKED)),
        Quad(other, TYPE, NamedNode(iri("ds:Organization"))),
        Quad(other, NamedNode(iri("skos:prefLabel")), Literal(CROOKED, language="en")),
    )
    for path in ("/doc/org/netflix", "/compare", "/compare?a=netflix&b=crooked",
                 "/compare?a=" + CROOKED, "/doc/org/crooked"):  # fmt: skip
        page = client.get(path, headers=BROWSER).text
        assert "alert(1)" in page
        assert CROOKED not in page


def test_a_thing_that_others_only_name_has_a_page_without_a_citation(
    browser: FlaskClient,
) -> None:
    page = browser.get("/doc/voc/confidence/explicit")
    assert page.status_code == 200
    assert "/doc/claim/c0001" in page.text
    assert "Cite this" not in page.text


def test_two_things_stand_side_by_side_with_the_statements_behind(browser: FlaskClient) -> None:
    page = browser.get("/compare?a=facebook&b=Netflix").text
    assert "Facebook and Netflix, side by side" in page
    row = page.partition("Gives data to")[2].partition("</tr>")[0]
    assert "only the first" in row
    assert 'href="/doc/org/netflix"' in row
    assert "disputed" in row
    assert 'href="/doc/statement/' in row
    assert "nothing told" in row


def test_the_form_to_choose_needs_no_script(browser: FlaskClient) -> None:
    page = browser.get("/compare?a=netflix").text
    assert '<label for="a">' in page
    assert 'value="Netflix"' in page
    assert '<option value="Facebook">' in page
    assert '<option value="messages">' not in page  # not of its kind


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("a=netflx", "called “netflx”"),
        ("a=netflix&b=messages", "not of one kind"),
        ("a=netflix&b=https://elsewhere.example/", "called “https://elsewhere.example/”"),
    ],
)
def test_what_cannot_be_compared_is_said_on_the_form(
    browser: FlaskClient, query: str, told: str
) -> None:
    page = browser.get("/compare?" + query)
    assert page.status_code == 400
    assert told in page.text
    assert '<form class="choose"' in page.text


def test_a_slip_leads_to_what_may_be_meant(browser: FlaskClient) -> None:
    page = browser.get("/compare?a=facebook&b=netflx").text
    assert 'href="/compare?a=facebook&amp;b=https://w3id.org/partage/id/org/netflix"' in page


def test_a_comparison_comes_as_json_and_csv(client: FlaskClient) -> None:
    told = json.loads(client.get("/compare?a=facebook&b=netflix&format=json").text)
    assert (told["a"]["iri"], told["b"]["label"]) == (ID + "org/facebook", "Netflix")
    gives = next(p for p in told["properties"] if p["property"] == "gives to")
    assert (gives["verdict"], gives["b"]) == ("only a", [])
    assert gives["a"][0]["claims"] == [ID + "claim/c0001"]
    answer = client.get("/compare?a=facebook&b=netflix", headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(StringIO(answer.text)))
    row = next(row for row in rows if row["property"] == "gives to")
    assert (row["value"], row["in_a"], row["in_b"], row["disputed"]) == (
        "Netflix",
        "true",
        "false",
        "true",
    )
    assert row["statements"] == gives["a"][0]["statements"][0]


def test_programs_hear_what_is_wrong(client: FlaskClient) -> None:
    for query, told in (("a=netflix", "Give two things"), ("a=netflx&b=x", "netflx")):
        answer = client.get(f"/compare?{query}&format=json")
        assert answer.status_code == 400
        assert told in answer.text


def test_another_dataset_has_nothing_to_compare_but_its_pages_stay() -> None:
    store = Store()
    store.add(Quad(NamedNode("http://e.example/a"), TYPE,
                   NamedNode(iri("ds:Organization"))))  # fmt: skip
    app: Flask = create_app(Settings(), EmbeddedEngine(store))
    client = app.test_client()
    assert client.get("/resource?iri=http://e.example/a", headers=BROWSER).status_code == 200
    assert client.get("/compare?a=a", headers=BROWSER).status_code in {400, 404}
