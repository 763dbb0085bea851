"""The terms of an ontology with their meaning, their axioms and their use."""

import pytest
from pyoxigraph import Store

import small_dataset
from partage.assets import assets_root
from partage.rdf.namespaces import GRAPH, iri
from partage.rdf.parsing import read_rdf
from partage.resources.description.describe import graph_contents
from partage.resources.ontology.axioms import AxiomExpression
from partage.resources.ontology.diagram import LINES, PLACES, drawing
from partage.resources.ontology.term_reference import OntologyReference, reference, schemes
from partage.resources.pictures.coverage import coverage
from partage.store.embedded.oxigraph import EmbeddedEngine

ENGLISH = ("en", "fr", "")


@pytest.fixture(scope="module")
def engine() -> EmbeddedEngine:
    return EmbeddedEngine(small_dataset.store())


@pytest.fixture(scope="module")
def told(engine: EmbeddedEngine) -> OntologyReference:
    found = reference(engine, graph_contents(engine, GRAPH + "ontology"), ENGLISH)
    assert found is not None
    return found


def test_the_terms_of_the_ontology_are_sorted_by_kind(told: OntologyReference) -> None:
    assert [section.key for section in told.sections] == ["classes", "object-properties"]
    assert [term.curie for term in told.sections[0].entries] == [
        "ds:AccessGrant", "ds:Claim", "ds:DataFlow",
    ]  # fmt: skip


def test_a_term_tells_its_meaning_and_where_it_is_used(told: OntologyReference) -> None:
    (recipient,) = told.sections[1].entries
    assert recipient.definition is not None
    assert recipient.definition.text == "The party that gets the data."
    assert [axiom.key for axiom in recipient.axioms][:1] == ["domain"]
    assert recipient.count > 0
    subject, value = recipient.example
    assert (subject.name, value.text) == ("https://w3id.org/partage/id/flow/f0001", "Netflix")
    assert "?thing ds:hasRecipient ?value" in recipient.query


def test_a_class_stands_below_the_one_that_it_is_a_kind_of(told: OntologyReference) -> None:
    tree = {branch.value.note: branch for branch in told.hierarchy}
    assert set(tree) == {"ds:Claim", "ds:DataFlow"}
    assert [below.value.note for below in tree["ds:DataFlow"].below] == ["ds:AccessGrant"]


def test_the_ontology_of_others_is_not_told(engine: EmbeddedEngine) -> None:
    assert reference(engine, [], ENGLISH) is None
    assert schemes(EmbeddedEngine(Store()), ENGLISH) == ()


def test_the_picture_draws_what_the_ontology_has() -> None:
    triples = read_rdf(assets_root() / "ontology/partage.ttl")
    found = reference(EmbeddedEngine(Store()), triples, ENGLISH)
    assert found is not None
    terms = {entry.name for section in found.sections for entry in section.entries}
    assert {iri(name) for name in PLACES} <= terms
    ours = {iri(p) for _, _, properties, _ in LINES for p in properties if p.startswith("ds:")}
    assert ours <= terms
    drawn = drawing(found.writer, sorted(terms))
    assert (len(drawn.boxes), len(drawn.lines)) == (len(PLACES), len(LINES))


def test_the_lines_of_the_picture_are_those_that_the_ontology_allows() -> None:
    triples = read_rdf(assets_root() / "ontology/partage.ttl")
    found = reference(EmbeddedEngine(Store()), triples, ENGLISH)
    assert found is not None
    wrong = []
    for _, end, properties, _ in LINES:
        for name in properties:
            said = found.axioms.of.get(iri(name), ())
            allowed = [_class(axiom) for axiom in said if axiom.key in ("range", "values-of")]
            if allowed and iri(end) not in allowed:
                wrong.append((name, end))
    assert wrong == []


def test_what_a_dataset_holds_is_counted(engine: EmbeddedEngine) -> None:
    found = coverage(engine, ENGLISH)
    assert found.counts["Claim"] == 2
    assert found.counts["Organization"] >= 2
    assert found.count("glosses", "en") == 2
    assert found.count("glosses", "de") == 0
    empty = coverage(EmbeddedEngine(Store()), ENGLISH)
    assert set(empty.counts.values()) == {0}
    assert set(empty.shares.values()) == {()}


def _class(axiom: AxiomExpression) -> str:
    return str(getattr(axiom.parts[0].term, "value", ""))
