"""Who gets which process, and that there are always as many as there should be."""

import gc
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from errno import EMFILE
from functools import partial
from pathlib import Path

import pytest

from partage.errors import EngineBusy, EngineUnavailable, OutOfResources, QueryEnded
from partage.store.workers import worker_slots as slots
from partage.store.workers.process import WorkerProcess
from partage.store.workers.query_handle import QueryHandle
from partage.store.workers.wire import WorkerReady
from partage.store.workers.worker_slots import WorkerSlots

SECONDS = 20.0
FAILURES = 100


class Process:
    """What the slots see of a query process."""

    def __init__(self, reserved: bool) -> None:
        self.reserved = reserved
        self._ended = threading.Event()

    @property
    def alive(self) -> bool:
        return not self._ended.is_set()

    def await_ready(self) -> WorkerReady:
        return WorkerReady("", "")

    def kill(self) -> None:
        self._ended.set()

    def reap(self) -> int:
        self._ended.wait()
        return 0


class Starting:
    """Starts processes, and refuses to while it fails."""

    def __init__(self) -> None:
        self.fails = False
        self.tried = 0
        self.made: list[Process] = []

    def __call__(self, reserved: bool) -> WorkerProcess:
        self.tried += 1
        if self.fails:
            raise EngineUnavailable("no descriptor is left")
        self.made.append(Process(reserved))
        return self.made[-1]  # type: ignore[return-value]  # as much of one as the slots see


Opening = Callable[..., WorkerSlots]


@pytest.fixture
def starting() -> Starting:
    return Starting()


@pytest.fixture
def opening(starting: Starting) -> Iterator[Opening]:
    opened: list[WorkerSlots] = []

    def start(workers: int = 1, reserved: int = 2, queue: int = 8) -> WorkerSlots:
        opened.append(WorkerSlots(starting, workers, reserved, queue))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


class Borrowing(threading.Thread):
    """Waits for a process in a thread of its own."""

    def __init__(self, lender: WorkerSlots, *, client: bool, heavy: bool = False) -> None:
        super().__init__(daemon=True)
        self.client = client
        self.worker: WorkerProcess | None = None
        self._lender = lender
        self._heavy = heavy
        before = lender.waiting
        self.start()
        until(lambda: lender.waiting > before or not self.is_alive())

    def run(self) -> None:
        handle = QueryHandle() if self.client else None
        with suppress(QueryEnded):
            self.worker = self._lender.acquire(heavy=self._heavy, patience=SECONDS, handle=handle)


def waits(slots: WorkerSlots, number: int) -> bool:
    return slots.waiting == number


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.005)


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def take(lender: WorkerSlots, *, client: bool, patience: float = 0.05) -> WorkerProcess:
    return lender.acquire(heavy=False, patience=patience, handle=QueryHandle() if client else None)


def test_the_last_reserved_process_is_left_to_pages(opening: Opening) -> None:
    lender = opening(workers=1, reserved=2)
    assert not take(lender, client=True).reserved
    assert take(lender, client=True).reserved
    with pytest.raises(EngineBusy):
        take(lender, client=True)
    assert take(lender, client=False).reserved


def test_pages_go_before_clients_that_came_sooner(opening: Opening) -> None:
    lender = opening(workers=1, reserved=0)
    lent = take(lender, client=True)
    waiting = [Borrowing(lender, client=kind) for kind in (True, False, True, False)]
    order: list[Borrowing] = []
    for _ in waiting:
        lender.release(lent)
        until(lambda: sum(not one.is_alive() for one in waiting) > len(order))
        (served,) = [one for one in waiting if not one.is_alive() and one not in order]
        order.append(served)
    assert order == [waiting[place] for place in (1, 3, 0, 2)]


def test_a_reserved_process_that_comes_back_goes_to_a_client_if_another_is_idle(
    opening: Opening,
) -> None:
    lender = opening(workers=0, reserved=2)
    lent = take(lender, client=True)
    waiting = Borrowing(lender, client=True)
    assert waiting.is_alive()
    lender.release(lent)
    waiting.join(SECONDS)
    assert waiting.worker is not None


def test_pages_wait_where_the_queue_of_clients_is_full(opening: Opening) -> None:
    lender = opening(workers=1, reserved=0, queue=1)
    lent = take(lender, client=True)
    Borrowing(lender, client=True)
    with pytest.raises(EngineBusy, match="waiting already"):
        take(lender, client=True)
    page = Borrowing(lender, client=False)
    lender.release(lent)
    page.join(SECONDS)
    assert page.worker is lent


def test_what_cannot_be_started_is_tried_until_it_can(
    opening: Opening, starting: Starting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots, "SHORTEST_PAUSE", 0.01)
    monkeypatch.setattr(slots, "LONGEST_PAUSE", 0.04)
    lender = opening(workers=2, reserved=2)
    threads = threading.active_count()
    starting.fails = True
    for process in starting.made:
        process.kill()
    until(lambda: not lender.healthy)
    with pytest.raises(OutOfResources, match="No query process can be started"):
        take(lender, client=False)
    tried = starting.tried
    until(lambda: starting.tried > tried + 40)
    assert threading.active_count() == threads
    starting.fails = False
    until(lambda: lender.idle == lender.size == 4)
    assert lender.healthy
    assert [worker.reserved for worker in starting.made[4:]].count(True) == 2
    assert take(lender, client=True).alive


