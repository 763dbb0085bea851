"""What a test of the W3C's suites expects, what was answered, and whether that is the same."""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    parse,
    parse_query_results,
)

RESULTS = {
    ".srx": QueryResultsFormat.XML,
    ".srj": QueryResultsFormat.JSON,
    ".tsv": QueryResultsFormat.TSV,
}
RESULT_SET = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
Term = NamedNode | BlankNode | Literal | Triple
Row = dict[str, Term]
Answer = bool | list[Row] | list[Quad]


def expected(path: Path) -> Answer | None:
    """Return what a file of results holds; None for CSV, which does not keep what terms are."""
    if path.suffix == ".csv":
        return None
    if path.suffix in RESULTS:
        return answered(path.read_bytes(), RESULTS[path.suffix])
    form = RdfFormat.from_extension(path.suffix.removeprefix("."))
    assert form is not None
    quads = [*parse(path=str(path), format=form, base_iri=path.as_uri())]
    facts: dict[object, list[tuple[str, Term]]] = defaultdict(list)
    for quad in quads:
        name = quad.predicate.value.removeprefix(RESULT_SET)
        facts[quad.subject].append((name, quad.object))
    for about in facts.values():
        known = dict(about)
        if "boolean" in known:
            return str(getattr(known["boolean"], "value", "")) == "true"
        if getattr(known.get(TYPE), "value", "") == RESULT_SET + "ResultSet":
            solutions = [node for name, node in about if name == "solution"]
            return [
                {
                    str(getattr(bound["variable"], "value", "")): bound["value"]
                    for name, node in facts[solution]
                    if name == "binding"
                    for bound in [dict(facts[node])]
                }
                for solution in solutions
            ]
    return [Quad(quad.subject, quad.predicate, quad.object) for quad in quads]


def answered(body: bytes, form: QueryResultsFormat | RdfFormat) -> Answer:
    """Return what an answer of the endpoint holds."""
    if isinstance(form, RdfFormat):
        return [Quad(q.subject, q.predicate, q.object) for q in parse(body, format=form)]
    found = parse_query_results(body, format=form)
    if isinstance(found, QueryBoolean):
        return bool(found)
    assert isinstance(found, QuerySolutions)
    names = [variable.value for variable in found.variables]
    return [{n: row[n] for n in names if row[n] is not None} for row in found]


def is_same(one: Answer, other: Answer, *, by_value: bool = False, reduced: bool = False) -> bool:
    """
    Return whether two answers are the same but for the names of blank nodes, and order.

    Where they may be `reduced` (§15.3.2) it does not matter how often a solution stands in them.
    """
    if isinstance(one, bool) or isinstance(other, bool):
        return one == other
    quads = [_quads(answer, by_value=by_value, reduced=reduced) for answer in (one, other)]
    for dataset in quads:
        dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return quads[0] == quads[1]


def _quads(answer: Sequence[Row | Quad], *, by_value: bool, reduced: bool) -> Dataset:
    """Return a graph in which each solution, also one of several that are alike, is a node."""
    made: list[Quad] = []
    alike: dict[str, int] = defaultdict(int)
    for one in answer:
        if isinstance(one, Quad):
            made.append(Quad(one.subject, one.predicate, _term(one.object, by_value=by_value)))
            continue
        row = {name: _term(term, by_value=by_value) for name, term in one.items()}
        node = BlankNode()
        key = json.dumps({name: str(term) for name, term in sorted(row.items())})
        if "_:" not in key:  # solutions with blank nodes may be alike and yet have other nodes
            alike[key] += 1
            if reduced and alike[key] > 1:
                continue
        made.append(Quad(node, NamedNode("urn:solution"), Literal(alike[key])))
        made += [Quad(node, NamedNode(f"urn:{name}"), term) for name, term in row.items()]
    return Dataset(made)


def _term(term: Term, *, by_value: bool) -> Term:
    """Return a term, or with `by_value` what the engine makes of it when it is stored."""
    if not by_value or not isinstance(term, Literal):
        return term
    store = Store()
    store.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), term))
    (quad,) = store
    kept: Term = quad.object
    return kept
