"""The server's end of one query process (`partage.store.workers.worker`)."""

import contextlib
import logging
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import partage
from partage.errors import EngineUnavailable, PartageError
from partage.store.workers.exit_reasons import exit_error
from partage.store.workers.wire import Evaluate, Order, WorkerReady, receive, send

STDERR_TAIL_BYTES = 4000
NICE = 15
# How long a process may take to open its store.
SECONDS_TO_START = 60
# How long one that has closed its answers may take to end by itself.
SECONDS_TO_END = 5

log = logging.getLogger(__name__)


class WorkerProcess:
    """
    One process that answers one query at a time.

    A `reserved` one keeps its priority and is for queries that are soon done; the others step back
    behind everything else on the machine.
    """

    def __init__(self, store: Path, memory: int, *, reserved: bool) -> None:
        """
        Start the process.

        Raises
        ------
        EngineUnavailable
            The system refuses it: no descriptor, memory, process or temporary file is left.
        """
        self.reserved = reserved
        self.memory = memory
        self._reap_lock = threading.Lock()
        self._stderr_text = ""
        try:
            self._start(_command(store, memory, 0 if reserved else NICE))
        except (OSError, MemoryError, subprocess.SubprocessError) as error:
            raise EngineUnavailable(f"A query process cannot be started: {error}") from error

    def _start(self, command: Sequence[str]) -> None:
        with contextlib.ExitStack() as opened:
            self._stderr = opened.enter_context(tempfile.TemporaryFile())
            # Of a pipe the end shows once the process is dead, and on a busy machine one that
            # stepped back dies slowly. A socket can be hung up from here.
            self._answers, theirs = socket.socketpair()
            opened.enter_context(self._answers)
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                    command,
                    stdin=subprocess.PIPE,
                    stdout=theirs.fileno(),
                    stderr=self._stderr,
                    env=_environment(),
                )
            opened.pop_all()
        assert self._process.stdin is not None
        self._to, self._from = self._process.stdin, self._answers.makefile("rb")

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended; to be asked of one that has nothing to say."""
        try:
            self._answers.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except OSError:  # closed
            return False
        return False  # its end shows here sooner than its exit status

    def await_ready(self) -> WorkerReady:
        """
        Wait until it has opened the store.

        Raises
        ------
        EngineUnavailable
            It could not, or not in time.
        """
        self._answers.settimeout(SECONDS_TO_START)
        try:
            message = receive(self._from)
        except (EOFError, TimeoutError, ValueError):
            reason = self.stderr_tail() or "it said nothing"
            raise EngineUnavailable(f"A query process did not start: {reason}") from None
        self._answers.settimeout(None)
        if isinstance(message, PartageError):
            raise message
        assert isinstance(message, WorkerReady)
        return message

    def send(self, message: Evaluate | Order) -> None:
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
        """Kill it; who waits for its next delivery gets the end of the stream first."""
        # In this order: a process that ends may take the processor that the reader needs.
        with contextlib.suppress(OSError):  # it has been reaped
            self._answers.shutdown(socket.SHUT_RDWR)
        self._process.kill()

    def reap(self) -> int:
        """Wait for a dead process, free what it held, and return its exit status."""
        status = self._process.wait()
        self.stderr_tail()  # while they can be read
        with self._reap_lock:
            for stream in (self._to, self._from, self._answers, self._stderr):
                with contextlib.suppress(BrokenPipeError):  # an order was never read
                    stream.close()
        return status

    def exit_error(self) -> PartageError:
        """Say why a process ended that nobody had ended."""
        try:
            status = self._process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:  # it closed its answers, and that was all
            self.kill()
            status = self._process.wait()
        return exit_error(self.pid, status, self.stderr_tail(), self.memory)

    def stderr_tail(self) -> str:
        """Return the end of what it wrote to standard error."""
        with self._reap_lock:
            if not self._stderr.closed:
                end = self._stderr.seek(0, os.SEEK_END)
                self._stderr.seek(max(0, end - STDERR_TAIL_BYTES))
                self._stderr_text = self._stderr.read().decode(errors="replace").strip()
            return self._stderr_text


def _command(store: Path, memory: int, niceness: int) -> Sequence[str]:
    # -P: the directory that the server was started in is no place to import from.
    worker = [sys.executable, "-P", "-m", "partage.store.workers.worker"]
    return [*worker, str(store), str(memory), str(niceness)]


def _environment() -> dict[str, str]:
    """Return an environment in which the process finds the package that runs here."""
    package = Path(partage.__file__).parents[1]
    path = os.pathsep.join(filter(None, (str(package), os.environ.get("PYTHONPATH"))))
    # A backtrace would drive the reason of an end out of the last words.
    return {**os.environ, "PYTHONPATH": path, "RUST_BACKTRACE": "0"}
