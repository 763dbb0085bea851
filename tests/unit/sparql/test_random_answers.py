"""
Random queries over small datasets: as planned, as rewritten, as a lookup and in their normal form
they have the answers that the engine gives to them as they are written, where it has no fault.

Some 2,000 in every run of the tests, 20,000 in `make conformance`.
"""

# ruff: noqa: E501  # ways to write a part read best beside each other

import os
import random
import re
from collections import Counter
from collections.abc import Callable

import pytest
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

from partage.sparql.cited.normal_form import normalize
from partage.sparql.planner import join_order
from partage.sparql.planner.planner import Planner
from partage.sparql.planner.single_pattern import lookup
from partage.sparql.rewriting import REWRITES
from partage.sparql.rewriting.graphs import graph_variables
from partage.sparql.rewriting.paths import zero_length
from partage.sparql.syntax import parse
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Query

pytestmark = pytest.mark.timeout(300)
COUNT = 20_000 if os.environ.get("PARTAGE_WHOLE_SUITES") else 2_000
NS = "http://x.example/"
PROLOGUE = f"PREFIX : <{NS}>\n"
NAMES, VERBS, VARIABLES, GRAPHS = "stuvw", "pqr", "abcd", "gh"
DATASETS = 12
Answer = object


class Writer:
    """Writes queries at random, by the grammar's own parts."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.made = 0

    def one(self, *ways: str) -> str:
        return self.draw.choice(ways)

    def variable(self) -> str:
        return "?" + self.draw.choice(VARIABLES)

    def iri(self) -> str:
        return ":" + self.draw.choice(NAMES)

    def new(self) -> str:
        self.made += 1
        return f"?n{self.made}"

    def term(self) -> str:
        return self.one(*[self.variable()] * 5, self.iri(), "1", "'x'", "'y'@en")

    def filled(self, *ways: str, **parts: Callable[[], str]) -> str:
        """Return one of some ways, with each part that it names made anew."""
        return re.sub(r"<(\w+)>", lambda name: parts[name[1]](), self.draw.choice(ways))

    def verb(self) -> str:
        return ":" + self.draw.choice(VERBS)

    def path(self, depth: int = 2) -> str:
        if depth == 0 or self.draw.random() < 0.5:
            return self.verb()
        return self.filled(
            "<path>/<path>", "^<verb>", "(<path>|<path>)", "(<path>)*", "(<path>)+", "(<path>)?",
            "!(<verb>|^:q)", "^(<path>)", path=lambda: self.path(depth - 1), verb=self.verb,
        )  # fmt: skip

    def triple(self) -> str:
        subject = self.one(*[self.variable()] * 6, self.iri(), "_:x")
        verb = self.filled(
            *["<verb>"] * 4,
            "<variable>",
            "<path>",
            verb=self.verb,
            variable=self.variable,
            path=self.path,
        )
        more = self.filled(
            "", "", "", " , <term>", " ; <verb> <term>", verb=self.verb, term=self.term
        )
        return f"{subject} {verb} {self.term()}{more} ."

    def triples(self) -> str:
        return " ".join(self.triple() for _ in range(self.draw.choice((1, 1, 2, 2, 3))))

    def value(self, depth: int = 2) -> str:
        if depth == 0:
            return self.term()
        return self.filled(
            "<term>", "<term>", "STR(<a>)", "COALESCE(<a>, <a>)", "IF(<test>, <a>, <a>)", "(<a> + 1)",
            "CONCAT(STR(<a>), 'z')", "LANG(<a>)", "UCASE(<a>)",
            term=self.term, a=lambda: self.value(depth - 1), test=lambda: self.test(0),
        )  # fmt: skip

    def test(self, depth: int = 2) -> str:
        if depth and self.draw.random() < 0.4:
            return self.filled(
                "(<x> && <x>)", "(<x> || <x>)", "!(<x>)", x=lambda: self.test(depth - 1)
            )
        return self.filled(
            "<a> = <b>", "<a> != <b>", "<a> < <b>", "BOUND(<variable>)", "isIRI(<a>)", "<a> IN (<b>, :s)",
            "<a> NOT IN (1, <b>)", "<variable>", "EXISTS { <triple> }", "NOT EXISTS { <triples> }",
            a=self.term, b=lambda: self.value(min(depth, 1)), variable=self.variable,
            triple=self.triple, triples=self.triples,
        )  # fmt: skip

    def data(self) -> str:
        return self.filled(
            "VALUES <variable> { <value> <iri> }", "VALUES (?a ?b) { (<value> <value>) (<value> <value>) (<value> <value>) }",
            variable=self.variable, iri=self.iri,
            value=lambda: self.one(self.iri(), self.iri(), "1", "UNDEF", "'y'@en"),
        )  # fmt: skip

    def part(self, depth: int) -> str:
        return self.filled(
            "<triples>", "<triples>", "OPTIONAL { <group> }", "OPTIONAL { <group> }",
            "{ <group> } UNION { <group> }", "MINUS { <group> }", "FILTER(<test>)", "FILTER(<test>)",
            "BIND(<value> AS <new>)", "<data>", "{ <group> }", "GRAPH <graph> { <group> }",
            "{ SELECT ?a ?b { <group> } }", "{ SELECT DISTINCT ?a { <group> } }", "{ SELECT * { <group> } }",
            "{ SELECT ?a (COUNT(?b) AS <new>) { <group> } GROUP BY ?a }", "{ SELECT (MAX(?a) AS <new>) { <group> } }",
            triples=self.triples, group=lambda: self.group(depth), test=self.test, value=self.value,
            new=self.new, data=self.data, graph=lambda: self.one(":g", ":h", ":k", "?g"),
        )  # fmt: skip

    def group(self, depth: int = 2) -> str:
        first = self.triples() if self.draw.random() < 0.8 else ""
        if depth == 0:
            return first or self.triple()
        count = self.draw.choice((0, 1, 1, 2))
        return " ".join([first, *(self.part(depth - 1) for _ in range(count))])

    def query(self) -> str:
        self.made = 0
        if self.draw.random() < 0.1:
            return f"{self.one('ASK', 'SELECT *')} {{ {self.term()} {self.verb()} {self.term()} }}"
        return self.filled(
            "SELECT * { <group> }", "SELECT * { <group> }", "SELECT ?a ?b { <group> }",
            "SELECT DISTINCT ?b ?c { <group> }", "SELECT REDUCED ?a { <group> } ORDER BY ?a",
            "ASK { <group> }", "CONSTRUCT { ?a :p ?b } WHERE { <group> }",
            "SELECT (<value> AS ?v) ?a { <group> }",
            "SELECT ?a (COUNT(*) AS ?v) { <group> } GROUP BY ?a",
            "SELECT ?a (COUNT(DISTINCT ?b) AS ?v) { <group> } GROUP BY ?a HAVING (COUNT(*) > 1)",
            "SELECT (COUNT(DISTINCT *) AS ?v) { <group> }",
            "SELECT (SUM(?b) AS ?v) (MIN(?c) AS ?w) { <group> }",
            "SELECT ?a (COUNT(?b) AS ?v) (?v * 2 AS ?w) { <group> } GROUP BY ?a",
            "SELECT DISTINCT ?a ?b ?c ?d { <group> } ORDER BY STR(?a) STR(?b) STR(?c) STR(?d) ?a ?b ?c ?d",
            "SELECT * { <group> } <data>", group=self.group, value=lambda: self.value(1), data=self.data,
        )  # fmt: skip


def dataset(draw: random.Random) -> Store:
    """Return some triples of few terms, in the default graph and in two named ones."""
    store = Store()
    things = [*map(node, NAMES[:-1])]
    terms: list[NamedNode | Literal] = [*things, *things, Literal(1), Literal(2), Literal("x"),
             Literal("y", language="en")]  # fmt: skip
    for _ in range(draw.randrange(8, 24)):
        store.add(Quad(draw.choice(things), node(draw.choice(VERBS)), draw.choice(terms)))
    for graph in GRAPHS:
        for _ in range(draw.randrange(6)):
            verb = node(draw.choice(VERBS))
            store.add(Quad(draw.choice(things), verb, draw.choice(terms), node(graph)))
    return store


def node(name: str) -> NamedNode:
    return NamedNode(NS + name)


def answer(
    store: Store, text: str, graphs: list[NamedNode | BlankNode | DefaultGraph] | None = None
) -> Answer:
    """
    Return an answer as a multiset; whether the engine refuses the query is part of it.

    The default graph is merged of `graphs`, where some are given.
    """
    try:
        result = store.query(
            text, default_graph=graphs, named_graphs=None if graphs is None else []
        )
        if isinstance(result, QueryBoolean):
            return bool(result)
        if isinstance(result, QueryTriples):
            return Counter(map(str, result))
        assert isinstance(result, QuerySolutions)
        names = [str(variable) for variable in result.variables]
        return names, Counter(tuple(map(str, row)) for row in result)
    except SyntaxError:
        return "refused"


MENDING = (*(rewrite for _, rewrite in REWRITES), zero_length, graph_variables)
# What a look-up costs: next to nothing, what it does, or more than all else.
LOOKUPS = (0.01, join_order.LOOKUP, 1e6)


@pytest.mark.usefixtures("eager")
def test_planned_rewritten_and_looked_up_a_query_has_the_engine_s_own_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = random.Random(13)
    stores = [dataset(draw) for _ in range(DATASETS)]
    engines = [EmbeddedEngine(store) for store in stores]
    planners = [(Planner(engine, joins=False), Planner(engine)) for engine in engines]
    writer, seen = Writer(draw), Counter[str]()
    for number in range(COUNT):
        store = stores[number % DATASETS]
        rewriter, planner = planners[number % DATASETS]
        text = PROLOGUE + writer.query()
        written, right = answer(store, text), rewriter.plan(Query(text)).plan
        asked = answer(store, right) if right else written
        if written != "refused":
            assert answer(store, normalize(text)) == written, text
        if right:
            assert (asked == "refused") <= (written == "refused"), (text, right)
        if written not in ("refused", asked):
            seen["mended"] += 1
            assert lookup(text) is None, text
            assert is_at_fault(text), (text, right)
        seen["lookups"] += lookup(text) is not None
        monkeypatch.setattr(join_order, "LOOKUP", LOOKUPS[number % len(LOOKUPS)])
        planned = planner.plan(Query(text)).plan
        if planned and planned != right:
            seen["planned"] += 1
            assert answer(store, planned) == asked, (text, planned)
    assert min(seen[kind] for kind in ("mended", "lookups", "planned")) > 0
    assert seen["mended"] < COUNT / 50


@pytest.mark.usefixtures("eager")
def test_a_default_graph_that_is_merged_holds_each_triple_once() -> None:
    draw = random.Random(17)
    writer, seen = Writer(draw), Counter[str]()
    graphs: list[NamedNode | BlankNode | DefaultGraph] = [*map(node, GRAPHS)]
    for number in range(COUNT // 5):
        if number % 20 == 0:
            store, merged = dataset(draw), Store()
            shared = [quad for quad in store if draw.randrange(2)]
            store.extend(
                Quad(quad.subject, quad.predicate, quad.object, graph)
                for quad in shared
                for graph in graphs
            )
            merged.extend(
                Quad(quad.subject, quad.predicate, quad.object)
                for g in graphs
                for quad in store.quads_for_pattern(None, None, None, g)
            )
            planners = Planner(EmbeddedEngine(store)), Planner(EmbeddedEngine(merged))
        text = PROLOGUE + writer.query()
        if "GRAPH" in text:
            continue
        asked = planners[0].plan(Query(text, tuple(NS + name for name in GRAPHS))).plan or text
        right = answer(merged, planners[1].plan(Query(text)).plan or text)
        if right == "refused" or (isinstance(right, tuple) and not right[0]):
            continue  # of no columns, which no rewriting keeps
        assert answer(store, asked, graphs) == right, (text, asked)
        seen["asked"] += 1
        seen["duplicates"] += answer(store, text, graphs) != right
    assert seen["duplicates"] > seen["asked"] / 20


def is_at_fault(text: str) -> bool:
    """Return whether a rewriting of what the engine answers wrongly changes the query."""
    tree = parse(text)
    return any(rewrite(tree) is not tree for rewrite in MENDING)
