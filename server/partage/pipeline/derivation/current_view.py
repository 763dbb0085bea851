"""
The current view: what each claim says now, and the default graph of the dataset.

A claim's current version is its highest active one. The default graph holds the entities, the
metadata and assertions of current versions, and what was inferred and derived from them;
superseded versions stay reachable as named graphs only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pyoxigraph import DefaultGraph, NamedNode, Quad, Triple

from partage.pipeline.checks.registry import RegistryRow, kind_of
from partage.pipeline.derivation.claim_versions import ClaimVersion, nanopublication
from partage.pipeline.state import State
from partage.rdf.namespaces import GRAPH, iri

TYPE = NamedNode(iri("rdf:type"))
CLAIM = NamedNode(iri("ds:Claim"))
CURRENT = NamedNode(iri("pav:hasCurrentVersion"))
ASSERTION = NamedNode(iri("np:hasAssertion"))
ABOUT = NamedNode(iri("ds:about"))

VIEW = (
    "ontology", "alignments", "vocabulary", "entities", "sources", "claims", "inferred",
    "derived", "dataset", "registry", "prefixes", "examples", "void",
)  # fmt: skip
"""The graphs that the default graph unites, besides the assertions of current versions."""

SUBJECTS = frozenset({"flow", "agreement", "agreement-set", "org", "person", "set", "feature"})
POINTERS = frozenset({iri("ds:concerns"), iri("owl:sourceIndividual")})


def publish(state: State) -> State:
    """Make each version a nanopublication, choose the current ones and describe the claims."""
    minted = {row.iri: row.minted for row in state.registry}
    chosen = current(state.versions, state.registry)
    graphs = dict(state.graphs)
    for version in state.versions:
        parts: dict[str, list[Quad]] = {}
        for quad in nanopublication(version, minted.get(version.iri)):
            parts.setdefault(str(getattr(quad.graph_name, "value", "")), []).append(quad)
        graphs.update({name: tuple(quads) for name, quads in parts.items()})
    published = replace(state, current=chosen, graphs=graphs)
    described = published.with_graph("claims", describe(chosen.values()))
    return replace(described, view=current_view(described)).noting(
        "nanopublications and view", {"claims": len(chosen), "versions": len(state.versions)}
    )


def current(
    versions: Iterable[ClaimVersion], rows: Iterable[RegistryRow]
) -> dict[str, ClaimVersion]:
    """Return each claim's highest active version; a claim without any has left the view."""
    inactive = {row.iri for row in rows if row.status in ("withdrawn", "merged")}
    chosen: dict[str, ClaimVersion] = {}
    for version in sorted(versions, key=lambda version: (version.claim, version.number)):
        if version.iri not in inactive and version.claim not in inactive:
            chosen[version.claim] = version
    return chosen


def describe(chosen: Iterable[ClaimVersion]) -> Iterable[Triple]:
    """Yield the triples of `graph:claims`: each claim with the metadata of its current version."""
    for version in chosen:
        claim = NamedNode(version.claim)
        yield Triple(claim, TYPE, CLAIM)
        yield Triple(claim, CURRENT, NamedNode(version.iri))
        yield Triple(claim, ASSERTION, NamedNode(version.graph("assertion")))
        for quad in version.metadata:
            if quad.predicate != TYPE:
                yield Triple(claim, quad.predicate, quad.object)
        for thing in sorted(about(version)):
            yield Triple(claim, ABOUT, NamedNode(thing))


def about(version: ClaimVersion) -> set[str]:
    """
    Return what a version is about.

    That is every identified thing its assertion describes, and what its statements concern or
    its denials deny.
    """
    found = set()
    for quad in version.assertion:
        if isinstance(quad.subject, NamedNode) and kind_of(quad.subject.value) in SUBJECTS:
            found.add(quad.subject.value)
        if quad.predicate.value in POINTERS and isinstance(quad.object, NamedNode):
            found.add(quad.object.value)
    return found


def current_view(state: State) -> tuple[Quad, ...]:
    """Return the default graph of the dataset as it stands."""
    names = [GRAPH + name for name in VIEW]
    names += [version.graph("assertion") for version in state.current.values()]
    return tuple(union(state.graphs, names))


def union(graphs: Mapping[str, tuple[Quad, ...]], names: Iterable[str]) -> Iterable[Quad]:
    """Yield the statements of the named graphs in the default graph, each once."""
    seen: dict[Triple, None] = {}
    for name in names:
        for quad in graphs.get(name, ()):
            seen.setdefault(quad.triple)
    return (Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in seen)
