"""
Answers that are the same for everybody, kept whole in front of the application, so that what was
asked before costs no thread and no page (RFC 9111, https://www.rfc-editor.org/rfc/rfc9111).

The dataset does not change while it is served. What is kept says itself that it may be: it is
public and has a strong tag. It is kept under everything of a request that an answer of ours can
depend on, and given again whole, or as 304 to whoever has it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from werkzeug.http import is_resource_modified

from partage.caching import BoundedCache
from partage.settings import Settings
from partage.web.gateway.forwarded import TELLING_ORIGIN, origin_of

Scope = dict[str, Any]
Headers = list[tuple[bytes, bytes]]
Key = tuple[object, ...]

# What our answers vary with.
NEGOTIATED = (
    b"accept", b"accept-language", b"accept-encoding", b"accept-profile", b"accept-datetime",
)  # fmt: skip
ASKED = frozenset({*NEGOTIATED, *TELLING_ORIGIN})
# A request with one of these wants something of its own.
OWN = frozenset(
    {
        b"content-length",
        b"if-match",
        b"if-unmodified-since",
        b"query-id",
        b"transfer-encoding",
    }
)
WISHES = frozenset({b"if-none-match", b"if-modified-since"})
# A 304 repeats what describes the representation, except its body (RFC 9110 §15.4.5).
OF_BODIES = frozenset(
    {b"content-length", b"content-type", b"content-encoding", b"content-language"}
)
# What an answer tells of the one evaluation or client that it was made for.
ONCE = frozenset({b"date", b"query-id", b"server-timing", b"ratelimit", b"ratelimit-policy"})
# Where in a key those things begin that the answer to any query depends on.
AFTER_QUERY = 2


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """A whole answer."""

    headers: Headers
    body: bytes
    tag: str
    modified: str | None


class ResponseCache:
    """The answers given last, as many as fit."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.kept = BoundedCache(settings.cache_bytes, "answers")

    def find(self, scope: Scope) -> tuple[int, Headers, bytes] | None:
        """Return the answer to a request, where one is kept."""
        key = self.key(scope)
        kept: CachedResponse | None = None if key is None else self.kept.find(key)
        return None if kept is None else conditional(kept, scope["headers"])

    def keep(self, scope: Scope, status: int, headers: Headers, body: bytes | None) -> None:
        """Keep an answer, where it is one to keep."""
        fields = dict(headers)
        tag = fields.get(b"etag", b"").decode("latin-1")
        public = fields.get(b"cache-control", b"").startswith(b"public")
        key = self.key(scope)
        if key is None or body is None or status != 200 or not public or not tag.startswith('"'):
            return
        modified = fields.get(b"last-modified")
        lasting = [pair for pair in headers if pair[0] not in ONCE]
        kept = CachedResponse(lasting, body, tag, modified.decode("latin-1") if modified else None)
        self.kept.put(key, kept)

    def key(self, scope: Scope) -> Key | None:
        """Return what an answer depends on; None for a request whose answer is its own."""
        if scope["method"] not in {"GET", "HEAD"}:
            return None
        fields: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name in OWN or (name, value) == (b"host", b""):
                return None  # so Granian says that there is no host, which HTTP/1.1 does not allow
            if name in ASKED:  # those of one name are one, in their order (RFC 9110 §5.3)
                fields[name] = fields[name] + b"," + value if name in fields else value
        origin = origin_of(scope, fields, self._settings)
        wishes = (fields.get(name) for name in NEGOTIATED)
        return (scope["raw_path"], scope["query_string"], *origin, *wishes)


def conditional(
    kept: CachedResponse, request_headers: Iterable[tuple[bytes, bytes]]
) -> tuple[int, Headers, bytes]:
    """Return an answer whole, or without its body where the client has it (RFC 9110 §13)."""
    wishes = {name: value.decode("latin-1") for name, value in request_headers if name in WISHES}
    if not wishes:
        return 200, kept.headers, kept.body
    environ = {
        "REQUEST_METHOD": "GET",
        "HTTP_IF_NONE_MATCH": wishes.get(b"if-none-match", ""),
        "HTTP_IF_MODIFIED_SINCE": wishes.get(b"if-modified-since", ""),
    }
    if is_resource_modified(environ, kept.tag, last_modified=kept.modified):
        return 200, kept.headers, kept.body
    return 304, [pair for pair in kept.headers if pair[0] not in OF_BODIES], b""
