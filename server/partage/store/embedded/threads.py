"""
Threads that evaluate queries.

A result iterator of pyoxigraph aborts the interpreter when it is touched by another thread than
the one that made it, while a WSGI server may read a response from any thread. So each evaluation
is evaluated in one of these threads, and only bytes and terms leave it.

The threads are daemons: a query that runs for ever does not keep a stopped server alive.
"""

import threading
from collections.abc import Callable
from queue import SimpleQueue

Job = Callable[[], None]


class EvaluationThreads:
    """Threads that take jobs; one is added when none is idle, and idle ones are used again."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._idle = 0
        self._size = 0

    def submit(self, job: Job) -> None:
        """Run `job` in one of the threads; a job must not raise."""
        with self._lock:
            if self._idle:
                self._idle -= 1
                hire = False
            else:
                self._size += 1
                hire = True
        self._jobs.put(job)
        if hire:
            threading.Thread(target=self._work, name="partage-query", daemon=True).start()

    def shut_down(self) -> None:
        """End every thread once its job is done."""
        with self._lock:
            size, self._size, self._idle = self._size, 0, 0
        for _ in range(size):
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
            del job  # a job holds its result; an idle thread must not
            with self._lock:
                self._idle += 1
