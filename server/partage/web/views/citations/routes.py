"""`/cite?iri=…`: the citation of anything, in any format, style and language."""

from flask import Blueprint, Response, render_template, request

from partage.citation.record_kinds import named
from partage.errors import ProtocolError, UnknownResource
from partage.rdf.sparql_terms import is_iri
from partage.web.http.links import Link, link_header
from partage.web.http.negotiation import HTML
from partage.web.http.representation import negotiated_media_type, represent
from partage.web.views.citations import negotiation

blueprint = Blueprint("cite", __name__, template_folder="templates")


@blueprint.get("/cite")
def cite() -> Response:
    """Cite what `iri` names; a browser gets a page with all formats."""
    iri = named(request.args.get("iri", ""))
    if not is_iri(iri):
        raise ProtocolError(
            "Give an IRI of ours, a CURIE such as c:c0026, or a path, as the parameter `iri`."
        )
    if cited := negotiation.preferred_citation(iri, None, [HTML]):
        return negotiation.citation_response(iri, cited)
    found = negotiation.citation_box(iri)
    if found is None:
        raise UnknownResource(iri)
    negotiated_media_type((HTML, *negotiation.MEDIA_TYPES))
    response = represent(render_template("cite.html", iri=iri).encode(), HTML)
    response.headers["Link"] = link_header([Link("cite-as", found.citation.url)])
    return response
