"""
Citable results, requirement by requirement: RDA Data Citation of Evolving Data
(https://doi.org/10.15497/RDA00016), Q1 to Q7 of the conformance report.
"""

import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse
from werkzeug.test import TestResponse

import cited
import small_dataset
import three_releases
from partage.citation.formats import CITATION_FORMATS, CitationFormat
from partage.rdf.formats import GRAPH_FORMATS, Format
from partage.rdf.namespaces import ID, iri
from partage.settings import Settings
from partage.store.embedded import EmbeddedEngine
from partage.store.engine import Query, Result
from partage.store.shelf import Shelf
from partage.web.app import create_app

DS = "https://w3id.org/partage/ns#"
WHO = f"SELECT ?who {{ ?c <{DS}assertedBy> ?who }}"
SAME = f"prefix p: <{DS}>\n# who?\nselect $who\n{{ ?c p:assertedBy ?who }}"
BROWSER = {"Accept": "text/html"}
HASH = re.compile(r"/query/([0-9a-f]{64})")


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return cited.app(tmp_path)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def cite(client: FlaskClient, text: str = WHO, **parameters: str | list[str]) -> str:
    response = client.post("/query", data={"query": text, **parameters})
    assert response.status_code == 303, response.text
    return response.headers["Location"]


def facts(client: FlaskClient, path: str, **parameters: str) -> dict[str, object]:
    response = client.get(path + ".json", query_string=parameters)
    assert response.status_code == 200, response.text
    return dict(json.loads(response.text))


def lines(tmp_path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (tmp_path / "queries.jsonl").read_text().splitlines()]


# Q1 (R1-R2): versioned and timestamped data


def test_q1_a_citation_names_the_release_and_its_digest(client: FlaskClient) -> None:
    told = facts(client, cite(client))
    assert told["release"] == {"version": cited.VERSION, "rdfc10": cited.record().rdfc10}


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


def test_q2_the_same_query_typed_otherwise_has_the_same_address(
    client: FlaskClient, tmp_path: Path
) -> None:
    assert cite(client, WHO) == cite(client, SAME) == cite(client, WHO, graphs="current")
    assert len(lines(tmp_path)) == 1


def test_q2_line_ends_as_forms_send_them_change_nothing(client: FlaskClient) -> None:
    text = 'SELECT ?x {\n VALUES ?x { """a\nb""" } }'
    assert cite(client, text) == cite(client, text.replace("\n", "\r\n"))


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


def test_q2_graphs_in_another_order_are_the_same_dataset(client: FlaskClient) -> None:
    graphs = ["https://w3id.org/partage/graph/" + name for name in ("claims", "entities")]
    there = cite(client, WHO, **{"default-graph-uri": graphs})
    assert cite(client, WHO, **{"default-graph-uri": graphs[::-1]}) == there


def test_q2_the_address_is_made_as_documented(client: FlaskClient) -> None:
    path = cite(client, WHO, graphs="claims")
    normal = f"SELECT ?who {{ ?c <{DS}assertedBy> ?who }}"
    expected = hashlib.sha256(f"{normal}\n{cited.VERSION}\ngraphs=claims".encode()).hexdigest()
    assert path == f"/query/{expected}"


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


