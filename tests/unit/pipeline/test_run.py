"""A build: same bytes each time, nothing done twice, and a failure that harms nothing."""

import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, RdfFormat, Store

from partage.errors import BuildError, IntegrityError, NonConformance, RdfSyntaxError
from partage.pipeline import run
from partage.pipeline.checks import shapes, validate
from partage.pipeline.checks.pyshacl_validation import by_pyshacl
from partage.pipeline.checks.report import ValidationReport
from partage.pipeline.run import STEPS, BuildStep
from partage.pipeline.state import State
from partage.pipeline.writing import release_files
from partage.pipeline.writing.manifest import Manifest, commit
from partage.rdf.namespaces import GRAPH

WITHOUT_SHAPES = tuple(step for step in STEPS if step.name != "shapes and rules")
Event = tuple[str, int, int, bool]


@pytest.fixture(scope="module")
def built(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("one") / "release"
    run.build(small, target, steps=WITHOUT_SHAPES)
    return target


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_two_builds_are_the_same_byte_for_byte(built: Path, small: Path, tmp_path: Path) -> None:
    run.build(small, tmp_path / "release", steps=WITHOUT_SHAPES)
    assert contents(tmp_path / "release") == contents(built)
    assert {"dataset.nq.gz", "current-view.nt.gz", "ontology.ttl", "ontology.jsonld",
            "vocabulary.ttl", "manifest.json"} == contents(built).keys()  # fmt: skip


def test_the_manifest_tells_the_truth(built: Path) -> None:
    manifest = Manifest.read(built)
    assert manifest.complete(built)
    text = gzip.decompress((built / "dataset.nq.gz").read_bytes())
    assert manifest.rdfc10 == hashlib.sha256(text).hexdigest()
    assert manifest.quads == text.count(b"\n")
    assert sum(family.quads for family in manifest.graphs.values()) == manifest.quads
    assert manifest.graphs["claim version #head"].graphs == 6
    assert manifest.classes["ds:Claim"] == 5
    assert manifest.data == "0.0.1"
    assert "seconds" not in json.dumps(json.loads(manifest.to_json()))
    assert manifest.rdfc10 in manifest.summary()


def test_a_store_that_loads_the_dataset_has_the_current_view_as_default_graph(built: Path) -> None:
    store = Store()
    store.load(gzip.decompress((built / "dataset.nq.gz").read_bytes()), format=RdfFormat.N_QUADS)
    view = gzip.decompress((built / "current-view.nt.gz").read_bytes())
    default = list(store.quads_for_pattern(None, None, None, DefaultGraph()))
    assert len(default) == view.count(b"\n")
    assert store.query(f"ASK {{ GRAPH <{GRAPH}inferred> {{ ?s ?p ?o }} }}")


def test_nothing_is_done_when_nothing_has_changed(built: Path, small: Path) -> None:
    events: list[Event] = []
    before = built.stat().st_ino
    manifest = run.build(small, built, recorder(events), steps=())
    assert [name for name, *_ in events] == ["nothing has changed"]
    assert manifest == Manifest.read(built)
    assert built.stat().st_ino == before


def recorder(events: list[Event]) -> Callable[[str, int, int, float | None], None]:
    def record(step: str, done: int, total: int, seconds: float | None) -> None:
        events.append((step, done, total, seconds is not None))

    return record


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A source tree with an ontology and a vocabulary of nothing."""
    (tmp_path / "source/ontology").mkdir(parents=True)
    (tmp_path / "source/ontology/partage.ttl").write_text("", encoding="utf-8")
    return tmp_path / "source"


KEEP = (BuildStep("keep", lambda state: state),)


def test_a_changed_file_or_a_damaged_release_is_built_again(tiny: Path, tmp_path: Path) -> None:
    target = tmp_path / "release"
    first = run.build(tiny, target, steps=KEEP)
    (target / "ontology.ttl").write_text("damaged", encoding="utf-8")
    events: list[Event] = []
    assert run.build(tiny, target, recorder(events), steps=KEEP) == first
    assert events == [("keep", 0, 2, False), ("keep", 1, 2, True),
                      ("write release", 1, 2, False), ("write release", 2, 2, True)]  # fmt: skip
    (tiny / "ontology/partage.ttl").write_text("# changed\n", encoding="utf-8")
    assert run.build(tiny, target, steps=KEEP).inputs != first.inputs


def fail(state: State) -> State:
    raise RdfSyntaxError(state.root / "x.ttl", "broken", 3, 7)


def test_a_failed_step_tells_where_and_leaves_the_last_release(tiny: Path, tmp_path: Path) -> None:
    target = tmp_path / "release"
    run.build(tiny, target, steps=KEEP)
    before = contents(target)
    with pytest.raises(BuildError, match=r"x\.ttl:3:7: broken") as caught:
        run.build(tiny, target, force=True, steps=(*KEEP, BuildStep("trip", fail)))
    assert caught.value.__notes__ == ["The build stopped at: trip."]
    assert contents(target) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "build-report.json", "release", "source",
    ]  # fmt: skip


def test_a_release_that_cannot_be_written_leaves_the_last_one(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "release"
    run.build(tiny, target, steps=KEEP)
    before = contents(target)

    def full_disk(self: Path, target: Path) -> Path:
        if target == tmp_path / "release" and not self.name.endswith("-former"):
            raise OSError(28, "No space left on device")
        return rename(self, target)

    rename = Path.rename
    monkeypatch.setattr(Path, "rename", full_disk)
    with pytest.raises(IntegrityError, match="No space left"):
        run.build(tiny, target, force=True, steps=KEEP)
    assert contents(target) == before


def test_a_directory_that_is_no_release_is_never_replaced(tiny: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(IntegrityError, match="holds no release"):
        run.build(tiny, precious, steps=KEEP)
    assert contents(precious) == {"thesis.txt": b"years of work"}


def test_the_build_report_has_the_seconds_the_manifest_has_not(tiny: Path, tmp_path: Path) -> None:
    run.build(tiny, tmp_path / "release", steps=KEEP)
    report = json.loads((tmp_path / "build-report.json").read_text(encoding="utf-8"))
    assert report["seconds"].keys() == {"keep", "write release"}


def test_violations_stop_the_build(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    class Bad(ValidationReport):
        conforms = False

    monkeypatch.setattr(shapes, "load", lambda _: None)
    monkeypatch.setattr(validate, "check", lambda *_, **__: Bad((), 1))
    with pytest.raises(NonConformance, match="Does not conform"):
        run.conform(state)


def test_a_build_is_judged_by_pyshacl_unless_the_data_are_too_many(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert validate.judge_of(state.committed) is by_pyshacl
    monkeypatch.setattr(validate, "MOST_FOR_PYSHACL", 10)
    assert validate.judge_of(state.committed) is None


def test_outside_of_a_repository_there_is_no_commit(tmp_path: Path) -> None:
    assert commit(tmp_path) == (None, False)


def test_a_file_that_is_no_manifest_is_told(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("[]", encoding="utf-8")
    with pytest.raises(IntegrityError, match="is not the manifest of a release"):
        Manifest.read(tmp_path)


def test_graph_families_are_counted(state: State) -> None:
    dataset = release_files.canonical(state)
    counted = release_files.families(dataset)
    assert counted["claim version #assertion"].graphs == len(state.versions)
    assert counted["graph:claims"].graphs == 1
