"""The pages about the ontology, the shapes, and about Partage."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, Store

import small_dataset
from partage.assets import assets_root
from partage.rdf.parsing import read_rdf
from partage.resources.ontology.axioms import ORDER
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.web.app import create_app
from partage.web.views.about.routes import read_packages
from partage.web.views.resources.axiom_text import axiom_words, separators, shape_words

BROWSER = "text/html"
ONTOLOGY = NamedNode("https://w3id.org/partage/graph/ontology")
ALLOWED = {"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "0BSD", "OFL-1.1"}
# In the lock file, in no script: a package that only a command of another one needs.
NEVER_BUNDLED = {"Public Domain"}


def text_of(html: str) -> str:
    body = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", "<main" + body)).split())


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Return a client of the small dataset with our whole ontology in it."""
    store = small_dataset.store()
    for quad in read_rdf(assets_root() / "ontology/partage.ttl"):
        store.add(Quad(quad.subject, quad.predicate, quad.object, ONTOLOGY))
        store.add(Quad(quad.subject, quad.predicate, quad.object))
    release = small_dataset.release(tmp_path_factory.mktemp("release"))
    client = create_app(Settings(), EmbeddedEngine(store), release).test_client()
    client.environ_base["HTTP_ACCEPT"] = BROWSER
    return client


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            (
                "By definition it holds exactly: data-sharing agreement with at least one “ covers"
                " flow ” that is: outbound flow and at least one “ covers flow ” that is: inbound"
                " flow"
            ),
        ),
        (
            "fr",
            (
                "Par définition, elle comprend exactement : accord de partage de données avec"
                " au moins une valeur de « couvre le flux » qui est : flux sortant et"
                " au moins une valeur de « couvre le flux » qui est : flux entrant"
            ),
        ),
    ],
)
def test_a_definition_is_told_in_words(whole: FlaskClient, language: str, said: str) -> None:
    page = whole.get(f"/doc/ns?lang={language}")
    assert said in text_of(page.text)


def test_who_asks_for_french_after_an_english_reader_gets_french(whole: FlaskClient) -> None:
    for path, english, french in (
        ("/doc/ns", "Everything in it is", "Tout ce qui en fait partie est"),
        ("/doc/shapes", "exactly one value", "exactement une valeur"),
        ("/about/method", "Stated, inferred, derived", "Énoncé, inféré, dérivé"),
    ):
        pages = [
            text_of(whole.get(path, headers={"Accept-Language": code}).text)
            for code in ("en", "fr")
        ]
        assert [english in page for page in pages] == [True, False], path
        assert [french in page for page in pages] == [False, True], path


def test_every_term_has_its_section_with_use_shapes_and_citation(whole: FlaskClient) -> None:
    page = whole.get("/doc/ns").text
    terms = re.findall(r'<article class="term" id="(\w+)">', page)
    declared = re.findall(
        r"^ds:(\w+) a owl:", (assets_root() / "ontology/partage.ttl").read_text(), re.M
    )
    assert set(terms) == set(declared)
    section = page.partition('id="hasRecipient"')[2].partition("</article>")[0]
    assert "A flow has exactly one recipient, a party." in section
    assert 'href="/doc/shapes#Flow-recipient"' in section
    assert "/cite?iri=ds:hasRecipient" in section
    assert "LIMIT+10" in section


def test_no_word_of_an_axiom_or_a_shape_is_missing(app: Flask) -> None:
    with app.test_request_context("/?lang=fr"):
        assert set(ORDER) <= set(axiom_words())
        words = {**axiom_words(), **shape_words(), **separators()}
    assert all(words.values())


def test_every_expression_is_filled_in_with_its_parts(whole: FlaskClient) -> None:
    for path in ("/doc/ns", "/doc/ns?lang=fr", "/doc/shapes", "/doc/shapes?lang=fr"):
        shown = text_of(whole.get(path).text.replace("<pre>", "<!--").replace("</pre>", "-->"))
        assert "{a}" not in shown
        assert "{b}" not in shown