def test_the_pause_between_starts_grows_and_is_bounded(
    opening: Opening,
    starting: Starting,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lender = opening(workers=1, reserved=0)
    pauses: list[float] = []

    def wait(pause: float) -> bool:
        pauses.append(pause)
        return len(pauses) > 9

    monkeypatch.setattr(lender._closed, "wait", wait)
    starting.fails = True
    starting.made[0].kill()
    until(lambda: len(pauses) == 10)
    assert pauses == [0, 0.25, 0.5, 1, 2, 4, 5, 5, 5, 5]
    assert caplog.messages[0] == "no descriptor is left (trying again in 0.25 seconds)"


def test_who_waits_when_the_server_stops_waits_no_longer(opening: Opening) -> None:
    lender = opening(workers=1, reserved=0)
    take(lender, client=True)
    waiting = Borrowing(lender, client=True)
    lender.close()
    waiting.join(SECONDS / 2)
    assert not waiting.is_alive()
    assert waiting.worker is None


def test_a_process_that_died_idle_is_lent_to_nobody(opening: Opening, starting: Starting) -> None:
    lender = opening(workers=1, reserved=0)
    starting.made[0].kill()
    assert take(lender, client=False, patience=SECONDS).alive


def test_one_that_fails_at_the_start_ends_the_others(starting: Starting) -> None:
    def start(reserved: bool) -> WorkerProcess:
        starting.fails = len(starting.made) == 2
        return starting(reserved)

    with pytest.raises(EngineUnavailable, match="no descriptor"):
        WorkerSlots(start, 2, 2, 8)
    assert [process.alive for process in starting.made] == [False, False]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts descriptors in /proc")
@pytest.mark.parametrize("part", ["Popen", "_execute_child", "TemporaryFile", "socketpair"])
def test_a_start_that_fails_leaves_no_descriptor(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(EMFILE, os.strerror(EMFILE))

    where = {
        "Popen": "subprocess.Popen",
        "_execute_child": "subprocess.Popen._execute_child",
        "TemporaryFile": "tempfile.TemporaryFile",
        "socketpair": "socket.socketpair",
    }
    monkeypatch.setattr(where[part], fail)
    kept: list[BaseException] = []  # as a log would keep them
    gc.collect()  # what other tests have left open
    before = descriptors()
    for _ in range(FAILURES):
        with pytest.raises(EngineUnavailable, match="Too many open files") as raised:
            WorkerProcess(Path("none"), 1, reserved=False)
        kept.append(raised.value)
    assert descriptors() == before


def test_clients_who_wait_take_turns_however_much_one_asks(opening: Opening) -> None:
    slots = opening(workers=1, reserved=0)
    busy = slots.acquire(heavy=True, patience=SECONDS, handle=QueryHandle("greedy"))
    order: list[str] = []

    def ask(client: str) -> None:
        worker = slots.acquire(heavy=True, patience=SECONDS, handle=QueryHandle(client))
        order.append(client)
        slots.release(worker)

    threads = []
    for number, client in enumerate(["greedy"] * 5 + ["honest"], 1):
        threads.append(threading.Thread(target=ask, args=(client,)))
        threads[-1].start()
        until(partial(waits, slots, number))
    # As long as one query of the greedy client is answered, others go first.
    with slots._lock:
        slots._lent[busy] = None
        slots._lent[Process(False)] = "greedy"  # type: ignore[index]  # another process of its
    slots.release(busy)
    for thread in threads:
        thread.join(SECONDS)
    assert order[0] == "honest"
    assert len(order) == 6


def test_where_too_many_wait_the_client_goes_who_has_most(opening: Opening) -> None:
    slots = opening(workers=1, reserved=0, queue=3)
    busy = slots.acquire(heavy=True, patience=SECONDS, handle=QueryHandle("greedy"))
    refused: list[str] = []
    served: list[str] = []

    def ask(client: str) -> None:
        try:
            worker = slots.acquire(heavy=True, patience=SECONDS, handle=QueryHandle(client))
        except EngineBusy:
            refused.append(client)
            return
        served.append(client)
        slots.release(worker)

    threads = []
    for number in range(1, 4):
        threads.append(threading.Thread(target=ask, args=("greedy",)))
        threads[-1].start()
        until(partial(waits, slots, number))
    with pytest.raises(EngineBusy):
        slots.acquire(heavy=True, patience=SECONDS, handle=QueryHandle("greedy"))
    threads.append(threading.Thread(target=ask, args=("honest",)))
    threads[-1].start()
    until(lambda: refused == ["greedy"])
    slots.release(busy)
    for thread in threads:
        thread.join(SECONDS)
    assert sorted(served) == ["greedy", "greedy", "honest"]
