"""
What stands at addresses known beforehand (RFC 8615): the dataset's statistics at
`/.well-known/void` (https://www.w3.org/TR/void/#well-known), and each query example.
"""

from flask import Blueprint, Response, redirect, url_for
from pyoxigraph import BlankNode, NamedNode, Quad

from partage.errors import UnknownResource
from partage.rdf.formats import GRAPH_FORMATS
from partage.rdf.namespaces import BASE, iri
from partage.resources.description.describe import describe
from partage.store.embedded.quads_writing import write_quads
from partage.web.dataset import served_dataset
from partage.web.http.negotiation import HTML, format_of, media_types
from partage.web.http.representation import negotiated_media_type, represent
from partage.web.views.resources.routes import document_response

VOID = {"void": iri("void:triples").removesuffix("triples"), "void-ext": "http://ldf.fi/void-ext#"}
EXAMPLE_BASE = BASE + ".well-known/sparql-examples/"

blueprint = Blueprint("wellknown", __name__, url_prefix="/.well-known")


@blueprint.get("/void")
def void() -> Response:
    """Describe the dataset, with the endpoint it is asked at here."""
    media_type = negotiated_media_type(media_types(GRAPH_FORMATS, html=False))
    quads = served_dataset().statistics
    endpoint = NamedNode(url_for("sparql.endpoint", _external=True))
    dataset = NamedNode(BASE) if served_dataset().is_partage else BlankNode("dataset")
    description = [*quads, Quad(dataset, NamedNode(iri("void:sparqlEndpoint")), endpoint)]
    return represent(
        write_quads(description, format_of(media_type, GRAPH_FORMATS), VOID), media_type
    )


@blueprint.get("/sparql-examples/<name>")
def example(name: str) -> Response:
    """Describe one query example; a browser is sent to the query page with it."""
    described = describe(served_dataset().engine, EXAMPLE_BASE + name)
    if negotiated_media_type(media_types(GRAPH_FORMATS)) == HTML:
        texts = [v for p in ("select", "ask") for v in described.values(iri("sh:" + p))]
        if not texts:
            raise UnknownResource(EXAMPLE_BASE + name)
        query = str(getattr(texts[0], "value", ""))
        return redirect(url_for("sparql.endpoint", query=query), 303)  # type: ignore[return-value]
    return document_response(EXAMPLE_BASE + name, None)
