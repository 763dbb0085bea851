"""
What a dataset holds, by class and property (VoID, https://www.w3.org/TR/void/).

Our releases carry it in `graph:void`, written by the build. Of any other dataset the totals and the
class and property partitions are counted, once.
"""

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from partage.errors import UnknownResource
from partage.rdf.namespaces import GRAPH, iri
from partage.resources.description.describe import graph_contents
from partage.store.engine import Engine, Query

TOTALS = """
SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?distinctSubjects)
  (COUNT(DISTINCT ?p) AS ?properties) (COUNT(DISTINCT ?o) AS ?distinctObjects) { ?s ?p ?o }
"""
CLASSES = "SELECT ?name (COUNT(DISTINCT ?s) AS ?n) { ?s a ?name } GROUP BY ?name ORDER BY ?name"
PROPERTIES = "SELECT ?name (COUNT(*) AS ?n) { ?s ?name ?o } GROUP BY ?name ORDER BY ?name"
TOTAL_NAMES = ("triples", "distinctSubjects", "properties", "distinctObjects")


def statistics(engine: Engine) -> list[Quad]:
    """Return the dataset's description: that of its release, or a count made now."""
    try:
        return [*graph_contents(engine, GRAPH + "void"), *graph_contents(engine, GRAPH + "dataset")]
    except UnknownResource:
        return _counted(engine)


def _counted(engine: Engine) -> list[Quad]:
    dataset = BlankNode("dataset")
    quads = [Quad(dataset, NamedNode(iri("rdf:type")), _void("Dataset"))]
    totals = engine.query(Query(TOTALS)).solutions()[0]
    quads += [_value(dataset, name, totals[name]) for name in TOTAL_NAMES]
    for query, partition, name, count in (
        (CLASSES, "classPartition", "class", "entities"),
        (PROPERTIES, "propertyPartition", "property", "triples"),
    ):
        for number, row in enumerate(engine.query(Query(query)).solutions(), 1):
            part = BlankNode(f"{name}{number}")
            quads.append(Quad(dataset, _void(partition), part))
            quads.append(_value(part, name, row["name"]))
            quads.append(_value(part, count, row["n"]))
    return quads


def _value(subject: BlankNode, name: str, value: object) -> Quad:
    assert isinstance(value, Literal | NamedNode | BlankNode)
    return Quad(subject, _void(name), value)


def _void(local: str) -> NamedNode:
    return NamedNode(iri("void:" + local))
