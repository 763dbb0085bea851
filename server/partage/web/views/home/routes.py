"""The home page: the landing page of the dataset; who wants data is sent to its document."""

from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from flask_babel import lazy_gettext as _

from partage.rdf.formats import GRAPH_FORMATS
from partage.rdf.namespaces import BASE, iri
from partage.resources.browse.facets import narrowed
from partage.resources.description.profiles import FULL
from partage.resources.identifiers import document
from partage.resources.labels import labels
from partage.resources.pages.term_texts import TermWriter
from partage.resources.pictures.flow_map import FlowMap, partners
from partage.web.dataset import served_dataset
from partage.web.http import language
from partage.web.http.links import Link
from partage.web.http.negotiation import HTML, media_types
from partage.web.http.representation import (
    negotiated_media_type,
    redirect_with_query,
    respond,
)
from partage.web.views.citations import negotiation
from partage.web.views.pictures.choices import requested_choices
from partage.web.views.resources.document_metadata import document_links, structured_data
from partage.web.views.resources.documents import CORRECTIONS, find_document
from partage.web.views.template_fragments import fragment

SHOWN_CLASSES = 12
FIGURES = (
    ("ds:Claim", _("claims"), "/browse/claims"),
    ("ds:Source", _("sources"), "/browse/sources"),
    ("ds:Organization", _("organizations"), "/browse/organizations"),
    ("ds:DataFlow", _("data flows"), "/browse/flows"),
    ("ds:DataSharingAgreement", _("agreements"), "/browse/agreements"),
    ("ds:ContestedClaim", _("contested claims"), "/browse/claims?contested=yes"),
)

blueprint = Blueprint("pages", __name__, template_folder="templates")


@blueprint.get("/")
def home() -> Response:
    """Say what this is, how much of it there is, and where to begin."""
    reader = language.reader_languages()
    dataset = served_dataset()
    if dataset.is_partage and (elsewhere := _data_response()):
        return elsewhere
    writer = TermWriter(labels(dataset.engine, dataset.class_counts, reader))
    counts = [(writer.named(name), number) for name, number in dataset.class_counts.items()]
    figures = [
        (label, dataset.class_counts[iri(name)], href)
        for name, label, href in FIGURES
        if iri(name) in dataset.class_counts
    ]
    links: list[Link] = []
    context: dict[str, object] = {}
    if dataset.is_partage:
        landing = find_document(dataset, BASE, document(BASE), 1, request.url_root)
        links = document_links(landing, FULL)
        context |= {"iri": BASE, "links": links, "structured": structured_data(landing, reader)}
        if dataset.is_in_memory:
            context["flow_picture"] = _flow_picture(dataset.flow_map(reader))
    body = render_template(
        "home.html", counts=counts[:SHOWN_CLASSES], figures=figures, **context
    ).encode()
    return respond(body, HTML, modified=dataset.metadata.issued, links=links)


def _flow_picture(found: FlowMap) -> str:
    """Return the picture of the flows, with its form and its table."""
    keys, values = requested_choices(found.choices)

    def context() -> dict[str, object]:
        shown = narrowed(found.flows, values)
        return {
            "flow_map": found,
            "flows": shown,
            "partners": partners(shown),
            "chosen": keys,
            "picture_query": urlencode(keys),
        }

    return fragment("flow_picture.html", context, keys)


@blueprint.get(CORRECTIONS)
def corrections() -> Response:
    """Tell readers how to report a fault, and how to mend it."""
    body = render_template("corrections.html", contact=served_dataset().settings.contact).encode()
    return respond(body, HTML)


def _data_response() -> Response | None:
    """Return the citation of the dataset, or where its data are, for who asks for either."""
    offers = [HTML, *media_types(GRAPH_FORMATS, html=False)]
    if cited := negotiation.preferred_citation(BASE, None, offers):
        return negotiation.citation_response(BASE, cited)
    offers += negotiation.citation_media_types(BASE)
    if negotiated_media_type(offers) == HTML:
        return None
    return redirect_with_query(str(document(BASE)))
