"""Two things side by side, before any HTML."""

import pytest
from pyoxigraph import NamedNode

import small_dataset
from partage.rdf.canonical import statement_iri
from partage.rdf.namespaces import ID, VOC, iri
from partage.resources.labels import Labels
from partage.resources.pages.comparison import ComparedProperty, compare, folded, index
from partage.resources.pages.facts import DatasetFacts, name_all, read_facts
from partage.resources.pages.summaries import Summarizer
from partage.resources.pages.term_texts import TYPE
from partage.store.embedded.oxigraph import EmbeddedEngine

ENGLISH = ("en", "fr", "")
GAZETTE, NETFLIX, FACEBOOK = (ID + "org/" + name for name in ("gazette", "netflix", "facebook"))


@pytest.fixture(scope="module")
def tell() -> Summarizer:
    engine = EmbeddedEngine(small_dataset.store())
    facts = read_facts(engine)
    return Summarizer(facts, name_all(engine, facts, ENGLISH), ENGLISH)


def agreements(**data: tuple[str, ...]) -> tuple[ComparedProperty, ...]:
    """Compare agreements `a` and `b`, whose outbound flows have these data categories."""
    facts = DatasetFacts()
    for local, categories in data.items():
        name = "x:" + local
        facts.add((name, TYPE, NamedNode(iri("ds:DataSharingAgreement"))))
        facts.add((name + "-flow", TYPE, NamedNode(iri("ds:OutboundFlow"))))
        facts.add((name + "-flow", iri("ds:underAgreement"), NamedNode(name)))
        for category in categories:
            facts.add((name + "-flow", iri("ds:statedDataCategory"), NamedNode("x:" + category)))
    return compare(Summarizer(facts, Labels({}), ENGLISH), "x:a", "x:b")


@pytest.mark.parametrize(
    ("left", "right", "verdict"),
    [
        (("x", "y"), ("y", "x"), "same"),
        (("x",), (), "left"),
        ((), ("x",), "right"),
        (("x",), ("x", "y"), "differ"),
        (("x",), ("y",), "differ"),
    ],
)
def test_a_property_is_the_same_different_or_of_one_only(
    left: tuple[str, ...], right: tuple[str, ...], verdict: str
) -> None:
    (aspect,) = agreements(a=left, b=right)
    assert (aspect.key, aspect.verdict) == ("outbound", verdict)
    for cell in aspect.left:
        assert aspect.is_shared(cell) == (cell.value.name[2:] in right)


def test_what_neither_has_is_left_out() -> None:
    assert agreements(a=(), b=()) == ()


def test_a_value_comes_with_its_statements_claims_and_whether_they_are_disputed(
    tell: Summarizer,
) -> None:
    aspects = {aspect.key: aspect for aspect in compare(tell, FACEBOOK, NETFLIX)}
    (cell,) = aspects["gives to"].left
    flow, recipient = NamedNode(ID + "flow/f0001"), NamedNode(iri("ds:hasRecipient"))
    (quad,) = [q for q in small_dataset.quads() if (q.subject, q.predicate) == (flow, recipient)
               and str(q.graph_name).endswith("c0001/v1#assertion>")]  # fmt: skip
    assert cell.value.name == NETFLIX
    assert cell.statements == (statement_iri(quad),)
    assert [claim.name for claim in cell.claims] == [ID + "claim/c0001"]
    assert cell.disputed
    assert aspects["gives to"].verdict == "left"


@pytest.mark.parametrize(
    "text",
    ["netflix", "NETFLIX", " Netflix ", "org/netflix", "org:netflix", NETFLIX,
     "http://here.example/doc/org/netflix"],
)  # fmt: skip
def test_a_thing_is_found_by_name_identifier_or_iri(tell: Summarizer, text: str) -> None:
    assert index(tell).find(text) == (NETFLIX, [])


def test_a_name_without_accents_and_case_finds_a_thing() -> None:
    assert folded("Société « Générale »") == folded("SOCIETE generale")


def test_a_slip_finds_what_may_be_meant(tell: Summarizer) -> None:
    found, near = index(tell).find("netflx")
    assert found is None
    assert near == [NETFLIX]
    assert index(tell).find("qqqqqq") == (None, [])


def test_only_things_of_one_kind_can_be_compared(tell: Summarizer) -> None:
    known = index(tell)
    assert known.alike(NETFLIX, FACEBOOK)  # an organization and a platform operator
    assert not known.alike(NETFLIX, VOC + "data-category/messages")
    assert GAZETTE in known.beside(NETFLIX)
    assert NETFLIX not in known.beside(NETFLIX)


def test_concepts_are_compared_by_every_property(tell: Summarizer) -> None:
    told = compare(tell, VOC + "data-category/messages", VOC + "data-category/private-messages")
    broader = next(aspect for aspect in told if aspect.key == iri("skos:broader"))
    assert broader.label is not None
    assert broader.verdict == "right"


def test_a_party_names_its_agreement_where_it_has_only_one() -> None:
    facts = DatasetFacts()
    for agreement, party in (("one", "rare"), ("one", "common"), ("other", "common")):
        facts.add(("x:" + agreement, TYPE, NamedNode(iri("ds:DataSharingAgreement"))))
        facts.add(("x:" + agreement, iri("ds:hasParty"), NamedNode("x:" + party)))
    known = index(Summarizer(facts, Labels({}), ENGLISH))
    assert known.find("x:rare", "x:other") == ("x:one", [])
    assert known.find("x:common", "x:other")[0] is None
