"""
Citable results, requirement by requirement, Q1 to Q5: RDA Data Citation of Evolving Data
(https://doi.org/10.15497/RDA00016); Q6 is in test_cited_pages.py, Q7 in test_requery.py.
"""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, Store
from werkzeug.test import TestResponse

import cited
import small_dataset
from cited import BROWSER, DS, SAME, WHO, cite, facts, links
from partage.rdf.namespaces import ID
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Query, Result
from partage.web.http.budget import Budget, ClientAllowance
from partage.web.views.cited_queries import cited_results


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return cited.app(tmp_path)


def lines(tmp_path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (tmp_path / "queries.jsonl").read_text().splitlines()]


# Q1 (R1-R2): versioned and timestamped data


@pytest.mark.meets("Q1")
def test_q1_a_citation_names_the_release_and_its_digest(client: FlaskClient) -> None:
    told = facts(client, cite(client))
    assert told["release"] == {"version": cited.VERSION, "rdfc10": cited.record().rdfc10}


@pytest.mark.meets("Q1")
def test_q1_a_draft_is_refused_with_the_reason(tmp_path: Path) -> None:
    other = replace(cited.record(), rdfc10="f" * 64)
    client = cited.app(tmp_path, releases=cited.catalog(other)).test_client()
    response = client.post("/query", data={"query": WHO})
    assert response.status_code == 409
    assert "which is no release" in response.text
    assert not (tmp_path / "queries.jsonl").exists()
    page = client.get("/sparql", query_string={"query": WHO}, headers=BROWSER).text
    assert "Cite this result" not in page


# Q2 (R3-R4): query store, normal form, the same query has the same address


@pytest.mark.meets("Q2")
def test_q2_the_same_query_typed_otherwise_has_the_same_address(
    client: FlaskClient, tmp_path: Path
) -> None:
    assert cite(client, WHO) == cite(client, SAME) == cite(client, WHO, graphs="current")
    assert len(lines(tmp_path)) == 1


@pytest.mark.meets("Q2")
def test_q2_line_ends_as_forms_send_them_change_nothing(client: FlaskClient) -> None:
    text = 'SELECT ?x {\n VALUES ?x { """a\nb""" } }'
    assert cite(client, text) == cite(client, text.replace("\n", "\r\n"))


@pytest.mark.meets("Q2")
def test_q2_another_query_or_dataset_has_another_address(client: FlaskClient) -> None:
    graph = "https://w3id.org/partage/graph/"
    found = {
        cite(client),
        cite(client, WHO.replace("?c ", "?claim ")),
        cite(client, WHO, graphs="claims"),
        cite(client, WHO, **{"default-graph-uri": graph + "claims"}),
        cite(client, WHO, **{"named-graph-uri": graph + "claims"}),
    }
    assert len(found) == 5


@pytest.mark.meets("Q2")
def test_q2_graphs_in_another_order_are_the_same_dataset(client: FlaskClient) -> None:
    graphs = ["https://w3id.org/partage/graph/" + name for name in ("claims", "entities")]
    there = cite(client, WHO, **{"default-graph-uri": graphs})
    assert cite(client, WHO, **{"default-graph-uri": graphs[::-1]}) == there


@pytest.mark.meets("Q2")
def test_q2_the_address_is_made_as_documented(client: FlaskClient) -> None:
    path = cite(client, WHO, graphs="claims")
    normal = f"SELECT ?who {{ ?c <{DS}assertedBy> ?who }}"
    expected = hashlib.sha256(f"{normal}\n{cited.VERSION}\ngraphs=claims".encode()).hexdigest()
    assert path == f"/query/{expected}"


