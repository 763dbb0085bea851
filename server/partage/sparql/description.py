"""
The service description, true to what is served
(SPARQL 1.1 Service Description, https://www.w3.org/TR/sparql11-service-description/).
"""

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from partage.rdf.formats import GRAPH_FORMATS, RESULT_FORMATS
from partage.rdf.namespaces import iri
from partage.store.engine import Engine, Query

SD = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = "http://www.w3.org/ns/formats/"
PREFIXES = {"sd": SD, "formats": FORMATS}
# The formats' own IRIs: https://www.w3.org/ns/formats/
NAMES = {
    "turtle": "Turtle",
    "jsonld": "JSON-LD",
    "ntriples": "N-Triples",
    "rdfxml": "RDF_XML",
    "trig": "TriG",
    "nquads": "N-Quads",
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
}
# The graphs that are parts of a document (`…/v1#assertion`) are thousands; it names them.
NAMED_GRAPHS = """
SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } FILTER(!CONTAINS(STR(?g), "#")) }
GROUP BY ?g ORDER BY ?g LIMIT 500
"""
DEFAULT_GRAPH = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def describe(engine: Engine, endpoint: str) -> list[Quad]:
    """Return the description of the service at `endpoint`: languages, formats, graphs."""
    service, dataset, default = BlankNode("service"), BlankNode("dataset"), BlankNode("default")
    quads = [
        Quad(service, _rdf("type"), _sd("Service")),
        Quad(service, _sd("endpoint"), NamedNode(endpoint)),
        Quad(service, _sd("supportedLanguage"), _sd("SPARQL10Query")),
        Quad(service, _sd("supportedLanguage"), _sd("SPARQL11Query")),
        Quad(service, _sd("defaultDataset"), dataset),
        Quad(dataset, _rdf("type"), _sd("Dataset")),
        Quad(dataset, _sd("defaultGraph"), default),
        Quad(default, _rdf("type"), _sd("Graph")),
        *(Quad(default, _triples(), count) for count in _counts(engine, DEFAULT_GRAPH).values()),
    ]
    quads.extend(
        Quad(service, _sd("resultFormat"), NamedNode(FORMATS + NAMES[fmt.key]))
        for fmt in (*RESULT_FORMATS, *GRAPH_FORMATS)
    )
    for number, (name, count) in enumerate(_counts(engine, NAMED_GRAPHS).items(), 1):
        named, graph = BlankNode(f"named{number}"), BlankNode(f"graph{number}")
        quads += [
            Quad(dataset, _sd("namedGraph"), named),
            Quad(named, _rdf("type"), _sd("NamedGraph")),
            Quad(named, _sd("name"), NamedNode(name)),
            Quad(named, _sd("graph"), graph),
            Quad(graph, _rdf("type"), _sd("Graph")),
            Quad(graph, _triples(), count),
        ]
    return quads


def _counts(engine: Engine, text: str) -> dict[str, Literal]:
    found: dict[str, Literal] = {}
    for solution in engine.query(Query(text)).solutions():
        graph, count = solution.get("g"), solution["n"]
        assert isinstance(count, Literal)
        if graph is None or isinstance(graph, NamedNode):
            found[graph.value if graph else ""] = count
    return found


def _sd(local: str) -> NamedNode:
    return NamedNode(SD + local)


def _rdf(local: str) -> NamedNode:
    return NamedNode(iri("rdf:" + local))


def _triples() -> NamedNode:
    return NamedNode(iri("void:triples"))