def test_q4_a_cited_result_verifies(client: FlaskClient) -> None:
    path = cite(client)
    told = facts(client, path, verify="1")
    assert told["verification"] == {"matches": True, "rows": 2, "sha256": told["sha256"]}
    page = client.get(path, query_string={"verify": "1"}, headers=BROWSER)
    assert "Verified." in page.text
    assert page.headers["Cache-Control"] == "no-store"


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


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT (NOW() AS ?t) {}", "NOW answers otherwise each time"),
        ("SELECT (rand() AS ?t) {}", "RAND answers otherwise each time"),
        ("SELECT (BNODE() AS ?b) {}", "Solution 1 has a blank node"),
        ("CONSTRUCT { [] <a:p> [] } {}", "links two blank nodes"),
        ("SELECT * { ?a ?b ?c FILTER(?a<?b&&?b>?c) }", "may be an IRI or a comparison"),
    ],
)
def test_q4_what_could_not_be_found_again_is_not_cited(
    client: FlaskClient, tmp_path: Path, text: str, reason: str
) -> None:
    response = client.post("/query", data={"query": text})
    assert response.status_code == 409
    assert reason in response.text
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
def test_q4_every_kind_of_answer_is_cited_and_verified(
    client: FlaskClient, text: str, kind: str, rows: int | None
) -> None:
    told = facts(client, cite(client, text), verify="1")
    assert told["kind"] == kind
    assert told["rows"] == rows
    assert '"matches": true' in json.dumps(told["verification"])


# Q5 (R7-R9): time of execution, an identifier


def test_q5_the_time_of_the_first_citing_stays(client: FlaskClient) -> None:
    before = datetime.now(tz=UTC).replace(microsecond=0)
    path = cite(client)
    first = facts(client, path)["cited"]
    assert before <= datetime.fromisoformat(str(first)) <= datetime.now(tz=UTC)
    cite(client)
    assert facts(client, path)["cited"] == first


def test_q5_the_identifier_is_a_persistent_iri(client: FlaskClient) -> None:
    path = cite(client)
    assert facts(client, path)["id"] == "https://w3id.org/partage" + path
    assert f'<https://w3id.org/partage{path}>; rel="cite-as"' in links(client.get(path))


def links(response: TestResponse) -> list[str]:
    return response.headers.getlist("Link")


# Q6 (R10-R12): citation text, landing page, machine-readable


def test_q6_the_landing_page_tells_a_person_everything(client: FlaskClient) -> None:
    page = client.get(cite(client, graphs="claims"), headers=BROWSER)
    assert page.mimetype == "text/html"
    for said in (
        "2 solutions from release 2026.11.0",
        "SELECT ?who",
        "graphs=claims",
        "The Gazette &amp; &lt;Co&gt;",
        cited.record().rdfc10,
        "Partage editors. (20",
        ">Verify</button>",
        "/release/2026.11.0/sparql?query=",
    ):
        assert said in page.text, said


@pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=lambda fmt: fmt.key)
def test_q6_the_record_comes_in_every_format_by_accept_and_by_suffix(
    client: FlaskClient, fmt: Format
) -> None:
    path = cite(client)
    name = NamedNode("https://w3id.org/partage" + path)
    by_accept = client.get(path, headers={"Accept": fmt.media_type})
    by_suffix = client.get(f"{path}.{fmt.extension}")
    assert by_accept.mimetype == by_suffix.mimetype == fmt.media_type
    assert by_accept.data == by_suffix.data
    assert fmt.rdf is not None
    found = {(q.subject, q.predicate.value, q.object) for q in parse(by_accept.data, fmt.rdf)}
    release = NamedNode("https://w3id.org/partage/release/2026.11.0")
    assert (name, iri("prov:wasDerivedFrom"), release) in found
    query = NamedNode(name.value + "#query")
    assert (query, iri("sh:select"), Literal(WHO)) in found
    assert any(predicate.endswith("checksumValue") for _, predicate, _ in found)


def test_q6_every_link_of_the_page_and_its_header_leads_somewhere(client: FlaskClient) -> None:
    path = cite(client)
    for link in links(client.get(path)):
        address, relation = re.findall(r"<([^>]+)>; rel=\"([^\"]+)\"", link)[0]
        if relation == "describedby":
            media_type = re.findall(r'type="([^"]+)"', link)[0]
            response = client.get(address)
            assert response.mimetype == media_type, response.text
    downloads = facts(client, path)["downloads"]
    assert isinstance(downloads, dict)
    for key, address in downloads.items():
        response = client.get(address)
        assert response.status_code == 200, key
        assert response.data