@pytest.mark.meets("Q2")
def test_q2_the_store_keeps_what_the_recommendation_lists_and_nobody(
    client: FlaskClient, tmp_path: Path
) -> None:
    client.post(
        "/query",
        data={"query": WHO, "graphs": "claims"},
        headers={"User-Agent": "Mozilla/5.0 Secret", "X-Forwarded-For": "203.0.113.7"},
        environ_base={"REMOTE_ADDR": "203.0.113.8"},
    )
    (line,) = lines(tmp_path)
    assert set(line) == {
        "id", "asked", "text", "rdfc10", "cited", "software", "kind", "rows", "sha256",
    }  # fmt: skip
    assert line["asked"] == {
        "normal": WHO,
        "release": cited.VERSION,
        "graphs": "claims",
        "default_graphs": None,
        "named_graphs": None,
    }
    text = (tmp_path / "queries.jsonl").read_text()
    assert "203.0.113" not in text
    assert "Secret" not in text


@pytest.mark.meets("Q2")
def test_q2_what_was_cited_is_there_after_a_restart(client: FlaskClient, tmp_path: Path) -> None:
    path = cite(client)
    again = cited.app(tmp_path).test_client()
    assert facts(again, path)["rows"] == 2
    assert cite(again) == path
    assert len(lines(tmp_path)) == 1


# Q3 (R5): stable sorting; Q4 (R6): the result's digest, verified


class Reversed:
    """An engine that gives the solutions the other way round."""

    def __init__(self) -> None:
        store = Store()
        store.bulk_extend(reversed(small_dataset.quads()))
        self.inner = EmbeddedEngine(store)
        self.asked: list[Query] = []

    def query(self, query: Query) -> Result:
        self.asked.append(query)
        if "SELECT ?who" in query.text and "ORDER" not in query.text:
            query = replace(query, text=query.text + " ORDER BY DESC(?who)")
        return self.inner.query(query)

    def close(self) -> None:
        self.inner.close()


@pytest.mark.meets("Q3")
def test_q3_the_order_matters_only_where_the_query_orders(tmp_path: Path) -> None:
    ascending = WHO + " ORDER BY ?who"
    descending = WHO + " ORDER BY DESC(?who)"
    plain, reverse = (
        cited.app(tmp_path / name, engine=engine).test_client()
        for name, engine in (
            ("a", EmbeddedEngine(small_dataset.store())),
            ("b", Reversed()),
        )
    )
    digests = {facts(client, cite(client))["sha256"] for client in (plain, reverse)}
    ordered = {facts(plain, cite(plain, text))["sha256"] for text in (ascending, descending)}
    assert len(digests) == 1
    assert len(ordered) == 2


@pytest.mark.meets("Q4")
def test_q4_a_cited_result_verifies(client: FlaskClient) -> None:
    path = cite(client)
    told = facts(client, path, verify="1")
    assert told["verification"] == {"matches": True, "rows": 2, "sha256": told["sha256"]}
    page = client.get(path, query_string={"verify": "1"}, headers=BROWSER)
    assert "Verified." in page.text
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.meets("Q4")
def test_q4_another_answer_is_told_plainly(client: FlaskClient, tmp_path: Path) -> None:
    path = cite(client)
    changed = Store()
    changed.bulk_extend(small_dataset.quads())
    for quad in list(changed.quads_for_pattern(None, NamedNode(DS + "assertedBy"), None)):
        if quad.object == NamedNode(ID + "org/netflix"):
            changed.remove(quad)
    other = cited.app(tmp_path, engine=EmbeddedEngine(changed)).test_client()
    told = facts(other, path, verify="1")
    assert told["verification"] != {"matches": True}
    assert "'matches': False, 'rows': 1" in str(told["verification"])
    page = other.get(path, query_string={"verify": "1"}, headers=BROWSER).text
    assert "Not what was cited." in page
    assert "Cited: 2 rows," in page
    assert "Found: 1 row," in page
    assert "The software that answered then" not in page


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT (NOW() AS ?t) {}", "NOW answers otherwise each time"),
        ("SELECT (rand() AS ?t) {}", "RAND answers otherwise each time"),
        ("SELECT (BNODE() AS ?b) {}", "Solution 1 has a blank node"),
        ("CONSTRUCT { [] <a:p> [] } {}", "links two blank nodes"),
    ],
)
@pytest.mark.meets("Q4")
def test_q4_what_could_not_be_found_again_is_not_cited(
    client: FlaskClient, tmp_path: Path, text: str, reason: str
) -> None:
    response = client.post("/query", data={"query": text})
    assert response.status_code == 409
    assert reason in response.text
    assert not (tmp_path / "queries.jsonl").exists()


