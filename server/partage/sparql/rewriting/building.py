"""Nodes that rewriting makes; they stand nowhere in a text."""

from collections.abc import Sequence
from dataclasses import replace

from partage.sparql.syntax.transform import transform
from partage.sparql.syntax.tree import (
    Expression,
    Group,
    InlineData,
    Path,
    Pattern,
    PatternKind,
    Projection,
    Term,
)

# Variables that we bring along: those of blank nodes, and between the steps of a path.
OURS = "partage_"


def group(*patterns: Pattern) -> Group:
    """Return a group of patterns."""
    return Group(0, 0, patterns)


def pattern(kind: PatternKind, *groups: Group, name: Term | None = None) -> Pattern:
    """Return a pattern that is made of groups; `name` is that of GRAPH."""
    return Pattern(kind, 0, 0, "", groups=groups, name=name)


def triple(subject: Term, path: Path, target: Term) -> Pattern:
    """Return a triple pattern."""
    kind = "iri" if path.kind == "iri" else "path"
    verb = Term(kind, path.text, 0, 0, path=path)  # type: ignore[arg-type]  # one of the two
    return Pattern("triple", 0, 0, "", (subject, verb, target))


def filtered(expression: Expression) -> Pattern:
    """Return a FILTER."""
    return Pattern("filter", 0, 0, "", expression=expression)


def bind(expression: Expression, target: str) -> Pattern:
    """Return BIND of an expression to a variable."""
    return Pattern("bind", 0, 0, "", expression=expression, target=target)


def values(variable: str, term: Term) -> Pattern:
    """Return VALUES of one variable and one term."""
    return Pattern("values", 0, 0, "", data=InlineData((variable,), ((term,),)))


def expression(operator: str, *operands: Expression) -> Expression:
    """Return an expression of an operator."""
    return Expression(operator, 0, 0, operands)


def call(name: str, *operands: Expression) -> Expression:
    """Return a call of a function."""
    return Expression("CALL", 0, 0, operands, name)


def term(found: Term) -> Expression:
    """Return a term as an expression."""
    return Expression("TERM", 0, 0, term=found)


def exists(operator: str, *patterns: Pattern) -> Expression:
    """Return EXISTS or NOT EXISTS of patterns."""
    return Expression(operator, 0, 0, group=group(*patterns))


def literal(text: str) -> Expression:
    """Return a literal, given as it is written."""
    return term(Term("literal", text, 0, 0))


def variable(name: str) -> Term:
    """Return a variable."""
    return Term("variable", f"?{name}", 0, 0)


def shown(names: Sequence[str]) -> tuple[Projection, ...]:
    """Return projections of variables."""
    return tuple(Projection(0, 0, name) for name in names)


def without_blanks(found: Pattern) -> Pattern:
    """Return a pattern with a variable for each blank node, which may be written elsewhere, too."""

    def change(node: object) -> object:
        if isinstance(node, Pattern) and any(one.kind == "blank" for one in node.terms):
            terms = tuple(
                variable(one.text[1:].replace("blank", "node")) if one.kind == "blank" else one
                for one in node.terms
            )
            return replace(node, terms=terms)
        return node

    return transform(found, change)
