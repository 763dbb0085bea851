"""
Canonical N-Quads and their SHA-256.

Without blank nodes, N-Quads in canonical form sorted by code point equal RDFC-1.0
(W3C RDF Dataset Canonicalization); with blank nodes `rdfc10` runs the whole algorithm.
"""

import hashlib
from collections.abc import Iterable

from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, serialize


def nquads(quads: Iterable[Quad]) -> str:
    """Return the quads as sorted canonical N-Quads, one a line, each once."""
    text = serialize(quads, format=RdfFormat.N_QUADS)
    assert text is not None  # serialize without an output returns bytes
    lines = set(text.decode("utf-8").split("\n"))
    lines.discard("")
    return "".join(line + "\n" for line in sorted(lines))


def digest(quads: Iterable[Quad]) -> str:
    """Return the SHA-256 of the canonical N-Quads, 64 lower-case hexadecimal digits."""
    return hashlib.sha256(nquads(quads).encode("utf-8")).hexdigest()


def rdfc10(quads: Iterable[Quad]) -> str:
    """Return the RDFC-1.0 SHA-256 of a dataset that may hold blank nodes."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return digest(dataset)
