"""
Claim versions as nanopublications: `/doc/claim/c0001/v1.nanopub.trig`, and by their trusty URIs
`/doc/claim/c0001/v1.RA….trig` (https://trustyuri.net/spec).
"""

from contextlib import suppress

from flask import Blueprint, Response, redirect, request

from partage.errors import UnknownRelease, UnknownResource
from partage.rdf.formats import GRAPH_FORMATS
from partage.rdf.namespaces import ID
from partage.rdf.nanopublication import Nanopublication
from partage.resources.description.nanopublications import of_version
from partage.resources.identifiers import document
from partage.store.embedded.quads_writing import write_quads
from partage.web.dataset import served_dataset, served_datasets
from partage.web.http.links import Link, link_header
from partage.web.http.negotiation import HTML, format_of, media_types
from partage.web.http.release_paths import RELEASE
from partage.web.http.representation import negotiated_media_type, represent

# A graph format would lose the four graphs; JSON-LD keeps them.
FORMATS = [fmt for key in ("trig", "nquads", "jsonld") for fmt in GRAPH_FORMATS if fmt.key == key]

blueprint = Blueprint("nanopublications", __name__)


@blueprint.get("/id/claim/<claim>/<version>.RA<string(length=43):code>")
def thing(claim: str, version: str, code: str) -> Response:
    """Send the visitor of a trusty URI on to its content, whatever format is wanted."""
    trusty = f"{ID}claim/{claim}/{version}.RA{code}"
    path = document(trusty)
    if path is None or _found(f"{ID}claim/{claim}/{version}").iri != trusty:
        raise UnknownResource(trusty)
    response = redirect(path, 303)
    response.vary.add("Accept")
    return response  # type: ignore[return-value]  # Flask's redirect makes a Flask response


@blueprint.get("/doc/claim/<claim>/<version>.nanopub")
@blueprint.get("/doc/claim/<claim>/<version>.nanopub.<suffix>")
def by_version(claim: str, version: str, suffix: str | None = None) -> Response:
    """Give the nanopublication of a claim version."""
    return _nanopublication_response(f"{ID}claim/{claim}/{version}", None, suffix)


@blueprint.get("/doc/claim/<claim>/<version>.RA<string(length=43):code>")
@blueprint.get("/doc/claim/<claim>/<version>.RA<string(length=43):code>.<suffix>")
def by_code(claim: str, version: str, code: str, suffix: str | None = None) -> Response:
    """Give the nanopublication with a trusty URI; a browser gets the page of the claim version."""
    return _nanopublication_response(f"{ID}claim/{claim}/{version}", "RA" + code, suffix)


def _nanopublication_response(version: str, code: str | None, suffix: str | None) -> Response:
    found = _found(version)
    if code is not None and code != found.code:
        raise UnknownResource(f"{version}.{code}")
    media_type = negotiated_media_type(media_types(FORMATS), suffix)
    if media_type == HTML and code is not None:
        response = redirect(document(version) or "/", 303)
        response.vary.add("Accept")
        return response  # type: ignore[return-value]  # Flask's redirect makes a Flask response
    fmt = FORMATS[0] if media_type == HTML else format_of(media_type, FORMATS)
    response = represent(write_quads(found.quads, fmt), fmt.media_type)
    response.headers.add("Link", link_header([Link("canonical", found.iri)]))
    return response


def _found(version: str) -> Nanopublication:
    """Return the nanopublication out of the newest dataset that has it: it never changes."""
    datasets = (
        [served_dataset()] if request.environ.get(RELEASE) else served_datasets().newest_first()
    )
    for dataset in datasets:
        with suppress(UnknownRelease, UnknownResource):
            return of_version(dataset.engine, version)
    raise UnknownResource(version)
