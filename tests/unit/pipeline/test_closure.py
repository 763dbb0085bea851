"""The ontology as rules: the same as owlrl's closure of random ontologies, and loud otherwise."""

import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

import oracles
from partage.errors import ProfileViolation
from partage.pipeline.reasoning.closure import close, entailed
from partage.pipeline.reasoning.projection import TYPE, Fact, Terminology, terminology
from partage.pipeline.reasoning.rules import InferenceRule, rules
from partage.rdf.namespaces import PREFIXES

EX = "https://example.org/"
CLASSES, PROPERTIES = "ABCDEF", "pqrst"
NAMES = [f"{PREFIXES['org']}{name}" for name in "abcdef"]
HEAD = (
    f"@prefix : <{EX}> .\n@prefix org: <{PREFIXES['org']}> .\n@prefix owl: <{PREFIXES['owl']}> .\n"
    f"@prefix rdfs: <{PREFIXES['rdfs']}> .\n"
)
Draw = random.Random


def ontology(text: str) -> Terminology:
    declared = [f":{name} a owl:Class ." for name in CLASSES]
    declared += [f":{name} a owl:ObjectProperty ." for name in PROPERTIES]
    source = HEAD + "\n".join([*declared, text])
    quads = parse(source.encode(), format=RdfFormat.TURTLE)
    return terminology(Quad(t.subject, t.predicate, t.object) for t in quads)


def a_class(draw: Draw) -> str:
    return f":{draw.choice(CLASSES)}"


def a_property(draw: Draw) -> str:
    return f":{draw.choice(PROPERTIES)}"


def restriction(draw: Draw, kind: str, value: str) -> str:
    inverse = draw.random() < 0.3
    on = f"[ owl:inverseOf {a_property(draw)} ]" if inverse else a_property(draw)
    return f"[ a owl:Restriction ; owl:onProperty {on} ; owl:{kind} {value} ]"


def both(draw: Draw, kind: str) -> str:
    return f"[ a owl:Class ; owl:{kind} ( {a_class(draw)} {lower(draw)} ) ]"


def lower(draw: Draw) -> str:
    """An expression below a class."""
    return draw.choice(
        (
            a_class,
            lambda d: restriction(d, "someValuesFrom", draw.choice([a_class(d), "owl:Thing"])),
            lambda d: restriction(d, "hasValue", f"<{d.choice(NAMES)}>"),
            lambda d: both(d, "intersectionOf"),
            lambda d: both(d, "unionOf"),
        )
    )(draw)


def upper(draw: Draw) -> str:
    """An expression above a class."""
    return draw.choice(
        (
            a_class,
            lambda d: restriction(d, "allValuesFrom", a_class(d)),
            lambda d: restriction(d, "hasValue", f"<{d.choice(NAMES)}>"),
            lambda d: f"[ a owl:Class ; owl:intersectionOf ( {a_class(d)} {upper(d)} ) ]",
        )
    )(draw)


AXIOMS: dict[str, Callable[[Draw], str]] = {
    "subclass": lambda d: f"{lower(d)} rdfs:subClassOf {upper(d)} .",
    "definition": lambda d: f"{a_class(d)} owl:equivalentClass {both(d, 'intersectionOf')} .",
    "all values": lambda d: (
        f"{a_class(d)} rdfs:subClassOf {restriction(d, 'allValuesFrom', a_class(d))} ."
    ),
    "some values": lambda d: (
        f"{restriction(d, 'someValuesFrom', 'owl:Thing')} rdfs:subClassOf {a_class(d)} ."
    ),
    "has value": lambda d: (
        f"{a_class(d)} owl:equivalentClass {restriction(d, 'hasValue', f'<{d.choice(NAMES)}>')} ."
    ),
    "same class": lambda d: f"{a_class(d)} owl:equivalentClass {a_class(d)} .",
    "domain": lambda d: f"{a_property(d)} rdfs:domain {upper(d)} .",
    "range": lambda d: f"{a_property(d)} rdfs:range {upper(d)} .",
    "subproperty": lambda d: f"{a_property(d)} rdfs:subPropertyOf {a_property(d)} .",
    "same property": lambda d: f"{a_property(d)} owl:equivalentProperty {a_property(d)} .",
    "inverse": lambda d: f"{a_property(d)} owl:inverseOf {a_property(d)} .",
    "symmetric": lambda d: f"{a_property(d)} a owl:SymmetricProperty .",
    "transitive": lambda d: f"{a_property(d)} a owl:TransitiveProperty .",
    "chain": lambda d: (
        f"{a_property(d)} owl:propertyChainAxiom ( {a_property(d)} {a_property(d)} ) ."
    ),
}


