"""A query that calls another endpoint, over HTTP: statuses, description, and its end."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from flask import Flask
from pyoxigraph import RdfFormat, Store, parse

import live_server
import other_endpoint
import small_dataset
from other_endpoint import OtherEndpoint, Saying, iri
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.workers.pool import PoolEngine, PoolLimits
from partage.web.app import create_app

ID = "an-id-that-nobody-would-guess"
SD = "http://www.w3.org/ns/sparql-service-description#"
NETFLIX = "https://w3id.org/partage/id/org/netflix"
PROBLEM = {"Accept": "application/json"}


@pytest.fixture
def other() -> Iterator[OtherEndpoint]:
    with other_endpoint.listening() as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoolEngine]:
    directory = tmp_path_factory.mktemp("federation") / "store"
    made = Store(str(directory))
    made.bulk_extend(small_dataset.quads())
    made.flush()
    del made
    opened = PoolEngine(directory, PoolLimits(workers=1, seconds=20, queue=4))
    yield opened
    opened.close()


@pytest.fixture
def app(engine: PoolEngine, other: OtherEndpoint) -> Flask:
    allowed = f"{other.url} https://b.example/sparql"
    return create_app(Settings(service_allowed=allowed, service_rows=5, query_seconds=3), engine)


def call(other: OtherEndpoint, group: str = "?org ?p ?o") -> str:
    return f"SELECT * {{\n SERVICE <{other.url}> {{ {group} }} ?org a ?class }}"


def test_an_answer_is_joined_with_the_dataset(app: Flask, other: OtherEndpoint) -> None:
    other.say(["org", "p"], {"org": iri(NETFLIX), "p": iri("x:p")}, {"org": iri("x:nobody")})
    for accept, words in (("text/csv", f"{NETFLIX},x:p"), ("text/html", "SERVICE &lt;http://")):
        answer = app.test_client().get(
            "/sparql", query_string={"query": call(other)}, headers={"Accept": accept}
        )
        assert answer.status_code == 200
        assert words in answer.text
        assert "nobody" not in answer.text
        assert "VALUES" not in answer.text
        answer.close()


STATUSES = [
    (Saying(302, {"Location": "http://127.0.0.1:9/"}), 502, "redirects"),
    (Saying(500, {}, b"on fire"), 502, "on fire"),
    (Saying(pause=9, body=b" "), 504, "no whole answer within"),
]


@pytest.mark.parametrize(("saying", "status", "words"), STATUSES)
def test_a_fault_of_the_other_endpoint_is_told(
    app: Flask, other: OtherEndpoint, saying: Saying, status: int, words: str
) -> None:
    other.saying = saying
    asked = {"query": call(other), "timeout": "0.3" if saying.pause else "9"}
    answer = app.test_client().get("/sparql", query_string=asked, headers=PROBLEM)
    assert answer.status_code == status
    problem = answer.json
    assert problem is not None
    assert (problem["line"], problem["column"]) == (2, 2)
    assert f"SERVICE <{other.url}>" in problem["detail"]
    assert words in problem["detail"]


def test_too_much_is_told_with_what_to_do(app: Flask, other: OtherEndpoint) -> None:
    other.say(["org"], *[{"org": iri(NETFLIX)}] * 6)
    answer = app.test_client().get("/sparql", query_string={"query": call(other)})
    assert answer.status_code == 503
    assert "more solutions than 5" in answer.text
    assert "LIMIT" in answer.text


def test_the_server_s_own_limit_holds_for_the_whole(app: Flask, other: OtherEndpoint) -> None:
    other.saying = Saying(pause=9, body=b" ")
    began = time.monotonic()
    text = call(other).replace("SERVICE", "SERVICE SILENT")
    answer = app.test_client().get("/sparql", query_string={"query": text, "timeout": "60"})
    assert answer.status_code == 503
    assert 2.5 < time.monotonic() - began < other.saying.pause


def test_another_endpoint_is_refused_as_ever(app: Flask, other: OtherEndpoint) -> None:
    for text in (call(other).replace(other.url, other.url + "/"), "ASK { SERVICE ?x {} }"):
        answer = app.test_client().post("/sparql", data={"query": text})
        assert answer.status_code == 403
        assert other.url in answer.text
    assert other.heard == []


def test_a_query_is_ended_while_it_waits_for_the_other(app: Flask, other: OtherEndpoint) -> None:
    other.saying = Saying(pause=9, body=b" ")

    def end() -> None:
        while not other.heard:
            time.sleep(0.01)
        assert app.test_client().delete(f"/sparql/queries/{ID}").status_code == 204

    ending = threading.Thread(target=end)
    ending.start()
    began = time.monotonic()
    answer = app.test_client().get(
        "/sparql", query_string={"query": call(other)}, headers={"Query-Id": ID}
    )
    ending.join()
    assert (answer.status_code, "ended" in answer.text) == (503, True)
    assert time.monotonic() - began < other.saying.pause


def test_the_description_tells_whom_a_query_may_call(app: Flask, other: OtherEndpoint) -> None:
    answer = app.test_client().get("/sparql", headers={"Accept": "application/n-triples"})
    quads = list(parse(answer.data, format=RdfFormat.N_TRIPLES))
    objects = {str(quad.object) for quad in quads}
    assert f"<{SD}BasicFederatedQuery>" in objects
    assert {f"<{other.url}>", "<https://b.example/sparql>"} <= objects
    assert {'"service-seconds"', '"service-rows"', '"service-bytes"'} <= objects


def test_without_a_list_the_description_promises_nothing() -> None:
    alone = create_app(Settings(), EmbeddedEngine(small_dataset.store()))
    answer = alone.test_client().get("/sparql", headers={"Accept": "application/n-triples"})
    assert "Federated" not in answer.text
    assert "service-seconds" not in answer.text


def test_one_server_asks_another(tmp_path: Path) -> None:
    """Both are real ones, with query processes that can open no connection."""
    data = tmp_path / "there.ttl"
    data.write_text(f"<{NETFLIX}> <x:age> 3 .", encoding="utf-8")
    release = {"PARTAGE_RELEASE": str(small_dataset.release(tmp_path / "release"))}
    with live_server.serving(tmp_path / "log-1", "--load", str(data)) as there:
        settings = {**release, "PARTAGE_SERVICE_ALLOWED": there.endpoint}
        with live_server.serving(tmp_path / "log-2", settings=settings) as here:
            text = f"""SELECT DISTINCT ?org ?age {{ ?org a ?class
                SERVICE <{there.endpoint}> {{ ?org <x:age> ?age }} }}"""
            answer = httpx.get(
                here.endpoint, params={"query": text}, headers={"Accept": "text/csv"}
            )
            assert (answer.status_code, answer.text) == (200, f"org,age\r\n{NETFLIX},3\r\n")
            back = httpx.get(there.endpoint, params={"query": text})
            assert back.status_code == 403
