"""
Consistency and entailment: the union of the claims, and all that follows from it.

Everything current that is not a denial must hold together (one world in which all reported
flows exist); denials are weighed in `viewpoints`, where each contradicts what it denies.
"""

from collections.abc import Mapping
from dataclasses import replace

from partage.errors import InconsistentOntology
from partage.pipeline.reasoning.closure import Inferences, entailed
from partage.pipeline.reasoning.explanation import contradiction, inconsistent
from partage.pipeline.reasoning.hermit import Hermit
from partage.pipeline.reasoning.projection import Fact, affirmed, facts
from partage.pipeline.state import State


def reason(state: State) -> State:
    """
    Infer all that follows from the current view.

    Raises
    ------
    InconsistentOntology
        The claims cannot all hold; the error names the statements at odds.
    """
    hermit = reasoner(state)
    try:
        inferences = infer(hermit, state.asserted)
    except InconsistentOntology as error:
        stated = {claim: affirmed(known) for claim, known in claimed(state, hermit).items()}
        background = state.asserted.difference(*stated.values())
        found = contradiction(hermit, background, stated)
        raise inconsistent("The union of all claims", found, state.current, state.root) from error
    return replace(state, inferences=inferences).noting(
        "consistency and inference",
        {"asserted facts": len(state.asserted), "all facts": len(inferences.facts)},
    )


def infer(hermit: Hermit, known: frozenset[Fact]) -> Inferences:
    """
    Return what follows from the facts: HermiT says that they can hold, rules what else does.

    Raises
    ------
    InconsistentOntology
        Anything would follow.
    ProfileViolation
        A class can have no member, or an axiom is none that the rules know.
    """
    if not hermit.consistent(known):
        raise InconsistentOntology("The facts contradict one another.")
    return Inferences(entailed(known, hermit.terms), hermit.superclasses())


def reasoner(state: State) -> Hermit:
    """Return the reasoner that the profile step opened."""
    assert state.reasoner is not None  # the order of steps in run.py sees to it
    return state.reasoner


def claimed(state: State, hermit: Hermit) -> Mapping[str, frozenset[Fact]]:
    """Return what each current claim states: its assertion, and its relations to other claims."""
    stated = {
        claim: facts(version.assertion, hermit.terms) for claim, version in state.current.items()
    }
    for fact in facts(state.graph("claims"), hermit.terms):
        if fact.subject in stated:
            stated[fact.subject] |= {fact}
    return stated


def undisputed(state: State, hermit: Hermit) -> frozenset[Fact]:
    """Return the facts that are nobody's claim: vocabulary and entities."""
    known = (*state.graph("vocabulary"), *state.graph("entities"))
    return facts(known, hermit.terms)
