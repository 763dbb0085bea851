"""
What queries mean, asked over HTTP (SPARQL 1.1 Query Language, https://www.w3.org/TR/sparql11-query/).
"""

from collections.abc import Mapping

import httpx
import pytest

from conformance.query_cases import CASES, Case

JSON = "application/sparql-results+json"
XSD = "http://www.w3.org/2001/XMLSchema#"
E = "http://e.example/"
ONE, TWO = E + "one", E + "two"

Row = Mapping[str, Mapping[str, str]]


def ask(client: httpx.Client, text: str, **parameters: str | list[str]) -> httpx.Response:
    return client.post(
        "/sparql",
        data={"query": text, **parameters},
        headers={"Accept": f"{JSON}, text/turtle;q=0.5"},
    )


def rows(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    answer = response.json()
    if "boolean" in answer:
        return [str(answer["boolean"]).lower()]
    variables: list[str] = answer["head"]["vars"]
    return [
        " ".join(cell(row, name) for name in variables) for row in answer["results"]["bindings"]
    ]


def cell(row: Row, name: str) -> str:
    term = row.get(name)
    if term is None:
        return "-"
    value = term["value"]
    if term["type"] == "uri":
        return value.replace(E, ":").replace(XSD, "xsd:")
    if term["type"] == "literal" and term.get("datatype", XSD + "string") != XSD + "string":
        return value
    return f'"{value}"'


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_query_answers_as_the_specification_says(client: httpx.Client, case: Case) -> None:
    found = rows(ask(client, case.text, **{"default-graph-uri": case.graph}))
    assert (found if case.ordered else sorted(found)) == (
        list(case.rows) if case.ordered else sorted(case.rows)
    )


IN = f"SELECT ?g ?o {{ GRAPH ?g {{ ?s <{E}in> ?o }} }}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"SELECT ?o FROM <{ONE}> {{ ?s <{E}in> ?o }}", [":one"]),
        (f"SELECT ?o FROM <{ONE}> FROM <{TWO}> {{ ?s <{E}in> ?o }}", [":one", ":two"]),
        (f"SELECT ?o FROM NAMED <{ONE}> {{ ?s <{E}in> ?o }}", []),
        (IN.replace("{ GRAPH", f"FROM NAMED <{ONE}> {{ GRAPH", 1), [":one :one"]),
        (IN.replace("{ GRAPH", f"FROM <{ONE}> {{ GRAPH", 1), []),
        (IN.replace("{ GRAPH", f"FROM <{ONE}> FROM NAMED <{TWO}> {{ GRAPH", 1), [":two :two"]),
        (f"SELECT ?o {{ GRAPH <{TWO}> {{ ?s <{E}in> ?o }} }}", [":two"]),
        (f"SELECT ?o {{ GRAPH <{E}nowhere> {{ ?s ?p ?o }} }}", []),
        (f"SELECT ?o FROM <{E}nowhere> {{ ?s ?p ?o }}", []),
        (f"SELECT ?o {{ GRAPH ?g {{ ?s <{E}in> ?o }} FILTER(?g = <{ONE}>) }}", [":one"]),
    ],
)  # fmt: skip
def test_the_dataset_is_what_the_query_names(
    client: httpx.Client, text: str, expected: list[str]
) -> None:
    assert sorted(rows(ask(client, text))) == expected


def test_reduced_takes_away_duplicates_at_most(client: httpx.Client) -> None:
    text = "SELECT REDUCED ?x { VALUES ?x { 1 1 2 } }"
    assert sorted(set(rows(ask(client, text)))) == ["1", "2"]


def test_now_is_one_moment_within_a_query(client: httpx.Client) -> None:
    assert rows(ask(client, "ASK { BIND(NOW() AS ?a) BIND(NOW() AS ?b) FILTER(?a = ?b) }")) == [
        "true"
    ]


@pytest.mark.parametrize("function", ["RAND()", "UUID()", "STRUUID()"])
def test_random_values_differ(client: httpx.Client, function: str) -> None:
    text = f"SELECT (COUNT(DISTINCT ?v) AS ?n) {{ VALUES ?x {{ 1 2 3 }} BIND({function} AS ?v) }}"
    assert rows(ask(client, text)) == ["3"]


@pytest.mark.parametrize("silent", ["", "SILENT "])
def test_federation_is_refused_even_when_silent(client: httpx.Client, silent: str) -> None:
    response = ask(client, f"SELECT * {{ SERVICE {silent}<http://127.0.0.1:9/> {{ ?s ?p ?o }} }}")
    assert response.status_code == 403


def test_an_unknown_function_is_the_queries_fault(client: httpx.Client) -> None:
    response = ask(client, f"SELECT (<{E}f>(1) AS ?x) {{}}")
    assert response.status_code == 400
    assert E + "f" in response.text


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?x { ?x :p ?y }",
        "SELECT ?x (COUNT(*) AS ?n) { ?x ?p ?y }",
        "SELECT (?y AS ?x) { ?x ?p ?y }",
        "SELECT * { ?x ?p ?y } GROUP BY ?x",
        "SELECT ?x { ?x ?p ?y BIND(1 AS ?x) }",
        "SELECT * { VALUES (?x ?y) { (1) } }",
        "SELECT * { ?s ?p }",
        "ASK { ?s ?p ?o",
        "ASK { ?s ?p 'open }",
        "CONSTRUCT { ?s ?p ?o FILTER(true) } WHERE { ?s ?p ?o }",
        "ASK { ?s ?p ?o } ; ASK {}",
    ],
)
def test_what_the_grammar_forbids_is_refused(client: httpx.Client, text: str) -> None:
    assert ask(client, text).status_code == 400
