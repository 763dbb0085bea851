"""What is refused before anything reads it, who waits for whom, and how much one client gets."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask, Response, request

import coroutines
from partage.errors import (
    BodyTimeout,
    EngineBusy,
    HeaderFieldsTooLarge,
    NotAcceptable,
    TooManyRequests,
    UriTooLong,
)
from partage.resources.description.profiles import PROFILES
from partage.settings import Settings
from partage.web.gateway import admission, bodies
from partage.web.gateway import asgi as gateway
from partage.web.gateway.admission import ClientShare, ClientShares, check
from partage.web.gateway.asgi import Gateway
from partage.web.gateway.bodies import RequestBodies
from partage.web.gateway.queues import HEAVY, PAGES, RequestQueue, RequestQueues
from partage.web.gateway.release_switch import ReleaseApplication, ReleaseSwitch
from partage.web.gateway.response_cache import ResponseCache, Scope
from partage.web.http.negotiation import HTML, form_of, languages, negotiate, profile_of

PUBLIC = Settings(host="0.0.0.0", query_workers=1, queue_length=1)  # nothing listens
LOCAL = replace(PUBLIC, host="127.0.0.1")
SECONDS = 10.0
Message = dict[str, Any]


def scope(path: str = "/", query: bytes = b"", method: str = "GET", **headers: Any) -> Scope:
    told = [(b"host", b"partage.example")]
    told += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {
        "type": "http",
        "method": method,
        "scheme": "http",
        "http_version": "1.1",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": told,
        "client": ("192.0.2.1", 5000),
        "server": ("127.0.0.1", 80),
    }


# What is refused by its size


@pytest.mark.parametrize(
    "name", ["accept", "accept_profile", "accept_datetime", "x_forwarded_prefix", "range", "host"]
)
def test_a_field_that_is_read_has_at_most_two_kilobytes(name: str) -> None:
    field: dict[str, Any] = {name: "x" * 1_900}
    check(scope(**field))
    longer: dict[str, Any] = {name: "x" * 2_001}
    with pytest.raises(HeaderFieldsTooLarge, match=name.replace("_", "-")):
        check(scope(**longer))


def test_fields_sent_twice_count_together() -> None:
    twice = scope(accept="x" * 1_200)
    twice["headers"] += [(b"accept", b"x" * 1_200)]
    with pytest.raises(HeaderFieldsTooLarge):
        check(twice)


def test_a_cache_may_ask_with_many_tags() -> None:
    check(scope(if_none_match=", ".join(['"' + "a" * 64 + '"'] * 100)))
    with pytest.raises(HeaderFieldsTooLarge):
        check(scope(if_none_match="x" * 8_001))


def test_all_fields_together_are_bounded_and_counted() -> None:
    check(scope(cookie="x" * 15_000))
    with pytest.raises(HeaderFieldsTooLarge, match="16,000"):
        check(scope(cookie="x" * 16_000))
    with pytest.raises(HeaderFieldsTooLarge, match="101"):
        check({**scope(), "headers": [(b"x", b"")] * 101})


def test_an_address_is_bounded() -> None:
    check(scope("/sparql", b"x" * 59_000))
    with pytest.raises(UriTooLong, match="by POST"):
        check(scope("/sparql", b"x" * 60_000))
    with pytest.raises(UriTooLong, match="path"):
        check(scope("/" + "x" * 8_000))


HOSTILE: dict[str, Callable[[int], str]] = {
    "open": lambda n: "<" * n,
    "spaces": lambda n: "a/b" + " " * n + "x",
    "tabs": lambda n: "a/b;" + "\t" * n + "x",
    "many": lambda n: "a/b," * (n // 4),
    "no profile": lambda n: "application/json;" * (n // 17),
    "no value": lambda n: "application/json;profile" + " " * n,
    "escapes": lambda n: 'a/b;p="' + "\\" * n,
    "continued": lambda n: "a/b;" + "p*0=a;" * (n // 6),
    "charsets": lambda n: "a/b" + ';charset="' * (n // 10),
    "digits": lambda n: "a/b;q=" + "1" * n,
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_no_negotiating_field_takes_long(hostile: Callable[[int], str]) -> None:
    """Fifty times what is let through: what is quadratic would take most of a minute."""
    value = hostile(50 * admission.LONGEST_FIELD)
    began = time.perf_counter()
    with suppress(NotAcceptable):
        negotiate("image/x," + value, ["text/turtle", HTML])
    form_of(value)
    profile_of(value, None, PROFILES)
    languages(value, None)
    assert time.perf_counter() - began < 15


# How much of the server one client gets


def test_a_client_has_so_many_requests_under_way() -> None:
    clients = ClientShares(2)
    with clients.request("a"), clients.request("a"):
        with pytest.raises(TooManyRequests) as caught, clients.request("a"):
            pass
        assert caught.value.retry_after >= 1
        with clients.request("b"):
            assert len(clients) == 2
    with clients.request("a"):
        pass
    assert len(clients) == 0


def test_the_bound_is_there_where_others_can_reach_the_server() -> None:
    assert Settings().most_client_requests() == 0
    assert Settings(host="localhost").most_client_requests() == 0
    assert Settings(host="::1").most_client_requests() == 0
    assert Settings(host="::").most_client_requests() == 16
    assert Settings(host="192.0.2.7").most_client_requests() == 16
    assert Settings(trusted_proxies=1).most_client_requests() == 16
    assert Settings(host="::", client_requests=0).most_client_requests() == 0
    assert Settings(client_requests=3).most_client_requests() == 3


def test_it_is_read_from_the_environment() -> None:
    assert Settings.from_environment({}).client_requests is None
    assert Settings.from_environment({"PARTAGE_CLIENT_REQUESTS": "5"}).client_requests == 5


# Bodies


def sending(*parts: bytes, stalled: bool = False) -> Callable[[], Awaitable[Message]]:
    """Return what gives these parts of a body, and then for ever nothing where it is stalled."""
    left = list(parts)

    async def receive() -> Message:
        if left:
            part = left.pop(0)
            more = stalled or bool(left)
            return {"type": "http.request", "body": part, "more_body": more}
        await asyncio.sleep(SECONDS)
        return {"type": "http.disconnect"}

    return receive


@pytest.mark.parametrize("begun", [False, True])
def test_a_body_that_does_not_come_is_not_waited_for(*, begun: bool) -> None:
    held = RequestBodies(100, shared=False, first=0.05, whole=0.1)

    async def read() -> None:
        receive = sending(*([b"x"] if begun else []), stalled=True)
        async with held.body(receive, ClientShare()):
            pass

    with pytest.raises(BodyTimeout):
        coroutines.run(asyncio.wait_for(read(), SECONDS))
    assert held.size == 0


def test_unfinished_bodies_are_bounded_together() -> None:
    """Six hundred of almost a megabyte once held more than a gigabyte."""
    held = RequestBodies(1_000_000, shared=False, whole=1)
    most = 0

    async def one() -> str:
        nonlocal most
        try:
            async with held.body(sending(b"x" * 999_000, stalled=True), ClientShare()):
                return "read"
        except (EngineBusy, BodyTimeout) as error:
            return type(error).__name__
        finally:
            most = max(most, held.size)

    async def all_of_them() -> list[str]:
        return await asyncio.gather(*(one() for _ in range(600)))

    ended = coroutines.run(all_of_them())
    assert ended.count("EngineBusy") == 600 - ended.count("BodyTimeout") > 580
    assert most <= bodies.MOST_BYTES + 1_000_000
    assert held.size == 0


def test_one_client_leaves_room_for_the_bodies_of_others() -> None:
    held = RequestBodies(1_000_000, shared=True, whole=0.2)

    async def ask() -> list[object]:
        share = ClientShare()
        pending = [enter(sending(b"x" * 999_000, stalled=True), share) for _ in range(10)]
        found = await asyncio.gather(*pending, return_exceptions=True)
        async with held.body(sending(b"ASK {}"), ClientShare()) as body:
            assert body == b"ASK {}"
        return list(found)

    async def enter(receive: Callable[[], Awaitable[Message]], share: ClientShare) -> None:
        async with held.body(receive, share):
            pass

    kinds = [type(error) for error in coroutines.run(ask())]
    assert (kinds.count(BodyTimeout), kinds.count(TooManyRequests)) == (2, 8)


# The gateway, in front of an application that waits until it is told to go on


@dataclass
class Asked:
    """A request to a gateway, its answer, and a way to leave."""

    scope: Scope
    receive: Callable[[], Awaitable[Message]] | None = None
    sent: list[Message] = field(default_factory=list)
    leaving: asyncio.Event = field(default_factory=asyncio.Event)
    _read: bool = False

    async def hear(self) -> Message:
        if self.receive is not None:
            return await self.receive()
        if not self._read:
            self._read = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.leaving.wait()
        return {"type": "http.disconnect"}

    async def say(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent[1:])


@dataclass
class Server:
    """A gateway whose application stops at any path that contains `stuck`."""

    gateway: Gateway
    release_app: ReleaseApplication
    free: threading.Event
    begun: list[str]

    def ask(self, asked: Asked) -> "asyncio.Task[None]":
        return asyncio.create_task(self.gateway(asked.scope, asked.hear, asked.say))

    async def get(self, path: str, **headers: Any) -> Asked:
        asked = Asked(scope(path, **headers))
        await asyncio.wait_for(self.ask(asked), SECONDS)
        return asked

    async def hold(self, path: str, times: int) -> list["asyncio.Task[None]"]:
        """Ask so often for what does not answer yet, and wait until all are there."""
        asked = [self.ask(Asked(scope(path))) for _ in range(times)]
        await asyncio.sleep(0.1)
        return asked


@contextmanager
def serving(settings: Settings) -> Iterator[Server]:
    app, free, begun = Flask(__name__), threading.Event(), []

    @app.route("/", defaults={"path": ""}, methods=["GET", "POST"])
    @app.route("/<path:path>", methods=["GET", "POST"])
    def page(path: str) -> Response:
        begun.append(path)
        if "stuck" in path or path.startswith("sparql"):
            free.wait(SECONDS)
        return Response(request.get_data() or b"here")

    release_app = ReleaseApplication(
        app, ResponseCache(Settings(cache_bytes=0)), lambda *_: None, lambda: None
    )
    yield Server(Gateway(ReleaseSwitch(release_app), settings), release_app, free, begun)
    free.set()


def test_pages_are_answered_while_all_places_of_queries_are_taken() -> None:
    async def ask(server: Server) -> None:
        waiting = await server.hold("/sparql", 6)
        assert (await server.get("/doc/org/facebook")).body == b"here"
        assert (await server.get("/release/1/doc/org/facebook")).body == b"here"
        refused = await server.get("/sparql")
        assert (refused.status, refused.headers[b"retry-after"]) == (503, b"1")
        assert (await server.get("/release/1/sparql")).status == 503
        assert (await server.get("/metrics")).status == 200
        server.free.set()
        await asyncio.gather(*waiting)

    with serving(LOCAL) as server:
        coroutines.run(ask(server))
    assert server.begun.count("sparql") == 6


def test_few_heavy_pages_begin_at_once() -> None:
    async def ask(server: Server) -> None:
        waiting = await server.hold("/release/1/diff/stuck", 10)
        assert len(server.begun) == HEAVY
        assert (await server.get("/")).status == 200
        server.free.set()
        await asyncio.gather(*waiting)
        assert len(server.begun) == 11

    with serving(LOCAL) as server:
        coroutines.run(ask(server))


def test_health_is_told_while_every_thread_is_stuck() -> None:
    async def ask(server: Server) -> None:
        waiting = await server.hold("/stuck", 200)
        waiting += await server.hold("/sparql", 20)
        assert len(server.begun) > PAGES
        well = await server.get("/healthz")
        assert (well.status, well.body) == (200, b"alive\n")
        assert b"content-security-policy" in well.headers
        server.release_app.unavailable_reason = lambda: "not well: nobody is left"
        ill = await server.get("/healthz")
        assert (ill.status, ill.body) == (503, b"not well: nobody is left\n")
        server.free.set()
        await asyncio.gather(*waiting)

    with serving(LOCAL) as server:
        coroutines.run(ask(server))


def test_who_leaves_gives_up_the_place_that_he_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "SECONDS_UNTIL_WATCHED", 0.01)

    async def ask(server: Server) -> None:
        waiting = await server.hold("/release/1/diff/stuck", HEAVY)
        leaving = Asked(scope("/release/1/diff/stuck-left"))
        gone = server.ask(leaving)
        await asyncio.sleep(0.1)
        leaving.leaving.set()
        await asyncio.wait_for(gone, SECONDS)
        assert leaving.sent == []
        server.free.set()
        await asyncio.gather(*waiting)

    with serving(LOCAL) as server:
        coroutines.run(ask(server))
    assert "release/1/diff/stuck-left" not in server.begun


def test_a_client_with_too_much_under_way_is_refused_and_others_are_not() -> None:
    async def ask(server: Server) -> None:
        waiting = await server.hold("/stuck", 2)
        refused = await server.get("/", accept_language="fr")
        assert (refused.status, refused.headers[b"retry-after"]) == (429, b"1")
        assert "2 de vos requêtes" in refused.body.decode()
        assert (await server.get("/healthz")).status == 200
        assert (await server.get("/metrics")).status == 200
        other = Asked({**scope("/"), "client": ("192.0.2.2", 5000)})
        await server.ask(other)
        assert other.status == 200
        server.free.set()
        await asyncio.gather(*waiting)
        assert (await server.get("/")).status == 200

    with serving(replace(PUBLIC, client_requests=2)) as server:
        coroutines.run(ask(server))


def test_a_network_of_64_bits_is_one_client() -> None:
    async def ask(server: Server) -> None:
        asked = Asked({**scope("/stuck"), "client": ("2001:db8::1", 5000)})
        waiting = server.ask(asked)
        await asyncio.sleep(0.1)
        for host, status in (("2001:db8::2", 429), ("2001:db8:0:1::1", 200)):
            other = Asked({**scope("/"), "client": (host, 5000)})
            await server.ask(other)
            assert other.status == status
        server.free.set()
        await waiting

    with serving(replace(PUBLIC, client_requests=1)) as server:
        coroutines.run(ask(server))


def test_a_refusal_is_hardened_and_closes_a_connection_with_a_body() -> None:
    async def ask(server: Server) -> None:
        long = await server.get("/", accept="x" * 3_000, accept_language="fr")
        assert long.status == 431
        assert long.body.startswith(b"The header field accept is longer than 2,000 bytes.")
        assert long.headers[b"x-content-type-options"] == b"nosniff"
        assert long.headers[b"cache-control"] == b"no-store"
        assert b"connection" not in long.headers
        posted = Asked(scope("/" + "x" * 9_000, method="POST", content_length="5"))
        await server.ask(posted)
        assert (posted.status, posted.headers[b"connection"]) == (414, b"close")
        assert server.begun == []

    with serving(LOCAL) as server:
        coroutines.run(ask(server))


def test_a_slow_body_is_answered_408_and_a_broken_one_400() -> None:
    async def ask(server: Server) -> None:
        server.gateway._bodies = RequestBodies(100, shared=True, first=0.05, whole=0.1)
        slow = Asked(scope("/", method="POST", content_length="5"), sending(b"x", stalled=True))
        await asyncio.wait_for(server.ask(slow), SECONDS)
        assert (slow.status, slow.headers[b"connection"]) == (408, b"close")

        async def leave() -> Message:
            return {"type": "http.disconnect"}

        broken = Asked(scope("/", method="POST", transfer_encoding="chunked"), leave)
        await server.ask(broken)
        assert (broken.status, broken.headers[b"connection"]) == (400, b"close")
        sent = Asked(scope("/", method="POST", content_length="6"), sending(b"ASK", b" {}"))
        await server.ask(sent)
        assert sent.body == b"ASK {}"

    with serving(LOCAL) as server:
        coroutines.run(ask(server))


# The queues


def test_lanes_are_chosen_by_the_path_below_a_release() -> None:
    queues = RequestQueues(LOCAL)
    page, query, heavy = (queues.of(path) for path in ("/", "/sparql", "/compare"))
    assert len({page, query, heavy}) == 3
    for path, queue in {
        "/doc/org/facebook": page,
        "/release/": page,
        "/release/2026.11.0": page,
        "/release/2026.11.0/browse/claims": page,
        "/sparql/terms.json": page,
        "/query/abc": query,
        "/release/2026.11.0/sparql": query,
        "/release/2026.11.0/diff/2026.12.0": heavy,
        "/release/2026.11.0/download/dataset.nq.gz": heavy,
    }.items():
        assert queues.of(path) is queue, path
    for path in ("/readyz", "/metrics", "/sparql/queries/abc"):
        assert not queues.of(path).counted


def test_the_later_parts_of_an_answer_do_not_wait_for_answers_that_have_not_begun() -> None:
    async def ask() -> str:
        queue, end = RequestQueue(1, waiting=5), asyncio.Event()
        beginning = [asyncio.create_task(queue.begin("192.0.2.1", end.wait)) for _ in range(3)]
        await asyncio.sleep(0)

        async def part() -> str:
            return "part"

        found = await asyncio.wait_for(queue.continue_answer(part), SECONDS)
        end.set()
        await asyncio.gather(*beginning)
        return found

    assert coroutines.run(ask()) == "part"


def test_clients_who_wait_take_turns_and_the_one_with_most_goes() -> None:
    async def ask() -> tuple[list[str], int]:
        queue, end, order = RequestQueue(1, waiting=4), asyncio.Event(), []

        async def answer(client: str) -> None:
            order.append(client)
            await end.wait()

        async def begin(client: str) -> None:
            await queue.begin(client, lambda: answer(client))

        asked = [asyncio.create_task(begin("greedy")) for _ in range(5)]
        await asyncio.sleep(0)
        with pytest.raises(EngineBusy):
            await begin("greedy")
        asked.append(asyncio.create_task(begin("honest")))
        await asyncio.sleep(0)
        end.set()
        ended = await asyncio.gather(*asked, return_exceptions=True)
        return order, sum(isinstance(one, EngineBusy) for one in ended)

    order, refused = coroutines.run(ask())
    assert order == ["greedy", "greedy", "honest", "greedy", "greedy"]
    assert refused == 1


def test_who_is_gone_while_it_waits_leaves_its_place() -> None:
    async def ask() -> str:
        queue, end = RequestQueue(1, waiting=5), asyncio.Event()

        async def answer() -> str:
            return "answered"

        held = asyncio.create_task(queue.begin("one", end.wait))
        waits = asyncio.create_task(queue.begin("two", answer))
        await asyncio.sleep(0)
        waits.cancel()
        end.set()
        await held
        with pytest.raises(asyncio.CancelledError):
            await waits
        return await asyncio.wait_for(queue.begin("three", answer), SECONDS)

    assert coroutines.run(ask()) == "answered"


def test_who_stops_reading_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    cut: list[tuple[str, int]] = []
    monkeypatch.setattr(gateway, "SECONDS_UNREAD", 0.05)
    monkeypatch.setattr(gateway, "cut", lambda peers, port: cut.extend((p, port) for p in peers))

    async def ask(server: Server) -> None:
        asked = Asked(scope("/", method="POST"))
        bodies = iter([b"x" * 300_000])

        async def hear() -> Message:
            if (body := next(bodies, None)) is not None:
                return {"type": "http.request", "body": body, "more_body": False}
            await asked.leaving.wait()
            return {"type": "http.disconnect"}

        async def unread(message: Message) -> None:
            if message["type"] == "http.response.body":
                await asyncio.sleep(SECONDS)

        await asyncio.wait_for(server.gateway(asked.scope, hear, unread), SECONDS)

    with serving(LOCAL) as server:
        coroutines.run(ask(server))
    assert [port for _, port in cut] == [80]
