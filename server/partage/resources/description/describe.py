"""
The graph about a resource: its statements, the links that come in, and the graphs they stand in.

What a claim says stands in graphs of its own (nanopublications, http://nanopub.net/guidelines/), so
a claim is described with its assertion and provenance, a claim version with all its graphs.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, NamedNode, Quad

from partage.errors import EngineFailure, QuerySyntaxError, UnknownResource
from partage.rdf.namespaces import GRAPH, SPARQL_PREFIXES
from partage.rdf.nanopublication import PARTS
from partage.rdf.sparql_terms import iriref, values
from partage.store.engine import Engine, Query, Solution, Term

# Of the links that come in, a page of HTML shows so many, and data are whole up to so many.
PAGE, WHOLE = 250, 10_000
INFERRED, DERIVED = GRAPH + "inferred", GRAPH + "derived"
# A union of others for who asks without inference; a statement's origin are those others.
UNITED = GRAPH + "asserted"
# That a class or property is counted in the statistics says nothing about it.
COUNTED = f'FILTER(isBlank(?s) || !STRSTARTS(STR(?s), "{GRAPH}void#"))'


@dataclass(frozen=True, slots=True)
class Statement:
    """A triple of the current view and the named graphs that hold it."""

    subject: NamedNode | BlankNode
    predicate: NamedNode
    object: Term
    graphs: frozenset[str] = frozenset()

    @property
    def origin(self) -> str:
        """Say how we know: `asserted`, `inferred` by the ontology, or `derived` by rules."""
        if self.graphs and self.graphs <= {INFERRED, DERIVED}:
            return "inferred" if INFERRED in self.graphs else "derived"
        return "asserted"

    def quads(self) -> Iterator[Quad]:
        """Yield the triple once for each graph it stands in."""
        for graph in sorted(self.graphs):
            yield Quad(self.subject, self.predicate, self.object, NamedNode(graph))
        if not self.graphs:
            yield self.triple()

    def triple(self) -> Quad:
        """Return the triple alone, in the default graph."""
        return Quad(self.subject, self.predicate, self.object)


@dataclass(frozen=True, slots=True)
class Description:
    """
    What the dataset says about one resource.

    `incoming` is one page of the links that come in, `page` of `pages`, and `counts` how many there
    are in all by property. Pages after the first hold nothing else.
    """

    iri: str
    statements: tuple[Statement, ...]
    incoming: tuple[Statement, ...] = ()
    parts: dict[str, tuple[Statement, ...]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    page: int = 1
    pages: int = 1

    def values(self, predicate: str) -> list[Term]:
        """Return the objects of a predicate, in order."""
        return [s.object for s in self.statements if s.predicate.value == predicate]

    @property
    def is_publication(self) -> bool:
        """Say whether this is a nanopublication: graphs of its own, not a node among others."""
        return set(PARTS) <= self.parts.keys()

    def quads(self, told: Callable[[Statement], bool] = lambda _: True) -> list[Quad]:
        """Return what is `told` of it: a nanopublication as its graphs, else one graph."""
        if not self.is_publication:
            return [statement.triple() for statement in self._all() if told(statement)]
        members = [s for part in self.parts.values() for s in part if told(s)]
        return [quad for statement in members for quad in statement.quads()]

    def _all(self) -> Iterator[Statement]:
        if self.page == 1:
            yield from self.statements
            for part in self.parts.values():
                yield from part
        yield from self.incoming


def describe(engine: Engine, iri: str, page: int | None = None) -> Description:
    """
    Describe a resource; without a `page`, with every link that comes in, up to `WHOLE`.

    Raises
    ------
    UnknownResource
        The dataset holds no statement about it, to it, or in a graph of its name; or no such page.
    """
    own = _statements(engine, iri)
    counts, pattern = _counts(engine, iri)
    total = sum(counts.values())
    size = WHOLE if page is None and total <= WHOLE else PAGE
    pages = max(1, -(-total // size))
    number = page or 1
    incoming = _incoming(engine, iri, pattern, counts, range(total)[size * (number - 1) :][:size])
    parts = _parts(engine, iri, own)
    if not (own or incoming or parts) or number > pages:
        raise UnknownResource(iri)
    return Description(iri, own, incoming, parts, counts, number, pages)


def exists_graph(engine: Engine, iri: str) -> bool:
    """Say whether the dataset has a graph of that name."""
    return bool(ask(engine, f"SELECT * {{ GRAPH {iriref(iri)} {{ ?s ?p ?o }} }} LIMIT 1"))


def graph_contents(engine: Engine, iri: str) -> list[Quad]:
    """
    Return the triples of a named graph.

    Raises
    ------
    UnknownResource
        There is no such graph: an empty one cannot be told from none.
    """
    rows = ask(engine, f"SELECT ?s ?p ?o {{ GRAPH {iriref(iri)} {{ ?s ?p ?o }} }}")
    if not rows:
        raise UnknownResource(iri)
    merged = _merged((row["s"], row["p"], row["o"], None) for row in rows)
    return [statement.triple() for statement in merged]


def ask(engine: Engine, text: str, limit: int | None = None) -> list[Solution]:
    """
    Return the solutions of a query of ours, written with our prefixes.

    Raises
    ------
    EngineFailure
        The query does not parse: our fault, not that of whoever asked for a page.
    """
    try:
        return engine.query(Query(SPARQL_PREFIXES + text)).solutions(limit)
    except QuerySyntaxError as error:
        raise EngineFailure(f"{error} In our own query: {text}") from error


def _statements(engine: Engine, iri: str) -> tuple[Statement, ...]:
    pattern = f"{iriref(iri)} ?p ?o"
    rows = ask(engine, f"SELECT ?p ?o ?g {{ {pattern} OPTIONAL {{ GRAPH ?g {{ {pattern} }} }} }}")
    rows = rows or ask(engine, f"SELECT ?p ?o ?g {{ GRAPH ?g {{ {pattern} }} }}")
    found = _merged((NamedNode(iri), row["p"], row["o"], row.get("g")) for row in rows)
    if any(isinstance(statement.object, BlankNode) for statement in found):
        found += _nested(engine, iri)
    return found


def _nested(engine: Engine, iri: str) -> tuple[Statement, ...]:
    """Return what hangs on the blank nodes of a resource (its concise bounded description)."""
    rows = engine.query(Query(f"DESCRIBE {iriref(iri)}")).solutions()
    return _merged(
        (row["s"], row["p"], row["o"], None) for row in rows if isinstance(row["s"], BlankNode)
    )


def _counts(engine: Engine, iri: str) -> tuple[dict[str, int], str]:
    """Return how many links come in by each property, and the pattern that finds them."""
    name = iriref(iri)
    for pattern in (f"?s ?p {name} {COUNTED}", f"GRAPH ?any {{ ?s ?p {name} }}"):
        rows = ask(engine, f"SELECT ?p (COUNT(DISTINCT ?s) AS ?n) {{ {pattern} }} GROUP BY ?p")
        counts = {_text(row["p"]): int(_text(row["n"])) for row in rows if "p" in row}
        if counts:
            return counts, pattern
    return {}, ""


def _incoming(
    engine: Engine, iri: str, pattern: str, counts: dict[str, int], window: range
) -> tuple[Statement, ...]:
    """Return the links in a window on all of them, by property, then by subject."""
    branches, start = [], 0
    for name, number in sorted(counts.items()):
        within = range(max(start, window.start), min(start + number, window.stop))
        if within:  # to put only these in order is what makes a page of very many links soon done
            predicate = iriref(name)
            branches.append(
                f"{{ {{ SELECT DISTINCT ?s {{ {pattern.replace('?p', predicate)} }} ORDER BY ?s "
                f"LIMIT {len(within)} OFFSET {within.start - start} }} BIND({predicate} AS ?p) }}"
            )
        start += number
    if not branches:
        return ()
    rows = ask(
        engine,
        f"SELECT ?s ?p ?g {{ {' UNION '.join(branches)} "
        f"OPTIONAL {{ GRAPH ?g {{ ?s ?p {iriref(iri)} }} }} }}",
    )
    return _merged((row["s"], row["p"], NamedNode(iri), row.get("g")) for row in rows)


def _parts(
    engine: Engine, iri: str, own: tuple[Statement, ...]
) -> dict[str, tuple[Statement, ...]]:
    """Return the graphs that make up a claim or a claim version, and the nodes it contains."""
    graphs = {} if "#" in iri else {f"{iri}#{part}": part for part in PARTS}
    for statement in own:
        if statement.predicate.value.endswith("nschema#hasAssertion"):
            version = str(statement.object.value).partition("#")[0]  # type: ignore[union-attr]
            graphs |= {f"{version}#{part}": part for part in ("assertion", "provenance")}
    rows = ask(engine, f"SELECT ?g ?s ?p ?o {{ {values('g', graphs)} GRAPH ?g {{ ?s ?p ?o }} }}")
    parts: dict[str, tuple[Statement, ...]] = {}
    for part in PARTS:
        members = [row for row in rows if graphs[_text(row["g"])] == part]
        if members:
            parts[part] = _merged((row["s"], row["p"], row["o"], row["g"]) for row in members)
    inner = [o.value for s in own if isinstance(o := s.object, NamedNode) if _within(o.value, iri)]
    if inner and not parts:
        rows = ask(
            engine,
            f"SELECT ?s ?p ?o ?g {{ {values('s', inner)} ?s ?p ?o "
            "OPTIONAL { GRAPH ?g { ?s ?p ?o } } }",
        )
        parts["nodes"] = _merged((row["s"], row["p"], row["o"], row.get("g")) for row in rows)
    return parts


def _within(value: str, iri: str) -> bool:
    return value.startswith(iri + "#")


def _merged(
    rows: Iterable[tuple[Term, Term, Term, Term | None]],
) -> tuple[Statement, ...]:
    """Gather the graphs of each triple; the order is that of the terms."""
    graphs: dict[tuple[Term, Term, Term], set[str]] = {}
    for subject, predicate, value, graph in rows:
        names = graphs.setdefault((subject, predicate, value), set())
        if graph is not None and _text(graph) != UNITED:
            names.add(_text(graph))
    found = []
    for (subject, predicate, value), names in graphs.items():
        assert isinstance(subject, NamedNode | BlankNode)
        assert isinstance(predicate, NamedNode)
        found.append(Statement(subject, predicate, value, frozenset(names)))
    return tuple(sorted(found, key=lambda s: (str(s.subject), str(s.predicate), str(s.object))))


def _text(term: Term) -> str:
    """Return the IRI or name of a term that is no quoted triple."""
    return str(getattr(term, "value", term))
