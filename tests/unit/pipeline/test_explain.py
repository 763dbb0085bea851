"""A contradiction is explained by the fewest statements, their claims, files and lines."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad

from partage.errors import InconsistentOntology
from partage.pipeline.reasoning.entailment import reason
from partage.pipeline.reasoning.explanation import smallest
from partage.pipeline.reasoning.hermit import Hermit
from partage.pipeline.reasoning.projection import affirmed, facts
from partage.pipeline.reasoning.viewpoints import weigh
from partage.pipeline.state import State
from partage.rdf.namespaces import iri


@given(st.sets(st.integers(0, 60), min_size=1, max_size=4), st.integers(61, 90))
def test_the_smallest_conflict_is_found(conflict: set[int], size: int) -> None:
    asked: list[int] = []

    def agree(part: Sequence[int]) -> bool:
        asked.append(1)
        return not conflict <= set(part)

    assert set(smallest(range(size), agree)) == conflict
    assert len(asked) < 20 * len(conflict) + 10


def test_of_several_conflicts_one_is_told_and_it_is_minimal() -> None:
    conflicts = ({3, 50}, {7, 8, 9})

    def agree(part: Sequence[int]) -> bool:
        return not any(conflict <= set(part) for conflict in conflicts)

    assert set(smallest(range(60), agree)) in conflicts


def test_when_nothing_can_agree_nothing_is_to_blame() -> None:
    assert smallest([1, 2], lambda _: False) == []


def quad(subject: str, predicate: str, value: str) -> Quad:
    return Quad(NamedNode(iri(subject)), NamedNode(iri(predicate)), NamedNode(iri(value)))


def with_statement(state: State, claim: str, statement: Quad) -> State:
    """The state with one more statement in a claim's assertion."""
    name = iri(claim)
    version = state.current[name]
    changed = replace(version, assertion=(*version.assertion, statement))
    view = (*state.view, statement)
    assert state.reasoner is not None
    return replace(
        state,
        current={**state.current, name: changed},
        view=view,
        asserted=affirmed(facts(view, state.reasoner.terms)),
    )


def test_an_inconsistent_union_names_both_statements_with_file_and_line(
    state: State, small: Path
) -> None:
    wrong = with_statement(state, "c:c0004", quad("f:f0001", "ds:hasProvider", "org:amazon"))
    with pytest.raises(InconsistentOntology) as caught:
        reason(wrong)
    lines = (small / "data/claims/seed.trig").read_text(encoding="utf-8").splitlines()
    first, fourth = (
        1 + next(n for n, line in enumerate(lines) if line.startswith(f"<claim/{claim}/v1> "))
        for claim in ("c0001", "c0004")
    )
    text = str(caught.value)
    assert f"f:f0001 ds:hasProvider org:facebook  (c:c0001, data/claims/seed.trig:{first})" in text
    assert f"f:f0001 ds:hasProvider org:amazon  (c:c0004, data/claims/seed.trig:{fourth})" in text
    assert "c:c0002" not in text


def test_words_that_contradict_themselves_are_told_without_a_claim(state: State) -> None:
    assert state.reasoner is not None
    odd = quad("dc:contact-data", "rdf:type", "ds:Purpose")
    view = (*state.view, odd)
    wrong = replace(state, view=view, asserted=affirmed(facts(view, state.reasoner.terms)))
    with pytest.raises(InconsistentOntology, match="vocabulary or entities"):
        reason(wrong)


def test_a_speaker_who_contradicts_themselves_is_told(state: State, hermit: Hermit) -> None:
    bank = with_statement(
        state, "c:c0003", quad("f:f0002", "ds:hasRecipient", "org:royal-bank-of-canada")
    )
    assert hermit.consistent(bank.asserted)
    with pytest.raises(InconsistentOntology) as caught:
        weigh(bank)
    assert "What org:royal-bank-of-canada says contradicts itself" in str(caught.value)
    assert "NOT f:f0002 ds:hasRecipient org:royal-bank-of-canada" in str(caught.value)
