"""What processes add to the engine contract: killing, limits, order, and no way out."""

import errno
import gc
import os
import random
import signal
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import cast

import pytest
from pyoxigraph import RdfFormat, Store

import small_dataset
from partage.errors import (
    EngineBusy,
    EngineFailure,
    EngineUnavailable,
    MemoryExceeded,
    OutOfResources,
    PartageError,
    QueryCrashed,
    QueryEnded,
    QueryTimeout,
)
from partage.rdf.formats import Format, by_key
from partage.store.embedded.serialization import MAX_DELIVERY
from partage.store.engine import Query, QueryLimits
from partage.store.workers import query_execution, sandbox, worker_slots
from partage.store.workers.pool import RESERVED, PoolEngine, PoolLimits
from partage.store.workers.process import WorkerProcess
from partage.store.workers.query_handle import QueryHandle

PRODUCT = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r }"
ENDLESS = PRODUCT.replace("*", "(COUNT(*) AS ?count)")
LOOKUP = "ASK {}"
SECONDS = 20.0


def csv() -> Format:
    found = by_key("csv")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("pool") / "store"
    made = Store(str(directory))
    made.bulk_extend(small_dataset.quads())
    made.flush()
    return directory


Opening = Callable[[PoolLimits], PoolEngine]


@pytest.fixture
def opening(store: Path) -> Iterator[Opening]:
    opened: list[PoolEngine] = []

    def start(limits: PoolLimits) -> PoolEngine:
        opened.append(PoolEngine(store, limits))
        return opened[-1]

    yield start
    for pool in opened:
        pool.close()


@pytest.fixture
def pool(opening: Opening) -> PoolEngine:
    return opening(PoolLimits(workers=1, seconds=SECONDS))


class Asking(threading.Thread):
    """Asks a query in a thread of its own, and keeps what was raised."""

    def __init__(self, pool: PoolEngine, text: str, seconds: float | None = None) -> None:
        super().__init__(daemon=True)
        self.pool = pool
        self.handle = QueryHandle()
        self.query = Query(text, limits=QueryLimits(seconds), handle=self.handle)
        self.error: PartageError | None = None
        self.start()

    def run(self) -> None:
        try:
            b"".join(self.pool.query(self.query).serialize(csv()))
        except PartageError as error:
            self.error = error

    def outcome(self) -> PartageError | None:
        self.join(SECONDS)
        assert not self.is_alive()
        return self.error


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def healthy(pool: PoolEngine) -> bool:
    """Whether every process is back and answers."""
    size = pool.limits.workers + RESERVED
    return pool.figures().processes == pool.figures().idle == size


