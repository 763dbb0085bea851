"""What rows of the target table measure by themselves, mostly of the server of the release."""

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import wrk
from benchmarks.mix import Json
from benchmarks.peers import oxigraph, partage
from benchmarks.servers import JSON, ROOT, Server, serving
from partage.rdf.namespaces import BASE

LOOKUP = "SELECT ?p ?o WHERE { <https://w3id.org/partage/id/org/netflix> ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
WORKERS = 2
STEP_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Bench:
    """What rows are measured with: the corpus, other graphs, things to look up, and how long."""

    corpus: Path
    data: Callable[[str, float], Path]
    things: Sequence[str]
    seconds: float


PUBLISHED = replace(
    partage.PEER,
    command=lambda _data, _folder, port: [*partage.PARTAGE, "serve", "--port", str(port)],
)
"""Our server over the built release, as it is published."""


@contextmanager
def published(archive: str = "", **environment: str) -> Iterator[Server]:
    """Serve the built release; what a start keeps for the next one is in the archive."""
    with tempfile.TemporaryDirectory() as name:
        kept = {"PARTAGE_ARCHIVE": archive or f"{name}/archive"}
        with serving(PUBLISHED, Path(name), Path(name), environment | kept) as server:
            server.settle()
            yield server


def landing(server: Server, path: str, accept: str) -> str:
    """Return where a request ends after redirections, as a path."""
    for _ in range(5):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.request("GET", path, headers={"Accept": accept})
        response = connection.getresponse()
        response.read()
        connection.close()
        if response.status < 300:
            return path
        where = response.headers["Location"]
        path = where if where.startswith("/") else "/" + where.split("/", 3)[3]
    raise RuntimeError(f"{path} is redirected again and again")


def loads(
    server: Server, path: str, accept: str, seconds: float, connections: int = 8
) -> dict[str, float]:
    """Return what a server stands of one address."""
    headers = {"Accept": accept}
    wrk.load(server.port, [path], connections, seconds / 3, headers)
    return wrk.load(server.port, [path], connections, seconds, headers).as_json()


def repeated(bench: Bench) -> Json:
    """Measure the same lookup, page and dump again and again, ours beside Oxigraph's own."""
    found: Json = {"ours": {}, "oxigraph": {}}
    construct = LOOKUP.replace("SELECT ?p ?o", "CONSTRUCT")
    with published() as server:
        page = landing(server, "/id/org/netflix", "text/html")
        ask = server.path(LOOKUP)
        found["ours"] = {
            "lookup": loads(server, ask, JSON, bench.seconds),
            "page": loads(server, page, "text/html", bench.seconds),
            "dump": loads(server, "/download/current-view.nt.gz", "*/*", bench.seconds),
        }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        oxigraph.PEER.load(bench.corpus, folder)
        with serving(oxigraph.PEER, bench.corpus, folder, {}) as server:
            found["oxigraph"] = {
                "lookup": loads(server, server.path(LOOKUP), JSON, bench.seconds),
                "page": loads(server, server.path(construct), "text/turtle", bench.seconds),
                "dump": loads(server, "/store?default", "application/n-triples", bench.seconds),
            }
    return found


def pages(bench: Bench) -> Json:
    """Measure pages of as many things as there are, none from the cache, at 8 connections."""
    forms = {"HTML": "text/html", "Turtle": "text/turtle"}
    found: Json = {}
    with published(PARTAGE_CACHE_BYTES="0") as server:
        for form, accept in forms.items():
            local = ["/" + thing.removeprefix(BASE) for thing in bench.things]
            paths = [landing(server, path, accept) for path in local[:300]]
            headers = {"Accept": accept}
            wrk.load(server.port, paths, 8, bench.seconds / 3, headers)
            found[form] = wrk.load(server.port, paths, 8, bench.seconds, headers).as_json()
    return found


def start(_bench: Bench) -> Json:
    """Measure the first start on the built release, and the median of three more, with memory."""
    starts, memories = [], []
    with tempfile.TemporaryDirectory() as archive:
        for _ in range(4):
            with published(archive) as server:
                starts.append(server.start_seconds)
                memories.append(server.memory())
    return {
        "first": round(starts[0], 3),
        "start": round(statistics.median(starts[1:]), 3),
        "memory": round(statistics.median(memories), 1),
    }


def build(_bench: Bench) -> Json:
    """Build the release anew, in a folder of its own; return its report."""
    with tempfile.TemporaryDirectory() as name:
        environment = os.environ | {"PARTAGE_RELEASE": f"{name}/release"}
        command = [*partage.PARTAGE, "build", "--force"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        report: Json = json.loads(Path(name, "build-report.json").read_text(encoding="utf-8"))
    return {"total": report["total_seconds"], "steps": report["seconds"]}


def step(name: str) -> Callable[[Bench], Json]:
    """Return the measure of a step of the pipeline at 1 million triples, in its own process."""

    def measure(bench: Bench) -> Json:
        data = bench.data("committed", 1e6)
        command = [sys.executable, "-m", "benchmarks.steps", name, str(data)]
        try:
            said = subprocess.run(
                command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=STEP_SECONDS
            ).stdout
        except subprocess.TimeoutExpired:
            return {"unanswered": f"more than {STEP_SECONDS} s"}
        except subprocess.CalledProcessError as error:
            return {"unanswered": error.stderr.strip().rpartition("\n")[2][:200]}
        found: Json = json.loads(said)
        return found

    return measure


def runaway(bench: Bench) -> Json:
    """Measure first-time lookups while nothing, and while an endless query per worker, runs."""
    asked = [
        "/sparql?" + urlencode({"query": f"SELECT * {{ <{thing}> ?p ?o }} LIMIT 8 # NUMBER"})
        for thing in bench.things
    ]
    with published(PARTAGE_QUERY_WORKERS=str(WORKERS), PARTAGE_QUERY_SECONDS="300") as server:

        def lookups() -> Json:
            return wrk.load(server.port, asked, 1, 2 * bench.seconds, {"Accept": JSON}).as_json()

        def attack() -> None:
            held = 3 * bench.seconds + 3
            given = urlencode({"query": ENDLESS, "timeout": f"{held:g}"})
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60 + held)
            connection.request("GET", f"/sparql?{given}")
            connection.getresponse().read()

        lookups()
        idle = lookups()
        attackers = [threading.Thread(target=attack) for _ in range(WORKERS)]
        for attacker in attackers:
            attacker.start()
        time.sleep(1)
        attacked = lookups()
        for attacker in attackers:
            attacker.join()
    return {"idle": idle, "attacked": attacked}


MEASURES: dict[str, Callable[[Bench], Json]] = {
    "repeated": repeated,
    "pages": pages,
    "start": start,
    "build": build,
    "validate": step("validate"),
    "materialize": step("materialize"),
    "runaway": runaway,
}
