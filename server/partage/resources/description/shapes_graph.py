"""The shapes that the data are held to, as the document about them shows them (SHACL, https://www.w3.org/TR/shacl/)."""

from functools import cache

from pyoxigraph import Literal, NamedNode, Quad

from partage.assets import assets_root
from partage.rdf.namespaces import BASE, iri
from partage.rdf.parsing import read_rdf

SHAPES = BASE + "shapes"


@cache
def shapes() -> tuple[Quad, ...]:
    """Return every shape as it is shipped, and that it is defined here."""
    quads = [
        quad for path in sorted((assets_root() / "shapes").glob("*.ttl")) for quad in read_rdf(path)
    ]
    triples = {Quad(q.subject, q.predicate, q.object): None for q in quads}
    about = Quad(
        NamedNode(SHAPES),
        NamedNode(iri("dct:title")),
        Literal("The shapes that the data of Partage are held to", language="en"),
    )
    return (about, *triples)
