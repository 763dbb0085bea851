"""Axioms as expressions that can be put into words."""

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from partage.assets import assets_root
from partage.rdf.namespaces import PREFIXES, iri
from partage.rdf.parsing import read_rdf
from partage.resources.ontology.axioms import ORDER, AxiomExpression, Axioms, axioms, named

PROLOGUE = "".join(f"@prefix {name}: <{space}> .\n" for name, space in PREFIXES.items())


def told(turtle: str) -> Axioms:
    parsed = parse((PROLOGUE + turtle).encode(), format=RdfFormat.TURTLE)
    return axioms(Quad(q.subject, q.predicate, q.object) for q in parsed)


def term(curie: str) -> AxiomExpression:
    return named(NamedNode(iri(curie)))


def test_no_axiom_of_our_ontology_is_left_without_words() -> None:
    read_axioms = axioms(read_rdf(assets_root() / "ontology/partage.ttl"))
    assert read_axioms.untold == frozenset()
    assert sum(len(said) for said in read_axioms.of.values()) > 200
    assert {e.key for said in read_axioms.of.values() for e in said} <= set(ORDER)


def test_a_class_defined_by_restrictions_is_told_part_by_part() -> None:
    found = told(
        "ds:A owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( ds:B "
        "[ a owl:Restriction ; owl:onProperty ds:p ; owl:someValuesFrom ds:C ] "
        "[ a owl:Restriction ; owl:onProperty ds:q ; owl:hasValue ds:d ] ) ] ."
    )
    (axiom,) = found.of[iri("ds:A")]
    assert axiom == AxiomExpression(
        "equivalent",
        (
            AxiomExpression(
                "and",
                (
                    term("ds:B"),
                    AxiomExpression("some", (term("ds:p"), term("ds:C"))),
                    AxiomExpression("value", (term("ds:q"), term("ds:d"))),
                ),
            ),
        ),
    )
    assert found.untold == frozenset()


def test_what_holds_between_two_is_told_of_both() -> None:
    found = told(
        "ds:p owl:inverseOf ds:q . [] a owl:AllDisjointClasses ; owl:members ( ds:A ds:B ds:C ) ."
    )
    assert found.of[iri("ds:p")] == (AxiomExpression("inverse", (term("ds:q"),)),)
    assert found.of[iri("ds:q")] == (AxiomExpression("inverse", (term("ds:p"),)),)
    assert found.of[iri("ds:B")] == (AxiomExpression("disjoint", (term("ds:A"), term("ds:C"))),)
    assert found.untold == frozenset()


def test_a_chain_keeps_its_order_and_a_restriction_to_nothing_is_one_to_none() -> None:
    found = told(
        "ds:p owl:propertyChainAxiom ( ds:q ds:r ) ; a owl:TransitiveProperty .\n"
        "ds:A rdfs:subClassOf [ owl:onProperty ds:p ; owl:allValuesFrom owl:Nothing ] ."
    )
    assert found.of[iri("ds:p")] == (
        AxiomExpression("chain", (AxiomExpression("chained", (term("ds:q"), term("ds:r"))),)),
        AxiomExpression("transitive"),
    )
    (none,) = found.of[iri("ds:A")]
    assert none == AxiomExpression("subclass", (AxiomExpression("none", (term("ds:p"),)),))


def test_an_axiom_that_we_have_no_words_for_is_named() -> None:
    found = told("ds:A rdfs:subClassOf [ owl:complementOf ds:B ] . ds:p owl:hasKey ( ds:q ) .")
    predicates = {quad.predicate.value for quad in found.untold}
    assert iri("owl:complementOf") in predicates
    assert iri("owl:hasKey") in predicates


def test_names_and_values_are_leaves() -> None:
    assert named(Literal("7")).term == Literal("7")
    assert named(BlankNode("b")).term is None
