"""Pages in French: every text of every kind of page is translated, or marked as something else."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import flask_babel
import pytest
from babel.support import NullTranslations
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode

import released_app
import three_releases
from partage import assets
from partage.rdf.namespaces import curie
from partage.rdf.query_files import read_questions
from partage.resources.labels import fallback
from partage.resources.ontology.constraints import constraints
from partage.web.views.resources.documents import SHIPPED
from three_releases import FIRST, SECOND, THIRD

FRENCH = {"Accept": "text/html", "Accept-Language": "fr"}
ALL = "/sparql?query=SELECT+*+{+?s+?p+?o+}+LIMIT+3"
PAGES = (
    "/",
    "/about/",
    "/about/citing",
    "/about/corrections",
    "/about/licences",
    "/about/method",
    "/browse/",
    *(
        f"/browse/{kind}"
        for kind in (
            "organizations",
            "agreements",
            "flows",
            "claims",
            "sources",
            "data-categories",
            "disputes",
        )
    ),
    "/search?q=netflix",
    "/search?q=netflx",
    "/search?q=qqqq",
    "/compare",
    "/compare?a=org:netflix&b=org:facebook",
    "/timeline",
    "/disputes",
    "/examples",
    "/sparql",
    ALL,
    "/sparql?query=ASK+{+?s+?p+?o+}",
    "/sparql?query=CONSTRUCT+WHERE+{+?s+?p+?o+}",
    "/sparql?query=SELECT+*+{+?s+<x:none>+?o+}",
    "/sparql/why?query=SELECT+*+{+?s+<x:none>+?o+}",
    "/doc/agreement/a0001",
    "/doc/claim/c0001",
    "/doc/claim/c0001/v1",
    "/doc/claim/c0002",
    "/doc/claim/c0004",
    "/doc/flow/f0001",
    "/doc/ns",
    "/doc/org/facebook",
    "/doc/org/gazette?page=2",
    "/doc/passage/p0001",
    "/doc/shapes",
    "/doc/profiles",
    "/doc/source/s0001",
    "/doc/voc/data-category",
    "/doc/voc/data-category/private-messages",
    "/doc/graph/entities",
    "/doc/org/facebook?_profile=alt",
    "/cite?iri=c:c0001",
    "/download/",
    "/release/",
    f"/release/{THIRD}",
    f"/release/{FIRST}",
    f"/release/{FIRST}/",
    f"/release/{FIRST}/doc/org/netflix-inc",
    f"/release/{FIRST}/download/",
    f"/release/{FIRST}/diff/{THIRD}",
    f"/release/{SECOND}/diff/{THIRD}?iri=https://w3id.org/partage/id/org/gazette",
    f"/release/{FIRST}/diff/{THIRD}?iri=https://w3id.org/partage/id/claim/c0004",
    # Errors that a person in a browser meets.
    "/nowhere",
    "/doc/org/netflx",
    "/doc/org/facebook?lang=xx",
    "/doc/org/facebook?page=none",
    "/doc/org/facebook.png",
    "/release/1.2.3",
    f"/release/{FIRST}/nowhere",
    "/sparql?query=SELEC+*+{}",
    "/sparql?query=SELECT+*+{+?s+ex:p+?o+}",
    "/sparql?query=SELECT+*+{+?s+?p+}",
    "/sparql?query=INSERT+DATA+{}",
    "/sparql?query=ASK+{+SERVICE+<x:y>+{+?s+?p+?o+}+}",
    "/query/nothing",
    "/cite?iri=c:c0001&format=text&style=none",
    "/download/none",
    "/resource",
)
# What other parts of the site have not translated yet.
TO_COME: frozenset[str] = frozenset()


class _Marked(NullTranslations):
    """A translation that brackets each text, so that one that was not translated shows."""

    def ugettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ungettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


class _Reading(HTMLParser):
    """Reads the texts of a page that nothing marks as data: code, another language, a script."""

    APART = frozenset({"code", "pre", "script", "style", "textarea", "title", "svg", "time"})
    VOID = frozenset({"meta", "link", "input", "img", "br", "hr", "wbr", "col"})
    TOLD = frozenset({"aria-label", "title", "placeholder", "alt", "aria-description"})

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.words: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._data = self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        apart = tag in self.APART or (tag != "html" and "lang" in told)
        apart = apart or told.get("translate") == "no"
        if not any(hidden for _, hidden in self._open):
            self.texts += [value for name, value in told.items() if name in self.TOLD and value]
        if tag not in self.VOID:
            self._open.append((tag, apart))
        self._script = told.get("id") == "words"

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        self._script = False

    def handle_data(self, data: str) -> None:
        if self._script:
            self.words += list(_strings(json.loads(data)))
        elif not any(hidden for _, hidden in self._open):
            self.texts.append(data)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


def _outside(text: str) -> str:
    """Return what stands outside the brackets, which may stand within each other."""
    depth, kept = 0, []
    for character in text:
        depth += {"⟦": 1, "⟧": -1}.get(character, 0)
        kept.append(character if depth == 0 and character != "⟧" else " ")
    return "".join(kept)


def _pieces(text: str) -> list[str]:
    """Return the parts of a text between marks, those that are a word or more."""
    pieces = re.split(r"[·;()…]|[,:]\s|\s[→/]\s", " ".join(text.split()))
    return [plain for piece in pieces if LETTERS.search(plain := piece.strip(" .:,?!¶×←"))]


def _stray(html: str, data: frozenset[str]) -> list[str]:
    """Return the words of a page that are neither translated nor known from the data."""
    page = _Reading()
    page.feed(html)
    texts = [" ".join(text.split()) for text in _outside("\n".join(page.texts)).split("\n")]
    pieces = [piece for text in texts if text not in data for piece in _pieces(text)]
    return [
        *(piece for piece in pieces if piece not in data and not IDENTIFIER.fullmatch(piece)),
        *(word for word in page.words if LETTERS.search(re.sub(r"\{\w+\}", "", _outside(word)))),
    ]


LETTERS = re.compile(r"[^\W\d_]{3}")
# A name in one word, with a mark or a digit in it: c0001, dataset.nq.gz, ds:Claim, cax-sco.
IDENTIFIER = re.compile(r"(?=\S*[\d./#:_-])[\w./#:-]+")
# Names that are the same in every language.
NAMES = frozenset(
    """Partage, Turtle, JSON-LD, N-Triples, RDF/XML, TriG, N-Quads, JSON, XML, CSV, TSV, Arrow,
    Parquet, RDF, SPARQL, BibTeX, biblatex, RIS, CSL-JSON, DataCite JSON, APA, Chicago, MLA,
    TimeMap, CC BY 4.0, English, Français, SHA-256, UTC""".replace("\n    ", " ").split(", ")
)


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return released_app.application(tmp_path_factory.mktemp("french"))


@pytest.fixture
def client(marked: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Return a French reader of pages that bracket what is translated."""
    monkeypatch.setattr(flask_babel.Domain, "get_translations", lambda _: _Marked())
    made = marked.test_client()
    made.environ_base |= {"HTTP_ACCEPT_LANGUAGE": "fr", "HTTP_ACCEPT": "text/html"}
    return made


