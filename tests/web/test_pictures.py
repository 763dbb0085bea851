"""The pictures in words: the flows on the home page and as data, the timeline, the disputes."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, Store

from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.web.app import create_app

PAGES = ("/", "/timeline", "/disputes")


def text_of(html: str) -> str:
    body = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", "<main" + body)).split())


def test_the_home_page_tells_every_flow_without_scripts(browser: FlaskClient) -> None:
    page = text_of(browser.get("/").text)
    assert "1 data flow " in page
    assert "Netflix gets private messages ✉ private communications" in page
    assert "The Gazette & <Co> 1 claim ≠ disputed Netflix" in page


def test_figures_lead_to_what_they_count(browser: FlaskClient) -> None:
    page = browser.get("/?lang=fr").text
    assert '<a href="/browse/claims?lang=fr" aria-label="2 assertions">2</a>' in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("category=private-messages", True),
        ("direction=out", True),
        ("category=", True),
        ("category=private-messages&direction=out", True),
    ],
)
def test_flows_are_narrowed_by_the_form(browser: FlaskClient, query: str, found: bool) -> None:
    page = browser.get(f"/?{query}").text
    assert ("Netflix gets" in text_of(page)) is found
    told = browser.get(f"/flows.json?{query}").json
    assert told is not None
    assert told["flows"] == int(found)


def test_the_form_keeps_what_is_chosen_and_the_language(browser: FlaskClient) -> None:
    page = browser.get("/?category=private-messages&lang=fr").text
    assert '<option value="private-messages" selected>messages privés (1)</option>' in page
    assert '<input type="hidden" name="lang" value="fr">' in page
    assert "Tous les flux" in text_of(page)


@pytest.mark.parametrize(
    "path", ["/?category=nothing", "/timeline?kind=x", "/disputes?speaker=nobody", "/?year=2001"]
)
def test_what_cannot_be_chosen_is_refused_in_words(browser: FlaskClient, path: str) -> None:
    response = browser.get(path)
    assert response.status_code == 400
    assert "is nothing that" in response.text
    assert "Choose from its form" in response.text


def test_flows_as_data_tell_partner_direction_claims_and_who_says_so(browser: FlaskClient) -> None:
    response = browser.get("/flows.json?lang=fr")
    assert {"Accept-Language"} <= set(response.vary)
    told = response.json
    assert told is not None
    assert told["operator"]["name"] == "Facebook"
    (partner,) = told["partners"]
    assert partner == {
        "iri": "https://w3id.org/partage/id/org/netflix",
        "name": "Netflix",
        "href": "/doc/org/netflix?lang=fr",
        "direction": "out",
        "claims": 1,
        "private": True,
        "disputed": True,
        "reciprocal": False,
        "flows": [
            {
                "iri": "https://w3id.org/partage/id/flow/f0001",
                "name": "Facebook → Netflix: messages privés",
                "href": "/doc/flow/f0001?lang=fr",
                "categories": ["messages privés"],
                "purposes": [],
                "statuses": [],
                "claims": ["https://w3id.org/partage/id/claim/c0001"],
                "speakers": ["La Gazette"],
                "disputers": ["Netflix"],
                "private": True,
                "reciprocal": False,
            }
        ],
    }


def test_the_timeline_tells_sources_by_year_with_publishers(browser: FlaskClient) -> None:
    response = browser.get("/timeline")
    assert '<h2 id="y2019">2019</h2>' in response.text
    page = text_of(response.text)
    assert "6 January 2019 Quand Facebook partageait" in page
    assert "published by The Gazette & <Co>" in page
    assert "6 janvier 2019" in text_of(browser.get("/timeline?lang=fr").text)


def test_a_dispute_has_an_anchor_both_claims_and_their_sources(browser: FlaskClient) -> None:
    response = browser.get("/disputes")
    assert 'id="c0002-c0001"' in response.text
    page = text_of(response.text)
    assert "Netflix The Gazette & <Co> 1 1" in page  # who disputes whom, how often, in logic
    side_by_side = page.partition("The claims side by side")[2]
    assert "The claim Netflix is said to have had access" in side_by_side
    assert "The claim that disputes it Netflix denies having had that access." in side_by_side
    assert "Source: Quand Facebook partageait" in side_by_side
    assert "they contradict each other in logic" in side_by_side


def test_disputes_are_narrowed_by_speaker_and_kind(browser: FlaskClient) -> None:
    assert "1 dispute " in text_of(browser.get("/disputes?speaker=netflix&kind=logic").text)
    assert browser.get("/disputes?kind=words").status_code == 400  # there is none here


def test_names_from_the_data_cannot_become_markup(browser: FlaskClient) -> None:
    for path in PAGES:
        page = browser.get(path).text
        assert "Gazette &amp; &lt;Co&gt;" in page, path
        assert "<Co>" not in page, path


@pytest.fixture
def foreign() -> FlaskClient:
    made = Store()
    a, b = NamedNode("http://e.example/a"), NamedNode("http://e.example/b")
    made.add(Quad(a, b, Literal("x")))
    app: Flask = create_app(Settings(), EmbeddedEngine(made))
    return app.test_client()


@pytest.mark.parametrize("path", ["/flows.json", "/timeline", "/disputes"])
def test_a_dataset_without_claims_has_no_pictures(foreign: FlaskClient, path: str) -> None:
    response = foreign.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 404
    assert "holds no claims" in response.text


def test_a_dataset_without_claims_keeps_its_plain_home_page(foreign: FlaskClient) -> None:
    page = foreign.get("/?lang=fr", headers={"Accept": "text/html"}).text
    assert "Un jeu de données de 1 triplet" in page
    assert "pictures.css" not in page