@pytest.mark.meets("Q4")
def test_q4_what_another_endpoint_answers_is_not_cited(tmp_path: Path) -> None:
    there = "http://127.0.0.1:9/sparql"
    client = cited.app(tmp_path, service_allowed=there).test_client()
    text = f"SELECT * {{ SERVICE SILENT <{there}> {{ ?s ?p ?o }} }}"
    response = client.post("/query", data={"query": text})
    assert response.status_code == 409
    assert "SERVICE asks another endpoint" in response.text
    assert not (tmp_path / "queries.jsonl").exists()


@pytest.mark.parametrize(
    ("text", "kind", "rows"),
    [
        (WHO, "solutions", 2),
        ("ASK { ?s ?p ?o }", "boolean", None),
        (f"CONSTRUCT WHERE {{ <{ID}org/netflix> ?p ?o }}", "graph", 5),
        (f"DESCRIBE <{ID}org/netflix>", "graph", 5),
        ("CONSTRUCT { [] <a:p> ?o } { ?s a ?o }", "graph", 25),
    ],
)
@pytest.mark.meets("Q4")
def test_q4_every_kind_of_answer_is_cited_and_verified(
    client: FlaskClient, text: str, kind: str, rows: int | None
) -> None:
    told = facts(client, cite(client, text), verify="1")
    assert told["kind"] == kind
    assert told["rows"] == rows
    assert '"matches": true' in json.dumps(told["verification"])


# Q5 (R7-R9): time of execution, an identifier


@pytest.mark.meets("Q5")
def test_q5_the_time_of_the_first_citing_stays(client: FlaskClient) -> None:
    before = datetime.now(tz=UTC).replace(microsecond=0)
    path = cite(client)
    first = facts(client, path)["cited"]
    assert before <= datetime.fromisoformat(str(first)) <= datetime.now(tz=UTC)
    cite(client)
    assert facts(client, path)["cited"] == first


@pytest.mark.meets("Q5")
def test_q5_the_identifier_is_a_persistent_iri(client: FlaskClient) -> None:
    path = cite(client)
    assert facts(client, path)["id"] == "https://w3id.org/partage" + path
    assert f'<https://w3id.org/partage{path}>; rel="cite-as"' in links(client.get(path))


# What citing costs


EMOJI = "\N{GRINNING FACE}"


def test_what_would_be_kept_is_bounded_not_what_is_sent(
    client: FlaskClient, tmp_path: Path
) -> None:
    """A long prefix that is used again and again makes much of little."""
    query = f"PREFIX p: <x:{EMOJI * 300}> ASK {{ ?s ?p {'p:a,' * 150} p:a }}"
    assert len(query) < 1500
    response = client.post("/query", data={"query": query})
    assert response.status_code == 413
    assert "to keep, more than 128,000. Shorten it" in response.text
    assert not (tmp_path / "queries.jsonl").exists()


def test_a_client_may_cite_so_much_a_day_and_others_still_may(
    app: Flask,
) -> None:
    share = app.extensions["partage.citing"] = Budget(ClientAllowance(2_000, cited_results.DAY))
    here, there = ({"REMOTE_ADDR": address} for address in ("192.0.2.1", "192.0.2.2"))

    def cite(number: int, environ: dict[str, str]) -> TestResponse:
        query = f"ASK {{ ?s ?p {number} }}"
        return app.test_client().post("/query", data={"query": query}, environ_base=environ)

    statuses = [cite(number, here).status_code for number in range(10)]
    assert statuses == [303] * (cut := statuses.index(429)) + [429] * (10 - cut)
    refused = cite(10, here)
    assert "which is what a client may add to the query store in a day" in refused.text
    assert 0 < int(refused.headers["Retry-After"]) < cited_results.DAY
    assert cite(0, here).status_code == 303  # it is there already
    assert cite(20, there).status_code == 303
    assert share.clients == 2
