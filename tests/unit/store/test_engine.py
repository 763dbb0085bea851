"""What our own engines must also do: end what nobody reads, say what they cannot open."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Store

import small_dataset
from partage.errors import EngineUnavailable
from partage.rdf.formats import Format, by_key
from partage.rdf.namespaces import GRAPH
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.embedded.streamed_evaluation import Evaluation
from partage.store.engine import Engine, Query
from partage.store.workers.pool import PoolEngine

ENTITIES, DERIVED = GRAPH + "entities", GRAPH + "derived"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
COUNT_NAMED = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
PRODUCT = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def fmt(key: str) -> Format:
    found = by_key(key)
    assert found is not None
    return found


@pytest.fixture(params=["in memory", "on disk", "in processes"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    opened: Engine
    if request.param == "in memory":
        opened = EmbeddedEngine(small_dataset.store())
    else:
        on_disk = Store(str(tmp_path / "store"))
        on_disk.bulk_extend(small_dataset.quads())
        on_disk.flush()
        del on_disk
        opened = (
            PoolEngine(tmp_path / "store")
            if request.param == "in processes"
            else EmbeddedEngine.read_only(tmp_path / "store")
        )
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def working(monkeypatch: pytest.MonkeyPatch) -> list[Evaluation]:
    """Return the evaluations that a thread is at, now and whenever one looks."""
    at_work: list[Evaluation] = []
    run = Evaluation.run

    def watched(evaluation: Evaluation) -> None:
        at_work.append(evaluation)
        try:
            run(evaluation)
        finally:
            at_work.remove(evaluation)

    monkeypatch.setattr(Evaluation, "run", watched)
    return at_work


def test_a_large_result_comes_in_chunks_and_stops_when_its_reader_leaves(
    engine: Engine, working: list[Evaluation]
) -> None:
    chunks = engine.query(Query(PRODUCT)).serialize(fmt("csv"))
    assert len(next(chunks)) < 100_000
    assert len(next(chunks)) < 100_000
    chunks.close()  # type: ignore[attr-defined]  # it is a generator
    until_idle(working)


def test_a_result_that_nobody_reads_is_ended(engine: Engine, working: list[Evaluation]) -> None:
    result = engine.query(Query(PRODUCT))
    result.close()
    forgotten = engine.query(Query(PRODUCT))
    del forgotten
    until_idle(working)


def until_idle(working: list[Evaluation]) -> None:
    deadline = time.monotonic() + 20
    while working:
        assert time.monotonic() < deadline, "it is still evaluated"
        time.sleep(0.02)


def test_a_directory_without_a_store_is_said_and_left_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="partage load"):
        EmbeddedEngine.read_only(tmp_path)
    assert list(tmp_path.iterdir()) == []
