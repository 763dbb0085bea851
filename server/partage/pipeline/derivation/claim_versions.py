"""
Claim versions as committed, and the nanopublication each one becomes.

A version is committed as its metadata and one assertion graph. Published, it is four graphs, after
the Nanopublication Guidelines (https://nanopub.net/guidelines/): head, assertion, provenance (who
claims it, from which passage) and publication info (which version, by which editors, under what
licence).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from partage.errors import CanonicalFormError
from partage.rdf.canonical import nquads_digest
from partage.rdf.namespaces import EDITORS, LICENSE, iri

VERSION = re.compile(r"(?P<claim>https://w3id\.org/partage/id/claim/c\d{4,})/v(?P<number>[1-9]\d*)")

PROVENANCE = frozenset(
    iri(curie)
    for curie in (
        "ds:accessModality",
        "ds:assertedBy",
        "ds:attributionMode",
        "ds:citedThrough",
        "ds:citesWork",
        "ds:listCompleteness",
        "ds:mood",
        "ds:quotationIs",
        "ds:reportedBy",
        "prov:hadPrimarySource",
        "prov:wasDerivedFrom",
        "prov:wasQuotedFrom",
    )
)
"""What is said of how the claim came about; all other metadata is about the publication."""

Term = NamedNode | Literal


@dataclass(frozen=True, slots=True)
class ClaimVersion:
    """One version of a claim, as committed: its file, metadata and assertion."""

    iri: str
    claim: str
    number: int
    file: str
    metadata: tuple[Quad, ...]
    assertion: tuple[Quad, ...]

    def graph(self, part: str) -> str:
        """Return the IRI of one of the four graphs: head, assertion, provenance, pubinfo."""
        return f"{self.iri}#{part}"


def versions(file: str, quads: Iterable[Quad]) -> list[ClaimVersion]:
    """
    Return the claim versions in the quads of one file of `data/claims/`.

    Raises
    ------
    CanonicalFormError
        A statement belongs to no claim version, or a version lacks metadata or assertion.
    """
    metadata: dict[str, list[Quad]] = {}
    assertions: dict[str, list[Quad]] = {}
    for quad in quads:
        if isinstance(quad.graph_name, DefaultGraph):
            owner, rows = str(getattr(quad.subject, "value", "")), metadata
        else:
            owner, rows = quad.graph_name.value.removesuffix("#assertion"), assertions
        rows.setdefault(owner, []).append(quad)
    found = []
    for name in sorted(metadata.keys() | assertions.keys()):
        match = VERSION.fullmatch(name)
        if not match or name not in metadata or name not in assertions:
            raise CanonicalFormError(
                f"{file}: <{name}> is not a claim version with metadata and an assertion graph. "
                "Write <claim/c0001/v1> with its metadata, then <claim/c0001/v1#assertion> { … }."
            )
        number = int(match["number"])
        pair = tuple(metadata[name]), tuple(assertions[name])
        found.append(ClaimVersion(name, match["claim"], number, file, *pair))
    return found


def nanopublication(version: ClaimVersion, minted: str | None) -> tuple[Quad, ...]:
    """Return the four graphs of a version; `minted` is the day the registry gave it its IRI."""
    assertion = version.graph("assertion")
    subjects = {"provenance": assertion, "pubinfo": version.iri}
    quads = [
        _quad(version, "head", version.iri, predicate, NamedNode(value))
        for predicate, value in (
            ("rdf:type", iri("np:Nanopublication")),
            ("np:hasAssertion", assertion),
            ("np:hasProvenance", version.graph("provenance")),
            ("np:hasPublicationInfo", version.graph("pubinfo")),
        )
    ]
    quads += version.assertion
    for quad in version.metadata:
        part = "provenance" if quad.predicate.value in PROVENANCE else "pubinfo"
        graph = NamedNode(version.graph(part))
        quads.append(Quad(NamedNode(subjects[part]), quad.predicate, quad.object, graph))
    quads += [
        _quad(version, "pubinfo", version.iri, predicate, value)
        for predicate, value in _publication(version, minted)
    ]
    return tuple(quads)


def _publication(version: ClaimVersion, minted: str | None) -> Iterable[tuple[str, Term]]:
    yield "dct:isVersionOf", NamedNode(version.claim)
    yield "pav:version", Literal(str(version.number))
    yield "prov:wasAttributedTo", NamedNode(EDITORS)
    yield "dct:license", NamedNode(LICENSE)
    if minted:
        yield "dct:created", Literal(minted, datatype=NamedNode(iri("xsd:date")))
    if version.number > 1:
        before = NamedNode(f"{version.claim}/v{version.number - 1}")
        yield "pav:previousVersion", before
        yield "npx:supersedes", before


def _quad(version: ClaimVersion, part: str, subject: str, predicate: str, value: Term) -> Quad:
    graph = NamedNode(version.graph(part))
    return Quad(NamedNode(subject), NamedNode(iri(predicate)), value, graph)


def digests(known: Iterable[ClaimVersion], minted: Mapping[str, str]) -> dict[str, str]:
    """Return the SHA-256 of each version's four graphs; `minted` maps IRIs to days."""
    return {
        version.iri: nquads_digest(nanopublication(version, minted.get(version.iri)))
        for version in known
    }
