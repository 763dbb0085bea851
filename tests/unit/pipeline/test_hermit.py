"""HermiT in our process finds what the other reasoners find, and every planted contradiction."""

import signal
import threading
import time

import pytest
from pyoxigraph import NamedNode, Quad

import oracles
from partage.errors import InconsistentOntology, ProfileViolation
from partage.pipeline.reasoning.entailment import infer
from partage.pipeline.reasoning.hermit import Hermit, attended
from partage.pipeline.reasoning.projection import Fact, affirmed, terminology
from partage.pipeline.state import State
from partage.rdf.namespaces import iri

Statement = tuple[str, str, str]


def fact(statement: Statement, *, negative: bool = False) -> Fact:
    subject, predicate, value = statement
    return Fact(iri(subject), iri(predicate), iri(value), negative)


CONTRADICTIONS: dict[str, Fact] = {
    "a flow with two providers": fact(("f:f0001", "ds:hasProvider", "org:amazon")),
    "a flow from a party to itself": fact(("f:f0009", "ds:hasRecipient", "org:netflix")),
    "a grant that is a transfer": fact(("f:f0001", "rdf:type", "ds:DataTransfer")),
    "an organization that is an agreement": fact(
        ("org:netflix", "rdf:type", "ds:DataSharingAgreement")
    ),
    "a denial of what is stated": fact(
        ("f:f0002", "ds:hasRecipient", "org:royal-bank-of-canada"), negative=True
    ),
    "a claim that disputes a flow": fact(("c:c0001", "ds:disputes", "f:f0001")),
    "a data category that is a purpose": fact(("dc:contact-data", "rdf:type", "ds:Purpose")),
    "a transfer that grants a permission": fact(("f:f0003", "ds:grantsPermission", "pm:write")),
    "a flow under two agreements": fact(("f:f0001", "ds:underAgreement", "a:a0002")),
    "a denial of what follows": fact(
        ("f:f0001", "ds:concernsDataCategory", "dc:communication"), negative=True
    ),
}
SELF = fact(("f:f0009", "ds:hasProvider", "org:netflix"))


@pytest.mark.parametrize("planted", CONTRADICTIONS)
def test_a_planted_contradiction_is_found(state: State, hermit: Hermit, planted: str) -> None:
    assert not hermit.consistent(state.asserted | {SELF, CONTRADICTIONS[planted]})


def test_what_is_committed_holds_together(state: State, hermit: Hermit) -> None:
    assert hermit.consistent(state.asserted | {SELF})


@pytest.mark.parametrize("planted", ["a flow with two providers", "a denial of what follows", None])
def test_owlready2_agrees_on_consistency(
    hermit: Hermit, words: frozenset[Fact], flows: frozenset[Fact], planted: str | None
) -> None:
    known = words | affirmed(flows)
    if planted:
        known |= {CONTRADICTIONS[planted]}
    assert hermit.consistent(known) is oracles.consistent_to_owlready2(hermit.terms, known)
    assert hermit.consistent(known) is (planted is None)


def test_rules_infer_what_hermit_owlready2_and_owlrl_infer(state: State, hermit: Hermit) -> None:
    known = state.asserted
    inferred = infer(hermit, known).facts
    assert inferred == oracles.by_hermit(hermit, known)
    assert inferred == oracles.by_owlready2(hermit.terms, known)
    assert inferred == oracles.by_owlrl(hermit.terms, known)
    assert len(inferred - known) > 100


def test_nothing_is_inferred_from_a_contradiction(state: State, hermit: Hermit) -> None:
    known = state.asserted | {CONTRADICTIONS["a flow with two providers"]}
    with pytest.raises(InconsistentOntology):
        infer(hermit, known)


def test_a_class_that_can_have_no_member_is_told(state: State) -> None:
    odd = Quad(
        NamedNode(iri("ds:AccessGrant")),
        NamedNode(iri("rdfs:subClassOf")),
        NamedNode(iri("ds:Organization")),
    )
    terms = terminology([*state.graph("ontology"), odd])
    with pytest.raises(ProfileViolation, match=r"No individual can belong to .*AccessGrant"):
        Hermit(terms).superclasses()


def test_types_and_properties_are_told_complete(state: State, hermit: Hermit) -> None:
    told = infer(hermit, state.asserted).facts
    for statement in (
        ("f:f0001", "rdf:type", "ds:AccessGrant"),
        ("f:f0001", "rdf:type", "ds:DataFlow"),
        ("f:f0001", "rdf:type", "ds:PrivateCommunicationsFlow"),
        ("f:f0001", "ds:concernsDataCategory", "dc:personal-data"),
        ("a:a0003", "rdf:type", "ds:ReciprocalAgreement"),
        ("a:a0003", "ds:hasParty", "org:amazon"),
        ("org:amazon", "ds:feeds", "ft:people-you-may-know"),
        ("org:amazon", "ds:receivesDataFrom", "org:facebook"),
        ("c:c0001", "rdf:type", "ds:ContestedClaim"),
    ):
        assert fact(statement) in told
    for statement in (
        ("a:a0001", "rdf:type", "ds:ReciprocalAgreement"),
        ("f:f0003", "rdf:type", "ds:PrivateCommunicationsFlow"),
        ("c:c0003", "rdf:type", "ds:ContestedClaim"),
    ):
        assert fact(statement) not in told


def test_ctrl_c_interrupts_the_reasoner_at_once() -> None:
    class Slow:
        interrupted = threading.Event()

        def interrupt(self) -> None:
            self.interrupted.set()

    slow = Slow()

    def work() -> None:
        time.sleep(0.1)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        assert slow.interrupted.wait(timeout=20)

    # Whoever runs in the background of a shell was told to ignore it.
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            attended(slow, work)
    finally:
        signal.signal(signal.SIGINT, former)
    assert slow.interrupted.is_set()
