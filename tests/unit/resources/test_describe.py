import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store

import small_dataset
from partage.errors import EngineFailure, UnknownResource
from partage.rdf.namespaces import GRAPH, ID, iri
from partage.resources.description.describe import ask, describe, graph_contents
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Engine


@pytest.fixture(scope="module")
def engine() -> Engine:
    return EmbeddedEngine(small_dataset.store())


def test_statements_tell_the_graphs_that_hold_them_and_how_we_know(engine: Engine) -> None:
    flow = describe(engine, ID + "flow/f0001")
    by = {(s.predicate.value, str(getattr(s.object, "value", ""))): s for s in flow.statements}
    grant = by[iri("rdf:type"), iri("ds:AccessGrant")]
    inferred = by[iri("rdf:type"), iri("ds:DataFlow")]
    assert grant.graphs == {ID + "claim/c0001/v1#assertion"}
    assert (grant.origin, inferred.origin) == ("asserted", "inferred")
    disputing = describe(engine, ID + "claim/c0002")
    assert {s.origin for s in disputing.statements if "logically" in s.predicate.value} == {
        "derived"
    }


def test_links_that_come_in_are_described(engine: Engine) -> None:
    coming = describe(engine, ID + "org/gazette").incoming
    assert {(str(s.subject), s.predicate.value) for s in coming} == {
        (f"<{ID}claim/c0001>", iri("ds:assertedBy")),
        (f"<{ID}source/s0001>", iri("dct:publisher")),
    }


def test_a_claim_comes_with_its_assertion_and_provenance(engine: Engine) -> None:
    parts = describe(engine, ID + "claim/c0001").parts
    assert set(parts) == {"assertion", "provenance"}
    assert NamedNode(ID + "flow/f0001") in {s.subject for s in parts["assertion"]}


def test_a_claim_version_is_its_four_graphs_and_nothing_else(engine: Engine) -> None:
    version = describe(engine, ID + "claim/c0001/v1")
    assert version.is_publication
    names = {str(quad.graph_name) for quad in version.quads()}
    base = f"<{ID}claim/c0001/v1#"
    assert names == {base + part + ">" for part in ("head", "assertion", "provenance", "pubinfo")}
    expected = [q for q in small_dataset.quads() if str(q.graph_name).startswith(base)]
    assert set(version.quads()) == set(expected)


def test_a_passage_comes_with_its_position(engine: Engine) -> None:
    parts = describe(engine, ID + "passage/p0001").parts
    assert Literal(124) in {s.object for s in parts["nodes"]}


def test_nothing_known_is_an_error_that_names_the_iri(engine: Engine) -> None:
    with pytest.raises(UnknownResource) as caught:
        describe(engine, ID + "org/nobody")
    assert caught.value.iri == ID + "org/nobody"


def test_what_is_only_in_named_graphs_or_only_linked_to_is_found() -> None:
    a, b, c, g = (NamedNode(f"http://e.example/{name}") for name in "abcg")
    engine = EmbeddedEngine(made := Store())
    made.add(Quad(a, b, c, g))
    assert len(describe(engine, a.value).statements) == 1
    assert len(describe(engine, c.value).incoming) == 1
    with pytest.raises(UnknownResource):
        describe(engine, g.value)
    assert graph_contents(engine, g.value) == [Quad(a, b, c, DefaultGraph())]


def test_blank_nodes_are_followed() -> None:
    a, b = NamedNode("http://e.example/a"), NamedNode("http://e.example/b")
    one, two = BlankNode("one"), BlankNode("two")
    made = Store()
    made.extend([Quad(a, b, one), Quad(one, b, two), Quad(two, b, Literal("deep"))])
    found = describe(EmbeddedEngine(made), a.value)
    assert Literal("deep") in {s.object for s in found.statements}


def test_a_graph_that_does_not_exist_is_unknown(engine: Engine) -> None:
    with pytest.raises(UnknownResource):
        graph_contents(engine, GRAPH + "nothing")
    assert len(graph_contents(engine, GRAPH + "derived")) == 1


def test_a_query_of_ours_that_does_not_parse_is_our_fault(engine: Engine) -> None:
    with pytest.raises(EngineFailure, match="our own query"):
        ask(engine, "SELECT")


def test_a_link_that_several_graphs_state_is_counted_once() -> None:
    subject, predicate, thing = (NamedNode(f"http://x.example/{name}") for name in "spo")
    store = Store()
    for graph in ("g", "h"):
        store.add(Quad(subject, predicate, thing, NamedNode(f"http://x.example/{graph}")))
    description = describe(EmbeddedEngine(store), thing.value)
    assert description.counts == {predicate.value: 1}
    assert len(description.incoming) == 1
