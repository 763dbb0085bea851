"""
The graph of one source alone: what the build would make of it if nothing else had been read.

A claim stays when every passage it cites is in the source. Vocabulary, ontology, parties and
features stay whole: they are words, not findings.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from pyoxigraph import NamedNode, Quad

from partage.errors import UnknownResource
from partage.pipeline.checks.registry import kind_of
from partage.pipeline.derivation.claim_versions import ClaimVersion
from partage.pipeline.state import State
from partage.rdf.namespaces import GRAPH, iri

SOURCES = GRAPH + "sources"
CITES = iri("prov:wasDerivedFrom")
HAS_SOURCE = iri("oa:hasSource")
HAS_SELECTOR = iri("oa:hasSelector")


def restrict_to_source(state: State, source: str) -> State:
    """
    Return a parsed state with the claims of one source only, and only the passages they cite.

    Relations to claims that are left out go with them.

    Raises
    ------
    UnknownResource
        No passage of such a source is known.
    """
    described = state.graph("sources")
    passages = {subject for subject, value in _pairs(described, HAS_SOURCE) if value == source}
    if not passages:
        raise UnknownResource(source)
    kept = [version for version in state.versions if cited(version) <= passages]
    claims = {version.claim for version in kept}
    used = {passage for version in kept for passage in cited(version)}
    used |= {value for subject, value in _pairs(described, HAS_SELECTOR) if subject in used}
    used.add(source)
    rest = tuple(quad for quad in described if getattr(quad.subject, "value", "") in used)
    return replace(
        state,
        versions=tuple(_without_relations(version, claims) for version in kept),
        graphs={**state.graphs, SOURCES: rest},
    )


def cited(version: ClaimVersion) -> set[str]:
    """Return the passages that a version cites."""
    return {passage for _, passage in _pairs(version.metadata, CITES)}


def _without_relations(version: ClaimVersion, claims: Collection[str]) -> ClaimVersion:
    rows = tuple(
        quad
        for quad in version.metadata
        if not isinstance(quad.object, NamedNode)
        or kind_of(quad.object.value) != "claim"
        or quad.object.value in claims
    )
    return replace(version, metadata=rows)


def _pairs(quads: Iterable[Quad], predicate: str) -> Iterable[tuple[str, str]]:
    """Yield subject and object, both IRIs, of the quads with a predicate."""
    for quad in quads:
        if (
            quad.predicate.value == predicate
            and isinstance(quad.subject, NamedNode)
            and isinstance(quad.object, NamedNode)
        ):
            yield quad.subject.value, quad.object.value
