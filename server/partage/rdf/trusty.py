"""
Artifact codes of trusty URIs: modules FA (a file) and RA (named graphs)
(Trusty URI Specification, version 1, https://trustyuri.net/spec).
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from partage.errors import CanonicalFormError

ARTIFACT_CODE = re.compile(r"RA[A-Za-z0-9_-]{43}")
# What stands in for the code of a content until it is known.
PLACEHOLDER = "RA" + "_" * 43
_LANGUAGE, _TYPE = 0, 1
_Term = TypeVar("_Term")
_Key = tuple[str, str, str, bool, str, int, str]


def file_code(data: bytes) -> str:
    """Return the code of a file's bytes."""
    return "FA" + _base64(hashlib.sha256(data).digest())


def graph_code(quads: Iterable[Quad], itself: str = PLACEHOLDER) -> str:
    """
    Return the code of named graphs.

    `itself` is the code that they carry in their own IRIs: it counts as a blank.

    Raises
    ------
    CanonicalFormError
        There are blank nodes; the specification asks for IRIs in their place.
    """
    text = "".join(map(_written, sorted({_key(quad, itself) for quad in quads})))
    return "RA" + _base64(hashlib.sha256(text.encode("utf-8")).digest())


def rename_iris(quads: Iterable[Quad], name: Callable[[str], str]) -> Iterator[Quad]:
    """Give the quads with their IRIs renamed."""

    def term(original: _Term) -> _Term | NamedNode:
        return NamedNode(name(original.value)) if isinstance(original, NamedNode) else original

    for quad in quads:
        predicate = NamedNode(name(quad.predicate.value))
        yield Quad(term(quad.subject), predicate, term(quad.object), term(quad.graph_name))


def _key(quad: Quad, itself: str) -> _Key:
    """Return a quad in the order of the specification: IRIs first, then literals by their text."""

    def blanked(node: object) -> str:
        if isinstance(node, DefaultGraph):
            return ""
        if not isinstance(node, NamedNode):
            what = "a blank node" if isinstance(node, BlankNode) else "a triple term"
            raise CanonicalFormError(
                f"{quad} holds {what}, which has no trusty URI. Give it an IRI."
            )
        return node.value.replace(itself, " ")

    head = blanked(quad.graph_name), blanked(quad.subject), blanked(quad.predicate)
    value = quad.object
    if not isinstance(value, Literal):
        return (*head, False, blanked(value), _LANGUAGE, "")
    if value.language:  # in lower case, as pyoxigraph keeps it
        return (*head, True, value.value, _LANGUAGE, value.language)
    return (*head, True, value.value, _TYPE, value.datatype.value)


def _written(key: _Key) -> str:
    graph, subject, predicate, literal, value, kind, detail = key
    if literal:
        text = value.replace("\\", "\\\\").replace("\n", "\\n")
        value = f"{'^' if kind == _TYPE else '@'}{detail} {text}"
    return f"{graph}\n{subject}\n{predicate}\n{value}\n"


def _base64(digest: bytes) -> str:
    """Return 32 bytes and two zero bits in 43 characters."""
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