def test_q6_the_button_under_an_answer_cites_what_is_shown(client: FlaskClient) -> None:
    page = client.get(
        "/sparql", query_string={"query": WHO, "graphs": "claims"}, headers=BROWSER
    ).text
    form = page.partition('<form class="cite"')[2].partition("</form>")[0]
    sent = {
        name: unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form)
    }
    assert sent == {"query": WHO, "graphs": "claims"}
    there = client.post("/query", data=sent).headers["Location"]
    assert there == cite(client, WHO, graphs="claims")


def test_q6_an_answer_says_by_which_address_it_was_cited(client: FlaskClient) -> None:
    before = client.get("/sparql", query_string={"query": SAME})
    assert not any("cite-as" in link for link in links(before))
    path = cite(client)
    after = client.get("/sparql", query_string={"query": SAME})
    assert f'<https://w3id.org/partage{path}>; rel="cite-as"' in links(after)
    page = client.get("/sparql", query_string={"query": SAME}, headers=BROWSER).text
    assert f'href="{path}"' in page
    assert "Cite this result" not in page


def test_q6_nothing_in_a_query_becomes_markup_or_a_header(client: FlaskClient) -> None:
    hostile = "</textarea></code><script>alert(1)</script>"
    text = f"SELECT ('{hostile}' AS ?x) {{}} # {hostile}\r\n# Set-Cookie: x"
    path = cite(client, text)
    for page in (
        client.get(path, headers=BROWSER),
        client.get("/sparql", query_string={"query": text}, headers=BROWSER),
    ):
        assert "<script" not in page.text
        assert "&lt;script&gt;" in page.text


@pytest.mark.parametrize("name", ["0" * 64, "x", "..%2f..%2fetc", "0" * 64 + ".ttl", "é.json"])
def test_q6_an_unknown_address_explains_itself(client: FlaskClient, name: str) -> None:
    response = client.get("/query/" + name)
    assert response.status_code == 404
    if "%2f" not in name:
        assert "No result is cited here" in response.text
    assert response.headers["Cache-Control"] == "no-store"


def test_q6_a_page_is_cached_and_revalidated(client: FlaskClient) -> None:
    path = cite(client)
    found = client.get(path + ".ttl")
    assert found.headers["Cache-Control"] == "public, max-age=3600"
    again = client.get(path + ".ttl", headers={"If-None-Match": found.headers["ETag"]})
    assert again.status_code == 304
    assert found.headers["ETag"] != client.get(path + ".json").headers["ETag"]
    assert "Accept" in client.get(path).vary
    posted = client.post("/query", data={"query": WHO})
    assert posted.headers["Cache-Control"] == "no-store"


def test_q6_a_query_can_be_sent_as_the_protocol_sends_them(client: FlaskClient) -> None:
    direct = client.post("/query?graphs=claims", data=WHO, content_type="application/sparql-query")
    assert direct.headers["Location"] == cite(client, WHO, graphs="claims")


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("", 400, "There is no query"),
        ("SELECT * {", 400, "Line 1"),
        ("DELETE WHERE { ?s ?p ?o }", 403, "update"),
        ("SELECT * { SERVICE <http://e.example/> {} }", 403, "SERVICE"),
    ],
)
def test_q6_what_cannot_be_asked_cannot_be_cited(
    client: FlaskClient, text: str, status: int, said: str
) -> None:
    response = client.post("/query", data={"query": text})
    assert response.status_code == status
    assert said in response.text


def test_q6_a_caveat_says_what_an_engine_may_choose(client: FlaskClient) -> None:
    assert "ORDER BY says it" in str(facts(client, cite(client, WHO + " LIMIT 1"))["caveat"])
    ordered = WHO + " ORDER BY ?who LIMIT 1"
    assert facts(client, cite(client, ordered))["caveat"] is None


def test_a_full_store_refuses_and_says_what_to_raise(tmp_path: Path) -> None:
    client = cited.app(tmp_path, store_bytes=100).test_client()
    response = client.post("/query", data={"query": WHO})
    assert response.status_code == 507
    assert "PARTAGE_QUERY_STORE_BYTES" in response.text


