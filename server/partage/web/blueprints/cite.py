"""`/cite?iri=…`: the citation of anything, in any format, style and language."""

from flask import Blueprint, Response, render_template, request

from partage.citation.kinds import named
from partage.errors import ProtocolError, UnknownResource
from partage.rdf.terms import is_iri
from partage.web import citing
from partage.web.negotiation import HTML
from partage.web.representation import chosen, represent

blueprint = Blueprint("cite", __name__)


@blueprint.get("/cite")
def cite() -> Response:
    """Cite what `iri` names; a browser gets a page with all formats."""
    iri = named(request.args.get("iri", ""))
    if not is_iri(iri):
        raise ProtocolError(
            "Give an IRI of ours, a CURIE such as c:c0026, or a path, as the parameter `iri`."
        )
    if cited := citing.asked(iri, None, [HTML]):
        return citing.answer(iri, cited)
    if citing.box(iri) is None:
        raise UnknownResource(iri)
    chosen((HTML, *citing.MEDIA_TYPES))
    response = represent(render_template("cite.html", iri=iri).encode(), HTML)
    response.vary.add("Accept-Language")
    return response
