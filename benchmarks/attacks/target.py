"""The server that is attacked: of a source tree, on loopback, and what it takes."""

import os
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.peers import Peer, nothing_to_load
from benchmarks.servers import Server, descendants, is_query_process, resident, serving

INTERVAL = 0.1
# A server that takes more is ended, for the sake of the machine.
MOST_BYTES = 4_000_000_000
# As docs/how-to/run-in-public.md has it; each client has an address of its own.
PUBLIC = {
    "PARTAGE_CLIENT_SECONDS": "60",
    "PARTAGE_CLIENT_REQUESTS": "16",
    "PARTAGE_CLIENT_CONNECTIONS": "100",
}


@contextmanager
def server(
    tree: Path, settings: Mapping[str, str], files: int = 0, folder: Path | None = None
) -> Iterator[Server]:
    """Serve the built release of a source tree by its own environment, citing into a folder."""
    with tempfile.TemporaryDirectory() as name:
        kept = folder or Path(name)
        limit = f"ulimit -n {files}; " if files else ""
        serve = f"{limit}exec {tree}/.venv/bin/python -m partage serve --port "
        peer = Peer(
            version=lambda: "",
            load=nothing_to_load,
            command=lambda _data, _folder, port: ["bash", "-c", f"{serve}{port}"],
            path="/sparql",
        )
        environment = {
            "PARTAGE_RELEASE": f"{tree}/out/release",
            "PARTAGE_ARCHIVE": f"{tree}/out/archive",
            "PARTAGE_QUERY_STORE": f"{kept}/queries.jsonl",
            **settings,
        }
        with serving(peer, kept, kept, environment, limit=60) as running:
            yield running


@dataclass(slots=True)
class Watch:
    """Looks at a server's memory and descriptors until told to stop, and keeps the peaks."""

    process: int
    server: int = 0
    queries: int = 0
    descriptors: int = 0
    ended: bool = False
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Watch":
        """Begin."""
        self.look()
        threading.Thread(target=self._go_on, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._stop.set()

    def _go_on(self) -> None:
        while not self._stop.wait(INTERVAL):
            self.look()
            if self.server > MOST_BYTES and not self.ended:
                self.ended = True
                for process in descendants(self.process):
                    with suppress(ProcessLookupError):
                        os.kill(process, signal.SIGKILL)

    def look(self) -> None:
        """Look once: at the server's own processes, and at those that evaluate queries."""
        found = descendants(self.process)
        queries = set(filter(is_query_process, found))
        own = [process for process in found if process not in queries]
        self.server = max(self.server, sum(map(resident, own)))
        self.queries = max(self.queries, sum(map(resident, queries)))
        self.descriptors = max(self.descriptors, *map(descriptors, own))


def descriptors(process: int) -> int:
    """Return how many descriptors a process has open, 0 of one that has ended."""
    try:
        return len(os.listdir(f"/proc/{process}/fd"))  # noqa: PTH208  # names are enough
    except OSError:
        return 0
