import pytest
from pyoxigraph import Store

from partage.errors import EngineError, QuerySyntaxError
from partage.sparql.protocol.evaluation import evaluate
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Engine, Query


@pytest.fixture(scope="module")
def engine() -> Engine:
    return EmbeddedEngine(Store())


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("SELECT *\n WHERE { ?s ?p ", 2, 15, "ends too early"),
        ("SELECT * { ?s ex:p ?o }", 1, 15, "prefix ex: is not declared"),
        (
            "SELECT * {\n  ?c rdfs:label ?l }",
            2,
            6,
            "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>",
        ),
        ("SELECT *\nWHERE {\n  ?s ?p ?o .\n  FILTR(?o > 3)\n}", 4, 3, "`FILTR`"),
        ("SELECT * { ?s ?p ?o } LIMT 5", 1, 23, "`LIMT`"),
        ("SELECT * { ?s ?p ?o } }", 1, 23, "`}`"),
        ("SELECT * { FILTER(?a <) }", 1, 23, "`)`"),
        ("SELECT (COUNT(?x) ?n) {}", 1, 19, "`?n`"),
        ("SELECT * { 'é' ?p\n ?o . ?s }", 2, 10, "`}`"),
        ("SELECT ?x { ?s ?p ?o } GROUP BY ?s", 1, 35, "unbound"),
        ("PREFIX ex <http://x.example/> SELECT * {}", 1, 8, "`ex`"),
        ("SELECT *\xa0{ ?s ?p ?o }", 1, 9, "`U+00A0 NO-BREAK SPACE`"),
        ("ASK { ?s ?p\u200b?o }", 1, 12, "`U+200B ZERO WIDTH SPACE`"),
        ('SELECT * { ?s ?p "a\\q" }', 1, 18, "a\\q"),
    ],
)
def test_a_syntax_error_is_where_a_person_would_point(
    engine: Engine, text: str, line: int, column: int, says: str
) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        evaluate(engine, Query(text))
    assert (caught.value.line, caught.value.column) == (line, column)
    assert f"Line {line}, column {column}: " in str(caught.value)
    assert says in str(caught.value)


def test_a_fault_without_a_place_is_passed_on(engine: Engine) -> None:
    with pytest.raises(QuerySyntaxError, match=r"f\.example"):
        evaluate(engine, Query("SELECT (<http://f.example/>(1) AS ?x) {}"))


def test_another_failure_of_the_engine_leaves_the_first_error() -> None:
    class Failing:
        def query(self, query: Query) -> None:
            if query.limits.seconds is None:
                raise QuerySyntaxError("first", 1, 1)
            raise EngineError

    with pytest.raises(QuerySyntaxError, match="first"):
        evaluate(Failing(), Query("SELECT"))  # type: ignore[arg-type]
