"""
pySHACL, the other road from data and shapes to findings: the judge of our compiled shapes.

It reads rdflib graphs and takes minutes where the queries take seconds; it knows all of SHACL,
and literals as they are written, but nothing of a language's direction (RDF 1.2).
"""

import logging
from collections.abc import Iterable, Iterator

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Quad
from pyshacl import validate as run_pyshacl

from partage.errors import ShapesGraphError
from partage.pipeline.checks.report import ValidationResult
from partage.pipeline.checks.shapes import SEVERITIES, Severity, Shapes
from partage.rdf.namespaces import iri

# It warns of each ill-typed literal with a stack trace; they are findings here.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)


def by_pyshacl(dataset: Iterable[Quad], shapes: Shapes) -> Iterator[ValidationResult]:
    """
    Yield what breaks the shapes; the rules are not asked.

    Raises
    ------
    ShapesGraphError
        pySHACL cannot use the shapes, or meets two values that it cannot compare.
    """
    try:
        _, report, _ = run_pyshacl(_flat(dataset), shacl_graph=_flat(shapes.quads, "SimpleMemory"))
    except (TypeError, ArithmeticError) as error:
        raise ShapesGraphError(
            f"pySHACL stopped where a shape compares two values that have no order ({error!r}). "
            "Mend the values, or ask the shapes as queries: leave out `--with pyshacl`."
        ) from error
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
