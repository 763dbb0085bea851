"""Lookups are answered in front of the application as it answers them, or not at all."""

from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest

import small_dataset
from partage.releases.catalog import Catalog
from partage.settings import Settings
from partage.sparql.cited.query_store import CitedQuery
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.embedded.serialization import CHUNK, short_answer
from partage.store.workers.query_handle import QueryHandle
from partage.web import access_log
from partage.web.app import create_app
from partage.web.gateway.environ import begin_response, environ_of
from partage.web.gateway.fast_path import FastPath
from partage.web.gateway.release_switch import ReleaseApplication
from partage.web.gateway.response_cache import ONCE, Headers, ResponseCache, Scope

NETFLIX = "https://w3id.org/partage/id/org/netflix"
JSON = "application/sparql-results+json"
FORMATS = (
    JSON, "application/sparql-results+xml", "text/csv", "text/tab-separated-values",
    "application/json", "text/csv;q=0.5, application/sparql-results+xml", "*/*",
)  # fmt: skip
SAME = (
    f"SELECT ?p ?o {{ <{NETFLIX}> ?p ?o }}",
    f"SELECT * WHERE {{ ?s ?p <{NETFLIX}> . }} # é",
    "PREFIX org: <https://w3id.org/partage/id/org/>\nSELECT ?o { org:netflix a ?o }",
    'prefix skos:<http://www.w3.org/2004/02/skos/core#> select?s{?s skos:prefLabel"Netflix"@en}',
    f"ASK {{ <{NETFLIX}> ?p ?o }}",
    "ASK WHERE { ?s a <http://else.example/> }",
    f"SELECT ?nothing {{ <{NETFLIX}> ?p ?o }} LIMIT 2",
)
OTHERS = (
    "SELECT * { ?s ?p ?o }",
    f"SELECT DISTINCT ?p {{ <{NETFLIX}> ?p ?o }}",
    f"SELECT * {{ <{NETFLIX}> ?p ?o . ?o ?q ?r }}",
    f"SELECT * {{ <{NETFLIX}> ?p ?p }}",
    f"SELECT * {{ <{NETFLIX}> ?p/?q ?o }}",
    f"SELECT * {{ <{NETFLIX}> <a:b>/<a:c> ?o }}",
    f"SELECT * {{ <{NETFLIX}> ?p ?o FILTER(isIRI(?o)) }}",
    f"SELECT * {{ GRAPH ?g {{ <{NETFLIX}> ?p ?o }} }}",
    f"SELECT * FROM <a:b> {{ <{NETFLIX}> ?p ?o }}",
    f"SELECT (NOW() AS ?n) {{ <{NETFLIX}> ?p ?o }}",
    f"CONSTRUCT WHERE {{ <{NETFLIX}> ?p ?o }}",
    f"DESCRIBE <{NETFLIX}>",
    "SELECT * { <org/netflix> ?p ?o }",
    "SELECT * { org:netflix ?p ?o }",
    "SELECT * { <http://x.example/UUID> ?p ?o }",
    "SELECT * { <https://w3id.org/partage/id/org/netflx> ?p ?o }",
    r"SELECT * { ?s ?p 'a\u0062' }",
    "SELECT * { _:b ?p <a:b> }",
    "SELECT * { <a:b> ?p [] }",
)


def scope(query: str, accept: str = JSON, more: str = "", **headers: str) -> Scope:
    told = {"host": "partage.example", "accept": accept, "user-agent": "test", **headers}
    return {
        "method": "GET",
        "scheme": "http",
        "http_version": "1.1",
        "path": "/sparql",
        "raw_path": b"/sparql",
        "query_string": (urlencode({"query": query}) + more).encode(),
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in told.items()],
        "client": ("192.0.2.1", 5000),
        "server": ("127.0.0.1", 80),
    }


@pytest.fixture
def release_app(tmp_path: Path) -> ReleaseApplication:
    return made(tmp_path)


def made(directory: Path, **settings: object) -> ReleaseApplication:
    store = small_dataset.store()
    release = small_dataset.release(directory / "release")
    chosen = Settings(query_store=directory / "queries.jsonl", **settings)  # type: ignore[arg-type]
    app = create_app(chosen, EmbeddedEngine(store), release, Catalog.read(Path()))
    app.extensions["partage"].warm_up()
    lookups = FastPath(app, partial(short_answer, store))
    return ReleaseApplication(
        app, ResponseCache(chosen), access_log.observer(app), lambda: None, lookups
    )


def applied(release_app: ReleaseApplication, asked: Scope) -> tuple[int, Headers, bytes]:
    answer = begin_response(release_app, environ_of(asked, b"", QueryHandle()))
    whole = b"".join(answer.chunks) if answer.whole is None else answer.whole
    return answer.status, answer.headers, whole


def learnt(release_app: ReleaseApplication, asked: Scope) -> None:
    release_app.keep(asked, *applied(release_app, asked))


