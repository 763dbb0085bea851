"""Statements by their digests: `/statement/{SHA-256}` and the documents about them."""

from flask import Blueprint, Response, redirect, render_template, request

from partage.errors import UnknownResource
from partage.rdf.canonical import STATEMENTS, line
from partage.rdf.formats import GRAPH_FORMATS
from partage.resources.identifiers import document, split
from partage.resources.statement_pages import statement_page
from partage.resources.statements import quads, record
from partage.store.writing import write
from partage.web import citing
from partage.web.landing import plain_links
from partage.web.linking import Link, header
from partage.web.negotiation import HTML, format_of, languages, media_types, negotiate
from partage.web.representation import represent
from partage.web.site import site, sites
from partage.web.validators import tag_of_bytes, validate
from partage.web.versions import RELEASE

blueprint = Blueprint("statements", __name__)


@blueprint.get("/statement/<digest>")
def thing(digest: str) -> Response:
    """Send a statement's visitor on to the document about it."""
    path = document(STATEMENTS + digest)
    if path is None or sites().statement(digest, request.environ.get(RELEASE)) is None:
        raise UnknownResource(STATEMENTS + digest)
    query = "?" + request.query_string.decode("ascii", "ignore") if request.query_string else ""
    response = redirect(path + query, 303)
    response.vary.add("Accept")
    return response  # type: ignore[return-value]  # Flask's redirect makes a Flask response


@blueprint.get("/doc/statement/<name>")
def page(name: str) -> Response:
    """Describe a statement, in the format of the suffix or of `Accept`."""
    path, suffix = citing.split("/doc/statement/" + name) or split("/doc/statement/" + name)
    wish = suffix or request.args.get("format")
    digest = path.rpartition("/")[2]
    iri = STATEMENTS + digest
    found = sites().statement(digest, request.environ.get(RELEASE))
    if found is None:
        raise UnknownResource(iri)
    here, triple = found
    if fmt := citing.asked(iri, wish, media_types(GRAPH_FORMATS)):
        return citing.answer(iri, fmt)
    offers = [*media_types(GRAPH_FORMATS), *citing.offers(iri)]
    chosen = negotiate(request.headers.get("Accept"), offers, wish)
    versions = [release.version for release in sites().catalog.records]
    known = record(here.engine, triple, versions)
    addresses = {fmt.media_type: f"{path}.{fmt.extension}" for fmt in GRAPH_FORMATS}
    links = plain_links(iri, "Statement", addresses)
    if chosen != HTML:
        body = write(quads(known), format_of(chosen, GRAPH_FORMATS))
        links.append(Link("describes", path))
        return _answer(represent(body, chosen), body, links)
    reader = languages(request.headers.get("Accept-Language"), request.args.get("lang"))
    shown = statement_page(here.engine, known, reader)
    common = {"iri": iri, "path": path, "language": reader[0], "line": line(triple)}
    body = render_template(
        "statement.html", record=known, shown=shown, links=links, **common
    ).encode()
    response = represent(body, HTML)
    response.vary.add("Accept-Language")
    return _answer(response, body, links)


def _answer(response: Response, body: bytes, links: list[Link]) -> Response:
    # What is told of a statement grows with every release, the digest of its bytes with it.
    response.headers["Link"] = header(links)
    return validate(response, tag_of_bytes(body), site().known.issued)
