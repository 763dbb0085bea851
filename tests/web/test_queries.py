"""Running queries can be seen, timed, ended and counted."""

import json
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from pyoxigraph import Store
from werkzeug.test import TestResponse

import small_dataset
from partage.settings import Settings
from partage.store.workers.pool import RESERVED, PoolEngine, PoolLimits
from partage.web.app import create_app

ROWS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r }"
ENDLESS = ROWS.replace("*", "(COUNT(*) AS ?count)")
ID = "an-id-that-nobody-would-guess"
SECONDS = 20.0
PROCESSES = 1 + RESERVED


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoolEngine]:
    directory = tmp_path_factory.mktemp("queries") / "store"
    made = Store(str(directory))
    made.bulk_extend(small_dataset.quads())
    made.flush()
    del made
    opened = PoolEngine(directory, PoolLimits(workers=1, seconds=SECONDS, queue=1))
    yield opened
    opened.close()


@pytest.fixture
def pooled(engine: PoolEngine) -> Flask:
    """Return the application once every process that an earlier test ended has its successor."""
    until(lambda: engine.figures().idle == engine.figures().processes == PROCESSES)
    return create_app(Settings(), engine)


def ask(
    app: Flask,
    query: str,
    identifier: str | None = None,
    accept: str = "text/csv",
    **parameters: str,
) -> TestResponse:
    """Return an answer, whole and closed."""
    headers = {"Accept": accept} | ({"Query-Id": identifier} if identifier else {})
    asked = {"query": query, **parameters}
    return app.test_client().get("/sparql", query_string=asked, headers=headers, buffered=True)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


class Asking(threading.Thread):
    """Asks a query in a thread of its own, and keeps the answer."""

    def __init__(self, app: Flask, query: str, identifier: str, accept: str = "text/csv") -> None:
        super().__init__(daemon=True)
        self._request = (app, query, identifier, accept)
        self._answer: TestResponse | None = None
        self.start()

    def run(self) -> None:
        self._answer = ask(*self._request)

    def answer(self) -> TestResponse:
        self.join(SECONDS)
        assert self._answer is not None
        return self._answer


def test_an_answer_tells_its_query_and_how_long_it_waited(pooled: Flask) -> None:
    answer = ask(pooled, "SELECT (1 AS ?one) {}")
    assert answer.status_code == 200
    assert len(answer.headers["Query-Id"]) >= 22
    assert answer.headers["Server-Timing"].startswith("wait;dur=0.0, open;dur=")
    assert ask(pooled, "ASK {}").headers["Query-Id"] != answer.headers["Query-Id"]


def test_who_knows_its_id_ends_a_query_before_its_answer_begins(
    pooled: Flask, engine: PoolEngine
) -> None:
    asking = Asking(pooled, ENDLESS, ID)
    until(lambda: engine.figures().running == 1)
    assert ask(pooled, "ASK {}", ID).status_code == 400  # the id is taken
    ended = pooled.test_client().delete(f"/sparql/queries/{ID}")
    assert (ended.status_code, ended.data) == (204, b"")
    answer = asking.answer()
    assert answer.status_code == 503
    assert "ended" in answer.text
    assert answer.headers["Query-Id"] == ID
    assert pooled.test_client().delete(f"/sparql/queries/{ID}").status_code == 404


@pytest.mark.parametrize("identifier", ["short", "x" * 129, "with spaces and so on and so on"])
def test_an_id_that_could_be_guessed_is_refused(pooled: Flask, identifier: str) -> None:
    assert ask(pooled, "ASK {}", identifier).status_code == 400


def test_an_answer_that_is_closed_ends_its_query(pooled: Flask, engine: PoolEngine) -> None:
    headers = {"Accept": "text/csv", "Query-Id": ID}
    answer = pooled.test_client().get("/sparql", query_string={"query": ROWS}, headers=headers)
    assert engine.figures().running == 1
    answer.close()
    until(lambda: engine.figures().running == 0)
    assert pooled.test_client().delete(f"/sparql/queries/{ID}").status_code == 404


