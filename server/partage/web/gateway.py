"""
From ASGI (https://asgi.readthedocs.io/en/latest/specs/www.html), as Granian speaks it, to WSGI
(PEP 3333), and what WSGI alone cannot say.

Under a WSGI server an answer that fails half-way may end like a complete one, and a request whose
client has left goes on to its end. Here a failed answer ends with the connection, before the last
chunk that would make it whole (RFC 9112 §8), and a client who leaves ends its query. A client who
reads slowly slows its answer down, so that no answer gathers in memory; one who stops reading is
cut off.
"""

import asyncio
import contextlib
import ipaddress
import logging
import os
import socket
import stat
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote_to_bytes

from partage.errors import PartageError
from partage.store.crew import Crew
from partage.store.ticket import Ticket
from partage.web.cache import Headers, Scope
from partage.web.edition import Edition, Stage
from partage.web.queries import TICKET

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

SECONDS_UNTIL_WATCHED = 0.25
SECONDS_UNREAD = 60.0
BODILESS = frozenset({204, 304})
PROTOCOLS = {"1": "HTTP/1.0"}  # as Granian says it
BROKEN = (
    b"The body of the request breaks off, or its chunks are malformed (RFC 9112, section 7.1).\n"
)
BROKEN_HEADERS = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"content-length", str(len(BROKEN)).encode()),
    (b"connection", b"close"),
]

# As in the specification: what these hold is said there, not in Python's types.
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Done = TypeVar("Done")
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Answer:
    status: int
    headers: Headers
    whole: bytes | None
    chunks: Iterator[bytes]
    close: Callable[[], None]


class _Left(Exception):
    """The client has left."""


class Gateway:
    """An ASGI application that runs a WSGI one in threads: that of the edition on the stage."""

    def __init__(self, stage: Stage, threads: int, longest_body: int) -> None:
        self._stage = stage
        self._crew = Crew()
        self._places = asyncio.Semaphore(threads)
        self._longest_body = longest_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, the whole of it from one edition."""
        edition = self._stage.enter()
        try:
            await self._answer(edition, scope, receive, send)
        finally:
            self._stage.leave(edition)

    async def _answer(self, edition: Edition, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        if found := edition.at_once(scope):
            status, headers, body = found
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})
            edition.observe(scope, status, time.perf_counter() - began)
            return
        try:
            # A body announced as too long is not waited for: the application refuses it.
            announced = _announced(scope)
            body = b"" if announced > self._longest_body else await self._body(receive)
        except _Left:
            # Also said of a body whose framing is broken, and then the client is still there.
            await send({"type": "http.response.start", "status": 400, "headers": BROKEN_HEADERS})
            await send({"type": "http.response.body", "body": BROKEN})
            return
        ticket = Ticket()
        starting = asyncio.create_task(
            self._in_thread(partial(_start, edition, _environ(scope, body, ticket)))
        )
        if max(announced, len(body)) > self._longest_body:
            answer = await starting
            if scope["http_version"].startswith("1"):
                # Its body is left unread, so the connection closes: it must not be used again.
                answer.headers.append((b"connection", b"close"))
        else:
            answer = await self._unless_left(starting, receive, ticket)
        edition.keep(scope, answer.status, answer.headers, answer.whole)
        try:
            await send(
                {
                    "type": "http.response.start",
                    "status": answer.status,
                    "headers": answer.headers,
                }
            )
            if answer.whole is not None:
                await send({"type": "http.response.body", "body": answer.whole})
            else:
                await self._stream(answer, scope, receive, send, ticket)
        finally:
            if answer.close is not _closed:
                await self._in_thread(answer.close)

    async def _in_thread(self, work: Callable[[], Done]) -> Done:
        """Do something that may block, in a thread that keeps no stopped server alive."""
        done: Future[Done] = Future()

        def job() -> None:
            try:
                done.set_result(work())
            except BaseException as error:  # noqa: BLE001  # raised again where it is awaited
                done.set_exception(error)

        async with self._places:
            self._crew.submit(job)
            return await asyncio.wrap_future(done)

    async def _body(self, receive: Receive) -> bytes:
        """Return the request's body, or as much as shows that it is too long."""
        body, more = bytearray(), True
        while more and len(body) <= self._longest_body:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Left
            body += message.get("body", b"")
            more = message.get("more_body", False)
        return bytes(body)

    async def _unless_left(
        self, starting: "asyncio.Task[_Answer]", receive: Receive, ticket: Ticket
    ) -> _Answer:
        """Wait for the answer's start; end its query when the client leaves meanwhile."""
        await asyncio.wait({starting}, timeout=SECONDS_UNTIL_WATCHED)
        if not starting.done():
            leaving = asyncio.create_task(_left(receive))
            either: set[asyncio.Task[_Answer] | asyncio.Task[None]] = {starting, leaving}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not starting.done():
                ticket.end()
            leaving.cancel()
        return await starting

    async def _stream(  # what ASGI gives, and what was made of it
        self, answer: _Answer, scope: Scope, receive: Receive, send: Send, ticket: Ticket
    ) -> None:
        """Send chunk after chunk; where there should be one and is none, cut the connection."""
        leaving = asyncio.create_task(_left(receive))
        leaving.add_done_callback(lambda _: ticket.end())  # also while the next chunk is awaited
        whole = False
        try:
            while not leaving.done():
                chunk = await self._in_thread(lambda: next(answer.chunks, None))
                message = {
                    "type": "http.response.body",
                    "body": chunk or b"",
                    "more_body": chunk is not None,
                }
                await asyncio.wait_for(_sent(send, message), SECONDS_UNREAD)
                if chunk is None:
                    whole = True
                    return
        except PartageError as error:
            log.info("%s %s: cut off: %s", scope["method"], scope["path"], error)
        except TimeoutError:
            log.info("%s %s: cut off: nobody reads it", scope["method"], scope["path"])
        finally:
            if not whole:
                cut(scope["client"], scope["server"])
            leaving.cancel()


