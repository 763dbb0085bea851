"""
SPARQL 1.1 Protocol and what surrounds it, request by request: status, headers, body
(https://www.w3.org/TR/sparql11-protocol/).
"""

import gzip
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
import zstandard
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, parse
from werkzeug.test import TestResponse

from partage.rdf.formats import GRAPH_FORMATS
from partage.rdf.namespaces import GRAPH, ID
from partage.store.engine import Query, Result
from partage.web.http.cors import EXPOSED

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
JSON = "application/sparql-results+json"
PROBLEM = "application/problem+json"
SELECT = f"SELECT ?p {{ <{ID}org/netflix> ?p ?o }} ORDER BY ?p"
WHOLE = "SELECT * { ?s ?p ?o }"
CONSTRUCT = f"CONSTRUCT WHERE {{ <{ID}org/netflix> ?p ?o }}"
ENTITIES = GRAPH + "entities"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@dataclass(frozen=True)
class Case:
    """A request, and what is expected of its answer."""

    name: str
    status: int
    method: str = "GET"
    parameters: list[tuple[str, str]] = field(default_factory=list)
    body: bytes | str = b""
    media_type: str = ""
    accept: str = ""
    told: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, client: FlaskClient) -> TestResponse:
        headers = {"Accept": self.accept} if self.accept else {}
        if self.media_type:
            headers["Content-Type"] = self.media_type
        return client.open(
            "/sparql?" + urlencode(self.parameters),
            method=self.method,
            data=self.body,
            headers=headers,
        )


def form(*pairs: tuple[str, str]) -> str:
    return urlencode(pairs)


ASK = ("query", "ASK {}")
SERVED = {"Content-Type": JSON}

ANSWERED = [
    Case("GET", 200, parameters=[ASK], headers=SERVED, told='"boolean":true'),
    Case("POST form", 200, "POST", body=form(ASK), media_type=FORM, headers=SERVED),
    Case("POST direct", 200, "POST", body="ASK {}", media_type=DIRECT, headers=SERVED),
    Case("POST direct, charset", 200, "POST", body="ASK {}",
         media_type=DIRECT + "; charset=UTF-8"),
    Case("POST direct, any case", 200, "POST", body="ASK {}",
         media_type="Application/SPARQL-Query"),
    Case("QUERY direct", 200, "QUERY", body="ASK {}", media_type=DIRECT, headers=SERVED),
    Case("QUERY form", 200, "QUERY", body=form(ASK), media_type=FORM, headers=SERVED),
    Case("HEAD", 200, "HEAD", parameters=[ASK], headers=SERVED),
    Case("unknown parameters pass", 200, parameters=[ASK, ("version", "1.2"), ("x", "")]),
    Case("no Accept: CONSTRUCT", 200, parameters=[("query", CONSTRUCT)],
         headers={"Content-Type": "text/turtle; charset=utf-8"}),
    Case("q-values", 200, parameters=[ASK], accept="text/csv;q=0.1, application/xml;q=0.9",
         headers={"Content-Type": "application/xml"}),
    Case("charset in Accept", 200, parameters=[ASK], accept=JSON + ";charset=utf-8",
         headers=SERVED),
    Case("q=0 is never served", 200, parameters=[("query", SELECT)],
         accept=f"{JSON};q=0, text/csv;q=0.2",
         headers={"Content-Type": "text/csv; charset=utf-8"}),
    Case("format is a key", 200, parameters=[("query", SELECT), ("format", "tsv")],
         headers={"Content-Type": "text/tab-separated-values; charset=utf-8"}),
    Case("format is a media type", 200, parameters=[("query", SELECT), ("format", "text/csv")],
         headers={"Content-Type": "text/csv; charset=utf-8"}),
    Case("format beats Accept", 200, parameters=[ASK, ("format", "xml")], accept="text/html",
         headers={"Content-Type": "application/sparql-results+xml"}),
    Case("format is in the form", 200, "POST", body=form(("query", SELECT), ("format", "csv")),
         media_type=FORM, headers={"Content-Type": "text/csv; charset=utf-8"}),
    Case("dataset beats FROM", 200,
         parameters=[("query", f"SELECT (COUNT(*) AS ?n) FROM <{ENTITIES}> {{ ?s ?p ?o }}"),
                     ("default-graph-uri", "http://nowhere.example/"), ("format", "csv")],
         told="n\r\n0\r\n"),
    Case("graphs=derived", 200,
         parameters=[("query", COUNT), ("graphs", "derived"), ("format", "csv")],
         told="n\r\n1\r\n"),
    Case("relative IRIs resolve against the endpoint", 200,
         parameters=[("query", "SELECT (<x> AS ?x) {}"), ("format", "csv")],
         told="http://localhost/x"),
    Case("BASE comes first", 200,
         parameters=[("query", "BASE <http://b.example/> SELECT (<x> AS ?x) {}"),
                     ("format", "csv")], told="http://b.example/x"),
    Case("a form is decoded once", 200, "POST",
         body=form(("query", "SELECT ('%25+%20' AS ?x) {}"), ("format", "csv")),
         media_type=FORM, told="%25+%20"),
    Case("description", 200, headers={"Content-Type": "text/turtle; charset=utf-8"},
         told="http://localhost/sparql"),
    Case("description by format", 200, parameters=[("format", "rdfxml")],
         headers={"Content-Type": "application/rdf+xml"}),
    Case("description for a browser", 200, accept="text/html", told="<textarea"),
    Case("description, French page", 200, parameters=[("lang", "fr")], accept="text/html"),
]  # fmt: skip

