"""Trees made anew from trees, from the innermost nodes outwards; what does not change is shared."""

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from operator import is_
from typing import TypeVar, cast

from partage.sparql.syntax.tree import DatasetClause, Declaration, InlineData, Path, Term

Node = TypeVar("Node")
# What holds neither groups nor expressions.
_LEAVES = (Term, Path, Declaration, DatasetClause, InlineData)
_PLAIN = frozenset(
    [
        "start",
        "end",
        "text",
        "tokens",
        "kind",
        "operator",
        "name",
        "term",
        "terms",
        "distinct",
        "star",
        "separator",
        "variable",
        "modifier",
        "descending",
        "word",
        "number",
        "named",
        "iri",
        "prefix",
        "value",
        "silent",
        "target",
        "data",
        "form",
        "described",
        "reified",
        "services",
    ]
)


def transform(node: Node, change: Callable[[object], object]) -> Node:
    """
    Return a tree, or a part of it, with each of its nodes changed.

    `change` gets every node but terms and paths, once those within it are changed, and returns the
    node or another.
    """
    return cast("Node", _transformed(node, change))


def is_same(before: Sequence[object], after: Sequence[object]) -> bool:
    """Return whether nothing was changed: the nodes are the very same."""
    return len(before) == len(after) and all(map(is_, before, after))


@cache
def _parts(kind: type) -> tuple[str, ...]:
    """Return the fields of a class of nodes that may hold nodes."""
    assert is_dataclass(kind)
    return tuple(field.name for field in fields(kind) if field.name not in _PLAIN)


def _transformed(node: object, change: Callable[[object], object]) -> object:
    if isinstance(node, tuple):
        made = [_transformed(one, change) for one in node]
        return node if is_same(node, made) else tuple(made)
    if node is None or isinstance(node, _LEAVES):
        return node
    changes = {}
    kind: type = type(node)
    for name in _parts(kind):
        value = getattr(node, name)
        if value is not None and value != ():
            made_value = _transformed(value, change)
            if made_value is not value:
                changes[name] = made_value
    return change(replace(node, **changes) if changes else node)  # type: ignore[type-var]  # a dataclass
