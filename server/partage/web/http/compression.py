"""
Smaller answers for who takes them (RFC 9110 §12.5.3, `Accept-Encoding`): gzip, and zstd
(RFC 8878) where the package zstandard is installed.

A streamed answer stays one: each chunk is compressed and flushed as it comes, so the first
solutions arrive while the query still runs. Scripts and style sheets are compressed once.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Protocol

from flask import Flask, Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

try:
    import zstandard
except ImportError:  # the server does without
    zstandard = None  # type: ignore[assignment]

# Below this, the headers weigh more than what is saved.
WORTH_IT = 1024
GZIP_LEVEL, ZSTD_LEVEL = 5, 3
# More files than the pages have: each is kept as it was compressed.
FILES = 64
# Parquet and Arrow come compressed or are read in place, files of a release are packed.
TYPES = frozenset(
    {
        "application/json",
        "application/ld+json",
        "application/n-quads",
        "application/n-triples",
        "application/problem+json",
        "application/rdf+xml",
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "application/trig",
        "application/vnd.apache.arrow.stream",
        "application/xml",
        "image/svg+xml",
    }
)


class Compressor(Protocol):
    """Makes bytes smaller; `end` returns what is left."""

    def chunk(self, data: bytes) -> bytes:
        """Return what can be sent for these bytes, now."""
        ...

    def end(self) -> bytes:
        """Return the rest."""
        ...


class Gzip:
    """RFC 1952, by Python's zlib."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)

    def chunk(self, data: bytes) -> bytes:
        """Return what can be sent for these bytes, now."""
        return self._stream.compress(data) + self._stream.flush(zlib.Z_SYNC_FLUSH)

    def end(self) -> bytes:
        """Return the rest."""
        return self._stream.flush()


class Zstd:
    """RFC 8878, by the zstandard package."""

    def __init__(self) -> None:
        self._stream = zstandard.ZstdCompressor(ZSTD_LEVEL).compressobj()

    def chunk(self, data: bytes) -> bytes:
        """Return what can be sent for these bytes, now."""
        return self._stream.compress(data) + self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    def end(self) -> bytes:
        """Return the rest."""
        return self._stream.flush()


CODINGS: dict[str, Callable[[], Compressor]] = {"gzip": Gzip}
if zstandard is not None:
    CODINGS = {"zstd": Zstd, **CODINGS}


def install(app: Flask) -> None:
    """Compress every answer that is worth it."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    ours = request.endpoint == "static" and response.status_code == 200
    if ours and _worth_packing(response):
        response.direct_passthrough = False
        response.make_sequence()
    if not compressible(response):
        return response
    response.vary.add("Accept-Encoding")
    coding = choose(request.headers.get("Accept-Encoding"))
    if coding is None:
        return response
    response.headers["Content-Encoding"] = coding
    tag, weak = response.get_etag()
    if tag is not None:  # other bytes have another tag
        response.set_etag(f"{tag}-{coding}", bool(weak))
    if response.is_sequence:
        response.set_data((_kept if ours else whole)(response.get_data(), coding))
    else:
        body = response.response
        response.response = compressed(body, CODINGS[coding]())  # type: ignore[arg-type]
        # A stream that nobody began to read must be closed all the same.
        if close := getattr(body, "close", None):
            response.call_on_close(close)
    return response


def compressible(response: Response) -> bool:
    """Say whether an answer gains by being compressed."""
    if response.direct_passthrough or "Content-Encoding" in response.headers:
        return False
    if response.status_code in {204, 206, 304}:
        return False
    if response.is_sequence and len(response.get_data()) < WORTH_IT:
        return False
    return _worth_packing(response)


def _worth_packing(response: Response) -> bool:
    """Say whether what an answer holds is text."""
    media_type = response.mimetype or ""
    return media_type in TYPES or media_type.startswith("text/")


def whole(data: bytes, coding: str) -> bytes:
    """Return data compressed."""
    compressor = CODINGS[coding]()
    return compressor.chunk(data) + compressor.end()


_kept = lru_cache(FILES)(whole)


def choose(accept_encoding: str | None) -> str | None:
    """Return the coding that the request likes best, ours first where it likes several."""
    accepted = parse_accept_header(accept_encoding or "", Accept)
    weights = {name: accepted.quality(name) for name in CODINGS}
    best = max(weights, key=weights.__getitem__)  # the first of equals
    unchanged = accepted.quality("identity") if "identity" in accepted.values() else 0
    return best if weights[best] > 0 and weights[best] >= unchanged else None


def compressed(chunks: Iterable[bytes], compressor: Compressor) -> Iterator[bytes]:
    """Yield the chunks compressed; what fails in them cuts the answer where it failed."""
    for chunk in chunks:
        yield compressor.chunk(chunk)
    yield compressor.end()
