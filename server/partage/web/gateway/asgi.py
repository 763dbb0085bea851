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
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from partage.errors import EngineError, PartageError, RequestError
from partage.settings import Settings
from partage.store.embedded.threads import EvaluationThreads
from partage.store.workers.query_handle import QueryHandle
from partage.web.gateway import plain_text
from partage.web.gateway.admission import ClientShare, ClientShares, check
from partage.web.gateway.bodies import Receive, RequestBodies
from partage.web.gateway.connections import SECONDS_UNREAD
from partage.web.gateway.environ import PART, WsgiResponse, begin_response, closed, environ_of
from partage.web.gateway.forwarded import client_of
from partage.web.gateway.queues import RequestQueue, RequestQueues
from partage.web.gateway.ranges import part
from partage.web.gateway.release_switch import ReleaseApplication, ReleaseSwitch
from partage.web.gateway.response_cache import Headers, Scope
from partage.web.gateway.sockets import cut, peer
from partage.web.http.budget import client

SECONDS_UNTIL_WATCHED = 0.25
HEALTH = "/healthz"

# As in the specification: what these hold is said there, not in Python's types.
Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Done = TypeVar("Done")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Request:
    """A request that the application answers, in a queue, and how to hear and say more of it."""

    release_app: ReleaseApplication
    queue: RequestQueue
    client: str
    scope: Scope
    receive: Receive
    send: Send


class _ClientLeft(Exception):
    """The client has left."""


