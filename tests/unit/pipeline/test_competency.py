"""Competency questions: the right answer passes, every kind of wrong one is told."""

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from partage.pipeline.checks.competency import ordered, run_questions

ALL = "SELECT ?s ?n WHERE { ?s <http://e/n> ?n }"


@pytest.fixture
def store() -> Store:
    store = Store()
    for name, number in (("b", 1), ("a", 2), ("c", 2)):
        store.add(Quad(NamedNode(f"http://e/{name}"), NamedNode("http://e/n"), Literal(number)))
    return store


@pytest.mark.parametrize(
    ("query", "expected", "told"),
    [
        (ALL, "s,n\nhttp://e/a,2\nhttp://e/c,2\nhttp://e/b,1\n", None),
        (ALL, "s,n\nhttp://e/a,2\nhttp://e/b,1\n", "+ http://e/c,2"),
        (ALL, "s,n\nhttp://e/a,2\nhttp://e/c,2\nhttp://e/b,1\nhttp://e/b,1\n", "- http://e/b,1"),
        (ALL, "s,m\n", "other columns"),
        (ALL + " ORDER BY ?s", "s,n\nhttp://e/a,2\nhttp://e/b,1\nhttp://e/c,2\n", None),
        (ALL + " ORDER BY ?s", "s,n\nhttp://e/b,1\nhttp://e/a,2\nhttp://e/c,2\n", "another order"),
        ("ASK { ?s <http://e/n> 1 }", "true\n", None),
        ("ASK { ?s <http://e/n> 9 }", "true\n", "+ false"),
        ("SELECT WHERE", "s\n", "does not parse"),
        ("DESCRIBE <http://e/a>", "s\n", "a SELECT or an ASK"),
        (ALL, None, "q.csv is missing"),
    ],
)
def test_an_answer_is_compared(
    store: Store, tmp_path: Path, query: str, expected: str | None, told: str | None
) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "q.rq").write_text(query, encoding="utf-8")
    if expected is not None:
        (tmp_path / "answers/q.csv").write_text(expected, encoding="utf-8")
    found = run_questions(store, tmp_path, tmp_path / "answers")
    assert (told is None) == (found == [])
    if told:
        assert told in str(found[0])
        assert str(found[0]).startswith("q.rq: ")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * { ?s ?p ?o } ORDER BY DESC(?s) LIMIT 3", True),
        ("SELECT * { ?s ?p ?o }\nORDER\n  BY ?s", True),
        ("SELECT * { { SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 1 } }", False),
        ('SELECT * { ?s ?p "} ORDER BY" }', False),
        ("SELECT * { ?s ?p ?o } # ORDER BY ?s", False),
        ("SELECT * { ?s <http://e/}#ORDER> ?o . FILTER(?s < ?o && ?o > ?s) } order by ?s", True),
    ],
)
def test_only_an_outer_order_counts(query: str, *, expected: bool) -> None:
    assert ordered(query) is expected
