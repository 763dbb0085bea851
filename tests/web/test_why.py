"""Why a query has no results, over HTTP: as a page and as data, in two languages."""

import json
import re
from html import unescape
from typing import Any, get_args
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import small_dataset
from partage.rdf.namespaces import GRAPH
from partage.settings import Settings
from partage.sparql.diagnosis.pattern_hints import HintKind
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.web.app import create_app
from partage.web.views.sparql.diagnosis_text import ENDING_TEXTS, HINT_TEXTS

HEAD = """PREFIX ds: <https://w3id.org/partage/ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
MISSPELT = HEAD + "SELECT * {\n  ?flow a ds:DataFlow ;\n    ds:hasReciever ?party\n}"
PLANTED = HEAD + 'SELECT * { ?x skos:prefLabel "<script>alert(1)</script>`" ; ds:about "</code>" }'


def asked(client: FlaskClient, query: str, **more: str) -> dict[str, Any]:
    answer = client.get("/sparql/why.json", query_string={"query": query, **more})
    assert answer.status_code == 200, answer.text
    return told(answer)


def told(answer: TestResponse) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.text)
    return found


def test_as_data_every_pattern_has_its_place_and_count(client: FlaskClient) -> None:
    found = asked(client, MISSPELT)
    assert found["answers"] is False
    assert found["empties_at"] == 2
    assert found["joins"] == [
        {"upto": 1, "count": 1, "capped": False},
        {"upto": 2, "count": 0, "capped": False},
    ]
    first, second = found["patterns"]
    assert first["text"] == "?flow a ds:DataFlow"
    assert (second["line"], second["column"], second["count"]) == (5, 5, 0)
    assert MISSPELT[second["start"] : second["end"]] == "ds:hasReciever ?party"
    assert found["sentence"] == "Line 5: nothing in the data matches `?flow ds:hasReciever ?party`."
    (hint,) = found["hints"]
    assert hint == {
        "kind": "term",
        "line": 5,
        "column": 5,
        "sentence": "`ds:hasReciever` does not occur in the data. Did you mean `ds:hasRecipient`?",
        "suggestion": "ds:hasRecipient",
        "query": MISSPELT.replace("Reciever", "Recipient"),
        "mends": True,
    }


def test_a_browser_gets_a_page_that_runs_the_corrected_query(browser: FlaskClient) -> None:
    answer = browser.get("/sparql/why", query_string={"query": MISSPELT})
    assert answer.mimetype == "text/html"
    assert '<mark class="ending">ds:hasReciever ?party</mark>' in answer.text
    assert "<h1>Why is it empty?</h1>" in answer.text
    form = answer.text[answer.text.index('<ul class="whys">') :]
    assert '<form action="/sparql" method="get">' in form
    value = re.search(r'name="query" value="([^"]*)"', form)
    assert value is not None
    corrected = unescape(value[1])
    assert corrected == MISSPELT.replace("Reciever", "Recipient")
    rows = browser.get("/sparql", query_string={"query": corrected, "format": "csv"})
    assert "netflix" in rows.text


def test_it_is_told_in_french(browser: FlaskClient) -> None:
    text = browser.get("/sparql/why", query_string={"query": MISSPELT, "lang": "fr"}).text
    assert "Pourquoi est-ce vide\u202f?" in text
    assert "Vouliez-vous dire" in text
    assert '<input type="hidden" name="lang" value="fr">' in text
    assert "Why" not in re.sub(r"<[^>]+>", "", text)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_there_are_words_for_every_kind_of_hint(app: Flask, language: str) -> None:
    kinds = set(get_args(HintKind))
    assert kinds <= HINT_TEXTS.keys()
    with app.test_request_context(f"/sparql/why?lang={language}"):
        for words in (*HINT_TEXTS.values(), *ENDING_TEXTS.values()):
            facts = set(re.findall(r"%\((\w+)\)s", str(words)))
            assert "%(" not in str(words) % dict.fromkeys(facts, "x")


def test_both_languages_tell_the_same_facts(app: Flask) -> None:
    facts = {}
    for language in ("en", "fr"):
        with app.test_request_context(f"/sparql/why?lang={language}"):
            facts[language] = [
                sorted(re.findall(r"%\(\w+\)s", str(words)))
                for words in (*HINT_TEXTS.values(), *ENDING_TEXTS.values())
            ]
    assert facts["en"] == facts["fr"]


def test_the_format_can_be_negotiated(client: FlaskClient) -> None:
    for headers, more in (
        ({"Accept": "application/json"}, {}),
        ({"Accept": "text/html"}, {"format": "json"}),
    ):
        answer = client.get(
            "/sparql/why", query_string={"query": MISSPELT, **more}, headers=headers
        )
        assert answer.mimetype == "application/json"
        assert told(answer)["empties_at"] == 2
    address = {"query": MISSPELT, "format": "turtle"}
    unfit = client.get("/sparql/why", query_string=address, headers={"Accept": "application/json"})
    assert unfit.mimetype == "application/json"
    refused = client.get("/sparql/why", query_string=address, headers={"Accept": "text/turtle"})
    assert refused.status_code == 406


def test_a_query_comes_in_a_body_too(client: FlaskClient) -> None:
    answer = client.post("/sparql/why.json", data={"query": MISSPELT.replace("\n", "\r\n")})
    second = told(answer)["patterns"][1]
    assert second["line"] == 5
    assert MISSPELT[second["start"] : second["end"]] == "ds:hasReciever ?party"
    answer = client.post("/sparql/why.json", data=MISSPELT, content_type="application/sparql-query")
    assert told(answer)["empties_at"] == 2


def test_a_part_of_the_dataset_stays_chosen(browser: FlaskClient) -> None:
    query = HEAD + "SELECT * { ?flow ds:hasRecipient ?party . }"
    found = asked(browser, query, graphs="inferred")
    assert found["empties_at"] == 1
    text = browser.get("/sparql/why", query_string={"query": query, "graphs": "inferred"}).text
    assert '<input type="hidden" name="graphs" value="inferred">' in text
    assert asked(browser, query)["answers"] is True
    graph = GRAPH + "claims"
    text = browser.get(
        "/sparql/why?" + urlencode({"query": query, "default-graph-uri": graph})
    ).text
    assert f'<input type="hidden" name="default-graph-uri" value="{graph}">' in text
    assert quote(graph, safe="") in text[text.index("/sparql/why.json?") :]


def test_a_query_with_results_says_so(client: FlaskClient) -> None:
    found = asked(client, HEAD + "SELECT * { ?flow ds:hasRecipient ?party }")
    assert (found["answers"], found["hints"], found["empties_at"]) == (True, [], None)
    assert found["sentence"] == "The query has results; its patterns have solutions (1)."


def test_what_is_counted_is_told_to_have_an_answer(client: FlaskClient) -> None:
    found = asked(client, HEAD + "SELECT (COUNT(*) AS ?n) { ?c ds:hasReciever ?p }")
    assert found["empties_at"] == 1
    assert found["notes"] == [
        "The query has an answer all the same, because it counts or tests for nothing."
    ]


def test_what_is_not_taken_apart_is_told_with_its_place(client: FlaskClient) -> None:
    found = asked(client, HEAD + "SELECT * { << ?s ?p ?o >> ds:about ?x }")
    assert str(found["sentence"]).startswith("Line 3, column 12: this part of SPARQL")
    assert (found["patterns"], found["complete"]) == ([], False)


def test_a_fault_is_told_as_at_the_endpoint(client: FlaskClient, browser: FlaskClient) -> None:
    query = "SELECT * {\n ?s ?p\n}"
    headers = {"Accept": "application/json"}
    here = client.get("/sparql/why", query_string={"query": query}, headers=headers)
    there = client.get("/sparql", query_string={"query": query}, headers=headers)
    assert here.status_code == 400
    assert here.json == there.json
    page = browser.get("/sparql/why", query_string={"query": query})
    assert page.status_code == 400
    assert '<div class="problem" role="alert">' in page.text


def test_nothing_is_changed_or_called(client: FlaskClient) -> None:
    update = client.get("/sparql/why", query_string={"query": "CLEAR ALL"})
    assert update.status_code == 403
    call = "SELECT * { SERVICE <http://e.example/> { ?s ?p ?o } }"
    refused = client.get("/sparql/why", query_string={"query": call})
    assert refused.status_code == 403
    assert "SERVICE" in refused.text


@pytest.mark.parametrize(
    "call",
    [
        "SERVICE <%s> { ?p ?q ?r }",
        "OPTIONAL { SERVICE SILENT <%s> { ?p ?q ?r } }",
        "{ SERVICE <%s> { ?p ?q ?r } } UNION { ?p ?q ?r }",
        "FILTER EXISTS { SERVICE <%s> { ?p ?q ?r } }",
        "{ SELECT ?p { SERVICE <%s> { ?p ?q ?r } } LIMIT 3 }",
    ],
)
@pytest.mark.parametrize("verb", ["ds:hasReciever", "ds:hasRecipient"])
def test_a_call_that_is_allowed_is_never_made(call: str, verb: str) -> None:
    settings = Settings(service_allowed="http://127.0.0.1:9/sparql")
    app = create_app(settings, EmbeddedEngine(small_dataset.store()))
    query = HEAD + f"SELECT * {{ ?f {verb} ?p {call % settings.service_allowed} }} OFFSET 0"
    found = asked(app.test_client(), query)
    assert found["answers"] is None
    if verb == "ds:hasReciever":
        assert found["empties_at"] == 1
    assert all(hint["mends"] is None for hint in found["hints"])
    assert found["notes"] == ["What SERVICE would bring from another endpoint was not looked into."]


def test_the_time_of_all_probes_is_charged() -> None:
    app = create_app(Settings(client_seconds=60), EmbeddedEngine(small_dataset.store()))
    client = app.test_client()
    answer = client.get("/sparql/why.json", query_string={"query": MISSPELT})
    assert answer.headers["RateLimit"].startswith('"query-time"')
    assert answer.headers["Query-Id"]
    budget = app.extensions["partage.budget"]
    answer.close()
    assert budget.clients == 1
    budget.charge("127.0.0.1", 100, 0)
    assert client.get("/sparql/why.json", query_string={"query": MISSPELT}).status_code == 429


def test_without_a_query_the_page_asks_for_one(client: FlaskClient, browser: FlaskClient) -> None:
    text = browser.get("/sparql/why").text
    assert "Give a query that has no results." in text
    assert '<textarea id="query" name="query"' in text
    refused = client.get("/sparql/why.json")
    assert refused.status_code == 400
    assert "There is no query." in refused.text


def test_what_a_query_holds_is_never_markup(browser: FlaskClient) -> None:
    text = browser.get("/sparql/why", query_string={"query": PLANTED}).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert '"</code>"' not in text


def test_many_declarations_are_folded_away(browser: FlaskClient) -> None:
    query = "\n".join(f"PREFIX p{number}: <urn:{number}>" for number in range(20))
    text = browser.get("/sparql/why", query_string={"query": query + "\nASK { ?a p1:x ?b }"}).text
    assert "<summary>Lines 1 to 20: what comes before the patterns</summary>" in text


def test_data_of_others_are_looked_into_too() -> None:
    app = create_app(Settings(), EmbeddedEngine(small_dataset.store()))
    query = "ASK { ?s <http://www.w3.org/2004/02/skos/core#preflabel> ?o }"
    (hint,) = asked(app.test_client(), query)["hints"]
    assert hint["suggestion"] == "<http://www.w3.org/2004/02/skos/core#prefLabel>"
