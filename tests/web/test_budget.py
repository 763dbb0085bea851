"""Each client has so much query time a minute, and is told what is left of it."""

import time

import pytest
from flask import Flask
from werkzeug.test import TestResponse

import small_dataset
from partage.errors import BudgetSpent
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.workers.query_handle import note_wait
from partage.web.app import create_app
from partage.web.http.budget import UNKNOWN, Bucket, Budget, ClientAllowance, account, admit, client
from partage.web.views.sparql import running_queries

HERE, THERE = "192.0.2.1", "192.0.2.2"
QUERY = "SELECT (1 AS ?one) {}"
POLICY = '"query-time";q=30;qu="seconds";w=60'


def test_who_is_new_has_a_minutes_worth() -> None:
    assert ClientAllowance(30).left(None, 1000.0) == 30


@pytest.mark.parametrize(
    ("level", "later", "left"),
    [(30.0, 0, 30), (10.0, 0, 10), (10.0, 20, 20), (10.0, 3600, 30), (-60.0, 60, -30)],
)
def test_time_flows_in_by_the_minute_up_to_a_minutes_worth(
    level: float, later: float, left: float
) -> None:
    assert ClientAllowance(30).left(Bucket(level, 1000.0), 1000.0 + later) == left


def test_a_query_may_take_more_than_is_left_and_the_debt_is_paid_by_waiting() -> None:
    budget = Budget(ClientAllowance(30))
    budget.charge(HERE, 29.5, 1000.0)
    budget.admit(HERE, 1000.0)  # something is left
    budget.charge(HERE, 15.5, 1000.0)
    assert budget.left(HERE, 1000.0) == -15
    with pytest.raises(BudgetSpent, match="30 seconds a minute") as refused:
        budget.admit(HERE, 1000.0)
    wait = refused.value.retry_after
    assert wait == 31
    with pytest.raises(BudgetSpent):
        budget.admit(HERE, 1000.0 + wait - 1)
    budget.admit(HERE, 1000.0 + wait)
    assert budget.refused == 2


def test_one_clients_queries_cost_another_nothing() -> None:
    budget = Budget(ClientAllowance(30))
    budget.charge(HERE, 1000.0, 1000.0)
    budget.admit(THERE, 1000.0)
    assert budget.left(THERE, 1000.0) == 30


def test_a_cost_below_nothing_is_none() -> None:
    budget = Budget(ClientAllowance(30))
    budget.charge(HERE, 10.0, 1000.0)
    budget.charge(HERE, -10.0, 1000.0)
    assert budget.left(HERE, 1000.0) == 20


def test_of_too_many_clients_those_who_owe_most_are_remembered() -> None:
    budget = Budget(ClientAllowance(30), most=100)
    budget.charge("debtor", 90.0, 1000.0)
    for number in range(10_000):
        budget.charge(f"client {number}", 1.0, 1000.0)
        assert budget.clients <= 100
    with pytest.raises(BudgetSpent):
        budget.admit("debtor", 1000.0)


def test_clients_with_all_their_time_are_forgotten_first() -> None:
    budget = Budget(ClientAllowance(30), most=10)
    for number in range(10):
        budget.charge(f"client {number}", 1.0, 1000.0)
    budget.charge(HERE, 1.0, 2000.0)
    assert budget.clients == 1


@pytest.mark.parametrize(
    ("left", "state"),
    [
        (30.0, '"query-time";r=30;t=60'),
        (29.99, '"query-time";r=29;t=60'),
        (0.5, '"query-time";r=0;t=1'),
        (0.0, '"query-time";r=0;t=1'),
        (-15.0, '"query-time";r=0;t=31'),
    ],
)
def test_what_is_left_is_told_in_whole_seconds(left: float, state: str) -> None:
    assert ClientAllowance(30).state(left) == state


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1:4711", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2:3:4:5:6]:4711", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", UNKNOWN),
        ("unix:", UNKNOWN),
        ("<script>", UNKNOWN),
        ("192.0.2.1" + " " * 100, UNKNOWN),
    ],
)
def test_a_client_is_an_address_or_a_subscribers_network(address: str, whose: str) -> None:
    assert client(address) == whose


def served(client_seconds: int = 0, trusted_proxies: int = 0) -> Flask:
    settings = Settings(client_seconds=client_seconds, trusted_proxies=trusted_proxies)
    return create_app(settings, EmbeddedEngine(small_dataset.store()))


@pytest.fixture
def limited() -> Flask:
    return served(client_seconds=30)


def ask(
    app: Flask, *, address: str = HERE, headers: dict[str, str] | None = None, query: str = QUERY
) -> TestResponse:
    return app.test_client().get(
        "/sparql",
        query_string={"query": query},
        headers={"Accept": "application/sparql-results+json", **(headers or {})},
        environ_base={"REMOTE_ADDR": address},
        buffered=True,
    )


