"""
The service description, true to what is served
(SPARQL 1.1 Service Description, https://www.w3.org/TR/sparql11-service-description/).

What it tells of the dataset is surveyed once, not at every request.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from partage.errors import EngineError, QuerySyntaxError
from partage.rdf.formats import Format
from partage.rdf.namespaces import GRAPH, curie, iri
from partage.rdf.sparql_terms import iriref, string
from partage.sparql.protocol.evaluation import offers
from partage.sparql.protocol.functions import CANDIDATES
from partage.store.engine import Engine, Query

SD = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = "http://www.w3.org/ns/formats/"
ENTAILMENT = "http://www.w3.org/ns/entailment/"
PROFILE = "http://www.w3.org/ns/owl-profile/"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
PREFIXES = {"sd": SD, "formats": FORMATS, "ent": ENTAILMENT}
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
# What stands in a graph was entailed before, under this regime; asking it is simple entailment.
REGIMES = {GRAPH + "inferred": "OWL-Direct"}
NAMED_GRAPHS = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
DEFAULT_GRAPH = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
# Literals of which an engine that keeps values, and not lexical forms, answers with others.
LITERALS = tuple(
    Literal(form, datatype=NamedNode(iri(datatype)))
    for datatype, form in (
        ("xsd:int", "3"), ("xsd:integer", "01"), ("xsd:decimal", "1.0"), ("xsd:double", "1e0"),
        ("xsd:boolean", "1"), ("xsd:dateTimeStamp", "2020-01-01T00:00:00Z"),
        ("xsd:dateTime", "2020-01-01T24:00:00"), ("xsd:date", "2020-01-01+00:00"),
        ("xsd:duration", "PT24H"),
    )
)  # fmt: skip
# Beyond so many graphs, those that are parts of a document (`…/v1#assertion`) are left out.
MANY = 10_000


@dataclass(frozen=True, slots=True)
class DescribedLimit:
    """What a query or request may cost here."""

    key: str
    label: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class DatasetSurvey:
    """What a description needs to know of an engine and its dataset."""

    triples: int
    graphs: Mapping[str, int]
    functions: tuple[str, ...]
    by_value: Mapping[Literal, Literal]


def survey(engine: Engine) -> DatasetSurvey:
    """
    Count the triples of every graph, and try which extension functions there are and which
    literals are answered with others.
    """
    graphs = _counts(engine, NAMED_GRAPHS)
    if len(graphs) > MANY:
        graphs = {name: count for name, count in graphs.items() if "#" not in name}
    return DatasetSurvey(
        _counts(engine, DEFAULT_GRAPH)[""],
        graphs,
        tuple(name for name in CANDIDATES if _known(engine, name)),
        _by_value(engine),
    )


def described_formats() -> tuple[Format, ...]:
    """Return every format that a query may be answered in."""
    return (*offers("solutions"), *offers("graph"))


def format_iri(fmt: Format) -> str:
    """Return the IRI of a format: W3C's, or where there is none, its media type's at IANA."""
    return FORMATS + NAMES[fmt.key] if fmt.key in NAMES else MEDIA_TYPES + fmt.media_type


def describe(
    engine: Engine,
    endpoint: str,
    limits: Sequence[DescribedLimit] = (),
    known: DatasetSurvey | None = None,
    services: Sequence[str] = (),
) -> list[Quad]:
    """
    Return the description of the service at `endpoint`: languages, formats, graphs, limits.

    `known` spares the engine a survey of its dataset; `services` are the endpoints that a query may
    call.
    """
    known = known or survey(engine)
    service, dataset = BlankNode("service"), BlankNode("dataset")
    quads = [
        Quad(service, _rdf("type"), _sd("Service")),
        Quad(service, _sd("endpoint"), NamedNode(endpoint)),
        Quad(service, _sd("supportedLanguage"), _sd("SPARQL10Query")),
        Quad(service, _sd("supportedLanguage"), _sd("SPARQL11Query")),
        Quad(service, _sd("defaultEntailmentRegime"), NamedNode(ENTAILMENT + "Simple")),
        Quad(service, _sd("defaultDataset"), dataset),
    ]
    quads += [
        Quad(service, _sd("resultFormat"), NamedNode(format_iri(fmt)))
        for fmt in described_formats()
    ]
    for name in known.functions:
        quads.append(Quad(service, _sd("extensionFunction"), NamedNode(name)))
        quads.append(Quad(NamedNode(name), _rdf("type"), _sd("Function")))
    for limit in limits:
        value = Literal(int(limit.value) if limit.value == int(limit.value) else limit.value)
        quads += _property(service, limit.key, limit.label, [value])
        quads.append(Quad(_node(limit.key), _schema("unitText"), Literal(limit.unit)))
    if known.by_value:
        pairs = [Literal(f"{_n3(one)} → {_n3(other)}") for one, other in known.by_value.items()]
        quads += _property(service, "literals-by-value", "Literals are kept by value", pairs)
    if services:
        quads.append(Quad(service, _sd("feature"), _sd("BasicFederatedQuery")))
        names = [NamedNode(name) for name in services]
        quads += _property(service, "service-allowed", "Endpoints that SERVICE may name", names)
    return [*quads, *_dataset(dataset, known)]


def _dataset(dataset: BlankNode, known: DatasetSurvey) -> Iterator[Quad]:
    default = BlankNode("default")
    yield Quad(dataset, _rdf("type"), _sd("Dataset"))
    yield Quad(dataset, _sd("defaultGraph"), default)
    yield Quad(default, _rdf("type"), _sd("Graph"))
    yield Quad(default, _triples(), Literal(known.triples))
    for number, (name, count) in enumerate(known.graphs.items(), 1):
        named, graph = BlankNode(f"named{number}"), BlankNode(f"graph{number}")
        regime = REGIMES.get(name, "Simple")
        yield Quad(dataset, _sd("namedGraph"), named)
        yield Quad(named, _rdf("type"), _sd("NamedGraph"))
        yield Quad(named, _sd("name"), NamedNode(name))
        yield Quad(named, _sd("entailmentRegime"), NamedNode(ENTAILMENT + regime))
        if regime != "Simple":
            yield Quad(named, _sd("supportedEntailmentProfile"), NamedNode(PROFILE + "DL"))
        yield Quad(named, _sd("graph"), graph)
        yield Quad(graph, _rdf("type"), _sd("Graph"))
        yield Quad(graph, _triples(), Literal(count))


def _property(
    service: BlankNode, key: str, label: str, values: Sequence[Literal | NamedNode]
) -> list[Quad]:
    node = _node(key)
    return [
        Quad(service, _schema("additionalProperty"), node),
        Quad(node, _rdf("type"), _schema("PropertyValue")),
        Quad(node, _schema("propertyID"), Literal(key)),
        Quad(node, _schema("name"), Literal(label, language="en")),
        *(Quad(node, _schema("value"), value) for value in values),
    ]


def _node(key: str) -> BlankNode:
    return BlankNode(f"limit-{key}")


def _counts(engine: Engine, text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for solution in engine.query(Query(text)).solutions():
        graph, count = solution.get("g"), solution["n"]
        assert isinstance(count, Literal)
        if graph is None or isinstance(graph, NamedNode):
            found[graph.value if graph else ""] = int(count.value)
    return found


def _by_value(engine: Engine) -> dict[Literal, Literal]:
    columns = " ".join(f"({literal} AS ?x{number})" for number, literal in enumerate(LITERALS))
    try:
        (row,) = engine.query(Query(f"SELECT {columns} {{}}")).solutions()
    except EngineError:  # another engine may refuse what it does not know
        return {}
    found = {}
    for number, literal in enumerate(LITERALS):
        answer = row.get(f"x{number}")
        if isinstance(answer, Literal) and answer != literal:
            found[literal] = answer
    return found


def _n3(literal: Literal) -> str:
    return f"{string(literal.value)}^^{curie(literal.datatype.value)}"


def _known(engine: Engine, function: str) -> bool:
    try:
        engine.query(Query(f"SELECT ({iriref(function)}() AS ?x) {{}}")).solutions()
    except (QuerySyntaxError, EngineError):
        return False
    return True


def _sd(local: str) -> NamedNode:
    return NamedNode(SD + local)


def _rdf(local: str) -> NamedNode:
    return NamedNode(iri("rdf:" + local))


def _schema(local: str) -> NamedNode:
    return NamedNode(iri("schema:" + local))


def _triples() -> NamedNode:
    return NamedNode(iri("void:triples"))
