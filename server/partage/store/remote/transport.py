"""
HTTP/1.1 to one address and no other: streaming, with time limits, never following a redirect.

The standard library's client (https://docs.python.org/3/library/http.client.html) does what is
wanted and nothing more: it reads no proxy variables, follows no redirects and inflates nothing.
"""

import contextlib
import http.client
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult, urlsplit

from partage.errors import EngineUnavailable, RemoteFailure, SettingsError

SECONDS_TO_CONNECT = 10.0
# Where a connection kept open was closed by the other side while it was idle.
STALE = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Address:
    """An absolute http or https address; `path` holds its query string too."""

    url: str
    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """
        Read an address.

        Raises
        ------
        SettingsError
            It is not an absolute http(s) address, or carries a user name or a fragment.
        """
        try:
            parts: SplitResult = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise SettingsError(f"{url!r} is no address: {error}.") from error
        unfit = any(not 0x20 < ord(character) < 0x7F for character in url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or unfit:
            raise SettingsError(
                f"{url!r} is no address of an engine. "
                "Give one like http://127.0.0.1:7878/query (ASCII, http or https)."
            )
        if parts.username or parts.password or parts.fragment:
            raise SettingsError(
                "The engine's address carries a user name, a password or a #fragment. Leave it out."
            )
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        standard = 443 if parts.scheme == "https" else 80
        return cls(url, parts.scheme, parts.hostname, port or standard, path)

    @property
    def encrypted_or_local(self) -> bool:
        """Say whether what is sent there can be read by nobody on the way."""
        return self.scheme == "https" or self.host in LOOPBACK


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of the address."""

    method: str
    headers: Mapping[str, str]
    body: bytes = b""
    query: str = ""


class Connections:
    """The connections to one address, kept open between requests."""

    def __init__(self, address: Address, idle: int = 16) -> None:
        self.address = address
        self._most = idle
        self._lock = threading.Lock()
        self._idle: list[http.client.HTTPConnection] = []
        self._closed = False

    def acquire(self, seconds: float, *, fresh: bool) -> http.client.HTTPConnection:
        """Return an idle connection or a new one; `seconds` is the longest silence."""
        with self._lock:
            connection = self._idle.pop() if self._idle and not fresh else None
        if connection is None or connection.sock is None:
            connection = self._connect()
        connection.sock.settimeout(seconds)
        return connection

    def release(self, connection: http.client.HTTPConnection) -> None:
        """Keep a connection whose answer was read to its end."""
        with self._lock:
            if connection.sock is not None and len(self._idle) < self._most and not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Close the idle connections; those in use close when they are given back."""
        with self._lock:
            idle, self._idle, self._closed = self._idle, [], True
        for connection in idle:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        kind = (
            http.client.HTTPSConnection
            if self.address.scheme == "https"
            else http.client.HTTPConnection
        )
        connection = kind(self.address.host, self.address.port, timeout=SECONDS_TO_CONNECT)
        try:
            connection.connect()
        except OSError as error:
            raise EngineUnavailable(
                f"The engine at {self.address.url} cannot be reached: {error.strerror or error}. "
                "Is it running, and is the address right?"
            ) from error
        return connection


def printable(text: str, max_length: int) -> str:
    """Return what another program says in a line that a terminal shows as it stands."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())[:max_length]


class Exchange:
    """One request and its answer, which is read as a file is; `cancel` works from any thread."""

    def __init__(
        self, connections: Connections, silence: float, max_bytes: int | None = None
    ) -> None:
        self._connections = connections
        self._silence = silence
        self._left = max_bytes
        self._lock = threading.Lock()
        self._connection: http.client.HTTPConnection | None = None
        self._socket: socket.socket | None = None
        self._response: http.client.HTTPResponse | None = None
        self._cancelled = threading.Event()

    def send(self, request: Request) -> http.client.HTTPResponse:
        """
        Send the request and return the head of the answer.

        A request on a connection that went stale is sent once more on a new one: all that is sent
        from here may be repeated.

        Raises
        ------
        EngineUnavailable
            Nothing answers there, or not in HTTP.
        TimeoutError
            It is silent for too long.
        """
        try:
            try:
                return self._attempt(request, fresh=False)
            except STALE:
                if self._cancelled.is_set():
                    raise
                return self._attempt(request, fresh=True)
        except TimeoutError:
            raise
        except (OSError, http.client.HTTPException) as error:
            raise EngineUnavailable(
                f"The engine at {self._connections.address.url} broke off "
                f"({printable(f'{type(error).__name__}: {error}', 200)}). Try again; its log may "
                "say why."
            ) from error

    def _attempt(self, request: Request, *, fresh: bool) -> http.client.HTTPResponse:
        connection = self._connections.acquire(self._silence, fresh=fresh)
        with self._lock:
            if self._cancelled.is_set():
                connection.close()
                raise ConnectionAbortedError("cancelled")
            self._connection, self._socket = connection, connection.sock
        path = self._connections.address.path
        if request.query:
            path += ("&" if "?" in path else "?") + request.query
        try:
            connection.request(
                request.method,
                path,
                body=request.body or None,
                headers={"User-Agent": "partage", **request.headers},
            )
            self._response = connection.getresponse()
        except (OSError, http.client.HTTPException):
            connection.close()
            raise
        except AttributeError as error:  # `cancel` took the socket away meanwhile
            raise ConnectionAbortedError("cancelled") from error
        if (
            self._cancelled.is_set()
        ):  # the head of the answer may have been cut, which http.client lets pass
            self._response.close()
            connection.close()
            raise ConnectionAbortedError("cancelled")
        return self._response

    def read(self, size: int = -1) -> bytes:
        """
        Return bytes of the answer, none at its end.

        Raises
        ------
        OSError
            The answer breaks off.
        RemoteFailure
            It is longer than allowed.
        """
        assert self._response is not None
        if self._left is not None and self._left < 0:
            raise self._too_long()
        broken = False
        data = b""
        try:
            # `read1` hands over what is there instead of waiting for a whole buffer.
            data = self._response.read1(size if size > 0 else 1 << 16)
        except (http.client.HTTPException, ValueError, AttributeError):
            broken = True
        if broken or (not data and self._response.length):  # `read1` may end early and say nothing
            # Raised outside the handler: a chained error would hold its caller's frames, and with
            # them the result, which must die in the thread that made it.
            raise ConnectionAbortedError("the answer breaks off")
        if not data:
            self._finish()
        if self._left is not None:
            self._left -= len(data)
            if self._left < 0:
                raise self._too_long()
        return data

    def set_max_bytes(self, most: int | None) -> int | None:
        """Let the rest of the answer have at most so many bytes; return how many it might have."""
        left, self._left = self._left, most
        return left

    def _too_long(self) -> RemoteFailure:
        return RemoteFailure(
            f"The answer of the engine at {self._connections.address.url} is longer than "
            "allowed. Add a LIMIT, or ask for less."
        )

    def read_all(self, max_bytes: int) -> bytes:
        """Return the beginning of the answer, at most `most` bytes, and end the exchange."""
        text = b""
        with contextlib.suppress(OSError):  # what was said before it broke off is what there is
            while len(text) < max_bytes and (data := self.read()):
                text += data
        self.cancel()
        return text[:max_bytes]

    def cancel(self) -> None:
        """End the exchange; without effect when its answer was read to the end."""
        with self._lock:
            self._cancelled.set()
            connection, self._connection = self._connection, None
            held, self._socket = self._socket, None
        if connection is None or held is None:
            return
        with contextlib.suppress(OSError, ValueError):
            held.shutdown(socket.SHUT_RDWR)  # whoever reads wakes up
        if self._response is not None:
            with contextlib.suppress(OSError, ValueError):
                self._response.close()
        connection.close()

    def _finish(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
            self._socket = None
        if self._response is not None:
            self._response.close()  # `read1` leaves it open at its end; the connection stays
        if connection is not None:
            self._connections.release(connection)
