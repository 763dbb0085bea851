"""
The SPARQL 1.1 Protocol over HTTP (https://www.w3.org/TR/sparql11-protocol/).

The first two parts hold what each of the 34 tests of the W3C protocol collection asks for, in our
words and with our data; the name of the W3C test stands as the parameter's id. The endpoint is
read-only, so where the collection expects an update to succeed, we expect 403 and no change.
"""

from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import httpx
import pytest

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
JSON = "application/sparql-results+json"
E = "http://e.example/"
ONE, TWO, THREE = E + "one", E + "two", E + "three"
ASK = "ASK {}"


@dataclass(frozen=True, slots=True)
class Sent:
    """A request, and what must come back: a status, and for 200 the boolean of the answer."""

    method: str = "GET"
    parameters: tuple[tuple[str, str], ...] = ()
    body: bytes | str = b""
    media_type: str = ""
    status: tuple[int, ...] = (200,)
    answer: bool | None = None
    headers: dict[str, str] = field(default_factory=dict)


def send(client: httpx.Client, sent: Sent) -> httpx.Response:
    headers = {"Accept": f"{JSON}, text/turtle;q=0.9", **sent.headers}
    if sent.media_type:
        headers["Content-Type"] = sent.media_type
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body
    address = "/sparql" + ("?" + urlencode(sent.parameters) if sent.parameters else "")
    return client.request(sent.method, address, content=body, headers=headers)


def form(*pairs: tuple[str, str]) -> str:
    return urlencode(pairs)


def get(*pairs: tuple[str, str], answer: bool | None = None) -> Sent:
    return Sent("GET", pairs, answer=answer)


def post(*pairs: tuple[str, str], answer: bool | None = None) -> Sent:
    return Sent("POST", body=form(*pairs), media_type=FORM, answer=answer)


def in_graphs(*graphs: str) -> str:
    """Ask whether exactly these graphs make the default graph."""
    told = " ".join(f"<{E}a> <{E}in> <{graph}> ." for graph in graphs)
    others = [graph for graph in (ONE, TWO, THREE) if graph not in graphs]
    absent = " ".join(f"FILTER NOT EXISTS {{ ?s <{E}in> <{graph}> }}" for graph in others)
    return f"ASK {{ {told} {absent} }}"


def named_graphs(*graphs: str) -> str:
    """Ask whether exactly these are named graphs."""
    told = " ".join(f"GRAPH <{graph}> {{ ?s{n} ?p{n} ?o{n} }}" for n, graph in enumerate(graphs))
    other = " && ".join(f"?g != <{graph}>" for graph in graphs)
    return f"ASK {{ {told} FILTER NOT EXISTS {{ GRAPH ?g {{ ?s ?p ?o }} FILTER({other}) }} }}"


DEFAULT, NAMED = "default-graph-uri", "named-graph-uri"
BOTH = f"ASK {{ <{E}a> <{E}in> <{ONE}> GRAPH <{TWO}> {{ ?s ?p ?o }} }}"
OVERRIDDEN = f"ASK FROM <{THREE}> {{ <{E}a> <{E}in> <{ONE}> }}"
BAD = (400,)
REFUSED = (403,)

