"""
The engine in processes of its own, so that a query can be killed.

pyoxigraph cannot cancel an evaluation; an operating system can. Each query process holds the same
store directory open, answers one query at a time, and is replaced when it had to be killed or died.
A query that all ordinary processes are too busy for begins in a reserved one; when it is not soon
done there, it is killed and waits for an ordinary one, and its reader notices nothing but the time.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from partage.errors import (
    EngineBusy,
    EngineUnavailable,
    OutOfResources,
    PartageError,
    QueryEnded,
)
from partage.rdf.formats import RESULT_FORMATS, Format
from partage.store.embedded.serialization import (
    AnswerHead,
    EndOfAnswer,
    short_answer,
    solutions_of,
    solutions_too_large,
)
from partage.store.engine import Query, Solution
from partage.store.release_stores.directories import open_store
from partage.store.release_stores.release_stores import refuse_release
from partage.store.workers.process import WorkerProcess
from partage.store.workers.query_execution import (
    DeadlineWatch,
    EndingCounts,
    NeedsOrdinaryWorker,
    QueryExecution,
)
from partage.store.workers.wire import Close, Collect, Evaluate, Order, Serialize
from partage.store.workers.worker_slots import WorkerSlots

RESERVED = 2
# Within so many seconds a query takes no memory to speak of.
RETRY_WITHIN_SECONDS = 1.0
# An answer longer than this is not soon done: a reserved process hands over a whole one or none.
RESERVED_BYTES = 1_000_000
# Bytes of JSON that solutions are read from.
MAX_JSON_BYTES = 100_000_000
JSON = next(fmt for fmt in RESULT_FORMATS if fmt.key == "json")


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """What queries may cost, all together and each."""

    workers: int = 2
    reserved: int = RESERVED
    seconds: float = 30
    memory: int = 2_000_000_000
    queue: int = 32


@dataclass(frozen=True, slots=True)
class PoolFigures:
    """How a pool is doing; `endings` counts how queries left their processes."""

    processes: int
    idle: int
    running: int
    waiting: int
    replaced: int
    refused: int
    endings: Mapping[str, int]
    sandbox: str
    memory: str


class PoolEngine:
    """Answers queries from one store directory, and those of releases, in killable processes."""

    def __init__(
        self,
        store: Path,
        limits: PoolLimits | None = None,
        release_store: Callable[[str], Path] = refuse_release,
    ) -> None:
        """
        Start the processes and wait until each has opened the store; `older` finds a release's.

        Raises
        ------
        EngineUnavailable
            The directory holds no store, or processes cannot be started.
        """
        self.limits = limits or PoolLimits()
        start = partial(_start, store, self.limits.memory)
        self._release_store = release_store
        self._ending_counts = EndingCounts()
        self._refused = 0
        self._slots = WorkerSlots(
            start, self.limits.workers, self.limits.reserved, self.limits.queue
        )
        try:
            # The processes have opened it, so it is one.
            self._store = open_store(store)
        except EngineUnavailable:
            self._slots.close()
            raise
        self._deadlines = DeadlineWatch()

    def query(self, query: Query) -> "PooledResult":
        """Evaluate a query; its own limit counts where it is lower than ours."""
        # Found before a process is taken: a release's store may have to be made first.
        store = None if query.release is None else self._release_store(query.release)
        return PooledResult(self, query, store)

    def answer_short(self, query: Query, fmt: Format) -> bytes:
        """Answer, here and now, a query of which that can be done; see `short`."""
        return short_answer(self._store, query, fmt)

    def begin_execution(
        self, query: Query, store: Path | None, *, heavy: bool, spent: float = 0.0
    ) -> QueryExecution:
        """
        Give a query, on a store, a process as soon as one is free.

        It has `spent` seconds of its time already.

        Raises
        ------
        EngineBusy
            Too many queries are waiting, this one has waited too long, or no process lives.
        QueryEnded
            The query's owner ended it while it waited.
        """
        seconds = self.limits.seconds
        if query.limits.seconds is not None:
            seconds = min(seconds, query.limits.seconds)
        try:
            worker = self._slots.acquire(heavy=heavy, patience=seconds, handle=query.handle)
        except EngineBusy:
            self._refused += 1
            raise
        except QueryEnded as fault:
            self._ending_counts.count(fault, "ended")
            raise
        execution = QueryExecution(self._slots, worker, query, seconds, self._ending_counts)
        execution.deadline -= spent
        # Before anything is sent: a process that has stopped takes no more than its pipe holds.
        self._deadlines.watch(execution)
        if query.handle is not None:
            query.handle.on_end(execution.end_for_owner)
        execution.send(Evaluate(execution.query, store))
        return execution

    @property
    def healthy(self) -> bool:
        """Whether queries can be answered: False where no process lives and none can be started."""
        return self._slots.healthy

    def figures(self) -> PoolFigures:
        """Return how the pool is doing."""
        return PoolFigures(
            processes=self._slots.size,
            idle=self._slots.idle,
            running=self._deadlines.running,
            waiting=self._slots.waiting,
            replaced=self._slots.replaced,
            refused=self._refused,
            endings=dict(self._ending_counts.endings),
            sandbox=self._slots.ready.sandbox,
            memory=self._slots.ready.memory,
        )

    def close(self) -> None:
        """End every process, whatever it is doing."""
        self._slots.stop_lending()
        self._deadlines.stop()
        self._slots.close()


class PooledResult:
    """The reader's side of a query in a process."""

    def __init__(self, pool: PoolEngine, query: Query, store: Path | None) -> None:
        self._pool = pool
        self._query = query
        self._store = store
        self._ordered = False
        self._retried = False
        self._execution = pool.begin_execution(query, store, heavy=False)
        try:
            opened = self._open()
        except NeedsOrdinaryWorker:
            opened = self._restart_in_ordinary_worker()
        except OutOfResources as error:
            opened = self._retry(error)
        self.kind = opened.kind
        self.variables = opened.variables
        self.answer = opened.answer

    def serialize(self, fmt: Format) -> Iterator[bytes]:
        """Return the answer in chunks; the first is ready when this returns."""
        try:
            return self._serialize(fmt)
        except OutOfResources as error:
            self._retry(error)
            return self._serialize(fmt)

    def _serialize(self, fmt: Format) -> Iterator[bytes]:
        order = Serialize(fmt.key)
        self._ordered = True
        if self._execution.reserved:
            try:
                return iter(self._read_whole(order))
            except NeedsOrdinaryWorker:
                self._restart_in_ordinary_worker()
        self._send(order)
        return self._chunks(self._execution.receive())

    def solutions(self, limit: int | None = None) -> list[Solution]:
        """Return the solutions, at most `limit`."""
        if self.kind == "solutions" and limit is None:
            # Engines write and read JSON five times as fast as Python pickles terms.
            return self._parse_json(self.serialize(JSON))
        try:
            return self._collected(limit)
        except OutOfResources as error:
            self._retry(error)
            return self._collected(limit)

    def _collected(self, limit: int | None) -> list[Solution]:
        order = Collect(limit)
        self._ordered = True
        try:
            return self._rows(order)
        except NeedsOrdinaryWorker:
            self._restart_in_ordinary_worker()
            return self._rows(order)

    def close(self) -> None:
        """End the evaluation: by a word where it waits for one, else by a kill."""
        execution = self._execution
        if self._ordered or self._query.written is not None:
            execution.end(None)
            return
        self._ordered = True
        if execution.check_deadline(time.monotonic()):
            execution.send(Close())
            self._end_execution(execution)

    def __del__(self) -> None:
        if hasattr(self, "kind"):
            self.close()

    def _open(self) -> AnswerHead:
        opened = self._execution.receive()
        assert isinstance(opened, AnswerHead)
        return opened

    def _restart_in_ordinary_worker(self) -> AnswerHead:
        self._execution.end(NeedsOrdinaryWorker())
        spent = self._execution.spent
        self._execution = self._pool.begin_execution(
            self._query, self._store, heavy=True, spent=spent
        )
        return self._open()

    def _retry(self, error: OutOfResources) -> AnswerHead:
        """Ask once more where the system ended the process soon, so for no fault of the query."""
        if self._retried or self._execution.spent > RETRY_WITHIN_SECONDS:
            raise error
        self._retried = True
        self._execution = self._pool.begin_execution(self._query, self._store, heavy=True)
        return self._open()

    def _read_whole(self, order: Order) -> list[bytes]:
        """Return a short answer whole, so that a reader has all of it or can be given another."""
        chunks: list[bytes] = []
        self._send(order)
        while isinstance(delivery := self._execution.receive(), bytes):
            chunks.append(delivery)
            if sum(map(len, chunks)) > RESERVED_BYTES:
                raise NeedsOrdinaryWorker
        return chunks

    def _chunks(self, delivery: object) -> Iterator[bytes]:
        try:
            while isinstance(delivery, bytes):
                yield delivery
                delivery = self._execution.receive()
        finally:
            self.close()

    def _parse_json(self, chunks: Iterator[bytes]) -> list[Solution]:
        text = bytearray()
        for chunk in chunks:
            text += chunk
            if len(text) > MAX_JSON_BYTES:
                self.close()
                raise solutions_too_large()
        try:
            found = parse_query_results(bytes(text), format=QueryResultsFormat.JSON)
            assert isinstance(found, QuerySolutions)
            return solutions_of(found)
        except MemoryError:  # of one value, by a bound of the parser's own
            raise solutions_too_large() from None

    def _rows(self, order: Order) -> list[Solution]:
        self._send(order)
        rows = self._execution.receive()
        assert isinstance(rows, list)
        end = self._execution.receive()
        assert isinstance(end, EndOfAnswer)
        return rows

    def _send(self, order: Order) -> None:
        if self._query.written is None:
            self._execution.send(order)
        else:
            assert order == Serialize(self._query.written), "it is written in another format"

    def _end_execution(self, execution: QueryExecution) -> None:
        try:
            execution.receive()
        except (NeedsOrdinaryWorker, PartageError):
            return  # it was killed before it could send the end


def _start(store: Path, memory: int, reserved: bool) -> WorkerProcess:
    return WorkerProcess(store, memory, reserved=reserved)
