"""
The Accept headers of clients which cannot run here.

Those of the OWL API, Jena, RDF4J, dotNetRDF and R SPARQL are as their sources make them; the others
as these clients are known to send them.
"""

# ruff: noqa: E501  # header fields as they are sent

from typing import Any

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from partage.rdf.namespaces import ID

QUERIES = {
    "SELECT": "SELECT * { ?s ?p ?o } LIMIT 1",
    "ASK": "ASK { ?s ?p ?o }",
    "GRAPH": f"CONSTRUCT WHERE {{ <{ID}org/netflix> ?p ?o }}",
}
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
TURTLE, RDFXML, TRIG = "text/turtle", "application/rdf+xml", "application/trig"

_JENA_GRAPH = "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3"
_JENA_ASK = f"{JSON},{XML};q=0.9,application/json;q=0.2,application/xml;q=0.2,*/*;q=0.1"
_RDF4J_GRAPH = (
    "application/rdf+xml;q=0.4, application/xml;q=0.4, text/xml;q=0.4, "
    "application/n-triples;q=0.7, text/plain;q=0.7, text/turtle, application/x-turtle, "
    "application/x-turtlestar;q=0.8, text/x-turtlestar;q=0.8, text/n3;q=0.8, text/rdf+n3;q=0.8, "
    "application/trix;q=0.8, application/trig;q=0.8, application/x-trig;q=0.8, "
    "application/x-trigstar;q=0.8, application/x-binary-rdf;q=0.8, "
    "application/n-quads;q=0.7, text/x-nquads;q=0.7, text/nquads;q=0.7, "
    "application/ld+json;q=0.8, application/x-ld+ndjson;q=0.8, application/rdf+json;q=0.7, "
    "application/xhtml+xml;q=0.8, application/html;q=0.8, text/html;q=0.8, application/vnd.hdt;q=0.8"
)
_DOTNETRDF_GRAPH = (
    "application/n-triples,text/plain,text/ntriples,text/ntriples+turtle,application/rdf-triples,"
    "application/x-ntriples,application/ntriples,text/turtle,application/x-turtle,"
    "application/turtle,text/n3,text/rdf+n3,application/rdf+xml,text/xml,application/xml,"
    "application/json,text/json,application/rdf+json,text/html,application/xhtml+xml,*/*;q=0.5"
)
_RAPTOR = (
    "application/rdf+xml, application/n-triples, text/plain;q=0.1, text/turtle, "
    "application/x-turtle, application/turtle, text/n3;q=0.3, text/rdf+n3;q=0.3, "
    "application/rdf+n3;q=0.3, application/x-trig, application/rss;q=0.8, application/rss+xml;q=0.8, "
    "text/rss;q=0.8, application/xml;q=0.3, text/xml;q=0.3, application/atom+xml;q=0.3, "
    "application/json, text/html;q=0.2, application/xhtml+xml;q=0.4, */*;q=0.1"
)
_OWL_API = (
    "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09"
)
_HTTR = "application/json, text/xml, application/xml, */*"
# Client and version, what is asked, its header, and the format that it gets: of those that it likes
# equally, ours.
QUERYING = [
    ("Jena 5 QueryExecHTTP", "SELECT", f"{JSON},{XML};q=0.9,text/tab-separated-values;q=0.7,text/csv;q=0.5,application/json;q=0.2,application/xml;q=0.2,*/*;q=0.1", JSON),
    ("Jena 5 QueryExecHTTP", "ASK", _JENA_ASK, JSON),
    ("Jena 5 QueryExecHTTP", "GRAPH", _JENA_GRAPH, TURTLE),
    ("Jena 2.10 QueryEngineHTTP", "SELECT", XML, XML),
    ("Jena 2.10 QueryEngineHTTP", "GRAPH", RDFXML, RDFXML),
    ("RDF4J 5 SPARQLProtocolSession", "SELECT", f"application/x-binary-rdf-results-table, {XML};q=0.8, application/xml;q=0.8, {JSON};q=0.8, application/json;q=0.8, text/csv;q=0.8, text/tab-separated-values;q=0.8", JSON),
    ("RDF4J 5 SPARQLProtocolSession", "ASK", f"{XML}, application/xml, {JSON}, application/json, text/boolean", JSON),
    ("RDF4J 5 SPARQLProtocolSession", "GRAPH", _RDF4J_GRAPH, TURTLE),
    ("dotNetRDF 3 SparqlQueryClient", "SELECT", f"{XML},{JSON},text/boolean,text/csv,text/comma-separated-values,text/tab-separated-values", JSON),
    ("dotNetRDF 3 SparqlQueryClient", "ASK", f"{XML},{JSON},text/boolean", JSON),
    ("dotNetRDF 3 SparqlQueryClient", "GRAPH", _DOTNETRDF_GRAPH, TURTLE),
    ("YASGUI 4 yasqe", "SELECT", f"{JSON},*/*;q=0.9", JSON),
    ("YASGUI 4 yasqe", "ASK", f"{JSON},*/*;q=0.9", JSON),
    ("YASGUI 4 yasqe", "GRAPH", "application/n-triples,*/*;q=0.9", "application/n-triples"),
    ("R SPARQL 1.16", "SELECT", XML, XML),
    ("R httr 1.4", "SELECT", _HTTR, "application/json"),
    ("R WikidataQueryServiceR 1.0", "SELECT", JSON, JSON),
    ("R rdflib 0.2 (raptor 2.0)", "GRAPH", _RAPTOR, TURTLE),
    ("Sesame 2.7, dotNetRDF 2 of TriG", "GRAPH", "application/x-trig", "application/x-trig"),
    ("Sesame 2.7, dotNetRDF 2 of N-Quads", "GRAPH", "text/x-nquads", "text/x-nquads"),
    ("redland 1.0", "GRAPH", "application/turtle", "application/turtle"),
    ("EasyRDF 1.1", "SELECT", f"{JSON},{XML};q=0.8,application/json;q=0.5", JSON),
    ("Python urllib, Excel, Power Query", "SELECT", None, JSON),
]  # fmt: skip
DEREFERENCING = [
    ("OWL API 5, Protégé 5.6", "/ns", _OWL_API, RDFXML),
    ("Jena 5 RDFDataMgr", "/id/org/netflix", "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,application/trig;q=0.9,application/n-quads;q=0.8,*/*;q=0.3", TURTLE),
    ("RDF4J 5 Repository.add", "/id/org/netflix", _RDF4J_GRAPH, TURTLE),
    ("raptor 2.0 (R rdflib)", "/id/org/netflix", _RAPTOR, TURTLE),
    ("dotNetRDF 3 UriLoader", "/ns", _DOTNETRDF_GRAPH, TURTLE),
    ("jsonld.js 9, PyLD 3", "/id/org/netflix", "application/ld+json, application/json", "application/ld+json"),
]  # fmt: skip


