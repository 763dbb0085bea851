"""Bytes, media type and headers of what a view answers."""

from collections.abc import Iterable

from flask import Response, redirect, request

from partage.rdf.formats import Format

# For text the charset is said, because HTTP clients once assumed another one.
TEXTUAL = ("text/",)


def represent(
    body: Iterable[bytes] | bytes, media_type: str, fmt: Format | None = None
) -> Response:
    """Return a negotiated representation; `fmt` names the file a browser would save."""
    content_type = media_type
    if media_type.startswith(TEXTUAL):
        content_type += "; charset=utf-8"
    response = Response(body, content_type=content_type)
    if request.method == "HEAD" and not isinstance(body, bytes):
        response.response = []
    response.vary.add("Accept")
    if fmt is not None and fmt.kind == "solutions":
        response.headers["Content-Disposition"] = f'inline; filename="result.{fmt.extension}"'
    return response


def send_on(path: str, status: int = 303) -> Response:
    """Send whoever asks on to a path, with the query of his request, whatever he accepts."""
    query = request.query_string.decode("ascii", "ignore")
    response = redirect(f"{path}?{query}" if query else path, status)
    response.vary.add("Accept")
    return response  # type: ignore[return-value]  # Flask's redirect makes a Flask response
