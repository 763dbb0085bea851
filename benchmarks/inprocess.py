"""
Answer queries of a library in process, so that it can be asked and ended as servers are.

The header `X-Seconds` tells how long the library took, without HTTP: that is what is measured.
"""

import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

Answering = Callable[[str], tuple[str, bytes]]
JSON, N_TRIPLES = "application/sparql-results+json", "application/n-triples"


def rdflib_answers(data: Path) -> Answering:
    """Return rdflib over a file, in memory."""
    import rdflib

    graph = rdflib.Graph(bind_namespaces="none").parse(data, format="nt")

    def answer(query: str) -> tuple[str, bytes]:
        result = graph.query(query)
        of_graph = result.type in ("CONSTRUCT", "DESCRIBE")
        body = result.serialize(format="nt" if of_graph else "json") or b""
        return N_TRIPLES if of_graph else JSON, body

    return answer


def pyoxigraph_answers(store: Path) -> Answering:
    """Return pyoxigraph over a store on disk."""
    from pyoxigraph import QueryResultsFormat, QueryTriples, RdfFormat, Store, serialize

    opened = Store.read_only(str(store))

    def answer(query: str) -> tuple[str, bytes]:
        result = opened.query(query)
        if isinstance(result, QueryTriples):
            return N_TRIPLES, serialize(result, format=RdfFormat.N_TRIPLES) or b""
        return JSON, result.serialize(format=QueryResultsFormat.JSON) or b""

    return answer


LIBRARIES = {"rdflib": rdflib_answers, "pyoxigraph": pyoxigraph_answers}


def main(library: str, data: str, port: str) -> None:
    """Answer until ended."""
    answer = LIBRARIES[library](Path(data))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            (query,) = parse_qs(urlsplit(self.path).query)["query"]
            began = time.perf_counter()
            media_type, body = answer(query)
            taken = time.perf_counter() - began
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("X-Seconds", f"{taken:.9f}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    HTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
