"""
Viewpoints and disputes: is each speaker coherent, and which disputes are contradictions?

A speaker's claims, denials included, must hold together. Two claims at odds are united: what
HermiT finds inconsistent is a logical contradiction, the rest is dispute in words only.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from pyoxigraph import NamedNode

from partage.pipeline.reasoning.entailment import claimed, reasoner, undisputed
from partage.pipeline.reasoning.explanation import contradiction, inconsistent
from partage.pipeline.reasoning.projection import Background, Fact
from partage.pipeline.state import State
from partage.rdf.namespaces import iri
from partage.rdf.parsing import short_iri

ASSERTED_BY = iri("ds:assertedBy")
DISPUTES = iri("ds:disputes")


def weigh(state: State) -> State:
    """
    Check every speaker's viewpoint and classify every dispute between current claims.

    Raises
    ------
    InconsistentOntology
        A speaker contradicts themselves.
    """
    hermit = reasoner(state)
    stated = claimed(state, hermit)
    background = Background.of(undisputed(state, hermit))
    speakers = claims_by(state)
    for speaker, claims in sorted(speakers.items()):
        said = {claim: stated[claim] for claim in claims}
        known = united(said.values(), background)
        if not hermit.consistent(known):
            around = background.around(frozenset().union(*said.values()))
            found = contradiction(hermit, around, said)
            raise inconsistent(f"What {short_iri(speaker)} says", found, state.current, state.root)
    disputes = {
        (claim, other): not hermit.consistent(united((stated[claim], stated[other]), background))
        for claim, other in sorted(disputed(state))
    }
    counts = {
        "speakers": len(speakers),
        "disputes": len(disputes),
        "logical contradictions": sum(disputes.values()),
    }
    return replace(state, disputes=disputes).noting("viewpoints and disputes", counts)


def claims_by(state: State) -> Mapping[str, list[str]]:
    """Return each speaker's claims."""
    speakers: dict[str, list[str]] = defaultdict(list)
    for quad in state.graph("claims"):
        if quad.predicate.value == ASSERTED_BY and isinstance(quad.object, NamedNode):
            speakers[quad.object.value].append(str(getattr(quad.subject, "value", "")))
    return speakers


def disputed(state: State) -> Iterable[tuple[str, str]]:
    """Yield (claim, disputed claim) as the editors relate them, both current."""
    for quad in state.graph("claims"):
        if quad.predicate.value == DISPUTES and isinstance(quad.object, NamedNode):
            pair = str(getattr(quad.subject, "value", "")), quad.object.value
            if pair[1] in state.current:
                yield pair


def united(stated: Iterable[frozenset[Fact]], background: Background) -> frozenset[Fact]:
    """Return what some claims state together, with the background they touch."""
    known = frozenset().union(*stated)
    return known | background.around(known)