def test_planted_markup_in_a_label_is_text(tmp_path: Path) -> None:
    store = small_dataset.store()
    planted = Literal("<script>x</script>", language="en")
    claim = NamedNode("https://w3id.org/partage/ns#Claim")
    label = NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
    for graph in (ONTOLOGY, None):
        store.add(Quad(claim, label, planted, graph) if graph else Quad(claim, label, planted))
    app = create_app(Settings(), EmbeddedEngine(store), small_dataset.release(tmp_path / "r"))
    page = app.test_client().get("/doc/ns", headers={"Accept": BROWSER}).text
    assert "&lt;script&gt;x" in page
    assert "<script>x" not in page


def test_the_shapes_are_told_with_what_breaks_them(whole: FlaskClient) -> None:
    page = whole.get("/doc/shapes").text
    provider = text_of("<main" + page.partition('id="Flow-provider"')[2].partition("</article>")[0])
    for piece in (
        "exactly one value",
        "each is: party",
        "ds:hasProvider org:maker , org:platform",
        "violation : A flow has exactly one provider, a party.",
        "Un flux a exactement un fournisseur, une partie.",
        "What to do: Name the party that the source names.",
    ):
        assert piece in provider, piece
    assert "&lt;claim/c9101/v1&gt; a ds:ClaimVersion" in page
    assert "<claim/" not in page
    rule = page.partition('id="agreement-flow-party"')[2].partition("</article>")[0]
    assert "SELECT DISTINCT ?focus ?value" in rule


def test_links_keep_the_language_of_the_address(whole: FlaskClient) -> None:
    page = whole.get("/doc/ns?lang=fr").text
    assert 'href="/doc/ns?lang=fr#Claim"' in page
    assert 'href="/doc/ns#Claim"' not in page


def test_the_limits_are_counted_in_the_data_that_are_served(browser: FlaskClient) -> None:
    page = text_of(browser.get("/about/method").text)
    assert "So there are 2 claims" in page
    assert "The sentences that sum up the claims are in English only" in page
    french = text_of(browser.get("/about/method?lang=fr").text)
    assert "On compte ainsi 2 assertions" in french


def test_the_examples_of_citations_are_made_by_the_system(browser: FlaskClient) -> None:
    page = browser.get("/about/citing").text
    for iri in ("https://w3id.org/partage/", "https://w3id.org/partage/id/claim/c0001"):
        assert f"<code>{iri}</code>" in page
    assert re.search(r"/doc/statement/[0-9a-f]{64}", page)
    claim = page.partition("claim/c0001</code>")[2].partition("</blockquote>")[0]
    assert "Netflix is said to have had access to private messages" in claim
    assert "application/x-bibtex" in page


def test_about_says_what_is_kept_of_a_visit(browser: FlaskClient) -> None:
    page = text_of(browser.get("/about/").text)
    assert "no cookies" in page
    assert "writes no log of requests" in page
    logging = create_app(
        Settings(access_log="json", client_seconds=60), EmbeddedEngine(small_dataset.store())
    )
    told = text_of(logging.test_client().get("/about/").text)
    assert "writes a line for each request" in told
    assert "query time of each network address is remembered" in told
    assert "writes no log" not in told


@pytest.mark.parametrize("path", ["/about/", "/about/method", "/about/citing"])
def test_other_datasets_have_no_pages_about_ours(path: str) -> None:
    client = create_app(Settings(), EmbeddedEngine(Store())).test_client()
    answer = client.get(path, headers={"Accept": BROWSER})
    assert answer.status_code == 404
    assert "Facebook" not in answer.text


def test_what_the_scripts_are_made_of_is_listed_with_its_licence(tmp_path: Path) -> None:
    assert read_packages(tmp_path) == ()
    (tmp_path / "built").mkdir()
    one = {"name": "a", "version": "1", "license": "MIT", "homepage": "", "text": "Free."}
    (tmp_path / "built/licences.json").write_text(json.dumps([one]), encoding="utf-8")
    assert [package.license for package in read_packages(tmp_path)] == ["MIT"]


def test_no_package_in_our_scripts_has_a_licence_that_binds_who_uses_them() -> None:
    lock = json.loads(
        (assets_root() / "server/frontend/package-lock.json").read_text(encoding="utf-8")
    )
    others = {
        name: package.get("license", "none")
        for name, package in lock["packages"].items()
        if not package.get("dev") and package.get("license") not in ALLOWED | NEVER_BUNDLED
    }
    assert others == {}
    built = read_packages(assets_root() / "server/partage/web/static")
    assert {package.license for package in built} <= ALLOWED
