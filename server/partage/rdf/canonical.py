"""
Canonical N-Quads and their SHA-256.

Without blank nodes, N-Quads in canonical form sorted by code point equal RDFC-1.0
(W3C RDF Dataset Canonicalization); with blank nodes `rdfc10` runs the whole algorithm.

A statement without blank nodes is known by the SHA-256 of its canonical N-Triples line
(https://www.w3.org/TR/rdf12-n-triples/#canonical-ntriples), the line end left out.
"""

import hashlib
from collections.abc import Iterable

from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    serialize,
)

from partage.rdf.namespaces import BASE

STATEMENTS = BASE + "statement/"


def canonical_nquads(quads: Iterable[Quad]) -> str:
    """Return the quads as sorted canonical N-Quads, one a line, each once."""
    text = serialize(quads, format=RdfFormat.N_QUADS)
    assert text is not None  # serialize without an output returns bytes
    lines = set(text.decode("utf-8").split("\n"))
    lines.discard("")
    return "".join(line + "\n" for line in sorted(lines))


def nquads_digest(quads: Iterable[Quad]) -> str:
    """Return the SHA-256 of the canonical N-Quads, 64 lower-case hexadecimal digits."""
    return hashlib.sha256(canonical_nquads(quads).encode("utf-8")).hexdigest()


def rdfc10(quads: Iterable[Quad]) -> str:
    """Return the RDFC-1.0 SHA-256 of a dataset that may hold blank nodes."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return nquads_digest(dataset)


def ntriples_line(triple: Triple | Quad) -> str:
    """Return the canonical N-Triples line of a statement, without its end."""
    return f"{triple.subject} {triple.predicate} {triple.object} ."


def statement_digest(triple: Triple | Quad) -> str | None:
    """Return the SHA-256 of a statement's line; None where a node has no name of its own."""
    if not isinstance(triple.subject, NamedNode):
        return None
    if not isinstance(triple.object, NamedNode | Literal):
        return None
    return hashlib.sha256(ntriples_line(triple).encode("utf-8")).hexdigest()


def statement_iri(triple: Triple | Quad) -> str | None:
    """Return the IRI of a statement, where it has one."""
    digest = statement_digest(triple)
    return digest and STATEMENTS + digest
