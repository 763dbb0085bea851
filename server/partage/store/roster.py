"""
Which query process takes which query, and who waits.

Two sorts of process: `workers` for whatever comes, and a few `reserved` ones that take a query when
all others are busy, and keep it only if it is soon done. So a lookup never waits for a heavy query
to end, however many of those there are.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from partage.errors import EngineBusy, EngineUnavailable, QueryEnded, message
from partage.store.process import WorkerProcess
from partage.store.ticket import Ticket, note_wait

SECONDS_BETWEEN_STARTS = 1.0
LONGEST_RETRY = 30
STOPPING = message("The server is stopping.")

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Waiter:
    heavy: bool
    turn: threading.Event
    worker: WorkerProcess | None = None


class Roster:
    """Keeps so many processes of each sort alive, and lends them out in the order of arrival."""

    def __init__(
        self, start: Callable[[bool], WorkerProcess], workers: int, reserved: int, queue: int
    ) -> None:
        self._start = start
        self._queue = queue
        self._lock = threading.Lock()
        self._idle: list[WorkerProcess] = []
        self._all: set[WorkerProcess] = set()
        self._waiting: deque[_Waiter] = deque()
        self._closed = False
        self.replaced = 0
        started = [start(kind) for kind in [False] * workers + [True] * reserved]
        self._all.update(started)
        try:
            (self.ready, *_) = [worker.await_ready() for worker in started]
        except EngineUnavailable:
            self.close()
            raise
        self._idle = started

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

    def borrow(self, *, heavy: bool, patience: float, ticket: Ticket | None) -> WorkerProcess:
        """
        Lend out a process, waiting for one; a `heavy` query gets no reserved one.

        Raises
        ------
        EngineBusy
            Too many wait already, or none was free within `patience` seconds.
        QueryEnded
            The query's owner would not wait, or the server is stopping.
        """
        with self._lock:
            if self._closed:
                raise QueryEnded(STOPPING)
            self._replace_the_dead()
            worker = self._take(heavy=heavy)
            if worker is not None:
                return worker
            # Heavy queries have a queue of their own: it must not be full for the others.
            if sum(waiter.heavy is heavy for waiter in self._waiting) >= self._queue:
                raise EngineBusy(
                    "%(queries)s queries are waiting already. Try again later.",
                    self._retry_after(patience),
                    queries=self._queue,
                )
            waiter = _Waiter(heavy, threading.Event())
            self._waiting.append(waiter)
        began = time.monotonic()
        if ticket is not None:
            ticket.on_end(waiter.turn.set)
        waiter.turn.wait(patience)
        with self._lock:
            if waiter.worker is None:
                self._waiting.remove(waiter)
        note_wait(time.monotonic() - began, ticket)
        if waiter.worker is not None:
            return waiter.worker
        if ticket is not None and ticket.ended:
            raise QueryEnded("The query was ended by whoever asked it, before its turn came.")
        raise EngineBusy(
            "No query process was free for %(patience)g seconds. Try again later.",
            self._retry_after(patience),
            patience=patience,
        )

    def give_back(self, worker: WorkerProcess) -> None:
        """Take back a process that is ready for the next query."""
        with self._lock:
            if self._closed:
                return
            for waiter in self._waiting:
                if not (waiter.heavy and worker.reserved):
                    self._waiting.remove(waiter)
                    waiter.worker = worker
                    waiter.turn.set()
                    return
            self._idle.append(worker)

    def replace(self, worker: WorkerProcess) -> None:
        """Take back a process that is dead or dying, and start another in the background."""
        worker.kill()
        threading.Thread(
            target=self._succeed, args=(worker,), name="partage-successor", daemon=True
        ).start()

    def shut(self) -> None:
        """Start no process any more, and lend none out that comes back."""
        with self._lock:
            self._closed = True

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            self._closed = True
            ended, self._all, self._idle = self._all, set(), []
        for worker in ended:
            worker.kill()
        for worker in ended:
            worker.bury()

    def _take(self, *, heavy: bool) -> WorkerProcess | None:
        for reserved in (False,) if heavy else (False, True):
            for place, worker in enumerate(self._idle):
                if worker.reserved is reserved:
                    return self._idle.pop(place)
        return None

    def _replace_the_dead(self) -> None:
        """Replace what died while it had nothing to do; somebody else must have killed it."""
        for worker in [worker for worker in self._idle if not worker.alive]:
            self._idle.remove(worker)
            self.replace(worker)

    def _retry_after(self, patience: float) -> int:
        return max(1, min(LONGEST_RETRY, round(patience)))

    def _succeed(self, dead: WorkerProcess) -> None:
        dead.bury()
        with self._lock:
            self._all.discard(dead)
        while not self._is_closed():
            successor = self._start(dead.reserved)
            with self._lock:
                self._all.add(successor)
                self.replaced += 1
            try:
                successor.await_ready()
            except EngineUnavailable as error:
                self._discard(successor)
                if not self._is_closed():
                    log.error("%s", error)  # noqa: TRY400  # the sentence says it all
                    time.sleep(SECONDS_BETWEEN_STARTS)
                continue
            if self._is_closed():  # while it was starting, and nobody knew of it
                self._discard(successor)
            self.give_back(successor)
            return

    def _is_closed(self) -> bool:
        with self._lock:
            return self._closed

    def _discard(self, worker: WorkerProcess) -> None:
        with self._lock:
            self._all.discard(worker)
        worker.kill()
        worker.bury()
