"""The server's end of one query process (`partage.store.worker`)."""

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import partage
from partage.errors import EngineUnavailable, MemoryExceeded, PartageError, QueryCrashed
from partage.store.frames import Asked, Order, Ready, receive, send

# What the allocators of Rust, C++ and Python say, in this order, before they give up.
OUT_OF_MEMORY = ("memory allocation of", "bad_alloc", "MemoryError", "Cannot allocate memory")
LAST_WORDS = 4000
NICE = 15

log = logging.getLogger(__name__)


class WorkerProcess:
    """
    One process that answers one query at a time.

    A `reserved` one keeps its priority and is for queries that are soon done; the others step back
    behind everything else on the machine.
    """

    def __init__(self, store: Path, memory: int, *, reserved: bool) -> None:
        self.reserved = reserved
        self.memory = memory
        self._burial = threading.Lock()
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  # it lives as long as the process
        niceness = 0 if reserved else NICE
        # Of a pipe the end shows once the process is dead, and on a busy machine one that stepped
        # back dies slowly. A socket can be hung up from here.
        self._answers, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                _command(store, memory, niceness),
                stdin=subprocess.PIPE,
                stdout=theirs.fileno(),
                stderr=self._stderr,
                env={**os.environ, "PYTHONPATH": _python_path()},
            )
        assert self._process.stdin is not None
        self._to, self._from = self._process.stdin, self._answers.makefile("rb")

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def await_ready(self) -> Ready:
        """
        Wait until it has opened the store.

        Raises
        ------
        EngineUnavailable
            It could not.
        """
        try:
            message = receive(self._from)
        except EOFError:
            raise EngineUnavailable(
                f"A query process did not start: {self.last_words() or 'it said nothing'}"
            ) from None
        if isinstance(message, PartageError):
            raise message
        assert isinstance(message, Ready)
        return message

    def send(self, message: Asked | Order) -> None:
        """
        Send a query or an order.

        Raises
        ------
        EOFError
            The process is gone.
        """
        try:
            send(self._to, message)
        except (BrokenPipeError, ValueError) as error:
            raise EOFError from error

    def receive(self) -> object:
        """
        Wait for its next delivery.

        Raises
        ------
        EOFError
            The process is gone.
        """
        try:
            return receive(self._from)
        except ValueError as error:  # closed under our hands
            raise EOFError from error

    def kill(self) -> None:
        """End it at once: whoever waits for its next delivery hears of it before it is dead."""
        # In this order: a dying process may take the processor that the reader needs to hear of it.
        with contextlib.suppress(OSError):  # it is buried already
            self._answers.shutdown(socket.SHUT_RDWR)
        self._process.kill()

    def bury(self) -> int:
        """Wait for a dead process, free what it held, and return its exit status."""
        status = self._process.wait()
        with self._burial:
            for stream in (self._to, self._from, self._answers, self._stderr):
                with contextlib.suppress(BrokenPipeError):  # an order was never read
                    stream.close()
        return status

    def post_mortem(self) -> PartageError:
        """Say why a process ended that nobody had ended."""
        status = self._process.wait()
        words = self.last_words()
        if any(sign in words for sign in OUT_OF_MEMORY):
            return MemoryExceeded(
                "The query needed more than the %(bytes)s bytes of memory that a query may "
                "have. Make it more selective, or sort and group fewer solutions.",
                bytes=self.memory,
            )
        cause = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        log.error("Query process %d died of %s: %s", self.pid, cause, words)
        crash = QueryCrashed(
            "The process that evaluated the query ended in the middle of it. Other queries are not "
            "affected, and another process has taken its place. Make the query simpler: nest it "
            "less deeply, or cut it in two."
        )
        crash.add_note(f"Cause: {cause}: {words}")
        return crash

    def last_words(self) -> str:
        """Return the end of what it wrote to standard error."""
        try:
            end = self._stderr.seek(0, os.SEEK_END)
            self._stderr.seek(max(0, end - LAST_WORDS))
            return self._stderr.read().decode(errors="replace").strip()
        except ValueError:
            return ""


def _command(store: Path, memory: int, niceness: int) -> Sequence[str]:
    # -P: the directory that the server was started in is no place to import from.
    worker = [sys.executable, "-P", "-m", "partage.store.worker"]
    return [*worker, str(store), str(memory), str(niceness)]


def _python_path() -> str:
    """Return a path on which the process finds the package that runs here, wherever that is."""
    package = Path(partage.__file__).parents[1]
    return os.pathsep.join(filter(None, (str(package), os.environ.get("PYTHONPATH"))))
