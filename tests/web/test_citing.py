"""Citations over HTTP: by suffix, by Accept, at /cite, and in pages."""

import json
import re
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path

import pytest
import signposting
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, Triple

from described_app import listening
from links import of
from markup import strange_scripts
from partage.citation.citation_formats import CITATION_FORMATS
from partage.rdf.canonical import statement_digest
from partage.rdf.namespaces import ID, iri
from released_app import application

HTML = {"Accept": "text/html"}
PAGES = (
    "/doc/org/gazette", "/doc/claim/c0001", "/doc/claim/c0001/v1", "/doc/flow/f0001", "/doc/ns",
    "/doc/graph/claims", "/doc/source/s0001", "/release/2026.11.0", "/cite?iri=ds:Claim",
)  # fmt: skip
_RECIPIENT = Triple(
    NamedNode(ID + "flow/f0001"), NamedNode(iri("ds:hasRecipient")), NamedNode(ID + "org/netflix")
)
MORE_PAGES = (
    "/", "/doc/dataset", "/doc/voc/data-category", "/doc/voc/data-category/messages",
    f"/doc/statement/{statement_digest(_RECIPIENT)}", "/resource?iri=https://w3id.org/partage/ns%23Claim",
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


@pytest.mark.meets("FS1")
@pytest.mark.parametrize("draft", [False, True], ids=["release", "draft"])
@pytest.mark.parametrize("root", ["", "/release/2026.11.0"])
def test_fs1_cite_as_and_canonical_name_what_the_citation_names(
    tmp_path: Path, root: str, draft: bool
) -> None:
    """RFC 8574 §2 and RFC 6596 §3; the page of a release is at its own address."""
    client = application(tmp_path, draft=draft).test_client()
    paths = [root + page for page in (*PAGES, *MORE_PAGES) if not page.startswith("/release/")]
    for path in [*paths, "/release/2026.11.0", "/release/2027.01.0"]:
        page = client.get(path, headers=HTML)
        told = head(page.text)
        (url,) = told.meta["citation_public_url"]
        assert of(page, "cite-as") == [url], path
        assert told.links["cite-as"] == url, path
        bibliography = page.text.partition("<pre><code>@misc")[2].partition("</code>")[0]
        assert bibliography.count(f"{{{url}}}") == 1, path
        if "/cite?" in path:
            continue
        (canonical,) = of(page, "canonical")
        released = path.startswith("/release/") and "/resource" not in path
        assert (canonical == url) >= released, path
        assert released or "/release/" not in canonical, path
        turtle = client.get(path, headers={"Accept": "text/turtle"}, follow_redirects=True)
        assert of(turtle, "cite-as") == [url], path
        for linkset in set(of(page, "linkset")):
            (context, *_) = json.loads(client.get(linkset).text)["linkset"]
            assert [link["href"] for link in context["cite-as"]] == [url], path
            assert [link["href"] for link in context["canonical"]] == [canonical], path


def test_the_home_page_is_the_dataset_to_who_asks_for_a_citation(reader: FlaskClient) -> None:
    answer = reader.get("/", headers={"Accept": "application/x-bibtex"})
    assert "@misc{partage-release-2027.01.0," in answer.text
    assert "Cite this" in reader.get("/", headers=HTML).text


def test_a_hostile_label_is_text_in_the_page(reader: FlaskClient) -> None:
    page = reader.get("/doc/org/gazette", headers=HTML).text
    assert "The Gazette &amp; &lt;Co&gt;" in page
    assert "<Co>" not in page


def test_header_page_and_link_set_tell_the_same_of_every_page(released: Flask) -> None:
    """https://signposting.org/FAIR/#level2: the link set of a page has all links of its header."""
    release = "/release/2026.11.0"
    pages = [page for page in (*PAGES, *MORE_PAGES) if not page.startswith((release, "/cite"))]
    with listening(released) as host:
        for page in (*pages, *(release + page for page in pages), release):
            told = signposting.find_signposting_http(host + page)
            assert told.citeAs, page
            assert told.license, page
            assert told.authors, page
            assert told.describedBy, page
            assert len(told.types) == 2, page
            assert signposted(signposting.find_signposting_html(host + page)) == signposted(told)
            assert told.linksets or "/resource" in page, page
            for link in told.linksets:
                every = signposting.find_signposting_linkset(link.target, str(link.type))
                whole = signposted(every.for_context(host + page))
                assert signposted(told) <= whole, page
                more = {rel for rel, _, _ in whole - signposted(told)}
                assert more <= {"item"}, page


def signposted(told: signposting.Signposting) -> set[tuple[str, str, str]]:
    """Return the links of a page that are of FAIR Signposting, but for the link sets."""
    return {
        (str(link.rel), link.target, str(link.type or ""))
        for link in told
        if str(link.rel) not in {"linkset", "describes"}  # the latter: of what is no page
    }
