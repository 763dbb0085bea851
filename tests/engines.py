"""
The engines that the contract is asked of, each filled with the small dataset.

Servers run on loopback ports of their own and are ended by process id.
"""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, serialize
from werkzeug.serving import make_server

from partage.rdf.namespaces import GRAPH
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine

SECONDS_TO_START = 30
REQUIRE_VIRTUOSO = "PARTAGE_REQUIRE_VIRTUOSO"
# Virtuoso has no default graph of its own: this graph plays it.
VIEW = GRAPH + "current-view"
VIRTUOSO_INI = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 50
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 50
"""


@dataclass(frozen=True)
class Service:
    """A running SPARQL service: where to query it and where to write to it."""

    query: str
    store: str = ""
    update: str = ""
    default_graph: str | None = None
    auth: httpx.Auth | None = None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_answer(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        with suppress(httpx.TransportError):
            httpx.get(url, timeout=2, trust_env=False)
            return
        assert process.poll() is None, f"{process.args!r} ended at once"
        time.sleep(0.05)
    raise AssertionError(f"{process.args!r} does not answer at {url}")


@contextmanager
def running(command: list[str], where: Path, url: str) -> Iterator[None]:
    with (where / "output.txt").open("wb") as output:
        process = subprocess.Popen(command, cwd=where, stdout=output, stderr=output)
        try:
            await_answer(url, process)
            yield
        finally:
            process.kill()
            process.wait()


@contextmanager
def our_app(quads: list[Quad]) -> Iterator[Service]:
    """Serve the quads through our own application, in this process."""
    from partage.web.app import create_app

    store = Store()
    store.bulk_extend(quads)
    engine = EmbeddedEngine(store)
    server = make_server("127.0.0.1", 0, create_app(Settings(), engine), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Service(f"http://127.0.0.1:{server.server_port}/sparql")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        engine.close()


@contextmanager
def oxigraph(where: Path) -> Iterator[Service]:
    """Run Oxigraph's own server, empty."""
    program = Path(sys.executable).parent / "oxigraph"
    found = str(program) if program.is_file() else shutil.which("oxigraph")
    assert found, "the package `oxigraph` belongs to the development group: run `make test`"
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [found, "serve", "--location", str(where / "store"), "--bind", f"127.0.0.1:{port}"]
    with running(command, where, address):
        yield Service(f"{address}/query", f"{address}/store", f"{address}/update")


def virtuoso_missing() -> str | None:
    """Return why Virtuoso cannot be tested here; an error instead where it is required."""
    if shutil.which("virtuoso-t"):
        return None
    reason = "virtuoso-t is not installed (Debian: apt-get install virtuoso-opensource-7-bin)"
    assert not os.environ.get(REQUIRE_VIRTUOSO), f"{REQUIRE_VIRTUOSO} is set, but {reason}"
    return reason


@contextmanager
def virtuoso(where: Path) -> Iterator[Service]:
    """Run a fresh Virtuoso; its administrator's password is that of every fresh Virtuoso."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    ini = VIRTUOSO_INI.format(sql=free_port(), http=port)
    (where / "virtuoso.ini").write_text(ini, encoding="utf-8")
    command = ["virtuoso-t", "+foreground", "+configfile", "virtuoso.ini"]
    with running(command, where, f"{address}/sparql"):
        yield Service(
            f"{address}/sparql",
            f"{address}/sparql-graph-crud-auth",
            f"{address}/sparql-auth",
            VIEW,
            httpx.DigestAuth("dba", "dba"),
        )


def fill(service: Service, quads: list[Quad]) -> None:
    """Put quads into a service by the Graph Store Protocol, as a client of its own would."""
    names = {quad.graph_name for quad in quads}
    with httpx.Client(auth=service.auth, timeout=30, trust_env=False) as client:
        for name in names:
            graph = [Quad(q.subject, q.predicate, q.object) for q in quads if q.graph_name == name]
            body = serialize(graph, format=RdfFormat.N_TRIPLES)
            which = {"default": ""}
            if isinstance(name, NamedNode):
                which = {"graph": name.value}
            elif service.default_graph:
                assert isinstance(name, DefaultGraph)
                which = {"graph": service.default_graph}
            response = client.put(
                service.store,
                params=which,
                content=body,
                headers={"Content-Type": "application/n-triples"},
            )
            assert response.is_success, response.text
