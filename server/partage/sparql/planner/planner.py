"""
A query written so that its engine joins by hashing where that is faster, and means the same.

The engine looks every solution up in an index, one by one; a subquery it evaluates by itself and
joins by hashing. What is not understood, or would gain little, is left as it is written. See
docs/decisions/0015-joins.md.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from weakref import ref

from partage.caching import BoundedCache
from partage.errors import QuerySyntaxError
from partage.rdf.namespaces import iri
from partage.rdf.sparql_terms import iriref, is_iri
from partage.sparql.planner.cardinality import COMMON, PredicateStatistics, TripleCounter
from partage.sparql.planner.join_order import (
    BUILD,
    LOOKUP,
    MOST_HELD,
    MOST_JOINED,
    Ends,
    JoinOperand,
    filtered,
    joined,
    looked_up,
)
from partage.sparql.planner.top_k import TopK, keyed, topmost
from partage.sparql.rewriting import rewritten
from partage.sparql.rewriting.aggregates import is_grouped
from partage.sparql.rewriting.building import OURS
from partage.sparql.rewriting.order import total_order
from partage.sparql.syntax import parse
from partage.sparql.syntax.names import Names
from partage.sparql.syntax.serializer import query_text
from partage.sparql.syntax.tree import Clause, Group, Path, Pattern, QueryTree, Select, Term
from partage.store.engine import Engine, Query, QueryLimits
from partage.store.remote.dialect import check

# What is not this much cheaper, or cheap anyway, is left alone; in triples read.
GAIN = 1.5
CHEAP = 30_000.0
# How far a path goes from its known end, where its steps have more triples than are walked at once.
REACHED = 1_000.0
FAR = 10_000
# So many solutions are slow to sort.
MANY = 5_000
# Longer texts are lists of values, or no question of a person.
LONGEST = 20_000
# Counting what a query is about takes no longer, for the first who asks it.
SECONDS = 5.0
# How queries of each engine are written.
PLANS = BoundedCache(4_000_000, "plans")
TYPE = iri("rdf:type")
PATTERNS = {"triple", "values"}
# What may stand beside the triples of a group: it brings no solutions of its own.
BESIDE = {"filter", "optional", "minus", "bind"}
# Where something that is written anew goes: to the triples, where it was, or to the end.
JOINED, HERE, LAST = range(3)


class _OutOfTime(Exception):
    """Counting what a query is about takes longer than a plan is worth."""


class Planner:
    """Writes queries for one engine, and remembers how."""

    def __init__(self, engine: Engine, *, joins: bool = True) -> None:
        """Plan joins, too, where `joins` says so; else queries are only rewritten."""
        self._engine = ref(engine)
        self._counter = TripleCounter(engine)
        self._joins = joins

    def plan(self, query: Query, *, joins: bool = True) -> Query:
        """
        Return the query with what to ask instead of its text: so that the engine answers it as
        SPARQL says, and with `joins` fast.

        Raises
        ------
        EngineError
            The engine failed to count what the query is about.
        """
        graphs = (*(query.default_graphs or ()), *(query.named_graphs or ()))
        if len(query.text) + sum(map(len, graphs)) > LONGEST:
            return query
        bare = replace(query, limits=QueryLimits(), handle=None, prefixes=(), plan=None)
        joins = joins and self._joins
        try:
            plan = PLANS.get((self._engine, joins, bare), lambda: self._write(bare, joins=joins))
        except _OutOfTime:  # what was counted until now is known the next time
            return query
        return replace(query, plan=plan)

    def sorted(self, query: Query) -> Query | None:
        """Return a query that sorts by keys which can be compared; None where it sorts nothing."""
        try:
            tree = parse(query.plan or query.text)
        except QuerySyntaxError:
            return None
        written = total_order(tree)
        return None if written is tree else replace(query, plan=query_text(written))

    def _write(self, query: Query, *, joins: bool) -> str | None:
        if OURS in query.text:
            return None
        try:
            tree = parse(query.text)
            merges = self._merges(query, tree)
            right = rewritten(tree, partial(self._is_known, query), merges=merges)
        except QuerySyntaxError:  # the engine says what is wrong with it
            return None
        if joins and not merges:
            with suppress(QuerySyntaxError):  # what only our own engine reads, as LATERAL
                return self._join(query, tree if right is None else parse(right)) or right
        return right

    def _merges(self, query: Query, tree: QueryTree) -> bool:
        """Return whether graphs that make up the default graph share triples."""
        graphs = query.default_graphs
        if graphs is None:
            named = [Term("iri", one.iri, 0, 0) for one in tree.dataset if not one.named]
            graphs = tuple(name for one in named if (name := tree.iri(one)) and is_iri(name))
        if len(graphs) < 2:
            return False
        merged = replace(query, default_graphs=graphs, named_graphs=query.named_graphs or ())
        triples = "?s ?p ?o"
        once = self._counter.number(merged, f"{{ SELECT DISTINCT {triples} {{ {triples} }} }}")
        return once is None or once != self._counter.number(merged, triples)

    def _is_known(self, query: Query, name: str) -> bool:
        """Return whether a triple of the default graph has an IRI at one of its ends."""
        if not is_iri(name):
            return False  # a relative one, say
        patterns = (f"{iriref(name)} ?p ?o", f"?s ?p {iriref(name)}")
        return any(self._counter.number(query, one) for one in patterns)

    def _join(self, query: Query, tree: QueryTree) -> str | None:
        """Return the text of a query whose joins are planned; None where it is fast as it is."""
        where = tree.where
        if where is None or tree.dataset or tree.form == "ASK" or tree.reified is not None:
            return None
        if _ends_early(tree.select, tree.clauses):
            return None
        writer = _PlanWriter(query, tree, self._counter, Names(tree))
        body = writer.group(where)
        expected = writer.expected.get(where.start)
        text, head = tree.text, tree.text[tree.start : where.start]
        if where.patterns is tree.template:  # CONSTRUCT WHERE, whose pattern is its template
            head = f"CONSTRUCT {text[where.start : where.end]} WHERE "
        written = f"{head}{body}{text[where.end :]}"
        if expected and expected.rows >= MANY:
            cut = topmost(tree, body, expected)
            first = cut and f"{head}{writer.triples(where, cut)}{text[where.end :]}"
            first = first or keyed(tree, body)
            writer.changed = writer.changed or first is not None
            written = first or written
        if not writer.changed:
            return None
        check(text, query.base)
        return text[: tree.start] + written


def _ends_early(select: Select | None, clauses: Sequence[Clause]) -> bool:
    """Return whether a query is done before all of its solutions are found."""
    words = {clause.word for clause in clauses}
    if "LIMIT" not in words or words & {"ORDER", "GROUP"}:
        return False
    return select is None or not is_grouped(select.projections, clauses)


@dataclass(slots=True)
class _PlanWriter:
    query: Query
    tree: QueryTree
    counter: TripleCounter
    names: Names
    changed: bool = field(default=False, init=False)
    steps: int = field(default=0, init=False)
    deadline: float = field(default_factory=lambda: time.monotonic() + SECONDS, init=False)
    # What the triples of groups find, by where the groups start.
    expected: dict[int, JoinOperand] = field(default_factory=dict, init=False)

    def group(self, group: Group) -> str:
        """Write a group that is joined to nothing around it."""
        text = self.tree.text
        if select := group.subselect:
            if _ends_early(select.select, select.clauses):
                return text[group.start : group.end]
            head, tail = text[group.start : select.where.start], text[select.where.end : group.end]
            return f"{head}{self.group(select.where)}{tail}"
        return self.triples(group) or self._around(group)

    def _around(self, group: Group) -> str:
        """Write the groups within a group that are asked by themselves."""
        alone = [one.kind for one in group.patterns if one.kind not in BESIDE]
        by_itself = {"select", "union", "group"} if len(alone) == 1 else {"select"}
        text, at = "", group.start
        for one in group.patterns:
            if one.kind in by_itself:
                text += self.tree.text[at : one.start]
                text += " UNION ".join(self.group(part) for part in one.groups)
                at = one.end
        return text + self.tree.text[at : group.end]

    def triples(self, group: Group, cut: TopK | None = None) -> str | None:
        """Write a group of triples and what only adds to their solutions or takes some away."""
        triples, others = _apart(group)
        kinds = [one.kind for one in group.patterns if one.kind != "filter"]
        if {*kinds[: len(triples)]} - PATTERNS or {*kinds[len(triples) :]} - BESIDE:
            return None
        parts = self._parts(triples, others)
        base = joined(parts) if parts else None
        if base is None or not _written(base):
            return None
        if cut:
            ways = [cut.of(base), *filter(None, [joined([cut.of(part) for part in parts])])]
            base = _visible(min(ways, key=lambda way: way.cost))
        elif _pays(base.cost, looked_up(parts)):
            self.changed = True
            base = _visible(base)
        else:
            named = frozenset[str]().union(*(one.variables for one in triples))
            distinct = {name: n for name, n in base.distinct.items() if name in named}
            base = _visible(replace(base, text=_text(triples), distinct=distinct))
        self.expected[group.start] = base
        written = []
        for one in others:
            rest = (
                other.variables for other in others if other is not one and other.kind != "filter"
            )
            unsure = frozenset[str]().union(*rest) - base.variables
            written.append(self._beside(one, base, unsure) or (HERE, one.text))
        written.sort(key=lambda one: one[0])
        first = base.selected if written and written[0][0] == JOINED else base.text
        return "\n".join(["{", first, *(text for _, text in written), "}"])

    def _beside(
        self, pattern: Pattern, base: JoinOperand, unsure: Collection[str]
    ) -> tuple[int, str] | None:
        """Write OPTIONAL, EXISTS or NOT EXISTS to be evaluated once, not for each solution."""
        test = pattern.expression.operator if pattern.expression is not None else ""
        if test not in {"EXISTS", "NOT EXISTS"} and pattern.kind != "optional":
            return None
        triples, filters = _apart(pattern.inner[0])
        parts = self._parts(triples, filters)
        inner = joined(parts) if all(_plain(one) for one in filters) and parts else None
        if inner is None or not inner.variables & base.variables:
            return None
        outside = frozenset[str]().union(*(one.variables for one in filters)) - inner.variables
        # What an earlier OPTIONAL may bind is compared by the engine one by one; and a filter
        # within EXISTS sees the solution outside, which one within MINUS does not.
        if not inner.variables.isdisjoint(unsure) or (test and outside) or inner.rows > MOST_HELD:
            return None
        cost = base.rows + inner.cost + BUILD * inner.rows
        if not _pays(cost, looked_up(parts, base) - base.cost):
            return None
        self.changed = True
        return _aside(test, inner, _text(filters), inner.variables & base.variables)

    def _parts(self, triples: Sequence[Pattern], others: Sequence[Pattern]) -> list[JoinOperand]:
        """Return what is expected of triples; nothing where one of them is not known enough."""
        filters = [one.variables for one in others if _plain(one)]
        values = [_values(one) for one in triples if one.kind == "values"]
        written = [one.terms for one in triples if one.kind == "triple"]
        steps = [step for terms in written for step in self._steps(terms)]
        if len(values) + len(steps) > MOST_JOINED:
            return []
        parts = values + [self._part(step) for step in steps]
        return [filtered(part, filters) for part in parts if part] if all(parts) else []

    def _steps(self, terms: Sequence[Term]) -> Iterator[tuple[Term, Term, Term]]:
        """Yield the triples of a path that goes step by step."""
        subject, verb, target = terms
        path = verb.path
        if path is None or path.kind != "sequence":
            yield subject, verb, target
            return
        *before, last = map(self._step, path.steps)
        for step in before:
            self.steps += 1
            between = Term("variable", f"?{OURS}step_{self.steps}", verb.start, verb.start)
            yield subject, step, between
            subject = between
        yield subject, last, target

    def _step(self, path: Path) -> Term:
        """Return a part of a path as a verb."""
        text = path.text or self.tree.text[path.start : path.end]
        return Term("iri" if path.text else "path", text, path.start, path.end, path=path)

    def _part(self, terms: tuple[Term, Term, Term]) -> JoinOperand | None:
        """Return what is expected of a triple or path; None where that is not known enough."""
        if time.monotonic() > self.deadline:
            raise _OutOfTime
        subject, verb, target = terms
        if verb.path is not None and verb.path.kind == "inverse":
            subject, verb, target = target, self._step(verb.path.steps[0]), subject
        ends = _name(subject), _name(target)
        text = f"{subject.text} {verb.text} {target.text} ."
        if ends[0] == ends[1]:
            return None
        if verb.kind == "path":
            reached = self._reached((subject, verb, target))
            distinct = {end: reached for end in ends if end}
            walked = JoinOperand(text, distinct, reached, LOOKUP * reached, ends, path=True)
            return walked if None in ends else None
        name = self.names.iri(verb)
        degrees = self.counter.degrees(self.query, name) if name else None
        if name is None or degrees is None:
            return None
        each = degrees.of_subject, degrees.of_object
        rows = max(self._rows(name, degrees, ends, target), 1.0)
        shared = zip(ends, each if None not in ends else (1, 1), strict=True)
        distinct = {end: max(rows / degree, 1.0) for end, degree in shared if end}
        return JoinOperand(text, distinct, rows, rows, ends)

    def _reached(self, terms: tuple[Term, Term, Term]) -> float:
        """Return how far a path goes from its known end, counted where it cannot go far."""
        steps = [
            self.counter.number(self.query, f"?s {iriref(step.iri)} ?o")
            for step in self.names.within(terms[1])
        ]
        known = [step for step in steps if step is not None]
        if "!" in terms[1].text or len(known) < len(steps) or sum(known) > FAR:
            return REACHED
        if not any(self.names.iri(end) for end in terms[::2]):
            return min(1.0 + sum(known), REACHED)
        pattern = " ".join(self.names.spelled(term) for term in terms)
        counted = self.counter.number(self.query, pattern)
        return REACHED if counted is None else max(counted, 1.0)

    def _rows(self, name: str, degrees: PredicateStatistics, ends: Ends, target: Term) -> float:
        if None not in ends:
            return degrees.triples
        if ends[0] is None:
            return degrees.of_subject
        constant = self.names.iri(target)
        if constant is None or (name != TYPE and degrees.of_object < COMMON):
            return degrees.of_object
        counted = self.counter.number(self.query, f"?s {iriref(name)} {iriref(constant)}")
        return degrees.of_object if counted is None else counted


def _values(pattern: Pattern) -> JoinOperand | None:
    """Return what is expected of VALUES; None where it leaves something open."""
    data = pattern.data
    if data is None or not data.variables or any(None in row for row in data.rows):
        return None
    rows = max(float(len(data.rows)), 1.0)
    return JoinOperand(pattern.text, dict.fromkeys(data.variables, rows), rows, rows, single=False)


def _written(part: JoinOperand) -> dict[str, float]:
    """Return how many values the variables have that somebody wrote."""
    return {name: n for name, n in part.distinct.items() if not name.startswith(OURS)}


def _visible(part: JoinOperand) -> JoinOperand:
    """Return a part without the variables that nobody wrote."""
    distinct = _written(part)
    if len(distinct) == len(part.distinct):
        return part
    return replace(part, text=replace(part, distinct=distinct).selected, distinct=distinct)


def _name(term: Term) -> str | None:
    return term.text[1:] if term.kind in {"variable", "blank"} else None


def _plain(pattern: Pattern) -> bool:
    """Return whether this is a filter without patterns of its own."""
    return pattern.kind == "filter" and not pattern.inner


def _aside(test: str, inner: JoinOperand, filters: str, shared: Collection[str]) -> tuple[int, str]:
    if not test:
        return HERE, f"OPTIONAL {{ {_visible(inner).selected} {filters} }}"
    if test == "NOT EXISTS":
        return LAST, f"MINUS {{ {inner.text} {filters} }}"
    names = " ".join(f"?{name}" for name in sorted(shared))
    return JOINED, f"{{ SELECT DISTINCT {names} {{ {inner.text} {filters} }} }}"


def _pays(cost: float, looked_up: float) -> bool:
    return looked_up > CHEAP and looked_up > GAIN * cost


def _apart(group: Group) -> tuple[list[Pattern], list[Pattern]]:
    """Return the triples and values of a group, and what else there is."""
    triples = [one for one in group.patterns if one.kind in PATTERNS]
    return triples, [one for one in group.patterns if one.kind not in PATTERNS]


def _text(patterns: Sequence[Pattern]) -> str:
    return "\n".join(one.text for one in patterns)
