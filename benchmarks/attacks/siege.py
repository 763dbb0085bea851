"""One attack on one running server: the attacking and the honest clients, and what it costs."""

import http.client
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from benchmarks.attacks.honest import KEPT, LOOKUP, PATIENCE
from benchmarks.attacks.target import Watch
from benchmarks.servers import ROOT

RECOVERY = 20.0
ASKED_AFTERWARDS = ("/healthz", KEPT, "/sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D%23{}", "/readyz")
CITED = urlencode({"query": LOOKUP + " ORDER BY ?p ?o"})

Figures = dict[str, Any]


def siege(name: str, port: int, process: int, seconds: float, margin: float = 1.5) -> Figures:
    """
    Play an attack on a server that answers, and return what honest clients and we saw.

    They begin `margin` seconds before it, and go on for as long after it.
    """
    _allow_connections()
    status(port, KEPT)  # so that it is kept
    load = round(os.getloadavg()[0], 1)
    with Watch(process) as watch:
        whole = margin + seconds + margin
        honest = _start("honest", str(port), str(whole))
        assert honest.stdout is not None
        honest.stdout.readline()
        time.sleep(margin)
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
