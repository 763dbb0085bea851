"""On the committed data: the reasoners agree, and reciprocity is what the sources say it is."""

from dataclasses import replace

import pytest

import oracles
import seed_graph
from partage import assets
from partage.pipeline import parse
from partage.pipeline.derivation import current_view
from partage.pipeline.reasoning import owl_profiles
from partage.pipeline.reasoning.entailment import infer, reasoner, undisputed
from partage.pipeline.reasoning.hermit import Hermit
from partage.pipeline.reasoning.projection import TYPE, Background, Fact, affirmed, facts
from partage.pipeline.state import State
from partage.rdf.namespaces import iri

RECIPROCAL = iri("ds:ReciprocalAgreement")
FEEDS = iri("ds:feeds")


@pytest.fixture(scope="module")
def parsed() -> State:
    return parse.parse(assets.assets_root())


@pytest.fixture(scope="module")
def seed(parsed: State) -> State:
    return owl_profiles.check(
        current_view.publish(seed_graph.restrict_to_source(parsed, iri("s:s0001")))
    )


def with_words(state: State, hermit: Hermit) -> frozenset[Fact]:
    """What the current claims state, with the words and parties they touch."""
    claimed = facts(
        (quad for version in state.current.values() for quad in version.assertion), hermit.terms
    ) | facts(state.graph("claims"), hermit.terms)
    known = affirmed(claimed)
    return known | Background.of(undisputed(state, hermit)).around(known)


def reciprocal_partners(inferred: frozenset[Fact]) -> set[str]:
    agreements = {f.subject for f in inferred if f.predicate == TYPE and f.object == RECIPROCAL}
    parties = iri("ds:hasParty")
    return {
        f.object.rpartition("/")[2]
        for f in inferred
        if f.subject in agreements and f.predicate == parties
    } - {"facebook"}


def test_rules_hermit_owlready2_and_owlrl_infer_the_same_of_the_seed(seed: State) -> None:
    hermit = reasoner(seed)
    known = with_words(seed, hermit)
    inferred = infer(hermit, known).facts
    assert inferred == oracles.by_owlready2(hermit.terms, known)
    assert inferred == oracles.by_owlrl(hermit.terms, known)


def test_the_rules_infer_of_all_that_is_committed_what_hermit_infers(parsed: State) -> None:
    whole = owl_profiles.check(current_view.publish(parsed))
    hermit = reasoner(whole)
    assert infer(hermit, whole.asserted).facts == oracles.by_hermit(hermit, whole.asserted)


def test_on_the_seed_alone_amazon_and_yahoo_reciprocate_and_huawei_only_gives(seed: State) -> None:
    hermit = reasoner(seed)
    inferred = infer(hermit, with_words(seed, hermit)).facts
    assert reciprocal_partners(inferred) == {"amazon", "yahoo"}
    feeding = iri("ft:people-you-may-know")
    feeders = {f.subject for f in inferred if f.predicate == FEEDS and f.object == feeding}
    assert feeders == {iri(f"org:{name}") for name in ("amazon", "huawei", "yahoo")}


def test_with_the_list_of_52_huawei_reciprocates_too(parsed: State, seed: State) -> None:
    lists = ("data/claims/seed.trig", "data/claims/device-partners-52.trig")
    kept = tuple(version for version in parsed.versions if version.file in lists)
    both = current_view.publish(replace(parsed, versions=kept))
    hermit = reasoner(seed)
    inferred = infer(hermit, with_words(both, hermit)).facts
    assert {"amazon", "yahoo", "huawei"} <= reciprocal_partners(inferred)
