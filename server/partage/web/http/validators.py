"""
When an answer was last seen to change, and whether the client has it already
(RFC 9110 §8.8 and §13, https://www.rfc-editor.org/rfc/rfc9110#section-13).
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from flask import Flask, Response, request
from pyoxigraph import Quad

from partage import __version__
from partage.rdf.canonical import rdfc10

REVALIDATE = "public, no-cache"


def install(app: Flask) -> None:
    """Answer 304 to whoever has it; to run after the compression, whose answers are others."""
    app.after_request(_conditional)


def validate(response: Response, tag: str, modified: datetime | None) -> Response:
    """Give an answer its validators: a strong tag, and the time of the data it tells."""
    response.set_etag(tag)
    if modified is not None:
        response.last_modified = modified
    response.headers["Cache-Control"] = REVALIDATE
    return response


def tag_of_quads(quads: Iterable[Quad], *form: object) -> str:
    """Return the RDFC-1.0 digest of what is told, and in which form it is written."""
    digest = rdfc10(quads)
    return "-".join(str(part) for part in (digest, *form, __version__) if part)


def tag_of_bytes(body: bytes) -> str:
    """Return the digest of the bytes of a page, which tells more than the quads it is about."""
    return hashlib.sha256(body).hexdigest()


def _conditional(response: Response) -> Response:
    fresh = response.status_code == 200 and "ETag" in response.headers
    if fresh and request.endpoint == "static":
        response.headers["Cache-Control"] = REVALIDATE  # so that the gateway may keep it, too
    if not fresh or request.method not in {"GET", "HEAD"} or response.direct_passthrough:
        return response
    response.make_conditional(request)
    return response
