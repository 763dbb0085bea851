"""
Which query process takes which query, and who waits.

Two sorts of process: `workers` for whatever comes, and a few `reserved` ones that take a query when
all others are busy, and keep it only if it is soon done. So a lookup never waits for a heavy query
to end, however many of those there are.

Queries that the server's own pages ask go before those of clients, and the last reserved process
that is idle is left to them. So a page never waits behind the queries of others.
"""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from partage.errors import (
    EngineBusy,
    EngineError,
    EngineUnavailable,
    OutOfResources,
    QueryEnded,
    message,
)
from partage.store.workers.process import WorkerProcess
from partage.store.workers.query_handle import QueryHandle, note_wait

# After a start that failed; the pause doubles with each.
SHORTEST_PAUSE, LONGEST_PAUSE = 0.25, 5.0
LONGEST_RETRY = 30
STOPPING = message("The server is stopping.")

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Waiter:
    heavy: bool
    # None for a page of the server.
    client: str | None
    turn: threading.Event
    worker: WorkerProcess | None = None
    refused: bool = False


class WorkerSlots:
    """Keeps so many processes of each sort alive, and lends them out; see the module."""

    def __init__(
        self, start: Callable[[bool], WorkerProcess], workers: int, reserved: int, queue: int
    ) -> None:
        """
        Start all processes, and wait until each is ready; `start` is told whether it is reserved.

        Raises
        ------
        EngineUnavailable
            One cannot be started.
        """
        self._start = start
        self._queue = queue
        self._lock = threading.Lock()
        self._idle: list[WorkerProcess] = []
        self._all: set[WorkerProcess] = set()
        self._starting: set[WorkerProcess] = set()
        # Whose query each process has.
        self._lent: dict[WorkerProcess, str | None] = {}
        self._waiting: deque[_Waiter] = deque()
        self._closed = threading.Event()
        self._failing = 0
        self.replaced = 0
        started: list[WorkerProcess] = []
        try:
            started.extend(start(kind) for kind in [False] * workers + [True] * reserved)
            (self.ready, *_) = [worker.await_ready() for worker in started]
        except EngineUnavailable:
            for worker in started:
                worker.kill()
                worker.reap()
            raise
        self._all.update(started)
        self._idle = started.copy()
        self._supervisors = [
            threading.Thread(
                target=self._supervise, args=(worker,), name="partage-supervisor", daemon=True
            )
            for worker in started
        ]
        for supervisor in self._supervisors:
            supervisor.start()

    @property
    def size(self) -> int:
        """How many processes live."""
        return len(self._all)

    @property
    def idle(self) -> int:
        """How many of them have nothing to do."""
        return len(self._idle)

    @property
    def waiting(self) -> int:
        """How many queries wait."""
        return len(self._waiting)

    @property
    def healthy(self) -> bool:
        """Whether a process lives, or none has failed to start since the last one ended."""
        return bool(self._all) or not self._failing

    def acquire(self, *, heavy: bool, patience: float, handle: QueryHandle | None) -> WorkerProcess:
        """
        Lend out a process, waiting for one; a `heavy` query gets no reserved one.

        A query without a handle is one that a page of the server asks.

        Raises
        ------
        EngineBusy
            Too many wait already, or none was free within `patience` seconds.
        OutOfResources
            No process lives, and none can be started.
        QueryEnded
            The query's owner would not wait, or the server is stopping.
        """
        waiter = _Waiter(heavy, None if handle is None else handle.client, threading.Event())
        with self._lock:
            waiter.worker = self._take_or_join(waiter, patience)
        if waiter.worker is None:
            began = time.monotonic()
            if handle is not None:
                handle.on_end(waiter.turn.set)
            waiter.turn.wait(patience)
            with self._lock:
                if waiter.worker is None and not waiter.refused:
                    self._waiting.remove(waiter)
            note_wait(time.monotonic() - began, handle)
        if waiter.refused:
            raise self._too_many(patience)
        if waiter.worker is None:
            raise self._wait_error(patience, handle)
        return waiter.worker

    def release(self, worker: WorkerProcess) -> None:
        """Take back a process that is ready for the next query."""
        with self._lock:
            if self._closed.is_set():
                return
            self._lent.pop(worker, None)
            self._idle.append(worker)
            for waiter in sorted(self._waiting, key=self._priority):
                if (taken := self._take(waiter)) is not None:
                    self._waiting.remove(waiter)
                    waiter.worker = taken
                    waiter.turn.set()
                    return

    def stop_lending(self) -> None:
        """Start no process any more, lend none out that comes back, and let nobody wait."""
        with self._lock:
            self._closed.set()
            for waiter in self._waiting:
                waiter.turn.set()

    def close(self) -> None:
        """End all processes, and wait until they have ended."""
        self.stop_lending()
        with self._lock:
            ended, self._idle = self._all | self._starting, []
        for worker in ended:
            worker.kill()
        for supervisor in self._supervisors:
            supervisor.join()

    def _take_or_join(self, waiter: _Waiter, patience: float) -> WorkerProcess | None:
        """Take out an idle process, or join those who wait for one."""
        if self._closed.is_set():
            raise QueryEnded(STOPPING)
        if not self.healthy:
            raise self._out_of_resources()
        self._idle = [worker for worker in self._idle if worker.alive]
        if (worker := self._take(waiter)) is not None:
            return worker
        if waiter.client is not None:
            self._make_room(waiter, waiter.client, patience)
        self._waiting.append(waiter)
        return None

    def _priority(self, waiter: _Waiter) -> int:
        """Return who goes first: pages, then clients by how many processes have their queries."""
        if waiter.client is None:
            return -1
        return sum(client == waiter.client for client in self._lent.values())

    def _make_room(self, waiter: _Waiter, client: str, patience: float) -> None:
        """Refuse the last query of who has most waiting, where too many wait."""
        # Heavy queries have a queue of their own: it must not be full for the others.
        queued = [
            other
            for other in self._waiting
            if other.client is not None and other.heavy is waiter.heavy
        ]
        if len(queued) < self._queue:
            return
        counts = Counter(other.client for other in queued)
        (most, number), *_ = counts.most_common(1) or [(client, 0)]
        if number <= counts[client] + 1:
            raise self._too_many(patience)
        last = next(other for other in reversed(queued) if other.client == most)
        self._waiting.remove(last)
        last.refused = True
        last.turn.set()

    def _too_many(self, patience: float) -> EngineBusy:
        return EngineBusy(
            "%(queries)s queries are waiting already. Try again later.",
            self._retry_after(patience),
            queries=self._queue,
        )

    def _wait_error(self, patience: float, handle: QueryHandle | None) -> EngineError:
        """Return why a query that has waited got no process."""
        if handle is not None and handle.ended:
            return QueryEnded("The query was ended by whoever asked it, before its turn came.")
        if self._closed.is_set():
            return QueryEnded(STOPPING)
        if not self.healthy:
            return self._out_of_resources()
        return EngineBusy(
            "No query process was free for %(patience)g seconds. Try again later.",
            self._retry_after(patience),
            patience=patience,
        )

    def _take(self, waiter: _Waiter) -> WorkerProcess | None:
        """Take out an idle process that this query may have."""
        place = next((at for at, one in enumerate(self._idle) if not one.reserved), None)
        # Where all that are left are reserved, one stays for pages.
        least = 1 if waiter.client is None else 2
        if place is None and (waiter.heavy or len(self._idle) < least):
            return None
        worker = self._idle.pop(-1 if place is None else place)
        self._lent[worker] = waiter.client
        return worker

    def _supervise(self, worker: WorkerProcess) -> None:
        """Wait for the end of a process, and start another; the life of one thread."""
        while True:
            worker.reap()
            with self._lock:
                self._all.discard(worker)
                self._lent.pop(worker, None)
                self._idle = [idle for idle in self._idle if idle is not worker]
            successor = self._start_replacement(worker.reserved)
            if successor is None:
                return
            worker = successor
            self.release(worker)

    def _start_replacement(self, reserved: bool) -> WorkerProcess | None:
        """Return a new process that is ready, as soon as one can be started; None at the end."""
        pause = 0.0
        while not self._closed.wait(pause):
            try:
                worker = self._started(reserved)
            except EngineUnavailable as error:
                if self._closed.is_set():
                    return None
                if not pause:
                    with self._lock:
                        self._failing += 1
                pause = min(2 * pause or SHORTEST_PAUSE, LONGEST_PAUSE)
                log.error("%s (trying again in %g seconds)", error, pause)  # noqa: TRY400  # the sentence says it all
                continue
            with self._lock:
                self._failing -= pause > 0
                self.replaced += 1
            return worker
        return None

    def _started(self, reserved: bool) -> WorkerProcess:
        worker = self._start(reserved)
        with self._lock:
            self._starting.add(worker)
            if self._closed.is_set():  # while it was started, and nobody knew of it
                worker.kill()
        try:
            worker.await_ready()
        except EngineUnavailable:
            worker.kill()
            worker.reap()
            raise
        else:
            with self._lock:
                self._all.add(worker)
        finally:
            with self._lock:
                self._starting.discard(worker)
        return worker

    def _retry_after(self, patience: float) -> int:
        return max(1, min(LONGEST_RETRY, round(patience)))

    def _out_of_resources(self) -> OutOfResources:
        return OutOfResources(
            "No query process can be started at the moment, because the server is short of "
            "memory, processes or open files. Try again later.",
            round(LONGEST_PAUSE),
        )
