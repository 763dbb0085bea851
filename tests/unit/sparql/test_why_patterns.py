"""A query taken apart: every piece where it is written, and nothing guessed."""

# ruff: noqa: E501  # a query and its patterns read best beside each other

from pathlib import Path

import pytest

from conformance.query_cases import CASES, Case
from partage import assets
from partage.rdf.namespaces import SPARQL_PREFIXES
from partage.sparql.diagnosis.join_graph import written
from partage.sparql.syntax import parse

QUESTIONS = sorted((assets.assets_root() / "ontology/competency").glob("*.rq"))
HEAD = "PREFIX : <http://e.example/>\n"


def pieces(group: str, head: str = HEAD + "SELECT * ") -> list[tuple[str, str]]:
    """Return the kinds of the patterns of a group, and what is shown of each."""
    parsed = parse(head + group)
    assert parsed.where is not None
    return [(element.kind, element.shown) for element, _, _ in written(parsed.where)]


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem)
def test_every_competency_question_is_taken_apart(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    parsed = parse(text)
    assert parsed.where is not None
    for element, _, _ in written(parsed.where):
        assert 0 < element.start < element.end <= len(text)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_corner_of_the_language_is_taken_apart(case: Case) -> None:
    parse(case.text)


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("{ ?s :p ?o ; :q 1 , 2.5 . }", [("triple", "?s :p ?o"), ("triple", "?s :q 1"), ("triple", "?s :q 2.5")]),
        ("{ ?s :p 1. ?s :q -2 }", [("triple", "?s :p 1"), ("triple", "?s :q -2")]),
        ("{ ?s :p [ :q ?o ] }", [("triple", "?s :p []"), ("triple", "[] :q ?o")]),
        ("{ [ :p ?o ] . _:b :q ?o }", [("triple", "[] :p ?o"), ("triple", "_:b :q ?o")]),
        ("{ ?s :p/^:q+|!(a|:r) ?o }", [("triple", "?s :p/^:q+|!(a|:r) ?o")]),
        ("{ ?s :p? ?o . ?s :p+5 }", [("triple", "?s :p? ?o"), ("triple", "?s :p +5")]),
        ('{ ?s ?p "a . b"@en-GB , """}"""^^:t }', [("triple", '?s ?p "a . b"@en-GB'), ("triple", '?s ?p """}"""^^:t')]),
        ("{ ?s :p ?o FILTER(?s<?o) FILTER(?o>?s) }", [("triple", "?s :p ?o"), ("filter", "FILTER(?s<?o)"), ("filter", "FILTER(?o>?s)")]),
        ("{ FILTER NOT EXISTS { ?s :p ?o } }", [("filter", "FILTER NOT EXISTS { ?s :p ?o }"), ("triple", "?s :p ?o")]),
        ("{ { ?s a :A } UNION { ?s a :B } }", [("union", "{ ?s a :A } UNION { ?s a :B }"), ("triple", "?s a :A"), ("triple", "?s a :B")]),
        ("{ { SELECT ?s { ?s :p ?o } LIMIT 2 } }", [("select", "{ SELECT ?s { ?s :p ?o } LIMIT 2 }"), ("triple", "?s :p ?o")]),
        ("{ GRAPH ?g { ?s :p ?o } MINUS { ?s :q ?o } }", [("graph", "GRAPH ?g { ?s :p ?o }"), ("triple", "?s :p ?o"), ("minus", "MINUS { ?s :q ?o }"), ("triple", "?s :q ?o")]),
        ("{ VALUES (?a ?b) { (:x <http://y.example/>) (UNDEF 1) } BIND(?b<3 AS ?c) }", [("values", "VALUES (?a ?b) { (:x <http://y.example/>) (UNDEF 1) }"), ("bind", "BIND(?b<3 AS ?c)")]),
        ("{ ?s :p ?o # no } here\n ; # nor { there\n :q ?r }", [("triple", "?s :p ?o"), ("triple", "?s :q ?r")]),
    ],
)  # fmt: skip
def test_a_group_has_these_patterns(group: str, expected: list[tuple[str, str]]) -> None:
    assert pieces(group) == expected


def test_a_list_is_its_members() -> None:
    assert pieces("{ ?s :p (1 ?x) }") == [
        ("triple", "?s :p ( )"),
        ("triple", "( ) rdf:first 1"),
        ("triple", "( ) rdf:rest ( )"),
        ("triple", "( ) rdf:first ?x"),
        ("triple", "( ) rdf:rest ()"),
    ]


def test_what_shares_a_subject_or_a_verb_is_marked_where_it_differs() -> None:
    text = HEAD + "SELECT * { ?s :p ?o , ?q ; :r 1 }"
    where = parse(text).where
    assert where is not None
    spans = [text[element.start : element.end] for element, _, _ in written(where)]
    assert spans == ["?s :p ?o", "?q", ":r 1"]


def test_clauses_and_the_dataset_are_found() -> None:
    text = (
        HEAD + "SELECT (COUNT(*) AS ?n) FROM :g FROM NAMED <urn:h> WHERE { ?s :p ?o }\n"
        "GROUP BY ?s HAVING (COUNT(*) > 1) ORDER BY DESC(?n) LIMIT 3 OFFSET 1 VALUES ?s { :x }"
    )
    parsed = parse(text)
    assert [text[one.start : one.end] for one in parsed.dataset] == [
        "FROM :g",
        "FROM NAMED <urn:h>",
    ]
    assert [text[one.start : one.end] for one in parsed.clauses] == [
        "GROUP BY ?s",
        "HAVING (COUNT(*) > 1)",
        "ORDER BY DESC(?n)",
        "LIMIT 3",
        "OFFSET 1",
        "VALUES ?s { :x }",
    ]


@pytest.mark.parametrize(
    "head", ["ASK ", "CONSTRUCT { ?s a :X } WHERE ", "CONSTRUCT WHERE ", "DESCRIBE ?s ", "SELECT (1 IN (?a<?b, 2) AS ?x) "]
)  # fmt: skip
def test_every_form_has_its_patterns(head: str) -> None:
    assert pieces("{ ?s :p ?o }", HEAD + head) == [("triple", "?s :p ?o")]


def test_a_description_of_a_name_has_no_patterns() -> None:
    assert parse(HEAD + "DESCRIBE :x").where is None


@pytest.mark.parametrize(
    "group",
    ["{ << ?s :p ?o >> :q ?r }", "{ ?s :p ?o {| :q ?r |} }", "{ ?s :p <<( :a :b :c )>> }"],
)  # fmt: skip
def test_what_is_reified_is_said_to_be(group: str) -> None:
    assert parse(HEAD + "SELECT * " + group).reified is not None


def test_prefixes_of_ours_are_no_trouble() -> None:
    assert pieces("{ ?s ds:hasRecipient ?o }", SPARQL_PREFIXES + "SELECT * ") == [
        ("triple", "?s ds:hasRecipient ?o")
    ]
