"""Things, and the documents about them (Cool URIs, https://www.w3.org/TR/cooluris/#r303gendocument)."""

from collections.abc import Sequence

from flask import Blueprint, Response, redirect, render_template, request
from pyoxigraph import Quad

from partage.errors import ProtocolError, UnknownResource
from partage.rdf.formats import GRAPH_FORMATS, Format
from partage.rdf.namespaces import BASE, GRAPH
from partage.resources.claims import claim_page, is_claim
from partage.resources.describe import Description, describe, graph_contents
from partage.resources.identifiers import document, iri_of, is_iri, split
from partage.resources.labels import labels
from partage.resources.pages import resource_page
from partage.resources.rows import Value, Writer
from partage.resources.terms import ONTOLOGY, term_sections
from partage.store.engine import Engine
from partage.store.writing import write
from partage.web import citing
from partage.web.negotiation import HTML, format_of, languages, media_types, negotiate
from partage.web.representation import represent
from partage.web.site import site

SAMPLE = 100

blueprint = Blueprint("resources", __name__)


@blueprint.get("/id/<path:local>")
@blueprint.get("/voc/<path:local>")
@blueprint.get("/graph/<path:local>")
@blueprint.get("/ns")
def thing(local: str = "") -> Response:  # noqa: ARG001  # the path is read whole
    """Send a thing's visitor on to the document about it, whatever format is wanted."""
    path = document(BASE + request.path.removeprefix("/"))
    if path is None:
        raise UnknownResource(BASE + request.path.removeprefix("/"))
    query = "?" + request.query_string.decode("ascii", "ignore") if request.query_string else ""
    response = redirect(path + query, 303)
    response.vary.add("Accept")
    return response  # type: ignore[return-value]  # Flask's redirect makes a Flask response


@blueprint.get("/doc/<path:local>")
def page(local: str) -> Response:
    """Describe one of our resources, in the format of the suffix or of `Accept`."""
    path, suffix = citing.split("/doc/" + local) or split("/doc/" + local)
    iri = iri_of(path)
    if iri is None:
        raise UnknownResource(BASE + "id/" + local)
    return _document(iri, suffix or request.args.get("format"), path)


@blueprint.get("/resource")
def any_resource() -> Response:
    """Describe any resource that the dataset knows, whoever named it: `/resource?iri=…`."""
    iri = request.args.get("iri", "")
    if not is_iri(iri):
        raise ProtocolError("Give the absolute IRI of a resource as the parameter `iri`.")
    return _document(iri, request.args.get("format"), None)


def _document(iri: str, wish: str | None, path: str | None) -> Response:
    reader = languages(request.headers.get("Accept-Language"), request.args.get("lang"))
    versioned = iri.startswith(BASE + "id/claim/") and iri.count("/", len(BASE)) == 3
    formats = _trig_first() if versioned else GRAPH_FORMATS
    if cited := citing.asked(iri, wish, media_types(formats)):
        return citing.answer(iri, cited)
    offers = [*media_types(formats), *citing.offers(iri)]
    chosen = negotiate(request.headers.get("Accept"), offers, wish)
    if chosen == HTML:
        response = represent(_html(iri, reader, path).encode(), HTML)
        response.vary.add("Accept-Language")
        return response
    return represent(_rdf(iri, format_of(chosen, formats)), chosen)


def _trig_first() -> Sequence[Format]:
    """Return the formats for what is several graphs: one that has graphs comes first."""
    return sorted(GRAPH_FORMATS, key=lambda fmt: fmt.key != "trig")


def _rdf(iri: str, fmt: Format) -> bytes:
    engine = site().engine
    if iri == ONTOLOGY:
        iri = GRAPH + "ontology"
    description = _described(engine, iri)
    if description is None:
        return write(graph_contents(engine, iri), fmt)
    return write(description.quads(), fmt)


def _html(iri: str, reader: Sequence[str], path: str | None) -> str:
    engine = site().engine
    common = {"iri": iri, "path": path, "language": reader[0]}
    if iri == ONTOLOGY and (sections := term_sections(engine, reader)):
        return render_template("ontology.html", sections=sections, **common)
    description = _described(engine, iri)
    if description is None:
        contents = graph_contents(engine, iri)
        return render_template(
            "graph.html", size=len(contents), sample=_sample(contents, reader), **common
        )
    general = resource_page(engine, description, reader)
    if is_claim(description):
        return render_template(
            "claim.html", claim=claim_page(engine, description, reader)[0], page=general, **common
        )
    publication = description.is_publication
    return render_template("resource.html", page=general, publication=publication, **common)


def _described(engine: Engine, iri: str) -> Description | None:
    """Return the description of a resource; None where the IRI names a graph and nothing else."""
    if iri.startswith(GRAPH):
        return None
    try:
        return describe(engine, iri)
    except UnknownResource:
        return None  # whoever asks for the graph's contents hears if there is no graph either


def _sample(contents: Sequence[Quad], reader: Sequence[str]) -> list[tuple[Value, ...]]:
    """Return the first triples of a graph as values to show."""
    triples = [(quad.subject, quad.predicate, quad.object) for quad in contents[:SAMPLE]]
    names = {str(getattr(term, "value", "")) for triple in triples for term in triple}
    writer = Writer(labels(site().engine, names, reader))
    return [tuple(writer.value(term) for term in triple) for triple in triples]
