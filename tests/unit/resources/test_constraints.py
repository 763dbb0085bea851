"""Shapes and rules as expressions that can be put into words."""

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from partage.assets import assets_root
from partage.rdf.namespaces import iri
from partage.resources.ontology.axioms import AxiomExpression, named
from partage.resources.ontology.constraints import SPACE, Constraints, constraints, read_constraints


@pytest.fixture(scope="module")
def held() -> Constraints:
    return constraints()


def test_nothing_that_a_shape_says_is_left_without_words(held: Constraints) -> None:
    assert held.untold == frozenset()


def test_every_shape_and_rule_with_a_message_has_an_example_that_breaks_it(
    held: Constraints,
) -> None:
    without = [shape.fragment for shape in held.shapes.values() if shape.messages and not shape.bad]
    assert without == ["Edtf", "InEnglish", "InFrench"]  # used inside others alone
    assert [rule.fragment for rule in held.rules if not rule.bad] == []
    assert len(held.rules) == len(list((assets_root() / "shapes/rules").glob("*.rq")))


def test_a_shape_says_how_many_values_and_of_which_class(held: Constraints) -> None:
    provider = held.shapes["Flow-provider"]
    party = named(NamedNode(iri("ds:Party")))
    assert provider.path == named(NamedNode(iri("ds:hasProvider")))
    assert provider.demands == (AxiomExpression("one-value"), AxiomExpression("class", (party,)))
    assert provider.messages["fr"] == "Un flux a exactement un fournisseur, une partie."
    assert "ds:hasProvider org:maker , org:platform" in provider.bad
    assert "@prefix" not in provider.bad


def test_how_many_values_are_wanted_is_told_in_one_sentence_or_two(tmp_path: Path) -> None:
    found = read_constraints(
        read_text(
            "x:one sh:minCount 1 ; sh:maxCount 1 . x:none sh:maxCount 0 . x:some sh:minCount 1 ."
            "x:two sh:minCount 1 ; sh:maxCount 2 . x:kind sh:qualifiedValueShape x:one ;"
            "sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 1 ."
        ),
        tmp_path,
    ).shapes
    told = {name: [demand.key for demand in shape.demands] for name, shape in found.items()}
    assert told == {
        "one": ["one-value"],
        "none": ["no-value"],
        "some": ["least-values"],
        "two": ["least-values", "most-values"],
        "kind": ["qualified"],
    }
    (qualified,) = found["kind"].demands
    assert [part.key for part in qualified.parts] == ["one-value", "term"]


def test_a_constraint_that_we_have_no_words_for_is_named(tmp_path: Path) -> None:
    found = read_constraints(read_text("x:one sh:closed true ."), tmp_path)
    assert found.untold == {iri("sh:closed")}


def read_text(turtle: str) -> list[Quad]:
    """Return the triples of shapes, each declared a shape of a property."""
    prologue = f"@prefix x: <{SPACE}> . @prefix sh: <{iri('sh:')}> . "
    triples = [
        Quad(t.subject, t.predicate, t.object)
        for t in parse((prologue + turtle).encode(), format=RdfFormat.TURTLE)
    ]
    kind = NamedNode(iri("sh:PropertyShape"))
    return triples + [Quad(t.subject, NamedNode(iri("rdf:type")), kind) for t in triples]


def test_paths_are_read_backwards_and_as_alternatives(held: Constraints) -> None:
    selector = named(NamedNode(iri("oa:hasSelector")))
    assert held.shapes["Position-passage"].path == AxiomExpression("reversed", (selector,))
    either = held.shapes["Flow-arrangement"].path
    assert either is not None
    assert (either.key, len(either.parts)) == ("either", 2)


def test_a_term_finds_the_shapes_that_constrain_it(held: Constraints) -> None:
    of_property = [shape.fragment for shape in held.of(iri("ds:hasProvider"))]
    of_class = [shape.fragment for shape in held.of(iri("ds:DataFlow"))]
    assert of_property == ["Flow-provider"]
    assert of_class[:3] == ["Flow", "Flow-kind", "Flow-provider"]
    assert held.of(iri("ds:Nothing")) == ()


def test_a_rule_is_told_without_its_comments(held: Constraints) -> None:
    rule = next(rule for rule in held.rules if rule.fragment == "agreement-flow-party")
    assert rule.severity == "Violation"
    assert rule.messages["en"] == "A party of this flow is not a party of its agreement."
    assert rule.query.startswith("PREFIX ds:")
