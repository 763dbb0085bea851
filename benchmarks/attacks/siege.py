"""One attack on one running server: the attacking and the honest clients, and what it costs."""

import http.client
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.attacks.honest import KEPT, LOOKUP, PATIENCE
from benchmarks.servers import ROOT, descendants, is_query_process

INTERVAL = 0.1
PAGE = os.sysconf("SC_PAGE_SIZE")
# A server that takes more is ended, for the sake of the machine.
MOST_BYTES = 4_000_000_000
SECONDS_BEFORE, SECONDS_AFTER = 1.0, 2.0
RECOVERY = 20.0
ASKED_AFTERWARDS = ("/healthz", KEPT, "/sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D%23{}", "/readyz")
CITED = urlencode({"query": LOOKUP + " ORDER BY ?p ?o"})

Figures = dict[str, Any]


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


def resident(process: int) -> int:
    """Return the resident memory of a process in bytes, 0 of one that has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0


def descriptors(process: int) -> int:
    """Return how many descriptors a process has open, 0 of one that has ended."""
    try:
        return len(os.listdir(f"/proc/{process}/fd"))  # noqa: PTH208  # names are enough
    except OSError:
        return 0


def siege(name: str, port: int, process: int, seconds: float) -> Figures:
    """Play an attack on a server that answers, and return what honest clients and we saw."""
    _allow_connections()
    status(port, KEPT)  # so that it is kept
    load = round(os.getloadavg()[0], 1)
    with Watch(process) as watch:
        whole = SECONDS_BEFORE + seconds + SECONDS_AFTER
        honest = _start("honest", str(port), str(whole))
        assert honest.stdout is not None
        honest.stdout.readline()
        time.sleep(SECONDS_BEFORE)
        attack = _start("sending", name, str(port), str(process), str(seconds))
        sent = _result(attack, seconds + 10)
        began = time.monotonic()
        recovered = _recovers(port, began)
        cited = status(port, "/query", body=CITED)
        seen = _result(honest, whole + 2 * PATIENCE)
    return {
        "load": load,
        "honest": seen,
        "attacker": sent,
        "server (MB)": watch.server // 1_000_000,
        "query processes (MB)": watch.queries // 1_000_000,
        "descriptors": watch.descriptors,
        "recovered (s)": recovered,
        "citing afterwards": cited,
        "ended at 4 GB": watch.ended,
    }


def failures(figures: Figures) -> Mapping[str, int]:
    """Return how often each honest client got a status of 5xx, or no answer (0)."""
    found: dict[str, int] = {}
    for name, probe in figures["honest"].items():
        wrong = {s: n for s, n in probe["statuses"].items() if s == "0" or s >= "500"}
        found |= {f"{name} {status}": number for status, number in wrong.items()}
    if figures["citing afterwards"] != 303:
        found[f"citing {figures['citing afterwards']}"] = 1
    return found


def status(port: int, path: str, seconds: float = PATIENCE, body: str | None = None) -> int:
    """Return the status of a page, or of a form that is sent; 0 where none comes in time."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        method = "POST" if body else "GET"
        connection.request(method, path, body, {"Accept": "text/html", **kind})
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        return 0
    else:
        return response.status
    finally:
        connection.close()


def _recovers(port: int, began: float) -> float | None:
    """Return how long after an attack all is answered within a second; None for never."""
    number = 0
    while time.monotonic() - began < RECOVERY:
        number += 1
        if all(status(port, path.format(number), 1) == 200 for path in ASKED_AFTERWARDS):
            return round(time.monotonic() - began, 1)
        time.sleep(0.2)
    return None


def _start(module: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", f"benchmarks.attacks.{module}", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _result(process: subprocess.Popen[str], seconds: float) -> Any:
    try:
        said, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return {"unfinished": f"more than {seconds:.0f} s"}
    assert process.returncode == 0, (process.args, said)
    return json.loads(said)


def _allow_connections() -> None:
    """Let this process and those that it begins hold as many connections as the system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
