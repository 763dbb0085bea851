"""Clients that ask a server without end, and what they saw: for what happens to it meanwhile."""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

from benchmarks.measures import LOOKUP


@dataclass(slots=True)
class Readers:
    """What clients that ask without end saw."""

    port: int
    pages: Sequence[str]
    halt: threading.Event = field(default_factory=threading.Event)
    answers: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0
    threads: list[threading.Thread] = field(default_factory=list)

    def read(self, number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        asked = 0
        while not self.halt.is_set():
            asked += 1
            fresh = f"/sparql?query={quote(LOOKUP)}%20%23{number}-{asked}"
            for path in (fresh, self.pages[asked % len(self.pages)]):
                began = time.perf_counter()
                try:
                    connection.request("GET", path, headers={"Accept": "*/*"})
                    response = connection.getresponse()
                    response.read()
                    self.answers[response.status] += 1
                except (OSError, http.client.HTTPException) as fault:
                    self.faults.append(f"{path}: {fault!r}")
                    connection.close()
                self.slowest = max(self.slowest, time.perf_counter() - began)
        connection.close()

    def report(self) -> dict[str, object]:
        return {
            "requests": self.answers.total() + len(self.faults),
            "statuses": dict(self.answers),
            "cut off": self.faults,
            "slowest (s)": round(self.slowest, 3),
        }


@contextmanager
def readers(port: int, clients: int, pages: Sequence[str]) -> Iterator[Readers]:
    """Read until the block ends."""
    all_of_them = Readers(port, pages)
    for number in range(clients):
        thread = threading.Thread(target=all_of_them.read, args=(number,))
        all_of_them.threads.append(thread)
        thread.start()
    try:
        time.sleep(1)
        yield all_of_them
        time.sleep(1)
    finally:
        all_of_them.halt.set()
        for thread in all_of_them.threads:
            thread.join()
