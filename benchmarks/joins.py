"""
What it saves to write queries for the engine: `python -m benchmarks.joins STORE QUERIES…`.

STORE is a store directory (`partage load FILE --store STORE`), QUERIES are files or folders of
them. Every query is asked as it is written and as the planner writes it, in one process; the better
of `ROUNDS` counts, or the only one of a query that takes long. Run with PYTHONPATH=server.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import QueryBoolean, QuerySolutions, Store

from partage.rdf.namespaces import ID
from partage.sparql.planner.planner import Planner
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Query

ROUNDS = 3
LONG = 5.0


def texts(arguments: list[str]) -> Iterator[tuple[str, str]]:
    """Yield names and texts of queries."""
    for path in map(Path, arguments):
        for file in sorted(path.glob("*.rq")) if path.is_dir() else [path]:
            yield file.stem, file.read_text(encoding="utf-8")


def answer(store: Store, text: str) -> Counter[str]:
    """Return the answer as rows, in any order."""
    result = store.query(text, base_iri=ID)
    if isinstance(result, QueryBoolean):
        return Counter([str(bool(result))])
    if isinstance(result, QuerySolutions):
        return Counter(" ".join(map(str, solution)) for solution in result)
    return Counter(map(str, result))


def measured(store: Store, text: str) -> tuple[float, Counter[str]]:
    """Return the seconds that a query takes, and its answer."""
    best = LONG
    for round_ in range(ROUNDS):
        began = time.perf_counter()
        rows = answer(store, text)
        taken = time.perf_counter() - began
        best = min(best, taken) if round_ else taken
        if taken > LONG:
            break
    return best, rows


def main() -> None:
    """Print a row for each query."""
    store = Store.read_only(sys.argv[1])
    planner = Planner(EmbeddedEngine(store))
    print("| query | as written, ms | planned, ms | times faster | same | first plan, ms | later |")
    print("|---|---|---|---|---|---|---|")
    for name, text in texts(sys.argv[2:]):
        query, took = Query(text, base=ID), []
        for _ in range(2):
            began = time.perf_counter()
            plan = planner.plan(query).plan
            took.append(f"{1000 * (time.perf_counter() - began):.2f}")
        before, rows = measured(store, text)
        after, found = measured(store, plan) if plan else (before, rows)
        cells = [f"{1000 * before:.1f}", f"{1000 * after:.1f}" if plan else "", "", "", *took]
        if plan:
            cells[2:4] = f"{before / after:.1f}", "yes" if rows == found else "NO"
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
