"""
Pieces of a query, asked by themselves: with its prologue and dataset, a short time for each, and
no more than a count of what they find.
"""

import hashlib
import time
from dataclasses import dataclass, field, replace

from pyoxigraph import Literal

from partage.errors import MemoryExceeded, QuerySyntaxError, QueryTimeout, ServiceRefused
from partage.sparql.planner.planner import Planner
from partage.sparql.protocol.guard import refuse_service
from partage.sparql.syntax.tree import QueryTree
from partage.store.engine import Engine, Query, QueryLimits, Solution

# Variables of probes begin with `partageprobe_`: a text with those of rewriting is not rewritten.
# What is more is told as more.
MOST = 10_000
SECONDS = 1.0
SECONDS_IN_ALL = 5.0


@dataclass(slots=True)
class PatternCounter:
    """Asks pieces of one query; None is what was not answered in time."""

    engine: Engine
    query: Query
    tree: QueryTree
    planner: Planner | None = None
    unfinished: bool = False
    asked: int = 0
    _deadline: float = field(default_factory=lambda: time.monotonic() + SECONDS_IN_ALL)
    # By the digests of the groups that were counted: of their texts, too much would be kept.
    _counts: dict[bytes, int | None] = field(default_factory=dict)

    def count(self, body: str) -> int | None:
        """Count the solutions of a group, up to one more than `MOST`."""
        key = hashlib.blake2b(body.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        if key not in self._counts:
            if self._is_late():
                return None
            inner = f"{{ SELECT * WHERE {{\n{body}\n}} LIMIT {MOST + 1} }}"
            found = self.find("(COUNT(*) AS ?partageprobe_count)", inner)
            number = found[0]["partageprobe_count"] if found else None
            self._counts[key] = int(number.value) if isinstance(number, Literal) else None
        return self._counts[key]

    def holds(self, body: str) -> bool:
        """Return whether a group is known to have a solution."""
        return bool(self.find("*", body, 1))

    def answers(self, text: str) -> bool | None:
        """Return whether a whole query answers more than nothing."""
        found = self._solutions(text, 1)
        return None if found is None else bool(found)

    def find(
        self, projection: str, body: str, limit: int = 1, after: str = ""
    ) -> list[Solution] | None:
        """Return solutions of a group."""
        text, tree = self.tree.text, self.tree
        dataset = " ".join(text[one.start : one.end] for one in tree.dataset)
        query = (
            f"{text[: tree.start]}\nSELECT {projection} {dataset} WHERE {{\n{body}\n}} {after} "
            f"LIMIT {limit}"
        )
        return self._solutions(query, limit)

    def _is_late(self) -> bool:
        late = time.monotonic() >= self._deadline
        self.unfinished = self.unfinished or late
        return late

    def _solutions(self, text: str, limit: int) -> list[Solution] | None:
        if self._is_late():
            return None
        try:
            refuse_service(text)
        except (ServiceRefused, QuerySyntaxError):  # the engine would call it, or refuse it
            return None
        self.asked += 1
        limits = QueryLimits(max(0.01, min(SECONDS, self._deadline - time.monotonic())))
        try:
            query = replace(self.query, text=text, limits=limits)
            result = self.engine.query(mended(query, self.planner))
            try:
                if result.kind == "boolean":
                    return [{}] if result.answer else []
                return result.solutions(limit)
            finally:
                result.close()
        except (QueryTimeout, MemoryExceeded):
            self.unfinished = True
            return None


def mended(query: Query, planner: Planner | None) -> Query:
    """Return a query as the engine is to read it, so that it answers as `/sparql` does."""
    return query if planner is None else planner.plan(query, joins=False)
