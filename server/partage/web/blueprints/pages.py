"""The home page, the query examples, and the files of the release."""

from pathlib import Path
from typing import cast

from flask import Blueprint, Response, abort, render_template, request, send_from_directory

from partage.rdf.formats import by_path
from partage.rdf.namespaces import iri
from partage.resources.labels import labels
from partage.resources.rows import Writer
from partage.web.negotiation import HTML, languages
from partage.web.representation import represent
from partage.web.site import site

SHOWN_CLASSES = 12
NOT_RDF = {".gz": "application/gzip", ".json": "application/json"}
FIGURES = (
    ("ds:Claim", "claims"),
    ("ds:Source", "sources"),
    ("ds:Organization", "organizations"),
    ("ds:DataFlow", "data flows"),
    ("ds:DataSharingAgreement", "agreements"),
    ("ds:ContestedClaim", "contested claims"),
)

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def home() -> Response:
    """Say what this is, how much of it there is, and where to begin."""
    reader = languages(request.headers.get("Accept-Language"), request.args.get("lang"))
    here = site()
    writer = Writer(labels(here.engine, here.counts, reader))
    counts = [(writer.named(name), number) for name, number in here.counts.items()]
    figures = [
        (label, here.counts[iri(name)]) for name, label in FIGURES if iri(name) in here.counts
    ]
    page = render_template("home.html", counts=counts[:SHOWN_CLASSES], figures=figures)
    return represent(page.encode(), HTML)


@blueprint.get("/release/")
def release() -> Response:
    """List the files of the release with their sizes and digests."""
    directory = site().release
    if directory is None:
        abort(404)
    digests = {
        str(artefact["name"]): str(artefact["sha256"])
        for artefact in cast("list[dict[str, object]]", site().manifest.get("artefacts", []))
    }
    files = [
        (path.name, path.stat().st_size, digests.get(path.name, ""))
        for path in sorted(directory.iterdir())
        if path.is_file()
    ]
    page = render_template("release.html", files=files, manifest=site().manifest)
    return represent(page.encode(), HTML)


@blueprint.get("/release/<path:name>")
def artefact(name: str) -> Response:
    """Send a file of the release as it is."""
    directory = site().release
    if directory is None:
        abort(404)
    suffix = Path(name).suffix
    fmt = by_path(Path(name))
    media_type = NOT_RDF.get(suffix) or (fmt.media_type if fmt else None)
    return send_from_directory(directory, name, mimetype=media_type)