def spend(app: Flask, whose: str, seconds: float) -> None:
    app.extensions["partage.budget"].charge(whose, seconds, time.monotonic())


def test_by_default_there_is_no_budget() -> None:
    app = served()
    answer = ask(app)
    assert answer.status_code == 200
    assert "RateLimit" not in answer.headers
    assert "RateLimit-Policy" not in answer.headers
    assert "over_budget" not in app.test_client().get("/metrics").text


def test_an_answer_tells_the_policy_and_what_is_left(limited: Flask) -> None:
    answer = ask(limited)
    assert answer.status_code == 200
    assert answer.headers["RateLimit-Policy"] == POLICY
    assert answer.headers["RateLimit"] == '"query-time";r=29;t=60'
    spend(limited, HERE, 12)
    assert ask(limited).headers["RateLimit"] == '"query-time";r=17;t=60'


def test_a_query_is_charged_once_its_answer_is_closed(limited: Flask) -> None:
    ask(limited)
    budget = limited.extensions["partage.budget"]
    assert budget.clients == 1
    assert budget.left(HERE, 0.0) < 30


def test_a_query_that_fails_is_charged_too(limited: Flask) -> None:
    answer = ask(limited, query="SELECT * { broken")
    assert answer.status_code == 400
    assert answer.headers["RateLimit-Policy"] == POLICY
    assert limited.extensions["partage.budget"].clients == 1


def test_a_client_without_time_is_refused_and_told_when_to_come_back(limited: Flask) -> None:
    spend(limited, HERE, 60.1)
    answer = ask(limited)
    assert answer.status_code == 429
    assert answer.mimetype == "application/problem+json"
    wait = int(answer.headers["Retry-After"])
    assert 55 <= wait <= 61
    assert answer.headers["RateLimit-Policy"] == POLICY
    assert answer.headers["RateLimit"] in {f'"query-time";r=0;t={t}' for t in (wait - 1, wait)}
    assert answer.json == {
        "type": "https://iana.org/assignments/http-problem-types#quota-exceeded",
        "title": "Too much for now",
        "status": 429,
        "detail": "Your queries have taken more than the 30 seconds a minute that a client may use "
        f"here. Ask again in {wait} seconds, or ask for less.",
        "violated-policies": ["query-time"],
    }
    assert ask(limited, address=THERE).status_code == 200


def test_a_refusal_is_counted_and_costs_nothing(limited: Flask) -> None:
    spend(limited, HERE, 60)
    before = limited.extensions["partage.budget"].left(HERE, 0.0)
    for _ in range(3):
        assert ask(limited).status_code == 429
    assert limited.extensions["partage.budget"].left(HERE, 0.0) == pytest.approx(before)
    numbers = limited.test_client().get("/metrics").text
    assert "\npartage_queries_over_budget_total 3\n" in numbers
    assert "\npartage_budget_clients 1\n" in numbers


def test_a_page_is_free(limited: Flask) -> None:
    spend(limited, HERE, 60)
    page = limited.test_client().get("/", environ_base={"REMOTE_ADDR": HERE})
    assert page.status_code == 200
    assert "RateLimit" not in page.headers


def test_a_script_may_read_the_headers(limited: Flask) -> None:
    exposed = ask(limited).headers["Access-Control-Expose-Headers"].split(", ")
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(exposed)


def test_the_service_description_tells_the_budget(limited: Flask) -> None:
    turtle = {"Accept": "text/turtle"}
    described = limited.test_client().get("/sparql", headers=turtle)
    assert "client-seconds" in described.text
    assert "Query time of a client in a minute" in described.text
    assert "client-seconds" not in served().test_client().get("/sparql", headers=turtle).text


def test_an_address_that_anybody_can_forge_counts_for_nothing(limited: Flask) -> None:
    spend(limited, HERE, 60)
    for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded"):
        assert ask(limited, headers={name: THERE}).status_code == 429


@pytest.mark.parametrize(
    ("proxies", "forwarded", "status"),
    [
        (1, HERE, 429),
        (1, THERE, 200),
        (1, f"{THERE}, {HERE}", 429),  # the client claims to be another
        (2, f"{THERE}, {HERE}, 198.51.100.7", 429),
        (2, HERE, 200),  # one proxy was gone around: its word is not believed
    ],
)
def test_behind_proxies_the_client_is_whom_the_trusted_ones_saw(
    proxies: int, forwarded: str, status: int
) -> None:
    app = served(client_seconds=30, trusted_proxies=proxies)
    spend(app, HERE, 60)
    proxy = "203.0.113.9"
    answer = ask(app, address=proxy, headers={"X-Forwarded-For": forwarded})
    assert answer.status_code == status