@pytest.fixture(scope="module")
def data() -> frozenset[str]:
    """Return the texts and the names that the data of the releases hold."""
    found = set(NAMES)
    dataset = [q for version in three_releases.VERSIONS for q in three_releases.quads(version)]
    shipped = [triple for triples in SHIPPED.values() for triple in triples()]
    for quad in (*dataset, *shipped):
        for term in (quad.subject, quad.predicate, quad.object, getattr(quad, "graph_name", None)):
            if isinstance(term, NamedNode):
                found |= {
                    term.value,
                    curie(term.value) or "",
                    *re.split(r"[/#]", term.value),
                    fallback(term.value),
                }
            elif isinstance(term, Literal):
                found |= {" ".join(term.value.split()), *_pieces(term.value)}
    asked = read_questions(assets.assets_root() / "ontology" / "competency")
    texts = [text for question in asked for text in question.asked.values()]
    texts += [question.explanation["fr"] for question in asked]
    for rule in constraints().rules:
        texts += [*rule.messages.values(), *rule.advice.values()]
    return frozenset(found.union(*map(_pieces, texts)))


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=pytest.mark.xfail(strict=True)) if path in TO_COME else path
        for path in PAGES
    ],
)
def test_every_text_of_a_page_is_translated(
    client: FlaskClient, data: frozenset[str], path: str
) -> None:
    page = client.get(path, follow_redirects=True)
    assert page.mimetype == "text/html"
    assert page.headers["Content-Language"] == "fr"
    assert '<html lang="fr">' in page.text
    assert _stray(page.text, data) == []


