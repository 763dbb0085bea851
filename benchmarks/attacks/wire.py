"""HTTP/1.1 over plain sockets, with as little work for the sender as can be (RFC 9112)."""

import asyncio
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

CHUNK = 1 << 16
LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:\s*chunked", re.IGNORECASE)
CLOSE = re.compile(rb"\r\nconnection:\s*close", re.IGNORECASE)
LOCATION = re.compile(rb"\r\nlocation:\s*([^\r\n]+)", re.IGNORECASE)
BODILESS = (204, 304)

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def get(target: str, *headers: str, method: str = "GET") -> bytes:
    """Return the bytes of a request without a body."""
    return _head(method, target, headers)


def post(target: str, body: bytes, *headers: str) -> bytes:
    """Return the bytes of a request with a body."""
    return _head("POST", target, (*headers, f"Content-Length: {len(body)}")) + body


def ask(query: str, *headers: str, path: str = "/sparql", **parameters: str) -> bytes:
    """Return the bytes of a request that asks a query by its address."""
    return get(f"{path}?{urlencode({'query': query, **parameters})}", *headers)


def _head(method: str, target: str, headers: tuple[str, ...]) -> bytes:
    lines = (f"{method} {target} HTTP/1.1", "Host: partage.example", *headers, "", "")
    return "\r\n".join(lines).encode()


@dataclass(slots=True)
class Client:
    """One client's connection to loopback, opened at its first request and after each end."""

    port: int
    source: str = "127.0.0.1"
    keep: bool = True
    most: int = CHUNK
    head: bytes = b""
    body: bytearray = field(default_factory=bytearray)
    connection: Pair | None = None

    async def ask(self, request: bytes) -> int:
        """
        Return the status of the answer, once all of it is there; 0 where it was cut off.

        A kept connection that the server had closed is opened anew once, as browsers do.
        """
        kept = self.connection is not None
        status = await self._ask(request)
        if status == 0 and kept and not self.head:
            status = await self._ask(request)
        return status

    async def _ask(self, request: bytes) -> int:
        self.head = b""
        self.body.clear()
        try:
            reader, writer = await self.open()
            writer.write(request)  # not drained: the answer may come before all of it was read
            status = await self._answer(reader, head_only=request.startswith(b"HEAD "))
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            self.close()
            return 0
        if not self.keep or CLOSE.search(self.head):
            self.close()
        return status

    async def open(self) -> Pair:
        """Return the connection, a new one where there is none."""
        if self.connection is None:
            self.connection = await asyncio.open_connection(
                "127.0.0.1", self.port, local_addr=(self.source, 0)
            )
        return self.connection

    async def _answer(self, reader: asyncio.StreamReader, *, head_only: bool) -> int:
        self.head = await reader.readuntil(b"\r\n\r\n")
        status = int(self.head.split(b" ", 2)[1])
        if head_only or status in BODILESS:
            return status
        if CHUNKED.search(self.head):
            while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
                await self._read(reader, size + 2)
            await reader.readuntil(b"\r\n")
        elif length := LENGTH.search(self.head):
            await self._read(reader, int(length[1]))
        else:
            self.close()
        return status

    async def _read(self, reader: asyncio.StreamReader, size: int) -> None:
        """Read so many bytes, and keep the first `most`."""
        while size:
            chunk = await reader.read(min(size, CHUNK))
            if not chunk:
                raise ConnectionResetError
            size -= len(chunk)
            if len(self.body) < self.most:
                self.body += chunk

    def close(self) -> None:
        """Close the connection at once, whatever is under way."""
        if self.connection is not None:
            self.connection[1].transport.abort()
            self.connection = None
