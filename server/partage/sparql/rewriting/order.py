"""Sorting (SPARQL 1.1 Query Language §15.1)."""

from collections.abc import Iterator
from dataclasses import replace
from functools import reduce

from partage.rdf.namespaces import iri
from partage.rdf.sparql_terms import iriref
from partage.sparql.rewriting.building import call, expression, literal, term
from partage.sparql.syntax.transform import transform
from partage.sparql.syntax.tree import Clause, Expression, OrderCondition, QueryTree, Term

# What the operator `<` compares, each only with its own kind (§17.3).
COMPARED = ("xsd:boolean", "xsd:dateTime")


def total_order(tree: QueryTree) -> QueryTree:
    """
    Return a query that sorts by keys each of which the engine can compare with any other.

    §15.1 leaves terms unordered that `<` does not compare; the engine fails on some sets of those.
    They are sorted by kind, then by what `<` compares within the kind, else by their texts.
    """

    def change(node: object) -> object:
        if not isinstance(node, Clause) or not node.conditions:
            return node
        return replace(node, conditions=tuple(key for one in node.conditions for key in _keys(one)))

    return transform(tree, change)


def _keys(condition: OrderCondition) -> Iterator[OrderCondition]:
    found = condition.expression
    text = call("STR", found)
    compared = _any(call("ISNUMERIC", found), *(_is_a(found, name) for name in COMPARED))
    value = call("IF", call("COALESCE", compared, literal("false")), found, text)
    for key in (_rank(found), value, text, call("LANG", found)):
        yield replace(condition, expression=key)


def _rank(found: Expression) -> Expression:
    """Return a number that parts the kinds of terms, in the order of §15.1."""
    zoned = expression("!=", call("TZ", found), literal('""'))
    is_number = expression("&&", call("ISNUMERIC", found), expression("=", found, found))  # no NaN
    kinds = (
        call("ISBLANK", found),
        call("ISIRI", found),
        is_number,
        call("ISNUMERIC", found),
        _is_a(found, "xsd:string"),
        expression("!=", call("LANG", found), literal('""')),
        _is_a(found, "xsd:boolean"),
        expression("&&", _is_a(found, "xsd:dateTime"), zoned),
        _is_a(found, "xsd:dateTime"),
        call("ISLITERAL", found),
    )
    rank = literal(str(len(kinds) + 1))
    for number, kind in reversed([*enumerate(kinds, 1)]):
        rank = call("IF", call("COALESCE", kind, literal("false")), literal(str(number)), rank)
    return call("COALESCE", rank, literal("0"))


def _is_a(found: Expression, name: str) -> Expression:
    datatype = term(Term("iri", iriref(iri(name)), 0, 0))
    return expression("=", call("DATATYPE", found), datatype)


def _any(*found: Expression) -> Expression:
    return reduce(lambda left, right: expression("||", left, right), found)
