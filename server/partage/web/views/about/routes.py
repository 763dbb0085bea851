"""What Partage is: its method and limits, how it is cited, the licences of what it is made of."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, request
from flask_babel import get_locale
from pyoxigraph import NamedNode, Quad

from partage.assets import assets_root
from partage.citation.citation_formats import CITATION_FORMATS, CitationFormat, text
from partage.citation.styles import DEFAULT_STYLE
from partage.errors import UnknownResource
from partage.rdf.canonical import statement_iri
from partage.rdf.namespaces import BASE, RELEASES, iri
from partage.resources.description.describe import ask
from partage.resources.identifiers import here
from partage.resources.labels import labels
from partage.resources.ontology.constraints import constraints
from partage.resources.pages.term_texts import TermWriter
from partage.resources.pictures.coverage import coverage
from partage.web.dataset import served_dataset
from partage.web.http import language
from partage.web.http.negotiation import HTML
from partage.web.http.representation import respond
from partage.web.views.citations import negotiation
from partage.web.views.template_fragments import fragment

LICENCES = "built/licences.json"
# One of each kind that is cited; the smallest IRI, so that the page is always the same.
EXAMPLE_QUERIES = {
    "claim": "SELECT (MIN(?x) AS ?one) { ?x a ds:ContestedClaim }",
    "agreement": "SELECT (MIN(?x) AS ?one) { ?x a ds:ReciprocalAgreement }",
    "concept": "SELECT (MIN(?x) AS ?one) { ?x a ds:DataCategory ; skos:broader ?y }",
}
STATEMENT_QUERY = "SELECT ?s ?o { ?s ds:hasRecipient ?o } ORDER BY ?s ?o LIMIT 1"

blueprint = Blueprint("about", __name__, url_prefix="/about", template_folder="templates")


@dataclass(frozen=True, slots=True)
class CitationExample:
    """One thing of a kind and its citation as text."""

    key: str
    iri: str
    href: str | None
    text: str
    formats: tuple[CitationFormat, ...] = CITATION_FORMATS


@dataclass(frozen=True, slots=True)
class Package:
    """An npm package that is in our scripts or style sheets."""

    name: str
    version: str
    license: str
    homepage: str
    text: str


@blueprint.get("/")
def about() -> Response:
    """Say what this is, for whom, by whom, and what is kept of its readers."""
    _require_partage()
    known, reader = served_dataset().metadata, language.reader_languages()
    makers = [*known.values("dct:creator"), *known.values("dct:publisher")]
    write = TermWriter(labels(served_dataset().engine, makers, reader))
    return _page(
        "about.html",
        makers=[write.named(name) for name in dict.fromkeys(makers)],
        settings=served_dataset().settings,
    )


@blueprint.get("/method")
def method() -> Response:
    """Tell how claims come into the graph, and what it does not hold."""
    _require_partage()
    reader = language.reader_languages()
    return _page("method.html", told=fragment("method-told.html", lambda: _method_context(reader)))


@blueprint.get("/citing")
def how_to_cite() -> Response:
    """Tell how everything is cited, by examples that are made as the page is asked for."""
    _require_partage()
    reader = language.reader_languages()
    examples = fragment("citing-examples.html", lambda: {"examples": _examples(reader[0])})
    return _page("citing.html", examples=examples, formats=CITATION_FORMATS)


@blueprint.get("/licences")
def licences() -> Response:
    """List the packages in our scripts and style sheets, with their licences."""
    return _page("licences.html", packages=read_packages(Path(str(current_app.static_folder))))


def read_packages(static: Path) -> tuple[Package, ...]:
    """Return what the built scripts are made of; nothing where none have been built."""
    file = static / LICENCES
    listed = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    return tuple(Package(**package) for package in listed)


def _require_partage() -> None:
    """Refuse to tell about our dataset where another one is served."""
    if not served_dataset().is_partage:
        raise UnknownResource(BASE + request.path.removeprefix("/"))


def _page(template: str, **facts: object) -> Response:
    return respond(render_template(template, **facts).encode(), HTML)


def _method_context(reader: tuple[str, ...]) -> Mapping[str, object]:
    shapes = constraints()
    questions = list((assets_root() / "ontology" / "competency").glob("*.rq"))
    tongues = get_locale()
    return {
        "found": coverage(served_dataset().engine, reader),
        "tongues": tongues.languages if tongues else {},
        "shapes": len(shapes.shapes),
        "rules": len(shapes.rules),
        "questions": len(questions),
    }


def _examples(code: str) -> list[CitationExample]:
    found = {"dataset": BASE}
    if record := served_dataset().record:
        found["release"] = RELEASES + record.version
    found |= {"ontology": BASE + "ns", "term": iri("ds:hasRecipient")}
    for key, query in EXAMPLE_QUERIES.items():
        if name := str(getattr(ask(served_dataset().engine, query)[0].get("one"), "value", "")):
            found[key] = name
    for row in ask(served_dataset().engine, STATEMENT_QUERY):
        subject, value = row["s"], row["o"]
        if isinstance(subject, NamedNode) and isinstance(value, NamedNode):
            triple = Quad(subject, NamedNode(iri("ds:hasRecipient")), value)
            found["statement"] = statement_iri(triple) or BASE
    return [
        CitationExample(
            key, name, here(name), text(negotiation.citation(name), code, DEFAULT_STYLE)
        )
        for key, name in found.items()
    ]