def _row(row: tuple[str, str, str | None, str]) -> Any:
    return pytest.param(*row[1:], id=f"{row[0]}-{row[1]}")


def _answer(client: httpx.Client, path: str, accept: str | None, query: str = "") -> httpx.Response:
    parameters = {"query": query} if query else {}
    request = client.build_request("GET", path, params=parameters)
    del request.headers["Accept"]
    if accept is not None:
        request.headers["Accept"] = accept
    return client.send(request, follow_redirects=True)


@pytest.mark.parametrize(("form", "accept", "media_type"), [_row(row) for row in QUERYING])
def test_a_query_is_answered_in_what_its_client_likes_best(
    client: httpx.Client, form: str, accept: str | None, media_type: str
) -> None:
    answer = _answer(client, "/sparql", accept, QUERIES[form])
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].partition(";")[0] == media_type
    assert answer.content


@pytest.mark.parametrize(("path", "accept", "media_type"), [_row(row) for row in DEREFERENCING])
def test_a_document_comes_in_what_its_client_likes_best(
    client: httpx.Client, path: str, accept: str | None, media_type: str
) -> None:
    answer = _answer(client, path, accept)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].partition(";")[0] == media_type
    form = RdfFormat.from_media_type(media_type)
    assert form == RdfFormat.JSON_LD or (form is not None and list(parse(answer.content, form)))
