"""
Honest clients beside an attack: a process of its own that measures what they wait.

`python -m benchmarks.attacks.honest PORT SECONDS` prints a line once it has begun, and at the end
what each of its clients saw. Each asks at its interval or, where an answer takes longer, as soon as
that has come; who would have asked meanwhile has waited too, and is counted as if.
"""

import asyncio
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.attacks.wire import Client, ask, get

KEPT = "/doc/org/netflix"
LOOKUP = "SELECT ?p ?o WHERE { <https://w3id.org/partage/id/org/netflix> ?p ?o }"
CLAIMS = 578
# Who waits longer gives up.
PATIENCE = 15.0
HTML = "Accept: text/html"
RESULTS = "Accept: application/sparql-results+json"


def kept(_number: int) -> bytes:
    """Ask a page that is kept."""
    return get(KEPT, HTML)


def health(_number: int) -> bytes:
    """Ask whether the server is alive."""
    return get("/healthz")


def page(number: int) -> bytes:
    """Ask a page for the first time."""
    return get(f"/doc/claim/c{number % CLAIMS + 1:04}", HTML)


def lookup(number: int) -> bytes:
    """Ask a query of one triple pattern for the first time."""
    return ask(f"{LOOKUP} # {number}", RESULTS)


@dataclass(slots=True)
class Probe:
    """A client that asks one kind of thing."""

    name: str
    request: Callable[[int], bytes]
    interval: float
    keep: bool
    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    async def ask(self, port: int, until: float) -> None:
        """Ask until a time on the monotonic clock, and no answer is open."""
        client = Client(port, keep=self.keep)
        number = 0
        while (began := time.monotonic()) < until:
            try:
                status = await asyncio.wait_for(client.ask(self.request(number)), PATIENCE)
            except TimeoutError:
                status = 0
                client.close()
            number += 1
            taken = time.monotonic() - began
            self.times.append(taken)
            self.statuses[status] += 1
            await asyncio.sleep(max(0.0, self.interval - taken))

    def figures(self) -> dict[str, object]:
        """Return milliseconds and statuses."""
        waits = sorted(self._with_those_who_waited())
        return {
            "asked": len(self.times),
            "p50": round(1000 * statistics.median(waits), 1),
            "p99": round(1000 * waits[min(len(waits) - 1, int(0.99 * len(waits)))], 1),
            "longest": round(1000 * waits[-1], 1),
            "statuses": {str(status): n for status, n in sorted(self.statuses.items())},
        }

    def _with_those_who_waited(self) -> list[float]:
        """Return the times, with those of requests that would have been sent meanwhile."""
        return [
            taken - late * self.interval
            for taken in self.times
            for late in range(int(taken / self.interval) + 1)
        ]


PROBES = (
    ("kept", kept, 0.01, True),
    ("kept, new connection", kept, 0.05, False),
    ("health", health, 0.05, False),
    ("page", page, 0.1, False),
    ("lookup", lookup, 0.05, True),
)


async def measure(port: int, seconds: float) -> dict[str, dict[str, object]]:
    """Ask all for so many seconds."""
    probes = [Probe(*given) for given in PROBES]
    until = time.monotonic() + seconds
    print("begun", flush=True)
    await asyncio.gather(*(probe.ask(port, until) for probe in probes))
    return {probe.name: probe.figures() for probe in probes}


def main() -> None:
    """Measure the port that the command line names."""
    port, seconds = sys.argv[1:]
    print(json.dumps(asyncio.run(measure(int(port), float(seconds)))), flush=True)


if __name__ == "__main__":
    main()