class Gateway:
    """An ASGI application that runs the current WSGI application of a switch, in threads."""

    def __init__(
        self, switch: ReleaseSwitch, settings: Settings, bodies: RequestBodies | None = None
    ) -> None:
        self._switch = switch
        self._threads = EvaluationThreads()
        self._queues = RequestQueues(settings)
        self._clients = ClientShares(settings.most_client_requests())
        self._bodies = bodies or RequestBodies(settings.max_body, shared=bool(self._clients.most))
        self._trusted = settings.trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, the whole of it from one application."""
        release_app = self._switch.enter()
        began = time.perf_counter()
        try:
            check(scope)
            if (found := self._at_once(release_app, scope)) is None:
                await self._admit(release_app, scope, receive, send)
                return
        except _ClientLeft:
            return
        except (RequestError, EngineError) as error:
            found = plain_text.refusal(error, scope)
            if _has_body(scope) and scope["http_version"].startswith("1"):
                # It may be unread: then the connection must not be used again.
                found[1].append((b"connection", b"close"))
        finally:
            self._switch.leave(release_app)
        await self._send_whole(scope, send, *found)
        release_app.observe(scope, found[0], time.perf_counter() - began)

    def _at_once(
        self, release_app: ReleaseApplication, scope: Scope
    ) -> tuple[int, Headers, bytes] | None:
        """Return what is answered here on the event loop, whatever the threads are doing."""
        if scope["path"] != HEALTH or scope["method"] not in {"GET", "HEAD"}:
            return release_app.cached_response(scope)
        trouble = release_app.unavailable_reason()
        return (
            plain_text.answer(200, "alive") if trouble is None else plain_text.answer(503, trouble)
        )

    async def _admit(
        self, release_app: ReleaseApplication, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Have the application answer, when there is room for the request and its client."""
        asking = client(client_of(scope, self._trusted))
        request = _Request(
            release_app, self._queues.of(scope["path"]), asking, scope, receive, send
        )
        counted = (
            self._clients.request(asking) if request.queue.counted else nullcontext(ClientShare())
        )
        with counted as share:
            # A body announced as too long is not waited for: the application refuses it.
            if _announced(scope) > self._bodies.longest:
                await self._answer(request, b"")
                return
            async with self._bodies.body(receive, share) as body:
                await self._answer(request, body)

    async def _answer(self, request: _Request, body: bytes) -> None:
        scope, queue, handle = request.scope, request.queue, QueryHandle(request.client)
        work = partial(begin_response, request.release_app, environ_of(scope, body, handle))
        starting = asyncio.create_task(queue.begin(request.client, partial(self._in_thread, work)))
        if max(_announced(scope), len(body)) > self._bodies.longest:
            answer = await starting
            if scope["http_version"].startswith("1"):
                # Its body is left unread, so the connection closes: it must not be used again.
                answer.headers.append((b"connection", b"close"))
        else:
            answer = await self._unless_left(request, starting, handle)
        request.release_app.keep(scope, answer.status, answer.headers, answer.whole)
        try:
            if answer.whole is None and scope["method"] != "HEAD":
                await self._stream(request, answer, handle)
            else:
                found = answer.status, answer.headers, answer.whole or b""
                await self._send_whole(scope, request.send, *found)
        finally:
            if answer.close is not closed:
                await queue.continue_answer(partial(self._in_thread, answer.close))

    async def _in_thread(self, work: Callable[[], Done]) -> Done:
        """Do something that may block, in a thread that keeps no stopped server alive."""
        done: Future[Done] = Future()

        def job() -> None:
            try:
                done.set_result(work())
            except BaseException as error:  # noqa: BLE001  # raised again where it is awaited
                done.set_exception(error)

        self._threads.submit(job)
        return await asyncio.wrap_future(done)

    async def _unless_left(
        self, request: _Request, starting: "asyncio.Task[WsgiResponse]", handle: QueryHandle
    ) -> WsgiResponse:
        """Wait for the answer's start; end its query, or its wait, when the client leaves."""
        await asyncio.wait({starting}, timeout=SECONDS_UNTIL_WATCHED)
        if not starting.done():
            leaving = asyncio.create_task(_left(request.receive))
            either: set[asyncio.Task[WsgiResponse] | asyncio.Task[None]] = {starting, leaving}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if request.queue.is_waiting(starting):
                starting.cancel()
                await asyncio.wait({starting})
                raise _ClientLeft
            if not starting.done():
                handle.end()
            leaving.cancel()
        return await starting

    async def _send_whole(
        self, scope: Scope, send: Send, status: int, headers: Headers, body: bytes
    ) -> None:
        """Send what is asked for of an answer in memory, no faster than it is read."""
        status, headers, body = part(scope, status, headers, body)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        last = max(0, len(body) - 1) // PART * PART
        try:
            for place in range(0, last, PART):
                await _send_part(send, body[place : place + PART])
        except TimeoutError:
            _cut_off(scope, "nobody reads it")
        else:
            await send({"type": "http.response.body", "body": body[last:]})

    async def _stream(self, request: _Request, answer: WsgiResponse, handle: QueryHandle) -> None:
        """Send chunk after chunk; where there should be one and is none, cut the connection."""
        scope, send = request.scope, request.send
        begun = {"status": answer.status, "headers": answer.headers}
        await send({"type": "http.response.start", **begun})
        leaving = asyncio.create_task(_left(request.receive))
        leaving.add_done_callback(lambda _: handle.end())  # also while the next chunk is awaited
        following = partial(self._in_thread, lambda: next(answer.chunks, None))
        try:
            while (chunk := await request.queue.continue_answer(following)) is not None:
                if leaving.done():
                    _cut_off(scope, "its client has left")
                    return
                await _send_part(send, chunk)
            await send({"type": "http.response.body", "body": b""})
        except PartageError as error:
            _cut_off(scope, str(error))
        except TimeoutError:
            _cut_off(scope, "nobody reads it")
        except BaseException:
            _cut_off(scope, "it failed")
            raise
        finally:
            leaving.cancel()


def _cut_off(scope: Scope, reason: str) -> None:
    log.info("%s %s: cut off: %s", scope["method"], scope["path"], reason)
    cut({peer(scope["client"])}, int(scope["server"][1]))


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_part(send: Send, part: bytes) -> None:
    """
    Send a part that is not the last.

    Raises
    ------
    TimeoutError
        Nobody reads it.
    """
    async with asyncio.timeout(SECONDS_UNREAD):
        await send({"type": "http.response.body", "body": part, "more_body": True})


def _has_body(scope: Scope) -> bool:
    return any(name in {b"content-length", b"transfer-encoding"} for name, _ in scope["headers"])


def _announced(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0
