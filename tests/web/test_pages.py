"""What a person reads: the claim, who makes it, where, and who says otherwise."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, Store

from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.web.app import create_app


def text_of(html: str) -> str:
    body = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", "<main" + body)).split())


def test_the_claim_page_tells_the_whole_chain(browser: FlaskClient) -> None:
    page = text_of(browser.get("/doc/claim/c0001").text)
    for piece in (
        "Claim c0001 contested",
        "Netflix is said to have had access to private messages.",
        "Claimed by The Gazette & <Co>",
        "Quand Facebook partageait fr",
        "Gazette.net · 6 January 2019",
        "https://gazette.example/2019/",
        "3962a9d97c573c14c3cc17eb63fa2feb5a16cf3514cf466f6cf4c352200bf657",
        "Disputed by Netflix denies having had that access. Netflix",
        "they contradict each other in logic",
        "has recipient Netflix",
        "v1 , a nanopublication of four graphs",
    ):
        assert piece in page, piece


def test_a_denial_is_told_as_one(browser: FlaskClient) -> None:
    page = text_of(browser.get("/doc/claim/c0002").text)
    assert "denied Facebook → Netflix: private messages has recipient Netflix" in page
    assert "Disputes Netflix is said to have had access" in page
    assert "Place last paragraph" in page


def test_the_organization_page_tells_flows_with_claims_and_speakers(browser: FlaskClient) -> None:
    page = text_of(browser.get("/doc/org/facebook").text)
    assert "Gives data in 1 flow" in page
    assert "Facebook → Netflix 1 private messages disputed" in page
    assert "Netflix is said to have had access to private messages. The Gazette & <Co>" in page


def test_the_claims_about_a_flow_are_told_with_who_speaks_and_who_disputes(
    browser: FlaskClient,
) -> None:
    page = text_of(browser.get("/doc/flow/f0001").text)
    told = page.partition("Claims for and against 1 ")[2].partition("Sources 1")[0]
    assert told == (
        "Netflix is said to have had access to private messages. The Gazette & <Co> · data flow · "
        "Quand Facebook partageait disputed Disputed by Netflix denies having had that access. "
        "Netflix · denial · Quand Facebook partageait "
    )


def test_a_source_lists_the_claims_found_in_it_by_passage(browser: FlaskClient) -> None:
    page = browser.get("/doc/source/s0001").text
    told = text_of(page).partition("passage by passage 2 claims ")[2]
    assert told.startswith("Passage p0001 Netflix is said to have had access")
    assert "last paragraph Netflix denies having had that access. Netflix · denial" in told
    assert page.index('href="/doc/claim/c0001"') < page.index('href="/doc/claim/c0002"')


def test_stated_and_inferred_stand_apart(browser: FlaskClient) -> None:
    page = text_of(browser.get("/doc/flow/f0001").text)
    stated, inferred = page.index("Stated ds:hasProvider"), page.index("Inferred Nobody")
    assert stated < page.index("ds:underAgreement") < inferred
    assert page.index("data flow", inferred) > inferred
    assert "has recipient Netflix c0001" in page


def test_names_are_french_on_request_and_links_keep_it(browser: FlaskClient) -> None:
    by_address = browser.get("/doc/voc/data-category/private-messages?lang=fr")
    by_header = browser.get(
        "/doc/voc/data-category/private-messages", headers={"Accept-Language": "fr"}
    )
    for response in (by_address, by_header):
        assert '<h1 lang="fr">messages privés</h1>' in response.text
        assert {"Accept", "Accept-Language"} <= set(response.vary)
    assert 'href="/doc/voc/data-category?lang=fr"' in by_address.text


def test_the_ontology_page_holds_every_term_at_its_anchor(browser: FlaskClient) -> None:
    page = browser.get("/doc/ns").text
    for term in ("Claim", "DataFlow", "AccessGrant", "hasRecipient"):
        assert f'<article class="term" id="{term}">' in page
    assert "The party that gets the data." in page


def test_the_home_page_tells_what_and_how_much(browser: FlaskClient) -> None:
    page = text_of(browser.get("/").text)
    assert "who says so" in page
    assert "claims 2" in page or "2 claims" in page
    assert "dataset.nq.gz" in page


@pytest.mark.meets("D7")
def test_the_release_page_lists_files_with_digests(browser: FlaskClient) -> None:
    page = text_of(browser.get("/download/").text)
    assert re.search(r"dataset\.nq\.gz [\d ]+ [0-9a-f]{64}", page)


@pytest.mark.meets("D7")
@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("dataset.nq.gz", "application/gzip"),
        ("manifest.json", "application/json"),
        ("ontology.ttl", "text/turtle"),
    ],
)
def test_release_files_are_sent_as_they_are(
    client: FlaskClient, name: str, media_type: str
) -> None:
    response = client.get("/download/" + name, buffered=True)
    assert (response.status_code, response.mimetype) == (200, media_type)
    again = client.get(
        "/download/" + name, buffered=True, headers={"If-None-Match": response.headers["ETag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    ["/download/../conftest.py", "/download/%2e%2e/x", "/download//etc/passwd", "/download/none"],
)
def test_nothing_outside_the_release_is_sent(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.fixture(params=["empty", "foreign", "named graphs only"])
def other(request: pytest.FixtureRequest) -> Flask:
    made = Store()
    a, b, g = (NamedNode(f"http://e.example/{name}") for name in "abg")
    if request.param != "empty":
        graph = g if request.param == "named graphs only" else None
        for value in (Literal("<i>"), a):
            made.add(Quad(a, b, value, graph) if graph else Quad(a, b, value))
    return create_app(Settings(), EmbeddedEngine(made))


def test_any_dataset_gets_a_home_page_and_a_query_page(other: Flask) -> None:
    client = other.test_client()
    for path in ("/", "/sparql"):
        page = client.get(path, headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert "Facebook" not in page.text
    assert client.get("/download/").status_code == 404
    assert client.get("/doc/ns").status_code == 404


def test_any_resource_of_any_dataset_has_a_page(other: Flask) -> None:
    client = other.test_client()
    page = client.get("/resource?iri=http://e.example/a", headers={"Accept": "text/html"})
    if page.status_code == 404:  # the empty dataset knows nothing
        assert client.get("/sparql?query=ASK{?s+?p+?o}&format=csv").text == "false"
        assert client.get("/sparql?query=ASK{GRAPH+?g{?s+?p+?o}}&format=csv").text == "false"
        return
    assert "&lt;i&gt;" in page.text
    assert 'href="/resource?iri=http%3A%2F%2Fe.example%2Fa"' in page.text
