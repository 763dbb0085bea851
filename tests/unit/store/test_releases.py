"""The release of a query: every engine answers it, or says that it cannot."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Store

import engines
import small_dataset
import three_releases
from partage.errors import EngineUnavailable, QuerySyntaxError, UnknownRelease
from partage.rdf.formats import by_key
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Engine, Query
from partage.store.factory import EngineSource, open_served
from partage.store.release_stores.release_stores import ReleaseEngine, ReleaseStores
from partage.store.remote.remote_engine import RemoteEngine
from partage.store.workers.pool import PoolEngine, PoolLimits
from three_releases import FIRST, SECOND, THIRD, VERSIONS

COUNT = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
NAMES = ("embedded", "worker processes", "remote and local")


@pytest.fixture(scope="module")
def release_stores(tmp_path_factory: pytest.TempPathFactory) -> ReleaseStores:
    root = tmp_path_factory.mktemp("release_stores")
    return ReleaseStores(three_releases.build(root).catalog, root / "kept")


@pytest.fixture(scope="module", params=NAMES)
def engine(
    request: pytest.FixtureRequest,
    release_stores: ReleaseStores,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Engine]:
    """Return an engine whose current dataset is the small one, which is no release."""
    settings = Settings(query_workers=1)
    if request.param == "embedded":
        made: Engine = EmbeddedEngine(small_dataset.store(), release_stores.open)
        yield made
    elif request.param == "worker processes":
        directory = tmp_path_factory.mktemp("current") / "store"
        store = Store(str(directory))
        store.extend(small_dataset.quads())
        store.flush()
        del store
        made = open_served(EngineSource(store=directory), settings, release_stores)
        yield made
    else:
        with engines.our_app(small_dataset.quads()) as service:
            made = open_served(EngineSource(engine=service.query), settings, release_stores)
            yield made
            made.close()
        return
    made.close()


def count(engine: Engine, release: str | None) -> int:
    (row,) = engine.query(Query(COUNT, release=release)).solutions()
    return int(str(getattr(row["n"], "value", "")))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_query_is_answered_by_the_release_it_names(engine: Engine, version: str) -> None:
    assert count(engine, version) == len(three_releases.quads(version))
    assert count(ReleaseEngine(engine, version), None) == len(three_releases.quads(version))


def test_without_a_release_the_current_dataset_answers(engine: Engine) -> None:
    assert count(engine, FIRST) != count(engine, None) == len(small_dataset.quads())


def test_the_answer_of_a_release_is_the_same_bytes_each_time(engine: Engine) -> None:
    csv = by_key("csv")
    assert csv is not None
    query = Query("SELECT * { ?s ?p ?o }", release=SECOND)
    answers = {b"".join(engine.query(query).serialize(csv)) for _ in range(3)}
    assert len(answers) == 1


def test_an_unknown_release_is_told_with_the_known_ones(engine: Engine) -> None:
    with pytest.raises(UnknownRelease, match=f"There are: {FIRST}, {SECOND}, {THIRD}"):
        engine.query(Query("ASK {}", release="2000.01.0"))
    assert engine.query(Query("ASK {}", release=FIRST)).answer is True


def test_a_query_that_does_not_parse_is_told_of_a_release_too(engine: Engine) -> None:
    with pytest.raises(QuerySyntaxError, match="Line 1"):
        engine.query(Query("ASK {", release=FIRST))


def test_a_release_that_cannot_be_opened_leaves_the_process_alive(tmp_path: Path) -> None:
    directory = tmp_path / "store"
    Store(str(directory)).flush()
    pool = PoolEngine(directory, PoolLimits(workers=1), lambda _: tmp_path / "none")
    try:
        with pytest.raises(EngineUnavailable, match="holds no store"):
            pool.query(Query("ASK {}", release=FIRST))
        assert pool.query(Query("ASK {}")).answer is True
        assert pool.figures().replaced == 0
    finally:
        pool.close()


@pytest.mark.parametrize("made", [RemoteEngine("http://127.0.0.1:9/"), EmbeddedEngine(Store())])
def test_an_engine_that_holds_no_releases_says_so(made: Engine) -> None:
    with pytest.raises(UnknownRelease, match="only the current dataset is held"):
        made.query(Query("ASK {}", release=FIRST))
    made.close()


def test_the_store_of_a_release_is_made_again_where_it_is_damaged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    catalog = three_releases.build(tmp_path).catalog
    place = ReleaseStores(catalog, tmp_path / "kept").directory(FIRST)
    manifest = next(place.glob("MANIFEST*"))
    os.truncate(manifest, manifest.stat().st_size - 200)
    later = ReleaseStores(catalog, tmp_path / "kept")
    assert len(later.open(FIRST)) == len(three_releases.quads(FIRST))
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        f"The store kept in {place} was damaged, or of an earlier version, and has been made again."
    ]
