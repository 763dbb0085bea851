"""What the pages of things by kind tell, before any HTML."""

import pytest
from pyoxigraph import NamedNode

import small_dataset
from partage.rdf.namespaces import ID, VOC, iri
from partage.resources.labels import Labels
from partage.resources.pages.argument import STEPS, TALLEST, argument, neighbourhood
from partage.resources.pages.facts import DatasetFacts, name_all, read_facts
from partage.resources.pages.models import (
    agreement_page,
    concept_page,
    flow_page,
    organization_page,
    source_page,
)
from partage.resources.pages.summaries import StateDate, Summarizer, when
from partage.store.embedded.oxigraph import EmbeddedEngine

ENGLISH = ("en", "fr", "")
FLOW = ID + "flow/f0001"


@pytest.fixture(scope="module")
def tell() -> Summarizer:
    engine = EmbeddedEngine(small_dataset.store())
    facts = read_facts(engine)
    return Summarizer(facts, name_all(engine, facts, ENGLISH), ENGLISH)


def of_claims(*edges: tuple[str, str, str]) -> Summarizer:
    """Return what tells of claims that relate to each other."""
    facts = DatasetFacts()
    for source, relation, target in edges:
        facts.add(("x:" + source, iri("ds:" + relation), NamedNode("x:" + target)))
    return Summarizer(facts, Labels({}), ENGLISH)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2018", StateDate("at", "2018")),
        ("2018-06~", StateDate("at", "2018-06", about=True)),
        ("[..2018-06-29]", StateDate("by", "2018-06-29")),
        ("[2018..]", StateDate("from", "2018")),
        ("unclear", StateDate("at", "unclear")),
    ],
)
def test_an_uncertain_time_is_taken_apart(text: str, told: StateDate) -> None:
    assert when(text) == told


def test_paths_go_forwards_and_backwards(tell: Summarizer) -> None:
    agreement = ID + "agreement/a0001"
    assert tell.facts.of(agreement, "^ds:underAgreement", "ds:hasRecipient") == [ID + "org/netflix"]
    assert tell.facts.of(agreement, "^ds:underAgreement", "ds:hasPurpose") == []


def test_the_claims_that_state_a_thing_are_known_by_their_graphs(tell: Summarizer) -> None:
    assert tell.facts.claimed[FLOW] == [ID + "claim/c0001"]
    fact = (FLOW, iri("ds:hasRecipient"), NamedNode(ID + "org/netflix"))
    assert tell.facts.claims[fact] == [ID + "claim/c0001"]


def test_a_denial_stands_beside_what_it_denies_and_not_again(tell: Summarizer) -> None:
    (claim,) = flow_page(tell, FLOW).line.claims
    assert claim.claim.name == ID + "claim/c0001"
    assert claim.disputed
    assert [answer.claim.name for answer in claim.answers] == [ID + "claim/c0002"]


def test_claims_that_dispute_only_each_other_are_still_told() -> None:
    tell = of_claims(("a", "disputes", "b"), ("b", "disputes", "a"))
    assert {line.claim.name for line in tell.argued(["x:a", "x:b"])} == {"x:a", "x:b"}


def test_an_agreement_tells_each_direction_with_its_flows(tell: Summarizer) -> None:
    page = agreement_page(tell, ID + "agreement/a0001")
    (direction,) = page.directions
    assert (direction.provider.text, direction.recipient.text) == ("Facebook", "Netflix")
    assert [value.text for value in direction.flows[0].told["data"]] == ["private messages"]
    assert not page.reciprocal
    (state,) = page.states
    assert state.status is not None
    assert state.status.text == "ended"
    assert [claim.claim.name for claim in state.claims] == [ID + "claim/c0001"]


def test_an_organization_tells_with_whom_and_what_it_says(tell: Summarizer) -> None:
    netflix = organization_page(tell, ID + "org/netflix")
    assert (netflix.given, netflix.received) == (0, 1)
    assert [partner.party.text for partner in netflix.partners] == ["Facebook"]
    assert netflix.partners[0].disputed
    assert [claim.claim.name for claim in netflix.disputes] == [ID + "claim/c0002"]
    assert netflix.says == ()
    assert [same.name for same in netflix.same] == ["http://www.wikidata.org/entity/Q907311"]


def test_a_source_tells_its_claims_by_passage_and_its_speakers_by_number(tell: Summarizer) -> None:
    page = source_page(tell, ID + "source/s0001")
    assert [(p.name[-5:], len(claims)) for p, _, claims in page.passages] == [
        ("p0001", 1),
        ("p0002", 1),
    ]
    assert {(who.text, number) for who, number in page.speakers} == {
        ("The Gazette & <Co>", 1),
        ("Netflix", 1),
    }


def test_a_concept_tells_its_place_and_its_flows(tell: Summarizer) -> None:
    page = concept_page(tell, VOC + "data-category/private-messages")
    assert [value.text for value in page.broader] == ["messages"]
    assert [line.flow.name for line in page.flows] == [FLOW]
    above = concept_page(tell, VOC + "data-category/messages")
    assert [value.text for value in above.narrower] == ["private messages"]


def test_an_argument_goes_two_steps_with_what_is_spoken_of_to_the_right() -> None:
    tell = of_claims(
        ("far", "supports", "near"),
        ("near", "disputes", "here"),
        ("here", "qualifies", "there"),
        ("farther", "supports", "far"),
    )
    picture = argument(tell, "x:here")
    columns = {node.thing.name: node.column for node in picture.nodes}
    assert columns == {"x:here": 0, "x:near": -1, "x:far": -STEPS, "x:there": 1}
    assert {(edge.source, edge.relation, edge.target) for edge in picture.edges} == {
        ("x:far", "supports", "x:near"),
        ("x:near", "disputes", "x:here"),
        ("x:here", "qualifies", "x:there"),
    }
    assert picture.left_out == 0


def test_what_there_is_no_room_for_is_left_out_with_its_lines_and_counted() -> None:
    tell = of_claims(*((f"c{number:02}", "supports", "here") for number in range(TALLEST + 3)))
    picture = argument(tell, "x:here")
    assert len(picture.nodes) == TALLEST + 1
    assert picture.left_out == 3
    drawn = {node.thing.name for node in picture.nodes}
    assert {edge.source for edge in picture.edges} < drawn


def test_ties_count_the_flows_in_each_direction(tell: Summarizer) -> None:
    picture = neighbourhood(tell, ID + "org/netflix")
    assert [node.thing.text for node in picture.nodes] == ["Netflix", "Facebook"]
    (edge,) = picture.edges
    assert (edge.source, edge.relation, edge.target, edge.count) == (
        ID + "org/facebook",
        "gives",
        ID + "org/netflix",
        1,
    )
