"""Quads as bytes, with the prefixes they use and no others."""

from collections.abc import Iterable, Mapping
from io import BytesIO
from types import MappingProxyType

from pyoxigraph import Literal, NamedNode, Quad, serialize

from partage.rdf.formats import Format
from partage.rdf.namespaces import PREFIXES, curie, iri
from partage.rdf.unwritable import XML, XmlFile, unwritable

TYPE = iri("rdf:type")
# Turtle has a shorter way to say these.
UNWRITTEN = {TYPE, iri("xsd:string"), iri("rdf:langString")}


def write_quads(
    quads: Iterable[Quad], fmt: Format, prefixes: Mapping[str, str] = MappingProxyType({})
) -> bytes:
    """
    Return the quads, subjects together and types first; a graph format drops graph names.

    `prefixes` are declared besides those of ours that the quads use.

    Raises
    ------
    Unwritable
        The format has no way to write one of the quads.
    """
    chosen = set(quads)
    if fmt.kind == "graph" and fmt.key != "jsonld":
        chosen = {Quad(q.subject, q.predicate, q.object) for q in chosen}
    data = BytesIO()
    file = XmlFile(data) if fmt.key in XML else data
    try:
        serialize(
            sorted(chosen, key=_order),
            file,  # type: ignore[arg-type]  # all that the engine needs
            fmt.rdf,
            prefixes=_used(chosen) | dict(prefixes),
        )
    except (ValueError, OSError) as error:
        if (found := unwritable(error)) is None:
            raise
        raise found from error
    return data.getvalue()


def _order(quad: Quad) -> tuple[object, ...]:
    return (
        str(quad.graph_name),
        str(quad.subject),
        quad.predicate.value != TYPE,
        str(quad.predicate),
        str(quad.object),
    )


def _used(quads: Iterable[Quad]) -> dict[str, str]:
    names: set[str] = set()
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if isinstance(term, NamedNode):
                names.add(term.value)
            elif isinstance(term, Literal):
                names.add(term.datatype.value)
    found = {curie(name) for name in names - UNWRITTEN}
    prefixes = {short.partition(":")[0] for short in found if short}
    return {prefix: PREFIXES[prefix] for prefix in PREFIXES if prefix in prefixes}
