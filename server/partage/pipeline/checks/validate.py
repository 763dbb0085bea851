"""
Check RDF files against the shapes and the rules.

The shapes (SHACL Core, as queries) see one flat graph: ontology, vocabulary, data, and the
assertions of current claim versions; nothing is inferred. The rules (SPARQL) see the same as a
dataset: all of it copied into the default graph, and each assertion graph under its name. (The
engine's own union of graphs would count a triple once a graph that holds it.)
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store

from partage.pipeline.checks import committed
from partage.pipeline.checks.committed import CommittedFile
from partage.pipeline.checks.locations import Locator, order
from partage.pipeline.checks.report import (
    ValidationReport,
    ValidationResult,
    report_text,
    report_turtle,
)
from partage.pipeline.checks.shape_queries import constraints
from partage.pipeline.checks.shapes import Shapes, WholeGraphRule, load
from partage.pipeline.checks.undecided import surroundings, undecided
from partage.rdf.namespaces import GRAPH, iri
from partage.rdf.parsing import read_rdf
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Engine, Query, Solution, Term

__all__ = ["check", "report_text", "report_turtle", "validate"]

_TYPE = iri("rdf:type")
_VERSION = re.compile(r"(.*)/v([0-9]+)")
_ONTOLOGY = NamedNode(GRAPH + "ontology")
_TERM_KINDS = {
    NamedNode(iri(f"owl:{kind}"))
    for kind in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")
}
_SPARQL = iri("sh:SPARQLConstraintComponent")
PAIRS = frozenset({iri("sh:lessThan"), iri("sh:lessThanOrEquals")})
OF_PAIRS = frozenset(
    iri(f"sh:{name}ConstraintComponent") for name in ("LessThan", "LessThanOrEquals")
)
# pySHACL takes six seconds for 24,000 triples, the queries one; a build is to take thirty.
MOST_FOR_PYSHACL = 60_000

Judge = Callable[[Iterable[Quad], Shapes], Iterable[ValidationResult]]
"""What else says which nodes of a dataset break the shapes."""


def validate(
    root: Path, files: Sequence[Path] = (), judge: Judge | None = None
) -> ValidationReport:
    """
    Check `files`, or with none given all of ontology/ and data/ below `root`.

    Given files are read together with the project's own, to which they may refer; only findings
    about what they describe themselves are reported.

    Raises
    ------
    RdfSyntaxError
        A file does not parse.
    ShapesGraphError
        The shapes or the rules are at fault.
    """
    wanted = {path.resolve() for path in files}
    ours = [file for file in committed.files(root) if file.path.resolve() not in wanted]
    given = [CommittedFile(path, str(path), tuple(read_rdf(path))) for path in files]
    committed.warn_of_changes(given or ours)
    return check(load(root / "shapes"), given or ours, ours if given else (), judge)


def judge_of(files: Sequence[CommittedFile]) -> Judge | None:
    """
    Return what judges the files of a build: pySHACL, or None where they are too many triples.

    Then the shapes are asked as queries, which find the same (docs/decisions/0021).
    """
    if sum(len(file.quads) for file in files) > MOST_FOR_PYSHACL:
        return None
    from partage.pipeline.checks.pyshacl_validation import by_pyshacl

    return by_pyshacl


def check(
    shapes: Shapes,
    files: Sequence[CommittedFile],
    context: Sequence[CommittedFile] = (),
    judge: Judge | None = None,
) -> ValidationReport:
    """Check files that were read already, with `context` in view but not reported on."""
    dataset = current([*context, *files])
    described = {term for file in files for term in _described(file)} if context else set()
    found = _broken(dataset, shapes, judge)
    findings = {result: None for result in found if not context or result.focus in described}
    locator = Locator([*files, *context])
    located = sorted((locator.locate(result) for result in findings), key=order)
    return ValidationReport(tuple(located), len(files))


def current(files: Iterable[CommittedFile]) -> list[Quad]:
    """
    Return the quads of the current view: superseded versions are left out, for they can never
    change and may name what was retired since; every claim is said to be one, and what ontology
    files say is in the ontology's graph.
    """
    quads = [quad for file in committed.current(files) for quad in _placed(file)]
    version_class = NamedNode(iri("ds:ClaimVersion"))
    latest: dict[str, int] = {}
    for quad in quads:
        if quad.predicate.value == _TYPE and quad.object == version_class:
            claim, number = _numbered(quad.subject)
            if claim:
                latest[claim] = max(number, latest.get(claim, 0))
    for claim, number in latest.items():
        node = NamedNode(claim)
        version = NamedNode(f"{claim}/v{number}")
        quads.append(Quad(node, NamedNode(_TYPE), NamedNode(iri("ds:Claim"))))
        quads.append(Quad(node, NamedNode(iri("pav:hasCurrentVersion")), version))
    return quads


def _placed(file: CommittedFile) -> Iterator[Quad]:
    """Yield the quads of a file; a file that declares terms goes into the ontology's graph."""
    declares = any(q.predicate.value == _TYPE and q.object in _TERM_KINDS for q in file.quads)
    for quad in file.quads:
        if declares and isinstance(quad.graph_name, DefaultGraph):
            yield Quad(quad.subject, quad.predicate, quad.object, _ONTOLOGY)
        else:
            yield quad


