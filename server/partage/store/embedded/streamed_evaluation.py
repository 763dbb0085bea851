"""
One running evaluation, with a thread on its side and a reader on the other.

The thread that evaluates a query also serializes its result (see `partage.store.embedded.threads`);
it hands chunks over a short queue, so a slow reader slows the evaluation down instead of filling
memory, and a reader who leaves ends it.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from queue import Empty, Queue, SimpleQueue
from threading import Event
from typing import TypeVar

from partage.errors import EngineFailure, PartageError, QueryEnded, QueryTimeout
from partage.rdf.formats import Format
from partage.store.embedded.serialization import (
    AnswerHead,
    ChunkWriter,
    EndOfAnswer,
    Evaluated,
    collect,
    translate,
    write,
)
from partage.store.engine import Query, Solution

QUEUED_CHUNKS = 8

Fault = TypeVar("Fault", bound=BaseException)

Order = Callable[[Evaluated], None]
Delivery = AnswerHead | bytes | list[Solution] | EndOfAnswer | PartageError


class _Abandoned(Exception):
    """Nobody reads the answer any more."""


class Evaluation:
    """One evaluation: `run` is its thread's side, the other methods its reader's."""

    def __init__(self, evaluate: Callable[[], Evaluated], query: Query) -> None:
        self._evaluate = evaluate
        self.query = query
        self._orders: SimpleQueue[Order | None] = SimpleQueue()
        self._deliveries: Queue[Delivery] = Queue(QUEUED_CHUNKS)
        self._abandoned = Event()
        seconds = query.limits.seconds
        self._deadline = None if seconds is None else time.monotonic() + seconds

    def run(self) -> None:
        """Evaluate the query, send its head and carry out one order: all that the thread does."""
        last: Delivery = EngineFailure("The engine stopped without an answer.")
        try:
            last = self._carry_out()
        except _Abandoned:
            return
        finally:
            # Also when the engine panics, which is no Exception: somebody is waiting.
            if not self._abandoned.is_set():
                self._deliveries.put(last)

    def _carry_out(self) -> Delivery:
        try:
            result = self._evaluate()
            self.deliver(AnswerHead(result))
            order = self._orders.get()
            if order is None:
                raise _Abandoned
            order(result)
        except PartageError as error:  # it says more than `translate` could
            return _alone(error)
        except (SyntaxError, ValueError, RuntimeError, OSError, MemoryError) as error:
            fault = self.translate(error)
            fault.__cause__ = _alone(error)
            return fault
        return EndOfAnswer()

    def translate(self, error: Exception) -> PartageError:
        """Return the engine's error as one of ours."""
        return translate(error, self.query.text)

    def deliver(self, delivery: Delivery) -> None:
        """Hand something to the reader, waiting while he is behind."""
        if self._abandoned.is_set():
            raise _Abandoned
        self._deliveries.put(delivery)

    def order(self, order: Order) -> None:
        """Ask for the answer in one form, once."""
        self._orders.put(order)

    def receive(self) -> Delivery:
        """Wait for the next delivery; raise the fault if it is one."""
        try:
            delivery = self._deliveries.get(timeout=self._remaining())
        except Empty:
            self.abandon()
            raise QueryTimeout(
                "The query did not finish within %(seconds)g seconds. Make it more selective, "
                "or add a LIMIT.",
                seconds=self.query.limits.seconds,
            ) from None
        if isinstance(delivery, PartageError):
            raise delivery
        return delivery

    def _remaining(self) -> float | None:
        if self._deadline is None:
            return None
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise Empty  # also where chunks are waiting: a fast engine must not outrun its limit
        return remaining

    def end(self) -> None:
        """End it for its owner: the reader gets the error at once, the thread stops later."""
        self.abandon()
        self._deliveries.put(QueryEnded("The query was ended by whoever asked it."))

    def abandon(self) -> None:
        """Leave: the thread stops when it next hands something out."""
        self._abandoned.set()
        self._orders.put(None)
        while not self._deliveries.empty():  # a full queue may be what the thread waits for
            try:
                self._deliveries.get_nowait()
            except Empty:
                break


def _alone(error: Fault) -> Fault:
    """
    Return an error without tracebacks, its own and those of what led to it.

    Their frames hold the result, which must die in the thread that made it.
    """
    error.__traceback__ = None
    for led in (error.__cause__, error.__context__):
        if led is not None:
            _alone(led)
    return error


class EmbeddedResult:
    """The reader's side of an evaluation."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        opened = evaluation.receive()
        assert isinstance(opened, AnswerHead)
        self.kind = opened.kind
        self.variables = opened.variables
        self.answer = opened.answer

    def serialize(self, fmt: Format) -> Iterator[bytes]:
        """Return the answer in chunks; the first is ready when this returns."""
        query = self._evaluation.query
        self._evaluation.order(
            partial(write, ChunkWriter(self._evaluation), fmt, dict(query.prefixes))
        )
        return self._chunks(self._evaluation.receive())

    def _chunks(self, delivery: Delivery) -> Iterator[bytes]:
        try:
            while isinstance(delivery, bytes):
                yield delivery
                delivery = self._evaluation.receive()
        finally:
            self.close()

    def solutions(self, limit: int | None = None) -> list[Solution]:
        """Return the solutions, at most `limit`."""
        self._evaluation.order(partial(collect, self._evaluation, limit))
        rows = self._evaluation.receive()
        assert isinstance(rows, list)
        self.close()
        return rows

    def close(self) -> None:
        """End the evaluation."""
        self._evaluation.abandon()

    def __del__(self) -> None:
        if hasattr(self, "_evaluation"):
            self.close()
