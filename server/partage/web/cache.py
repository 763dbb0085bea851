"""
Answers that are the same for everybody, kept whole in front of the application, so that what was
asked before costs no thread and no page (RFC 9111, https://www.rfc-editor.org/rfc/rfc9111).

The dataset does not change while it is served. What is kept says itself that it may be: it is
public and has a strong tag. It is kept under everything of a request that an answer of ours can
depend on, and given again whole, or as 304 to whoever has it.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from werkzeug.http import is_resource_modified

Scope = dict[str, Any]
Headers = list[tuple[bytes, bytes]]
Key = tuple[object, ...]

# What our answers vary with, and what a trusted proxy tells of the address that was asked.
ASKED = (
    b"host", b"accept", b"accept-language", b"accept-encoding", b"accept-profile",
    b"accept-datetime", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-port",
    b"x-forwarded-prefix",
)  # fmt: skip
# A request with one of these wants something of its own.
OWN = frozenset(
    {
        b"content-length",
        b"if-match",
        b"if-unmodified-since",
        b"query-id",
        b"range",
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
AFTER_QUERY = 3
# What one answer may take of the whole.
SHARE = 8


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole answer."""

    headers: Headers
    body: bytes
    tag: str
    modified: str | None

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return len(self.body) + sum(len(name) + len(value) for name, value in self.headers)


class Cache:
    """The answers given last, as many as fit; used from one thread."""

    def __init__(self, most: int) -> None:
        """`most` is in bytes."""
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._most = most
        self._epoch = 0
        self.size = self.hits = self.misses = 0

    def __len__(self) -> int:
        return len(self._kept)

    def forget(self) -> None:
        """Find nothing again that was kept until now; from any thread."""
        self._epoch += 1

    def find(self, scope: Scope) -> tuple[int, Headers, bytes] | None:
        """Return the answer to a request, where one is kept."""
        key = self.key(scope)
        if key is None:
            return None
        kept = self._kept.get(key)
        if kept is None:
            self.misses += 1
            return None
        self._kept.move_to_end(key)
        self.hits += 1
        return conditional(kept, scope["headers"])

    def keep(self, scope: Scope, status: int, headers: Headers, body: bytes | None) -> None:
        """Keep an answer, where it is one to keep, and forget those not asked for longest."""
        told = dict(headers)
        tag = told.get(b"etag", b"").decode("latin-1")
        public = told.get(b"cache-control", b"").startswith(b"public")
        key = self.key(scope)
        if key is None or body is None or status != 200 or not public or not tag.startswith('"'):
            return
        modified = told.get(b"last-modified")
        lasting = [pair for pair in headers if pair[0] not in ONCE]
        self.put(key, Kept(lasting, body, tag, modified.decode("latin-1") if modified else None))

    def put(self, key: Key, kept: Kept) -> None:
        """Keep an answer that is one to keep."""
        size = kept.size
        if size > self._most // SHARE:
            return
        self._drop(key)
        self._kept[key] = kept
        self.size += size
        while self.size > self._most:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        gone = self._kept.pop(key, None)
        self.size -= gone.size if gone else 0

    def key(self, scope: Scope) -> Key | None:
        """Return what an answer depends on; None for a request whose answer is its own."""
        headers = scope["headers"]
        if scope["method"] != "GET" or not OWN.isdisjoint(name for name, _ in headers):
            return None
        if (b"host", b"") in headers:
            return None  # so Granian says that there is none, which HTTP/1.1 does not allow
        told = sorted(pair for pair in headers if pair[0] in ASKED)
        return (self._epoch, scope["raw_path"], scope["query_string"], scope["scheme"], *told)


def conditional(kept: Kept, asked: Iterable[tuple[bytes, bytes]]) -> tuple[int, Headers, bytes]:
    """Return an answer whole, or without its body where the client has it (RFC 9110 §13)."""
    wishes = {name: value.decode("latin-1") for name, value in asked if name in WISHES}
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
