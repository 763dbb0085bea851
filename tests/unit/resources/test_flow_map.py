"""Partners as marks, and what flows are narrowed by, from plain values."""

from partage.resources.browse.facets import narrowed
from partage.resources.pages.term_texts import TermText
from partage.resources.pictures.flow_map import Direction, Flow, partners


def flow(
    partner: str, *claims: str, direction: Direction = "out", private: bool = False, year: str = ""
) -> Flow:
    return Flow(
        TermText(f"{partner} {direction}"),
        TermText(partner, name=partner),
        direction,
        claims=claims,
        private=private,
        facets={"year": frozenset({year}), "direction": frozenset({direction})},
    )


def test_private_communications_come_first_then_what_most_claims_state() -> None:
    flows = [flow("a", "1"), flow("b", "2", "3"), flow("c", "4", private=True)]
    assert [p.partner.text for p in partners(flows)] == ["c", "b", "a"]


def test_a_claim_that_states_two_flows_of_a_partner_counts_once() -> None:
    (partner,) = partners([flow("a", "1", "2"), flow("a", "2")])
    assert (partner.claims, len(partner.flows)) == (2, 2)


def test_who_gives_and_gets_has_a_mark_on_either_side() -> None:
    found = partners([flow("a", "1"), flow("a", "2", direction="in")])
    assert {p.direction for p in found} == {"in", "out"}


def test_flows_have_every_value_that_is_wished_for() -> None:
    flows = [flow("a", year="2015"), flow("b", year="2015", direction="in"), flow("c", year="2018")]
    found = narrowed(flows, {"year": "2015", "direction": "out"})
    assert [one.partner.text for one in found] == ["a"]
    assert len(narrowed(flows, {})) == 3
