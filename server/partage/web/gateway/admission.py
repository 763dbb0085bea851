"""
What a request must keep to before anything reads it, and how much one client may ask at once
(RFC 6585, https://www.rfc-editor.org/rfc/rfc6585).

A request is judged by its ASGI scope alone. Reading a field or an address can take much longer than
receiving it, and both end up in the keys of caches, so both are bounded before that.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from partage.errors import HeaderFieldsTooLarge, TooManyRequests, UriTooLong
from partage.web.gateway.response_cache import ASKED, Scope

LONGEST_PATH = 8_000
# HTTP servers and proxies cut off at about 64 kB; a query that long comes in a body.
LONGEST_ADDRESS = 60_000
MOST_FIELDS = 100
LONGEST_FIELDS = 16_000
LONGEST_FIELD = 2_000
# A cache asks with the tags of all that it holds of an address.
LONGEST_TAGS = 8_000
TAGS = (b"if-match", b"if-none-match")
# The fields that we or the libraries below us read; others count only together.
READ = {
    **dict.fromkeys(
        (
            *ASKED,
            b"x-forwarded-for",
            b"x-forwarded-port",
            b"x-forwarded-prefix",
            b"if-modified-since",
            b"if-unmodified-since",
            b"if-range",
            b"range",
            b"query-id",
            b"content-type",
            b"content-encoding",
            b"content-length",
            b"transfer-encoding",
        ),
        LONGEST_FIELD,
    ),
    **dict.fromkeys(TAGS, LONGEST_TAGS),
}


def check(scope: Scope) -> None:
    """
    Refuse a request whose address or header is longer than anything here has a use for.

    Raises
    ------
    AddressTooLong, FieldsTooLarge
        It is.
    """
    path = len(scope["raw_path"])
    length = path + len(scope["query_string"])
    if length > LONGEST_ADDRESS:
        raise UriTooLong(
            "The address has %(length)s characters, more than %(most)s. Send the query in "
            "the body, by POST.",
            length=length,
            most=LONGEST_ADDRESS,
        )
    if path > LONGEST_PATH:
        raise UriTooLong(
            "The path of the address has %(length)s characters, more than %(most)s.",
            length=path,
            most=LONGEST_PATH,
        )
    fields = scope["headers"]
    if len(fields) > MOST_FIELDS:
        raise HeaderFieldsTooLarge(
            "The request has %(fields)s header fields, more than %(most)s. Send fewer.",
            fields=len(fields),
            most=MOST_FIELDS,
        )
    sizes: Counter[bytes] = Counter()
    total = 0
    for name, value in fields:
        total += len(name) + len(value)
        if name in READ:
            sizes[name] += len(value)  # of a field that is sent twice, both are read
            if sizes[name] > READ[name]:
                raise HeaderFieldsTooLarge(
                    "The header field %(name)s is longer than %(most)s bytes. Send less in it.",
                    name=name.decode(),
                    most=READ[name],
                )
    if total > LONGEST_FIELDS:
        raise HeaderFieldsTooLarge(
            "The header fields are longer than %(most)s bytes together. Send less in them.",
            most=LONGEST_FIELDS,
        )


@dataclass(slots=True, eq=False)
class ClientShare:
    """What one client has under way: requests that wait or are answered, bytes of their bodies."""

    requests: int = 0
    body_bytes: int = 0


class ClientShares:
    """The shares of all clients that have something under way; used from one event loop."""

    def __init__(self, most: int) -> None:
        """`most` is how many requests of one client may be under way; 0 sets no limit."""
        self.most = most
        self._shares: dict[str, ClientShare] = {}

    def __len__(self) -> int:
        return len(self._shares)

    @contextmanager
    def request(self, client: str) -> Iterator[ClientShare]:
        """
        Count a request until it is answered, and give its client's share.

        Raises
        ------
        TooManyRequests
            Its client has as many under way as it may.
        """
        share = self._shares.setdefault(client, ClientShare())
        if self.most and share.requests >= self.most:
            raise TooManyRequests(
                "%(most)s requests of yours are being answered already, as many as one client may "
                "have here at once. Ask again when one has ended.",
                most=self.most,
            )
        share.requests += 1
        try:
            yield share
        finally:
            share.requests -= 1
            if not share.requests:
                del self._shares[client]
