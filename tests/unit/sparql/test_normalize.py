"""The normal form of a query: one for all ways to type it, and it answers as the query does."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store

import small_dataset
from conformance.query_cases import CASES, Case
from partage import assets
from partage.errors import EngineError, NotCitable
from partage.sparql.cited.normal_form import ENDPOINT, LONGEST, LONGEST_FORM, normalize
from partage.sparql.cited.result_digest import digest
from partage.sparql.syntax.lexer import tokens
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Query

QUESTIONS = sorted((assets.assets_root() / "ontology/competency").glob("*.rq"))
A = "<http://a.example/"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("select*{?s ?p ?o}", "SELECT * { ?s ?p ?o }"),
        ("SELECT $s # why\n{ $s ?p\t?o }", "SELECT ?s { ?s ?p ?o }"),
        (f"PREFIX a: {A}>\nASK{{a:x a a:y}}",
         f"ASK {{ {A}x> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> {A}y> }}"),
        (f"BASE {A}b/> ASK {{ <../c> ?p <#d> }}", f"ASK {{ {A}c> ?p {A}b/#d> }}"),
        (f"prefix : {A}> ask {{ :a\\.b ?p :c.d. }}", f"ASK {{ {A}a.b> ?p {A}c.d> . }}"),
        ("ASK { <x> ?p ?o }", "ASK { <https://w3id.org/partage/x> ?p ?o }"),
        ("ASK { ?s ?p <http://a.example/\\u00e9> }", "ASK { ?s ?p <http://a.example/é> }"),
        ('ASK { ?s ?p "A  # b"@en , \'c\'^^<urn:t> , 1.50 , TRUE }',
         'ASK { ?s ?p "A  # b"@en , \'c\'^^<urn:t> , 1.50 , true }'),
        ("SELECT * {\n FILTER(?a<?b&&?c>?d) }", "SELECT * { FILTER( ?a < ?b && ?c > ?d ) }"),
        ("PREFIX e\u0301: <urn:> ASK { e\u0301:n\u0300 ?p ?o }", "ASK { <urn:n\u0300> ?p ?o }"),
        ("select (count(*) as ?n) {?s ?p ?o}", "SELECT( COUNT( * ) AS ?n ) { ?s ?p ?o }"),
        ("SELECT (IRI('x') AS ?i) {}",
         "BASE <https://w3id.org/partage/sparql> SELECT( IRI( 'x' ) AS ?i ) { }"),
    ],
)  # fmt: skip
def test_a_query_has_this_form(text: str, form: str) -> None:
    assert normalize(text) == form


@pytest.mark.parametrize(
    "other",
    [
        f"PREFIX a: {A}> SELECT ?x WHERE {{ ?x a:p 'b' }}",
        f"prefix a: {A}> prefix unused: <urn:u> select $x where{{$x a:p'b'}}",
        f"BASE {A}> PREFIX z: <> SELECT ?x\r\nWHERE\r\n{{\r\n ?x z:p 'b' }} # the end",
        f"SELECT ?x WHERE {{ ?x {A}p> 'b' }}",
        f"BASE {A}> SELECT ?x WHERE {{ ?x <p> 'b' }}",
    ],
)
def test_what_is_only_typed_otherwise_has_the_same_form(other: str) -> None:
    assert normalize(other) == f"SELECT ?x WHERE {{ ?x {A}p> 'b' }}"


@pytest.mark.parametrize(
    "other",
    [
        f"SELECT ?y WHERE {{ ?y {A}p> 'b' }}",  # the variable is a column's name
        f"SELECT ?x WHERE {{ ?x {A}P> 'b' }}",
        f"SELECT ?x WHERE {{ ?x {A}p> 'b '}}",
        f"SELECT ?x WHERE {{ ?x {A}p> 'b'@en }}",
        f"SELECT DISTINCT ?x WHERE {{ ?x {A}p> 'b' }}",
    ],
)
def test_what_asks_something_else_has_another_form(other: str) -> None:
    assert normalize(other) != normalize(f"SELECT ?x WHERE {{ ?x {A}p> 'b' }}")


SPACES = st.sampled_from([" ", "\n", "\t", "  ", " # a comment?\n", "\r\n"])


@given(st.sampled_from(QUESTIONS), st.lists(SPACES, min_size=9))
def test_space_case_and_comments_never_matter(question: Path, spaces: list[str]) -> None:
    text = question.read_text(encoding="utf-8")
    words: list[str] = []
    for number, token in enumerate(tokens(text)):
        glued = token.kind == "language" or token.text == "^^" or words[-1:] == ["^^"]
        spelt = token.text.swapcase() if number % 3 == 0 and token.kind == "word" else token.text
        keeps = token.text in {"a", "true", "false"}
        words += [] if glued or not words else [spaces[number % len(spaces)]]
        words.append(token.text if keeps else spelt)
    assert normalize("".join(words)) == normalize(text)


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem)
def test_the_form_of_a_competency_question_answers_as_it_does(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    form = normalize(text)
    assert normalize(form) == form
    engine = EmbeddedEngine(small_dataset.store())
    answers = [digest(engine.query(Query(asked)), ordered=True) for asked in (text, form)]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_form_of_a_conformance_case_answers_as_it_does(case: Case) -> None:
    form = normalize(case.text)
    assert normalize(form) == form
    store = Store()
    store.bulk_extend(case.quads())
    engine = EmbeddedEngine(store)
    query = Query(case.text, default_graphs=(case.graph,), base=ENDPOINT)
    answers = []
    for asked in (query, replace(query, text=form)):
        try:
            answers.append(str(digest(engine.query(asked), ordered=False)))
        except (NotCitable, EngineError) as error:
            answers.append(str(error))
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("BASE <http://[> ASK { <x> ?p ?o }", "Line 1, column 23: <x> is no IRI"),
        ("BASE <a:%zz/> PREFIX : <#> ASK { :x ?p ?o }", "<#> is no IRI"),
        ("ASK { <[> ?p ?o }", "Line 1, column 7: <.> is no IRI"),
        ("ASK { <\\u003E> ?p ?o }", "is no IRI"),
        ("ASK { " + "?s ?p ?o . " * 5_000 + "}", f"more than {LONGEST:,} is not cited"),
        (f"PREFIX a: <http://{'a' * 10_000}/> ASK {{ " + "?s a:p 1 . " * 30 + "}",
         f"more than {LONGEST_FORM:,} characters"),
    ],
)  # fmt: skip
def test_what_has_no_form_says_why(text: str, reason: str) -> None:
    with pytest.raises(NotCitable, match=reason.replace("?", r"\?")):
        normalize(text)
