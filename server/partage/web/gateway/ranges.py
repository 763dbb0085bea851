"""
What is sent of an answer that is in memory: all of it, its head alone, or one range of its bytes
(RFC 9110 §9.3.2 and §14, https://www.rfc-editor.org/rfc/rfc9110#section-14).
"""

import re

from partage.errors import RangeNotSatisfiable
from partage.web.gateway import plain_text
from partage.web.gateway.response_cache import Headers, Scope

ACCEPTED = (b"accept-ranges", b"bytes")
# Other units and several ranges at once are passed over, as §14.2 allows.
RANGE = re.compile(rb"bytes=(?:(\d+)-(\d*)|-(\d+))", re.IGNORECASE)


def part(scope: Scope, status: int, headers: Headers, body: bytes) -> tuple[int, Headers, bytes]:
    """Return as much of a whole answer as a request asks for."""
    if scope["method"] == "HEAD":
        return status, headers, b""
    fields = dict(scope["headers"])
    if scope["method"] != "GET" or status != 200 or not body or ACCEPTED not in headers:
        return status, headers, body
    found = RANGE.fullmatch(fields.get(b"range", b""))
    if found is None or not _is_current(fields.get(b"if-range"), dict(headers)):
        return status, headers, body
    size = len(body)
    if found[3] is None:
        start, stop = int(found[1]), min(int(found[2] or size) + 1, size)
        if found[2] and int(found[2]) < int(found[1]):
            return status, headers, body  # no range at all
    else:
        start, stop = max(0, size - int(found[3])), size
    if start >= stop:
        refusal = RangeNotSatisfiable(
            "The range asked for begins beyond the end: the answer has %(size)s bytes.", size=size
        )
        status, headers, body = plain_text.refusal(refusal, scope)
        return status, [*headers, (b"content-range", f"bytes */{size}".encode())], body
    others = [pair for pair in headers if pair[0] != b"content-length"]
    others.append((b"content-length", str(stop - start).encode()))
    others.append((b"content-range", f"bytes {start}-{stop - 1}/{size}".encode()))
    return 206, others, body[start:stop]


def _is_current(version: bytes | None, headers: dict[bytes, bytes]) -> bool:
    """Return whether a range is wanted of this version: by strong tag or exact date (§13.1.5)."""
    return version is None or version in {headers.get(b"etag"), headers.get(b"last-modified")}