def _numbered(term: object) -> tuple[str, int]:
    """Return the claim and the number of a claim version, or an empty claim."""
    match = _VERSION.fullmatch(term.value) if isinstance(term, NamedNode) else None
    return (match[1], int(match[2])) if match else ("", 0)


def _described(file: CommittedFile) -> Iterator[object]:
    for quad in file.quads:
        yield quad.subject
        yield quad.graph_name


# ---- shapes and rules ----------------------------------------------------------------------------


def by_shapes(engine: Engine, shapes: Shapes) -> Iterator[ValidationResult]:
    """Yield what breaks the shapes in whatever dataset an engine answers for."""
    for one in constraints(shapes):
        shape = shapes.shapes[one.shape]
        for solution in _ask(engine, one.query):
            focus, value = _node(solution["focus"]), _value(solution.get("value"))
            yield ValidationResult(
                one.severity,
                focus,
                shape.iri,
                one.component,
                shape.message,
                shape.advice,
                shape.path,
                shape.path_turtle,
                None if value == focus else value,
            )


def by_both(engine: Engine, dataset: Sequence[Quad], shapes: Shapes) -> Iterator[ValidationResult]:
    """
    Yield what breaks the shapes: `by_shapes`, but of nodes that it cannot judge, by pySHACL.

    Pairs of values are compared by the engine alone: what has no order is a violation (W3C SHACL
    §4.5.3, §4.5.4), where pySHACL stops.
    """
    nodes = undecided(dataset, shapes)
    for result in by_shapes(engine, shapes):
        if result.focus not in nodes or result.component in OF_PAIRS:
            yield result
    if nodes:
        from partage.pipeline.checks.pyshacl_validation import by_pyshacl

        others = tuple(quad for quad in shapes.quads if quad.predicate.value not in PAIRS)
        found = by_pyshacl(surroundings(dataset, nodes), replace(shapes, quads=others))
        yield from (result for result in found if result.focus in nodes)


def by_rules(engine: Engine, rules: Iterable[WholeGraphRule]) -> Iterator[ValidationResult]:
    """Yield what breaks the rules in whatever dataset an engine answers for."""
    for rule in rules:
        for solution in _ask(engine, rule.query):
            graph = solution.get("graph")
            yield ValidationResult(
                rule.severity,
                _node(solution["focus"]),
                rule.iri,
                _SPARQL,
                rule.message,
                rule.advice,
                value=_value(solution.get("value")),
                graph=graph if isinstance(graph, NamedNode) else None,
            )


def _broken(
    dataset: Sequence[Quad], shapes: Shapes, judge: Judge | None
) -> Iterator[ValidationResult]:
    store = Store()
    named = (quad for quad in dataset if not isinstance(quad.graph_name, DefaultGraph))
    store.bulk_extend(chain(dataset, (Quad(q.subject, q.predicate, q.object) for q in named)))
    engine = EmbeddedEngine(store)
    try:
        yield from judge(dataset, shapes) if judge else by_both(engine, dataset, shapes)
        yield from by_rules(engine, shapes.rules)
    finally:
        engine.close()


def _ask(engine: Engine, query: str) -> Iterable[Solution]:
    result = engine.query(Query(query))
    try:
        return result.solutions()
    finally:
        result.close()


def _node(term: Term) -> NamedNode | BlankNode:
    assert isinstance(term, NamedNode | BlankNode)  # no shape or rule of ours targets literals
    return term


def _value(term: Term | None) -> NamedNode | BlankNode | Literal | None:
    assert term is None or isinstance(term, NamedNode | BlankNode | Literal)
    return term