def test_statements_and_cited_results_are_told_in_french(
    client: FlaskClient, data: frozenset[str]
) -> None:
    paths = re.findall(r'"(/doc/statement/\w+)"', client.get("/doc/claim/c0001").text)
    paths += re.findall(r'"(/doc/statement/\w+)"', client.get("/doc/flow/f0001").text)
    cited = client.post("/query", data={"query": released_app.QUERY}).location
    assert paths
    assert cited
    for path in (*dict.fromkeys(paths), cited, cited + "?verify=1"):
        page = client.get(path)
        assert page.status_code == 200
        assert _stray(page.text, data) == [], path


def test_a_page_names_its_languages_and_keeps_what_it_was_asked(client: FlaskClient) -> None:
    page = client.get("/sparql?query=ASK+{}&graphs=entities&lang=fr").text
    asked = "http://localhost/sparql?query=ASK+%7B%7D&amp;graphs=entities"
    for code, address in (("en", asked + "&amp;lang=en"), ("fr", asked + "&amp;lang=fr")):
        assert f'<link rel="alternate" hreflang="{code}" href="{address}">' in page
    assert f'<link rel="alternate" hreflang="x-default" href="{asked}">' in page
    below = client.get(f"/release/{FIRST}/doc/org/facebook").text
    assert f'href="http://localhost/release/{FIRST}/doc/org/facebook?lang=en">' in below
    assert "hreflang" not in client.get("/nowhere").text.partition("</head>")[0]


def test_the_switch_keeps_a_query_that_was_posted(client: FlaskClient) -> None:
    page = client.post("/sparql?lang=fr", data={"query": "ASK {}", "graphs": "entities"}).text
    assert 'href="/sparql?query=ASK+%7B%7D&amp;graphs=entities&amp;lang=en"' in page
    assert "x-default" not in page
    failed = client.post("/query", data={"query": "SELEC"}).text
    assert 'href="/sparql?query=SELEC&amp;lang=en"' in failed


@pytest.mark.parametrize("kind", ["text/html", "application/json", "text/plain"])
def test_an_error_is_told_in_the_readers_language(app: Flask, kind: str) -> None:
    client = app.test_client()
    path = "/release/1.2.3"
    french = client.get(path, headers={"Accept": kind, "Accept-Language": "fr"})
    english = client.get(path, headers={"Accept": kind})
    assert "Il n’y a pas de version 1.2.3. Il y a : aucune encore." in french.text
    assert "There is no release 1.2.3. There are: none yet." in english.text
    told = [response.headers["Content-Language"] for response in (french, english)]
    assert told == ["fr", "en"]
    assert {"Accept", "Accept-Language"} <= set(french.vary)


def test_what_an_engine_says_in_english_is_marked_as_english(app: Flask) -> None:
    query = "SELECT ?s { ?s ?p ?o } GROUP BY ?p"
    page = app.test_client().get("/sparql", query_string={"query": query}, headers=FRENCH).text
    assert '<html lang="fr">' in page
    assert re.search(r'class="problem"[^>]*>.*<span lang="en">[^<]+</span>', page)


def test_numbers_and_the_text_of_who_asks_are_written_safely(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/doc/org/facebook?page=<b>", headers=FRENCH)
    assert "page=&lt;b&gt; n’est pas une page." in page.text
    long = client.post("/sparql", data=b"a" * 1_000_001, headers=FRENCH)
    assert "1\u202f000\u202f000" in long.text
