"""The page that searches, its JSON for scripts, and its description for browsers."""

from html import unescape
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, Store

from partage.rdf.namespaces import ID, iri
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.web.app import create_app

SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


def test_the_page_shows_what_was_found_with_the_words_marked(browser: FlaskClient) -> None:
    html = browser.get("/search?q=netfix").text
    assert "No text has “netfix”; here is what has “netflix”." in html
    assert '<a href="/doc/org/netflix" lang="en"><mark>Netflix</mark></a>' in html
    assert html.index("/doc/org/netflix") < html.index("/doc/claim/c0001")


def test_a_text_of_another_language_is_shown_where_the_name_does_not_tell(
    browser: FlaskClient,
) -> None:
    html = browser.get("/search?q=gazette+co&lang=fr").text
    assert (
        '<p class="meta" lang="en">The <mark>Gazette</mark> &amp; &lt;<mark>Co</mark>&gt;' in html
    )


def test_an_identifier_leads_to_its_thing_first(browser: FlaskClient) -> None:
    html = browser.get("/search?q=F0001").text
    assert html.partition('<ol class="hits"')[2].index('href="/doc/flow/f0001"') < 100


def test_kinds_are_links_with_their_numbers(browser: FlaskClient) -> None:
    html = browser.get("/search?q=netflix&kind=claim").text
    assert '<a href="/search?q=netflix&amp;kind=claim" aria-current="true">claims' in html
    assert "/doc/org/netflix" not in html.partition('<ol class="hits"')[2]
    refused = browser.get("/search?q=netflix&kind=horse")
    assert refused.status_code == 400
    assert "kind=horse is no kind that was found. Found are: " in refused.text


def test_nothing_found_offers_what_may_be_meant(browser: FlaskClient) -> None:
    html = unescape(browser.get("/search?q=ntflx").text)
    assert "Nothing for “ntflx”." in html
    assert 'Did you mean <a href="/search?q=netflix">netflix</a>?' in html
    french = unescape(browser.get("/search?q=ntflx&lang=fr").text)
    assert '<a href="/search?q=netflix&lang=fr">netflix</a>' in french


def test_a_page_beyond_the_last_is_refused(browser: FlaskClient) -> None:
    response = browser.get("/search?q=netflix&page=2")
    assert response.status_code == 404
    assert "There is no page 2 of what was found: the last is 1." in response.text


def test_what_a_reader_asks_for_is_escaped(browser: FlaskClient) -> None:
    html = browser.get("/search?q=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_scripts_are_told_the_same(browser: FlaskClient) -> None:
    response = browser.get("/search.json?q=netflix&limit=1&lang=fr")
    assert response.mimetype == "application/json"
    told = response.get_json()
    assert told["total"] > 1
    assert told["hits"] == [
        {
            "iri": ID + "org/netflix",
            "kind": "org",
            "kindLabel": "organisation",
            "label": "Netflix",
            "labelLanguage": "fr",
            "href": "/doc/org/netflix",
            "text": "",
            "language": "",
        }
    ]


@pytest.mark.parametrize("wrong", ["limit=0", "limit=101", "limit=x"])
def test_a_limit_is_a_number_up_to_a_hundred(browser: FlaskClient, wrong: str) -> None:
    response = browser.get(f"/search.json?q=a&{wrong}")
    assert response.status_code == 400
    assert "Use a number from 1 to 100." in response.text


def test_browsers_are_told_how_to_search(browser: FlaskClient) -> None:
    html = browser.get("/search").text
    assert 'rel="search" type="application/opensearchdescription+xml"' in html
    response = browser.get("/opensearch.xml")
    assert response.mimetype == "application/opensearchdescription+xml"
    addresses = {
        each.get("type"): each.get("template")
        for each in ElementTree.fromstring(response.text).iter(SEARCH + "Url")
    }
    assert addresses["text/html"] == "http://localhost/search?q={searchTerms}"


def test_a_dataset_of_others_is_searched_too() -> None:
    store = Store()
    thing = NamedNode("http://e.example/a?b=c")
    store.add(Quad(thing, NamedNode(iri("rdfs:label")), Literal("Apfelbaum", language="de")))
    client = create_app(Settings(), EmbeddedEngine(store)).test_client()
    html = client.get("/search?q=apfel", headers={"Accept": "text/html"}).text
    assert '<a href="/resource?iri=http%3A%2F%2Fe.example%2Fa%3Fb%3Dc" lang="de">' in html
