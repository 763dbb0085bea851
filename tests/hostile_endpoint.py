"""
A SPARQL endpoint on loopback that answers as no endpoint should: byte by byte, without an end.

Each manner of `ANSWERS` yields what is sent after a request was read; it ends when whoever asked
has left, or after `MOST` bytes, so that nothing runs for ever.
"""

import gzip
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

MOST = 3_000_000_000
JSON = b"Content-Type: application/sparql-results+json\r\n"
TRIPLES = b"Content-Type: application/n-triples\r\n"
OK = b"HTTP/1.1 200 OK\r\n"
CLOSED = b"Connection: close\r\n"
ROW = b'{"g":{"type":"uri","value":"urn:g"},"n":{"type":"literal","value":"1"}},'
HEAD = b'{"head":{"vars":["g","n"]},"results":{"bindings":['
TRIPLE = b'<urn:s> <urn:p> "o" .\n'
Bytes = Iterator[bytes]


def whole(body: bytes, headers: bytes = JSON, status: bytes = OK) -> Bytes:
    yield status + headers + b"Content-Length: %d\r\n\r\n" % len(body) + body


def endless(start: bytes, again: bytes, headers: bytes = JSON) -> Bytes:
    """Answer without a length, and without an end."""
    yield OK + headers + CLOSED + b"\r\n" + start
    block = again * (1 + 65_536 // len(again))
    yield from itertools.repeat(block)


def slowly(data: bytes, seconds: float) -> Bytes:
    for byte in data:
        yield bytes([byte])
        time.sleep(seconds)


def silence() -> Bytes:
    time.sleep(60)
    yield b""


def results(text: str) -> Bytes:
    return whole(text.encode())


ANSWERS: dict[str, Callable[[], Bytes]] = {
    "rows without an end": lambda: endless(HEAD, ROW),
    "triples without an end": lambda: endless(b"", TRIPLE, TRIPLES),
    "comments without an end": lambda: endless(b"", b"# nothing\n", TRIPLES),
    "white space without an end": lambda: endless(HEAD, b" "),
    "one value without an end": lambda: endless(HEAD + b'{"g":{"type":"uri","value":"urn:', b"x"),
    "one row without an end": lambda: endless(HEAD + b"{", ROW[1:-2] + b","),
    "rows before the head": lambda: endless(b'{"results":{"bindings":[', ROW),
    "variables without an end": lambda: endless(b'{"head":{"vars":["g"', b',"n"'),
    "arrays without an end": lambda: endless(b'{"head":', b"["),
    "provisional answers without an end": lambda: itertools.repeat(
        b"HTTP/1.1 100 Continue\r\nX-Fill: " + b"x" * 60_000 + b"\r\n\r\n"
    ),
    "headers without an end": lambda: itertools.chain(
        [OK], itertools.repeat(b"X-Fill: " + b"x" * 60_000 + b"\r\n")
    ),
    "a status line without an end": lambda: itertools.chain(
        [b"HTTP/1.1 200 "], itertools.repeat(b"x" * 65_536)
    ),
    "a byte now and then": lambda: slowly(OK + JSON + b"\r\n" + HEAD + b" " * 10_000, 0.05),
    "headers now and then": lambda: slowly(OK + b"X-Slow: " + b"x" * 10_000, 0.05),
    "silence": silence,
    "nothing at all": lambda: iter(()),
    "a redirect": lambda: whole(b"", b"Location: http://127.0.0.1:9/elsewhere\r\n",
                                b"HTTP/1.1 307 Temporary Redirect\r\n"),
    "a switch of protocols": lambda: iter([b"HTTP/1.1 101 Switching Protocols\r\n\r\n"]),
    "a page": lambda: whole(b"<html>Hello</html>", b"Content-Type: text/html\r\n"),
    "no type": lambda: whole(HEAD + b"]}}", b""),
    "another protocol": lambda: iter([b"220 smtp.example ESMTP\r\n"]),
    "no length, cut": lambda: iter([b"HTTP/1.0 200 OK\r\n" + JSON + b"\r\n" + HEAD + ROW[:20]]),
    "a length that is too long": lambda: iter(
        [OK + JSON + b"Content-Length: 99999\r\n" + CLOSED + b"\r\n" + HEAD + b"]}}"]
    ),
    "a length that is none": lambda: iter(
        [OK + JSON + b"Content-Length: -5\r\n" + CLOSED + b"\r\n" + HEAD]
    ),
    "broken chunks": lambda: iter(
        [OK + JSON + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + HEAD + b"\r\n"]
    ),
    "a compressed bomb": lambda: whole(
        gzip.compress(b" " * 10_000_000), JSON + b"Content-Encoding: gzip\r\n"
    ),
    "no JSON": lambda: results("nonsense"),
    "JSON of another form": lambda: results('[1, 2, {"head": 3}]'),
    "no UTF-8": lambda: whole(HEAD + b'{"g":{"type":"uri","value":"\xff"}}]}}'),
    "a boolean": lambda: results('{"head":{},"boolean":true}'),
    "other variables": lambda: results(
        '{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"uri","value":"urn:x"}}]}}'
    ),
    "counts that are none": lambda: whole(HEAD + ROW.replace(b'"1"', b'"many"')[:-1] + b"]}}"),
    "counts too long": lambda: whole(
        HEAD + ROW.replace(b'"1"', b'"' + b"1" * 5_000 + b'"')[:-1] + b"]}}"
    ),
    "a wait too long": lambda: whole(
        b"\x1b[2JLater", b"Retry-After: " + b"9" * 5_000 + b"\r\n",
        b"HTTP/1.1 503 Service Unavailable\r\n",
    ),
    "a challenge that is none": lambda: whole(
        b"", b'WWW-Authenticate: Digest realm, nonce="a\r\n b", qop\r\n', b"HTTP/1.1 401 No\r\n"
    ),
}  # fmt: skip
ENDLESS = [name for name in ANSWERS if "without an end" in name or "now and then" in name]


@dataclass(slots=True)
class HostileEndpoint:
    """Where it listens, how it answers next, and how many connections it has seen."""

    url: str = ""
    answers: Callable[[], Bytes] = ANSWERS["no JSON"]
    asked: list[bytes] = field(default_factory=list)


@contextmanager
def listening(answers: Callable[[], Bytes] = ANSWERS["no JSON"]) -> Iterator[HostileEndpoint]:
    """Run the endpoint until the block ends."""
    hostile = HostileEndpoint(answers=answers)
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:  # the block has ended
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        sent = 0
        with connection, suppress(OSError):
            connection.settimeout(120)
            hostile.asked.append(_request(connection))
            for data in hostile.answers():
                connection.sendall(data)
                sent += len(data)
                if sent > MOST:
                    return

    threading.Thread(target=serve, daemon=True).start()
    hostile.url = f"http://127.0.0.1:{listener.getsockname()[1]}/query"
    try:
        yield hostile
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _request(connection: socket.socket) -> bytes:
    """Read one request with its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65_536)
        if not more:
            return data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    left = int(lengths[0].partition(b":")[2]) - len(body) if lengths else 0
    while left > 0 and (more := connection.recv(65_536)):
        left -= len(more)
    return head