def some_facts(draw: Draw) -> frozenset[Fact]:
    pick = draw.choice
    typed = {Fact(pick(NAMES), TYPE, EX + pick(CLASSES)) for _ in range(4)}
    return frozenset(
        typed | {Fact(pick(NAMES), EX + pick(PROPERTIES), pick(NAMES)) for _ in range(7)}
    )


@pytest.mark.parametrize("seed", range(40))
def test_rules_and_owlrl_infer_the_same_of_a_random_ontology(seed: int) -> None:
    draw = random.Random(seed)
    text = "\n".join(draw.choice(list(AXIOMS.values()))(draw) for _ in range(6))
    terms, known = ontology(text), some_facts(draw)
    names = {fact.subject for fact in known} | set(NAMES)
    told = frozenset(
        fact for fact in entailed(known, terms) if fact.object in names | terms.classes
    )
    assert told == oracles.by_owlrl(terms, known, NAMES), text


@pytest.mark.parametrize("kind", AXIOMS)
def test_every_kind_of_axiom_makes_rules_that_add_something(kind: str) -> None:
    added = 0
    for seed in range(20):
        draw = random.Random(f"{kind} {seed}")
        known = some_facts(draw)
        added += len(entailed(known, ontology(AXIOMS[kind](draw))) - known)
    assert added


@pytest.mark.parametrize(
    "axiom",
    [
        ":A owl:disjointUnionOf ( :B :C ) .",
        ":A owl:complementOf :B .",
        ":p a owl:ReflexiveProperty .",
        ":A owl:hasKey ( :p ) .",
        "org:a owl:sameAs org:b .",
        ":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:hasSelf true ] .",
        ":A owl:equivalentClass [ owl:oneOf ( org:a org:b ) ] .",
    ],
)
def test_an_axiom_that_no_rule_knows_is_refused(axiom: str) -> None:
    with pytest.raises(ProfileViolation, match="No rule is known for"):
        rules(ontology(axiom))


@pytest.mark.parametrize(
    "axiom",
    [
        ":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :B ] .",
        ":A rdfs:subClassOf [ a owl:Class ; owl:unionOf ( :B :C ) ] .",
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom owl:Nothing ] .",
        ":p a owl:FunctionalProperty .",
        ":A owl:disjointWith :B .",
        ":note a owl:AnnotationProperty ; rdfs:range :A ; rdfs:domain :B .",
    ],
)
def test_what_derives_nothing_of_named_things_makes_no_rule(axiom: str) -> None:
    assert rules(ontology(axiom)) == ()


def test_a_denial_infers_nothing() -> None:
    denied = Fact(NAMES[0], EX + "p", NAMES[1], negative=True)
    assert entailed(frozenset({denied}), ontology(":p rdfs:domain :A .")) == frozenset()


def test_closing_twice_adds_nothing_and_each_triple_is_told_once() -> None:
    store = Store()
    for one, other in pairwise(NAMES):
        store.add(Quad(NamedNode(one), NamedNode(EX + "p"), NamedNode(other)))
    known = rules(ontology(":p a owl:TransitiveProperty , owl:SymmetricProperty ."))
    told = list(close(store, known))
    assert len(told) == len(set(told)) == len(NAMES) ** 2 - (len(NAMES) - 1)
    assert list(close(store, known)) == []


def test_a_rule_is_a_query_that_a_reader_can_run() -> None:
    (rule,) = rules(ontology(":p rdfs:domain :A ."))
    assert rule == InferenceRule(("?x", TYPE, EX + "A"), (("?x", EX + "p", "?y"),))
    assert rule.query == (
        f"CONSTRUCT {{ ?x <{TYPE}> <{EX}A> . }} WHERE {{ SELECT DISTINCT ?x WHERE {{ "
        f"?x <{EX}p> ?y . FILTER NOT EXISTS {{ ?x <{TYPE}> <{EX}A> . }} }} }}"
    )
