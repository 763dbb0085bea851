"""What a client on the wire sees of an answer that fails half-way, and what its leaving does."""

import http.client
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

import small_dataset
from live_server import Server, serving
from partage.rdf.canonical import nquads

ROWS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r }"
ENDLESS = ROWS.replace("*", "(COUNT(*) AS ?count)")
SECONDS = 10.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    directory: Path = tmp_path_factory.mktemp("gateway")
    file = directory / "dataset.nq"
    file.write_text(nquads(small_dataset.quads()), encoding="utf-8")
    with serving(directory / "log", "--load", str(file)) as started:
        yield started


def ask(
    server: Server, query: str, identifier: str | None = None, **parameters: str
) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=SECONDS)
    address = "/sparql?" + urlencode({"query": query, **parameters})
    headers = {"Accept": "text/csv"} | ({"Query-Id": identifier} if identifier else {})
    connection.request("GET", address, headers=headers)
    if identifier:
        time.sleep(0.3)  # until it runs
    return connection


def read_whole(answer: http.client.HTTPResponse) -> None:
    while answer.read(1 << 20):
        pass


def read_to_its_bad_end(connection: http.client.HTTPConnection) -> None:
    with connection.getresponse() as answer:
        assert answer.status == 200
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            read_whole(answer)
    connection.close()


def number(server: Server, name: str) -> float:
    with urllib.request.urlopen(f"{server.address}/metrics") as response:
        lines = response.read().decode().splitlines()
    found = [line.rpartition(" ") for line in lines]
    return next((float(value) for key, _, value in found if key == name), 0.0)


def until_nothing_runs(server: Server) -> None:
    deadline = time.monotonic() + SECONDS
    while number(server, "partage_queries_running"):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_answer_past_its_time_never_looks_complete(server: Server) -> None:
    connection = ask(server, ROWS, timeout="0.5")
    read_to_its_bad_end(connection)


def test_others_keep_their_connections_when_one_is_cut(server: Server) -> None:
    other = ask(server, "ASK {}")
    assert other.getresponse().read()
    read_to_its_bad_end(ask(server, ROWS, timeout="0.3"))
    assert other.sock is not None
    other.request("GET", "/healthz")
    assert other.getresponse().read() == b"alive\n"
    other.close()


def test_a_client_who_leaves_ends_a_query_whose_answer_has_not_begun(server: Server) -> None:
    before = number(server, 'partage_queries_total{ending="ended"}')
    connection = ask(server, ENDLESS)
    time.sleep(0.5)
    assert number(server, "partage_queries_running") == 1
    connection.close()
    until_nothing_runs(server)
    assert number(server, 'partage_queries_total{ending="ended"}') == before + 1


def test_a_client_who_leaves_ends_a_query_amid_its_answer(server: Server) -> None:
    connection = ask(server, ROWS)
    answer = connection.getresponse()
    assert len(answer.read(100_000)) == 100_000
    assert number(server, "partage_queries_running") == 1
    answer.close()
    connection.close()
    until_nothing_runs(server)


def test_a_query_is_ended_over_the_wire(server: Server) -> None:
    connection = ask(server, ROWS, identifier="an-id-that-nobody-would-guess")
    deleting = http.client.HTTPConnection("127.0.0.1", server.port, timeout=SECONDS)
    deleting.request("DELETE", "/sparql/queries/an-id-that-nobody-would-guess")
    assert deleting.getresponse().status == 204
    deleting.close()
    read_to_its_bad_end(connection)