def test_all_addresses_of_a_subscriber_share_a_budget(limited: Flask) -> None:
    spend(limited, client("2001:db8:1:2::1"), 60)
    assert ask(limited, address="2001:db8:1:2:ffff::9").status_code == 429
    assert ask(limited, address="2001:db8:1:3::1").status_code == 200


# What reads or evaluates what a client asks is charged: an address that does, for each endpoint.
CHARGED = {
    "browse.kind": "/browse/flows.csv?q=a",
    "cite.cite": "/cite?iri=c:c0001",
    "compare.compare": "/compare?a=a&b=b",
    "differences.difference": "/release/1/diff/2",
    "querycite.cite": "POST /query",
    "querying.labels_json": "POST /labels.json",
    "resources.any_resource": "/resource?iri=http://e.example/",
    "search.data": "/search.json?q=a",
    "search.page": "/search?q=a",
    "sparql.endpoint": "POST /sparql",
    "why.why": "POST /sparql/why",
    "why.why_as_json": "/sparql/why.json?query=ASK{}",
}
# A cited result can be read by all; its beginning, and its verification, are asked as a query is.
PARTLY = {"querycite.page"}
FREE = {
    "about.about", "about.how_to_cite", "about.licences", "about.method", "browse.index",
    "discovery.context", "discovery.dcat", "discovery.linkset", "discovery.robots",
    "discovery.sitemap", "discovery.sitemap_part", "downloads.artefact", "downloads.files",
    "nanopublications.by_code", "nanopublications.by_version", "nanopublications.thing",
    "operations.alive", "operations.numbers", "operations.ready", "pages.corrections",
    "pages.home", "pictures.disputes", "pictures.flows", "pictures.timeline", "queries.end",
    "queries.show", "querying.examples", "querying.terms_json", "releases.nowhere",
    "releases.ontology", "releases.release", "releases.releases", "releases.timemap",
    "resources.page", "resources.thing", "resources.vocabulary", "search.opensearch",
    "sparql.with_a_slash", "static", "statements.page", "statements.thing", "wellknown.example",
    "wellknown.void",
}  # fmt: skip


def test_of_every_address_it_is_known_whether_it_is_charged(limited: Flask) -> None:
    routed = {rule.endpoint for rule in limited.url_map.iter_rules()}
    assert routed == CHARGED.keys() | PARTLY | FREE
    assert CHARGED.keys() == running_queries.CHARGED_ENDPOINTS


@pytest.mark.parametrize("endpoint", CHARGED)
def test_reading_what_is_asked_is_charged_and_refused_to_who_owes(
    limited: Flask, endpoint: str
) -> None:
    method, _, address = f"GET {CHARGED[endpoint]}".rpartition(" ")
    method = method.rpartition(" ")[2]
    form = {"query": "SELECT * { broken", "iri": "http://e.example/"} if method == "POST" else None

    def answer() -> TestResponse:
        return limited.test_client().open(
            address, method=method, data=form, environ_base={"REMOTE_ADDR": HERE}, buffered=True
        )

    budget = limited.extensions["partage.budget"]
    told = answer()
    assert told.status_code < 429
    assert "RateLimit" in told.headers
    assert budget.left(HERE, 0.0) < 30
    spend(limited, HERE, 60)
    assert answer().status_code == 429


@pytest.mark.parametrize("address", ["/sparql", "/sparql/why"])
def test_a_form_is_shown_to_who_owes(limited: Flask, address: str) -> None:
    spend(limited, HERE, 60)
    asked = {"headers": {"Accept": "text/html"}, "environ_base": {"REMOTE_ADDR": HERE}}
    assert limited.test_client().get(address, **asked).status_code == 200


def test_reading_a_long_query_is_charged_as_evaluating_one_is(limited: Flask) -> None:
    query = "SELECT * { " + "{" * 190 + "?s ?p ?o . " * 30_000 + "}" * 190 + "} broken"
    began = time.perf_counter()
    answer = limited.test_client().post(
        "/sparql", data={"query": query}, environ_base={"REMOTE_ADDR": HERE}, buffered=True
    )
    taken = time.perf_counter() - began
    assert answer.status_code == 400
    left = limited.extensions["partage.budget"].left(HERE, time.monotonic())
    assert 30 - left > taken / 3


def test_waiting_for_a_turn_is_not_charged(limited: Flask) -> None:
    with limited.test_request_context("/search?q=a", environ_base={"REMOTE_ADDR": HERE}):
        admit()
        began = account()
        assert began is not None
        note_wait(1000.0, None)
        assert began.cost() < 1  # below zero, as the clock has not gone on
