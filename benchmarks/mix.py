"""
The query mix, and what is measured of a server on one graph.

Every query is asked with a comment that no request had before, so that nobody answers from a cache:
first once to warm up, whose answer is compared with those of the others, then again and again. A
query without an answer within the limit is recorded so and its server ended and started again.
"""

import math
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks import wrk
from benchmarks.answers import digest
from benchmarks.peers import Peer
from benchmarks.servers import JSON, Server, Unanswered, serving

QUERIES = Path(__file__).parent / "queries"
LOOKUP = "SELECT ?p ?o WHERE {{ <{0}> ?p ?o }} LIMIT 8"
CONNECTIONS = (1, 8, 32)
RUNS, LOST = 30, 3
Json = dict[str, Any]
_number = count(1)


def queries() -> dict[str, str]:
    """Return the mix by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(QUERIES.glob("*.rq"))}


def measure(  # noqa: PLR0913  # who, on what, asked what, and how long
    peer: Peer,
    data: Path,
    asked: Mapping[str, str],
    things: Sequence[str],
    *,
    limit: float,
    seconds: float,
    tell: Callable[[str], None],
) -> Json:
    """Return all that is measured of a peer on a graph; `things` are looked up."""
    found: Json = {}
    environment = {"PARTAGE_QUERY_SECONDS": f"{limit:.0f}"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.perf_counter()
        peer.load(data, folder)
        found["load"] = round(time.perf_counter() - began, 3)
        waiting, lost = list(asked), 0
        found["queries"] = {}
        while waiting and lost < LOST:
            with serving(peer, data, folder, environment) as server:
                server.settle()
                if "start" not in found:
                    found["start"] = round(server.start_seconds, 3)
                    found["memory"] = round(server.memory(), 1)
                    if things and not peer.in_process:
                        found |= throughput(server, things, seconds)
                while waiting:
                    query = waiting.pop(0)
                    tell(query)
                    found["queries"][query] = timed(server, asked[query], limit, seconds)
                    if "unanswered" in found["queries"][query] and server.connection is None:
                        lost += 1
                        break
                found["memory after"] = round(server.memory(), 1)
        for query in waiting:
            why = f"not asked any more: {LOST} queries before it took more than {limit:g} s"
            found["queries"][query] = {"unanswered": why}
    return found


def timed(server: Server, query: str, limit: float, seconds: float) -> Json:
    """Return the latencies of a query in milliseconds, and a digest of its answer."""
    try:
        first = server.ask(_new(query), limit)
        until, taken = time.perf_counter() + seconds, [first.seconds]
        while len(taken) < 2 or (len(taken) < RUNS and time.perf_counter() < until):
            taken.append(server.ask(_new(query), limit).seconds)
        answer = digest(first)
    except Unanswered as error:
        return {"unanswered": str(error)}
    warm = sorted(taken[1:])
    return asdict(answer) | {
        "first": round(1000 * first.seconds, 3),
        "p50": round(1000 * statistics.median(warm), 3),
        "p99": round(1000 * warm[math.ceil(0.99 * len(warm)) - 1], 3),
        "runs": len(warm),
    }


def throughput(server: Server, things: Sequence[str], seconds: float) -> Json:
    """Return what a server stands of lookups: each a first time, and always the same one."""
    first = [server.path(LOOKUP.format(thing) + " # NUMBER") for thing in things]
    same = [server.path(LOOKUP.format(things[0]))]
    wrk.load(server.port, first, 8, seconds / 3, {"Accept": JSON})
    return {
        name: {
            str(many): wrk.load(server.port, targets, many, seconds, {"Accept": JSON}).as_json()
            for many in CONNECTIONS
        }
        for name, targets in (("first-time lookups", first), ("repeated lookup", same))
    }


def disagreements(by_peer: Mapping[str, Json]) -> dict[str, list[str]]:
    """Return, for each query, which peers answer otherwise than most do."""
    found: dict[str, list[str]] = {}
    asked: Iterable[str] = next(iter(by_peer.values()))["queries"] if by_peer else ()
    for query in asked:
        answers = {
            peer: (result["queries"][query]["rows"], result["queries"][query]["sha256"])
            for peer, result in by_peer.items()
            if "sha256" in result["queries"].get(query, {})
        }
        if "# compare: nothing" in (QUERIES / f"{query}.rq").read_text(encoding="utf-8"):
            answers = {peer: (int(rows > 0), "") for peer, (rows, _) in answers.items()}
        usual = statistics.mode(answers.values()) if answers else None
        if others := [peer for peer, answer in answers.items() if answer != usual]:
            found[query] = others
    return found


def milliseconds(result: Json, query: str, limit: float) -> float:
    """Return the p50 of a query; the limit, which it is more than, where there was no answer."""
    return float(result["queries"].get(query, {}).get("p50", 1000 * limit))


def geometric_mean(values: Iterable[float]) -> float:
    """Return the geometric mean."""
    return math.exp(statistics.fmean(math.log(value) for value in values))


def _new(query: str) -> str:
    return f"{query}# {next(_number)}"
