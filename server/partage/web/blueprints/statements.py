"""Statements by their digests: `/statement/{SHA-256}` and the documents about them."""

from flask import Blueprint, Response, redirect, render_template, request

from partage.errors import UnknownResource
from partage.rdf.canonical import STATEMENTS, line
from partage.rdf.formats import GRAPH_FORMATS
from partage.resources.identifiers import document, split
from partage.resources.statement_pages import statement_page
from partage.resources.statements import Record, quads, record
from partage.store.writing import write
from partage.web.negotiation import HTML, format_of, languages, media_types, negotiate
from partage.web.representation import represent
from partage.web.site import site

blueprint = Blueprint("statements", __name__)


@blueprint.get("/statement/<digest>")
def thing(digest: str) -> Response:
    """Send a statement's visitor on to the document about it."""
    path = document(STATEMENTS + digest)
    if path is None:
        raise UnknownResource(STATEMENTS + digest)
    query = "?" + request.query_string.decode("ascii", "ignore") if request.query_string else ""
    response = redirect(path + query, 303)
    response.vary.add("Accept")
    return response  # type: ignore[return-value]  # Flask's redirect makes a Flask response


@blueprint.get("/doc/statement/<name>")
def page(name: str) -> Response:
    """Describe a statement, in the format of the suffix or of `Accept`."""
    path, suffix = split("/doc/statement/" + name)
    found = _record(path.rpartition("/")[2])
    wish = suffix or request.args.get("format")
    chosen = negotiate(request.headers.get("Accept"), media_types(GRAPH_FORMATS), wish)
    if chosen != HTML:
        return represent(write(quads(found), format_of(chosen, GRAPH_FORMATS)), chosen)
    reader = languages(request.headers.get("Accept-Language"), request.args.get("lang"))
    shown = statement_page(site().engine, found, reader)
    common = {"iri": found.iri, "path": path, "language": reader[0], "line": line(found.triple)}
    html = render_template("statement.html", record=found, shown=shown, **common)
    response = represent(html.encode(), HTML)
    response.vary.add("Accept-Language")
    return response


def _record(digest: str) -> Record:
    here = site()
    triple = here.statement(digest)
    if triple is None:
        raise UnknownResource(STATEMENTS + digest)
    return record(here.engine, triple, here.versions)
