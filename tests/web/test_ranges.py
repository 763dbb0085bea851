"""HEAD and ranges of whole answers, as clients ask that read tables over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

import small_dataset
from live_server import Server, serving
from partage.rdf.canonical import canonical_nquads
from partage.store.embedded.serialization import CHUNK
from partage.web.gateway.ranges import ACCEPTED, part
from partage.web.gateway.response_cache import Headers, Scope

BODY = bytes(range(100))
TOLD: Headers = [
    (b"content-length", b"100"),
    (b"etag", b'"a"'),
    (b"last-modified", b"Thu, 26 Nov 2026 00:00:00 GMT"),
    ACCEPTED,
]
SHORT = "SELECT ?s ?p { ?s ?p ?o } ORDER BY ?s ?p LIMIT 20"
# Longer than what GET sends whole as text.
HASHES = (
    "SELECT (SHA512(CONCAT(STR(?s), STR(?p), STR(?o), STR(?q), STR(?r))) AS ?x) "
    "{ ?s ?p ?o . ?s ?q ?r } ORDER BY ?x"
)
# Longer than anything that is sent whole.
LONG = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 100000"


def asking(method: str = "GET", **headers: str) -> Scope:
    told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"method": method, "headers": told}


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=90-", 90, 100),
        ("bytes=90-1000", 90, 100),
        ("bytes=-8", 92, 100),
        ("bytes=-1000", 0, 100),
        ("Bytes=0-0", 0, 1),
        ("bytes=99-99", 99, 100),
        (f"bytes=0-{'9' * 1000}", 0, 100),
    ],
)
def test_a_range_of_bytes_is_sent(asked: str, start: int, stop: int) -> None:
    for version in ({}, {"if_range": '"a"'}, {"if_range": "Thu, 26 Nov 2026 00:00:00 GMT"}):
        status, headers, body = part(asking(range=asked, **version), 200, TOLD, BODY)
        told = dict(headers)
        assert (status, body) == (206, BODY[start:stop])
        assert told[b"content-range"] == f"bytes {start}-{stop - 1}/100".encode()
        assert told[b"content-length"] == str(stop - start).encode()
        assert told[b"etag"] == b'"a"'


@pytest.mark.parametrize(
    "asked",
    [
        asking(),
        asking(range="bytes=0-1,4-5"),
        asking(range="bytes=5-4"),
        asking(range="bytes=-"),
        asking(range="bytes=a-b"),
        asking(range="items=0-1"),
        asking(range="bytes=0-1", if_range='"b"'),
        asking(range="bytes=0-1", if_range='W/"a"'),
        asking("POST", range="bytes=0-1"),
    ],
    ids=str,
)
def test_what_is_no_range_of_this_answer_is_passed_over(asked: Scope) -> None:
    assert part(asked, 200, TOLD, BODY) == (200, TOLD, BODY)


def test_an_answer_that_is_none_of_bytes_to_come_back_to_has_no_ranges() -> None:
    asked = asking(range="bytes=0-1")
    assert part(asked, 404, TOLD, BODY) == (404, TOLD, BODY)
    assert part(asked, 200, TOLD, b"") == (200, TOLD, b"")
    assert part(asked, 200, TOLD[:-1], BODY) == (200, TOLD[:-1], BODY)


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_beyond_the_end_is_told_with_the_length(asked: str) -> None:
    status, headers, body = part(asking(range=asked), 200, TOLD, BODY)
    assert (status, dict(headers)[b"content-range"]) == (416, b"bytes */100")
    assert b"100 bytes" in body


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    directory: Path = tmp_path_factory.mktemp("ranges")
    file = directory / "dataset.nq"
    file.write_text(canonical_nquads(small_dataset.quads()), encoding="utf-8")
    with serving(directory / "log", "--load", str(file)) as started:
        yield started


def address(server: Server, query: str, fmt: str) -> str:
    return f"{server.endpoint}?{urlencode({'query': query, 'format': fmt})}"


# What is of one evaluation.
ONCE = {"date", "query-id", "server-timing"}


@pytest.mark.parametrize("path", ["/", "/doc/org/netflix.ttl", "/static/style.css", "/nothing"])
def test_head_says_what_get_says(server: Server, path: str) -> None:
    head, got = (httpx.request(m, server.address + path, timeout=30) for m in ("HEAD", "GET"))
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert {n: v for n, v in head.headers.items() if n not in ONCE} == {
        n: v for n, v in got.headers.items() if n not in ONCE
    }


@pytest.mark.parametrize("fmt", ["csv", "json", "parquet"])
@pytest.mark.parametrize("query", [SHORT, HASHES])
def test_a_query_is_read_by_head_and_ranges(server: Server, query: str, fmt: str) -> None:
    if fmt == "parquet":
        pytest.importorskip("pyarrow", reason="install the extra `arrow` to test columns")
    there = address(server, query, fmt)
    with httpx.Client(headers={"Accept-Encoding": "identity"}, timeout=30) as client:
        head = client.head(there)
        size = int(head.headers["Content-Length"])
        step = size // 5
        parts = [
            client.get(there, headers={"Range": f"bytes={start}-{start + step - 1}"})
            for start in range(0, size, step)
        ]
        whole = client.get(there)
        known = client.head(there, headers={"If-None-Match": head.headers["ETag"]})
    assert (head.status_code, head.headers["Accept-Ranges"], head.content) == (200, "bytes", b"")
    assert {answer.status_code for answer in parts} == {206}
    assert {answer.headers["ETag"] for answer in (*parts, whole)} == {head.headers["ETag"]}
    assert b"".join(answer.content for answer in parts) == whole.content
    assert len(whole.content) == size
    assert (size > CHUNK) is (query == HASHES)
    assert known.status_code == 304
    # It was evaluated for its head alone.
    assert "Query-Id" in head.headers
    assert not any("Query-Id" in answer.headers for answer in (*parts, whole))


def test_get_gives_columns_whole_and_streams_text(server: Server) -> None:
    pytest.importorskip("pyarrow", reason="install the extra `arrow` to test columns")
    for fmt, is_whole in (("parquet", True), ("arrow", True), ("tsv", False)):
        answer = httpx.get(address(server, HASHES, fmt), timeout=30)
        assert ("ETag" in answer.headers) is is_whole
        assert len(answer.content) > CHUNK


def test_the_head_of_what_is_streamed_has_no_length_and_ends_its_query(server: Server) -> None:
    there = address(server, LONG, "csv")
    head = httpx.head(there, timeout=60)
    assert (head.status_code, head.headers.get("Content-Length")) == (200, None)
    assert "ETag" not in head.headers
    running = httpx.get(f"{server.endpoint}/queries/{head.headers['Query-Id']}")
    assert running.status_code == 404
    with httpx.stream("GET", there, headers={"Range": "bytes=0-9"}, timeout=60) as streamed:
        assert (streamed.status_code, len(next(streamed.iter_bytes())) > 10) == (200, True)


def test_an_empty_answer_and_a_fault_have_heads_too(server: Server) -> None:
    nothing = address(server, "SELECT ?x { ?x <urn:none> ?y }", "csv")
    assert int(httpx.head(nothing).headers["Content-Length"]) == len(httpx.get(nothing).content)
    fault = httpx.head(address(server, "SELECT", "csv"))
    assert (fault.status_code, fault.content) == (400, b"")


@pytest.mark.parametrize(
    ("method", "asked", "status"),
    [
        ("GET", "bytes=0-9", 206),
        ("GET", "bytes=0-9,20-29", 200),
        ("GET", "lines=0-9", 200),
        ("GET", "bytes=99999999-", 416),
        ("HEAD", "bytes=0-9", 200),
    ],
)
def test_a_file_is_sent_in_ranges_as_an_answer_is(
    server: Server, method: str, asked: str, status: int
) -> None:
    address = f"{server.address}/static/style.css"
    headers = {"Range": asked, "Accept-Encoding": "identity"}
    answer = httpx.request(method, address, headers=headers)
    assert answer.status_code == status
    if status == 206:
        assert len(answer.content) == 10
    elif status == 200:
        assert int(answer.headers["Content-Length"]) > 100
