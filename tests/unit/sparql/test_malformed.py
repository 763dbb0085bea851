"""Queries cut off and mangled, against everything that reads one beside the engine."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings
from pyoxigraph import Literal, Store

from conformance.query_cases import CASES, HEAD
from partage import assets
from partage.errors import PartageError, QuerySyntaxError
from partage.pipeline.checks.competency import FOLDER
from partage.sparql.cited.cited_query import asked, caveat, lasts, may_be_planned
from partage.sparql.cited.normal_form import normalize
from partage.sparql.diagnosis.empty_results import Diagnosis
from partage.sparql.diagnosis.filter_hints import hints
from partage.sparql.diagnosis.join_graph import explain
from partage.sparql.diagnosis.pattern_counts import PatternCounter
from partage.sparql.diagnosis.syntax_errors import locate, misspelt
from partage.sparql.diagnosis.term_suggestions import TermSuggestions
from partage.sparql.federation.service_clauses import disguised, find_calls, question, scope
from partage.sparql.planner.planner import Planner
from partage.sparql.planner.single_pattern import lookup
from partage.sparql.protocol.guard import refuse_service, refuse_update
from partage.sparql.protocol.limits import refuse_deep
from partage.sparql.protocol.operation import QueryOperation, kind, prefixes
from partage.sparql.syntax import parse
from partage.sparql.syntax.names import Names
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Engine, Query, Solution

HERE, OPEN = "http://here.example/sparql", "http://open.example/sparql"
KNOWN = frozenset({"https://w3id.org/partage/ns#Flow", "https://w3id.org/partage/ns#name"})
SEEDS = [HEAD + case.query for case in CASES] + [
    "SELECT ?s ?o { ?s a ?o } ORDER BY ?o LIMIT # at most\n 2",
    """SELECT ?o (IF(?n<10,'small',IF(?n>100,'big','mid')) AS ?size) ?s {
    ?s a ?o BIND(STRLEN(STR(?o)) AS ?n) } ORDER BY STR(?o) LIMIT 2 OFFSET 1""",
    f"SELECT * {{ SERVICE SILENT <{OPEN}> {{ ?s ?p ?o FILTER REGEX(?o, 'a', 'i') }} }}",
    "BASE <x:y> PREFIX é: <../a> SELECT * FROM <a> FROM NAMED é:b { é:\\u0301x a [ ?p (1 2) ] }",
    'ASK { <a:\\uD83D> ?p """a\\"""b""" , "c"@en--ltr , -1.5e3 , <<( ?a ?b ?c )>> }',
]
PIECES = [
    "{", "}", "(", ")", "[", "]", "<", ">", "<a:b>", "?x", "$", "'", '"', '"""', "'''", "\\", "#",
    "\n", "\r\n", " ", "\t", "\x00", "\u00a0", "\ufeff", "\U0001f600", "\u0301", "a:", ":", "_:",
    "a", "@en", "^^", "^", "/", "|", "!", "*", "+", ";", ",", ".", "1", "9" * 5000, "LIMIT",
    "ORDER BY", "LIMIT -1", "OFFSET 1.5", "GROUP BY", "HAVING", "VALUES", "UNDEF", "SELECT",
    "DISTINCT", "FROM", "NAMED", "OPTIONAL", "UNION", "MINUS", "GRAPH", "SERVICE", "SILENT",
    "FILTER", "NOT", "EXISTS", "BIND", "AS", "REGEX", "LANG", "CONTAINS", "BASE", "PREFIX",
    "VERSION", "CONSTRUCT", "DESCRIBE", "ASK", "true", "\\u003c", "\\U0001F600", "\\uDC00",
]  # fmt: skip


class AlwaysSome:
    """An engine that reads nothing and knows a number of everything."""

    def query(self, _query: Query) -> "AlwaysSome":
        return self

    kind, answer, variables = "solutions", None, ()

    def solutions(self, limit: int | None = None) -> list[Solution]:
        number = Literal(0 if limit else 100_000)
        return [defaultdict(lambda: number, n=number, q=number)]

    def close(self) -> None:
        """Be closed."""


SOME: Engine = AlwaysSome()  # type: ignore[assignment]  # as much of one as readers ask
EMPTY = EmbeddedEngine(Store())


def texts(count: int, seed: int) -> Iterator[str]:
    """Yield queries, a few of whose tokens or characters are lost, doubled or others."""
    draw = random.Random(seed)  # no secret
    questions = [path.read_text() for path in sorted((assets.assets_root() / FOLDER).glob("*.rq"))]
    seeds = [*SEEDS, *questions]
    for _ in range(count):
        text = draw.choice(seeds)
        for _ in range(draw.randint(1, 4)):
            at = draw.randrange(len(text) + 1)
            end = min(len(text), at + draw.choice((0, 1, 1, 5, 20, 10_000)))
            put = draw.choice((*PIECES, "", "", "", text[at:end] * 2))
            text = text[:at] + draw.choice(("", " ")) + put + text[end:]
        yield text


def plan(text: str) -> None:
    Planner(SOME).plan(Query(text))


def why(text: str) -> None:
    parsed = parse(text)
    prober = PatternCounter(SOME, Query(text), parsed)
    report = explain(prober)
    Diagnosis(False, report, tuple(hints(prober, report, TermSuggestions(EMPTY))))


def locating(text: str) -> None:
    for line in (1, None):
        locate(EMPTY, Query(text), QuerySyntaxError("x", line, line))


def cite(text: str) -> None:
    made = asked(QueryOperation(Query(text), "solutions"), "1")
    assert len(made.id) == 64
    caveat(made.normal)
    may_be_planned(made.normal)


def federate(text: str) -> None:
    for call in find_calls(text, HERE, (OPEN,)):
        disguised(text, [call])
        question(text, call, HERE)
        scope(text, call, HERE)


READERS: list[Callable[[str], object]] = [
    refuse_deep, refuse_service, refuse_update, kind, prefixes, lookup, lasts, normalize, plan, why,
    cite, federate, locating, lambda text: misspelt(text, KNOWN),
    lambda text: Names(parse(text)).declared,
]  # fmt: skip


@pytest.mark.usefixtures("eager")
def test_what_cannot_be_read_is_left_alone_or_refused_in_words() -> None:
    explored = settings.get_current_profile_name() == "explore"
    for text in texts(30_000 if explored else 300, random.randrange(2**32) if explored else 1):
        for read in READERS:
            try:
                read(text)
            except PartageError:
                continue
            except Exception as error:
                raise AssertionError(f"{read} fails on {text!r}") from error
