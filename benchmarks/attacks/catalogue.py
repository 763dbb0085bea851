"""
The attacks: what each sends, and how. None takes more than a laptop and one address.

The first line of each function is what the tables say of it.
"""

import asyncio
import gzip
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, cycle
from urllib.parse import quote, urlencode

from benchmarks.attacks.sending import Attacker, together
from benchmarks.attacks.wire import LOCATION, Pair, ask, get, post
from benchmarks.servers import descendants, is_query_process

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LONG = "SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 10000000"
RELEASE = "/release/2026.11.0"
QUERY = "Content-Type: application/sparql-query"
FORM = "Content-Type: application/x-www-form-urlencoded"
CSV = "Accept: text/csv"
HTML = "Accept: text/html"
HTTP2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
FEW_FILES = 1024

Play = Callable[[Attacker], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Attack:
    """
    What is played, and on which server.

    `files` is the server's limit of descriptors, 0 for that of the shell; `public` tells to play it
    also where each client has its bounds; `times` how much longer it takes than others.
    """

    play: Play
    public: bool = False
    files: int = 0
    times: int = 1

    @property
    def tells(self) -> str:
        """What it sends, in a line."""
        return (self.play.__doc__ or "").strip().partition("\n")[0].removesuffix(".")


async def nothing(_attacker: Attacker) -> None:
    """Nothing."""
    await asyncio.sleep(3600)


# Headers


async def headers_8k(attacker: Attacker) -> None:
    """`Accept-Profile: <<<…` and `Accept: a/b` with spaces, below 8 kB each, 8 clients."""
    sent = get("/doc/org/facebook", f"Accept-Profile: {'<' * 7900}", f"Accept: a/b{' ' * 7900}c")
    await attacker.flood(lambda _: sent)


async def headers_100k(attacker: Attacker) -> None:
    """`Accept-Profile:` of 100,000 `<`, 8 clients."""
    sent = get("/doc/org/facebook", f"Accept-Profile: {'<' * 100_000}")
    await attacker.flood(lambda _: sent)


async def headers_spaces(attacker: Attacker) -> None:
    """`Accept: a/b` with 32,000 spaces, 8 clients."""
    sent = get("/doc/org/facebook", f"Accept: a/b{' ' * 32_000}c")
    await attacker.flood(lambda _: sent)


async def headers_forms(attacker: Attacker) -> None:
    """`Accept: application/json;` again and again, 7.9 kB, and many languages, 8 clients."""
    form, languages = "application/json;" * 464, ",".join(["a-b;q=0.1"] * 790)
    sent = get("/doc/org/facebook", f"Accept: {form}", f"Accept-Language: {languages}")
    await attacker.flood(lambda _: sent)


async def forwarded_prefix(attacker: Attacker) -> None:
    """2,000 × `X-Forwarded-Prefix` of 400 kB, each another, 4 clients."""
    long = "x" * 400_000
    await attacker.flood(
        lambda n: get("/context.jsonld", f"X-Forwarded-Prefix: /{n}{long}"), 4, most=2000
    )


# Queries that are read, not asked


async def why_bomb(attacker: Attacker) -> None:
    """`POST /sparql/why`, 938 kB, 3,500 patterns, one sign beyond ASCII, 2 clients."""
    patterns = "".join(f"?s a ?v{n}{'x' * 255} .\n" for n in range(3500))
    text = f'SELECT * {{ VALUES ?x {{ "\N{GRINNING FACE}" }} {patterns}}}'
    sent = post("/sparql/why", text.encode(), QUERY)
    await attacker.flood(lambda _: sent, 2)


async def why_nest(attacker: Attacker) -> None:
    """`POST /sparql/why`, groups in groups, 200 kB, 4 clients."""
    sent = post("/sparql/why", ("ASK " + "{" * 100_000 + "}" * 100_000).encode(), QUERY)
    await attacker.flood(lambda _: sent, 4)


async def service_nest(attacker: Attacker) -> None:
    """`ASK {service:a{service:a{…`, 100 kB, 10 clients."""
    sent = post("/sparql", ("ASK {" + "service:a{" * 9_990).encode(), QUERY)
    await attacker.flood(lambda _: sent, 10)


async def planner_flood(attacker: Attacker) -> None:
    """Queries of 0.9 MB with one sign beyond ASCII, each another, 4 clients."""
    long = "\N{GRINNING FACE}" + "x" * 900_000
    text = "SELECT ?s {{ ?s a <a:{}> }} LIMIT 1 # " + long
    await attacker.flood(lambda n: post("/sparql", text.format(n).encode(), QUERY, CSV), 4)


async def graph_names(attacker: Attacker) -> None:
    """`default-graph-uri` of 0.9 MB, each another, 4 clients."""
    long = "x" * 900_000
    await attacker.flood(
        lambda n: post(
            "/sparql",
            urlencode(
                {"query": "SELECT ?s { ?s a ?t } LIMIT 1", "default-graph-uri": f"a:{n}{long}"}
            ).encode(),
            FORM,
            CSV,
        ),
        4,
    )


async def citing_flood(attacker: Attacker) -> None:
    """300 × `POST /query`: a prefix of 1,250 emoji, in the end of fewer, used 150 times."""
    used = " ".join(f"a:{n}" for n in range(150))
    text = "PREFIX a: <{}{}> SELECT ?s {{ VALUES ?s {{ {} }} }}"

    def cited(number: int) -> bytes:
        name = "http://a/" + "\N{GRINNING FACE}" * (1_250 if number < 140 else max(0, 200 - number))
        query = text.format(name, number, used if number < 200 else "a:1")
        return post("/query", urlencode({"query": query}).encode(), FORM)

    await attacker.flood(cited, 4, most=300)


async def compressed(attacker: Attacker) -> None:
    """Bodies that say gzip: 0.9 MB that unfold to 900 MB, to each address that takes one."""
    bomb = gzip.compress(b"ASK {} #" + b" " * 1_000_000, 9)
    body = bomb * (900_000 // len(bomb))
    targets = cycle(("/sparql", "/sparql/why", "/query", "/labels.json"))
    await attacker.flood(
        lambda n: post(next(targets), body, FORM if n % 2 else QUERY, "Content-Encoding: gzip"), 4
    )


# Queries that take time


async def slow_queries_55(attacker: Attacker) -> None:
    """An endless query, 55 clients."""
    await slow_queries(attacker, 55)


async def slow_queries_120(attacker: Attacker) -> None:
    """An endless query, 120 clients."""
    await slow_queries(attacker, 120)


async def slow_queries(attacker: Attacker, clients: int) -> None:
    """Ask endless queries by so many clients."""
    await attacker.flood(lambda n: ask(f"{ENDLESS} # {n}", CSV), clients)


async def burst(attacker: Attacker) -> None:
    """34 endless queries at once, left after a second, again and again."""
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await slow_queries(attacker, 34)


async def cited_views(attacker: Attacker) -> None:
    """`GET /query/ID?n=…` of a result that takes 2 s, 12 clients."""
    slow = (
        "SELECT (COUNT(*) AS ?n) { { SELECT * { ?a ?b ?c } LIMIT 1000 } "
        "{ SELECT * { ?d ?e ?f } LIMIT 300 } FILTER(?c < ?f) }"
    )
    client = attacker.client()
    status = await client.ask(post("/query", urlencode({"query": slow}).encode(), FORM))
    attacker.statuses[status] += 1
    found = LOCATION.search(client.head)
    assert found is not None, client.head
    path = found[1].decode()
    await attacker.flood(lambda n: get(f"{path}?n={n}", HTML), 12)


async def differences(attacker: Attacker) -> None:
    """Differences between releases, in all and of one thing, 60 clients."""
    between = f"{RELEASE}/diff/2026.11.0"
    thing = "https://w3id.org/partage/id/claim/c"
    await attacker.flood(
        lambda n: get(
            f"{between}?n={n}" if n % 2 else f"{between}?iri={thing}{n % 578 + 1:04}", HTML
        ),
        60,
    )


async def of_releases(attacker: Attacker) -> None:
    """Pages, queries, tables and searches of a release, whose store is made first, 60 clients."""
    targets = (
        "/doc/claim/c{:04}?n={}", "/sparql?query=SELECT*{{?s+?p+?o}}LIMIT+{}%23{}",
        "/browse/claims?q=a{}", "/search?q=a{}&n={}",
    )  # fmt: skip
    await attacker.flood(lambda n: get(RELEASE + targets[n % 4].format(n % 578 + 1, n), HTML), 60)


# Connections


async def silent_1100(attacker: Attacker) -> None:
    """1,100 connections that say nothing."""
    await attacker.hold(1100)


async def silent_3000(attacker: Attacker) -> None:
    """3,000 connections that say nothing."""
    await attacker.hold(3000)


async def trickled_headers(attacker: Attacker) -> None:
    """600 connections that send their headers byte by byte."""

    async def trickle(pair: Pair) -> None:
        for number in count():
            pair[1].write(b"X-Header: " if number % 10 == 0 else b"x\r\n"[number % 3 :][:1] or b"x")
            await pair[1].drain()
            await asyncio.sleep(0.5)

    await attacker.hold(600, b"GET / HTTP/1.1\r\nHost: x\r\n", trickle)


async def unfinished_bodies(attacker: Attacker) -> None:
    """600 bodies of 999 kB whose last byte does not come."""
    body = post("/sparql", b"ASK {} #" + b"x" * 999_000, QUERY)[:-1]
    await attacker.hold(600, body)


async def idle_connections(attacker: Attacker) -> None:
    """1,100 connections that are kept alive after one answer."""
    await attacker.hold(1100, get("/healthz"))


async def idle_http2(attacker: Attacker) -> None:
    """1,100 HTTP/2 connections that ask nothing."""
    await attacker.hold(1100, HTTP2)


async def stopped_readers(attacker: Attacker) -> None:
    """300 clients that ask what is long, and stop reading: 40 of a query, others of a download."""
    asked = ask(LONG, CSV)
    dump = get("/download/current-view.nt.gz")

    async def stop(pair: Pair) -> None:
        pair[1].transport.pause_reading()  # type: ignore[attr-defined]  # a socket's has it
        await asyncio.sleep(3600)

    await together((attacker.hold(40, asked, stop), attacker.hold(260, dump, stop)))


async def disconnects(attacker: Attacker) -> None:
    """Clients that leave in the middle of an answer, 20 at a time."""

    async def leave(pair: Pair) -> None:
        await pair[0].read(100)

    await attacker.hold(20, ask(LONG, CSV), leave)


async def half_closed(attacker: Attacker) -> None:
    """Clients that close their side once they have asked, 20 at a time."""

    async def one() -> None:
        while True:
            client = attacker.client(keep=False)
            with suppress(OSError):
                pair = await client.open()
                pair[1].write(get("/doc/org/facebook", HTML, "Connection: close"))
                pair[1].write_eof()
                answer = await pair[0].read()
                attacker.statuses[int(answer[9:12] or 0)] += 1
            client.close()

    await together(one() for _ in range(20))


async def few_descriptors(attacker: Attacker) -> None:
    """1,100 silent connections while queries run out of time; the server has 1,024 descriptors."""
    await together(
        (
            attacker.hold(1100),
            attacker.flood(lambda n: ask(f"{ENDLESS} # {n}", timeout="0.3"), 4),
        )
    )


# Addresses, methods


async def many_addresses(attacker: Attacker) -> None:
    """Addresses of 8 kB that nobody asked before: searches, parameters, versions, IRIs."""
    long = "x" * 8_000
    targets = (
        "/search?q={}{}", "/doc/org/facebook?n={}{}", "/doc/org/facebook?version={}{}",
        "/resource?iri=a:{}{}", "/doc/org/{}{}", "/browse/claims?q={}{}", "/cite?iri=a:{}{}",
        "/sparql?query=ASK%7B%7D%23{}{}", "/release/{}{}/diff/2026.11.0",
    )  # fmt: skip
    await attacker.flood(
        lambda n: get(targets[n % len(targets)].format(n, long), HTML, f"Accept-Language: x-{n}")
    )


async def many_facets(attacker: Attacker) -> None:
    """`/browse/flows` with as many facets as 59 kB hold, 8 clients."""
    chosen = (
        "category=dc%3Aunspecified-user-data", "provider=org%3Ayahoo", "recipient=org%3Aoppo",
        "recipient=org%3Adropbox", "recipient=org%3Aactivision",
    )  # fmt: skip
    facets = "&".join([*chosen] * (59_000 // len("&".join(chosen) + "&")))
    await attacker.flood(lambda n: get(f"/browse/flows?q=a{n}&{facets}", HTML))


async def odd_methods(attacker: Attacker) -> None:
    """Methods that are none, or in small letters, 8 clients."""
    methods = ("get", "FROBNICATE", "TRACE", "DELETE", "M" * 2000, "PROPFIND", "query", "OPTIONS")
    await attacker.flood(lambda n: get("/sparql", method=methods[n % len(methods)]))


async def odd_addresses(attacker: Attacker) -> None:
    """IRIs and parameters that we take and the engine may refuse, 8 clients."""
    odd = [
        quote(sign) for sign in ("\x80", "[", "%zz", "\ue000", "€", "\\", "a b", "\x00", "{", "^")
    ]
    targets = (
        "/resource?iri=http://a/{}", "/timemap/resource?iri=http://a/{}", "/search?q={}",
        "/?version={}", "/.well-known/sparql-examples/{}", "/cite?iri=http://a/{}",
        "/statement/{}", f"{RELEASE}/diff/2026.11.0?iri=http://a/{{}}",
    )  # fmt: skip
    await attacker.flood(
        lambda n: get(targets[n % len(targets)].format(odd[n // len(targets) % len(odd)]), HTML)
    )


# What no client can do, but an operator or the system does


async def reloads(attacker: Attacker) -> None:
    """200 × SIGHUP."""
    for _ in range(200):
        os.kill(attacker.process, signal.SIGHUP)
        await asyncio.sleep(0.01)


async def killed_workers(attacker: Attacker) -> None:
    """SIGKILL of a query process, ten times a second."""
    while True:
        for process in filter(is_query_process, descendants(attacker.process)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
                attacker.held += 1
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.01)


ATTACKS: Mapping[str, Attack] = {
    "nothing": Attack(nothing, public=True),
    "headers-8k": Attack(headers_8k, public=True),
    "headers-100k": Attack(headers_100k),
    "headers-spaces": Attack(headers_spaces),
    "headers-forms": Attack(headers_forms),
    "forwarded-prefix": Attack(forwarded_prefix),
    "why-bomb": Attack(why_bomb, public=True, times=3),
    "why-nest": Attack(why_nest),
    "service-nest": Attack(service_nest, public=True),
    "planner-flood": Attack(planner_flood, public=True),
    "graph-names": Attack(graph_names, times=3),
    "citing-flood": Attack(citing_flood),
    "compressed-bodies": Attack(compressed),
    "slow-queries-55": Attack(slow_queries_55, public=True),
    "slow-queries-120": Attack(slow_queries_120, public=True),
    "burst": Attack(burst, public=True),
    "cited-views": Attack(cited_views, public=True),
    "differences": Attack(differences, public=True),
    "of-releases": Attack(of_releases, public=True),
    "silent-1100": Attack(silent_1100, public=True),
    "silent-3000": Attack(silent_3000, public=True),
    "trickled-headers": Attack(trickled_headers),
    "unfinished-bodies": Attack(unfinished_bodies, public=True),
    "idle-connections": Attack(idle_connections),
    "idle-http2": Attack(idle_http2),
    "stopped-readers": Attack(stopped_readers),
    "disconnects": Attack(disconnects),
    "half-closed": Attack(half_closed),
    "few-descriptors": Attack(few_descriptors, files=FEW_FILES),
    "many-addresses": Attack(many_addresses, public=True),
    "many-facets": Attack(many_facets),
    "odd-methods": Attack(odd_methods),
    "odd-addresses": Attack(odd_addresses),
    "reloads": Attack(reloads),
    "killed-workers": Attack(killed_workers),
}
