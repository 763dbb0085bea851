"""
All releases, each release, and the TimeMap of every page
(RFC 7089 §5, https://www.rfc-editor.org/rfc/rfc7089#section-5).
"""

from flask import (
    Blueprint,
    Response,
    abort,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)
from flask_babel import gettext as _

from partage.errors import UnknownRelease, UnknownResource, message
from partage.rdf.formats import GRAPH_FORMATS
from partage.rdf.namespaces import BASE, PREFIXES, RELEASES
from partage.releases.datetime_negotiation import (
    LINK_FORMAT,
    timemap_as_json,
    timemap_as_link_format,
)
from partage.resources.description import schema_org as search
from partage.resources.description.release_series import described, listed
from partage.resources.identifiers import document, split
from partage.store.embedded.quads_writing import write_quads
from partage.web.dataset import served_dataset, served_datasets
from partage.web.http import language
from partage.web.http.negotiation import HTML, format_of, media_types
from partage.web.http.representation import negotiated_media_type, represent, respond
from partage.web.views.citations import negotiation
from partage.web.views.releases.memento import IMMUTABLE, holding, mementos, original, timed
from partage.web.views.resources.document_metadata import describes_link, document_links
from partage.web.views.resources.documents import find_document, release_document

JSON = "application/json"
RELEASE_PREFIXES = {
    name: PREFIXES[name] for name in ("dcat", "dct", "rdfs", "void", "schema", "xsd")
}
METHODS_OF_PAGES = ("GET", "POST", "QUERY")

blueprint = Blueprint("releases", __name__, template_folder="templates")


@blueprint.get("/release/")
def releases() -> Response:
    """List all releases, for people or as a DCAT series."""
    media_type = negotiated_media_type(media_types(GRAPH_FORMATS))
    if media_type == HTML:
        page = render_template(
            "releases.html", records=tuple(reversed(served_datasets().catalog.records))
        )
        return represent(page.encode(), HTML)
    quads = listed(served_datasets().catalog)
    return represent(
        write_quads(quads, format_of(media_type, GRAPH_FORMATS), RELEASE_PREFIXES), media_type
    )


@blueprint.get("/release/<version>")
def release(version: str) -> Response:
    """Describe one release, for people, in RDF or as a citation."""
    catalog = served_datasets().catalog
    version, suffix = negotiation.split_citation_suffix(version) or split(version)
    record = catalog.find(version)
    iri = RELEASES + version
    if cited := negotiation.preferred_citation(iri, suffix, media_types(GRAPH_FORMATS)):
        return negotiation.citation_response(iri, cited)
    media_type = negotiated_media_type(media_types(GRAPH_FORMATS), suffix)
    told = release_document(version)
    links = document_links(told)
    if media_type == HTML:
        following = next((later for later in catalog if later.previous == version), None)
        page = render_template(
            "release.html",
            iri=iri,
            record=record,
            latest=catalog.newest,
            following=following,
            structured=[search.of_release(record, _dataset_json(version))],
            links=links,
        ).encode()
        return respond(page, HTML, links=links)
    host = request.host_url.rstrip("/")
    quads = described(record, f"{host}/release/{version}/sparql")
    body = write_quads(quads, format_of(media_type, GRAPH_FORMATS), RELEASE_PREFIXES)
    links += describes_link(told)
    response = respond(body, media_type, modified=record.issued, links=links)
    response.headers["Cache-Control"] = IMMUTABLE  # the page says what came after, the data not
    return response


def _dataset_json(version: str) -> search.Json:
    """Return what a release's own data tell search engines of the dataset."""
    reader = language.reader_languages()
    dataset = served_datasets().at_release(version)
    landing = find_document(dataset, BASE, document(BASE), 1, request.url_root)
    if landing.description is None:
        return {}
    return search.structured(dataset.engine, landing.description, reader, "")[0]


@blueprint.route("/release/<version>/<path:rest>", methods=METHODS_OF_PAGES)
def nowhere(version: str, rest: str) -> Response:
    """Say which releases there are: an address in one of them would not have come here."""
    served_datasets().catalog.find(version)
    abort(
        404, _("There is no page at %(path)s in release %(version)s.", path=rest, version=version)
    )


@blueprint.get("/ns/<version>")
def ontology(version: str) -> Response:
    """Send on to a version of the ontology: as the newest release with that version holds it."""
    query = "?" + request.query_string.decode("latin-1") if request.query_string else ""
    for record in reversed(served_datasets().catalog.records):
        if record.ontology == version:
            address = f"/release/{record.version}/doc/ns{query}"
            return redirect(address, 303)  # type: ignore[return-value]
    if served_dataset().manifest.get("ontology") == version:
        return redirect(f"/doc/ns{query}", 303)  # type: ignore[return-value]
    known = ", ".join(sorted({record.ontology for record in served_datasets().catalog})) or message(
        "none yet"
    )
    raise UnknownRelease(
        "There is no version %(version)s of the ontology. There are: %(known)s.",
        version=version,
        known=known,
    )


@blueprint.get("/timemap/")
@blueprint.get("/timemap/<path:local>")
def timemap(local: str = "") -> Response:
    """List the releases that have a resource, each with the address of its answer there."""
    path, query = "/" + local, request.query_string.decode("latin-1")
    if not timed(path):
        abort(
            404,
            _(
                "%(path)s is no page that releases have. Give the path of one after /timemap.",
                path=path,
            ),
        )
    records = holding(path, query)
    original_resource = original(path, query)
    if not records:
        raise UnknownResource(original_resource.uri)
    all_ = mementos(original_resource, records)
    media_type = negotiated_media_type((LINK_FORMAT, JSON, "text/plain", HTML))
    if media_type == JSON:
        response = jsonify(timemap_as_json(original_resource, all_))
    else:
        response = make_response(timemap_as_link_format(original_resource, all_))
        response.mimetype = LINK_FORMAT if media_type == LINK_FORMAT else "text/plain"
    response.vary.add("Accept")
    return response