REFUSED = [
    Case("no query", 400, parameters=[("x", "1")], told="There is no query"),
    Case("an empty query", 400, parameters=[("query", "")], told="There is no query"),
    Case("two queries", 400, parameters=[ASK, ASK], told="query is given 2 times"),
    Case("query in address and body", 400, "POST", [ASK], "ASK {}", DIRECT, told="two queries"),
    Case("two graphs", 400, parameters=[ASK, ("graphs", "current"), ("graphs", "derived")]),
    Case("graphs and a dataset", 400,
         parameters=[ASK, ("graphs", "derived"), ("default-graph-uri", "a:b")],
         told="Use one of them"),
    Case("unknown part", 400, parameters=[ASK, ("graphs", "future")], told="derived"),
    Case("relative graph", 400, parameters=[ASK, ("default-graph-uri", "x")], told="absolute IRI"),
    Case("bad syntax", 400, parameters=[("query", "SELECT * {")], told="Line 1, column 11"),
    Case("not UTF-8", 400, "POST", body=b"ASK {'\xff'}", media_type=DIRECT, told="not UTF-8"),
    Case("update by GET", 400, parameters=[("update", "CLEAR ALL")]),
    Case("update by form", 403, "POST", body=form(("update", "CLEAR ALL")), media_type=FORM,
         told="read-only"),
    Case("update by media type", 403, "POST", body="CLEAR ALL",
         media_type="application/sparql-update", told="read-only"),
    Case("update as a query", 403, parameters=[("query", "CLEAR ALL")], told="CLEAR"),
    Case("using-graph-uri", 400, parameters=[ASK, ("using-graph-uri", "a:b")], told="updates"),
    Case("SERVICE", 403, parameters=[("query", "ASK { SERVICE <http://127.0.0.1/> {} }")]),
    Case("PUT", 405, "PUT", told="Use GET, HEAD, OPTIONS, POST, QUERY."),
    Case("DELETE", 405, "DELETE", told="DELETE"),
    Case("PATCH", 405, "PATCH", told="PATCH"),
    Case("nothing acceptable", 406, parameters=[ASK], accept="image/png", told=JSON),
    Case("graph format accepted for ASK", 406, parameters=[ASK], accept="text/turtle", told=JSON),
    Case("long body", 413, "POST", body=b"#" * 1_000_001, media_type=DIRECT, told="1,000,000"),
    Case("no media type", 415, "POST", body="ASK {}", told=DIRECT),
    Case("other media type", 415, "POST", body="ASK {}", media_type="text/plain", told=DIRECT),
    Case("other charset", 415, "POST", body="ASK {}", media_type=DIRECT + ";charset=utf-16",
         told="UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case.name)
def test_a_right_request_is_answered(case: Case, client: FlaskClient) -> None:
    response = case.send(client)
    assert response.status_code == case.status, response.text
    assert case.told in response.text
    for name, value in case.headers.items():
        assert response.headers[name] == value
    assert "Accept" in response.vary
    assert response.headers["Accept-Query"] == f"{DIRECT}, {FORM}"


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_a_wrong_request_has_its_status_and_the_body_says_why(
    case: Case, client: FlaskClient
) -> None:
    response = case.send(client)
    assert response.status_code == case.status
    assert case.told in response.text
    assert len(response.text) > 20
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_an_error_can_be_had_as_a_problem_in_json(case: Case, client: FlaskClient) -> None:
    if case.accept:
        return  # it is Accept that is wrong
    headers = {"Accept": JSON} | ({"Content-Type": case.media_type} if case.media_type else {})
    response = client.open(
        "/sparql?" + urlencode(case.parameters),
        method=case.method,
        data=case.body,
        headers=headers,
    )
    problem = json.loads(response.data)
    assert response.mimetype == PROBLEM
    assert (problem["status"], problem["type"]) == (case.status, "about:blank")
    assert problem["title"]
    assert case.told in problem["detail"]


def test_a_syntax_error_is_a_problem_with_line_and_column(client: FlaskClient) -> None:
    text = "SELECT *\n{ ?s ?p }"
    accept = f"{JSON}, {PROBLEM}"
    response = client.get("/sparql", query_string={"query": text}, headers={"Accept": accept})
    problem = json.loads(response.data)
    assert (problem["status"], problem["line"], problem["column"]) == (400, 2, 9)
    assert client.get("/sparql", query_string={"query": text, "format": "json"}).mimetype == PROBLEM
    page = client.get("/sparql", query_string={"query": text, "format": "html"})
    assert (page.mimetype, page.status_code) == ("text/html", 400)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("ASK { ?s skos:prefLabel ?o }", "Add PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"),
        ("ASK { ?s skoss:prefLabel ?o }", "Did you mean skos:"),
        ("PREFIX my: <http://my.example/> ASK { ?s myy:x ?o }", "Did you mean my:, which"),
        ("ASK { ?s qqqq:x ?o }", "Declare it at the top"),
        ("SELCT * {}", "Did you mean SELECT?"),
    ],
)
def test_what_was_meant_is_named(text: str, advice: str, client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": text})
    assert response.status_code == 400
    assert advice in response.text


def test_a_misspelt_term_of_ours_is_hinted_at(client: FlaskClient) -> None:
    text = f"SELECT * {{ <{ID}org/netflx> ?p ?o }}"
    response = client.get("/sparql", query_string={"query": text})
    assert response.status_code == 200
    hint = response.headers["Query-Hint"]
    assert hint == f'"<{ID}org/netflx>";line=1;column=12;nearest="org:netflix"'
    page = client.get("/sparql", query_string={"query": text, "format": "html"})
    assert "Did you mean org:netflix?" in page.text
    assert "Query-Hint" not in client.get("/sparql", query_string={"query": SELECT}).headers


@pytest.mark.parametrize(
    "path", ["/sparql", "/", "/doc/org/netflix", "/nowhere", "/static/icon.svg"]
)
def test_every_answer_may_be_read_by_every_page(path: str, client: FlaskClient) -> None:
    with client.get(path, headers={"Origin": "https://elsewhere.example"}) as response:
        headers = response.headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in headers
    exposed = headers["Access-Control-Expose-Headers"].split(", ")
    wanted = {"Link", "Location", "Content-Location", "Query-Id", "Retry-After", "Vary"}
    assert wanted | {"Server-Timing"} <= set(exposed) == set(EXPOSED)


def test_a_preflight_is_answered(client: FlaskClient) -> None:
    response = client.options(
        "/sparql",
        headers={
            "Origin": "https://elsewhere.example",
            "Access-Control-Request-Method": "QUERY",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert (response.status_code, response.data) == (204, b"")
    methods = {"GET", "HEAD", "OPTIONS", "POST", "QUERY"}
    assert set(response.headers["Access-Control-Allow-Methods"].split(", ")) == methods
    assert set(response.headers["Allow"].split(", ")) == methods
    assert "*" in response.headers["Access-Control-Allow-Headers"]


def test_head_is_get_without_a_body_and_runs_once(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from partage.web.views.sparql import running_queries

    ran: list[Query] = []
    run = running_queries.run_query

    def noting(query: Query, *calls: Any, **how: Any) -> Result:
        ran.append(query)
        return run(query, *calls, **how)

    monkeypatch.setattr(running_queries, "run_query", noting)
    got = client.get("/sparql", query_string={"query": WHOLE})
    ran.clear()
    head = client.head("/sparql", query_string={"query": WHOLE})
    assert (head.status_code, head.data, len(ran)) == (200, b"", 1)
    assert head.headers.get("Content-Length") in {None, got.headers.get("Content-Length", "")}
    for name in ("Content-Type", "Vary", "Content-Disposition", "Accept-Query"):
        assert head.headers[name] == got.headers[name]
    assert client.head("/sparql", query_string={"query": "SELECT"}).status_code == 400


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("gzip", "gzip"),
        ("gzip, zstd", "zstd"),
        ("gzip, zstd;q=0.5", "gzip"),
        ("br", None),
        ("zstd;q=0, gzip;q=0", None),
        ("*", "zstd"),
        ("identity, gzip;q=0.5", None),
        (None, None),
    ],
)
@pytest.mark.parametrize("fmt", ["json", "csv"])
def test_an_answer_is_compressed_as_its_reader_likes(
    accept: str | None, coding: str | None, fmt: str, client: FlaskClient
) -> None:
    parameters = {"query": WHOLE + " ORDER BY ?s ?p ?o", "format": fmt}
    plain = client.get("/sparql", query_string=parameters)
    response = client.get(
        "/sparql", query_string=parameters, headers={"Accept-Encoding": accept} if accept else {}
    )
    assert response.headers.get("Content-Encoding") == coding
    assert "Accept-Encoding" in response.vary
    data = response.data
    if coding == "gzip":
        data = gzip.decompress(data)
    elif coding == "zstd":
        data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    assert data == plain.data


def test_what_is_small_or_packed_is_left_as_it_is(client: FlaskClient) -> None:
    headers = {"Accept-Encoding": "gzip"}
    small = client.get("/doc/org/nobody", headers=headers)
    assert "Content-Encoding" not in small.headers
    with client.get("/download/dataset.nq.gz", headers=headers) as packed:
        assert "Content-Encoding" not in packed.headers


def test_a_style_sheet_is_compressed_and_known_again(client: FlaskClient) -> None:
    path, headers = "/static/style.css", {"Accept-Encoding": "gzip"}
    with client.get(path) as plain, client.get(path, headers=headers) as packed:
        assert gzip.decompress(packed.data) == plain.data
        assert packed.content_length == len(packed.data) < len(plain.data) / 2
        assert packed.headers["ETag"] != plain.headers["ETag"]
    with client.head(path, headers=headers) as head:
        assert (head.content_length, head.data) == (packed.content_length, b"")
    with client.get(path, headers={**headers, "If-None-Match": packed.headers["ETag"]}) as known:
        assert (known.status_code, known.data) == (304, b"")


@pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=lambda fmt: fmt.key)
@pytest.mark.meets("V1")
def test_void_is_at_its_known_address_in_every_format(client: FlaskClient, fmt: object) -> None:
    assert fmt in GRAPH_FORMATS
    key, media_type, rdf = fmt.key, fmt.media_type, fmt.rdf
    response = client.get("/.well-known/void", query_string={"format": key})
    assert (response.status_code, response.mimetype) == (200, media_type)
    quads = list(parse(response.data, format=rdf))
    endpoint = NamedNode("http://localhost/sparql")
    assert any(quad.object == endpoint for quad in quads)
    totals = [quad for quad in quads if quad.predicate.value.endswith("void#triples")]
    assert totals


@pytest.mark.meets("SD4")
def test_the_description_counts_as_a_query_does(client: FlaskClient) -> None:
    quads = list(parse(client.get("/sparql").data, format=RdfFormat.TURTLE))
    by_node = {(str(q.subject), q.predicate.value.rpartition("#")[2]): q.object for q in quads}
    named = [str(q.object) for q in quads if q.predicate.value.endswith("#namedGraph")]
    answer = client.get(
        "/sparql",
        query_string={
            "query": "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
            "format": "json",
        },
    )
    live = {row["g"]["value"]: row["n"]["value"] for row in answer.json["results"]["bindings"]}  # type: ignore[index]
    told = {
        by_node[node, "name"].value: by_node[str(by_node[node, "graph"]), "triples"].value
        for node in named
    }
    assert told == live
    regimes = {
        by_node[node, "name"].value: by_node[node, "entailmentRegime"].value for node in named
    }
    ent = "http://www.w3.org/ns/entailment/"
    assert {regimes.pop(GRAPH + "inferred")} == {ent + "OWL-Direct"}
    assert set(regimes.values()) == {ent + "Simple"}


@pytest.mark.parametrize("media_type", [JSON, "text/csv"])
def test_a_short_answer_is_whole_and_who_has_it_is_told_so(
    client: FlaskClient, media_type: str
) -> None:
    wish = {"Accept": media_type}
    got = client.get("/sparql", query_string={"query": SELECT}, headers=wish)
    assert got.content_length == len(got.data) > 0
    again = {**wish, "If-None-Match": got.headers["ETag"]}
    assert client.get("/sparql", query_string={"query": SELECT}, headers=again).status_code == 304
    other = {**again, "Accept": "application/sparql-results+xml"}
    assert client.get("/sparql", query_string={"query": SELECT}, headers=other).status_code == 200


@pytest.mark.parametrize("passing", ["NOW()", "rand()", "STRUUID()", "UUID()", "NOW #\n ()"])
def test_what_is_answered_otherwise_each_time_has_no_tag(client: FlaskClient, passing: str) -> None:
    text = f"SELECT ({passing} AS ?x) {{}}"
    got = client.get("/sparql", query_string={"query": text}, headers={"Accept": JSON})
    assert got.status_code == 200
    assert "ETag" not in got.headers
