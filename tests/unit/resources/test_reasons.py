"""Why inferred statements hold: a rule, an axiom, premises."""

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse

from partage.rdf.namespaces import GRAPH, ID, PREFIXES, iri
from partage.resources.description import describe
from partage.resources.pages import inference as explained
from partage.resources.pages.inference import Reason, reasons
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Engine, Solution

ONTOLOGY = """
ds:AccessGrant rdfs:subClassOf ds:DataFlow .
ds:hasPart rdfs:subPropertyOf ds:touches .
ds:hasRecipient rdfs:domain ds:DataFlow ; rdfs:range ds:Organization .
ds:isRecipientOf owl:inverseOf ds:hasRecipient .
ds:within a owl:TransitiveProperty . ds:near a owl:SymmetricProperty .
ds:hasParty owl:propertyChainAxiom ( ds:covers ds:hasRecipient ) .
ds:PrivateFlow owl:equivalentClass [ owl:intersectionOf (
    ds:DataFlow [ owl:onProperty ds:category ; owl:hasValue dc:private ]
    [ owl:onProperty ds:hasRecipient ; owl:someValuesFrom ds:Organization ] ) ] .
"""
STATED = """
f:f0001 a ds:AccessGrant ; ds:hasRecipient org:x ; ds:category dc:private ; ds:hasPart f:f0009 ;
    ds:startEdtf "2010" .
f:f0002 a ds:DataFlow ; ds:hasRecipient org:x ; ds:category dc:public .
a:a0001 ds:covers f:f0001 . org:x ds:within org:y ; ds:near org:z . org:y ds:within org:z .
f:f0005 a ds:DataFlow ; ds:hasRecipient org:x , org:y ; ds:category dc:private .
org:y a ds:Organization .
c:c0002 ds:disputes c:c0001 .
f:f0003 ds:hasProvider org:x ; ds:hasRecipient org:y .
f:f0004 ds:hasProvider org:y ; ds:hasRecipient org:x .
"""
CASES = {
    "f:f0001 rdf:type ds:DataFlow": ("cax-sco", ["f:f0001 rdf:type ds:AccessGrant"]),
    "f:f0001 ds:touches f:f0009": ("prp-spo1", ["f:f0001 ds:hasPart f:f0009"]),
    "org:x rdf:type ds:Organization": ("prp-rng", ["f:f0001 ds:hasRecipient org:x"]),
    "f:f0003 rdf:type ds:DataFlow": ("prp-dom", ["f:f0003 ds:hasRecipient org:y"]),
    "org:x ds:isRecipientOf f:f0001": ("prp-inv", ["f:f0001 ds:hasRecipient org:x"]),
    "org:x ds:within org:z": ("prp-trp", ["org:x ds:within org:y", "org:y ds:within org:z"]),
    "org:z ds:near org:x": ("prp-symp", ["org:x ds:near org:z"]),
    "a:a0001 ds:hasParty org:x": (
        "prp-spo2",
        ["a:a0001 ds:covers f:f0001", "f:f0001 ds:hasRecipient org:x"],
    ),
    "c:c0002 ds:logicallyContradicts c:c0001": (
        "logically-contradicts",
        ["c:c0002 ds:disputes c:c0001"],
    ),
    "f:f0003 ds:reciprocatesFlow f:f0004": (
        "reciprocates-flow",
        [
            "f:f0003 ds:hasProvider org:x",
            "f:f0003 ds:hasRecipient org:y",
            "f:f0004 ds:hasProvider org:y",
            "f:f0004 ds:hasRecipient org:x",
        ],
    ),
}


def triple(text: str) -> Triple:
    return Triple(*(NamedNode(iri(part)) for part in text.split()))


def read(text: str) -> list[Triple]:
    prefixes = "".join(f"@prefix {key}: <{name}> .\n" for key, name in PREFIXES.items())
    quads = parse((prefixes + text).encode(), format=RdfFormat.TURTLE)
    return [quad.triple for quad in quads]


@pytest.fixture(scope="module")
def engine() -> EmbeddedEngine:
    inferred = [triple(text) for text in CASES]
    store = Store()
    for graph, triples in (
        ("ontology", read(ONTOLOGY)),
        ("x", read(STATED)),
        ("inferred", inferred),
    ):
        for found in triples:
            parts = found.subject, found.predicate, found.object
            store.extend([Quad(*parts, NamedNode(GRAPH + graph)), Quad(*parts)])
    return EmbeddedEngine(store)


def why(engine: EmbeddedEngine, text: str) -> Reason | None:
    return reasons(engine, [triple(text)]).get(triple(text))


@pytest.mark.parametrize("statement", CASES)
def test_a_rule_explains_with_its_premises(engine: EmbeddedEngine, statement: str) -> None:
    rule, premises = CASES[statement]
    found = why(engine, statement)
    assert found is not None
    assert (found.rule.name, list(found.premises)) == (rule, [triple(text) for text in premises])


def test_one_call_explains_all(engine: EmbeddedEngine) -> None:
    asked = [triple(text) for text in CASES]
    assert reasons(engine, asked).keys() == set(asked)


def test_a_defined_class_is_explained_by_every_part_of_its_definition(
    engine: EmbeddedEngine,
) -> None:
    found = why(engine, "f:f0001 rdf:type ds:PrivateFlow")
    assert found is not None
    assert found.rule.name == "cls-int"
    assert set(found.premises) == {
        triple("f:f0001 rdf:type ds:DataFlow"),
        triple("f:f0001 ds:category dc:private"),
        triple("f:f0001 ds:hasRecipient org:x"),
        triple("org:x rdf:type ds:Organization"),
    }


def test_what_meets_only_a_part_of_a_definition_is_not_explained_by_it(
    engine: EmbeddedEngine,
) -> None:
    assert why(engine, "f:f0002 rdf:type ds:PrivateFlow") is None


def test_what_does_not_follow_has_no_reason(engine: EmbeddedEngine) -> None:
    assert why(engine, "org:z ds:isRecipientOf f:f0001") is None
    assert why(engine, "org:z ds:within org:x") is None


def test_premises_that_were_stated_are_preferred(engine: EmbeddedEngine) -> None:
    """f0001 is a flow as a grant, which is stated, and by its recipient, in two ways."""
    found = why(engine, "f:f0001 rdf:type ds:DataFlow")
    assert found is not None
    assert found.axiom == NamedNode(iri("ds:AccessGrant"))
    assert found.premises[0].subject.value == ID + "flow/f0001"  # type: ignore[union-attr]


def test_it_is_the_same_reason_in_whatever_order_an_engine_answers(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """f0005 meets the definition by either recipient, org:x is one as that of two flows."""
    statements = [
        triple("f:f0005 rdf:type ds:PrivateFlow"),
        triple("org:x rdf:type ds:Organization"),
    ]
    found = reasons(engine, statements)
    ask = describe.ask

    def backwards(engine: Engine, text: str) -> list[Solution]:
        return ask(engine, text)[::-1]

    monkeypatch.setattr(explained, "ask", backwards)
    assert reasons(engine, statements) == found
