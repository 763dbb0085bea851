"""One question to another endpoint: its answer, its faults, and the limits."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from pyoxigraph import Literal, NamedNode

import other_endpoint
from other_endpoint import JSON, OtherEndpoint, Saying, iri, literal
from partage.errors import (
    QueryEnded,
    ServiceError,
    ServiceFailed,
    ServiceLimitExceeded,
    ServiceTimeout,
)
from partage.store.remote.service_endpoint import ServiceLimits, call_service
from partage.store.workers.query_handle import QueryHandle

ENOUGH = ServiceLimits(seconds=10, rows=100, bytes=100_000)
SELECT = "SELECT * WHERE { ?a ?b ?c }"
XML = "application/sparql-results+xml"
BOOLEAN = b'{"head":{},"boolean":true}'


@pytest.fixture
def other() -> Iterator[OtherEndpoint]:
    with other_endpoint.listening() as endpoint:
        yield endpoint


def test_an_endpoint_is_asked_by_name_and_answers(other: OtherEndpoint) -> None:
    other.say(["a", "b"], {"a": iri("x:y"), "b": literal("é", **{"xml:lang": "fr"})}, {})
    answer = call_service(other.url, SELECT, ENOUGH)
    assert answer.rows == [{"a": NamedNode("x:y"), "b": Literal("é", language="fr")}, {}]
    assert answer.bytes == len(other.saying.body)
    assert other.heard == [SELECT]
    assert other.headers[0]["User-Agent"] == "partage"


def test_an_answer_in_xml_is_read_too(other: OtherEndpoint) -> None:
    body = (
        b'<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="a"/></head>'
        b"<results><result><binding name='a'><uri>x:y</uri></binding></result></results></sparql>"
    )
    other.saying = Saying(headers={"Content-Type": XML}, body=body)
    assert call_service(other.url, SELECT, ENOUGH).rows == [{"a": NamedNode("x:y")}]


@pytest.mark.parametrize(
    ("saying", "words"),
    [
        (Saying(301, {"Location": "http://127.0.0.1:9/"}), "redirects to http://127.0.0.1:9/; red"),
        (Saying(302, {}), "redirects to nowhere"),
        (Saying(307, {"Location": "/elsewhere"}), "not followed"),
        (Saying(400, {}, b"Parse error\n at \x1b[31mline 1"), "400: Parse error at .31mline 1"),
        (Saying(503, {}, b""), "503: no word"),
        (Saying(200, {"Content-Type": "text/html"}, b"<p>Hi"), "text/html"),
        (Saying(200, {"Content-Type": "text/turtle"}, b""), "text/turtle"),
        (Saying(body=b"{]"), "cannot be read"),
        (Saying(body=b'{"head":{"vars":["a b"]},"results":{"bindings":[]}}'), "cannot be read"),
        (Saying(body=BOOLEAN), "boolean"),
        (Saying(headers={"Content-Type": JSON, "Content-Length": "9999"}, body=b'{"head"'),
         "breaks off"),
        (Saying(headers={"Content-Type": JSON, "Content-Encoding": "gzip"}, body=b"\x1f\x8b"),
         "cannot be read"),
    ],
)  # fmt: skip
def test_what_goes_wrong_there_is_told(other: OtherEndpoint, saying: Saying, words: str) -> None:
    other.saying = saying
    with pytest.raises(ServiceFailed, match=words):
        call_service(other.url, SELECT, ENOUGH)
    assert len(other.heard) == 1


def test_an_endpoint_that_is_not_there_is_told() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        with pytest.raises(ServiceFailed, match=r"cannot be reached .Connection refused"):
            call_service(f"http://127.0.0.1:{port}/", SELECT, ENOUGH)


def test_no_proxy_of_the_environment_is_asked(
    other: OtherEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    other.say(["a"])
    assert call_service(other.url, SELECT, ENOUGH).rows == []


@pytest.mark.parametrize(
    ("allowance", "words"),
    [
        (ServiceLimits(10, rows=2, bytes=100_000), "more solutions than 2"),
        (ServiceLimits(10, rows=100, bytes=150), "longer than 150 bytes"),
    ],
)
def test_more_than_allowed_is_refused_with_advice(
    other: OtherEndpoint, allowance: ServiceLimits, words: str
) -> None:
    other.say(["a"], *[{"a": iri("x:y")}] * 3)
    with pytest.raises(ServiceLimitExceeded, match=words + ".*LIMIT"):
        call_service(other.url, SELECT, allowance)
    assert call_service(other.url, SELECT, ServiceLimits(10, 3, len(other.saying.body))).rows != []


@pytest.mark.parametrize("pause", [9, 0.2], ids=["silent", "dripping"])
def test_a_slow_endpoint_is_left_in_time(other: OtherEndpoint, pause: float) -> None:
    """Also one that is never silent for long."""
    other.say(["a"], *[{"a": iri("x:y")}] * 30)
    other.saying.pause = pause
    began = time.monotonic()
    with pytest.raises(ServiceTimeout, match=r"0.3 seconds"):
        call_service(other.url, SELECT, ServiceLimits(0.3, 100, 100_000))
    assert time.monotonic() - began < 6


@pytest.mark.parametrize("before", [True, False], ids=["before", "meanwhile"])
def test_whoever_holds_the_ticket_ends_the_question(other: OtherEndpoint, before: bool) -> None:
    other.saying.pause = 5
    other.saying.body = b"never"
    handle = QueryHandle()
    if before:
        handle.end()
    else:
        threading.Timer(0.2, handle.end).start()
    began = time.monotonic()
    with pytest.raises(QueryEnded):
        call_service(other.url, SELECT, ENOUGH, handle)
    assert time.monotonic() - began < other.saying.pause


def test_no_thread_and_no_connection_is_left_behind(other: OtherEndpoint) -> None:
    other.say(["a"], *[{"a": iri("x:y")}] * 50)
    for allowance in [ENOUGH, ServiceLimits(10, 1, 100_000), ServiceLimits(10, 100, 10)] * 5:
        with contextlib.suppress(ServiceError):
            call_service(other.url, SELECT, allowance)
    deadline = time.monotonic() + 5
    while any(thread.name == "partage-service" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
