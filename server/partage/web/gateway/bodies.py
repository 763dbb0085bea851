"""
The bodies of requests: each within a time, all together within so many bytes.

What has come of a body is counted until its request is answered.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from partage.errors import BodyTimeout, EngineBusy, IncompleteBody, TooManyRequests
from partage.web.gateway.admission import ClientShare

SECONDS_FOR_FIRST_PART = 10.0
SECONDS_FOR_WHOLE = 30.0
# Decoding a form can take eighty times the memory of its body.
MOST_BYTES = 8_000_000
# One client may have a quarter of it, where there is a bound on clients.
CLIENTS = 4

Receive = Callable[[], Awaitable[dict[str, Any]]]


class RequestBodies:
    """The bodies of the requests that are being answered; used from one event loop."""

    def __init__(
        self,
        longest: int,
        *,
        shared: bool,
        first: float = SECONDS_FOR_FIRST_PART,
        whole: float = SECONDS_FOR_WHOLE,
    ) -> None:
        """
        `longest` is the most bytes that one may have; `shared` bounds those of each client.

        Within `first` seconds it must begin, within `whole` seconds end.
        """
        self.longest = longest
        self.size = 0
        self._most = max(MOST_BYTES, CLIENTS * longest)
        self._most_each = self._most // CLIENTS if shared else self._most
        self._first, self._whole = first, whole

    @asynccontextmanager
    async def body(self, receive: Receive, share: ClientShare) -> AsyncIterator[bytes]:
        """
        Read a request's body, or as much as shows that it is too long, and count it meanwhile.

        Raises
        ------
        BrokenBody
            The client has left, or the framing is broken.
        BodyTimeout
            It does not come in time.
        EngineBusy, TooManyRequests
            There are too many bytes of all bodies, or of this client's.
        """
        parts: list[bytes] = []
        try:
            await self._read(receive, share, parts)
            parts[:] = (b"".join(parts),)
            yield parts[0]
        finally:
            length = sum(map(len, parts))
            self.size -= length
            share.body_bytes -= length

    async def _read(self, receive: Receive, share: ClientShare, parts: list[bytes]) -> None:
        length, more, seconds = 0, True, self._first
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(began + seconds) as deadline:
                while more and length <= self.longest:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise IncompleteBody(
                            "The body of the request breaks off, or its chunks are malformed "
                            "(RFC 9112, section 7.1)."
                        )
                    parts.append(message.get("body", b""))
                    more = message.get("more_body", False)
                    length += self._count(len(parts[-1]), share)
                    seconds = self._whole
                    deadline.reschedule(began + seconds)
        except TimeoutError as error:
            raise BodyTimeout(
                "The body of the request has not come within %(seconds)s seconds. Send it again.",
                seconds=round(seconds),
            ) from error

    def _count(self, length: int, share: ClientShare) -> int:
        self.size += length
        share.body_bytes += length
        if self.size > self._most:
            raise EngineBusy("Too many long requests have come at once. Try again later.")
        if share.body_bytes > self._most_each:
            raise TooManyRequests(
                "The bodies of your requests have more than %(most)s bytes together. Ask again "
                "when one of them is answered.",
                most=self._most_each,
            )
        return length
