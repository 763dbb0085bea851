"""A SPARQL endpoint on loopback that says what a test wants it to say, and keeps what it heard."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from pyoxigraph import QueryResultsFormat, QuerySolutions, Store

JSON = "application/sparql-results+json"
Binding = Mapping[str, Mapping[str, str]]


@dataclass(slots=True)
class Saying:
    """What the endpoint answers; `pause` is how many seconds pass before each of its bytes."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": JSON})
    body: bytes = b""
    pause: float = 0


@dataclass(slots=True)
class OtherEndpoint:
    """Where it listens, what it says next, and what it was asked."""

    url: str = ""
    saying: Saying = field(default_factory=Saying)
    heard: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    store: Store | None = None

    def answer(self, query: str) -> Saying:
        """Return what to answer: from the store where there is one."""
        if self.store is None:
            return self.saying
        result = self.store.query(query)
        assert isinstance(result, QuerySolutions)
        return Saying(body=result.serialize(format=QueryResultsFormat.JSON) or b"")

    def say(self, variables: list[str], *rows: Binding) -> None:
        """Answer with solutions."""
        answer = {"head": {"vars": variables}, "results": {"bindings": rows}}
        self.saying = Saying(body=json.dumps(answer).encode())


def iri(value: str) -> dict[str, str]:
    return {"type": "uri", "value": value}


def literal(value: str, **kind: str) -> dict[str, str]:
    return {"type": "literal", "value": value, **kind}


def blank(value: str) -> dict[str, str]:
    return {"type": "bnode", "value": value}


@contextmanager
def listening() -> Iterator[OtherEndpoint]:
    """Run the endpoint until the block ends."""
    other = OtherEndpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
            plain = self.headers["Content-Type"].startswith("application/sparql-query")
            query = body if plain else parse_qs(body)["query"][0]
            other.heard.append(query)
            other.headers.append(dict(self.headers.items()))
            said = other.answer(query)
            self.send_response(said.status)
            for name, value in {"Content-Length": str(len(said.body)), **said.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # whoever asked may have left
                for byte in said.body if said.pause else ():
                    time.sleep(said.pause)
                    self.wfile.write(bytes([byte]))
                if not said.pause:
                    self.wfile.write(said.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    other.url = f"http://127.0.0.1:{server.server_port}/sparql"
    try:
        yield other
    finally:
        server.shutdown()
        server.server_close()