QUERIES = {
    "query_get": get(("query", ASK), answer=True),
    "query_post_form": post(("query", ASK), answer=True),
    "query_post_direct": Sent("POST", body=ASK, media_type=QUERY, answer=True),
    "query_dataset_default_graphs_get": get(
        ("query", in_graphs(ONE, TWO)), (DEFAULT, ONE), (DEFAULT, TWO), answer=True
    ),
    "query_dataset_default_graphs_post": Sent(
        "POST", ((DEFAULT, ONE), (DEFAULT, TWO)), in_graphs(ONE, TWO), QUERY, answer=True
    ),
    "query_dataset_named_graphs_get": get(
        ("query", named_graphs(ONE, TWO)), (NAMED, ONE), (NAMED, TWO), answer=True
    ),
    "query_dataset_named_graphs_post": Sent(
        "POST", ((NAMED, ONE), (NAMED, TWO)), named_graphs(ONE, TWO), QUERY, answer=True
    ),
    "query_dataset_full": post(("query", BOTH), (DEFAULT, ONE), (NAMED, TWO), answer=True),
    "query_multiple_dataset": get(("query", OVERRIDDEN), (DEFAULT, ONE), answer=True),
    "bad_query_method": Sent("PUT", (("query", ASK),), status=(405,)),
    "bad_multiple_queries": Sent("GET", (("query", ASK), ("query", ASK)), status=BAD),
    "bad_query_wrong_media_type": Sent("POST", body=ASK, media_type="text/plain", status=(415,)),
    "bad_query_missing_form_type": Sent("POST", body=form(("query", ASK)), status=(400, 415)),
    "bad_query_missing_direct_type": Sent("POST", body=ASK, status=(400, 415)),
    "bad_query_non_utf8": Sent(
        "POST", body=ASK.encode("utf-16"), media_type=QUERY + "; charset=UTF-16", status=(400, 415)
    ),
    "bad_query_syntax": Sent("GET", (("query", "ASK { ?s ?p"),), status=BAD),
}  # fmt: skip

INSERT = f"INSERT DATA {{ <{E}new> <{E}p> 1 }}"
USING, USING_NAMED = "using-graph-uri", "using-named-graph-uri"
UPDATES = {
    "update_post_form": Sent("POST", body=form(("update", INSERT)), media_type=FORM),
    "update_post_direct": Sent("POST", body=INSERT, media_type=UPDATE),
    "update_dataset_default_graph": Sent("POST", ((USING, ONE),), INSERT, UPDATE),
    "update_dataset_default_graphs": Sent("POST", ((USING, ONE), (USING, TWO)), INSERT, UPDATE),
    "update_dataset_named_graphs": Sent("POST", ((USING_NAMED, ONE),), INSERT, UPDATE),
    "update_dataset_full": Sent("POST", ((USING, ONE), (USING_NAMED, TWO)), INSERT, UPDATE),
    "update_base_uri": Sent("POST", body="BASE <http://e.example/> " + INSERT, media_type=UPDATE),
}
BAD_UPDATES = {
    "bad_update_get": Sent("GET", (("update", INSERT),)),
    "bad_multiple_updates": Sent(
        "POST", body=form(("update", INSERT), ("update", INSERT)), media_type=FORM
    ),
    "bad_update_wrong_media_type": Sent("POST", body=INSERT, media_type="text/plain"),
    "bad_update_missing_form_type": Sent("POST", body=form(("update", INSERT))),
    "bad_update_non_utf8": Sent(
        "POST", body=INSERT.encode("utf-16"), media_type=UPDATE + "; charset=UTF-16"
    ),
    "bad_update_syntax": Sent("POST", body="INSERT DATA { <a> }", media_type=UPDATE),
    "bad_update_dataset_conflict": Sent(
        "POST", ((USING, ONE),), f"DELETE {{ ?s ?p ?o }} USING <{TWO}> WHERE {{ ?s ?p ?o }}", UPDATE
    ),
}


@pytest.mark.parametrize("sent", QUERIES.values(), ids=QUERIES)
@pytest.mark.meets("P1")
def test_w3c_query_case(client: httpx.Client, sent: Sent) -> None:
    response = send(client, sent)
    assert response.status_code in sent.status, response.text
    if sent.answer is not None:
        assert response.json()["boolean"] is sent.answer
    else:
        assert response.text  # it says why


@pytest.mark.parametrize("sent", UPDATES.values(), ids=UPDATES)
@pytest.mark.meets("P5")
def test_w3c_update_case_is_refused_and_changes_nothing(client: httpx.Client, sent: Sent) -> None:
    response = send(client, sent)
    assert response.status_code == 403, response.text
    assert "read-only" in response.text or "only answers queries" in response.text
    left = send(client, get(("query", f"ASK {{ <{E}new> ?p ?o }}")))
    assert left.json()["boolean"] is False


