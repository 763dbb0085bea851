"""One query in one query process, and the deadlines of all."""

import math
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace

from partage.errors import EngineFailure, MemoryExceeded, PartageError, QueryEnded, QueryTimeout
from partage.store.embedded.serialization import AnswerHead, EndOfAnswer
from partage.store.engine import Query, Solution
from partage.store.workers.process import WorkerProcess
from partage.store.workers.wire import Evaluate, Order
from partage.store.workers.worker_slots import STOPPING, WorkerSlots

# Executions that are over are forgotten at least this often.
SECONDS_BETWEEN_CHECKS = 0.25
# What a reserved process may spend on a client's query, and on a page's, before it has to move.
SECONDS_RESERVED, SECONDS_FOR_PAGES = 0.1, 1.0

Delivery = AnswerHead | bytes | list[Solution] | EndOfAnswer


class NeedsOrdinaryWorker(Exception):
    """The query is not soon done: it has to leave the reserved process, and begin again."""


Fault = PartageError | NeedsOrdinaryWorker
_COUNTED: tuple[tuple[type[Fault], str], ...] = (
    (QueryTimeout, "timeout"),
    (QueryEnded, "ended"),
    (MemoryExceeded, "memory"),
    (EngineFailure, "crash"),
    (NeedsOrdinaryWorker, "moved"),
)


@dataclass(slots=True)
class EndingCounts:
    """How executions ended: `answered`, by a reason to kill, or `left` by their reader."""

    endings: Counter[str] = field(default_factory=Counter)

    def count(self, fault: Fault | None, other: str) -> None:
        """Count one ending."""
        named = (name for kind, name in _COUNTED if isinstance(fault, kind))
        self.endings[next(named, other)] += 1


class QueryExecution:
    """
    A query in a process, until it is answered, killed, or left by its reader.

    Whoever kills the process says why beforehand; the reader, who then finds the pipe at its end,
    raises that. So a query is ended the same way by its deadline, its owner and its reader.
    """

    def __init__(
        self,
        slots: WorkerSlots,
        worker: WorkerProcess,
        query: Query,
        seconds: float,
        tally: EndingCounts,
    ) -> None:
        # Without its handle, which holds the execution: a circle would stay until it is looked for.
        self.query = replace(query, handle=None)
        self._slots = slots
        self._worker = worker
        self._seconds = seconds
        self._tally = tally
        self._lock = threading.Lock()
        self._fault: Fault | None = None
        self._finished = False
        self._began = time.monotonic()
        soon = SECONDS_RESERVED if query.handle is not None else SECONDS_FOR_PAGES
        self._is_on_trial = worker.reserved and seconds > soon
        self.deadline = self._began + (soon if self._is_on_trial else seconds)

    @property
    def reserved(self) -> bool:
        """Whether the query must be soon done or leave."""
        return self._worker.reserved

    @property
    def running(self) -> bool:
        """Whether it is not over."""
        return not self._finished

    @property
    def spent(self) -> float:
        """How many seconds it has taken so far."""
        return time.monotonic() - self._began

    def send(self, message: Evaluate | Order) -> None:
        """Send the query or an order; that the process is gone shows when it is to answer."""
        try:
            self._worker.send(message)
        except EOFError:
            return

    def receive(self) -> Delivery:
        """
        Wait for the next delivery.

        Raises
        ------
        PartageError
            The query failed, or was ended, or its process died.
        TooHeavy
            The query has to begin again elsewhere.
        """
        try:
            delivery = self._worker.receive()
        except EOFError:
            raise self._fault_of_exit() from None
        if isinstance(delivery, EndOfAnswer):
            self._finish()
        if isinstance(delivery, PartageError):
            self._finish()
            raise delivery
        assert isinstance(delivery, AnswerHead | bytes | list | EndOfAnswer)
        return delivery

    def end(self, fault: Fault | None) -> None:
        """Kill the process, for this reason; None when its reader has left."""
        with self._lock:
            if self._finished:
                return
            self._finished = True
            self._fault = fault
            self._tally.count(fault, "left")
        self._worker.kill()

    def end_for_owner(self) -> None:
        """Kill the process because the query's owner says so."""
        self.end(QueryEnded("The query was ended by whoever asked it."))

    def check_deadline(self, now: float) -> bool:
        """End a query past its time; say whether it is still running."""
        if not self._finished and now >= self.deadline:
            self.end(NeedsOrdinaryWorker() if self._is_on_trial else self._timeout())
        return not self._finished

    def _timeout(self) -> QueryTimeout:
        return QueryTimeout(
            "The query did not finish within %(seconds)g seconds. Make it more selective, "
            "or add a LIMIT.",
            seconds=self._seconds,
        )

    def _finish(self) -> None:
        with self._lock:
            if not self._finished:
                self._finished = True
                self._tally.count(None, "answered")
                self._slots.release(self._worker)

    def _fault_of_exit(self) -> Fault:
        with self._lock:
            by_itself, self._finished = not self._finished, True
        if by_itself:
            self._fault = self._worker.exit_error()
            self._tally.count(self._fault, "crash")
        # Told once and let go: kept here, what is raised would hold its raisers' frames in a cycle.
        fault, self._fault = self._fault, None
        return fault or QueryEnded("The answer was closed before its end.")


class DeadlineWatch:
    """Ends every running query that is past its time, as soon as it is."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._executions: set[QueryExecution] = set()
        self._next_check = math.inf
        self._stopped = False
        threading.Thread(target=self._watch, name="partage-deadlines", daemon=True).start()

    @property
    def running(self) -> int:
        """How many queries are running."""
        with self._changed:
            return sum(execution.running for execution in self._executions)

    def watch(self, execution: QueryExecution) -> None:
        """Watch an execution until it is over."""
        with self._changed:
            if self._stopped:
                execution.end(QueryEnded(STOPPING))
            self._executions.add(execution)
            if execution.deadline < self._next_check:
                self._changed.notify()

    def stop(self) -> None:
        """Watch no longer, and end every query."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
            for execution in self._executions:
                execution.end(QueryEnded(STOPPING))

    def _watch(self) -> None:
        with self._changed:
            while not self._stopped:
                now = time.monotonic()
                self._executions = {
                    execution for execution in self._executions if execution.check_deadline(now)
                }
                self._next_check = min(
                    (execution.deadline for execution in self._executions), default=math.inf
                )
                if self._executions:
                    self._next_check = min(self._next_check, now + SECONDS_BETWEEN_CHECKS)
                    self._changed.wait(self._next_check - now)
                else:
                    self._changed.wait()
