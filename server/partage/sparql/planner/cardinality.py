"""How often the predicates of a dataset are used, asked once each when a query needs it."""

from dataclasses import dataclass
from weakref import ref

from pyoxigraph import Literal

from partage.caching import BoundedCache
from partage.errors import MemoryExceeded, QueryTimeout
from partage.rdf.sparql_terms import iriref
from partage.store.engine import Engine, Query, QueryLimits

SECONDS = 2.0
# How many triples of a predicate are looked at for its degrees.
SAMPLE = 50_000
# What was counted, by what was asked of which engine.
COUNTS = BoundedCache(2_000_000, "counts")
# A constant that may be in so many triples is counted itself.
COMMON = 2_000
COUNT = "SELECT (COUNT(*) AS ?n) {{ {pattern} }}"
MEAN = (
    "SELECT (SUM(?k) AS ?n) (SUM(?k * ?k) AS ?q) {{ SELECT (COUNT(*) AS ?k) {{ SELECT * "
    "{{ ?s {iri} ?o }} LIMIT {sample} }} GROUP BY ?{place} }}"
)


@dataclass(frozen=True, slots=True)
class PredicateStatistics:
    """
    The triples of a predicate; of a triple picked at random, how many share its subject, its
    object. So a few hubs count as much as they cost.
    """

    triples: float
    of_subject: float
    of_object: float


UNUSED = PredicateStatistics(0, 1, 1)


@dataclass(slots=True)
class TripleCounter:
    """Asks and remembers; what was not counted in time is None."""

    engine: Engine

    def degrees(self, query: Query, iri: str) -> PredicateStatistics | None:
        """Return the degrees of a predicate in the dataset of a query."""
        number = self.number(query, f"?s {iriref(iri)} ?o")
        if not number:
            return None if number is None else UNUSED
        means = [
            self._ask(query, MEAN.format(iri=iriref(iri), sample=SAMPLE, place=place))
            for place in ("s", "o")
        ]
        if means[0] is None or means[1] is None:
            return None
        return PredicateStatistics(number, *(mean["q"] / mean["n"] for mean in means if mean))

    def number(self, query: Query, pattern: str) -> float | None:
        """Return how many triples a pattern finds in the dataset of a query."""
        found = self._ask(query, COUNT.format(pattern=pattern))
        return None if found is None else found["n"]

    def _ask(self, query: Query, text: str) -> dict[str, float] | None:
        counting = Query(
            text,
            query.default_graphs,
            query.named_graphs,
            limits=QueryLimits(SECONDS),
            release=query.release,
        )
        return COUNTS.get((ref(self.engine), counting), lambda: self._counted(counting))

    def _counted(self, counting: Query) -> dict[str, float] | None:
        try:
            (row,) = self.engine.query(counting).solutions()
        except (QueryTimeout, MemoryExceeded):
            return None
        return {
            name: float(value.value) for name, value in row.items() if isinstance(value, Literal)
        }