@pytest.mark.parametrize("sent", BAD_UPDATES.values(), ids=BAD_UPDATES)
@pytest.mark.meets("P5")
def test_w3c_bad_update_case(client: httpx.Client, sent: Sent) -> None:
    response = send(client, sent)
    assert 400 <= response.status_code < 500
    assert response.text


W3C_CONTENT_TYPES = {
    "query_content_type_select": ("SELECT (1 AS ?x) {}", {JSON, "application/sparql-results+xml",
                                  "text/csv", "text/tab-separated-values"}),
    "query_content_type_ask": (ASK, {JSON, "application/sparql-results+xml"}),
    "query_content_type_describe": (f"DESCRIBE <{E}book>", {"text/turtle", "application/ld+json",
                                    "application/n-triples", "application/rdf+xml"}),
    "query_content_type_construct": ("CONSTRUCT { <a:a> <a:b> 1 } {}", {"text/turtle",
                                     "application/n-triples", "application/rdf+xml"}),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "types"), W3C_CONTENT_TYPES.values(), ids=W3C_CONTENT_TYPES
)  # fmt: skip
@pytest.mark.parametrize("accept", [None, "*/*"])
@pytest.mark.meets("P4")
def test_w3c_content_type_case(
    client: httpx.Client, text: str, types: set[str], accept: str | None
) -> None:
    request = client.build_request("GET", "/sparql", params={"query": text})
    del request.headers["Accept"]
    if accept:
        request.headers["Accept"] = accept
    response = client.send(request)
    assert response.status_code == 200
    assert response.headers["Content-Type"].partition(";")[0] in types


# Beyond the collection: §2.1 and RFC 9110


EQUIVALENT = f"SELECT ?t {{ <{E}book> <{E}title> ?t }} ORDER BY ?t"


@pytest.mark.meets("P1")
def test_the_ways_to_ask_give_the_same_answer(client: httpx.Client) -> None:
    ways = [
        get(("query", EQUIVALENT)),
        post(("query", EQUIVALENT)),
        Sent("POST", body=EQUIVALENT, media_type=QUERY),
        Sent("POST", body=EQUIVALENT, media_type=QUERY + "; charset=UTF-8"),
        Sent("POST", body=EQUIVALENT, media_type=QUERY.upper() + ';charset="utf-8"'),
        Sent("POST", body=form(("query", EQUIVALENT)), media_type=FORM + "; charset=utf-8"),
        Sent("QUERY", body=EQUIVALENT, media_type=QUERY),
    ]
    answers = [send(client, way) for way in ways]
    assert [answer.status_code for answer in answers] == [200] * len(ways)
    assert len({answer.text for answer in answers}) == 1


TRICKY = [
    "ASK { FILTER('a+b' = 'a\\u002Bb') }",
    "ASK { FILTER('%25' != '%') }",
    "ASK { FILTER('=&;' = '=&\\u003B') }",
    "ASK { FILTER('é' = '\\u00E9') }",
]


@pytest.mark.parametrize("text", TRICKY)
@pytest.mark.parametrize("way", ["GET", "form", "direct"])
def test_characters_survive_the_encoding(client: httpx.Client, text: str, way: str) -> None:
    sent = {
        "GET": get(("query", text)),
        "form": post(("query", text)),
        "direct": Sent("POST", body=text, media_type=QUERY),
    }[way]
    assert send(client, sent).json()["boolean"] is True


def test_a_raw_equals_sign_and_a_parameter_without_value_are_legal(client: httpx.Client) -> None:
    body = "debug&query=" + quote("ASK { FILTER(1=1) }", safe="={}() ").replace(" ", "+")
    response = send(client, Sent("POST", body=body, media_type=FORM))
    assert response.status_code == 200
    assert response.json()["boolean"] is True


@pytest.mark.meets("P7")
def test_an_unknown_parameter_is_passed_over(client: httpx.Client) -> None:
    assert send(client, get(("query", ASK), ("version", "1.2"))).status_code == 200


