"""What a client names is part of no query of ours, and no engine is asked to call another."""

from urllib.parse import quote

import pytest

import small_dataset
from odd_requests import Request, ask, faults, planted, rules
from odd_values import FORM, PLANTED
from partage.settings import Settings
from partage.sparql.syntax.lexer import tokens
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Query, Result
from partage.store.remote.dialect import unescape
from partage.web.app import create_app

CALLS = [
    "SERVICE", "service SILENT", "\\u0053ERVICE", "SERV\\U00000049CE", "SERVICE\\u0020",
    "\\u0053\\u0045\\u0052\\u0056\\u0049\\u0043\\u0045",
]  # fmt: skip


class Spied:
    """An engine that keeps the texts that it is asked."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self._engine = engine
        self.texts: set[str] = set()

    def query(self, query: Query) -> Result:
        self.texts.add(query.text)
        return self._engine.query(query)

    def close(self) -> None:
        self._engine.close()


@pytest.mark.parametrize("held", [True, False], ids=["kept in memory", "asked each time"])
def test_what_a_client_names_is_part_of_no_query(
    held: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only in an IRI or a string; what the client asks itself is a query of its own."""
    if not held:
        monkeypatch.setattr("partage.web.dataset.MOST_TRIPLES_IN_MEMORY", 1)
    spy = Spied(EmbeddedEngine(small_dataset.store()))
    app = create_app(Settings(), spy)
    known = [rule for rule in rules(app) if not rule.startswith(("/release/", "/sparql"))]
    requests = [request for rule in known if rule != "/query" for request in planted(rule)]
    assert len(requests) > len(known) * len(PLANTED) > 1_000
    assert not [request for request in requests for _ in faults(ask(app, request))]
    for text in spy.texts:
        assert not [
            t for t in tokens(text) if t.kind not in {"iri", "string"} and "PLANTED" in t.text
        ]
        assert text.count("PLANTED") == sum(t.text.count("PLANTED") for t in tokens(text))
    assert any("PLANTED" in text for text in spy.texts)


@pytest.mark.parametrize("word", CALLS)
def test_no_engine_is_asked_to_call_another(word: str) -> None:
    """Whichever engine it is: the escapes are read as one does that follows SPARQL 1.1 §19.2."""
    spy = Spied(EmbeddedEngine(small_dataset.store()))
    app = create_app(Settings(), spy)
    call = f"{word} <http://127.0.0.1:9/> {{ ?a ?b ?c }}"
    query = quote(f"SELECT * {{ {call} }}")
    statuses = [
        ask(app, Request("/.well-known/sparql-examples/" + quote(f"x> ?p ?o . {call} }} #"))).code
    ]
    for path in ("/sparql", "/sparql/why", "/sparql/why.json", "/query"):
        body = f"query={query}".encode()
        statuses.append(ask(app, Request(path, "", "POST", {"CONTENT_TYPE": FORM}, body)).code)
        statuses.append(ask(app, Request(path, f"query={query}")).code)
    assert statuses == [404, *[403] * 7, 405]
    assert not [text for text in spy.texts if "SERVICE" in unescape(text).upper()]