def told(headers: Headers) -> tuple[Headers, list[bytes]]:
    """Return what is always the same, and the names of what is not."""
    lasting = sorted(pair for pair in headers if pair[0] not in ONCE)
    return lasting, sorted(name for name, _ in headers if name in ONCE and name != b"date")


@pytest.mark.parametrize("coding", ["", "gzip", "identity;q=0"])
@pytest.mark.parametrize("accept", FORMATS)
def test_a_lookup_is_answered_as_the_application_answers_it(
    release_app: ReleaseApplication, accept: str, coding: str
) -> None:
    assert release_app.cached_response(scope(SAME[0], accept, accept_encoding=coding)) is None
    for query in SAME:
        asked = scope(query, accept, accept_encoding=coding)
        learnt(release_app, scope(query + " # before", accept, accept_encoding=coding))
        found = release_app.cached_response(asked)
        assert found is not None, query
        status, headers, body = applied(release_app, asked)
        assert (found[0], found[2]) == (status, body), query
        assert told(found[1]) == told(headers), query


def test_an_answer_is_kept_when_it_is_asked_again(release_app: ReleaseApplication) -> None:
    learnt(release_app, scope(SAME[0] + "#"))
    kept = release_app.cache.kept
    before, hits = len(kept), kept.hits
    answers = [release_app.cached_response(scope(SAME[0])) for _ in range(3)]
    assert (len(kept), kept.hits) == (before + 1, hits + 1)
    first, *others = [(answer[0], told(answer[1])[0], answer[2]) for answer in answers if answer]
    assert others == [first, first]


def test_whatever_it_answers_is_what_the_application_answers(
    release_app: ReleaseApplication,
) -> None:
    for query in SAME:
        learnt(release_app, scope(query))
    for query in OTHERS:
        assert release_app.cached_response(scope(query)) is None, query
    for more in ("&version=2026.11.0", "&timeout=1", "&default-graph-uri=a:b", "&query=ASK{}"):
        assert release_app.cached_response(scope(SAME[0], more=more)) is None
    elsewhere = (
        {"accept": "text/html"},
        {"accept": "image/png"},
        {"host": "other.example"},
        {"accept_datetime": "Thu, 26 Nov 2026 00:00:00 GMT"},
        {"query_id": "x" * 22},
    )
    for headers in elsewhere:
        asked = scope(SAME[0] + "#", **headers)
        assert release_app.cached_response(asked) is None, headers


def test_a_format_in_the_address_is_another_manner(release_app: ReleaseApplication) -> None:
    learnt(release_app, scope(SAME[0], more="&format=csv"))
    found = release_app.cached_response(scope(SAME[1], more="&format=csv"))
    assert found is not None
    assert found[2].startswith(b"p,s\r\n")
    assert release_app.cached_response(scope(SAME[1], more="&format=tsv")) is None


def test_who_has_the_answer_is_told_so(release_app: ReleaseApplication) -> None:
    learnt(release_app, scope(SAME[0]))
    tag = dict(applied(release_app, scope(SAME[1]))[1])[b"etag"].decode()
    found = release_app.cached_response(scope(SAME[1], if_none_match=tag))
    assert found is not None
    assert (found[0], found[2]) == (304, b"")


def test_a_long_answer_is_left_to_the_application(release_app: ReleaseApplication) -> None:
    assert release_app.fast_path is not None
    learnt(release_app, scope(SAME[0]))
    long = f"SELECT ?{'x' * CHUNK} {{ <{NETFLIX}> ?p ?o }}"
    assert release_app.cached_response(scope(long)) is None
    wide = "SELECT " + " ".join(f"?{'x' * 60}{n}" for n in range(12)) + f"{{ <{NETFLIX}> ?p ?o }}"
    assert release_app.cached_response(scope(wide)) is not None


def test_what_was_cited_is_linked_by_the_application(release_app: ReleaseApplication) -> None:
    learnt(release_app, scope(SAME[0]))
    cited = release_app.application.extensions["partage.cited"]
    assert release_app.cached_response(scope(SAME[4])) is not None
    normal = CitedQuery(SAME[0], "2026.11.0").normal
    cited.mentioned.update({NETFLIX})
    assert NETFLIX in normal
    assert release_app.cached_response(scope(SAME[4] + " ")) is None


def test_what_a_client_may_use_counts_here_too(tmp_path: Path) -> None:
    release_app = made(tmp_path, client_seconds=10, trusted_proxies=1)
    budget = release_app.application.extensions["partage.budget"]
    asked = partial(scope, x_forwarded_for="203.0.113.7, 198.51.100.9")
    learnt(release_app, asked(SAME[0]))
    assert budget.clients == 1
    found = release_app.cached_response(asked(SAME[1]))
    assert found is not None
    assert {b"ratelimit", b"ratelimit-policy"} <= dict(found[1]).keys()
    assert budget.clients == 1
    budget.charge("198.51.100.9", 1000, budget._buckets["198.51.100.9"].at)
    assert release_app.cached_response(asked(SAME[2])) is None
    assert applied(release_app, asked(SAME[2]))[0] == 429