REFUSALS = {
    "no query": (Sent("GET", (("default-graph-uri", ONE),)), 400),
    "an empty query": (Sent("GET", (("query", ""),)), 400),
    "query in address and body": (Sent("POST", (("query", ASK),), ASK, QUERY), 400),
    "query twice in a form": (Sent("POST", body="query=ASK{}&query=ASK{}", media_type=FORM), 400),
    "query in address and form": (Sent("POST", (("query", ASK),), form(("query", ASK)), FORM), 400),
    "query and update": (
        Sent("POST", body=form(("query", ASK), ("update", INSERT)), media_type=FORM), 400),
    "an update as a query": (Sent("GET", (("query", INSERT),)), 403),
    "an update as a query after a prologue": (
        Sent("GET", (("query", "PREFIX a: <a:> BASE <b:> # c\n dElEtE WHERE { ?s ?p ?o }"),)), 403),
    "using-graph-uri with a query": (Sent("GET", (("query", ASK), (USING, ONE))), 400),
    "a relative default graph": (Sent("GET", (("query", ASK), (DEFAULT, "one"))), 400),
    "bytes that are no UTF-8": (Sent("POST", body=b"ASK { 'a\xff' }", media_type=QUERY), 400),
    "another charset": (Sent("POST", body=ASK, media_type=QUERY + "; charset=latin1"), 415),
    "DELETE": (Sent("DELETE"), 405),
    "PATCH": (Sent("PATCH"), 405),
    "an Accept that nothing satisfies": (
        Sent("GET", (("query", ASK),), headers={"Accept": "image/png"}), 406),
    "an Accept that refuses everything": (
        Sent("GET", (("query", ASK),), headers={"Accept": "*/*;q=0"}), 406),
    "a multipart form": (
        Sent("POST", body="--x--", media_type="multipart/form-data; boundary=x"), 415),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "status"), REFUSALS.values(), ids=REFUSALS)
@pytest.mark.meets("P2", "P5")
def test_a_request_at_fault_gets_its_status_and_a_reason(
    client: httpx.Client, sent: Sent, status: int
) -> None:
    response = send(client, sent)
    assert response.status_code == status, response.text
    assert len(response.text) > 20


@pytest.mark.meets("P2")
def test_a_method_refused_says_which_are_allowed(client: httpx.Client) -> None:
    allowed = client.put("/sparql").headers["Allow"]
    assert {"GET", "HEAD", "POST", "OPTIONS", "QUERY"} <= set(allowed.split(", "))


def test_a_body_past_the_limit_is_too_large(client: httpx.Client) -> None:
    big = "ASK { FILTER('" + "a" * 1_100_000 + "' = 'a') }"
    assert send(client, Sent("POST", body=big, media_type=QUERY)).status_code == 413


# Dataset (§2.1.4)


@pytest.mark.parametrize(
    ("text", "graphs", "expected"),
    [
        (in_graphs(ONE), [(DEFAULT, ONE)], True),
        (named_graphs(TWO), [(DEFAULT, ONE), (NAMED, TWO)], True),
        ("ASK { ?s ?p ?o }", [(NAMED, ONE)], False),
        ("ASK { GRAPH ?g { ?s ?p ?o } }", [(DEFAULT, ONE)], False),
        (f"ASK FROM NAMED <{TWO}> {{ GRAPH ?g {{ ?s ?p ?o }} }}", [(DEFAULT, ONE)], False),
        (f"ASK FROM <{TWO}> FROM NAMED <{TWO}> {{ GRAPH <{ONE}> {{ ?s ?p ?o }} }}",
         [(NAMED, ONE)], True),
        ("ASK { ?s ?p ?o }", [(DEFAULT, E + "nowhere")], False),
        ("ASK { ?s ?p ?o }", [(DEFAULT, "file:///etc/passwd")], False),
        ("ASK { ?s ?p ?o }", [(DEFAULT, "http://127.0.0.1:9/")], False),
    ],
)  # fmt: skip
@pytest.mark.meets("P3")
def test_the_request_decides_on_the_dataset_before_the_text(
    client: httpx.Client, text: str, graphs: list[tuple[str, str]], expected: bool
) -> None:
    for make in (get, post):
        response = send(client, make(("query", text), *graphs))
        assert response.status_code == 200, response.text
        assert response.json()["boolean"] is expected