def _start(edition: Edition, environ: "WSGIEnvironment") -> _Answer:
    said: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], _: object = None
    ) -> Callable[..., object]:
        said.append((status, headers))
        return lambda _: None

    body: Iterable[bytes] = edition.application(environ, start_response)
    close: Callable[[], None] = getattr(body, "close", lambda: None)
    status, headers = said[-1]
    number = int(status.split(" ", 1)[0])
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    whole = None
    if number in BODILESS or environ["REQUEST_METHOD"] == "HEAD":
        whole = b""
    elif any(name == b"content-length" for name, _ in encoded):
        whole = b"".join(body)
        close()  # here, while there is a thread for it
        close = _closed
    return _Answer(number, encoded, whole, iter(body), close)


def _closed() -> None:
    """Be what closes an answer that is closed."""


def cut(client: tuple[str, str | int], server: tuple[str, str | int]) -> None:
    """End the connection between these two addresses, in the middle of whatever it carries."""
    peer, port = (_plain(client[0]), int(client[1])), int(server[1])
    for entry in Path("/dev/fd").iterdir():
        with contextlib.suppress(OSError, ValueError), _socket(int(entry.name)) as connection:
            if (
                _address(connection.getpeername()) == peer
                and _address(connection.getsockname())[1] == port
            ):
                connection.shutdown(socket.SHUT_RDWR)


def _socket(descriptor: int) -> socket.socket:
    # A copy of anything else would be lost open; of a pipe's end, its reader would wait for ever.
    if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        raise ValueError(descriptor)
    return socket.socket(fileno=os.dup(descriptor))


def _address(pair: object) -> tuple[str, int]:
    if not isinstance(pair, tuple):
        raise ValueError  # noqa: TRY004  # it is a socket of another kind, passed over above
    return _plain(str(pair[0])), int(pair[1])


def _plain(host: str) -> str:
    parsed = ipaddress.ip_address(host.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped or parsed)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _sent(send: Send, message: Message) -> None:
    await send(message)


def _announced(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0


def _environ(scope: Scope, body: bytes, ticket: Ticket) -> "WSGIEnvironment":
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": scope["server"][0],
        "SERVER_PORT": str(scope["server"][1]),
        "SERVER_PROTOCOL": PROTOCOLS.get(scope["http_version"], f"HTTP/{scope['http_version']}"),
        "REMOTE_ADDR": scope["client"][0],
        "REMOTE_PORT": str(scope["client"][1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        TICKET: ticket,
    }
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1")
        if "_" in name:
            continue  # it would pass for the header that is spelt with a hyphen
        key = name.upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    if environ.get("HTTP_HOST") == "":
        del environ["HTTP_HOST"]  # that is how Granian says that there is none
    return environ
