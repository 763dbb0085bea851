"""Answers kept in front of the application: the same answers, and never a wrong one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from werkzeug.middleware.proxy_fix import ProxyFix

import small_dataset
from live_server import Server, serving
from partage.rdf.canonical import canonical_nquads
from partage.settings import Settings
from partage.web.gateway.forwarded import origin_of
from partage.web.gateway.response_cache import Headers, ResponseCache, Scope

PUBLIC: Headers = [(b"etag", b'"a"'), (b"cache-control", b"public, no-cache"), (b"date", b"now")]


def scope(path: str = "/doc/org/facebook", method: str = "GET", **headers: str) -> Scope:
    told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {
        "scheme": "http",
        "method": method,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": told,
    }


def keeping(most: int, **settings: Any) -> ResponseCache:
    return ResponseCache(Settings(cache_bytes=most, **settings))


def test_a_kept_answer_is_given_again_without_its_date() -> None:
    cache = keeping(20_000)
    assert cache.find(scope()) is None
    cache.keep(scope(), 200, PUBLIC, b"page")
    assert cache.find(scope()) == (200, PUBLIC[:2], b"page")
    assert (cache.kept.hits, cache.kept.misses, len(cache.kept)) == (1, 1, 1)


@pytest.mark.parametrize(
    "other",
    [
        scope("/doc/org/netflix"),
        scope(method="POST"),
        scope(host="elsewhere.example"),
        scope(accept="text/turtle"),
        scope(accept_language="fr"),
        scope(accept_encoding="gzip"),
        scope(accept_profile="<https://schema.org/>"),
        scope(accept_datetime="Thu, 26 Nov 2026 00:00:00 GMT"),
        {**scope(), "scheme": "https"},
        scope(query_id="x" * 22),
        scope(content_length="0"),
    ],
    ids=str,
)
def test_who_asks_for_another_is_not_given_it(other: Scope) -> None:
    cache = keeping(20_000)
    cache.keep(scope(), 200, PUBLIC, b"page")
    assert cache.find(other) is None


@pytest.mark.parametrize("name", ["proto", "host", "port", "prefix", "for"])
def test_an_answer_does_not_depend_on_what_nobody_believes(name: str) -> None:
    cache = keeping(20_000)
    cache.keep(scope(), 200, PUBLIC, b"page")
    assert cache.find(scope(**{f"x_forwarded_{name}": "a" * 400_000})) is not None


def test_an_answer_depends_on_what_the_trusted_proxies_forward_and_nothing_before() -> None:
    cache = keeping(20_000, trusted_proxies=1)
    cache.keep(scope(x_forwarded_host="a, b", x_forwarded_proto="https"), 200, PUBLIC, b"page")
    same = scope(x_forwarded_host="c,b", x_forwarded_proto="http, https", x_forwarded_prefix="/p")
    assert cache.find(same) is not None
    assert cache.find(scope(x_forwarded_host="b, a", x_forwarded_proto="https")) is None
    assert cache.find(scope(x_forwarded_host="a, b", x_forwarded_proto="http")) is None


def test_where_the_origin_is_set_no_host_is_told_from_another() -> None:
    cache = keeping(20_000, origin="https://partage.example")
    cache.keep(scope(host="a.example"), 200, PUBLIC, b"page")
    assert cache.find(scope(host="b.example")) is not None


def test_of_headers_with_one_name_the_order_counts() -> None:
    cache = keeping(20_000)
    lines = [(b"accept-language", b"fr"), (b"accept-language", b"en")]
    cache.keep({**scope(), "headers": lines}, 200, PUBLIC, b"page")
    assert cache.find({**scope(), "headers": lines[::-1]}) is None
    assert cache.find(scope(accept_language="fr,en")) is not None


@pytest.mark.parametrize("trusted", [0, 1, 2])
@pytest.mark.parametrize("host", ["", "a", "a, b", "a,b,c", '"a,b", c', ",", "a,", " a "])
@pytest.mark.parametrize("proto", ["", "https", "http, https"])
def test_the_origin_of_an_answer_is_what_the_application_takes_for_it(
    trusted: int, host: str, proto: str
) -> None:
    seen = []

    def application(environ: dict[str, Any], _: object) -> list[bytes]:
        seen.append((environ["wsgi.url_scheme"], environ["HTTP_HOST"]))
        return []

    settings = Settings(trusted_proxies=trusted)
    told = {
        b"host": b"own",
        b"x-forwarded-host": host.encode(),
        b"x-forwarded-proto": proto.encode(),
    }
    environ = {
        "HTTP_" + name.decode().upper().replace("-", "_"): value.decode()
        for name, value in told.items()
    }
    behind = ProxyFix(application, x_for=trusted, x_proto=trusted, x_host=trusted)
    behind({**environ, "wsgi.url_scheme": "http"}, lambda *_: lambda _: None)
    assert origin_of(scope(), told, settings) == seen[0]


def test_the_bytes_of_keys_count() -> None:
    cache = keeping(1_000_000)
    for number in range(1_000):
        cache.keep(scope(f"/{number}" + "x" * 10_000), 200, PUBLIC, b"page")
    assert cache.kept.size <= 1_000_000
    assert len(cache.kept) < 100


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (404, PUBLIC, b"page"),
        (200, [(b"cache-control", b"public")], b"page"),
        (200, [(b"etag", b'W/"a"'), (b"cache-control", b"public")], b"page"),
        (200, [(b"etag", b'"a"'), (b"cache-control", b"no-store")], b"page"),
        (200, PUBLIC, None),
        (200, PUBLIC, b"x" * 2500),
    ],
    ids=["not found", "no tag", "weak tag", "not to be stored", "a stream", "too much"],
)
def test_what_may_change_or_is_too_much_is_not_kept(
    status: int, headers: Headers, body: bytes | None
) -> None:
    cache = keeping(20_000)
    cache.keep(scope(), status, headers, body)
    assert (len(cache.kept), cache.kept.size) == (0, 0)


def test_what_was_not_asked_for_longest_is_forgotten_first() -> None:
    cache = keeping(8 * 1600)
    for number in range(12):
        cache.keep(scope(f"/{number}"), 200, PUBLIC, b"x" * 150)
        assert cache.find(scope("/0")) is not None
        assert cache.kept.size <= 8 * 1600
    assert cache.find(scope("/1")) is None
    assert cache.find(scope("/11")) is not None


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"if_none_match": '"a"'}, 304),
        ({"if_none_match": '"b", W/"a"'}, 304),
        ({"if_none_match": '"b"'}, 200),
        ({"if_modified_since": "Thu, 26 Nov 2026 00:00:00 GMT"}, 304),
        ({"if_modified_since": "Mon, 23 Nov 2026 00:00:00 GMT"}, 200),
    ],
)
def test_who_has_it_is_told_so(wish: dict[str, str], status: int) -> None:
    cache = keeping(20_000)
    modified = (b"last-modified", b"Wed, 25 Nov 2026 00:00:00 GMT")
    kind = (b"content-type", b"text/html")
    cache.keep(scope(), 200, [*PUBLIC, modified, kind], b"page")
    found = cache.find(scope(**wish))
    assert found is not None
    assert found[0] == status
    assert (kind in found[1], found[2]) == ((True, b"page") if status == 200 else (False, b""))


Clients = tuple[httpx.Client, httpx.Client]


def client(server: Server) -> httpx.Client:
    return httpx.Client(base_url=server.address, timeout=30, trust_env=False)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    """Return clients of a server that keeps answers, and of one that keeps none."""
    directory: Path = tmp_path_factory.mktemp("cache")
    file = directory / "dataset.nq"
    file.write_text(canonical_nquads(small_dataset.quads()), encoding="utf-8")
    loaded = ("--load", str(file))
    none = {"PARTAGE_CACHE_BYTES": "0"}
    with (
        serving(directory / "one", *loaded) as keeping,
        serving(directory / "two", *loaded, settings=none) as forgetting,
        client(keeping) as asking,
        client(forgetting) as asking_anew,
    ):
        yield asking, asking_anew


@pytest.mark.parametrize(
    "path", ["/doc/claim/c0001", "/doc/claim/c0001.ttl", "/doc/org/facebook", "/doc/org/nobody"]
)
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "application/ld+json"])
def test_answers_are_the_same_with_and_without(
    servers: Clients, path: str, language: str, accept: str
) -> None:
    wishes = {"Accept": accept, "Accept-Language": language, "Host": "partage.example"}
    told = []
    for server in servers:
        for _ in range(3):
            answer = server.get(path, headers=wishes)
            headers = {k: v for k, v in answer.headers.items() if k != "date"}
            told.append((answer.status_code, headers, answer.content))
    assert all(one == told[0] for one in told)


def test_what_the_cache_does_is_counted(servers: Clients) -> None:
    keeping, forgetting = servers

    def numbers(server: httpx.Client) -> dict[str, float]:
        lines = server.get("/metrics").text.splitlines()
        pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in pairs}

    before = numbers(keeping)
    for _ in range(3):
        answer = keeping.get("/doc/source/s0001.jsonld")
    after = numbers(keeping)
    for name, more in (
        ("partage_answers_hits_total", 2),
        ("partage_answers_kept", 1),
        ('partage_requests_total{status="200"}', 4),
        ("partage_request_seconds_count", 4),
    ):
        assert after[name] - before.get(name, 0) == more, name
    assert after["partage_answers_bytes"] - before["partage_answers_bytes"] > len(answer.content)
    assert numbers(forgetting)["partage_answers_kept"] == 0


def test_what_was_kept_is_not_found_once_it_is_to_be_forgotten() -> None:
    cache = keeping(20_000)
    cache.keep(scope(), 200, PUBLIC, b"page")
    cache.kept.clear()
    assert cache.find(scope()) is None
    cache.keep(scope(), 200, PUBLIC, b"page")
    assert cache.find(scope()) is not None


def test_what_was_told_of_one_client_or_evaluation_is_told_nobody_else() -> None:
    cache = keeping(20_000)
    of_one = [(b"query-id", b"x"), (b"server-timing", b"x"), (b"ratelimit", b"x")]
    cache.keep(scope(), 200, [*PUBLIC, *of_one], b"rows")
    assert cache.find(scope()) == (200, PUBLIC[:2], b"rows")


def test_an_answer_of_the_endpoint_is_kept_unless_it_passes(servers: Clients) -> None:
    keeping, _ = servers

    def ask(text: str) -> httpx.Response:
        wish = {"Accept": "text/csv"}
        return keeping.get("/sparql", params={"query": text}, headers=wish)

    first, *more = [ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") for _ in range(3)]
    assert first.text.startswith("n\r\n")
    assert "query-id" in first.headers
    assert [(one.text, "query-id" in one.headers) for one in more] == [(first.text, False)] * 2
    passing = [ask("SELECT (RAND() AS ?n) {}") for _ in range(3)]
    assert len({one.text for one in passing}) == 3
    assert all("query-id" in one.headers for one in passing)
