"""
SPARQL 1.1 Service Description (https://www.w3.org/TR/sparql11-service-description/): present,
readable, and true to what is served.
"""

import httpx
import pytest
import rdflib
from rdflib import RDF, Graph, Namespace, URIRef

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID = Namespace("http://rdfs.org/ns/void#")
FORMATS = "http://www.w3.org/ns/formats/"
JSON = "application/sparql-results+json"
GRAPH_TYPES = {
    "text/turtle": "turtle",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
    "application/n-triples": "nt",
}
# rdflib reads JSON-LD with parts of itself that it deprecates.
pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Dataset.default_context is:DeprecationWarning"),
]
# The media types that the formats' IRIs stand for.
MEDIA_TYPES = {
    "SPARQL_Results_JSON": JSON,
    "SPARQL_Results_XML": "application/sparql-results+xml",
    "SPARQL_Results_CSV": "text/csv",
    "SPARQL_Results_TSV": "text/tab-separated-values",
    "Turtle": "text/turtle",
    "TriG": "application/trig",
    "N-Triples": "application/n-triples",
    "N-Quads": "application/n-quads",
    "RDF_XML": "application/rdf+xml",
    "JSON-LD": "application/ld+json",
}


@pytest.fixture(scope="module")
def described(client: httpx.Client) -> Graph:
    response = client.get("/sparql", headers={"Accept": "text/turtle"})
    assert response.status_code == 200
    return Graph().parse(data=response.content, format="turtle")


@pytest.fixture(scope="module")
def service(described: Graph) -> rdflib.term.Node:
    (found,) = described.subjects(RDF.type, SD.Service)
    return found


@pytest.mark.parametrize(("media_type", "name"), GRAPH_TYPES.items())
@pytest.mark.meets("SD1")
def test_a_request_without_a_query_gets_rdf_as_negotiated(
    client: httpx.Client, described: Graph, media_type: str, name: str
) -> None:
    response = client.get("/sparql", headers={"Accept": media_type})
    assert response.headers["Content-Type"].partition(";")[0] == media_type
    assert len(Graph().parse(data=response.content, format=name)) == len(described)


@pytest.mark.meets("SD1")
def test_rdf_is_the_default_and_a_browser_gets_a_page(client: httpx.Client) -> None:
    plain = client.get("/sparql", headers={"Accept": "*/*"})
    assert plain.headers["Content-Type"].partition(";")[0] in GRAPH_TYPES
    browser = client.get("/sparql", headers={"Accept": "text/html,*/*;q=0.8"})
    assert browser.headers["Content-Type"].startswith("text/html")
    assert "<form" in browser.text


@pytest.mark.meets("SD1")
def test_one_service_with_this_endpoint(
    client: httpx.Client, described: Graph, service: rdflib.term.Node
) -> None:
    endpoint = client.base_url.join("/sparql")
    assert set(described.objects(service, SD.endpoint)) == {URIRef(str(endpoint))}


@pytest.mark.meets("SD2")
def test_the_language_is_sparql_11_query_and_no_update(
    described: Graph, service: rdflib.term.Node
) -> None:
    languages = set(described.objects(service, SD.supportedLanguage))
    assert SD.SPARQL11Query in languages
    assert SD.SPARQL11Update not in languages


@pytest.mark.meets("SD3")
def test_no_federation_is_announced_that_is_refused(
    described: Graph, service: rdflib.term.Node
) -> None:
    assert SD.BasicFederatedQuery not in set(described.objects(service, SD.feature))


@pytest.mark.meets("SD3")
def test_the_features_are_ones_that_the_vocabulary_has(
    described: Graph, service: rdflib.term.Node
) -> None:
    known = {
        SD.DereferencesURIs, SD.UnionDefaultGraph, SD.RequiresDataset, SD.EmptyGraphs,
        SD.BasicFederatedQuery,
    }  # fmt: skip
    assert set(described.objects(service, SD.feature)) <= known


@pytest.mark.meets("SD2")
def test_each_format_announced_is_served(
    client: httpx.Client, described: Graph, service: rdflib.term.Node
) -> None:
    announced = {
        str(name).removeprefix(FORMATS) for name in described.objects(service, SD.resultFormat)
    }
    assert set(MEDIA_TYPES) <= announced
    for name in set(MEDIA_TYPES) & announced:
        text = (
            "SELECT (1 AS ?x) {}" if name.startswith("SPARQL") else "CONSTRUCT { <a:a> <a:b> 1 } {}"
        )
        response = client.get(
            "/sparql", params={"query": text}, headers={"Accept": MEDIA_TYPES[name]}
        )
        assert response.status_code == 200
        assert response.headers["Content-Type"].partition(";")[0] == MEDIA_TYPES[name]


def count(client: httpx.Client, text: str) -> int:
    response = client.get("/sparql", params={"query": text}, headers={"Accept": JSON})
    return int(response.json()["results"]["bindings"][0]["n"]["value"])


@pytest.mark.meets("SD4")
def test_each_named_graph_is_listed_with_its_true_size(
    client: httpx.Client, described: Graph, service: rdflib.term.Node
) -> None:
    (dataset,) = described.objects(service, SD.defaultDataset)
    assert (dataset, RDF.type, SD.Dataset) in described
    sizes: dict[str, int] = {}
    for named in described.objects(dataset, SD.namedGraph):
        (name,) = described.objects(named, SD.name)
        (graph,) = described.objects(named, SD.graph)
        (size,) = described.objects(graph, VOID.triples)
        sizes[str(name)] = int(str(size))
    response = client.get(
        "/sparql",
        params={"query": "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"},
        headers={"Accept": JSON},
    )
    live = {
        row["g"]["value"]: int(row["n"]["value"]) for row in response.json()["results"]["bindings"]
    }
    assert sizes == live


def test_the_default_graph_is_described_with_its_true_size(
    client: httpx.Client, described: Graph, service: rdflib.term.Node
) -> None:
    (dataset,) = described.objects(service, SD.defaultDataset)
    (graph,) = described.objects(dataset, SD.defaultGraph)
    assert (graph, RDF.type, SD.Graph) in described
    (size,) = described.objects(graph, VOID.triples)
    assert int(str(size)) == count(client, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")


def test_nothing_is_described_with_words_that_the_vocabulary_lacks(described: Graph) -> None:
    words = {
        "endpoint", "supportedLanguage", "feature", "resultFormat", "inputFormat", "url", "name",
        "defaultDataset", "defaultGraph", "namedGraph", "graph", "availableGraphs",
        "languageExtension",
        "defaultEntailmentRegime", "entailmentRegime", "defaultSupportedEntailmentProfile",
        "supportedEntailmentProfile", "extensionFunction", "extensionAggregate", "propertyFeature",
    }  # fmt: skip
    used = {str(p).removeprefix(str(SD)) for p in described.predicates() if str(p).startswith(SD)}
    assert used <= words
