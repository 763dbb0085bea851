"""Start servers on loopback, ask them, weigh their memory, and end them by their process ids."""

import http.client
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.peers import Peer, free_port

ROOT = Path(__file__).parents[1]
JSON = "application/sparql-results+json"
N_TRIPLES = "application/n-triples"
OF_GRAPHS = re.compile(r"^(?:CONSTRUCT|DESCRIBE)\b", re.MULTILINE)
KEPT_SECONDS, IDLE_SHARE = 1.0, 0.03
PAGE = os.sysconf("SC_PAGE_SIZE")
FIRST = "ASK { ?s ?p ?o }"


class Unanswered(Exception):
    """A query that got no answer: why."""


@dataclass(slots=True)
class Answer:
    """An answer, and how long it took: what the server says of a library, else what we saw."""

    body: bytes
    media_type: str
    seconds: float


@dataclass(slots=True)
class Server:
    """A running server and its connection."""

    peer: Peer
    port: int
    process: subprocess.Popen[bytes]
    start_seconds: float
    connection: http.client.HTTPConnection | None = None
    used: float = 0.0

    def path(self, query: str) -> str:
        """Return the request target that asks a query."""
        given = {"query": query}
        if self.peer.graph:
            given["default-graph-uri"] = self.peer.graph
        return f"{self.peer.path}?{urlencode(given)}"

    def ask(self, query: str, limit: float) -> Answer:
        """
        Ask a query over a connection that is kept.

        Raises
        ------
        Unanswered
            It took longer than the limit, or the server says no.
        """
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port)
        if time.monotonic() - self.used > KEPT_SECONDS:
            self.connection.close()  # the server may have done so; it is opened again
        self.connection.timeout = limit
        if self.connection.sock is not None:
            self.connection.sock.settimeout(limit)
        accept = {"Accept": N_TRIPLES if OF_GRAPHS.search(query) else JSON}
        began = time.perf_counter()
        try:
            self.connection.request("GET", self.path(query), headers=accept)
            response = self.connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            self.connection = None
            why = f"no answer in {limit:g} s" if isinstance(error, TimeoutError) else repr(error)
            raise Unanswered(why) from error
        taken = time.perf_counter() - began
        self.used = time.monotonic()
        if response.status != 200:
            raise Unanswered(f"status {response.status}: {body[:100].decode(errors='replace')}")
        inside = response.headers.get("X-Seconds")
        kind = response.headers.get_content_type()
        return Answer(body, kind, float(inside) if inside else taken)

    def settle(self, most: float = 60) -> None:
        """Wait until its processes have nothing left to do of their own accord."""
        until = time.monotonic() + most
        before = -1.0
        while time.monotonic() < until:
            now = sum(map(_processor_seconds, descendants(self.process.pid)))
            if before >= 0 and now - before < IDLE_SHARE:
                return
            before = now
            time.sleep(1)

    def memory(self) -> float:
        """Return the proportional memory of all of its processes, in MiB."""
        return sum(map(_proportional, descendants(self.process.pid))) / 1024


@contextmanager
def serving(
    peer: Peer, data: Path, folder: Path, environment: Mapping[str, str], limit: float = 900
) -> Iterator[Server]:
    """Serve a folder until the block ends; its process began a session, which ends with it."""
    port = free_port()
    command = peer.command(data, folder, port)
    began = time.perf_counter()
    with (folder / "errors.txt").open("wb") as errors:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | dict(peer.environment) | dict(environment),
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
    server = Server(peer, port, process, 0.0)
    try:
        while True:
            with suppress(Unanswered):
                server.ask(FIRST, limit)
                break
            if process.poll() is not None or time.perf_counter() - began > limit:
                said = (folder / "errors.txt").read_text(errors="replace")[-500:]
                raise RuntimeError(f"{command} does not answer: {said}")
            time.sleep(0.01)
        server.start_seconds = time.perf_counter() - began
        yield server
    finally:
        if server.connection:
            server.connection.close()
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and end it with its session if it does not."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=3)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def descendants(process: int) -> list[int]:
    """Return a process and all that it has begun."""
    found = [process]
    with suppress(OSError):  # it may end meanwhile
        for task in Path(f"/proc/{process}/task").glob("*/children"):
            for child in task.read_text().split():
                found += descendants(int(child))
    return found


def is_query_process(process: int) -> bool:
    """Tell whether a process evaluates queries for our server."""
    try:
        return "partage.store.workers.worker" in Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return False


def resident(process: int) -> int:
    """Return the resident memory of a process in bytes, 0 of one that has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0


def _processor_seconds(process: int) -> float:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _proportional(process: int) -> int:
    """Return the PSS of a process in KiB; shared pages count in part for each that has them."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
