import csv
import io
import json
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

from markup import strange_scripts
from partage.rdf.formats import GRAPH_FORMATS, RESULT_FORMATS, Format
from partage.rdf.namespaces import GRAPH, ID

LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
NAMES = f"SELECT ?name {{ <{ID}org/netflix> <{LABEL}> ?name }} ORDER BY ?name"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
CONSTRUCT = f"CONSTRUCT WHERE {{ <{ID}org/netflix> ?p ?o }}"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"


def ask(client: FlaskClient, text: str, accept: str = "*/*", **parameters: str) -> str:
    response = client.get(
        "/sparql", query_string={"query": text, **parameters}, headers={"Accept": accept}
    )
    assert response.status_code == 200, response.text
    return response.text


def test_the_three_ways_to_ask_answer_alike(client: FlaskClient) -> None:
    got = client.get("/sparql", query_string={"query": NAMES})
    form = client.post("/sparql", data=urlencode({"query": NAMES}), content_type=FORM)
    direct = client.post("/sparql", data=NAMES, content_type=DIRECT + "; charset=UTF-8")
    assert got.text == form.text == direct.text
    bindings = json.loads(got.text)["results"]["bindings"]
    assert [row["name"]["xml:lang"] for row in bindings] == ["en", "fr"]


@pytest.mark.parametrize("fmt", RESULT_FORMATS, ids=lambda fmt: fmt.key)
@pytest.mark.parametrize("by", ["Accept", "format"])
def test_solutions_come_in_every_format(client: FlaskClient, fmt: Format, by: str) -> None:
    accept, parameters = (fmt.media_type, {}) if by == "Accept" else ("*/*", {"format": fmt.key})
    response = client.get(
        "/sparql", query_string={"query": NAMES, **parameters}, headers={"Accept": accept}
    )
    assert response.mimetype == fmt.media_type
    assert response.text.count("Netflix") == 2
    assert "Accept" in response.vary


@pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=lambda fmt: fmt.key)
def test_graphs_come_in_every_format(client: FlaskClient, fmt: Format) -> None:
    response = client.get(
        "/sparql", query_string={"query": CONSTRUCT}, headers={"Accept": fmt.media_type}
    )
    assert response.mimetype == fmt.media_type
    assert fmt.rdf is not None
    assert len(list(parse(response.data, format=fmt.rdf))) == 5


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        (NAMES, "application/sparql-results+json"),
        ("ASK {}", "application/sparql-results+json"),
        (CONSTRUCT, "text/turtle"),
        (f"DESCRIBE <{ID}org/netflix>", "text/turtle"),
    ],
)
def test_without_accept_there_is_a_default(client: FlaskClient, text: str, media_type: str) -> None:
    assert client.get("/sparql", query_string={"query": text}).mimetype == media_type


def test_csv_holds_plain_values(client: FlaskClient) -> None:
    rows = list(csv.reader(io.StringIO(ask(client, NAMES, "text/csv"))))
    assert rows == [["name"], ["Netflix"], ["Netflix"]]


def test_the_default_graph_is_the_current_view_and_the_named_graphs_are_visible(
    client: FlaskClient,
) -> None:
    assert "true" in ask(
        client, f"ASK {{ <{ID}flow/f0001> a ?inferred, ?asserted FILTER(?inferred != ?asserted) }}"
    )
    assert "true" in ask(client, f"ASK {{ GRAPH <{ID}claim/c0001/v1#provenance> {{ ?s ?p ?o }} }}")
    assert "false" in ask(client, f"ASK {{ <{ID}claim/c0001/v1> a ?type }}")


def test_the_dataset_can_be_chosen_and_unknown_graphs_are_empty(client: FlaskClient) -> None:
    derived = {"default-graph-uri": GRAPH + "derived"}
    assert ask(client, COUNT, "text/csv", **derived).split() == ["n", "1"]
    unknown = {"default-graph-uri": "http://127.0.0.1:1/nothing"}
    assert ask(client, COUNT, "text/csv", **unknown).split() == ["n", "0"]


def test_relative_iris_resolve_against_the_endpoint(client: FlaskClient) -> None:
    answer = ask(client, "SELECT (<x> AS ?iri) {}", "text/csv")
    assert answer.split() == ["iri", "http://localhost/x"]


