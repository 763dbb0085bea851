"""Each claim version becomes a valid nanopublication, and its digest knows every change."""

from collections import defaultdict
from dataclasses import replace

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Triple

from partage.errors import CanonicalFormError
from partage.pipeline.derivation.claim_versions import (
    ClaimVersion,
    digests,
    nanopublication,
    versions,
)
from partage.pipeline.state import State
from partage.rdf.namespaces import EDITORS, LICENSE, iri

PARTS = ("head", "assertion", "provenance", "pubinfo")


def graphs(version: ClaimVersion) -> dict[str, set[Triple]]:
    found: dict[str, set[Triple]] = defaultdict(set)
    for quad in nanopublication(version, "2026-01-01"):
        assert isinstance(quad.graph_name, NamedNode)
        found[quad.graph_name.value].add(quad.triple)
    return found


def test_a_version_has_exactly_four_graphs_none_empty(published: State) -> None:
    for version in published.versions:
        assert graphs(version).keys() == {version.graph(part) for part in PARTS}


def test_the_head_names_the_other_three_graphs(published: State) -> None:
    for version in published.versions:
        node = NamedNode(version.iri)
        assert graphs(version)[version.graph("head")] == {
            Triple(node, NamedNode(iri("rdf:type")), NamedNode(iri("np:Nanopublication"))),
            *(
                Triple(node, NamedNode(iri(predicate)), NamedNode(version.graph(part)))
                for predicate, part in (
                    ("np:hasAssertion", "assertion"),
                    ("np:hasProvenance", "provenance"),
                    ("np:hasPublicationInfo", "pubinfo"),
                )
            ),
        }


def test_provenance_is_about_the_assertion_and_publication_info_about_the_version(
    published: State,
) -> None:
    for version in published.versions:
        parts = graphs(version)
        provenance, pubinfo = (parts[version.graph(part)] for part in ("provenance", "pubinfo"))
        assert {triple.subject for triple in provenance} == {NamedNode(version.graph("assertion"))}
        assert {triple.subject for triple in pubinfo} == {NamedNode(version.iri)}


def test_the_assertion_is_as_committed(published: State) -> None:
    for version in published.versions:
        committed = {quad.triple for quad in version.assertion}
        assert graphs(version)[version.graph("assertion")] == committed


def test_who_claims_it_is_provenance_and_what_the_editors_say_is_publication_info(
    published: State,
) -> None:
    version = next(version for version in published.versions if version.claim.endswith("c0003"))
    parts = graphs(version)
    provenance = {(t.predicate.value, str(t.object)) for t in parts[version.graph("provenance")]}
    pubinfo = {(t.predicate.value, str(t.object)) for t in parts[version.graph("pubinfo")]}
    bank = NamedNode(iri("org:royal-bank-of-canada"))
    assert provenance == {
        (iri("ds:assertedBy"), str(bank)),
        (iri("prov:wasDerivedFrom"), str(NamedNode(iri("p:p0001")))),
    }
    day = Literal("2026-01-01", datatype=NamedNode(iri("xsd:date")))
    assert {
        (iri("dct:isVersionOf"), str(NamedNode(version.claim))),
        (iri("pav:version"), str(Literal("1"))),
        (iri("dct:created"), str(day)),
        (iri("dct:license"), str(NamedNode(LICENSE))),
        (iri("prov:wasAttributedTo"), str(NamedNode(EDITORS))),
        (iri("ds:disputes"), str(NamedNode(iri("c:c0002")))),
    } <= pubinfo


def test_a_second_version_supersedes_the_first(published: State) -> None:
    second = next(version for version in published.versions if version.number == 2)
    said = {(t.predicate.value, t.object) for t in graphs(second)[second.graph("pubinfo")]}
    first = NamedNode(second.iri.replace("/v2", "/v1"))
    assert {(iri("npx:supersedes"), first), (iri("pav:previousVersion"), first)} <= said


def test_the_digest_changes_with_any_statement_and_with_nothing_else(published: State) -> None:
    version = published.versions[0]
    minted = {version.iri: "2026-01-01"}
    digest = digests([version], minted)[version.iri]
    shuffled = replace(version, metadata=version.metadata[::-1], file="elsewhere.trig")
    assert digests([shuffled], minted)[version.iri] == digest
    for part in (version.metadata, version.assertion):
        assert len(part) > 1
    poorer = replace(version, assertion=version.assertion[1:])
    assert digests([poorer], minted)[version.iri] != digest
    assert digests([version], {version.iri: "2026-01-02"})[version.iri] != digest


def test_a_statement_outside_of_a_version_is_refused() -> None:
    stray = Quad(NamedNode(iri("org:netflix")), NamedNode(iri("rdf:type")), NamedNode(iri("ds:X")))
    with pytest.raises(CanonicalFormError, match="org/netflix> is not a claim version"):
        versions("data/claims/a.trig", [stray])


def test_a_version_without_its_assertion_is_refused(published: State) -> None:
    with pytest.raises(CanonicalFormError, match="c0001/v1> is not a claim version with"):
        versions("data/claims/a.trig", published.versions[0].metadata)
