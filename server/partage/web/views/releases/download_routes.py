"""
The files of a release: of the one that was built last, or below its address of any other
(RFC 9110 §14 on ranges, https://www.rfc-editor.org/rfc/rfc9110#section-14).
"""

from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, render_template, request, send_from_directory
from flask_babel import gettext as _

from partage.rdf.namespaces import LICENSE, RELEASES
from partage.releases.artefact import Artefact
from partage.web.dataset import served_dataset, served_datasets
from partage.web.http.links import Link, link_header
from partage.web.http.negotiation import HTML
from partage.web.http.release_paths import RELEASE
from partage.web.http.representation import represent

MEDIA_TYPES = {
    ".gz": "application/gzip",
    ".json": "application/json",
    ".csv": "text/csv",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".ttl": "text/turtle",
    ".jsonld": "application/ld+json",
}
# The tables are written by the software of today, so not for ever.
FILE_CACHE_CONTROL = "public, max-age=86400"

blueprint = Blueprint("downloads", __name__)


@blueprint.get("/download/")
def files() -> Response:
    """List the files of the release with their sizes and digests."""
    page = render_template(
        "downloads.html",
        files=_listed(_directory()),
        manifest=served_dataset().manifest,
        release=_version(),
    )
    return represent(page.encode(), HTML)


@blueprint.get("/download/<path:name>")
def artefact(name: str) -> Response:
    """Send a file of the release as it is, or a part of it."""
    directory = _directory()
    known = {file.name: file for file in _listed(directory)}
    if name not in known:
        names = ", ".join(known)
        abort(
            404,
            _(
                "There is no file %(name)s in this release. There are: %(names)s.",
                name=name[:80],
                names=names,
            ),
        )
    media_type = MEDIA_TYPES.get(Path(name).suffix, "text/plain")
    version = _version()
    response = send_from_directory(
        directory,
        name,
        mimetype=media_type,
        download_name=f"partage-{version}-{name}" if version else name,
        etag=known[name].sha256,
        last_modified=served_dataset().metadata.issued,
    )
    if version is not None:
        response.headers["Cache-Control"] = FILE_CACHE_CONTROL
        links = [Link("collection", RELEASES + version), Link("license", LICENSE)]
        response.headers["Link"] = link_header(links)
    return response


def _version() -> str | None:
    version: str | None = request.environ.get(RELEASE)
    return version


def _directory() -> Path:
    version = _version()
    directory = (
        served_dataset().release if version is None else served_datasets().release_files.of(version)
    )
    if directory is None:
        abort(404, _("This server serves no release, so there are no files of one."))
    return directory


@cache
def _listed(directory: Path) -> tuple[Artefact, ...]:
    """Return the files of a release: as long as we serve them, they stay as they are."""
    return tuple(Artefact.of(path) for path in sorted(directory.iterdir()) if path.is_file())
