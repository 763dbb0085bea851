"""
One running evaluation, with a thread on its side and a reader on the other.

The thread that evaluates a query also serializes its result (see `partage.store.crew`); it hands
chunks over a short queue, so a slow reader slows the evaluation down instead of filling memory, and
a reader who leaves ends it.
"""

import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from queue import Empty, Queue, SimpleQueue
from threading import Event

import pyoxigraph
from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples

from partage.errors import EngineFailure, PartageError, QuerySyntaxError, QueryTimeout
from partage.rdf.formats import Format
from partage.store.engine import Kind, Query, Solution

CHUNK = 32 * 1024
QUEUED_CHUNKS = 8

Evaluated = QuerySolutions | QueryTriples | QueryBoolean
Order = Callable[[Evaluated], None]
_POSITION = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_UNKNOWN_FUNCTION = re.compile(r"The custom function (<.*>) is not supported")


class _Abandoned(Exception):
    """Nobody reads the answer any more."""


class _End:
    """The answer is complete."""


class _Opened:
    """The evaluation has begun: what kind of answer it gives."""

    def __init__(self, result: Evaluated) -> None:
        self.variables: tuple[str, ...] = ()
        self.answer: bool | None = None
        self.kind: Kind
        match result:
            case QuerySolutions():
                self.kind = "solutions"
                self.variables = tuple(variable.value for variable in result.variables)
            case QueryTriples():
                self.kind = "graph"
                self.variables = ("s", "p", "o")
            case QueryBoolean():
                self.kind, self.answer = "boolean", bool(result)


Delivery = _Opened | bytes | list[Solution] | _End | PartageError


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
        """Evaluate, open, carry out one order; the thread's whole life with this query."""
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
            self.deliver(_Opened(result))
            order = self._orders.get()
            if order is None:
                raise _Abandoned
            order(result)
        except (SyntaxError, ValueError, RuntimeError, OSError, MemoryError) as error:
            # The traceback holds the result, which must die in this thread: leave it here.
            fault = _translate(error, self.query.text)
            fault.__cause__ = error.with_traceback(None)
            return fault
        return _End()

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
                f"The query did not finish within {self.query.limits.seconds:g} seconds. "
                "Make it more selective, or add a LIMIT."
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

    def abandon(self) -> None:
        """Leave: the thread stops when it next hands something out."""
        self._abandoned.set()
        self._orders.put(None)
        while not self._deliveries.empty():  # a full queue may be what the thread waits for
            try:
                self._deliveries.get_nowait()
            except Empty:
                break


class EmbeddedResult:
    """The reader's side of an evaluation."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        opened = evaluation.receive()
        assert isinstance(opened, _Opened)
        self.kind = opened.kind
        self.variables = opened.variables
        self.answer = opened.answer

    def serialize(self, fmt: Format) -> Iterator[bytes]:
        """Return the answer in chunks; the first is ready when this returns."""
        query = self._evaluation.query
        self._evaluation.order(partial(_write, _Sink(self._evaluation), fmt, dict(query.prefixes)))
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
        self._evaluation.order(partial(_collect, self._evaluation, limit))
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


class _Sink:
    """The file an engine writes to: hands chunks to the reader, and stops when he leaves."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._buffer = bytearray()

    def write(self, data: bytes) -> int:
        self._buffer += data
        if len(self._buffer) >= CHUNK:
            self.flush()
        return len(data)

    def flush(self) -> None:
        if self._buffer:
            self._evaluation.deliver(bytes(self._buffer))
            self._buffer.clear()


def _write(sink: _Sink, fmt: Format, prefixes: dict[str, str], result: Evaluated) -> None:
    if isinstance(result, QueryTriples):
        pyoxigraph.serialize(result, sink, fmt.rdf, prefixes=prefixes)  # type: ignore[arg-type]
    else:
        result.serialize(sink, fmt.results)  # type: ignore[arg-type]  # a sink is all it needs
    sink.flush()


def _collect(evaluation: Evaluation, limit: int | None, result: Evaluated) -> None:
    rows: list[Solution] = []
    if isinstance(result, QuerySolutions):
        names = [variable.value for variable in result.variables]
        for solution in result:
            if limit is not None and len(rows) >= limit:
                break
            values = zip(names, solution, strict=True)
            rows.append({name: value for name, value in values if value is not None})
    elif isinstance(result, QueryTriples):
        for triple in result:
            if limit is not None and len(rows) >= limit:
                break
            rows.append({"s": triple.subject, "p": triple.predicate, "o": triple.object})
    evaluation.deliver(rows)


def _translate(error: Exception, text: str) -> PartageError:
    message = str(error)
    if place := _POSITION.fullmatch(message):
        line, column = int(place[1]), int(place[2])
        return QuerySyntaxError(
            f"Line {line}, column {column}: {_expected(place[3])}", line, column
        )
    if isinstance(error, SyntaxError | ValueError):
        return QuerySyntaxError(message)
    if unknown := _UNKNOWN_FUNCTION.search(message):
        return QuerySyntaxError(
            f"The function {unknown[1]} is not known here. Use the functions of SPARQL 1.1."
        )
    return EngineFailure(f"{type(error).__name__}: {message}\nwhile answering: {text}")


def _expected(message: str) -> str:
    """Shorten the parser's list of alternatives to what a person can use."""
    listed = re.sub(r"'[^']*'\.\.='[^']*'|\[[^\]]*\]", "", message.removeprefix("expected "))
    words: list[str] = [
        word.strip()
        for word in re.findall(
            r'"(?:\\.|[^"\\])*"|[A-Za-z][^,\[\]"]*', listed.removeprefix("one of ")
        )
    ]
    if sentences := [word for word in words if " " in word and word[0].isupper()]:
        return sentences[0] + "."
    if not words:
        return "this is not expected here."
    more = " or others." if len(words) > 8 else "."
    return "expected " + ", ".join(words[:8]) + more