@pytest.mark.parametrize(
    ("accept", "told_as"),
    [
        ("application/sparql-results+json", "application/problem+json"),
        ("text/csv", "text/plain"),
        ("text/html", "text/html"),
    ],
)
def test_a_query_that_crashes_its_process_is_told_so(
    pooled: Flask,
    engine: PoolEngine,
    accept: str,
    told_as: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    asking = Asking(pooled, ENDLESS, ID, accept)
    until(lambda: engine.figures().running == 1)
    (crashing,) = engine._slots._all - set(engine._slots._idle)
    with caplog.at_level(logging.ERROR):
        os.kill(crashing.pid, signal.SIGSEGV)
        answer = asking.answer()
    assert answer.status_code == 500
    assert answer.headers["Query-Id"] == ID
    assert answer.mimetype == told_as
    if told_as == "application/problem+json":
        assert answer.json is not None
        assert answer.json["title"] == "The query crashed its process"
        assert answer.json["status"] == 500
    assert "The process that evaluated the query ended in the middle of it" in answer.text
    assert "Nest it less deeply" in answer.text
    assert "SIGSEGV" not in answer.text
    number = answer.text.split("under the number ")[1][:12]
    assert number in caplog.text
    assert "Cause: SIGSEGV" in caplog.text
    assert ask(pooled, "SELECT (1 AS ?one) {}").text == "one\r\n1\r\n"
    assert 'partage_queries_total{ending="crash"}' in pooled.test_client().get("/metrics").text


def test_a_request_grants_less_time(pooled: Flask) -> None:
    began = time.monotonic()
    answer = ask(pooled, ENDLESS, timeout="0.4")
    assert 0.4 <= time.monotonic() - began < SECONDS / 2
    assert answer.status_code == 503
    assert "0.4 seconds" in answer.text


@pytest.mark.parametrize("timeout", ["-1", "nan", "inf", "soon"])
def test_a_time_that_is_none_is_refused(pooled: Flask, timeout: str) -> None:
    answer = ask(pooled, "ASK {}", timeout=timeout)
    assert answer.status_code == 400
    assert "seconds" in answer.text


@pytest.mark.parametrize("timeout", ["0", ""])
def test_a_time_that_forms_of_other_servers_send_is_none(pooled: Flask, timeout: str) -> None:
    assert ask(pooled, "ASK {}", timeout=timeout).status_code == 200


def test_two_times_are_refused(pooled: Flask) -> None:
    answer = pooled.test_client().get("/sparql?query=ASK+%7B%7D&timeout=1&timeout=2")
    assert answer.status_code == 400


def test_beyond_the_queue_it_says_when_to_come_back(pooled: Flask, engine: PoolEngine) -> None:
    first = Asking(pooled, ENDLESS, ID + "-1")
    until(lambda: engine.figures().running == 1)
    second = Asking(pooled, ENDLESS, ID + "-2")
    until(lambda: engine.figures().waiting == 1)
    refused = ask(pooled, ENDLESS)
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) >= 1
    assert ask(pooled, "ASK {}").status_code == 200
    for place, asking in enumerate((first, second), 1):
        pooled.test_client().delete(f"/sparql/queries/{ID}-{place}")
        assert asking.answer().status_code == 503


def test_health_readiness_and_numbers(pooled: Flask) -> None:
    client = pooled.test_client()
    ask(pooled, "ASK {}")
    assert client.get("/healthz").text == "alive\n"
    assert client.get("/readyz").text == "ready\n"
    answer = client.get("/metrics")
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    assert 'partage_queries_total{ending="answered"}' in {line.rpartition(" ")[0] for line in lines}
    assert "partage_query_seconds_count 1" in lines
    assert "partage_query_processes 3" in lines
    for line in lines:
        assert line.startswith("# ") or float(line.rpartition(" ")[2]) >= 0


def test_caches_tell_how_often_they_helped(pooled: Flask) -> None:
    client = pooled.test_client()

    def number(line: str) -> int:
        found = dict(line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines())
        return int(found[line])

    def counted() -> list[int]:
        names = ("misses_total", "hits_total", "entries", "bytes")
        return [number(f'partage_cache_{name}{{cache="resources"}}') for name in names]

    before = counted()
    for name, misses, hits in (("nobody", 1, 0), ("nobody", 1, 1), ("nobody-else", 2, 1)):
        client.get(f"/id/org/{name}")
        more = [now - then for now, then in zip(counted(), before, strict=True)]
        assert more[:3] == [misses, hits, misses]
        assert 200 * misses < more[3] < 1000 * misses


def test_it_is_not_well_when_no_process_can_be_started(
    engine: PoolEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = create_app(Settings(), engine).test_client()
    monkeypatch.setattr(PoolEngine, "healthy", False)
    assert client.get("/healthz").status_code == 503
    assert "no query process is left" in client.get("/healthz").text


def test_without_its_processes_it_is_not_ready(tmp_path: Path) -> None:
    Store(str(tmp_path / "store")).flush()
    engine = PoolEngine(tmp_path / "store", PoolLimits(workers=1, seconds=0.2))
    client = create_app(Settings(), engine).test_client()
    engine.close()
    assert client.get("/readyz").status_code == 503


def test_a_line_of_json_tells_of_each_request(
    engine: PoolEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(create_app(Settings(access_log="json"), engine), "ASK {}", ID)
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["method"], told["path"], told["status"]) == ("GET", "/sparql", 200)
    assert told["query"] == ID
    assert told["waited"] < SECONDS
    assert told["seconds"] > 0
