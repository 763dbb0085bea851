"""The home page."""

from flask import Blueprint, Response, render_template, request

from partage.rdf.namespaces import BASE, iri
from partage.resources.labels import labels
from partage.resources.rows import Writer
from partage.web import citing
from partage.web.negotiation import HTML, languages
from partage.web.representation import represent
from partage.web.site import site

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
    if here.of_partage and (cited := citing.asked(BASE, request.args.get("format"), [HTML])):
        return citing.answer(BASE, cited)
    writer = Writer(labels(here.engine, here.counts, reader))
    counts = [(writer.named(name), number) for name, number in here.counts.items()]
    figures = [
        (label, here.counts[iri(name)]) for name, label in FIGURES if iri(name) in here.counts
    ]
    page = render_template("home.html", counts=counts[:SHOWN_CLASSES], figures=figures)
    return represent(page.encode(), HTML)
