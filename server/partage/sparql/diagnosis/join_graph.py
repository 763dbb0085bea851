"""
Why a query has no results: what each of its patterns finds by itself, and where they stop going
together. See docs/decisions/0013-why-empty.md.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from partage.sparql.diagnosis.pattern_counts import PatternCounter
from partage.sparql.syntax.tree import Clause, Group, Pattern

Wrap = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class PatternCount:
    """A pattern of the query: its number in the text, what it stands in, and what it finds."""

    number: int
    element: Pattern
    within: tuple[str, ...]
    scope: tuple[str, ...]
    count: int | None


@dataclass(frozen=True, slots=True)
class Join:
    """How many solutions there are once a pattern is joined to those before it in the list."""

    upto: int
    count: int | None


@dataclass(frozen=True, slots=True)
class EmptyPoint:
    """
    Where nothing is left: at a pattern, or at a clause after the patterns.

    `before` solutions there were; `body` is the group until then, with the pattern to come written
    as what `body` is given. Where `sure` is false, an earlier join was not counted in time.
    """

    element: Pattern | None
    clause: Clause | None
    before: int | None
    body: Wrap
    joined: tuple[Pattern, ...] = ()
    sure: bool = True
    branches: tuple["EmptyPoint", ...] = ()


@dataclass(frozen=True, slots=True)
class JoinReport:
    """What was found out."""

    places: tuple[PatternCount, ...]
    joins: tuple[Join, ...]
    emptied: EmptyPoint | None
    total: int | None

    def number(self, element: Pattern | None) -> int | None:
        """Return the number of a pattern."""
        return next((p.number for p in self.places if p.element is element), None)


def explain(prober: PatternCounter) -> JoinReport:
    """
    Find out where the solutions of a query go.

    Raises
    ------
    EngineError
        The engine failed, or its owner ended the query.
    """
    where = prober.tree.where
    if where is None:
        return JoinReport((), (), None, None)
    walk = _Walk(prober)
    emptied = walk.group(where, _same) or walk.clauses(where, prober.tree.clauses)
    places = tuple(
        PatternCount(number, element, within, scope, walk.alone(element, scope))
        for number, (element, within, scope) in enumerate(written(where), 1)
    )
    numbers = {id(place.element): place.number for place in places}
    joins = tuple(Join(numbers[id(element)], count) for element, count in walk.joins)
    return JoinReport(places, joins, emptied, walk.total)


def written(
    group: Group, within: tuple[str, ...] = (), scope: tuple[str, ...] = ()
) -> Iterator[tuple[Pattern, tuple[str, ...], tuple[str, ...]]]:
    """Yield every pattern as written, with the kinds of what it stands in, and their GRAPHs."""
    inner = group.subselect.where if group.subselect else group
    for element in inner.patterns:
        yield element, within, scope
        if element.kind != "service":
            graphs = (*scope, element.head) if element.kind == "graph" else scope
            for part in element.inner:
                yield from written(part, (*within, element.kind), graphs)


def scoped(scope: Sequence[str], body: str) -> str:
    """Return a group within the GRAPHs that it stands in."""
    for head in reversed(scope):
        body = f"{head} {{ {body} }}"
    return body


@dataclass(slots=True)
class _Walk:
    """Joins patterns, and keeps what it counted on the way."""

    prober: PatternCounter
    joins: list[tuple[Pattern, int | None]] = field(default_factory=list)
    passing: dict[int, int | None] = field(default_factory=dict)
    total: int | None = None

    def alone(self, element: Pattern, scope: Sequence[str]) -> int | None:
        """Count what a pattern finds by itself; of a filter, what it lets pass by itself."""
        if element.kind in {"filter", "bind", "service"}:
            return self.passing.get(id(element))
        body = element.text
        if element.kind in {"optional", "minus"}:
            (group,) = element.groups
            body = self.prober.tree.text[group.start : group.end]
        return self.prober.count(scoped(scope, body))

    def group(self, group: Group, wrap: Wrap, last: int | None = None) -> EmptyPoint | None:
        """
        Join the patterns of a group one by one, then its filters; stop where nothing is left.

        `wrap` puts it where it stands, `last` is how many solutions there are before.
        """
        joined: list[Pattern] = []
        prior, sure = "", True
        for element in ordered(group.patterns):
            if element.kind == "service":
                continue
            count = self._join(element, wrap(f"{prior}\n{element.text}"))
            if count == 0:
                here = EmptyPoint(element, None, last, _after(wrap, prior), tuple(joined), sure)
                return self._inside(here, wrap, prior)
            sure = sure and count is not None
            joined.append(element)
            prior, last = f"{prior}\n{element.text}", count
        return self._filters(group, joined, wrap, last)

    def _join(self, element: Pattern, body: str) -> int | None:
        count = self.prober.count(body)
        self.joins.append((element, count))
        return count

    def _inside(self, point: EmptyPoint, wrap: Wrap, prior: str) -> EmptyPoint:
        """Return the place within a pattern that has patterns of its own, else the pattern."""
        element = point.element
        if element is None:
            return point
        if element.kind == "select":
            return self._subquery(element.groups[0]) or point
        subqueries = any(group.subselect for group in element.groups)
        if subqueries or element.kind not in {"graph", "group", "union"}:
            return point

        def inner(body: str) -> str:
            return wrap(f"{prior}\n{element.head} {{ {body} }}")

        found = [self.group(group, inner, point.before) for group in element.groups]
        if len(found) == 1:
            return found[0] or point
        return replace(point, branches=tuple(one for one in found if one))

    def _subquery(self, group: Group) -> EmptyPoint | None:
        """Find the place within a subquery, which nothing around it reaches into."""
        if group.subselect is None:
            return None
        where, clauses = group.subselect.where, group.subselect.clauses
        return self.group(where, _same) or self.clauses(where, clauses, group.start)

    def _filters(
        self, group: Group, joined: Sequence[Pattern], wrap: Wrap, last: int | None
    ) -> EmptyPoint | None:
        filters = [element for element in group.patterns if element.kind == "filter"]
        prior = "\n".join(one.text for one in joined)
        for element in filters:
            self.passing[id(element)] = self.prober.count(wrap(f"{prior}\n{element.text}"))
        # One that removes everything by itself is the one to name.
        filters.sort(key=lambda element: self.passing[id(element)] != 0)
        for element in filters:
            count = self._join(element, wrap(f"{prior}\n{element.text}"))
            if count == 0:
                return EmptyPoint(element, None, last, _after(wrap, prior), tuple(joined))
            prior, last = f"{prior}\n{element.text}", count
        self.total = last
        return None

    def clauses(
        self, where: Group, clauses: Sequence[Clause], start: int | None = None
    ) -> EmptyPoint | None:
        """
        Find the clause after the patterns that leaves nothing.

        `start` is where the group of a subquery begins; None stands for the query.
        """
        tree = self.prober.tree
        text = tree.text
        begin = tree.start if start is None else start + 1
        head = text[begin : where.start]
        if start is None:
            for one in tree.dataset:
                head = head.replace(text[one.start : one.end], " ")
            if tree.form != "SELECT":
                head = "SELECT * WHERE "
        kept: list[Clause] = []
        before = self.total
        for clause in sorted(clauses, key=lambda clause: ORDER.index(clause.word)):
            kept = sorted([*kept, clause], key=lambda clause: clause.start)
            if clause.word not in EMPTYING:
                continue
            asked = "\n".join(text[one.start : one.end] for one in kept)
            count = self.prober.count(f"{{ {head}{text[where.start : where.end]}\n{asked} }}")
            if count == 0 and clause.word == "HAVING":
                before = self._groups(head, where, kept[: kept.index(clause)])
            if count == 0:
                return EmptyPoint(None, clause, before, _same)
            before = count
        return None

    def _groups(self, head: str, where: Group, grouping: Sequence[Clause]) -> int | None:
        """Return how many groups HAVING is asked of: without GROUP BY one (§11.1)."""
        if not grouping:
            return 1
        text = self.prober.tree.text
        keys = "\n".join(text[one.start : one.end] for one in grouping)
        return self.prober.count(f"{{ {head}{text[where.start : where.end]}\n{keys} }}")


# The order in which they count (§18.2.4, §18.2.5), which is not that in which they are written.
ORDER = ("GROUP", "HAVING", "VALUES", "ORDER", "OFFSET", "LIMIT")
EMPTYING = ("HAVING", "VALUES", "OFFSET", "LIMIT")


def _same(body: str) -> str:
    return body


def _after(wrap: Wrap, prior: str) -> Wrap:
    return lambda body: wrap(f"{prior}\n{body}")


def ordered(elements: Sequence[Pattern]) -> list[Pattern]:
    """
    Return the patterns of a group in the order to join them: as written, but of triples that stand
    together the first that shares a variable with those before. Filters, which hold for all of the
    group, are left out.
    """
    waiting = [element for element in elements if element.kind != "filter"]
    found: list[Pattern] = []
    bound = frozenset[str]()
    while waiting:
        run = [waiting[0]]
        if run[0].kind == "triple":
            for element in waiting[1:]:
                if element.kind != "triple":
                    break
                run.append(element)
        chosen = next((e for e in run if not bound or bound & e.variables), run[0])
        waiting.remove(chosen)
        found.append(chosen)
        bound |= chosen.variables
    return found