@pytest.mark.parametrize(
    ("status", "parameters"),
    [
        (400, {"query": ""}),
        (400, {"query": "SELECT * {"}),
        (400, {"nothing": "1"}),
        (400, {"query": "ASK {}", "update": "CLEAR ALL"}),
        (403, {"query": "INSERT DATA {}"}),
        (403, {"query": "ASK { SERVICE <http://127.0.0.1:1/> {} }"}),
        (400, {"query": "SELECT (<http://f.example/>(1) AS ?x) {}"}),
    ],
)
def test_what_cannot_be_answered_has_its_status_and_says_why(
    client: FlaskClient, status: int, parameters: dict[str, str]
) -> None:
    response = client.get("/sparql", query_string=parameters)
    assert response.status_code == status
    assert response.mimetype == "text/plain"
    assert len(response.text) > 20


def test_a_body_of_another_media_type_is_415(client: FlaskClient) -> None:
    assert client.post("/sparql", data="ASK {}", content_type="text/plain").status_code == 415


def test_accept_that_nothing_fits_is_told_before_the_query_runs(client: FlaskClient) -> None:
    response = client.get("/sparql?query=ASK{}", headers={"Accept": "text/turtle"})
    assert response.status_code == 406
    assert "application/sparql-results+json" in response.text


def test_head_answers_like_get_without_a_body(client: FlaskClient) -> None:
    response = client.head("/sparql", query_string={"query": NAMES})
    assert (response.status_code, response.data) == (200, b"")
    assert response.mimetype == "application/sparql-results+json"


def test_a_bare_get_describes_the_service_in_rdf(client: FlaskClient) -> None:
    response = client.get("/sparql")
    assert response.mimetype == "text/turtle"
    quads = list(parse(response.data, format=RdfFormat.TURTLE))
    endpoints = [q.object for q in quads if q.predicate.value.endswith("#endpoint")]
    assert [str(endpoint) for endpoint in endpoints] == ["<http://localhost/sparql>"]
    xml = client.get("/sparql", headers={"Accept": "application/rdf+xml"})
    assert len(list(parse(xml.data, format=RdfFormat.RDF_XML))) == len(quads)


def test_a_browser_gets_a_form_with_questions_to_start_from(browser: FlaskClient) -> None:
    page = browser.get("/sparql")
    assert page.mimetype == "text/html"
    assert "<textarea" in page.text
    assert page.text.count("/sparql?query=") >= 3


def test_a_browser_gets_a_table_with_names_and_the_query_to_edit(browser: FlaskClient) -> None:
    text = f"SELECT ?who {{ ?c <{'https://w3id.org/partage/ns#'}assertedBy> ?who }} ORDER BY ?who"
    page = browser.get("/sparql", query_string={"query": text}).text
    assert "2 solutions" in page
    assert '<a href="/doc/org/gazette"' in page
    assert "The Gazette &amp; &lt;Co&gt;" in page
    assert "SELECT ?who" in page.partition("<textarea")[2].partition("</textarea>")[0]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ASK {}", "Yes"),
        ("ASK { ?s ?s ?s }", "No"),
        (CONSTRUCT, "Netflix"),
        ("SELECT * { ?s ?s ?s }", "Nothing matches"),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f }", "There are more"),
    ],
)
def test_a_browser_gets_every_kind_of_answer(browser: FlaskClient, text: str, shown: str) -> None:
    assert shown in browser.get("/sparql", query_string={"query": text}).text


def test_a_browser_sees_the_error_above_the_query_it_sent(browser: FlaskClient) -> None:
    text = 'SELECT * { ?s ex:p "<b>" }'
    response = browser.get("/sparql", query_string={"query": text})
    assert response.status_code == 400
    assert "Line 1, column 15" in response.text
    assert "ex:p &#34;&lt;b&gt;&#34;" in response.text
    assert "<b>" not in response.text.replace("<body>", "")


def test_nothing_in_a_query_or_an_answer_becomes_markup(browser: FlaskClient) -> None:
    hostile = "</textarea><script>alert(1)</script>"
    text = f"SELECT ('{hostile}' AS ?x) {{}} # {hostile}"
    page = browser.get("/sparql?query=" + quote(text)).text
    assert strange_scripts(page) == []
    assert page.count("&lt;script&gt;") == 3
    assert page.count("\\u003cscript\\u003e") == 3  # in what the page gives its script


def test_every_example_has_an_answer(browser: FlaskClient) -> None:
    import re
    from html import unescape

    links = re.findall(r'href="(/sparql\?query=[^"]+)"', browser.get("/").text)
    assert len(links) >= 4
    for link in links:
        page = browser.get(unescape(link))
        assert page.status_code == 200, page.text
        assert "solution" in page.text or "Nothing matches" in page.text
