"""What of a query is read beside the engine, however it is written."""

import pytest

from partage.errors import ContentTooLarge, QuerySyntaxError
from partage.sparql.diagnosis.empty_results import diagnose
from partage.sparql.planner.planner import PLANS, Planner
from partage.sparql.protocol.guard import refuse_service
from partage.sparql.protocol.limits import DEEPEST, LONGEST, MOST_PATTERNS, MOST_STEPS, refuse_deep
from partage.sparql.syntax import parse
from partage.sparql.syntax.terms import MOST_TOKENS
from partage.store.engine import Engine, Query

DEEP = DEEPEST + 1


class NoEngine:
    """An engine that must not be asked."""

    def query(self, query: Query) -> None:
        raise AssertionError(query.text[:100])


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * " + "{" * DEEP + "}" * DEEP,
        "SELECT * { FILTER(" + "(" * DEEP + "1" + ")" * DEEP + ") }",
        "SELECT * { FILTER(1" + "<(1+(1>(2" * DEEP + ")" * 3 * DEEP + ") }",
        "SELECT * { ?a ?b " + "[ ?p " * DEEP + "]" * DEEP + " }",
        "SELECT * { " + "OPTIONAL{" * DEEP + "}" * DEEP + " }",
        "SELECT * { FILTER(" + "!" * (MOST_STEPS + 1) + "true) }",
        "SELECT * { ?a <p:p>" + "/<p:p>" * (MOST_STEPS + 1) + " ?b }",
        "SELECT * { " + "<<" * MOST_STEPS + " ?a ?b ?c }",
    ],
)
def test_what_would_overflow_a_parser_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match=r"^Line 1, column \d+: .*(levels|operators)"):
        refuse_deep(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { VALUES (?a ?b) { " + "(<http://e.example/a/(b)> 1)" * 5000 + " } }",
        "SELECT * { ?s ?p '" + "(" * 5000 + "' } # " + "{" * 5000,
        "SELECT * { " + "{ ?s ?p ?o } UNION " * 1000 + "{} }",
        "SELECT * { FILTER(?a<?b) " + "FILTER(?a<?b)FILTER(?a>?b)" * 500 + " }",
    ],
)
def test_a_long_query_that_is_not_deep_passes(text: str) -> None:
    refuse_deep(text)


def test_a_list_of_values_is_one_pattern() -> None:
    tree = parse("SELECT * { VALUES ?s { " + "<http://e.example/>" * 2000 + " } ?s ?p ?o }")
    assert len([*tree.patterns()]) == 2


def test_what_is_read_whole_has_only_so_many_words() -> None:
    rows = "SELECT * {{ VALUES ?s {{ {} }} # service\n }}"
    refuse_service(rows.format("1 " * (MOST_TOKENS - 20)))
    with pytest.raises(ContentTooLarge, match="more than 200,000 words"):
        refuse_service(rows.format("1 " * MOST_TOKENS))
    refuse_service(rows.replace("# service", "").format("1 " * 2_500_000))  # not to be read


def test_a_query_is_read_once_however_many_ask() -> None:
    text = "SELECT * { ?s ?p ?o } # once"
    assert parse(text) is parse(text)


def test_of_what_is_too_long_it_is_said_that_it_is_not_looked_into() -> None:
    engine: Engine = NoEngine()  # type: ignore[assignment]
    long = "SELECT * { ?s ?p ?o }".ljust(LONGEST + 1)
    with pytest.raises(ContentTooLarge, match="64,000"):
        diagnose(engine, Query(long), None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "query",
    [
        Query("SELECT * { ?s ?p ?o }".ljust(LONGEST)),
        Query("SELECT * { ?s ?p ?o }", default_graphs=("http://e.example/" + "a" * LONGEST,)),
    ],
)
def test_what_is_too_long_is_neither_planned_nor_kept(query: Query) -> None:
    planner, before = Planner(NoEngine()), len(PLANS)  # type: ignore[arg-type]
    assert planner.plan(query) is query
    assert len(PLANS) == before


def test_patterns_that_are_too_many_to_be_joined_are_not_counted() -> None:
    text = "SELECT * { " + "".join(f"?s <p:{n}> ?o{n} . " for n in range(100)) + "}"
    planner = Planner(NoEngine())  # type: ignore[arg-type]
    assert planner.plan(Query(text)).plan is None


def test_of_too_many_patterns_the_engine_is_not_asked() -> None:
    engine: Engine = NoEngine()  # type: ignore[assignment]
    many = "SELECT * { ?s ?p " + "?o," * MOST_PATTERNS + "?o }"
    with pytest.raises(ContentTooLarge, match="more than 500 patterns"):
        diagnose(engine, Query(many), None)  # type: ignore[arg-type]
