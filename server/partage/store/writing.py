"""Quads as bytes, with the prefixes they use and no others."""

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Quad, serialize

from partage.rdf.formats import Format
from partage.rdf.namespaces import PREFIXES


def write(quads: Iterable[Quad], fmt: Format) -> bytes:
    """Return the quads in a graph or dataset format; a graph format drops the graph names."""
    quads = list(quads)
    if fmt.kind == "graph" and fmt.key != "jsonld":
        quads = list(dict.fromkeys(Quad(q.subject, q.predicate, q.object) for q in quads))
    data = serialize(quads, format=fmt.rdf, prefixes=_used(quads))
    assert data is not None  # without an output, serialize returns the bytes
    return data


def _used(quads: Iterable[Quad]) -> dict[str, str]:
    names: set[str] = set()
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if isinstance(term, NamedNode):
                names.add(term.value)
            elif isinstance(term, Literal):
                names.add(term.datatype.value)
    return {
        prefix: namespace
        for prefix, namespace in PREFIXES.items()
        if any(name.startswith(namespace) for name in names)
    }
