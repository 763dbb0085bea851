"""The server's own address is what the operator says, else what a well-formed request says."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

import small_dataset
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.web.app import create_app

ORIGIN = "https://partage.example"
RELATIVE = "SELECT (IRI('x') AS ?x) {}"


def served(origin: str = "", trusted_proxies: int = 0) -> FlaskClient:
    settings = Settings(origin=origin, trusted_proxies=trusted_proxies)
    app: Flask = create_app(settings, EmbeddedEngine(small_dataset.store()))
    return app.test_client()


def base(client: FlaskClient, **headers: str) -> TestResponse:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(
        "/sparql", query_string={"query": RELATIVE}, headers={"Accept": "text/csv", **sent}
    )


def endpoint(client: FlaskClient, **headers: str) -> str:
    return client.get("/sparql", headers={"Accept": "text/turtle", **headers}).text


def test_without_an_origin_the_request_says_where_the_server_is() -> None:
    assert base(served(), Host="one.example:8000").text == "x\r\nhttp://one.example:8000/x\r\n"
    assert "sd:endpoint <http://one.example/sparql>" in endpoint(served(), Host="one.example")


@pytest.mark.parametrize("host", ["two.example", "<script>", "", "a, b"])
def test_an_origin_stands_whatever_a_request_says(host: str) -> None:
    client = served(ORIGIN)
    assert base(client, Host=host).text == f"x\r\n{ORIGIN}/x\r\n"
    assert f"sd:endpoint <{ORIGIN}/sparql>" in endpoint(client, Host=host)
    page = client.get("/", headers={"Host": host}).text
    assert f"{ORIGIN}/sparql" in page
    assert "two.example" not in page


def test_an_origin_stands_whatever_a_proxy_says() -> None:
    client = served(ORIGIN, trusted_proxies=1)
    answer = base(client, X_Forwarded_Host="two.example", X_Forwarded_Proto="http")
    assert answer.text == f"x\r\n{ORIGIN}/x\r\n"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "a-b.example", "x."])
def test_a_well_formed_host_is_taken(host: str) -> None:
    assert base(served(), Host=host).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        '"><script>alert(1)</script>',
        "one.example/path",
        "user@one.example",
        "one.example, two.example",
        "one example",
        "one.example:port",
        "one.example:99999",
        "one.example:0",
        "one.example>",
        "[::1",
        "[abc]",
        "",
        "ünï.example",
        "%6fne.example",
    ],
)
def test_a_host_that_is_none_is_refused(host: str) -> None:
    answer = base(served(), Host=host)
    assert answer.status_code == 400
    assert answer.text == (
        "The Host header is no host. Send the name from the address, as it is.\n"
    )


def test_only_a_request_of_http_1_0_need_not_say_a_host() -> None:
    for protocol, status in (("HTTP/1.0", "200"), ("HTTP/1.1", "400")):
        environ = EnvironBuilder("/healthz").get_environ() | {"SERVER_PROTOCOL": protocol}
        del environ["HTTP_HOST"]
        answer = run_wsgi_app(served().application, environ)
        assert answer[1].startswith(status)


def test_what_a_proxy_forwards_counts_only_where_it_is_trusted() -> None:
    forwarded = {"X_Forwarded_Host": "two.example", "X_Forwarded_Proto": "https"}
    assert base(served(), **forwarded).text == "x\r\nhttp://localhost/x\r\n"
    trusting = served(trusted_proxies=1)
    assert base(trusting, **forwarded).text == "x\r\nhttps://two.example/x\r\n"


@pytest.mark.parametrize(
    "forwarded", [{"X_Forwarded_Host": "<script>"}, {"X_Forwarded_Proto": "javascript"}]
)
def test_nonsense_from_a_trusted_proxy_is_refused(forwarded: dict[str, str]) -> None:
    answer = base(served(trusted_proxies=1), **forwarded)
    assert answer.status_code == 400
    assert "script" not in answer.text
