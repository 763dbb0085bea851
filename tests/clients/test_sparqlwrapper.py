"""SPARQLWrapper 2.0: each form of query in each of its formats, in each of its ways."""

import json
from typing import Any
from urllib.error import HTTPError

import pytest
import SPARQLWrapper as library  # noqa: N813  # the name of a module and a class
from pyoxigraph import RdfFormat, parse
from rdflib import Graph
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from partage.rdf.namespaces import ID

LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
QUERIES = {
    "SELECT": f"SELECT ?name {{ <{ID}org/netflix> <{LABEL}> ?name }} ORDER BY ?name",
    "ASK": "ASK { ?s ?p ?o }",
    "CONSTRUCT": f"CONSTRUCT WHERE {{ <{ID}org/netflix> <{LABEL}> ?name }}",
    "DESCRIBE": f"DESCRIBE <{ID}org/netflix>",
}
SOLUTIONS = {
    None: "application/sparql-results+xml",
    "JSON": "application/sparql-results+json",
    "XML": "application/sparql-results+xml",
    "CSV": "text/csv",
    "TSV": "text/tab-separated-values",
    # These do not fit: the library then accepts anything, and gets what it would get without them.
    "TURTLE": "application/sparql-results+json",
    "N3": "application/sparql-results+json",
    "RDF": "application/sparql-results+json",
    "RDFXML": "application/sparql-results+json",
    "JSONLD": "application/sparql-results+json",
}
GRAPHS = {
    None: "application/rdf+xml",
    "XML": "application/rdf+xml",
    "RDF": "application/rdf+xml",
    "RDFXML": "application/rdf+xml",
    "TURTLE": "text/turtle",
    "N3": "text/turtle",
    "JSONLD": "application/ld+json",
    "JSON": "application/ld+json",  # sent as `format=json` with `*/*`
    "CSV": "text/turtle",
    "TSV": "text/turtle",
}
WAYS = ("GET", "POST", "POSTDIRECTLY")
WANTED = [
    pytest.param(form, constant, media_type, id=f"{form}-{constant}")
    for form in QUERIES
    for constant, media_type in (SOLUTIONS if form in {"SELECT", "ASK"} else GRAPHS).items()
]
READ = {
    "application/rdf+xml": RdfFormat.RDF_XML,
    "text/turtle": RdfFormat.TURTLE,
    "application/ld+json": RdfFormat.JSON_LD,
}


def wrapper(endpoint: str, form: str, way: str = "GET") -> library.SPARQLWrapper:
    made = library.SPARQLWrapper(endpoint)
    made.setQuery(QUERIES[form])
    made.setMethod("GET" if way == "GET" else "POST")
    if way == "POSTDIRECTLY":
        made.setRequestMethod(library.POSTDIRECTLY)
    return made


# It warns of formats that do not fit a form.
@pytest.mark.filterwarnings("ignore:Format requested was:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:Sending Accept header:RuntimeWarning")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("form", "constant", "media_type"), WANTED)
def test_each_form_comes_in_each_format_in_each_way(
    endpoint: str, form: str, constant: str | None, media_type: str, way: str
) -> None:
    asking = wrapper(endpoint, form, way)
    if constant is not None:
        asking.setReturnFormat(getattr(library, constant))
    answer = asking.query().response
    assert answer.headers.get_content_type() == media_type
    _read(form, media_type, answer.read())


def _read(form: str, media_type: str, body: bytes) -> None:
    """Check that a body is the answer to a query, in its format."""
    if media_type in READ:
        names = {str(t.object) for t in parse(body, READ[media_type]) if t.predicate.value == LABEL}
        assert names == {'"Netflix"@en', '"Netflix"@fr'}
    elif form == "ASK":
        true = {
            "application/sparql-results+json": b'"boolean":true',
            "application/sparql-results+xml": b"<boolean>true</boolean>",
        }
        assert true.get(media_type, b"true") in body
    elif media_type == "application/sparql-results+json":
        assert len(json.loads(body)["results"]["bindings"]) == 2
    else:
        assert body.count(b"Netflix") == 2


# It makes a class of rdflib that rdflib has deprecated.
@pytest.mark.filterwarnings("ignore:.*ConjunctiveGraph:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("way", WAYS)
def test_what_it_converts_is_of_the_types_that_its_users_know(endpoint: str, way: str) -> None:
    asking = wrapper(endpoint, "SELECT", way)
    asking.setReturnFormat(library.JSON)
    assert [row["name"]["xml:lang"] for row in _rows(asking)] == ["en", "fr"]
    asking.setReturnFormat(library.CSV)
    assert asking.queryAndConvert() == b"name\r\nNetflix\r\nNetflix\r\n"
    for form in ("CONSTRUCT", "DESCRIBE"):
        asking = wrapper(endpoint, form, way)
        asking.setReturnFormat(library.RDFXML)
        assert isinstance(found := asking.queryAndConvert(), Graph)
        assert len(found) >= 2


def _rows(asking: library.SPARQLWrapper) -> list[Any]:
    found = asking.queryAndConvert()
    assert isinstance(found, dict)
    rows = found["results"]["bindings"]
    assert isinstance(rows, list)
    return rows


def test_a_format_that_only_the_parameter_names_does_not_veto_any(endpoint: str) -> None:
    asking = wrapper(endpoint, "CONSTRUCT")
    asking.setOnlyConneg(False)
    asking.setReturnFormat(library.RDFXML)
    for parameter in ("format", "output", "results"):
        asking.addParameter(parameter, "csv")
    assert asking.query().response.headers.get_content_type() == "application/rdf+xml"


def test_named_parameters_and_the_dataset_are_sent_along(endpoint: str) -> None:
    asking = wrapper(endpoint, "SELECT")
    asking.setReturnFormat(library.JSON)
    asking.addDefaultGraph("https://w3id.org/partage/graph/none")
    assert _rows(asking) == []


def test_a_malformed_query_raises_with_its_place(endpoint: str) -> None:
    asking = wrapper(endpoint, "SELECT")
    asking.setQuery("SELECT * { ?s }")
    with pytest.raises(QueryBadFormed, match="Line 1, column 15"):
        asking.query()


def test_an_update_is_refused(endpoint: str) -> None:
    asking = library.SPARQLWrapper(endpoint)
    asking.setQuery("INSERT DATA { <urn:a> <urn:b> <urn:c> }")
    asking.setMethod("POST")
    with pytest.raises(HTTPError, match="403"):
        asking.query()
