"""The query store: append-only, shared by threads, readable after a crash."""

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from partage.errors import ContentTooLarge, QueryStoreFull
from partage.sparql.cited import query_store
from partage.sparql.cited.query_store import CitedQuery, CitedResult, QueryStore

ROOM = 1_000_000


def cited(normal: str = "ASK { }") -> CitedResult:
    return CitedResult(
        asked=CitedQuery(normal, "2026.11.0", None, ("x:b", "x:c"), None),
        text=f"{normal} # é",
        rdfc10="a" * 64,
        cited=datetime(2026, 11, 26, 8, 30, tzinfo=UTC),
        software="0.1.0",
        kind="boolean",
        rows=None,
        sha256="b" * 64,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "queries.jsonl"


def test_the_id_is_made_of_all_that_the_answer_depends_on() -> None:
    text = "ASK { }\n2026.11.0\ndefault-graph-uri=x:b\ndefault-graph-uri=x:c"
    assert cited().asked.id == hashlib.sha256(text.encode()).hexdigest()


def test_what_was_written_is_read_again(path: Path) -> None:
    QueryStore(path, ROOM).add(cited())
    again = QueryStore(path, ROOM)
    assert list(again) == [cited()]
    assert again.find(cited().asked.id) == cited()
    assert cited().asked.id in again
    assert again.find("0" * 64) is None


def test_the_first_citing_stands(path: Path) -> None:
    store = QueryStore(path, ROOM)
    later = replace(cited(), cited=datetime(2027, 1, 1, tzinfo=UTC), sha256="c" * 64)
    assert store.add(cited()) == store.add(later) == cited()
    assert len(store) == len(path.read_bytes().splitlines()) == 1


def test_many_threads_leave_every_line_whole(path: Path) -> None:
    store = QueryStore(path, ROOM)
    results = [cited(f"ASK {{ ?s ?p {number} }}") for number in range(40)] * 3
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(store.add, results)) == results
    assert len(path.read_bytes().splitlines()) == len(store) == 40
    again = QueryStore(path, ROOM)
    assert again.damaged == 0
    assert {result.asked.normal for result in again} == {r.asked.normal for r in results}


@pytest.mark.parametrize("cut", [1, 2, 100, 400])
def test_a_line_torn_by_a_crash_costs_only_itself(path: Path, cut: int) -> None:
    store = QueryStore(path, ROOM)
    store.add(cited("ASK { ?first ?p ?o }"))
    store.add(cited("ASK { ?torn ?p ?o }"))
    path.write_bytes(path.read_bytes()[:-cut])
    again = QueryStore(path, ROOM)
    whole = cut == 1  # only the end of the line is missing
    assert [len(again), again.damaged] == ([2, 0] if whole else [1, 1])
    again.add(cited("ASK { ?next ?p ?o }"))
    names = [result.asked.normal for result in QueryStore(path, ROOM)]
    assert names[0] == "ASK { ?first ?p ?o }"
    assert names[-1] == "ASK { ?next ?p ?o }"


def _changed(change: Callable[[dict[str, object]], object]) -> bytes:
    facts = json.loads(cited().to_json())
    change(facts)
    return json.dumps(facts).encode()


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"null",
        b"[" * 100_000,
        _changed(lambda facts: facts.update(id="0" * 64)),
        _changed(lambda facts: facts.update(more=1)),
        _changed(lambda facts: facts.pop("sha256")),
        _changed(lambda facts: facts.update(asked=None)),
        _changed(lambda facts: facts.update(cited="yesterday")),
    ],
    ids=range(10),
)
def test_what_is_no_result_is_passed_over_and_counted(path: Path, line: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(line + b"\n" + cited().to_json().encode() + b"\n\n")
    store = QueryStore(path, ROOM)
    assert store.damaged == 1
    assert list(store) == [cited()]


def test_a_full_store_keeps_what_it_has(path: Path) -> None:
    size = len(cited().to_json().encode()) + 1
    store = QueryStore(path, size)
    store.add(cited())
    with pytest.raises(QueryStoreFull, match="PARTAGE_QUERY_STORE_BYTES"):
        store.add(cited("ASK { ?s ?p ?o }"))
    assert store.add(cited()) == cited()
    assert path.stat().st_size == size


def test_a_result_that_takes_too_long_a_line_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_store, "MOST_KEPT", 100)
    with pytest.raises(ContentTooLarge, match="Shorten it"):
        QueryStore(path, ROOM).add(cited())
    assert not path.exists()


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(QueryStoreFull, match="Tell the operator"):
        QueryStore(blocked / "queries.jsonl", ROOM).add(cited())


def test_two_servers_may_share_a_file(path: Path) -> None:
    one, other = QueryStore(path, ROOM), QueryStore(path, ROOM)
    results = [cited(f"ASK {{ ?s ?p {number} }}") for number in range(20)]
    for number, result in enumerate(results):
        (one, other)[number % 2].add(result)
    for store in (one, other):
        assert all(result.asked.id in store for result in results)
        assert [store.find(result.asked.id) for result in results] == results
        assert store.damaged == 0
    assert one.add(replace(results[1], software="later")) == results[1]
    assert len(path.read_bytes().splitlines()) == 20


def test_many_processes_leave_every_line_whole(path: Path) -> None:
    children = []
    for child in range(4):
        if not (pid := os.fork()):
            store = QueryStore(path, ROOM)
            for number in range(20):
                store.add(cited(f"ASK {{ ?s ?p {number}{child} }}"))
            os._exit(0)
        children.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * 4
    store = QueryStore(path, ROOM)
    assert [len(store), store.damaged] == [80, 0]


@pytest.mark.parametrize("failing", ["write", "fsync"])
def test_of_a_line_that_does_not_fit_on_the_disk_nothing_stays(
    path: Path, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = QueryStore(path, ROOM)
    store.add(cited())
    before, write = path.read_bytes(), os.write

    def half(descriptor: int, data: memoryview) -> int:
        if len(data) < 200:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data[: len(data) // 2])

    def fail(_descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, failing, half if failing == "write" else fail)
    with pytest.raises(QueryStoreFull, match=r"No space left|Input/output error"):
        store.add(cited("ASK { ?s ?p ?o }"))
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert store.add(cited("ASK { ?s ?p ?o }")).asked.id in QueryStore(path, ROOM)


def test_a_file_that_another_process_holds_is_not_waited_for_without_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_store, "SECONDS", 0.05)
    store = QueryStore(path, ROOM)
    store.add(cited())
    with path.open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(QueryStoreFull, match="another process holds the file"):
            store.add(cited("ASK { ?s ?p ?o }"))
        assert store.find(cited().asked.id) == cited()
        assert len(QueryStore(path, ROOM)) == 0
    assert len(store.add(cited("ASK { ?s ?p ?o }")).asked.id) == 64


def test_a_file_that_was_put_back_from_a_backup_is_read_anew(path: Path) -> None:
    store = QueryStore(path, ROOM)
    store.add(cited())
    backup = path.read_bytes()
    store.add(cited("ASK { ?s ?p ?o }"))
    path.write_bytes(backup)
    assert store.find(cited("ASK { ?s ?p ?o }").asked.id) is None
    assert store.find(cited().asked.id) == cited()