def children() -> set[int]:
    """Return the processes that this one has started and that live."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just ended
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            command = (status.parent / "cmdline").read_text()
            if parent == os.getpid() and "partage.store.workers.worker" in command:
                found.add(int(status.parent.name))
    return found


@pytest.mark.parametrize("text", [ENDLESS, PRODUCT], ids=["before its answer", "amid its answer"])
def test_a_query_past_its_deadline_is_killed(pool: PoolEngine, text: str) -> None:
    began = time.monotonic()
    with pytest.raises(QueryTimeout, match=r"0\.5 seconds"):
        for _ in pool.query(Query(text, limits=QueryLimits(0.5))).serialize(csv()):
            pass
    # How soon is measured by benchmarks/isolation.py.
    assert 0.5 <= time.monotonic() - began < SECONDS
    until(lambda: healthy(pool))
    assert pool.figures().endings["timeout"] == 1
    assert pool.query(Query(LOOKUP)).answer is True


def test_who_reads_hears_of_a_kill_before_the_process_is_dead(store: Path) -> None:
    worker = WorkerProcess(store, PoolLimits().memory, reserved=False)
    worker.await_ready()
    os.kill(worker.pid, signal.SIGSTOP)
    heard: list[type[Exception]] = []

    def read() -> None:
        try:
            worker.receive()
        except EOFError as error:
            heard.append(type(error))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    worker._process.kill = lambda: None  # type: ignore[method-assign]  # a very slow death
    worker.kill()
    reader.join(SECONDS)
    assert heard == [EOFError]
    assert worker._process.poll() is None
    os.kill(worker.pid, signal.SIGKILL)
    worker.reap()


def test_a_query_that_fails_leaves_nothing_to_the_garbage_collector(pool: PoolEngine) -> None:
    """Whatever its callers hold goes in their own thread, as the iterators of the engine must."""

    class Local:
        pass

    held: list[weakref.ref[Local]] = []

    def ask() -> None:
        local = Local()
        held.append(weakref.ref(local))
        pool.query(Query(ENDLESS, limits=QueryLimits(seconds=0.2)))

    gc.disable()
    try:
        with suppress(QueryTimeout):
            ask()
        until(lambda: held[0]() is None)  # who ended it lets go of the reason soon
    finally:
        gc.enable()


def test_a_time_shorter_than_that_in_a_reserved_process_holds_there_too(pool: PoolEngine) -> None:
    running = Asking(pool, ENDLESS)
    until(lambda: pool.figures().running == 1)
    with pytest.raises(QueryTimeout, match=r"0\.05 seconds"):
        pool.query(Query(ENDLESS, limits=QueryLimits(0.05)))
    running.handle.end()
    running.outcome()


def test_a_reader_who_dawdles_is_past_the_deadline_too(pool: PoolEngine) -> None:
    chunks = pool.query(Query(PRODUCT, limits=QueryLimits(1))).serialize(csv())
    next(chunks)
    until(lambda: pool.figures().running == 0)
    with pytest.raises(QueryTimeout):
        list(chunks)


def test_a_query_can_ask_for_less_time_and_not_for_more(opening: Opening) -> None:
    pool = opening(PoolLimits(workers=1, seconds=0.3))
    with pytest.raises(QueryTimeout, match=r"0\.3 seconds"):
        pool.query(Query(ENDLESS, limits=QueryLimits(60)))


def test_its_owner_ends_a_query_that_runs(pool: PoolEngine) -> None:
    asking = Asking(pool, ENDLESS)
    until(lambda: pool.figures().running == 1)
    asking.handle.end()
    assert isinstance(asking.outcome(), QueryEnded)
    until(lambda: healthy(pool))


def test_its_owner_ends_a_query_that_waits(pool: PoolEngine) -> None:
    running = Asking(pool, ENDLESS)
    until(lambda: pool.figures().running == 1)
    waiting = Asking(pool, ENDLESS)
    until(lambda: pool.figures().waiting == 1)  # after its time in a reserved process
    before = pool.figures().endings.get("ended", 0)
    waiting.handle.end()
    assert isinstance(waiting.outcome(), QueryEnded)
    assert pool.figures().endings["ended"] == before + 1
    assert running.is_alive()
    running.handle.end()
    assert isinstance(running.outcome(), QueryEnded)


def test_a_query_ended_before_it_was_asked_does_not_run(pool: PoolEngine) -> None:
    handle = QueryHandle()
    handle.end()
    with pytest.raises(QueryEnded):
        pool.query(Query(ENDLESS, handle=handle))


def test_a_query_that_takes_too_much_memory_fails_alone(opening: Opening) -> None:
    pool = opening(PoolLimits(workers=1, seconds=SECONDS, memory=150_000_000))
    if pool.figures().memory.startswith("none"):
        pytest.skip(pool.figures().memory)
    with pytest.raises(MemoryExceeded, match="150,000,000 bytes"):
        pool.query(Query(PRODUCT + " ORDER BY ?a"))
    until(lambda: healthy(pool))
    assert pool.query(Query(LOOKUP)).answer is True


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes through /proc")
def test_a_process_that_dies_fails_its_own_query_only(pool: PoolEngine) -> None:
    asking = Asking(pool, ENDLESS)
    until(lambda: pool.figures().running == 1)
    killed = children()
    for child in killed:
        os.kill(child, signal.SIGSEGV)  # the idle ones too
    until(lambda: not killed & children())
    crash = asking.outcome()
    assert isinstance(crash, QueryCrashed)
    assert "ended in the middle of it" in str(crash)
    assert "SIGSEGV" not in str(crash)
    assert crash.__notes__[0].startswith("Cause: SIGSEGV: ")
    assert pool.query(Query(LOOKUP)).answer is True
    until(lambda: healthy(pool))


def test_a_pool_that_stops_takes_no_more_queries(store: Path) -> None:
    pool = PoolEngine(store, PoolLimits(workers=1, seconds=SECONDS))
    asking = Asking(pool, ENDLESS)
    until(lambda: pool.figures().running == 1)
    pool.close()
    assert isinstance(asking.outcome(), QueryEnded)
    with pytest.raises(QueryEnded, match="stopping"):
        pool.query(Query(LOOKUP))


def test_deep_nesting_kills_a_process_at_most(pool: PoolEngine) -> None:
    deep = 40_000
    with pytest.raises(PartageError):
        pool.query(Query("ASK { FILTER(" + "(" * deep + "1" + ")" * deep + ") }"))
    assert pool.query(Query(LOOKUP)).answer is True


def test_lookups_are_answered_while_every_worker_runs_away(
    pool: PoolEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A machine that is busy otherwise makes a lookup long, but not so long.
    monkeypatch.setattr(query_execution, "SECONDS_RESERVED", 1.0)
    running = [Asking(pool, ENDLESS), Asking(pool, ENDLESS)]  # one runs, the other will wait
    until(lambda: (pool.figures().running, pool.figures().waiting) == (1, 1))
    for _ in range(50):
        (row,) = pool.query(Query("SELECT (1 AS ?one) {}")).solutions()
        assert str(row["one"]).startswith('"1"')
    assert pool.figures().endings["moved"] == 1  # no lookup had to wait behind them
    for asking in running:
        asking.handle.end()
        asking.outcome()


def test_a_query_that_is_moved_gives_its_whole_answer_once(pool: PoolEngine) -> None:
    running = Asking(pool, ENDLESS)
    until(lambda: pool.figures().running == 1)
    rows = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 30000"  # longer than a short answer
    moved = Asking(pool, rows)
    result: list[bytes] = []

    def read() -> None:
        result.extend(pool.query(Query(rows)).serialize(csv()))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    until(lambda: pool.figures().waiting == 2)
    running.handle.end()
    reader.join(SECONDS)
    assert b"".join(result).count(b"\r\n") == 30_001
    assert moved.outcome() is None
    assert pool.figures().endings["moved"] == 2


def test_beyond_the_queue_it_says_busy_and_when_to_come_back(opening: Opening) -> None:
    pool = opening(PoolLimits(workers=1, seconds=SECONDS, queue=1))
    asked = [Asking(pool, ENDLESS)]
    until(lambda: pool.figures().running == 1)
    asked.append(Asking(pool, ENDLESS))
    until(lambda: pool.figures().waiting == 1)
    refused = Asking(pool, ENDLESS).outcome()
    assert isinstance(refused, EngineBusy)
    assert refused.retry_after >= 1
    assert pool.figures().refused == 1
    for asking in asked:
        asking.handle.end()
        asking.outcome()


def test_who_waits_too_long_hears_busy_not_timeout(opening: Opening) -> None:
    pool = opening(PoolLimits(workers=1, seconds=SECONDS))
    running = Asking(pool, ENDLESS)
    until(lambda: pool.figures().running == 1)
    waiting = Asking(pool, ENDLESS, seconds=0.3)
    assert isinstance(waiting.outcome(), EngineBusy)
    assert waiting.handle.seconds_waited >= 0.3
    running.handle.end()
    running.outcome()


def test_an_answer_closed_early_ends_its_evaluation(pool: PoolEngine) -> None:
    result = pool.query(Query(PRODUCT))
    chunks = result.serialize(csv())
    assert len(next(chunks)) < 100_000
    result.close()
    assert pool.figures().endings["left"] == 1
    with pytest.raises(QueryEnded):
        list(chunks)
    until(lambda: healthy(pool))


def test_an_answer_never_asked_for_costs_no_process(pool: PoolEngine) -> None:
    pool.query(Query(PRODUCT)).close()
    forgotten = pool.query(Query(PRODUCT))
    del forgotten
    until(lambda: healthy(pool))
    assert pool.figures().replaced == 0


def test_memory_stays_flat_however_long_the_answer(pool: PoolEngine) -> None:
    chunks = pool.query(Query(PRODUCT)).serialize(csv())
    taken = 0
    while taken < 20_000_000:
        chunk = next(chunks)
        assert len(chunk) < 100_000
        taken += len(chunk)
    chunks.close()  # type: ignore[attr-defined]  # it is a generator


def test_no_store_no_pool(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="holds no store"):
        PoolEngine(tmp_path / "none")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes through /proc")
def test_a_query_that_is_answered_leaves_no_circle_behind(pool: PoolEngine) -> None:
    gc.collect()
    gc.disable()
    try:
        query = Query("ASK {}", handle=QueryHandle())
        gone = weakref.ref(cast("QueryHandle", query.handle))
        pool.query(query).close()
        del query
        assert gone() is None
    finally:
        gc.enable()


def test_closing_leaves_no_process(store: Path) -> None:
    before = children()
    pool = PoolEngine(store)
    Asking(pool, ENDLESS)
    until(lambda: pool.figures().running == 1)
    pool.close()
    until(lambda: children() <= before)


@pytest.mark.parametrize("keyword", ["SERVICE", "SERVICE SILENT"])
def test_a_call_that_passed_every_check_reaches_nobody(pool: PoolEngine, keyword: str) -> None:
    if not pool.figures().sandbox.startswith("seccomp"):
        pytest.skip(f"sandbox: {sandbox.description()}")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.5)
        call = f"{keyword} <http://127.0.0.1:{listener.getsockname()[1]}/sparql> {{ ?s ?p ?o }}"
        # Straight to the engine: the guard of partage.sparql is not asked.
        asking = Asking(pool, f"SELECT * {{ {call} }}")
        with pytest.raises(TimeoutError):
            listener.accept()
    assert asking.outcome() is None or isinstance(asking.outcome(), EngineFailure)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes through /proc")
@pytest.mark.parametrize("size", [10, 300_000], ids=["short", "longer than a pipe"])
def test_the_deadline_holds_for_a_process_that_has_stopped(opening: Opening, size: int) -> None:
    before = children()
    pool = opening(PoolLimits(workers=1, seconds=0.5))
    for child in children() - before:
        os.kill(child, signal.SIGSTOP)
    asking = Asking(pool, LOOKUP + "#" + "x" * size)
    assert isinstance(asking.outcome(), QueryTimeout)
    forgotten = pool.figures().endings["timeout"]
    assert forgotten == 1


def test_a_page_may_keep_a_reserved_process_for_longer_than_a_client(
    pool: PoolEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_execution, "SECONDS_FOR_PAGES", SECONDS / 2)
    running = Asking(pool, ENDLESS)
    until(lambda: pool.figures().running == 1)
    client = Asking(pool, ENDLESS)
    until(lambda: pool.figures().waiting == 1)  # it was moved
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a = ?i) }"
    assert len(pool.query(Query(slow)).solutions()) == 1
    assert pool.figures().endings["moved"] == 1
    for asking in (running, client):
        asking.handle.end()
        asking.outcome()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes through /proc")
def test_a_pool_without_processes_is_not_healthy_until_they_can_be_started(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = children()
    pool = opening(PoolLimits(workers=1, seconds=SECONDS))
    monkeypatch.setattr(worker_slots, "LONGEST_PAUSE", 0.3)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with monkeypatch.context() as short:
        short.setattr("subprocess.Popen", refuse)
        for child in children() - before:
            os.kill(child, signal.SIGKILL)
        until(lambda: not pool.healthy)
        with pytest.raises(OutOfResources, match="short of memory, processes or open files"):
            pool.query(Query(LOOKUP))
    until(lambda: healthy(pool))
    assert pool.healthy
    assert pool.query(Query(LOOKUP)).answer is True


MIXED = "".join(
    f"<a:{place}> <a:v> {value if value % 2 else repr(str(value))} .\n"
    for place, value in enumerate(random.Random(5).sample(range(2000), 200))
).replace("'", '"')


def test_an_order_that_the_engine_cannot_make_is_told_as_such(tmp_path: Path) -> None:
    made = Store(str(tmp_path / "store"))
    made.load(MIXED.encode(), RdfFormat.TURTLE)
    made.flush()
    pool = PoolEngine(tmp_path / "store", PoolLimits(workers=1, seconds=SECONDS))
    try:
        with pytest.raises(QueryCrashed, match=r"failed to sort values.*ORDER BY STR\(\?value\)"):
            pool.query(Query("SELECT ?v { ?s ?p ?v } ORDER BY ?v"))
        by_text = "SELECT ?v { ?s ?p ?v } ORDER BY DATATYPE(?v) STR(?v)"
        assert len(pool.query(Query(by_text)).solutions()) == 200
    finally:
        pool.close()


def long_value(doublings: int) -> str:
    """Return a query for one value of 10 bytes, doubled so often."""
    binds = (f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(doublings))
    return f"SELECT ?x{doublings} {{ BIND('xxxxxxxxxx' AS ?x0) {' '.join(binds)} }}"


def test_a_value_of_many_bytes_comes_in_parts(pool: PoolEngine) -> None:
    chunks = list(pool.query(Query(long_value(22))).serialize(csv()))
    assert sum(map(len, chunks)) > 40_000_000
    assert max(map(len, chunks)) <= MAX_DELIVERY


@pytest.mark.parametrize("limit", [None, 3])
def test_solutions_too_long_to_be_held_are_refused(pool: PoolEngine, limit: int | None) -> None:
    with pytest.raises(MemoryExceeded, match="too long to be held"):
        pool.query(Query(long_value(22))).solutions(limit)
    assert len(pool.query(Query(long_value(10))).solutions(limit)) == 1
    until(lambda: healthy(pool))


def test_what_is_read_of_solutions_is_bounded(
    pool: PoolEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("partage.store.workers.pool.MAX_JSON_BYTES", 2_000_000)
    with pytest.raises(MemoryExceeded, match="too long to be held"):
        pool.query(Query(PRODUCT)).solutions()
    until(lambda: healthy(pool))


def test_the_seconds_that_a_query_had_in_a_reserved_process_are_its_own(pool: PoolEngine) -> None:
    execution = pool.begin_execution(Query("ASK {}"), None, heavy=True, spent=2.0)
    assert execution.deadline <= time.monotonic() + pool.limits.seconds - 2.0
    execution.end_for_owner()
