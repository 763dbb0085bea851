"""
Why a query has no results, from its text to a diagnosis.

See docs/decisions/0013-why-empty.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from partage.errors import ContentTooLarge, QuerySyntaxError, QueryTimeout
from partage.sparql.diagnosis.filter_hints import hints
from partage.sparql.diagnosis.join_graph import JoinReport, explain
from partage.sparql.diagnosis.pattern_counts import PatternCounter, mended
from partage.sparql.diagnosis.pattern_hints import PatternHint
from partage.sparql.diagnosis.syntax_errors import locate
from partage.sparql.diagnosis.term_suggestions import TermSuggestions
from partage.sparql.federation.service_clauses import ServiceCall, disguised
from partage.sparql.planner.planner import Planner
from partage.sparql.protocol.limits import MOST_PATTERNS, refuse_long
from partage.sparql.syntax import parse
from partage.sparql.syntax.tree import QueryTree
from partage.store.engine import Engine, Query, QueryLimits


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """
    What was found out about a query.

    `answers` tells whether it has results, None where that is not known; `results` how many its
    patterns make. `report` is None where the query is not taken apart, and `refused` then tells at
    which offset.
    """

    answers: bool | None
    report: JoinReport | None
    hints: tuple[PatternHint, ...] = ()
    refused: int = 0
    services: bool = False
    unfinished: bool = False


def diagnose(
    engine: Engine,
    query: Query,
    spelling: TermSuggestions,
    calls: Sequence[ServiceCall] = (),
    planner: Planner | None = None,
) -> Diagnosis:
    """
    Find out why a query has no results; calls to other endpoints are passed over.

    What is asked is written as `planner` has it, None for an engine that takes queries as they are.

    Raises
    ------
    PayloadTooLarge
        The query is too long to be looked into, or has too many patterns.
    QuerySyntaxError, EngineError
        As `Engine.query`.
    """
    refuse_long(query.text)
    tree = _read(engine, query, calls, planner)
    prober = PatternCounter(engine, query, tree, planner)
    answers = prober.answers(query.text)
    if tree.reified is not None:
        return Diagnosis(answers, None, refused=tree.reified)
    report = explain(prober)
    found = () if answers and report.emptied is None else tuple(hints(prober, report, spelling))
    return Diagnosis(answers, report, found, services=bool(calls), unfinished=prober.unfinished)


def _read(
    engine: Engine, query: Query, calls: Sequence[ServiceCall], planner: Planner | None
) -> QueryTree:
    """Return the tree of a query that the engine reads, too."""
    try:
        tree = parse(query.text)
    except QuerySyntaxError:
        _check(engine, query, calls, planner)  # which tells more of what is wrong
        raise
    if len(list(tree.patterns())) > MOST_PATTERNS:
        raise ContentTooLarge(
            "The query has more than %(most)s patterns. It is answered, but not looked into "
            "pattern by pattern: ask about a part of it.",
            most=MOST_PATTERNS,
        )
    _check(engine, query, calls, planner)
    return tree


def _check(
    engine: Engine, query: Query, calls: Sequence[ServiceCall], planner: Planner | None
) -> None:
    """Have the engine read the query, over no graph."""
    probe = replace(
        query, text=disguised(query.text, calls), default_graphs=(), named_graphs=(),
        limits=QueryLimits(1),
    )  # fmt: skip
    try:
        engine.query(mended(probe, planner)).close()
    except QueryTimeout:
        return  # it was read
    except QuerySyntaxError as error:
        raise locate(engine, probe, error) from error
