"""
Check RDF files against the shapes and the rules.

The shapes (SHACL Core, pySHACL) see one flat graph: ontology, vocabulary, data, and the assertions
of current claim versions; nothing is inferred. The rules (SPARQL, Oxigraph) see the same as a
dataset: all of it copied into the default graph, and each assertion graph under its name. (The
engine's own union of graphs would count a triple once a graph that holds it.)
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import rdflib
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QuerySolutions, Store
from pyshacl import validate as run_pyshacl

from partage.errors import ShapesGraphError
from partage.pipeline import committed
from partage.pipeline.committed import CommittedFile
from partage.pipeline.locating import Locator, order
from partage.pipeline.report import ValidationReport, ValidationResult, report_text, report_turtle
from partage.pipeline.shapes import SEVERITIES, Rule, Severity, Shapes, load
from partage.rdf.namespaces import GRAPH, iri
from partage.rdf.reading import read

__all__ = ["check", "report_text", "report_turtle", "validate"]

_TYPE = iri("rdf:type")
_SUBCLASS = iri("rdfs:subClassOf")
_VERSION = re.compile(r"(.*)/v([0-9]+)")
_ONTOLOGY = NamedNode(GRAPH + "ontology")
_TERM_KINDS = {
    NamedNode(iri(f"owl:{kind}"))
    for kind in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")
}
_SPARQL = iri("sh:SPARQLConstraintComponent")


def validate(root: Path, files: Sequence[Path] = ()) -> ValidationReport:
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
    given = [CommittedFile(path, str(path), tuple(read(path))) for path in files]
    return check(load(root / "shapes"), given or ours, ours if given else ())


def check(
    shapes: Shapes, files: Sequence[CommittedFile], context: Sequence[CommittedFile] = ()
) -> ValidationReport:
    """Check files that were read already, with `context` in view but not reported on."""
    everything = [*context, *files]
    dataset = current(everything)
    described = {term for file in files for term in _described(file)} if context else set()
    near = _near(dataset, described) if context else dataset
    found = [*_by_shapes(near, shapes), *_by_rules(dataset, shapes.rules)]
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


# ---- shapes --------------------------------------------------------------------------------------


def _by_shapes(dataset: Iterable[Quad], shapes: Shapes) -> Iterator[ValidationResult]:
    _, report, _ = run_pyshacl(_flat(dataset), shacl_graph=_flat(shapes.quads, "SimpleMemory"))
    if not isinstance(report, rdflib.Graph):
        raise ShapesGraphError(f"The shapes cannot be used: {report}")
    sh = rdflib.Namespace(iri("sh:"))
    for node in report.objects(None, sh.result):
        said = dict(report.predicate_objects(node))
        shape = shapes.shapes[str(said[sh.sourceShape])]
        value = said.get(sh.value)
        focus = _from_rdflib(said[sh.focusNode])
        assert isinstance(focus, NamedNode | BlankNode)  # no shape of ours targets literals
        yield ValidationResult(
            _severity(str(said[sh.resultSeverity])),
            focus,
            shape.iri,
            str(said[sh.sourceConstraintComponent]),
            shape.message,
            shape.advice,
            shape.path,
            shape.path_turtle,
            None if value is None or value == said[sh.focusNode] else _from_rdflib(value),
        )


def _near(dataset: Iterable[Quad], described: Collection[object]) -> list[Quad]:
    """
    Return what the shapes need to judge the described nodes: all that is said of them and points
    to them, the classes of what they point to, and the hierarchy of classes. Our shapes look one
    step from their focus node (`shapes.load` refuses longer paths), so nothing else matters, and
    a file is judged twenty times faster than everything.
    """
    quads = list(dataset)
    values = {quad.object for quad in quads if quad.subject in described}
    return [
        quad
        for quad in quads
        if quad.subject in described
        or quad.object in described
        or quad.predicate.value == _SUBCLASS
        or (quad.predicate.value == _TYPE and quad.subject in values)
    ]


def _severity(value: str) -> Severity:
    return next(name for name in SEVERITIES if value == iri(f"sh:{name}"))


def _flat(quads: Iterable[Quad], store: str = "default") -> rdflib.Graph:
    """
    Return the quads as one rdflib graph; literals keep their lexical forms.

    pySHACL is a fifth faster with its shapes in rdflib's simple store, where it refuses data.
    """
    graph = rdflib.Graph(store, bind_namespaces="none")
    terms: dict[object, rdflib.term.Node] = {}

    def convert(term: object) -> rdflib.term.Node:
        if term not in terms:
            terms[term] = _to_rdflib(term)
        return terms[term]

    for quad in quads:
        graph.add((convert(quad.subject), convert(quad.predicate), convert(quad.object)))
    return graph


def _to_rdflib(term: object) -> rdflib.term.Node:
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    assert isinstance(term, Literal)  # the committed files hold no quoted triples
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value), normalize=False)


def _from_rdflib(node: rdflib.term.Node) -> NamedNode | BlankNode | Literal:
    if isinstance(node, rdflib.URIRef):
        return NamedNode(str(node))
    if isinstance(node, rdflib.BNode):
        return BlankNode(str(node))
    assert isinstance(node, rdflib.Literal)
    if node.language:
        return Literal(str(node), language=node.language)
    return Literal(str(node), datatype=NamedNode(str(node.datatype or rdflib.XSD.string)))


# ---- rules ---------------------------------------------------------------------------------------


def _by_rules(dataset: Iterable[Quad], rules: Iterable[Rule]) -> Iterator[ValidationResult]:
    store = Store()
    for quad in dataset:
        store.extend([quad, Quad(quad.subject, quad.predicate, quad.object)])
    for rule in rules:
        solutions = store.query(rule.query)
        assert isinstance(solutions, QuerySolutions)  # rules are read as SELECT queries
        projected = {variable.value for variable in solutions.variables}
        for solution in solutions:
            focus = solution["focus"]
            value = solution["value"] if "value" in projected else None
            graph = solution["graph"] if "graph" in projected else None
            assert isinstance(focus, NamedNode | BlankNode)
            assert value is None or isinstance(value, NamedNode | BlankNode | Literal)
            yield ValidationResult(
                rule.severity,
                focus,
                rule.iri,
                _SPARQL,
                rule.message,
                rule.advice,
                value=value,
                graph=graph if isinstance(graph, NamedNode) else None,
            )
