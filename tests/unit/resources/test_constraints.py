"""Shapes and rules as expressions that can be put into words."""

import pytest
from pyoxigraph import NamedNode

from partage.assets import root
from partage.rdf.namespaces import iri
from partage.resources.axioms import Expression, named
from partage.resources.constraints import Constraints, constraints


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
    assert len(held.rules) == len(list((root() / "shapes/rules").glob("*.rq")))


def test_a_shape_says_how_many_values_and_of_which_class(held: Constraints) -> None:
    provider = held.shapes["Flow-provider"]
    party = named(NamedNode(iri("ds:Party")))
    assert provider.path == named(NamedNode(iri("ds:hasProvider")))
    assert provider.demands == (Expression("one-value"), Expression("class", (party,)))
    assert provider.messages["fr"] == "Un flux a exactement un fournisseur, une partie."
    assert "ds:hasProvider org:maker , org:platform" in provider.bad
    assert "@prefix" not in provider.bad


def test_paths_are_read_backwards_and_as_alternatives(held: Constraints) -> None:
    selector = named(NamedNode(iri("oa:hasSelector")))
    assert held.shapes["Position-passage"].path == Expression("reversed", (selector,))
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
