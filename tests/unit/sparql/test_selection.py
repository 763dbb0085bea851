"""The parts of a dataset, by names that people understand."""

import pytest
from pyoxigraph import NamedNode, Quad, Store

from partage.errors import ProtocolError
from partage.rdf.namespaces import GRAPH, ID, iri
from partage.sparql.protocol.graph_selection import DatasetParts
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Query

ASSERTION = f"{ID}claim/c0001/v1#assertion"
QUERY = Query("ASK {}")


@pytest.fixture(scope="module")
def parts() -> DatasetParts:
    store = Store()
    thing = NamedNode("http://e.example/")
    for name in ("asserted", "inferred", "entities", "claims"):
        store.add(Quad(thing, thing, thing, NamedNode(GRAPH + name)))
    store.add(Quad(NamedNode(ID + "claim/c0001"), NamedNode(iri("np:hasAssertion")),
                   NamedNode(ASSERTION)))  # fmt: skip
    return DatasetParts(EmbeddedEngine(store))


@pytest.mark.parametrize("wish", [None, "current"])
def test_the_current_view_is_what_is_asked_anyway(wish: str | None, parts: DatasetParts) -> None:
    assert parts.select(QUERY, wish) == QUERY


def test_asserted_keeps_the_graphs_it_unites_findable(parts: DatasetParts) -> None:
    chosen = parts.select(QUERY, "asserted")
    assert chosen.default_graphs == (GRAPH + "asserted",)
    assert set(chosen.named_graphs or ()) == {GRAPH + "claims", GRAPH + "entities", ASSERTION}


@pytest.mark.parametrize("wish", ["inferred", "graph:inferred", GRAPH + "inferred"])
def test_a_graph_of_ours_is_a_part(wish: str, parts: DatasetParts) -> None:
    chosen = parts.select(QUERY, wish)
    assert chosen.default_graphs == chosen.named_graphs == (GRAPH + "inferred",)


@pytest.mark.parametrize("wish", ["c0001/v1", "c:c0001/v1", f"{ID}claim/c0001/v1"])
def test_a_claim_version_is_what_it_asserts(wish: str, parts: DatasetParts) -> None:
    chosen = parts.select(QUERY, wish)
    assert chosen.default_graphs == (ASSERTION,)
    version = f"{ID}claim/c0001/v1#"
    assert chosen.named_graphs == tuple(
        version + part for part in ("assertion", "provenance", "pubinfo", "head")
    )


@pytest.mark.parametrize(
    ("wish", "advice"),
    [("", "current, asserted"), ("future", "c0001/v1"), ("c0001", "graphs=c0001/v1"),
     ("c0001/v0", "current")],
)  # fmt: skip
def test_what_is_no_part_is_refused_with_the_parts(
    wish: str, advice: str, parts: DatasetParts
) -> None:
    with pytest.raises(ProtocolError, match=r"graphs=") as caught:
        parts.select(QUERY, wish)
    assert advice in str(caught.value)
