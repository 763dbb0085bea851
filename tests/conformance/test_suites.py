"""The W3C's own query tests, asked of the application by HTTP, with joins planned and without."""

import os
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, QueryResultsFormat, RdfFormat, Store

from conformance import suites
from conformance.suite_results import answered, expected, is_same
from partage.errors import QuerySyntaxError
from partage.settings import Settings
from partage.sparql.planner import planner
from partage.sparql.syntax import parse
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.web.app import create_app

# Every one, as in `make conformance`; else each seventh.
WHOLE = bool(os.environ.get("PARTAGE_WHOLE_SUITES"))
TESTS = suites.tests()
CHOSEN = TESTS if WHOLE else TESTS[::7]
EXCLUDED = {
    "graph/graph-variable-scope": "?g counts as bound within GRAPH ?g (engine-faults.md)",
    "graph/graph-optional": "?g counts as bound within GRAPH ?g (engine-faults.md)",
    "functions/bnode01": "BNODE(string) is one node for all solutions (engine-faults.md)",
    "syntax-sparql3/syn-bad-26": "?a<?b is read as a comparison, which people mean (decision 19)",
    "open-world/date-2": "dates with and without a time zone are compared",
    "syntax-triple-terms-negative/tripleterm-subject-03": "a nested triple term is taken in BIND",
    "syntax-triple-terms-negative/tripleterm-subject-06": "a literal subject is taken in BIND",
    "syntax/nested-aggregate-functions": "an aggregate within an aggregate is taken",
    "expression/not-not": "a tagged string is true, as in SPARQL 1.1; the draft of 1.2 differs",
}
# Whose only cause is that the engine keeps values: two lexical forms of one are one term to it.
BY_VALUE = frozenset(
    {
        "distinct/distinct-1", "distinct/distinct-9", "eval-triple-terms/op-2",
        "expr-builtin/dawg-str-1", "expr-builtin/dawg-str-2", "expr-builtin/sameTerm-eq",
        "expr-builtin/sameTerm-not-eq", "expr-builtin/sameTerm-simple", "expr-equals/eq-graph-1",
        "expr-equals/eq-graph-2", "grouping/group01", "open-world/open-eq-01",
    }
)  # fmt: skip
OUTDATED = frozenset(
    {
        "aggregates/agg-empty-group", "basic/term-6", "basic/term-7", "dataset/dawg-dataset-09",
        "dataset/dawg-dataset-10", "dataset/dawg-dataset-12", "distinct/distinct-2",
        "expr-builtin/dawg-datatype-2", "functions/strdt03", "functions/strlang03",
        "optional-filter/dawg-optional-filter-005-simplified", "syntax-sparql1/syntax-lit-08",
        "syntax-sparql2/syntax-esc-04", "syntax-sparql2/syntax-esc-05",
    }
)  # fmt: skip
SOLUTIONS = "application/sparql-results+json"
GRAPH = "application/n-triples"
pytestmark = pytest.mark.skipif(not TESTS, reason="the W3C's suites are not here: `make suites`")


@pytest.fixture(params=[True, False], ids=["planned", "as written"])
def joins(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether joins are planned, and then all that can be, however little it gains."""
    monkeypatch.setattr(planner, "CHEAP", -1.0)
    monkeypatch.setattr(planner, "GAIN", 0.0)
    return bool(request.param)


def load(store: Store, path: Path, *, named: bool) -> None:
    form = RdfFormat.from_extension(path.suffix.removeprefix("."))
    assert form is not None
    name = NamedNode(path.as_uri())
    if form in {RdfFormat.TRIG, RdfFormat.N_QUADS}:
        store.load(path=str(path), format=form, base_iri=name.value)
    else:
        store.load(
            path=str(path), format=form, base_iri=name.value,
            to_graph=name if named else DefaultGraph(),
        )  # fmt: skip


def dataset(test: suites.SuiteTest, text: str) -> Store:
    """Return what is asked: the files of the test, or those that FROM names."""
    store = Store()
    for path in test.data:
        load(store, path, named=False)
    graphs = list(test.graphs)
    try:
        tree = parse(text)
    except QuerySyntaxError:
        return store
    graphs += [test.query.parent / one.iri[1:-1] for one in tree.dataset]
    for path in dict.fromkeys(graphs):
        load(store, path, named=True)
    return store


def marked(test: suites.SuiteTest) -> object:
    suite, _, name = test.name.partition("/")
    reason = EXCLUDED.get(name)
    if name in BY_VALUE and (suite, name) != ("sparql11", "grouping/group01"):
        reason = "the engine keeps values instead of lexical forms (engine-faults.md)"
    if suites.folder() == suites.SHIPPED and name in OUTDATED:
        reason = "rdflib's copy is of before RDF 1.1 or SPARQL 1.2; today's suite has it otherwise"
    marks = [pytest.mark.xfail(reason=reason)] if reason else []
    return pytest.param(test, id=test.name, marks=marks)


@pytest.mark.parametrize("test", [marked(test) for test in CHOSEN])
def test_w3c(test: suites.SuiteTest, joins: bool, caplog: pytest.LogCaptureFixture) -> None:
    text = test.query.read_text(encoding="utf-8")
    # The base of a query is the address that it was read from.
    asked = f"BASE <{test.query.as_uri()}>\n{text}" if test.kind == "evaluation" else text
    store = dataset(test, text) if test.kind == "evaluation" else Store()
    engine = EmbeddedEngine(store)
    client = create_app(Settings(plan_joins=int(joins)), engine).test_client()
    response = client.post(
        "/sparql",
        data=asked.encode(),
        headers={
            "Content-Type": "application/sparql-query",
            "Accept": f"{SOLUTIONS}, {GRAPH};q=0.9",
        },
    )
    assert "A plan cannot be read" not in caplog.text
    if test.kind == "negative":
        assert response.status_code in {400, 403}  # updates are refused, right or wrong
        return
    if test.kind == "positive":
        # A function that nobody knows, or an endpoint that nobody may call, is no fault of syntax.
        assert (
            response.status_code == 200
            or b"unction" in response.data
            or b"SERVICE" in response.data
        )
        return
    assert response.status_code == 200, response.text
    assert test.result is not None
    wanted = expected(test.result)
    if wanted is None:
        return
    is_graph = response.mimetype == GRAPH
    found = answered(response.data, RdfFormat.N_TRIPLES if is_graph else QueryResultsFormat.JSON)
    reduced = " REDUCED" in text.upper()
    same = is_same(found, wanted, reduced=reduced)
    # The engine keeps values instead of lexical forms (engine-faults.md).
    assert same or is_same(found, wanted, by_value=True, reduced=reduced)
