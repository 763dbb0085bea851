"""
From Granian's own protocol (RSGI, https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md)
to WSGI (PEP 3333), and what WSGI alone cannot say.

Under Granian's WSGI an answer that fails half-way ends like a complete one, and a request whose
client has left goes on to its end. Here a failed answer ends with the connection, before the last
chunk that would make it whole (RFC 9112 §8), and a client who leaves ends its query.
"""

import asyncio
import contextlib
import ipaddress
import logging
import os
import socket
import stat
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from granian.rsgi import Scope

from partage.errors import PartageError
from partage.store.crew import Crew
from partage.store.ticket import Ticket

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

# Where the application finds the ticket that the gateway ends when the client leaves.
TICKET = "partage.ticket"
SECONDS_UNTIL_WATCHED = 0.25
BODILESS = frozenset({204, 304})

Headers = list[tuple[str, str]]


class StreamTransport(Protocol):
    """Where the chunks of an answer go."""

    async def send_bytes(self, data: bytes) -> None:
        """Send a chunk, waiting while the client is behind."""
        ...


class HTTPProtocol(Protocol):
    """As much of Granian's side of one request as is used."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Return the parts of the request's body."""
        ...

    async def client_disconnect(self) -> None:
        """Wait until the client leaves."""
        ...

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer with a whole body."""
        ...

    def response_stream(self, status: int, headers: Headers) -> StreamTransport:
        """Begin to answer in chunks."""
        ...


Done = TypeVar("Done")
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Answer:
    status: int
    headers: Headers
    whole: bytes | None
    chunks: Iterator[bytes]
    close: Callable[[], None]


class Gateway:
    """An RSGI application that runs a WSGI one in threads."""

    def __init__(self, application: "WSGIApplication", threads: int, longest_body: int) -> None:
        self._application = application
        self._crew = Crew()
        self._places = asyncio.Semaphore(threads)
        self._longest_body = longest_body

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request."""
        ticket = Ticket()
        # A body that is announced as too long is not waited for: the application refuses it.
        unread = _announced(scope) > self._longest_body
        body = b"" if unread else await self._body(protocol)
        environ = _environ(scope, body, ticket)
        starting = asyncio.create_task(self._in_thread(partial(self._start, environ)))
        answer = await self._unless_left(starting, protocol, ticket)
        if (unread or len(body) > self._longest_body) and scope.http_version.startswith("1"):
            # The server closes a connection with an unread body: the client must not use it again.
            answer.headers.append(("connection", "close"))
        try:
            if answer.whole is not None:
                protocol.response_bytes(answer.status, answer.headers, answer.whole)
                return
            transport = protocol.response_stream(answer.status, answer.headers)
            while (chunk := await self._next(answer, scope)) is not None:
                await transport.send_bytes(chunk)
        except OSError:
            return  # the client has left
        finally:
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

    async def _body(self, protocol: HTTPProtocol) -> bytes:
        """Return the request's body, or as much as shows that it is too long."""
        body = bytearray()
        async for part in protocol:
            body += part
            if len(body) > self._longest_body:
                break
        return bytes(body)

    async def _unless_left(
        self, starting: "asyncio.Task[_Answer]", protocol: HTTPProtocol, ticket: Ticket
    ) -> _Answer:
        """Wait for the answer's start; end its query when the client leaves meanwhile."""
        await asyncio.wait({starting}, timeout=SECONDS_UNTIL_WATCHED)
        if not starting.done():
            leaving = asyncio.create_task(_left(protocol))
            either: set[asyncio.Task[_Answer] | asyncio.Task[None]] = {starting, leaving}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not starting.done():
                ticket.end()
            leaving.cancel()
        return await starting

    async def _next(self, answer: _Answer, scope: Scope) -> bytes | None:
        """Return the next chunk; where there should be one and is none, cut the connection."""
        whole = False
        try:
            chunk = await self._in_thread(lambda: next(answer.chunks, None))
            whole = True
        except PartageError as error:
            log.info("%s %s: cut off: %s", scope.method, scope.path, error)
            return None
        else:
            return chunk
        finally:
            if not whole:
                cut(scope.client, scope.server)

    def _start(self, environ: "WSGIEnvironment") -> _Answer:
        said: list[tuple[str, Headers]] = []

        def start_response(
            status: str, headers: Headers, _: object = None
        ) -> Callable[..., object]:
            said.append((status, headers))
            return lambda _: None

        body: Iterable[bytes] = self._application(environ, start_response)
        close: Callable[[], None] = getattr(body, "close", lambda: None)
        status, headers = said[-1]
        number = int(status.split(" ", 1)[0])
        named = {name.lower() for name, _ in headers}
        whole = None
        if number in BODILESS or environ["REQUEST_METHOD"] == "HEAD":
            whole = b""
        elif "content-length" in named:
            whole = b"".join(body)
        return _Answer(
            number, [(name.lower(), value) for name, value in headers], whole, iter(body), close
        )


def cut(client: str, server: str) -> None:
    """End the connection between these two addresses, in the middle of whatever it carries."""
    for entry in Path("/dev/fd").iterdir():
        with contextlib.suppress(OSError, ValueError), _socket(int(entry.name)) as connection:
            if (
                _address(connection.getpeername()) == _parse(client)
                and _address(connection.getsockname())[1] == _parse(server)[1]
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


def _parse(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return _plain(host.strip("[]")), int(port)


def _plain(host: str) -> str:
    parsed = ipaddress.ip_address(host.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped or parsed)


async def _left(protocol: HTTPProtocol) -> None:
    await protocol.client_disconnect()


def _announced(scope: Scope) -> int:
    length = scope.headers.get("content-length") or ""
    return int(length) if length.isdecimal() else 0


def _environ(scope: Scope, body: bytes, ticket: Ticket) -> "WSGIEnvironment":
    server, _, port = scope.server.rpartition(":")
    client, _, client_port = scope.client.rpartition(":")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": client.strip("[]"),
        "REMOTE_PORT": client_port,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        TICKET: ticket,
    }
    for name, value in scope.headers.items():
        if "_" in name:
            continue  # it would pass for the header that is spelt with a hyphen
        key = name.upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ
