"""What a client on the wire sees of an answer that fails half-way, and what its leaving does."""

import http.client
import secrets
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

import small_dataset
from live_server import Server, serving
from partage.rdf.canonical import canonical_nquads

ROWS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r }"
ENDLESS = ROWS.replace("*", "(COUNT(*) AS ?count)")
SECONDS = 10.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    directory: Path = tmp_path_factory.mktemp("gateway")
    file = directory / "dataset.nq"
    file.write_text(canonical_nquads(small_dataset.quads()), encoding="utf-8")
    with serving(directory / "log", "--load", str(file)) as started:
        yield started


def ask(
    server: Server, query: str, identifier: str, **parameters: str
) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=SECONDS)
    address = "/sparql?" + urlencode({"query": query, **parameters})
    headers = {"Accept": "text/csv", "Query-Id": identifier}
    connection.request("GET", address, headers=headers)
    return connection


def new_id() -> str:
    return secrets.token_urlsafe(24)


def known(server: Server, identifier: str) -> bool:
    """Ask the server whether a query runs there."""
    answer = httpx.get(f"{server.endpoint}/queries/{identifier}")
    assert answer.status_code == 404 or answer.json()["id"] == identifier
    return answer.status_code == 200


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def read_whole(answer: http.client.HTTPResponse) -> None:
    while answer.read(1 << 20):
        pass


def read_to_its_bad_end(answer: http.client.HTTPResponse) -> None:
    assert answer.status == 200
    with answer, pytest.raises((http.client.IncompleteRead, ConnectionError)):
        read_whole(answer)


def number(server: Server, name: str) -> float:
    with urllib.request.urlopen(f"{server.address}/metrics") as response:
        lines = response.read().decode().splitlines()
    found = [line.rpartition(" ") for line in lines]
    return next((float(value) for key, _, value in found if key == name), 0.0)


def memory(server: Server) -> int:
    """Return how many bytes the server's processes hold, without those for queries."""
    listed = subprocess.run(
        ["ps", "-o", "rss=,args=", "--ppid", str(server.process)],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    return sum(1024 * int(line.split(None, 1)[0]) for line in listed)


def test_an_answer_past_its_time_never_looks_complete(server: Server) -> None:
    with closing(ask(server, ROWS, new_id(), timeout="2")) as connection:
        read_to_its_bad_end(connection.getresponse())


def test_others_keep_their_connections_when_one_is_cut(server: Server) -> None:
    other = ask(server, "ASK {}", new_id())
    assert other.getresponse().read()
    with closing(ask(server, ROWS, new_id(), timeout="2")) as connection:
        read_to_its_bad_end(connection.getresponse())
    assert other.sock is not None
    other.request("GET", "/healthz")
    assert other.getresponse().read() == b"alive\n"
    other.close()


def test_a_client_who_leaves_ends_a_query_whose_answer_has_not_begun(server: Server) -> None:
    before = number(server, 'partage_queries_total{ending="ended"}')
    identifier = new_id()
    connection = ask(server, ENDLESS, identifier)
    until(lambda: known(server, identifier))
    connection.close()
    until(lambda: not known(server, identifier))
    assert number(server, 'partage_queries_total{ending="ended"}') == before + 1


def test_a_client_who_leaves_ends_a_query_amid_its_answer(server: Server) -> None:
    identifier = new_id()
    connection = ask(server, ROWS, identifier)
    answer = connection.getresponse()
    assert len(answer.read(100_000)) == 100_000
    assert known(server, identifier)
    answer.close()
    connection.close()
    until(lambda: not known(server, identifier))


def test_a_query_is_ended_over_the_wire(server: Server) -> None:
    identifier = new_id()
    with closing(ask(server, ROWS, identifier)) as connection:
        answer = connection.getresponse()
        assert httpx.delete(f"{server.endpoint}/queries/{identifier}").status_code == 204
        read_to_its_bad_end(answer)


def test_a_page_s_parts_are_kept_in_front_of_the_application(server: Server) -> None:
    address = f"{server.address}/static/style.css"
    first = httpx.get(address)
    before = number(server, "partage_answers_hits_total")
    again = httpx.get(address)
    assert (again.status_code, again.content) == (200, first.content)
    assert number(server, "partage_answers_hits_total") == before + 1
    tag = {"If-None-Match": first.headers["ETag"]}
    assert httpx.get(address, headers=tag).status_code == 304


def test_an_overlong_field_is_refused_over_the_wire(server: Server) -> None:
    with httpx.Client(base_url=server.address) as client:
        refused = client.get("/sparql?query=ASK{}", headers={"Accept-Profile": "<" * 100_000})
        assert refused.status_code == 431
        assert refused.headers["X-Content-Type-Options"] == "nosniff"
        assert client.get("/healthz").text == "alive\n"


def test_a_long_answer_in_memory_comes_whole_and_as_long_as_it_says(server: Server) -> None:
    answer = httpx.get(f"{server.address}/sitemap.xml", headers={"Accept-Encoding": "identity"})
    script = httpx.get(
        f"{server.address}/static/built/query.js", headers={"Accept-Encoding": "identity"}
    )
    for each in (answer, script):
        assert int(each.headers["Content-Length"]) == len(each.content) > 0


def test_an_answer_that_nobody_reads_does_not_gather_in_memory(server: Server) -> None:
    identifier = new_id()
    connection = ask(server, ROWS, identifier)
    answer = connection.getresponse()
    assert answer.read(1)
    before = memory(server)
    time.sleep(2)  # at full speed, tens of megabytes
    assert known(server, identifier)
    assert memory(server) < before + 15_000_000
    answer.close()
    connection.close()
    until(lambda: not known(server, identifier))
