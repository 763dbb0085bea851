import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

import small_dataset
from partage.errors import EngineError, EngineFailure, QuerySyntaxError
from partage.rdf.formats import GRAPH_FORMATS, RESULT_FORMATS
from partage.rdf.namespaces import GRAPH, SPARQL_PREFIXES
from partage.sparql.protocol import evaluation
from partage.sparql.protocol.evaluation import offers
from partage.sparql.protocol.functions import CANDIDATES
from partage.sparql.protocol.service_description import (
    ENTAILMENT,
    FORMATS,
    LITERALS,
    SD,
    describe,
    described_formats,
    format_iri,
)
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Query, Result

ENDPOINT = "http://host.example/sparql"
QUADS = describe(EmbeddedEngine(small_dataset.store()), ENDPOINT)


def objects(local: str) -> list[str]:
    return [
        quad.object.value
        for quad in QUADS
        if quad.predicate.value == SD + local and isinstance(quad.object, NamedNode)
    ]


def test_it_names_the_endpoint_and_the_languages() -> None:
    assert objects("endpoint") == [ENDPOINT]
    assert SD + "SPARQL11Query" in objects("supportedLanguage")


def test_it_lists_as_many_formats_as_are_served_each_by_its_own_name() -> None:
    listed = objects("resultFormat")
    assert set(listed) == {format_iri(fmt) for fmt in (*offers("solutions"), *offers("graph"))}
    w3c = [name for name in listed if name.startswith(FORMATS)]
    assert len(w3c) == len(RESULT_FORMATS) + len(GRAPH_FORMATS)


def test_columns_are_described_only_where_they_are_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evaluation, "available", lambda: False)
    assert offers("solutions") == RESULT_FORMATS
    assert described_formats() == (*RESULT_FORMATS, *GRAPH_FORMATS)


def test_it_promises_nothing_that_is_refused() -> None:
    assert objects("feature") == []


def test_the_counts_are_those_of_the_graphs() -> None:
    names = {str(q.subject): q.object.value for q in QUADS if q.predicate.value == SD + "name"}  # type: ignore[union-attr]
    graphs = {str(q.object): str(q.subject) for q in QUADS if q.predicate.value == SD + "graph"}
    counted = {
        names[graphs[str(q.subject)]]: int(q.object.value)
        for q in QUADS
        if q.predicate.value.endswith("#triples")
        and isinstance(q.object, Literal)
        and str(q.subject) in graphs
    }
    real: dict[str, int] = {}
    for quad in small_dataset.quads():
        if isinstance(quad.graph_name, NamedNode):
            real[quad.graph_name.value] = real.get(quad.graph_name.value, 0) + 1
    assert counted == real


@pytest.mark.meets("SD5")
def test_the_regime_of_a_graph_tells_what_was_entailed_in_it() -> None:
    names = {q.subject: q.object for q in QUADS if q.predicate.value == SD + "name"}
    regimes = {names[q.subject]: q.object for q in QUADS
               if q.predicate.value == SD + "entailmentRegime"}  # fmt: skip
    inferred, simple = NamedNode(GRAPH + "inferred"), NamedNode(ENTAILMENT + "Simple")
    assert regimes.keys() == {q.graph_name for q in small_dataset.quads()} - {DefaultGraph()}
    assert regimes.pop(inferred) == NamedNode(ENTAILMENT + "OWL-Direct")
    assert set(regimes.values()) == {simple}
    # Nothing is inferred while a query runs: what was not stored has no answer.
    assert objects("defaultEntailmentRegime") == [simple.value]
    store = EmbeddedEngine(small_dataset.store())
    up = "ASK { org:netflix a ds:Party }"
    assert store.query(Query(SPARQL_PREFIXES + up)).answer is False


@pytest.mark.meets("SD3")
def test_each_extension_function_that_is_announced_can_be_called() -> None:
    engine = EmbeddedEngine(small_dataset.store())
    announced = set(objects("extensionFunction"))
    for name in CANDIDATES:
        query = Query(f"SELECT (<{name}>() AS ?x) {{}}")
        if name in announced:
            engine.query(query).solutions()
        else:
            with pytest.raises((QuerySyntaxError, EngineError)):
                engine.query(query).solutions()


def test_it_tells_which_literals_are_answered_with_others() -> None:
    (node,) = (q.subject for q in QUADS if q.object == Literal("literals-by-value"))
    told = {q.object.value for q in QUADS if q.subject == node and isinstance(q.object, Literal)}
    store = Store()
    for literal in LITERALS:
        store.add(Quad(NamedNode("http://e.example/s"), NamedNode("http://e.example/p"), literal))
    kept = {quad.object for quad in store}
    assert not kept & set(LITERALS)
    assert {'"3"^^xsd:int → "3"^^xsd:integer', '"01"^^xsd:integer → "1"^^xsd:integer'} <= told
    assert len(told) == len(LITERALS) + 2


class Refusing(EmbeddedEngine):
    """Knows none of the literals."""

    def query(self, query: Query) -> Result:
        if "dateTimeStamp" in query.text:
            raise EngineFailure("What is that?")
        return super().query(query)


def test_it_tells_of_no_literals_where_the_engine_does_not_answer() -> None:
    quads = describe(Refusing(small_dataset.store()), ENDPOINT)
    assert not [quad for quad in quads if quad.object == Literal("literals-by-value")]
    assert {quad.predicate for quad in quads} < {quad.predicate for quad in QUADS}
