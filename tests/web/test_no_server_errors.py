"""No request of anybody is answered as a failure of the server's (RFC 9110 §15.6)."""

import logging
from collections.abc import Iterable
from random import Random
from urllib.parse import quote

import pytest
from flask import Flask

import released_app
from odd_requests import Request, ask, faults, odd, plain, rules
from odd_values import FORM, QUERIES
from partage.rdf.namespaces import BASE
from three_releases import FIRST, SECOND

RANDOM = 2_500
CITED = (QUERIES[0], QUERIES[2])
# What the engine refused and we took for IRIs.
TAKEN = [
    "a:\x80",
    "a:\x9f",
    "http://[",
    "http://a.example/[",
    "a:%zz",
    "a:%",
    "a:\ue000",
    "a:\ufdd0",
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    made = released_app.application(tmp_path_factory.mktemp("root"))
    made.testing = False  # what is raised is answered
    return made


def found(app: Flask, requests: Iterable[Request], caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what is wrong with the answers, with what was logged of it."""
    told = []
    for request in requests:
        caplog.clear()
        with caplog.at_level(logging.ERROR):
            wrong = [*faults(ask(app, request))]
        told += [f"{request}: {fault} {caplog.text[-600:]}" for fault in wrong]
    return told


def test_every_route_answers_in_every_media_type(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    requests = [request for rule in rules(app) for request in plain(rule)]
    assert not found(app, requests, caplog)


def test_odd_requests_are_told_what_is_odd(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    random = Random(12)
    known = rules(app)
    for query in CITED:
        body = f"query={quote(query)}".encode()
        cited = ask(app, Request("/query", "", "POST", {"CONTENT_TYPE": FORM}, body))
        known.append(dict(cited.headers)["Location"])
    assert not found(app, (odd(random.choice(known), random) for _ in range(RANDOM)), caplog)


@pytest.mark.parametrize("iri", TAKEN, ids=ascii)
def test_what_is_no_iri_is_told_to_be_none(
    app: Flask, iri: str, caplog: pytest.LogCaptureFixture
) -> None:
    named = quote(iri, safe="")
    local = quote(iri[2:], safe="")
    requests = [
        Request("/resource", f"iri={named}"),
        Request("/timemap/resource", f"iri={named}"),
        Request(f"/timemap/doc/{local}"),
        Request("/search", f"q={named}"),
        Request("/search.json", f"q={named}"),
        Request("/compare", f"a={named}&b=netflix"),
        Request("/cite", f"iri={named}"),
        Request(f"/release/{FIRST}/diff/{SECOND}", f"iri={named}"),
        Request(f"/id/{local}"),
        Request(f"/doc/{local}"),
        Request(f"/linkset/{local}"),
        Request(f"/.well-known/sparql-examples/{local}"),
        Request("/labels.json", "", "POST", {"CONTENT_TYPE": FORM}, f"iri={named}".encode()),
    ]
    assert not found(app, requests, caplog)


@pytest.mark.parametrize("name", ["claims", "agreements", "flows", "organizations", "sources"])
def test_what_is_browsed_is_answered_as_json(app: Flask, name: str) -> None:
    answer = ask(app, Request(f"/browse/{name}", headers={"ACCEPT": "application/json"}))
    same = ask(app, Request(f"/browse/{name}.json"))
    assert answer.code == same.code == 200
    assert answer.body == same.body
    assert dict(answer.headers)["Content-Disposition"] == f'inline; filename="{name}.json"'


@pytest.mark.parametrize(
    "iri", ["c:c9999", BASE + "id/org/nobody", BASE + "release/nothing", "query/1", "a:b"]
)
def test_what_is_unknown_cannot_be_cited(app: Flask, iri: str) -> None:
    answer = ask(app, Request("/cite", f"iri={quote(iri)}", headers={"ACCEPT": "text/html"}))
    assert answer.code == 404


@pytest.mark.parametrize("version", ["%E2%82%AC", "\xe2\x82\xac", "%FF", "%F0%9F%98%80", "a%00b"])
def test_a_version_in_any_characters_is_unknown(app: Flask, version: str) -> None:
    answer = ask(app, Request("/sparql", f"version={version}"))
    assert answer.code == 404
    assert not [*faults(answer)]


@pytest.mark.parametrize("host", ["x" * 64, "a..b", "x" * 300 + ".example"])
def test_a_host_that_is_none_is_told_so(app: Flask, host: str) -> None:
    answer = ask(app, Request("/", headers={"HOST": host, "ACCEPT": "text/html"}))
    assert answer.code == 400
    assert not [*faults(answer)]
