"""The files of the current release, or of the draft of the next."""

from pathlib import Path
from typing import cast

from flask import Blueprint, Response, abort, render_template, send_from_directory

from partage.rdf.formats import by_path
from partage.web.negotiation import HTML
from partage.web.representation import represent
from partage.web.site import site

NOT_RDF = {".gz": "application/gzip", ".json": "application/json"}

blueprint = Blueprint("downloads", __name__)


@blueprint.get("/download/")
def files() -> Response:
    """List the files of the release with their sizes and digests."""
    directory = site().release
    if directory is None:
        abort(404)
    digests = {
        str(artefact["name"]): str(artefact["sha256"])
        for artefact in cast("list[dict[str, object]]", site().manifest.get("artefacts", []))
    }
    found = [
        (path.name, path.stat().st_size, digests.get(path.name, ""))
        for path in sorted(directory.iterdir())
        if path.is_file()
    ]
    page = render_template("downloads.html", files=found, manifest=site().manifest)
    return represent(page.encode(), HTML)


@blueprint.get("/download/<path:name>")
def artefact(name: str) -> Response:
    """Send a file of the release as it is."""
    directory = site().release
    if directory is None:
        abort(404)
    suffix = Path(name).suffix
    fmt = by_path(Path(name))
    media_type = NOT_RDF.get(suffix) or (fmt.media_type if fmt else None)
    return send_from_directory(directory, name, mimetype=media_type)
