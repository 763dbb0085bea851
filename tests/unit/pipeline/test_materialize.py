"""Inferences and derivations are new, useful, and kept apart."""

from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from partage.errors import CanonicalFormError, RdfSyntaxError
from partage.pipeline.derivation.materialize import dated, materialize, ruled
from partage.pipeline.reasoning.entailment import reason
from partage.pipeline.reasoning.projection import Fact
from partage.pipeline.reasoning.viewpoints import weigh
from partage.pipeline.state import State
from partage.rdf.namespaces import PREFIXES, iri


@pytest.fixture(scope="module")
def full(state: State) -> State:
    return materialize(weigh(reason(state)))


def plain(quads: tuple[Quad, ...]) -> set[tuple[str, str, str]]:
    return {
        (str(q.subject.value), q.predicate.value, str(q.object.value))  # type: ignore[union-attr]
        for q in quads
    }


def test_nothing_inferred_was_asserted_before(full: State, state: State) -> None:
    asserted = {quad.triple for quad in state.view}
    inferred = {quad.triple for quad in full.graph("inferred")}
    assert inferred
    assert not inferred & asserted


def test_no_noise_is_published(full: State) -> None:
    for subject, predicate, value in plain(full.graph("inferred")):
        assert subject != value
        assert PREFIXES["owl"] not in value + predicate
        assert "uniqueKey" not in predicate


def test_a_denied_flow_is_not_unsaid_and_a_denial_infers_nothing(full: State) -> None:
    assert (iri("f:f0002"), iri("rdf:type"), iri("ds:DataFlow")) in plain(full.graph("inferred"))
    assert full.inferences is not None
    assert not any(fact.negative for fact in full.inferences.facts)


def test_flows_both_ways_reciprocate(full: State) -> None:
    found = {row for row in plain(full.graph("derived")) if row[1] == iri("ds:reciprocatesFlow")}
    one, other = iri("f:f0003"), iri("f:f0004")
    word = iri("ds:reciprocatesFlow")
    assert found == {(one, word, other), (other, word, one)}


def test_a_denial_contradicts_and_a_justification_only_disputes(full: State) -> None:
    found = {
        (subject.removeprefix(PREFIXES["c"]), predicate.removeprefix(PREFIXES["ds"]),
         value.removeprefix(PREFIXES["c"]))
        for subject, predicate, value in plain(full.graph("derived"))
        if value.startswith(PREFIXES["c"])
    }  # fmt: skip
    assert found == {
        ("c0003", "logicallyContradicts", "c0002"),
        ("c0005", "rhetoricallyDisputes", "c0001"),
    }


def test_only_stated_days_become_bounds(full: State) -> None:
    found = {row for row in plain(full.graph("derived")) if row[1] in
             (iri("ds:notBefore"), iri("ds:notAfter"))}  # fmt: skip
    assert found == {
        (iri("f:f0001"), iri("ds:notAfter"), "2018-06-30"),
        (iri("f:f0003"), iri("ds:notBefore"), "2010-01-01"),
    }


def date(predicate: str, text: str) -> Quad:
    edtf = Literal(text, datatype=NamedNode(iri("edtf:EDTF")))
    return Quad(NamedNode(iri("f:f0001")), NamedNode(iri(predicate)), edtf)


def test_bounds_hold_for_every_claim_that_dates_a_thing() -> None:
    two = [date("ds:startEdtf", "2011"), date("ds:startEdtf", "2010-05"),
           date("ds:endEdtf", "2015"), date("ds:endEdtf", "2018-06")]  # fmt: skip
    assert sorted(str(triple.object) for triple in dated(two)) == [
        '"2010-05-01"^^<http://www.w3.org/2001/XMLSchema#date>',
        '"2018-06-30"^^<http://www.w3.org/2001/XMLSchema#date>',
    ]
    assert list(dated([date("ds:startEdtf", "2011"), date("ds:startEdtf", "[..2015]")])) == []


def test_a_date_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(CanonicalFormError, match=r"f:f0001 ds:startEdtf: 'soon' is no EDTF"):
        list(dated([date("ds:startEdtf", "soon")]))


@pytest.mark.parametrize("rule", ["CONSTRUCT { ?s ?p } WHERE { ?s ?p ?o }", "ASK { ?s ?p ?o }"])
def test_a_bad_rule_is_told_with_its_file(state: State, tmp_path: Path, rule: str) -> None:
    (tmp_path / "ontology/rules").mkdir(parents=True)
    (tmp_path / "ontology/rules/bad.rq").write_text(rule, encoding="utf-8")
    with pytest.raises(RdfSyntaxError, match=r"bad\.rq"):
        list(ruled(replace(state, root=tmp_path)))


def test_every_superclass_told_is_of_ours(full: State) -> None:
    assert full.inferences is not None
    classes = {name for pair in full.inferences.superclasses for name in pair}
    assert all(not name.startswith(PREFIXES["owl"]) for name in classes)
    assert Fact(iri("f:f0001"), iri("rdf:type"), iri("ds:DataFlow")) in full.inferences.facts
