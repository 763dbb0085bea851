"""The nanopublications of claim versions, read from a dataset."""

import re

from pyoxigraph import BlankNode, NamedNode, Quad

from partage.errors import UnknownResource
from partage.rdf.namespaces import ID, iri
from partage.rdf.nanopublication import PARTS, Nanopublication, nanopublication
from partage.rdf.sparql_terms import values
from partage.resources.description.describe import ask
from partage.store.engine import Engine

VERSION = re.compile(re.escape(ID) + r"claim/[A-Za-z0-9_-]+/v[1-9][0-9]*")
_SUPERSEDES = iri("npx:supersedes")


def versions(engine: Engine) -> list[str]:
    """Return the IRIs of all claim versions."""
    rows = ask(engine, "SELECT DISTINCT ?v { GRAPH ?g { ?v np:hasAssertion ?a ; a ?np } }")
    names = {str(getattr(row["v"], "value", "")) for row in rows}
    return sorted(name for name in names if VERSION.fullmatch(name))


def of_version(engine: Engine, version: str) -> Nanopublication:
    """
    Return the nanopublication of a claim version, which links to that of the version before.

    Raises
    ------
    UnknownResource
        There is no such claim version.
    CanonicalFormError
        It holds blank nodes.
    """
    quads = _graphs(engine, version)
    if not quads:
        raise UnknownResource(version)
    before = {
        quad.object.value
        for quad in quads
        if quad.predicate.value == _SUPERSEDES and isinstance(quad.object, NamedNode)
    } - {version}
    known = {name: of_version(engine, name).iri for name in before if _graphs(engine, name)}
    return nanopublication(version, quads, known)


def _graphs(engine: Engine, version: str) -> list[Quad]:
    if not VERSION.fullmatch(version):
        return []
    graphs = values("g", (f"{version}#{part}" for part in PARTS))
    quads = []
    for row in ask(engine, f"SELECT ?g ?s ?p ?o {{ {graphs} GRAPH ?g {{ ?s ?p ?o }} }}"):
        graph, subject, predicate = row["g"], row["s"], row["p"]
        assert isinstance(subject, NamedNode | BlankNode)
        assert isinstance(predicate, NamedNode)
        assert isinstance(graph, NamedNode)
        quads.append(Quad(subject, predicate, row["o"], graph))
    return quads
