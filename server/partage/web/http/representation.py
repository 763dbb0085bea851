"""Bytes, media type and headers of what a view answers."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from flask import Response, redirect, request

from partage.rdf.formats import Format
from partage.sparql.protocol.operation import FORMAT_PARAMETERS
from partage.web.http.links import Link, link_header
from partage.web.http.negotiation import negotiate, ranked
from partage.web.http.validators import tag_of_bytes, validate

# For text the charset is said, because HTTP clients once assumed another one.
TEXTUAL = ("text/",)
# Content Negotiation by Profile §7.2 has a name of its own.
PARAMETERS = ("_mediatype", *FORMAT_PARAMETERS)


def preferred_media_types(offers: Sequence[str], suffix: str | None = None) -> Iterator[str]:
    """
    Yield the media types to answer the request with, the best first.

    What the suffix of the address names is the only one; else see `ranked`.

    Raises
    ------
    NotAcceptable
        Nothing offered satisfies the request.
    """
    accept = request.headers.get("Accept")
    if suffix:
        return iter((negotiate(accept, offers, suffix),))
    return ranked(accept, offers, requested_formats())


def negotiated_media_type(offers: Sequence[str], suffix: str | None = None) -> str:
    """Return the media type to answer the request with; see `choices`."""
    return next(preferred_media_types(offers, suffix))


def requested_formats() -> list[str]:
    """Return the formats that the parameters of the address name, fitting or not."""
    return [value for name in PARAMETERS for value in request.args.getlist(name)]


def represent(
    body: Iterable[bytes] | bytes, media_type: str, fmt: Format | None = None
) -> Response:
    """Return a negotiated representation; `fmt` names the file a browser would save."""
    content_type = media_type
    if media_type.startswith(TEXTUAL):
        content_type += "; charset=utf-8"
    response = Response(body, content_type=content_type)
    response.vary.add("Accept")
    if fmt is not None and fmt.kind == "solutions":
        response.headers["Content-Disposition"] = f'inline; filename="result.{fmt.extension}"'
    return response


def respond(
    body: bytes,
    media_type: str,
    *,
    modified: datetime | None = None,
    tag: str = "",
    links: Iterable[Link] = (),
) -> Response:
    """
    Return a whole representation with its validators (RFC 9110 §8.8) and links (RFC 8288).

    The strong tag is the digest of the body where none is given; `modified` is when the data
    changed, None where that is not known.
    """
    response = validate(represent(body, media_type), tag or tag_of_bytes(body), modified)
    if written := link_header(links, response.mimetype or ""):
        response.headers["Link"] = written
    return response


def redirect_with_query(path: str, status: int = 303) -> Response:
    """Redirect to a path with the query of the request, whatever it accepts."""
    query = request.query_string.decode("ascii", "ignore")
    response = redirect(f"{path}?{query}" if query else path, status)
    response.vary.add("Accept")
    return response  # type: ignore[return-value]  # Flask's redirect makes a Flask response
