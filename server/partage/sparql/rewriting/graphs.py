"""GRAPH with a variable (SPARQL 1.1 Query Language §13.3, §18.6)."""

from collections.abc import Iterator
from dataclasses import replace

from partage.sparql.rewriting.aggregates import is_grouped
from partage.sparql.rewriting.building import (
    exists,
    expression,
    filtered,
    group,
    literal,
    pattern,
    shown,
    without_blanks,
)
from partage.sparql.syntax.transform import transform
from partage.sparql.syntax.tree import Clause, Group, Pattern, QueryTree, SubSelect, Term


def disjoint_minus(tree: QueryTree) -> QueryTree:
    """
    Leave out MINUS where the two sides share no variable, for it takes nothing away (§8.3.3).

    The engine takes the name of a graph, and what stands around EXISTS, for shared.
    """

    def change(node: object) -> object:
        return _without_minus(node) if isinstance(node, Group) else node

    return transform(tree, change)


def _without_minus(found: Group) -> Group:
    kept: list[Pattern] = []
    bound = frozenset[str]()
    for one in found.patterns:
        if one.kind == "minus" and bound.isdisjoint(one.groups[0].in_scope):
            continue
        bound |= one.in_scope
        kept.append(one)
    return found if len(kept) == len(found.patterns) else replace(found, patterns=tuple(kept))


def graph_variables(tree: QueryTree) -> QueryTree:
    """
    Have a group be asked of each graph by itself: a subquery does not let the graph's name through,
    and what has no triple pattern is not asked of any graph.
    """

    def change(node: object) -> object:
        if not isinstance(node, Pattern) or node.kind != "graph" or not _has_variable(node):
            return node
        (inner,) = node.groups
        if not any(_subselects(inner)) and _is_bound(inner):
            return node
        name = node.name
        assert name is not None
        if inner.subselect is not None:
            inner = group(pattern("select", inner))
        written = _through(inner, name)
        if written is None:
            return node
        each = pattern("graph", group(), name=name)
        asked = replace(node, groups=(written,))
        if not _assigns(written, name.text[1:]):  # which LATERAL does not allow
            asked = pattern("lateral", group(asked))
        return pattern("group", group(each, asked))

    return transform(tree, change)


def _has_variable(found: Pattern) -> bool:
    return found.name is not None and found.name.kind == "variable"


def _subselects(found: Group) -> Iterator[SubSelect]:
    """Yield the subqueries within a group that are asked of its graph."""
    if found.subselect is not None:
        yield found.subselect
    for one in found.patterns:
        if one.kind not in {"graph", "service"}:
            for inner in one.groups:
                yield from _subselects(inner)


def _is_bound(found: Group) -> bool:
    """Return whether the engine binds the graph's name in each solution of a group."""
    for one in found.patterns:
        if one.kind == "triple":
            return True
        if one.kind in {"group", "union"} and all(map(_is_bound, one.groups)):
            return True
    return False


def _assigns(found: Group, name: str) -> bool:
    """Return whether BIND or VALUES within a group, not in a subquery, assigns a variable."""
    return any(
        one.target == name
        or (one.data is not None and name in one.data.variables)
        or any(_assigns(inner, name) for inner in one.groups)
        for one in found.patterns
    )


def _through(found: Group, name: Term) -> Group | None:
    """Return a group whose subqueries show the graph's name; None where they use it themselves."""
    if any(name.text[1:] in _used(one) for one in _subselects(found)):
        return None

    def change(node: object) -> object:
        if isinstance(node, Group) and node.subselect is not None:
            return _shown(node.subselect, name)
        return node

    return transform(found, change)


def _used(found: SubSelect) -> frozenset[str]:
    return found.where.variables | frozenset(
        one.variable for one in found.select.projections if one.variable
    )


def _shown(found: SubSelect, name: Term) -> Group:
    """Return a subquery that shows the name of the graph which it is asked of."""
    where = group(pattern("graph", found.where, name=name))
    if not is_grouped(found.select.projections, found.clauses):
        return Group(0, 0, (), _showing(found, name, where, found.clauses))
    keys = shown([name.text[1:]])
    grouped = [one for one in found.clauses if one.word == "GROUP"]
    if grouped:
        added = replace(grouped[0], keys=(*grouped[0].keys, *keys))
        clauses = tuple(added if one is grouped[0] else one for one in found.clauses)
        return Group(0, 0, (), _showing(found, name, where, clauses))
    clauses = (Clause("GROUP", 0, 0, keys=keys), *found.clauses)
    full = pattern("select", Group(0, 0, (), _showing(found, name, where, clauses)))
    # Aggregates of a graph without solutions, which has no group.
    nothing = group(filtered(expression("=", literal("1"), literal("0"))))
    empty = pattern("select", Group(0, 0, (), replace(found, where=nothing)))
    alone = filtered(exists("NOT EXISTS", *map(without_blanks, where.patterns)))
    return group(pattern("union", group(full), group(empty, alone)))


def _showing(found: SubSelect, name: Term, where: Group, clauses: tuple[Clause, ...]) -> SubSelect:
    select = found.select
    if select.projections:
        select = replace(select, projections=(*select.projections, *shown([name.text[1:]])))
    return SubSelect(select, where, clauses)
