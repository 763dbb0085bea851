import pickle
from pathlib import Path

import pytest
from pyoxigraph import Store

import small_dataset
from partage.errors import EngineUnavailable, SettingsError
from partage.settings import Settings
from partage.store.embedded import loading
from partage.store.embedded.loading import load
from partage.store.engine import Query
from partage.store.factory import choose_source, open_engine, open_served, prepared_source


def test_without_a_release_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"partage build.*make run"):
        choose_source(Settings(release=tmp_path / "none"))


def test_the_release_is_opened(tmp_path: Path) -> None:
    release = small_dataset.release(tmp_path / "release")
    source = choose_source(Settings(release=release))
    assert source.release == release.resolve()
    engine = open_engine(source)
    assert engine.query(Query("ASK { GRAPH ?g { ?s ?p ?o } ?s ?p ?o }")).answer is True


def test_files_go_before_the_release_and_need_none(tmp_path: Path) -> None:
    file = tmp_path / "a.nt"
    file.write_text("<a:b> <c:d> <e:f> .")
    source = choose_source(Settings(release=tmp_path), files=(file,))
    assert source.release is None
    assert open_engine(source).query(Query("ASK { <a:b> <c:d> <e:f> }")).answer is True


def test_a_store_directory_is_opened_by_as_many_as_like(tmp_path: Path) -> None:
    file = tmp_path / "a.nt"
    file.write_text("<a:b> <c:d> <e:f> .")
    load([file], tmp_path / "store")
    source = choose_source(Settings(), store=tmp_path / "store")
    engines = [open_engine(source), open_engine(source)]
    assert all(engine.query(Query("ASK { <a:b> ?p ?o }")).answer for engine in engines)


def test_files_become_a_store_for_processes_and_a_store_stays_as_it_is(tmp_path: Path) -> None:
    release = choose_source(Settings(release=small_dataset.release(tmp_path / "release")))
    with prepared_source(release, tmp_path / "archive") as made:
        assert made.files == ()
        assert made.store is not None
        assert made.release is not None
        assert release.release is not None
        assert (made.release / "ontology.ttl").read_bytes() == b"# nothing\n"
        assert made.release != release.release, "a build would replace what is served"
        assert made.store.parent == tmp_path / "archive/current"
        with prepared_source(made, tmp_path / "other") as same:
            assert same.store == made.store
        assert not (tmp_path / "other").exists()
        engine = open_served(made, Settings(query_workers=1))
        assert engine.query(Query("ASK { GRAPH ?g { ?s ?p ?o } ?s ?p ?o }")).answer is True
        engine.close()


def test_files_of_ones_own_make_a_store_that_goes(tmp_path: Path) -> None:
    file = tmp_path / "a.nt"
    file.write_text("<a:b> <c:d> <e:f> .")
    with prepared_source(choose_source(Settings(), files=(file,)), tmp_path / "archive") as made:
        assert made.store is not None
        assert Store.read_only(str(made.store)).query("ASK { <a:b> ?p ?o }")
    assert not made.store.exists()
    assert not (tmp_path / "archive").exists()


def test_an_archive_that_cannot_be_written_to_is_done_without(tmp_path: Path) -> None:
    release = choose_source(Settings(release=small_dataset.release(tmp_path / "release")))
    (tmp_path / "archive").write_text("a file")
    with prepared_source(release, tmp_path / "archive") as made:
        assert made.store is not None
        assert len(Store.read_only(str(made.store)))
    assert not made.store.exists()


def test_a_damaged_store_of_ones_own_says_how_to_make_it_again(tmp_path: Path) -> None:
    file = tmp_path / "a.nt"
    file.write_text("<a:b> <c:d> <e:f> .")
    load([file], tmp_path / "store")
    (tmp_path / "store/CURRENT").write_text("")
    source = choose_source(Settings(), store=tmp_path / "store")
    for start in (open_engine, lambda source: open_served(source, Settings())):
        with pytest.raises(EngineUnavailable, match=r"partage load FILE… --store .*store"):
            start(source)


@pytest.mark.parametrize("wording", ["IO error: No space left on device"])
def test_a_full_disk_is_not_told_as_a_fault_of_the_file(
    tmp_path: Path, wording: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine raises OSError without a number where it cannot write its store."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(wording)

    release = choose_source(Settings(release=small_dataset.release(tmp_path / "release")))
    monkeypatch.setattr(loading, "load_with_blank_node_labels", fail)
    with (
        pytest.raises(SettingsError, match=r"cannot hold a store \(IO error: No space left"),
        prepared_source(release, tmp_path / "archive"),
    ):
        pass
    assert list((tmp_path / "archive/current").iterdir()) == []


def test_without_a_temporary_directory_it_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    source = choose_source(Settings(release=small_dataset.release(tmp_path / "release")))
    (tmp_path / "a.nt").write_text("<a:b> <c:d> <e:f> .")
    for asked in (source, choose_source(Settings(), files=(tmp_path / "a.nt",))):
        with (
            pytest.raises(SettingsError, match="Set TMPDIR"),
            prepared_source(asked, tmp_path / "archive"),
        ):
            pass


def test_a_source_can_be_handed_to_another_process(tmp_path: Path) -> None:
    source = choose_source(Settings(release=small_dataset.release(tmp_path)))
    assert pickle.loads(pickle.dumps(source)) == source


def test_a_remote_engine_of_the_settings_goes_before_the_release(tmp_path: Path) -> None:
    chosen = Settings(release=tmp_path, engine="http://127.0.0.1:9/query")
    source = choose_source(chosen)
    assert (source.engine, source.release) == ("http://127.0.0.1:9/query", None)
    open_engine(source).close()


def test_an_unfit_engine_address_is_refused_before_anything_is_opened() -> None:
    with pytest.raises(SettingsError, match="no address"):
        choose_source(Settings(engine="not an address"))
