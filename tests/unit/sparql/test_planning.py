"""Queries as they are written for the engine: the same answers, whatever is asked."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
)

from partage import assets
from partage.errors import QuerySyntaxError, QueryTimeout
from partage.pipeline.checks.competency import FOLDER
from partage.rdf.namespaces import ID
from partage.sparql.cited.cited_query import may_be_planned
from partage.sparql.planner import cardinality, join_order
from partage.sparql.planner import planner as planning
from partage.sparql.planner.planner import Planner
from partage.sparql.protocol.evaluation import evaluate
from partage.store.embedded.loading import load
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Query, Result

NS = "http://x.example/"
PROLOGUE = f"PREFIX : <{NS}>\n"
NAMES, VERBS, VARIABLES = "stuv", "pqr", "abcd"


Ask = Callable[[str], str | None]
Strategy = st.SearchStrategy[Any]


@pytest.fixture
def plan(eager: None) -> Ask:  # noqa: ARG001
    """Return how a query over a few flows is written, on one line."""
    planner = Planner(EmbeddedEngine(store(flows())))

    def written(text: str) -> str | None:
        planned = planner.plan(Query(PROLOGUE + text)).plan
        return planned and " ".join(planned.removeprefix(PROLOGUE).split())

    return written


def node(name: str) -> NamedNode:
    return NamedNode(NS + name)


def flows(number: int = 12) -> Iterator[Quad]:
    for n in range(number):
        yield Quad(node(f"f{n}"), node("p"), node(NAMES[n % 3]))
        yield Quad(node(f"f{n}"), node("r"), node(NAMES[n * n % 4]))
        yield Quad(node(f"f{n}"), node("q"), Literal(n % 5))


def store(quads: Iterator[Quad] | list[Quad]) -> Store:
    made = Store()
    made.extend(quads)
    return made


def answer(store: Store, text: str, *, order: bool = False) -> object:
    result = store.query(text, base_iri=ID)
    if isinstance(result, QueryBoolean):
        return bool(result)
    if isinstance(result, QueryTriples):
        return Counter(map(str, result))
    assert isinstance(result, QuerySolutions)
    rows = [tuple(str(value) for value in solution) for solution in result]
    return [str(v) for v in result.variables], rows if order else Counter(rows)


# What is said at random: a small graph, and a query whose parts meet in a few variables.
subjects = st.sampled_from([node(name) for name in NAMES] + [BlankNode("b")])
objects = st.one_of(subjects, subjects, st.sampled_from([Literal(1), Literal(2), Literal("x")]))
quads = st.lists(
    st.builds(
        Quad,
        subjects,
        st.sampled_from([node(verb) for verb in VERBS]),
        objects,
        st.sampled_from([DefaultGraph()] * 5 + [node("g")]),
    ),
    min_size=5,
    max_size=40,
)


def often(usual: Strategy, *others: Strategy) -> Strategy:
    """Return the usual nine times of ten."""
    return st.integers(0, 9).flatmap(lambda n: usual if n else st.one_of(*others))


variable = st.sampled_from([f"?{name}" for name in VARIABLES])
constant = st.sampled_from([f":{name}" for name in NAMES])
verb = st.sampled_from([f":{name}" for name in VERBS])
ways = ("^{}", "{}*", "({}|:q)", "^{}|:q", "^({}|:q)*")
step = st.one_of(verb, *(verb.map(way.format) for way in ways))
steps = st.lists(often(verb, step), min_size=2, max_size=3).map("/".join)
two = st.permutations(["?a", "?b", "?c", "?d"]).map(lambda names: names[:2])
ends = often(two, st.tuples(variable, constant), st.tuples(st.just("_:x"), variable))
triple = st.builds("{0[0]} {1} {0[1]} .".format, ends, often(verb, step, steps))
triples = st.lists(triple, min_size=1, max_size=4).map(" ".join)
test = often(
    st.builds("FILTER({} != {})".format, variable, st.one_of(variable, constant)),
    st.builds("FILTER(BOUND({}))".format, variable),
    st.builds("FILTER(!BOUND({}))".format, variable),
)
body = st.builds("{} {}".format, triples.filter(lambda t: "_:" not in t), often(st.just(""), test))
beside = st.one_of(
    test,
    body.map("OPTIONAL {{ {} }}".format),
    body.map("FILTER NOT EXISTS {{ {} }}".format),
    body.map("FILTER EXISTS {{ {} }}".format),
    body.map("MINUS {{ {} }}".format),
    variable.map("BIND(STR({}) AS ?new)".format),
)
other = st.one_of(
    st.builds("{{ {} }} UNION {{ {} }}".format, body, body),
    body.map("GRAPH :g {{ {} }}".format),
    st.builds("{{ SELECT ?a ?b {{ {} }} }}".format, body),
    constant.map("VALUES ?a {{ {} :s }}".format),
)
values = st.sampled_from(["VALUES ?a { :s :t }", "VALUES (?a ?b) { (:s :t) (:u :v) (:u :v) }"])
valued = st.builds("{} {}".format, triples.filter(lambda t: "_:" not in t), values)
group = st.builds(
    "{} {}".format,
    often(st.one_of(triples, triples, valued), other),
    st.lists(often(beside, other), max_size=2).map(" ".join),
)
ALL = "?a ?b ?c ?d"
query = st.one_of(
    group.map("SELECT * {{ {} }}".format),
    group.map("SELECT ?a ?b {{ {} }}".format),
    group.map("SELECT DISTINCT ?b ?c {{ {} }}".format),
    group.map("SELECT ?a (COUNT(*) AS ?n) {{ {} }} GROUP BY ?a".format),
    group.map("ASK {{ {} }}".format),
    group.map("CONSTRUCT {{ ?a :p ?b }} {{ {} }}".format),
    st.builds(
        f"SELECT {ALL} {{{{ {{}} }}}} ORDER BY {{}} {ALL} LIMIT {{}} OFFSET {{}}".format,
        group,
        st.sampled_from(["?a", "DESC(?b)", "STR(?c)", "DESC(STR(?a))"]),
        st.integers(1, 4),
        st.integers(0, 2),
    ),
    group.map("SELECT ?a (COUNT(*) AS ?n) {{ {} }} GROUP BY ?a ORDER BY ?n STR(?a)".format),
    group.map("SELECT DISTINCT ?a ?b {{ {} }} ORDER BY DESC(STR(?b)) ?a".format),
)


# What a look-up costs: next to nothing, what it does, or more than all else.
LOOKUPS = (0.01, join_order.LOOKUP, 1e6)


@pytest.mark.usefixtures("eager")
@given(quads, query)
@settings(
    max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_a_query_has_the_same_answers_as_it_is_asked_and_as_it_is_written(
    monkeypatch: pytest.MonkeyPatch, quads: list[Quad], query: str
) -> None:
    data, text = store(quads), PROLOGUE + query
    try:
        right = Planner(EmbeddedEngine(data), joins=False).plan(Query(text)).plan
        asked = answer(data, right or text)
    except SyntaxError:  # as a variable of BIND that was bound before
        return
    for lookup in LOOKUPS:
        monkeypatch.setattr(join_order, "LOOKUP", lookup)
        planned = Planner(EmbeddedEngine(data)).plan(Query(text)).plan
        if planned is not None:
            assert answer(data, planned) == asked, planned


RELEASE = assets.assets_root() / "out" / "release" / "current-view.nt.gz"
QUESTIONS = sorted((assets.assets_root() / FOLDER).glob("*.rq"))


@pytest.fixture(scope="module")
def released() -> Store:
    if not RELEASE.is_file():
        pytest.skip("no release is built")
    return load([RELEASE])


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: str(path.stem))
def test_a_competency_question_has_the_same_answer_as_it_is_written(
    released: Store, path: Path
) -> None:
    text = path.read_text(encoding="utf-8")
    planned = Planner(EmbeddedEngine(released)).plan(Query(text, base=ID)).plan
    # Some are not written anew; that most are is asked below.
    assert planned is None or answer(released, planned) == answer(released, text)


@pytest.mark.usefixtures("eager")
def test_most_competency_questions_could_be_written_anew(released: Store) -> None:
    planner = Planner(EmbeddedEngine(released))
    texts = [path.read_text(encoding="utf-8") for path in QUESTIONS]
    plans = [planner.plan(Query(text, base=ID)).plan for text in texts]
    assert sum(plan is not None for plan in plans) > len(texts) // 2


def test_two_stars_that_share_two_variables_are_joined_by_hashing(plan: Ask) -> None:
    written = plan("SELECT (COUNT(*) AS ?n) { ?f :p ?a; :r ?b . ?g :p ?b; :r ?a }")
    assert written is not None
    assert "{ SELECT ?a ?b ?f {" in written
    assert "{ SELECT ?a ?b ?g {" in written


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SELECT * { ?f :p ?a OPTIONAL { ?f :r ?b } }", "OPTIONAL { { SELECT ?b ?f { ?f :r ?b . }"),
        ("SELECT * { ?f :p ?a FILTER NOT EXISTS { ?f :r ?b } }", "MINUS { ?f :r ?b . } }"),
        ("SELECT * { ?f :p ?a FILTER EXISTS { ?f :r ?b } }", "{ SELECT DISTINCT ?f { ?f :r ?b . }"),
        ("SELECT * { ?f :p/:p ?a }", "{ SELECT ?a ?f { "),
        (
            "SELECT * { { ?f :p ?a; :q 1 } UNION { ?f :r ?a; :q 1 } }",
            "UNION { { SELECT ?f { ?f :q 1 . } } { SELECT ?a ?f { ?f :r ?a . } }",
        ),
        (
            "SELECT * { { SELECT ?a { ?f :p ?a; :q 1 } } VALUES ?a { :s } }",
            "{ SELECT ?a { { SELECT ?f { ?f :q 1 . } } { SELECT ?a ?f { ?f :p ?a . } }",
        ),
        (
            "SELECT * { VALUES ?a { :s } ?f :p ?a; :r ?b }",
            "{ VALUES ?a { :s } } LATERAL { ?f :p ?a . }",
        ),
        (
            "SELECT ?f { ?f :q ?n } ORDER BY DESC(?n) LIMIT 3",
            "FILTER(!COALESCE(?n < ?partage_bound",
        ),
        ("SELECT ?f { ?f :p ?n } ORDER BY STR(?n) LIMIT 3", "STR(?n)) > ?partage_bound"),
        (
            "SELECT ?a (COUNT(?f) AS ?n) { ?f :p ?a } GROUP BY ?a ORDER BY DESC(?n) STR(?a)",
            'BIND(CONCAT("~", STR(?a)) AS ?partage_key_a)',
        ),
        ("SELECT DISTINCT ?a { ?f :p ?a } ORDER BY STR(?a)", "} ORDER BY ASC(?partage_key_a)"),
        ("CONSTRUCT WHERE { ?f :p ?a; :r ?b }", "CONSTRUCT { ?f :p ?a; :r ?b } WHERE { {"),
    ],
)
def test_what_pays_is_written_anew(plan: Ask, text: str, found: str) -> None:
    assert found in str(plan(text))


@pytest.mark.parametrize(
    "text",
    [
        "ASK { ?f :p ?a; :r ?b }",
        "SELECT * { ?f :p ?a; :r ?b } LIMIT 3",
        "SELECT * FROM :g { ?f :p ?a; :r ?b }",
        "SELECT * { GRAPH :g { ?f :p ?a; :r ?b } }",
        "SELECT * { VALUES ?a { :s UNDEF } ?f :p ?a; :r ?b }",
        "SELECT * { ?f :p ?a OPTIONAL { ?f :q ?n } VALUES ?a { :s } }",
        "SELECT * { BIND(:s AS ?a) ?f :p ?a; :r ?b }",
        "SELECT * { OPTIONAL { ?f :q ?n } ?f :p ?a; :r ?b }",
        "SELECT * { ?f :p ?a; :r ?b { ?f :q ?n } }",
        "SELECT * { ?f ?p ?a; :r ?b }",
        "SELECT * { ?f :p* ?a; :r ?b }",
        "SELECT * { ?f :p ?f; :r ?b }",
        "SELECT * { ?f :p ?a . ?g :r ?b }",
        "SELECT * { ?f :p ?partage_x; :r ?b }",
        "SELECT * { ?f <<( :s :p :t )>> ?a; :r ?b }",
        "SELECT ?nobody ?f { ?f :p ?a; :r ?b . } }",
        "DESCRIBE :s",
        "SELECT * { ?f :p ?a; :r ?b }" + " " * planning.LONGEST,
    ],
)
def test_what_is_not_understood_or_may_be_done_early_is_asked_as_it_is(
    plan: Ask, text: str
) -> None:
    assert plan(text) is None


@pytest.mark.parametrize(
    "inner",
    [
        "FILTER NOT EXISTS { ?x :r ?y }",  # shares nothing with what is around
        "FILTER NOT EXISTS { ?f :r ?b FILTER(?b != ?a) }",  # sees a variable of what is around
        "OPTIONAL { ?f :q ?b } FILTER NOT EXISTS { ?f :r ?b }",  # one that may be unbound
        "FILTER(1 = 1 && NOT EXISTS { ?f :r ?b })",
    ],
)
def test_a_test_that_would_mean_something_else_stays_a_test(plan: Ask, inner: str) -> None:
    assert "MINUS" not in str(plan(f"SELECT * {{ ?f :p ?a {inner} }}"))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?f :q ?n } ORDER BY ?n LIMIT 3",  # would show our variable
        "SELECT DISTINCT ?n { ?f :q ?n } ORDER BY ?n LIMIT 3",
        "SELECT (COUNT(?f) AS ?n) { ?f :q ?k } GROUP BY ?k ORDER BY ?n LIMIT 3",
        "SELECT ?f { ?f :q ?n } ORDER BY -?n LIMIT 3",
        "SELECT ?f { ?f :q ?n } ORDER BY ?other LIMIT 3",
        "SELECT ?f { ?f :q ?n } ORDER BY ?n LIMIT 3 OFFSET 5000",
        "SELECT ?f { ?f :q ?n FILTER(RAND() < 2) } ORDER BY ?n LIMIT 3",
    ],
)
def test_solutions_are_not_left_out_before_sorting_where_they_may_count(
    plan: Ask, text: str
) -> None:
    assert "partage_bound" not in str(plan(text))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?f :p ?a } ORDER BY STR(?a)",  # what it shows is not known
        "SELECT ?f { ?f :p ?a } ORDER BY STR(?a)",  # what is not shown is lost
        "SELECT ?a { ?f :p ?a } ORDER BY STR(?a) ?f",
        "SELECT ?a { ?f :p ?a } ORDER BY STR(?a) LCASE(STR(?a))",
        "SELECT ?a { ?f :p ?a } ORDER BY STR(?a) VALUES ?a { :s }",
        "SELECT ?a { ?f :p ?a } ORDER BY ?a",
    ],
)
def test_what_is_sorted_otherwise_is_sorted_as_it_is_asked(plan: Ask, text: str) -> None:
    assert "partage_key" not in str(plan(text))


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("key", ["?n", "DESC(?n)", "STR(?f)", "DESC(STR(?n))"])
@pytest.mark.parametrize("offset", [0, 3])
def test_the_first_solutions_are_the_first_of_all(key: str, offset: int) -> None:
    quads = [Quad(node(f"f{n}"), node("q"), Literal(n * 7919 % 401)) for n in range(400)]
    data = store(quads)
    text = f"SELECT ?f {{ ?f :q ?n }} ORDER BY {key} LIMIT 7 OFFSET {offset}"
    planned = Planner(EmbeddedEngine(data)).plan(Query(PROLOGUE + text)).plan
    assert planned is not None
    assert answer(data, planned, order=True) == answer(data, PROLOGUE + text, order=True)


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("way", ["ASC", "DESC"])  # the group found first is not both
def test_the_first_groups_are_the_first_of_all(way: str) -> None:
    data = store(flows())
    text = f"SELECT ?a (COUNT(*) AS ?n) {{ ?f :r ?a }} GROUP BY ?a ORDER BY {way}(STR(?a)) LIMIT 1"
    planned = Planner(EmbeddedEngine(data)).plan(Query(PROLOGUE + text)).plan
    assert planned is not None
    assert answer(data, planned, order=True) == answer(data, PROLOGUE + text, order=True)


def test_a_query_about_little_is_asked_as_it_is() -> None:
    planner = Planner(EmbeddedEngine(store(flows())))
    assert planner.plan(Query(PROLOGUE + "SELECT * { ?f :p ?a; :r ?b }")).plan is None


def test_a_selective_pattern_is_looked_up_in_an_index_also_where_much_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planner = Planner(EmbeddedEngine(store(flows(3000))))
    monkeypatch.setattr(planning, "CHEAP", 5_000.0)
    assert planner.plan(Query(PROLOGUE + "SELECT * { :f1 :p ?a . ?g :q ?n; :p ?a }")).plan is None
    assert planner.plan(Query(PROLOGUE + "SELECT * { :f1 :p ?a; :q ?n }")).plan is None
    assert planner.plan(Query(PROLOGUE + "SELECT * { ?f :p ?a; :q ?n }")).plan is not None


@pytest.mark.usefixtures("eager")
def test_what_cannot_be_counted_in_time_is_asked_as_it_is() -> None:
    class Slow(EmbeddedEngine):
        def __init__(self) -> None:
            super().__init__(Store())
            self.asked: list[str] = []

        def query(self, query: Query) -> Result:
            self.asked.append(query.text)
            raise QueryTimeout("too slow")

    planner = Planner(engine := Slow())
    query = Query(PROLOGUE + "SELECT * { ?f :p ?a; :r ?b }")
    assert planner.plan(query).plan is None
    assert planner.plan(query).plan is None
    assert len(engine.asked) == len(set(engine.asked)), "it is not asked again"


@pytest.mark.usefixtures("eager")
def test_parts_of_a_dataset_are_counted_apart() -> None:
    quads = [Quad(q.subject, q.predicate, q.object, node("g")) for q in flows()]
    planner = Planner(EmbeddedEngine(store(quads)))
    query = Query(PROLOGUE + "SELECT (COUNT(*) AS ?n) { ?f :p ?a; :r ?b }", (f"{NS}g",), ())
    engine = EmbeddedEngine(store(quads))
    (row,) = evaluate(engine, query, planner).solutions()
    assert row["n"] == Literal(12)


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("planner", [True, False])
def test_an_error_is_told_of_the_text_that_was_asked(planner: bool) -> None:
    engine = EmbeddedEngine(store(flows()))
    text = PROLOGUE + "SELECT * {\n ?f :p ?a; :r ?b . FILTER(?a = x:y) }"
    with pytest.raises(QuerySyntaxError, match=r"Line 3, column 32: `x:y`: this is not expected"):
        evaluate(engine, Query(text), Planner(engine) if planner else None)


@pytest.mark.usefixtures("eager")
def test_variables_come_in_their_order() -> None:
    engine = EmbeddedEngine(store(flows()))
    for text in ("SELECT * { ?z :p ?b . ?z :r ?a }", "SELECT ?z ?a { ?z :p ?b . ?z :r ?a }"):
        query = Query(PROLOGUE + text)
        planned = Planner(engine).plan(query)
        assert planned.plan is not None
        assert engine.query(planned).variables == engine.query(query).variables


def test_a_plan_that_the_engine_does_not_read_is_passed_over() -> None:
    engine = EmbeddedEngine(store(flows()))
    assert engine.query(Query("ASK { ?s ?p ?o }", plan="ASK {")).answer is True


@pytest.mark.parametrize(
    ("normal", "planned"),
    [
        ("SELECT ?a { ?f :p ?a }", True),
        ("SELECT ?a { ?f :p ?a } ORDER BY ?a", False),
        ("SELECT ?a { ?f :p ?a } LIMIT 3", False),
        ("SELECT (GROUP_CONCAT(?a) AS ?all) { ?f :p ?a }", False),
    ],
)
def test_a_cited_query_is_planned_where_no_order_is_part_of_its_result(
    normal: str, planned: bool
) -> None:
    assert may_be_planned(normal) is planned


def test_what_is_remembered_of_queries_is_bounded_in_bytes() -> None:
    planner, limit = Planner(EmbeddedEngine(store(flows(3)))), planning.PLANS.maxsize
    graphs = [(f"{number}" + "x" * 300_000,) for number in range(50)]
    for graph in graphs:
        planner.plan(Query("ASK {}", default_graphs=graph))
        planner.plan(Query(f"ASK {{}} # {graph[0]}"))
        planner.plan(Query("SELECT * { ?f :p ?a; :r ?b }", base=f"http://a/{graph[0]}"))
    assert 0 < planning.PLANS.size <= limit < sum(len(graph[0]) for graph in graphs)
    assert cardinality.COUNTS.size <= cardinality.COUNTS.maxsize


def test_a_long_query_is_asked_as_it_is_and_leaves_nothing_behind() -> None:
    planner, before = Planner(EmbeddedEngine(Store())), len(planning.PLANS)
    query = Query("ASK {} # " + "x" * planning.LONGEST)
    assert planner.plan(query) is query
    assert len(planning.PLANS) == before


def test_engines_share_what_is_remembered_and_not_what_it_says() -> None:
    text = "SELECT * { ?f <http://e.example/p> ?a; <http://e.example/q> ?n }"
    engines = EmbeddedEngine(store(flows())), EmbeddedEngine(Store())
    first, second = (
        cardinality.TripleCounter(each).number(Query(text), "?s ?p ?o") for each in engines
    )
    assert first != second == 0
