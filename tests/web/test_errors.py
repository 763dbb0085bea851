import logging

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from pyoxigraph import Store

from partage import errors
from partage.errors import EngineError, EngineFailure, PartageError, QueryTimeout, RequestError
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Query
from partage.web.app import create_app
from partage.web.problems import STATUS, TITLES, status_of

LEAVES = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type)
    and issubclass(kind, RequestError | EngineError)
    and not kind.__subclasses__()
]


@pytest.mark.meets("P6")
@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_every_error_that_a_request_can_meet_has_a_status_of_its_own(
    leaf: type[PartageError],
) -> None:
    assert leaf in STATUS
    assert STATUS[leaf] in TITLES


def test_a_new_kind_of_error_has_the_status_of_its_base() -> None:
    class Newer(QueryTimeout):
        pass

    assert status_of(Newer()) == 503


class Broken:
    """An engine that fails in a way of your choice."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def query(self, _: Query) -> None:
        raise self.error

    def close(self) -> None:
        pass


def broken(error: Exception) -> FlaskClient:
    app: Flask = create_app(Settings(), Broken(error))  # type: ignore[arg-type]
    return app.test_client()


@pytest.mark.parametrize("error", [EngineFailure("secret cause"), ValueError("secret cause")])
def test_the_cause_of_a_failure_is_logged_and_not_told(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = broken(error).get("/sparql?query=ASK{}")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "secret cause" in caplog.text
    number = response.text.split("number ")[1].strip(" .\n")
    assert number in caplog.text


def test_a_timeout_is_told_to_the_reader() -> None:
    response = broken(QueryTimeout("It took more than 5 seconds.")).get("/sparql?query=ASK{}")
    assert response.status_code == 503
    assert "more than 5 seconds" in response.text


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "text/plain"),
        ("*/*", "text/plain"),
        ("text/turtle", "text/plain"),
        ("text/html,*/*;q=0.8", "text/html"),
        ("application/problem+json, text/turtle;q=0.9", "application/problem+json"),
        ("application/json", "application/problem+json"),
    ],
)
def test_an_error_is_written_as_its_reader_likes(
    client: FlaskClient, accept: str | None, media_type: str
) -> None:
    headers = {"Accept": accept} if accept else {}
    response = client.get("/doc/org/nobody", headers=headers)
    assert response.status_code == 404
    assert response.mimetype == media_type
    assert "id/org/nobody" in response.text
    assert "Accept" in response.vary
    assert response.headers["Cache-Control"] == "no-store"


def test_a_problem_carries_the_facts(client: FlaskClient) -> None:
    response = client.get(
        "/sparql?query=SELECT+*+{+?s+x:y+?o+}", headers={"Accept": "application/json"}
    )
    problem = response.json
    assert problem is not None
    assert (problem["status"], problem["line"], problem["column"]) == (400, 1, 15)
    assert "x: is not declared" in problem["detail"]


def test_not_acceptable_lists_what_is_offered(client: FlaskClient) -> None:
    response = client.get("/doc/org/netflix", headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert "text/turtle" in response.text
    assert "text/html" in response.text


def test_a_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    response = client.delete("/sparql")
    assert response.status_code == 405
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


@pytest.mark.parametrize("accept", ["text/html", "text/plain"])
def test_a_body_beyond_the_limit_is_refused(client: FlaskClient, accept: str) -> None:
    response = client.post(
        "/sparql",
        data="query=" + "x" * Settings().max_body,
        content_type="application/x-www-form-urlencoded",
        headers={"Accept": accept},
    )
    assert response.status_code == 413


SECURITY = {"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"}


def failing(where: str) -> FlaskClient:
    """Return a client of an application that fails where nobody foresaw it."""
    app = create_app(Settings(), EmbeddedEngine(Store()))

    def fail(*_: object) -> Response:
        raise ValueError("secret 100 % cause")

    @app.get("/fails")
    def view() -> Response:
        if where == "view":
            fail()
        return Response("fine")

    if where == "page of the error":
        app.context_processor(fail)  # type: ignore[type-var]
    if where != "view":
        app.after_request(fail)
    return app.test_client()


@pytest.mark.parametrize("accept", ["text/html", "application/json", "text/plain", "\xe9;;q=x"])
@pytest.mark.parametrize("where", ["view", "after the request", "page of the error"])
def test_what_nobody_foresaw_is_answered_all_the_same(
    where: str, accept: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = failing(where).get("/fails", headers={"Accept": accept})
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert response.text.split("number ")[1][:12] in caplog.text
    assert "secret 100 % cause" in caplog.text
    assert set(response.headers.keys()) >= SECURITY
    assert response.headers["Cache-Control"] == "no-store"


def test_every_header_is_ascii() -> None:
    app = create_app(Settings(), Broken(ValueError()))  # type: ignore[arg-type]

    @app.get("/odd")
    def odd() -> Response:
        return Response("odd", headers={"Query-Hint": 'ns#\u20ac;é "100 %"', "Location": "/\u20ac"})

    headers = app.test_client().get("/odd").headers
    assert headers["Query-Hint"] == 'ns#%E2%82%AC;%C3%A9 "100 %"'
    assert headers["Location"] == "/%E2%82%AC"
