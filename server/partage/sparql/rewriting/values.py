"""Effective boolean values (SPARQL 1.1 Query Language §17.2.2)."""

from dataclasses import replace

from partage.sparql.rewriting.building import call, expression, literal
from partage.sparql.syntax.transform import is_same, transform
from partage.sparql.syntax.tree import Clause, Expression, Pattern, QueryTree

# Functions that may return a string with a language.
TAGGED = frozenset(
    [
        "COALESCE",
        "IF",
        "STRLANG",
        "STRLANGDIR",
        "SUBSTR",
        "UCASE",
        "LCASE",
        "STRBEFORE",
        "STRAFTER",
        "CONCAT",
        "REPLACE",
        "MIN",
        "MAX",
        "SAMPLE",
        "SUBJECT",
        "OBJECT",
    ]
)


def boolean_values(tree: QueryTree) -> QueryTree:
    """Have a string with a language be true where it is not empty."""

    def change(node: object) -> object:
        if isinstance(node, Pattern) and node.kind == "filter" and node.expression is not None:
            written = _tested(node.expression)
            return node if written is node.expression else replace(node, expression=written)
        if isinstance(node, Clause) and node.constraints:
            tested = tuple(map(_tested, node.constraints))
            same = is_same(node.constraints, tested)
            return node if same else replace(node, constraints=tested)
        if isinstance(node, Expression):
            return _operands(node)
        return node

    return transform(tree, change)


def _operands(node: Expression) -> Expression:
    """Return an expression whose operands are tested where it takes their boolean values."""
    if node.operator in {"||", "&&", "!"}:
        tested = tuple(map(_tested, node.operands))
    elif node.name == "IF" and node.operands:
        tested = (_tested(node.operands[0]), *node.operands[1:])
    else:
        return node
    return node if is_same(node.operands, tested) else replace(node, operands=tested)


def _tested(operand: Expression) -> Expression:
    """Return the boolean value of what may be a string with a language."""
    term = operand.term
    tagged = operand.name in TAGGED or (
        term is not None
        and (term.kind == "variable" or (term.kind == "literal" and "@" in term.text))
    )
    if not tagged:
        return operand
    empty = literal('""')
    plain = expression("=", call("LANG", operand), empty)
    return call("IF", plain, operand, expression("!=", call("STR", operand), empty))
