"""The current view shows each claim's current version, and nothing that was superseded."""

from dataclasses import replace

from pyoxigraph import NamedNode, Triple

from partage.pipeline.checks.registry import RegistryRow
from partage.pipeline.derivation import current_view
from partage.pipeline.state import State
from partage.rdf.namespaces import ID, iri


def retired(published: State, *names: str) -> list[RegistryRow]:
    return [
        replace(row, status="withdrawn", reason="test") if row.iri in names else row
        for row in published.registry
    ]


def test_the_highest_version_is_current(published: State) -> None:
    assert {claim: version.number for claim, version in published.current.items()} == {
        ID + f"claim/c000{n}": 2 if n == 5 else 1 for n in range(1, 6)
    }


def test_a_withdrawn_version_gives_way_to_the_one_before(published: State) -> None:
    rows = retired(published, ID + "claim/c0005/v2")
    assert current_view.current(published.versions, rows)[ID + "claim/c0005"].number == 1


def test_a_withdrawn_claim_leaves_the_view(published: State) -> None:
    rows = retired(published, ID + "claim/c0001")
    assert ID + "claim/c0001" not in current_view.current(published.versions, rows)


def test_superseded_assertions_stay_named_graphs_but_leave_the_default_graph(
    published: State,
) -> None:
    old = next(v for v in published.versions if v.iri.endswith("c0005/v1"))
    gone = Triple(
        NamedNode(iri("f:f0001")), NamedNode(iri("ds:startEdtf")), old.assertion[-1].object
    )
    assert gone in {quad.triple for quad in published.graphs[old.graph("assertion")]}
    assert gone not in {quad.triple for quad in published.view}


def test_a_claim_carries_the_metadata_of_its_current_version(published: State) -> None:
    said = {
        (quad.predicate.value, str(quad.object))
        for quad in published.graph("claims")
        if quad.subject == NamedNode(iri("c:c0005"))
    }
    assert (iri("dct:description"), '"New."@en') in said
    assert (iri("dct:description"), '"Old."@en') not in said
    assert (iri("rdf:type"), str(NamedNode(iri("ds:Claim")))) in said
    assert (iri("rdf:type"), str(NamedNode(iri("ds:ClaimVersion")))) not in said
    assert (iri("pav:hasCurrentVersion"), str(NamedNode(iri("c:c0005") + "/v2"))) in said
    assert (iri("np:hasAssertion"), str(NamedNode(iri("c:c0005") + "/v2#assertion"))) in said


def test_a_claim_is_about_what_it_describes_concerns_or_denies(published: State) -> None:
    about = {
        claim.removeprefix(ID): {thing.removeprefix(ID) for thing in current_view.about(version)}
        for claim, version in published.current.items()
    }
    assert about == {
        "claim/c0001": {"flow/f0001"},
        "claim/c0002": {"flow/f0002"},
        "claim/c0003": {"flow/f0002"},
        "claim/c0004": {"flow/f0003", "flow/f0004"},
        "claim/c0005": {"flow/f0001"},
    }
