import gzip
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse, serialize

from partage.errors import RdfSyntaxError, SettingsError
from partage.rdf.formats import GRAPH_FORMATS, Format
from partage.store.embedded import loading
from partage.store.embedded.loading import LoadProgress, load

A, B, G = (NamedNode(f"http://e.example/{name}") for name in "abg")


def written(directory: Path, fmt: Format, *, zipped: bool) -> Path:
    graph = G if fmt.kind == "dataset" or fmt.rdf == RdfFormat.JSON_LD else None
    quads = [Quad(A, B, B, graph) if graph else Quad(A, B, B)]
    data = serialize(quads, format=fmt.rdf)
    assert data is not None
    path = directory / f"file.{fmt.extension}{'.gz' if zipped else ''}"
    path.write_bytes(gzip.compress(data) if zipped else data)
    return path


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=lambda fmt: fmt.key)
def test_every_format_is_loaded_and_graphs_are_kept(
    tmp_path: Path, fmt: Format, zipped: bool
) -> None:
    store = load([written(tmp_path, fmt, zipped=zipped)])
    (quad,) = store
    assert (quad.subject, quad.predicate, quad.object) == (A, B, B)
    expected = fmt.kind == "dataset" or fmt.rdf == RdfFormat.JSON_LD
    assert (quad.graph_name == G) is expected


def test_a_store_on_disk_keeps_what_was_loaded(tmp_path: Path) -> None:
    files = [written(tmp_path, fmt, zipped=False) for fmt in GRAPH_FORMATS]
    del_me = load(files, tmp_path / "store")
    assert len(del_me) == 2
    del del_me
    assert len(Store.read_only(str(tmp_path / "store"))) == 2


def test_progress_tells_of_each_file_and_its_end(tmp_path: Path) -> None:
    seen: list[LoadProgress] = []
    files = [written(tmp_path, fmt, zipped=True) for fmt in GRAPH_FORMATS]
    load(files, progress=seen.append)
    ended = [step for step in seen if step.read == step.size]
    assert [step.file for step in ended] == files
    assert all(step.size == step.file.stat().st_size for step in ended)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("bad.ttl", b"<a:b> <c:d>\n  <no end .\n", "bad.ttl:2"),
        ("bad.nt", b"<a:b> <c:d> <e:f> .\nnonsense\n", "bad.nt:2"),
        ("bad.nq.gz", b"not zipped", "cannot be read"),
        ("cut.nt.gz", gzip.compress(b"<a:b> <c:d> <e:f> .\n" * 99, mtime=0)[:-9], "cannot be read"),
    ],
)
def test_a_faulty_file_is_named_with_its_line(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RdfSyntaxError, match=says):
        load([tmp_path / name])


@pytest.mark.parametrize("name", ["missing.ttl", "table.csv", "noending"])
def test_what_cannot_be_loaded_is_refused_before_anything_is(tmp_path: Path, name: str) -> None:
    if name != "missing.ttl":
        (tmp_path / name).write_text("")
    with pytest.raises(SettingsError, match=name):
        load([tmp_path / name], tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_a_target_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    with pytest.raises(SettingsError, match="cannot hold a store"):
        load([], tmp_path / "taken")


def test_two_stores_of_a_release_name_its_blank_nodes_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        "_:c14n0 <http://e.example/p> _:c14n1 <http://e.example/g> .",
        '<http://e.example/s> <http://e.example/p> "not _:blank" .',
        '<http://e.example/s> <http://e.example/p> "é" .',
    ]
    file = tmp_path / "dataset.nq.gz"
    file.write_bytes(gzip.compress("".join(line + "\n" for line in lines).encode()))
    expected = {str(quad) for quad in parse(gzip.decompress(file.read_bytes()), RdfFormat.N_QUADS)}
    for size in (1, 40, loading.READ_SIZE):
        monkeypatch.setattr(loading, "READ_SIZE", size)
        store = load([file], keep_labels=True)
        assert {str(quad) for quad in store} == expected
    assert {str(quad) for quad in load([file])} != expected


def test_what_the_engine_keeps_by_value_is_said_once_a_kind_and_not_of_a_release(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    line = (
        '<http://e.example/{}> <http://e.example/b> "{}"^^<http://www.w3.org/2001/XMLSchema#{}> .\n'
    )
    one, two = tmp_path / "one.nt", tmp_path / "two.nq"
    one.write_text("".join(line.format(n, f"0{n}", "integer") for n in range(1, 10)))
    two.write_text(line.format(1, 1, "integer") + line.format(2, 3, "int"))
    load([two], keep_labels=True)
    assert caplog.messages == []
    load([one, two], tmp_path / "store")
    form, kind = caplog.messages
    assert form.startswith(f"{one}:1: 9 literals will be answered with another lexical form, as")
    assert kind.startswith(f"{two}:2: a literal will be answered with another datatype, as")
    assert "See docs/reference/endpoint.md#literals." in form