# Older releases


@pytest.fixture
def archived(tmp_path: Path) -> FlaskClient:
    """Return a client of a server that holds three releases, the third as the current one."""
    made = three_releases.build(tmp_path)
    shelf = Shelf(made.catalog, tmp_path / "stores")
    dataset = read_string(three_releases.dataset(three_releases.THIRD))
    store = Store()
    store.bulk_extend(dataset)
    engine = EmbeddedEngine(store, shelf.open)
    settings = Settings(query_store=tmp_path / "queries.jsonl")
    return create_app(settings, engine, made.release, made.catalog).test_client()


def read_string(text: str) -> list[Quad]:
    return list(parse(text, RdfFormat.N_QUADS))


RECIPIENTS = f"SELECT ?who {{ ?flow <{DS}hasRecipient> ?who }}"


def test_each_release_has_a_citation_of_its_own_that_verifies(archived: FlaskClient) -> None:
    current = cite(archived, RECIPIENTS)
    third = cite(archived, RECIPIENTS, version=three_releases.THIRD)
    first = cite(archived, RECIPIENTS, version=three_releases.FIRST)
    below = archived.post(
        f"/release/{three_releases.FIRST}/query", data={"query": RECIPIENTS, "graphs": "current"}
    )
    assert below.headers["Location"] == first != third == current
    for path, version in ((first, three_releases.FIRST), (third, three_releases.THIRD)):
        told = facts(archived, path, verify="1")
        assert told["release"] == {
            "version": version,
            "rdfc10": hashlib.sha256(three_releases.dataset(version).encode()).hexdigest(),
        }
        assert '"matches": true' in json.dumps(told["verification"])
        downloads = told["downloads"]
        assert isinstance(downloads, dict)
        solutions = json.loads(archived.get(downloads["json"]).text)["results"]["bindings"]
        assert len(solutions) == told["rows"]
    assert facts(archived, first)["sha256"] != facts(archived, third)["sha256"]


def test_a_part_of_an_older_release_is_asked_there(archived: FlaskClient) -> None:
    path = cite(archived, "SELECT * { ?s ?p ?o }", version=three_releases.FIRST, graphs="claims")
    assert '"matches": true' in json.dumps(facts(archived, path, verify="1")["verification"])


def test_the_page_of_an_answer_of_a_release_cites_that_release(archived: FlaskClient) -> None:
    path = cite(archived, RECIPIENTS, version=three_releases.FIRST)
    at = f"/release/{three_releases.FIRST}/sparql"
    page = archived.get(at, query_string={"query": RECIPIENTS}, headers=BROWSER)
    assert f'href="{path}"' in page.text
    assert f'<https://w3id.org/partage{path}>; rel="cite-as"' in links(page)
    other = archived.get("/sparql", query_string={"query": RECIPIENTS}, headers=BROWSER).text
    assert "Cite this result" in other


@pytest.mark.parametrize("fmt", CITATION_FORMATS, ids=lambda fmt: fmt.key)
def test_q6_the_citation_comes_in_every_format(client: FlaskClient, fmt: CitationFormat) -> None:
    path = cite(client)
    by_suffix = client.get(f"{path}.{fmt.suffix}")
    by_accept = client.get(path, headers={"Accept": fmt.media_type})
    by_iri = client.get(
        "/cite", query_string={"iri": "https://w3id.org/partage" + path, "format": fmt.key}
    )
    assert by_suffix.text == by_iri.text
    assert by_suffix.mimetype == by_accept.mimetype == fmt.media_type
    assert path in by_suffix.text.replace("\\", "")


def test_q6_the_citation_tells_release_digest_and_count(client: FlaskClient) -> None:
    path = cite(client)
    item = client.get(path + ".csl.json").text
    assert str(facts(client, path)["sha256"]) in item
    assert cited.VERSION in item
    assert "rows: 2" in item
