"""A lookup is one pattern about one thing, and is read in a time that grows with its length."""

import pytest

from partage.sparql.planner.single_pattern import LONGEST, lookup

ORG = "https://w3id.org/partage/id/org/"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@pytest.mark.parametrize(
    ("text", "iris"),
    [
        (f"SELECT ?p ?o {{ <{ORG}x> ?p ?o }}", (f"{ORG}x",)),
        (f"#c\nPREFIX o: <{ORG}> PREFIX p: <p:> ask{{?s p:q o:x.}}", ("p:q", f"{ORG}x")),
        (f"PREFIX : <{ORG}> SELECT * WHERE {{ :x a ?c }} LIMIT 5 #", (f"{ORG}x", TYPE)),
        ('SELECT ?s { ?s <p:q> "a"^^<x:y> }', ("p:q",)),
        ("select $s { <a:b> <p:q> <c:d> }", ("a:b", "p:q", "c:d")),
    ],
)
def test_its_iris_are_read(text: str, iris: tuple[str, ...]) -> None:
    found = lookup(text)
    assert found is not None
    assert (found.text, found.iris) == (text, iris)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s <p:q> ?o }",
        "SELECT * { <a:b> ?x ?x }",
        "SELECT * { <a:b> ?x $x }",
        "SELECT * { ?x ?x <a:b> }",
        "SELECT * { <a:b> ?p ?o } OFFSET 1",
        "SELECT * { <a:b> ?p ?o } GROUP BY ?p",
        "SELECT REDUCED * { <a:b> ?p ?o }",
        "SELECT (COUNT(*) AS ?n) { <a:b> ?p ?o }",
        "SELECT * { <a:b> ?p ?o , ?q }",
        "SELECT * { <a:b> <p:q>* ?o }",
        "SELECT * { <a:b> ^<p:q> ?o }",
        "SELECT * { <a:b> ?p ?o } VALUES ?p { <p:q> }",
        "SELECT * { { <a:b> ?p ?o } }",
        "SELECT * { <b> ?p ?o }",
        "SELECT * { o:x ?p ?o }",
        "SELECT * { <a:b> ?p ?o } " + " " * LONGEST,
    ],
)
def test_what_is_more_or_less_is_none(text: str) -> None:
    assert lookup(text) is None


@pytest.mark.parametrize("part", ["a:b.c", "a:b", "?a", "<a:b>", "PREFIX a:<b:c>", '"', "#\n", "."])
def test_a_text_that_could_be_read_in_many_ways_is_read_in_one(part: str) -> None:
    for opening in ("", "SELECT ", "SELECT * {", "PREFIX "):
        text = opening + part * (LONGEST // len(part) - 10)
        assert lookup(text) is None
