"""Citations over HTTP: by suffix, by Accept, at /cite, and in pages."""

import json
import re
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from markup import strange_scripts
from partage.citation.formats import CITATION_FORMATS
from released_app import application

HTML = {"Accept": "text/html"}
PAGES = (
    "/doc/org/gazette", "/doc/claim/c0001", "/doc/claim/c0001/v1", "/doc/flow/f0001", "/doc/ns",
    "/doc/graph/claims", "/doc/source/s0001", "/release/2026.11.0", "/cite?iri=ds:Claim",
)  # fmt: skip


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    root: Path = tmp_path_factory.mktemp("releases")
    return application(root)


@pytest.fixture
def reader(released: Flask) -> FlaskClient:
    return released.test_client()


class Head(HTMLParser):
    """Gathers the metadata of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.meta: dict[str, list[str]] = defaultdict(list)
        self.links: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "meta" and "name" in told:
            self.meta[told["name"]].append(told["content"])
        elif tag == "link":
            self.links[told["rel"]] = told["href"]


def head(page: str) -> Head:
    made = Head()
    made.feed(page)
    return made


@pytest.mark.parametrize("fmt", CITATION_FORMATS, ids=lambda fmt: fmt.key)
def test_every_format_is_had_by_its_suffix(reader: FlaskClient, fmt: object) -> None:
    suffix, media_type = fmt.suffix, fmt.media_type  # type: ignore[attr-defined]
    answer = reader.get(f"/doc/claim/c0001.{suffix}")
    assert answer.status_code == 200
    assert answer.mimetype == media_type
    assert "Netflix is said to have had access" in answer.text
    name = f'filename="partage-release-2027.01.0-id-claim-c0001.{suffix}"'
    assert name in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("fmt", CITATION_FORMATS, ids=lambda fmt: fmt.key)
def test_every_media_type_is_had_by_accept_as_from_a_doi_resolver(
    reader: FlaskClient, fmt: object
) -> None:
    media_type = fmt.media_type  # type: ignore[attr-defined]
    answer = reader.get("/id/org/facebook", headers={"Accept": media_type}, follow_redirects=True)
    assert answer.mimetype == media_type
    assert "Facebook" in answer.text
    assert {"Accept", "Accept-Language"} <= set(answer.vary)


def test_style_and_locale_are_read_from_accept(reader: FlaskClient) -> None:
    accept = "text/x-bibliography; style=modern-language-association; locale=fr-FR"
    answer = reader.get("/doc/org/facebook", headers={"Accept": accept})
    assert answer.text == (
        "Les éditeurs de Partage. «\xa0Facebook\xa0». Fiche d’organisation. Version 2027.01.0, "
        "Partage, 20 janvier 2027, "
        "https://w3id.org/partage/release/2027.01.0/id/org/facebook.\n"
    )


def test_the_address_beats_accept(reader: FlaskClient) -> None:
    accept = {"Accept": "text/x-bibliography; style=ieee; locale=fr-FR"}
    answer = reader.get("/doc/org/facebook.txt?style=apa&lang=en", headers=accept)
    assert answer.text.startswith("Partage editors. (2027). Facebook (Version 2027.01.0)")


def test_rdf_is_still_preferred_where_it_is_asked_for(reader: FlaskClient) -> None:
    accept = {"Accept": "application/x-bibtex;q=0.5, text/turtle"}
    assert reader.get("/doc/org/facebook", headers=accept).mimetype == "text/turtle"
    assert reader.get("/doc/org/facebook", headers={"Accept": "*/*"}).mimetype == "text/turtle"


def test_who_asks_for_nothing_we_have_hears_of_citations_too(reader: FlaskClient) -> None:
    answer = reader.get("/doc/org/facebook", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert "application/x-bibtex" in answer.text


@pytest.mark.meets("D5")
@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("/release/2026.11.0/doc/org/gazette.ris", "release/2026.11.0/id/org/gazette"),
        ("/cite?iri=org:gazette&format=ris", "release/2027.01.0/id/org/gazette"),
        ("/cite?iri=org:gazette&format=ris&version=2026.12.0", "release/2026.12.0/id/org/gazette"),
        (
            "/cite?iri=https://w3id.org/partage/release/2026.12.0/id/org/gazette&format=ris",
            "release/2026.12.0/id/org/gazette",
        ),
        ("/release/2026.12.0.ris", "release/2026.12.0"),
        ("/cite?iri=/release/2026.12.0&format=ris", "release/2026.12.0"),
        ("/cite?iri=/&format=ris", "release/2027.01.0"),
        ("/cite?format=ris", "release/2027.01.0"),
        (
            "/cite?iri=ds:Claim&format=application/x-research-info-systems",
            "release/2027.01.0/ns#Claim",
        ),
    ],
)
def test_a_citation_names_its_release(reader: FlaskClient, address: str, url: str) -> None:
    assert f"UR  - https://w3id.org/partage/{url}\r\n" in reader.get(address).text


@pytest.mark.meets("D9")
def test_a_withdrawn_claim_is_cited_as_withdrawn(reader: FlaskClient) -> None:
    (item,) = json.loads(reader.get("/cite?iri=c:c0004&format=csl").text)
    assert item["note"].startswith("Withdrawn identifier; last held by release 2026.12.0")


def test_a_draft_says_that_it_is_one_and_when_it_was_seen(tmp_path: Path) -> None:
    drafting = application(tmp_path, draft=True).test_client()
    (item,) = json.loads(drafting.get("/doc/org/facebook.csl.json").text)
    assert item["URL"] == "https://w3id.org/partage/id/org/facebook"
    assert item["accessed"]
    assert "may change" in drafting.get("/doc/org/facebook", headers=HTML).text


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/cite?iri=http://%3Cx%3E", 400, "Give an IRI of ours"),
        ("/cite?iri=https://example.org/x", 404, "Nothing is known"),
        ("/cite?iri=org:nobody&format=ris", 404, "org/nobody"),
        ("/cite?iri=org:gazette&format=text&style=apaa", 400, "Did you mean apa"),
        ("/cite?iri=org:gazette&format=text&lang=de", 400, "lang=de is not offered"),
        ("/doc/org/nobody.bib", 404, "org/nobody"),
    ],
)
def test_what_cannot_be_cited_is_told(
    reader: FlaskClient, address: str, status: int, said: str
) -> None:
    answer = reader.get(address)
    assert (answer.status_code, said in answer.text) == (status, True)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_its_citation_and_all_formats(reader: FlaskClient, page: str) -> None:
    text = reader.get(page, headers=HTML).text
    assert "Partage editors. (202" in text
    assert "@misc{partage-" in text
    for fmt in CITATION_FORMATS:
        assert f"format={fmt.key}" in text
    assert strange_scripts(text) == []
    assert " style=" not in re.sub(r'href="[^"]*"', "", text)


@pytest.mark.parametrize("page", PAGES)
def test_the_links_of_the_box_lead_to_the_citation(reader: FlaskClient, page: str) -> None:
    text = reader.get(page, headers=HTML).text
    for href in re.findall(r'href="([^"]*/cite\?[^"]*)"', text):
        answer = reader.get(href.replace("&amp;", "&"))
        assert (answer.status_code, "Partage" in answer.text) == (200, True), href


@pytest.mark.parametrize("page", PAGES)
def test_pages_keep_the_rules_of_google_scholar_and_zotero(reader: FlaskClient, page: str) -> None:
    """https://scholar.google.com/intl/en/scholar/inclusion.html#indexing and
    https://www.zotero.org/support/dev/exposing_metadata."""
    told = head(reader.get(page, headers=HTML).text)
    (title,) = told.meta["citation_title"]
    (day,) = told.meta["citation_publication_date"]
    assert title
    assert re.fullmatch(r"\d{4}/\d{2}/\d{2}", day)
    assert told.meta["citation_author"] == ["Partage editors"]
    assert told.meta["citation_public_url"][0].startswith("https://w3id.org/partage/")
    # A prefix of a name is declared, or readers may not take it for what it is.
    assert told.links["schema.DCTERMS"] == "http://purl.org/dc/terms/"
    assert told.meta["DCTERMS.title"] == [title]
    assert told.meta["DCTERMS.type"] == ["Dataset"]


def test_the_home_page_is_the_dataset_to_who_asks_for_a_citation(reader: FlaskClient) -> None:
    answer = reader.get("/", headers={"Accept": "application/x-bibtex"})
    assert "@misc{partage-release-2027.01.0," in answer.text
    assert "Cite this" in reader.get("/", headers=HTML).text


def test_a_hostile_label_is_text_in_the_page(reader: FlaskClient) -> None:
    page = reader.get("/doc/org/gazette", headers=HTML).text
    assert "The Gazette &amp; &lt;Co&gt;" in page
    assert "<Co>" not in page
