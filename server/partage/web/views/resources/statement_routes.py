"""Statements by their digests: `/statement/{SHA-256}` and the documents about them."""

from flask import Blueprint, Response, render_template, request

from partage.errors import UnknownResource
from partage.rdf.canonical import STATEMENTS, ntriples_line
from partage.rdf.formats import GRAPH_FORMATS
from partage.resources.identifiers import document, split
from partage.resources.pages.statement import statement_page
from partage.resources.pages.statement_details import quads, record
from partage.store.embedded.quads_writing import write_quads
from partage.web.dataset import served_dataset, served_datasets
from partage.web.http import language
from partage.web.http.negotiation import HTML, first_writable, format_of, media_types
from partage.web.http.release_paths import RELEASE
from partage.web.http.representation import (
    preferred_media_types,
    redirect_with_query,
    respond,
)
from partage.web.http.validators import tag_of_quads
from partage.web.views.citations import negotiation
from partage.web.views.resources.document_metadata import (
    describes_link,
    document_links,
    document_quads,
    structured_data,
)
from partage.web.views.resources.documents import statement_document

blueprint = Blueprint("statements", __name__)


@blueprint.get("/statement/<digest>")
def thing(digest: str) -> Response:
    """Send a statement's visitor on to the document about it."""
    path = document(STATEMENTS + digest)
    if path is None or served_datasets().statement(digest, request.environ.get(RELEASE)) is None:
        raise UnknownResource(STATEMENTS + digest)
    return redirect_with_query(path)


@blueprint.get("/doc/statement/<name>")
def page(name: str) -> Response:
    """Describe a statement, in the format of the suffix or of `Accept`."""
    path, suffix = negotiation.split_citation_suffix("/doc/statement/" + name) or split(
        "/doc/statement/" + name
    )
    digest = path.rpartition("/")[2]
    iri = STATEMENTS + digest
    found = served_datasets().statement(digest, request.environ.get(RELEASE))
    if found is None:
        raise UnknownResource(iri)
    dataset, triple = found
    if cited := negotiation.preferred_citation(iri, suffix, media_types(GRAPH_FORMATS)):
        return negotiation.citation_response(iri, cited)
    offers = [*media_types(GRAPH_FORMATS), *negotiation.citation_media_types(iri)]
    versions = [release.version for release in served_datasets().catalog.records]
    known = record(dataset.engine, triple, versions)
    links, modified = (
        document_links(document_of := statement_document(digest)),
        served_dataset().metadata.issued,
    )

    def represented(media_type: str) -> Response:
        if media_type != HTML:
            fmt = format_of(media_type, GRAPH_FORMATS)
            data = [*quads(known), *document_quads(iri, path)]
            return respond(
                write_quads(data, fmt),
                media_type,
                tag=tag_of_quads(data, fmt.key),
                modified=modified,
                links=[*links, *describes_link(document_of)],
            )
        reader = language.reader_languages()
        shown = statement_page(dataset.engine, known, reader)
        common: dict[str, object] = {
            "iri": iri,
            "path": path,
            "language": reader[0],
            "line": ntriples_line(triple),
            "links": links,
            "structured": structured_data(document_of, reader),
        }
        html = render_template("statement.html", record=known, shown=shown, **common).encode()
        return respond(html, HTML, modified=modified, links=links)

    return first_writable(preferred_media_types(offers, suffix), represented)
