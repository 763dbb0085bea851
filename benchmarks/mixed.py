"""
What ten users wait while they ask for everything: `python -m benchmarks.mixed --tree PATH`.

Each asks again as soon as it is answered: pages of every kind, facets, searches, lookups, queries
of the mix, downloads, drawn by a seed. The memory of the server is told for each tenth of the time.
"""

import argparse
import asyncio
import json
import os
import random
import re
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.attacks.catalogue import RELEASE
from benchmarks.attacks.honest import HTML, LOOKUP, RESULTS
from benchmarks.attacks.target import Watch, server
from benchmarks.attacks.wire import Client, ask, get
from benchmarks.mix import Json, queries
from benchmarks.servers import ROOT

USERS, SECONDS, PATIENCE, TENTHS = 10, 305.0, 60.0, 10
PAGES = (
    "/", "/timeline", "/disputes", "/browse/", "/compare", "/compare?a=a0005&b=a0001", "/sparql",
    "/examples", "/sparql/why", "/about/", "/about/method", "/about/citing", "/about/licences",
    "/release/", "/download/",
)  # fmt: skip
KINDS = ("claims", "flows", "agreements", "organizations", "sources")
FILES = ("current-view.nt.gz", "dataset.nq.gz", "ontology.ttl", "vocabulary.ttl", "context.jsonld")
WORDS = ("netflix", "facebook", "message", "privacy", "amazon", "spotify", "friends", "contact")
# How often each is asked for.
SHARES = {"page": 40, "lookup": 20, "facets": 15, "query": 10, "search": 10, "download": 5}
DOCUMENT = re.compile(rb"<loc>https?://[^/]+(?:/partage)?(/[^<]+)</loc>")
ANY = f"{RESULTS}, text/turtle"
FACETS = re.compile(r'href="(/browse/[a-z]+\?[^"#]+)"')


@dataclass(slots=True)
class Mix:
    """What can be asked of a server, and a number that no request had before."""

    documents: list[str]
    facets: list[str]
    queries: list[str]
    number: int = 0

    def page(self, choice: random.Random) -> str:
        """Return the address of a page: mostly of a thing, as it is or as it was in a release."""
        document = choice.choice(self.documents)
        why = f"/sparql/why?{urlencode({'query': choice.choice(self.queries)})}"
        pages = (choice.choice(PAGES), document, f"{RELEASE}{document}", f"{document}.ttl", why)
        return choice.choices(pages, (25, 50, 10, 10, 5))[0]

    def request(self, kind: str, choice: random.Random) -> bytes:
        """Return a request of a kind."""
        self.number += 1
        language = choice.choice(("en", "fr"))
        match kind:
            case "page":
                return get(self.page(choice), HTML, f"Accept-Language: {language}")
            case "facets":
                return get(choice.choice(self.facets), HTML, f"Accept-Language: {language}")
            case "search":
                word = choice.choice(WORDS)[: choice.randint(2, 9)]
                return get(f"/search?q={word}", HTML, f"Accept-Language: {language}")
            case "lookup":
                return ask(f"{LOOKUP} # {self.number}", RESULTS)
            case "query":
                return ask(f"{choice.choice(self.queries)}\n# {self.number}", ANY)
            case _:
                return get(f"/download/{choice.choice(FILES)}")


async def read(port: int) -> Mix:
    """Find out what a server has: the documents of its sitemaps, the facets of its tables."""
    documents: list[str] = []
    facets: list[str] = []
    client = Client(port, most=10_000_000)
    waiting = ["/sitemap.xml"]
    while waiting:
        await client.ask(get(waiting.pop()))
        for found in DOCUMENT.findall(client.body):
            (waiting if found.startswith(b"/sitemap-") else documents).append(found.decode())
    for kind in KINDS:
        await client.ask(get(f"/browse/{kind}", HTML))
        facets += map(unescape, FACETS.findall(client.body.decode()))
    client.close()
    assert documents, "no sitemap"
    assert facets, "no tables"
    return Mix(documents, facets, [*queries().values()])


@dataclass(slots=True)
class Seen:
    """What users of a server saw, by kind."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    async def use(self, port: int, mix: Mix, choice: random.Random, until: float) -> None:
        """Ask one thing after another."""
        client = Client(port)
        while time.monotonic() < until:
            (kind,) = choice.choices([*SHARES], [*SHARES.values()])
            request = mix.request(kind, choice)
            began = time.monotonic()
            try:
                status = await asyncio.wait_for(client.ask(request), PATIENCE)
            except TimeoutError:
                status = 0
                client.close()
            self.times[kind].append(time.monotonic() - began)
            self.statuses[kind][status] += 1
        client.close()

    def figures(self) -> Json:
        """Return milliseconds and statuses of each kind."""
        return {
            kind: {
                "asked": len(times),
                **{name: cut(times, share) for name, share in (("p50", 0.5), ("p99", 0.99))},
                "longest": cut(times, 1),
                "statuses": {str(status): n for status, n in self.statuses[kind].items()},
            }
            for kind, times in self.times.items()
        }


def cut(times: list[float], share: float) -> float:
    """Return how many milliseconds a share of the times does not exceed."""
    ordered = sorted(times)
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


async def load(port: int, process: int, seconds: float, users: int) -> Json:
    """Let users ask for so many seconds."""
    mix, seen = await read(port), Seen()
    until = time.monotonic() + seconds
    asking = [
        asyncio.create_task(seen.use(port, mix, random.Random(number), until))
        for number in range(users)
    ]
    memory = []
    for _ in range(TENTHS):
        with Watch(process) as watch:
            await asyncio.sleep(seconds / TENTHS)
        memory.append([watch.server // 1_000_000, watch.queries // 1_000_000])
    await asyncio.gather(*asking)
    return {
        "load before": round(os.getloadavg()[0], 1),
        "users": users,
        "seconds": seconds,
        "kinds (ms)": seen.figures(),
        "server, query processes (MB)": memory,
        "descriptors": watch.descriptors,
    }


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", type=Path, default=ROOT, help="source tree, built, with .venv")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--users", type=int, default=USERS)
    given = parser.parse_args()
    with server(given.tree, {}) as running:
        found = asyncio.run(load(running.port, running.process.pid, given.seconds, given.users))
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