# BASE (§2.1, §5.1.1 of the query language)


@pytest.mark.meets("P7")
def test_relative_names_resolve_against_base_else_the_endpoint(client: httpx.Client) -> None:
    text = "SELECT (STR(<x>) AS ?iri) {}"
    for before, expected in [
        ("", str(client.base_url.join("/x"))),
        ("BASE <http://b.example/d/> ", "http://b.example/d/x"),
        ("BASE <http://b.example/d/> BASE <e/> ", "http://b.example/d/e/x"),
    ]:
        answer = send(client, get(("query", before + text))).json()
        assert answer["results"]["bindings"][0]["iri"]["value"] == expected


# Errors, HEAD, OPTIONS, CORS, negotiation


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (JSON, "application/problem+json"),
        (f"{JSON}, application/problem+json", "application/problem+json"),
        ("text/csv, text/plain;q=0.5", "text/plain"),
        ("text/html,*/*;q=0.1", "text/html"),
    ],
)
@pytest.mark.meets("P2")
def test_a_syntax_error_is_told_as_the_client_reads_with_its_place(
    client: httpx.Client, accept: str, media_type: str
) -> None:
    wrong = Sent("GET", (("query", "ASK {\n ?s ?p }"),), headers={"Accept": accept})
    response = send(client, wrong)
    assert response.status_code == 400
    assert response.headers["Content-Type"].partition(";")[0] == media_type
    if media_type.endswith("json"):
        problem = response.json()
        assert (problem["status"], problem["line"]) == (400, 2)
        assert problem["title"]
        assert "column" in problem
    else:
        assert "2" in response.text


def test_a_missing_prefix_is_named_and_offered(client: httpx.Client) -> None:
    response = send(client, get(("query", "SELECT * { ?s skos:prefLabel ?o }")))
    assert response.status_code == 400
    assert "http://www.w3.org/2004/02/skos/core#" in response.text


def test_head_is_get_without_the_body(client: httpx.Client) -> None:
    parameters = (("query", EQUIVALENT),)
    got, head = send(client, Sent("GET", parameters)), send(client, Sent("HEAD", parameters))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == got.headers["Content-Type"]
    assert send(client, Sent("HEAD", (("query", "ASK {"),))).status_code == 400


def test_every_site_may_ask_from_a_browser(client: httpx.Client) -> None:
    origin = {"Origin": "https://elsewhere.example"}
    for sent in (
        Sent("GET", (("query", ASK),), headers=origin),
        Sent("GET", (("query", "ASK {"),), headers=origin),
    ):
        response = send(client, sent)
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response.headers


def test_a_preflight_is_answered(client: httpx.Client) -> None:
    asked = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    response = send(client, Sent("OPTIONS", headers=asked))
    assert response.status_code in {200, 204}
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    headers = response.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"*", "content-type"} & set(headers)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/csv;q=0.5, application/sparql-results+xml;q=0.9", "application/sparql-results+xml"),
        ("application/sparql-results+xml;q=0, */*", JSON),
        ("text/csv;q=0, text/*;q=0.5", "text/tab-separated-values"),
        ("text/*;q=0.4, application/*;q=0.2, text/csv;q=0.1", "text/tab-separated-values"),
        ("application/sparql-results+json;charset=utf-8;q=0.5, text/csv;q=0.4", JSON),
        ("APPLICATION/SPARQL-RESULTS+XML", "application/sparql-results+xml"),
        ("image/png, text/csv;q=0.1", "text/csv"),
        (f"{JSON}, */*;q=0.1", JSON),
    ],
)
@pytest.mark.meets("P4")
def test_accept_is_obeyed(client: httpx.Client, accept: str, expected: str) -> None:
    response = send(client, Sent("GET", (("query", EQUIVALENT),), headers={"Accept": accept}))
    assert response.status_code == 200
    assert response.headers["Content-Type"].partition(";")[0] == expected
    assert "Accept" in response.headers["Vary"]
