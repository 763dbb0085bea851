"""
Nodes that the shapes as queries judge wrongly, because the engine keeps literals by value.

`sh:datatype`, `sh:in`, `sh:hasValue`, `sh:maxCount`, `sh:pattern` and others speak of literals as
they are written (W3C SHACL §4, https://www.w3.org/TR/shacl/#core-components). The engine changes
some when it keeps them, and cannot read others, as 99999999999999999999, to compare them.
"""

from collections.abc import Sequence

from pyoxigraph import BlankNode, NamedNode, Quad

from partage.pipeline.checks.shapes import Shapes
from partage.rdf.by_value import answered_otherwise, literals, uncomparable
from partage.rdf.namespaces import iri

Node = NamedNode | BlankNode


def undecided(dataset: Sequence[Quad], shapes: Shapes) -> set[Node]:
    """
    Return the nodes that have a literal which the queries may take for another one.

    That is also the value of a literal in the shapes that the engine changes, as in `sh:in (01)`.
    Where it cannot read one of theirs, as `sh:maxInclusive 99999999999999999999`, it is any node.
    """
    said = [(quad.subject, one) for quad in dataset for one in literals(quad.object)]
    written = {one for _, one in said}
    ours = {one for quad in shapes.quads for one in literals(quad.object)}
    if uncomparable(ours):
        terms = {term for quad in dataset for term in (quad.subject, quad.object)}
        return {term for term in terms if isinstance(term, Node)}
    unsure = uncomparable(written) | answered_otherwise(written).keys()
    unsure |= set(answered_otherwise(ours).values())
    return {node for node, one in said if one in unsure and isinstance(node, Node)}


def surroundings(dataset: Sequence[Quad], nodes: set[Node]) -> list[Quad]:
    """
    Return all that the shapes can see of some nodes.

    Their paths are of one step, and of what these lead to they ask the class alone: no query is
    known for others (`partage.pipeline.checks.shape_queries`).
    """
    around = [quad for quad in dataset if quad.subject in nodes or quad.object in nodes]
    near = {term for quad in around for term in (quad.subject, quad.object)}
    kind, above = iri("rdf:type"), iri("rdfs:subClassOf")
    return around + [
        quad
        for quad in dataset
        if quad.predicate.value == above or (quad.predicate.value == kind and quad.subject in near)
    ]
