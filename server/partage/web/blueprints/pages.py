"""The home page: the landing page of the dataset; who wants data is sent to its document."""

from flask import Blueprint, Response, render_template, request

from partage.rdf.formats import GRAPH_FORMATS
from partage.rdf.namespaces import BASE, iri
from partage.resources.identifiers import document
from partage.resources.labels import labels
from partage.resources.profiles import FULL
from partage.resources.rows import Writer
from partage.web import citing
from partage.web.documents import CORRECTIONS, find
from partage.web.landing import links_of, structured_of
from partage.web.linking import Link, header
from partage.web.negotiation import HTML, languages, media_types, negotiate
from partage.web.representation import represent, send_on
from partage.web.site import site
from partage.web.validators import tag_of_bytes, validate

SHOWN_CLASSES = 12
FIGURES = (
    ("ds:Claim", "claims"),
    ("ds:Source", "sources"),
    ("ds:Organization", "organizations"),
    ("ds:DataFlow", "data flows"),
    ("ds:DataSharingAgreement", "agreements"),
    ("ds:ContestedClaim", "contested claims"),
)

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def home() -> Response:
    """Say what this is, how much of it there is, and where to begin."""
    reader = languages(request.headers.get("Accept-Language"), request.args.get("lang"))
    here = site()
    if here.of_partage and (elsewhere := _elsewhere()):
        return elsewhere
    writer = Writer(labels(here.engine, here.counts, reader))
    counts = [(writer.named(name), number) for name, number in here.counts.items()]
    figures = [
        (label, here.counts[iri(name)]) for name, label in FIGURES if iri(name) in here.counts
    ]
    links: list[Link] = []
    more: dict[str, object] = {}
    if here.of_partage:
        told = find(here, BASE, document(BASE), 1, request.url_root)
        links = links_of(told, FULL)
        more = {"iri": BASE, "links": links, "structured": structured_of(told, reader)}
    body = render_template(
        "home.html", counts=counts[:SHOWN_CLASSES], figures=figures, **more
    ).encode()
    response = validate(represent(body, HTML), tag_of_bytes(body), here.known.issued)
    response.vary.add("Accept-Language")
    if links:
        response.headers["Link"] = header(links)
    return response


@blueprint.get(CORRECTIONS)
def corrections() -> Response:
    """Tell readers how to report a fault, and how to mend it."""
    body = render_template("corrections.html", contact=site().settings.contact).encode()
    return validate(represent(body, HTML), tag_of_bytes(body), None)


def _elsewhere() -> Response | None:
    """Return the citation of the dataset, or where its data are, for who asks for either."""
    offers = [HTML, *media_types(GRAPH_FORMATS, html=False)]
    wish = request.args.get("_mediatype") or request.args.get("format")
    if cited := citing.asked(BASE, wish, offers):
        return citing.answer(BASE, cited)
    offers += citing.offers(BASE)
    if negotiate(request.headers.get("Accept"), offers, wish) == HTML:
        return None
    return send_on(str(document(BASE)))
