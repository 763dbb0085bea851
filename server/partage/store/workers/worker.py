"""
A query process: `python -m partage.store.workers.worker STORE MEMORY NICENESS`.

It opens a store, gives up what it does not need (the network, memory beyond its share, priority),
and answers one query after another, in its only thread; the stores of older releases it opens when
they are asked. The server kills it when a query has run for too long; so it keeps nothing that
would be missed.
"""

import os
import signal
import sys
import threading
import time
from functools import lru_cache
from pathlib import Path

from pyoxigraph import Store

from partage.errors import EngineUnavailable, PartageError
from partage.rdf.formats import by_key
from partage.store.embedded.serialization import (
    CHUNK,
    MAX_SOLUTIONS_BYTES,
    AnswerHead,
    AnswerTooLong,
    ChunkWriter,
    EndOfAnswer,
    Evaluated,
    collect,
    evaluate,
    solutions_too_large,
    translate,
    write,
)
from partage.store.engine import Query, Solution
from partage.store.release_stores.directories import open_store
from partage.store.workers.memory import limit_memory
from partage.store.workers.sandbox import enter_sandbox
from partage.store.workers.wire import (
    Close,
    Collect,
    Evaluate,
    ReadableStream,
    Serialize,
    WorkerReady,
    WritableStream,
    receive,
    send,
)

SECONDS_BETWEEN_LOOKS = 1.0
# A store is open in 25 ms, but holds files and memory while it is.
STORES_OPEN = 8
_open = lru_cache(STORES_OPEN)(open_store)


def main() -> None:
    """Answer queries from standard input on standard output until either is closed."""
    directory, memory, niceness = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's to hear
    orders, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not print into an answer
    threading.Thread(target=_exit_with_parent, args=(os.getppid(),), daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(niceness)
    try:
        store = _open(directory)
    except EngineUnavailable as error:
        send(answers, error.with_traceback(None))
        return
    ready = WorkerReady(sandbox=enter_sandbox().description, memory=limit_memory(memory))
    try:
        send(answers, ready)
        while True:
            order = receive(orders)
            assert isinstance(order, Evaluate)
            send(answers, _answer(order, store, orders, answers))
    except (EOFError, BrokenPipeError):
        os._exit(0)  # the server is gone, or wants no more of us


def _answer(
    order: Evaluate, current: Store, orders: ReadableStream, answers: WritableStream
) -> EndOfAnswer | PartageError:
    try:
        store = current if order.store is None else _open(order.store)
    except EngineUnavailable as error:
        return error.with_traceback(None)
    return _Answering(store, order.query, answers).run(orders)


def _exit_with_parent(parent: int) -> None:
    """End this process when the server has ended, even in the middle of a query."""
    while os.getppid() == parent:
        time.sleep(SECONDS_BETWEEN_LOOKS)
    os._exit(1)


class _Answering:
    """One query on its way from a store to a stream."""

    def __init__(self, store: Store, query: Query, answers: WritableStream) -> None:
        self._store = store
        self._query = query
        self._answers = answers

    def run(self, orders: ReadableStream) -> EndOfAnswer | PartageError:
        """Evaluate, open, carry out one order; return how it ended."""
        try:
            result = evaluate(self._store, self._query)
            written = self._query.written
            send(self._answers, AnswerHead(result), at_once=written is None)
            self._carry_out(Serialize(written) if written else receive(orders), result)
        except BrokenPipeError:
            raise
        except AnswerTooLong:
            return solutions_too_large()
        except PartageError as error:  # what the format has no way to write
            return error.with_traceback(None)
        except (SyntaxError, ValueError, RuntimeError, OSError) as error:
            return translate(error, self._query.text)
        return EndOfAnswer()

    def deliver(self, delivery: bytes | list[Solution]) -> None:
        """Send a part of the answer; a full pipe makes us wait for its reader."""
        # What is shorter than a chunk is the last, and goes with the end.
        send(self._answers, delivery, at_once=len(delivery) >= CHUNK, max_bytes=MAX_SOLUTIONS_BYTES)

    def _carry_out(self, order: object, result: Evaluated) -> None:
        match order:
            case Serialize(key):
                fmt = by_key(key)
                assert fmt is not None
                write(ChunkWriter(self), fmt, dict(self._query.prefixes), result)
            case Collect(limit):
                collect(self, limit, result)
            case Close():
                pass


if __name__ == "__main__":
    main()
