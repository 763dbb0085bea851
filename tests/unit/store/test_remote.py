"""What a remote engine makes of services that misbehave: a small server plays each of them."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from partage.errors import (
    EngineBusy,
    EngineFailure,
    EngineUnavailable,
    PartageError,
    QuerySyntaxError,
    QueryTimeout,
    SettingsError,
)
from partage.rdf.formats import by_key
from partage.store.engine import Query, QueryLimits
from partage.store.remote import remote_engine as remote
from partage.store.remote.remote_engine import RemoteEngine
from partage.store.workers.query_handle import QueryHandle

JSON = "application/sparql-results+json"
ROW = b'{"a":{"type":"uri","value":"http://e.example/"}}'
HEAD = b'{"head":{"vars":["a"]},"results":{"bindings":['
SELECT = Query("SELECT ?a { ?a ?b ?c }")


@contextmanager
def service(
    status: int, headers: dict[str, str], body: bytes, *, seconds: float = 0
) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(seconds)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # whoever asked may have left
                self.wfile.write(body)
            if headers.get("Content-Length"):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sparql", asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "headers", "body", "error", "words"),
    [
        (302, {"Location": "http://127.0.0.1:9/"}, b"", EngineUnavailable, "not followed"),
        (401, {}, b"who?", EngineUnavailable, "401"),
        (404, {}, b"", EngineUnavailable, "address"),
        (400, {"Content-Type": "text/plain"}, b"no such thing", QuerySyntaxError, "no such"),
        (429, {"Retry-After": "7"}, b"", EngineBusy, "429"),
        (500, {}, b"Transaction timed out", QueryTimeout, "time"),
        (500, {}, b"disk on fire", EngineFailure, "disk on fire"),
        (200, {"Content-Type": "text/html"}, b"<h1>Hello</h1>", EngineFailure, "text/html"),
        (200, {"Content-Type": JSON}, b"{]", EngineFailure, "cannot be read"),
        (200, {"Content-Type": JSON, "X-SQL-State": "S1TAT"}, HEAD + b"]}}", QueryTimeout, "part"),
        (200, {"Content-Type": JSON, "Content-Length": "9999"}, HEAD + ROW, EngineFailure, "broke"),
    ],
    ids=["redirect", "closed", "missing", "refused", "busy", "late", "fault", "page", "broken",
         "partial", "cut"],
)  # fmt: skip
def test_what_goes_wrong_there_is_told_here(
    status: int, headers: dict[str, str], body: bytes, error: type[PartageError], words: str
) -> None:
    with (
        service(status, headers, body) as (url, asked),
        closing(RemoteEngine(url)) as engine,
        pytest.raises(error, match=words),
    ):
        engine.query(SELECT).solutions()
    assert asked == ["/sparql"]


def test_an_answer_cut_short_never_looks_complete() -> None:
    headers = {"Content-Type": JSON, "Content-Length": "99999999"}
    form = by_key("csv")
    assert form is not None
    with (
        service(200, headers, HEAD + b",".join([ROW] * 20_000)) as (url, _),
        closing(RemoteEngine(url)) as engine,
    ):
        chunks = engine.query(SELECT).serialize(form)
        assert next(chunks).startswith(b"a\r\n")
        with pytest.raises(EngineFailure):
            list(chunks)


def test_a_silent_service_is_left_at_the_limit() -> None:
    with service(200, {"Content-Type": JSON}, HEAD + b"]}}", seconds=1) as (url, _):
        with pytest.raises(QueryTimeout):
            RemoteEngine(url).query(Query(SELECT.text, limits=QueryLimits(seconds=0.1)))
        with pytest.raises(QueryTimeout, match="silent"):
            RemoteEngine(url, silence=0.1).query(SELECT)


def test_an_answer_longer_than_allowed_is_refused() -> None:
    body = HEAD + b",".join([ROW] * 1000) + b"]}}"
    with (
        service(200, {"Content-Type": JSON}, body) as (url, _),
        closing(RemoteEngine(url, max_bytes=1000)) as engine,
        pytest.raises(EngineFailure, match="longer than allowed"),
    ):
        engine.query(SELECT).solutions()


def test_what_a_page_asks_is_bounded_and_what_a_client_asks_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remote, "MAX_BUFFERED_BYTES", 1000)
    body = HEAD + b",".join([ROW] * 100) + b"]}}"
    with (
        service(200, {"Content-Type": JSON}, body) as (url, _),
        closing(RemoteEngine(url)) as engine,
    ):
        with pytest.raises(EngineFailure, match="longer than allowed"):
            engine.query(SELECT).solutions()
        form = by_key("csv")
        assert form is not None
        asked = engine.query(replace(SELECT, handle=QueryHandle()))
        assert b"".join(asked.serialize(form)).count(b"\r\n") == 101


def test_nothing_is_sent_that_the_embedded_parser_refuses() -> None:
    with service(200, {"Content-Type": JSON}, HEAD + b"]}}") as (url, asked):
        with pytest.raises(QuerySyntaxError):
            RemoteEngine(url).query(Query("DEFINE get:soft 'add' SELECT * { ?s ?p ?o }"))
        assert asked == []


@pytest.mark.parametrize(
    "url", ["", "file:///etc/passwd", "ftp://h/", "http://u:p@h/", "http://h/ x", "http://h:x/"]
)
def test_an_unfit_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        RemoteEngine(url)
