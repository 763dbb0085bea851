"""Aggregates (SPARQL 1.1 Query Language §11, §18.5.1)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from partage.sparql.rewriting.building import (
    OURS,
    bind,
    call,
    group,
    literal,
    pattern,
    shown,
    term,
    variable,
)
from partage.sparql.syntax.transform import is_same, transform
from partage.sparql.syntax.tree import (
    Clause,
    Expression,
    Group,
    Pattern,
    Projection,
    QueryTree,
    Select,
    SubSelect,
)

# What is something else each time it is evaluated.
CHANGING = frozenset({"RAND", "UUID", "STRUUID", "BNODE"})


def grouped_forms(tree: QueryTree) -> QueryTree:
    """Have ASK, CONSTRUCT and DESCRIBE take grouped solutions (§11, §19.8 production 18)."""
    if tree.form == "SELECT" or tree.where is None:
        return tree
    words = {clause.word for clause in tree.clauses}
    if "HAVING" not in words and not is_grouped((), tree.clauses):
        return tree
    keys = (key.variable for clause in tree.clauses for key in clause.keys)
    columns = shown([name for name in keys if name is not None]) or (
        Projection(0, 0, f"{OURS}group", literal("1")),
    )
    inner = SubSelect(Select(0, 0, "", columns), tree.where, tree.clauses)
    where = group(pattern("select", Group(0, 0, (), inner)))
    return replace(tree, where=where, clauses=())


def group_concat(tree: QueryTree) -> QueryTree:
    """Have GROUP_CONCAT return a simple literal (§18.5.1.7), and take IRIs and numbers by STR.

    The engine knows strings only. §17.3.1 allows a value in place of a type error. A string stays
    as it is within the aggregate: DISTINCT tells languages apart.
    """

    def change(node: object) -> object:
        if isinstance(node, Expression) and node.name == "GROUP_CONCAT":
            (value,) = node.operands
            joined = call("COALESCE", call("CONCAT", value), call("STR", value))
            return call("STR", replace(node, operands=(joined,)))
        return node

    return transform(tree, change)


def count_distinct(tree: QueryTree) -> QueryTree:
    """Have COUNT(DISTINCT *) count what is visible: no blank nodes, no steps (§18.5.1.2)."""

    def change(node: object) -> object:
        if not isinstance(node, QueryTree | SubSelect) or node.select is None or node.where is None:
            return node
        computed = expressions(node.select.projections, node.clauses)
        if not any(one.star and one.distinct for each in computed for one in each.walk()):
            return node
        inner = SubSelect(Select(0, 0, "", ()), node.where, ())
        return replace(node, where=group(pattern("select", Group(0, 0, (), inner))))

    return transform(tree, change)


def count_valid(tree: QueryTree) -> QueryTree:
    """Have COUNT leave out the solutions for which its expression is an error (§18.5.1.2)."""
    bound = 0

    def change(node: object) -> object:
        nonlocal bound
        if not isinstance(node, QueryTree | SubSelect) or node.select is None or node.where is None:
            return node
        binds: list[Pattern] = []

        def counted(found: object) -> object:
            nonlocal bound
            if not isinstance(found, Expression) or found.name != "COUNT" or found.star:
                return found
            (operand,) = found.operands
            if operand.operator == "TERM":
                return found
            bound += 1
            binds.append(bind(operand, f"{OURS}counted_{bound}"))
            return replace(found, operands=(term(variable(binds[-1].target or "")),))

        select = transform(node.select, counted)
        clauses = transform(node.clauses, counted)
        if not binds:
            return node
        where = group(pattern("group", node.where), *binds)
        return replace(node, select=select, where=where, clauses=clauses)

    return transform(tree, change)


def group_keys(tree: QueryTree) -> QueryTree:
    """Have GROUP BY name a variable anew: `GROUP BY (?x AS ?y)` (§11.2)."""

    def change(node: object) -> object:
        if not isinstance(node, Clause):
            return node
        keys = tuple(map(_computed, node.keys))
        return node if is_same(node.keys, keys) else replace(node, keys=keys)

    return transform(tree, change)


def _computed(key: Projection) -> Projection:
    if key.variable is None or key.expression is None or key.expression.operator != "TERM":
        return key
    return replace(key, expression=call("COALESCE", key.expression))


def repeated(tree: QueryTree) -> QueryTree:
    """Have SELECT name a variable again, as programs write it: it is one column (§18.2.4.5)."""

    def change(node: object) -> object:
        if not isinstance(node, Select):
            return node
        seen: set[str] = set()
        kept = []
        for one in node.projections:
            if one.expression is None and one.variable in seen:
                continue
            seen.add(one.variable or "")
            kept.append(one)
        if len(kept) == len(node.projections):
            return node
        return replace(node, projections=tuple(kept))

    return transform(tree, change)


def aliases(tree: QueryTree) -> QueryTree:
    """Have a variable that SELECT assigns be used later in the same SELECT (§16.1.2)."""

    def change(node: object) -> object:
        if not isinstance(node, QueryTree | SubSelect) or node.select is None:
            return node
        if not is_grouped(node.select.projections, node.clauses):
            return node
        assigned: dict[str, Expression] = {}
        made = []
        for one in node.select.projections:
            if one.expression is not None and one.variable is not None:
                written = _substituted(one.expression, assigned)
                one = one if written is one.expression else replace(one, expression=written)  # noqa: PLW2901  # the same one, written out
                if one.variable and not any(each.name in CHANGING for each in written.walk()):
                    assigned[one.variable] = written
            made.append(one)
        if is_same(node.select.projections, made):
            return node
        return replace(node, select=replace(node.select, projections=tuple(made)))

    return transform(tree, change)


def _substituted(expression: Expression, assigned: dict[str, Expression]) -> Expression:
    """Return an expression with what is assigned to its variables in their place."""

    def change(node: object) -> object:
        if not isinstance(node, Expression) or node.term is None or node.term.kind != "variable":
            return node
        return assigned.get(node.term.text[1:], node)

    if any(one.name == "BOUND" for one in expression.walk()):
        return expression  # it takes a variable
    return transform(expression, change)


def is_grouped(projections: Sequence[Projection], clauses: Sequence[Clause]) -> bool:
    """Return whether the solutions of a SELECT are grouped (§11.2)."""
    return any(clause.word == "GROUP" for clause in clauses) or any(
        one.operator == "AGGREGATE"
        for expression in expressions(projections, clauses)
        for one in expression.walk()
    )


def expressions(
    projections: Sequence[Projection], clauses: Sequence[Clause]
) -> Iterator[Expression]:
    """Yield the expressions of a SELECT and its solution modifiers."""
    yield from (one.expression for one in projections if one.expression is not None)
    for clause in clauses:
        yield from clause.constraints
        yield from (one.expression for one in clause.conditions)
        yield from (one.expression for one in clause.keys if one.expression is not None)
