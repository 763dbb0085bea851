"""
Which part of the dataset a query asks, by names that people understand: `graphs=asserted`.

A part is a dataset of its own (SPARQL 1.1 Query Language §13): its default graph, and the named
graphs that `GRAPH` finds. See docs/reference/graphs.md.
"""

import re
from dataclasses import replace

from pyoxigraph import NamedNode

from partage.errors import ProtocolError
from partage.rdf.namespaces import GRAPH, ID, SPARQL_PREFIXES
from partage.store.engine import Engine, Query

CURRENT, ASSERTED = "current", "asserted"
COMPUTED = frozenset({GRAPH + name for name in ("inferred", "derived", "void", "asserted")})
PARTS = ("assertion", "provenance", "pubinfo", "head")
_VERSION = re.compile(rf"(?:{re.escape(ID)}claim/|id/claim/|claim/|c:)?(c\d{{4,}}/v[1-9]\d*)")
_CLAIM = re.compile(rf"(?:{re.escape(ID)}claim/|id/claim/|claim/|c:)?(c\d{{4,}})")
ASSERTIONS = "SELECT DISTINCT ?g { ?claim np:hasAssertion ?g }"
NAMED = f'SELECT DISTINCT ?g {{ GRAPH ?g {{}} FILTER(STRSTARTS(STR(?g), "{GRAPH}")) }}'


class DatasetParts:
    """The parts of one dataset, looked up once."""

    def __init__(self, engine: Engine) -> None:
        self._graphs = _names(engine, NAMED)
        self._assertions = _names(engine, ASSERTIONS) if GRAPH + ASSERTED in self._graphs else ()

    @property
    def names(self) -> tuple[str, ...]:
        """The parts by name; claim versions are parts too, by their number."""
        return (CURRENT, *(name.removeprefix(GRAPH) for name in self._graphs))

    def select(self, query: Query, wish: str | None) -> Query:
        """
        Return the query asking the part that `wish` names.

        Raises
        ------
        ProtocolError
            There is no such part.
        """
        if wish is None or wish == CURRENT:
            return query
        if version := _VERSION.fullmatch(wish):
            graphs = [f"{ID}claim/{version[1]}#{part}" for part in PARTS]
            return replace(query, default_graphs=(graphs[0],), named_graphs=tuple(graphs))
        name = GRAPH + wish.removeprefix(GRAPH).removeprefix("graph:")
        if name not in self._graphs:
            raise self._refusal(wish)
        named: tuple[str, ...] = (name,)
        if name == GRAPH + ASSERTED:
            others = [graph for graph in self._graphs if graph not in COMPUTED]
            named = (*others, *self._assertions)
        return replace(query, default_graphs=(name,), named_graphs=named)

    def _refusal(self, wish: str) -> ProtocolError:
        if claim := _CLAIM.fullmatch(wish):
            return ProtocolError(
                "graphs=%(wish)s names a claim; name one of its versions: graphs=%(claim)s/v1.",
                wish=wish,
                claim=claim[1],
            )
        return ProtocolError(
            "graphs=%(wish)s is no part of this dataset. Use one of %(names)s, "
            "or a claim version such as c0001/v1.",
            wish=wish[:80],
            names=", ".join(self.names),
        )


def _names(engine: Engine, text: str) -> tuple[str, ...]:
    rows = engine.query(Query(SPARQL_PREFIXES + text)).solutions()
    names = (row["g"] for row in rows)
    return tuple(sorted(name.value for name in names if isinstance(name, NamedNode)))
