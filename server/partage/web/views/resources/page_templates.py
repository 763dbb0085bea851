"""The pages of things by kind: which template tells of which class, and what it is given."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from flask import render_template, request
from pyoxigraph import NamedNode

from partage.errors import CanonicalFormError, UnknownResource
from partage.rdf.namespaces import iri
from partage.resources.description.describe import Description
from partage.resources.description.nanopublications import of_version
from partage.resources.identifiers import document
from partage.resources.labels import labels
from partage.resources.pages.argument import ArgumentGraph, argument, neighbourhood
from partage.resources.pages.claim import claim_page
from partage.resources.pages.models import (
    agreement_page,
    concept_page,
    flow_page,
    organization_page,
    passage_page,
    source_page,
)
from partage.resources.pages.resource import resource_page
from partage.resources.pages.summaries import Summarizer
from partage.resources.pages.term_texts import TYPE, TermText, TermWriter
from partage.web.dataset import served_dataset
from partage.web.views.resources.documents import Document

# Under one property, a page that tells things in words lists so many statements; where there are
# more than a page of links, it leaves them to the pages of statements, from `?page=1` on.
MOST_VALUES = 12
# What a nanopublication tells of its record: by whom, and when.
RECORDED_PROPERTIES = ("prov:wasAttributedTo", "dct:created")


@dataclass(frozen=True, slots=True)
class PageTemplate:
    """A kind of thing: its template, what this tells of a thing, and the picture on it."""

    template: str
    model: Callable[[Summarizer, str], object]
    graph: Callable[[Summarizer, str], ArgumentGraph] | None = None

    def render(self, shown: Document, reader: tuple[str, ...], common: dict[str, object]) -> str:
        """Return the page of a thing of this kind."""
        assert shown.description is not None
        summarizer = served_dataset().summarizer(reader, shown.iri)
        engine = served_dataset().engine
        if self is CLAIM:
            claim = claim_page(engine, shown.description, reader)[0]
            common |= {"claim": claim, **_attribution_chain(summarizer, shown.iri, claim.version)}
        return render_template(
            self.template,
            page=resource_page(
                engine, shown.description, reader, 0 if shown.is_truncated else MOST_VALUES
            ),
            thing=self.model(summarizer, shown.iri),
            facts_cut=summarizer.facts.cut,
            picture=self.graph(summarizer, shown.iri) if self.graph else None,
            **common,
        )


CLAIM = PageTemplate("claim.html", Summarizer.claim, argument)
ORGANIZATION = PageTemplate("organization.html", organization_page, neighbourhood)
CONCEPT = PageTemplate("concept.html", concept_page)
# The first class that a thing is of decides.
TEMPLATES_BY_CLASS = {
    "ds:Claim": CLAIM,
    "ds:DataSharingAgreement": PageTemplate("agreement.html", agreement_page),
    "ds:DataFlow": PageTemplate("flow.html", flow_page),
    "ds:Source": PageTemplate("source.html", source_page),
    "ds:Passage": PageTemplate("passage.html", passage_page),
    "ds:Party": ORGANIZATION,
    "ds:Organization": ORGANIZATION,
    "ds:PlatformOperator": ORGANIZATION,
    "skos:Concept": CONCEPT,
    "ds:DataCategory": CONCEPT,
}


def page_template_of(description: Description) -> PageTemplate | None:
    """Return the kind of a described thing, None where its statements are all there is to tell."""
    if not served_dataset().is_partage or "page" in request.args:
        return None
    classes = description.values(TYPE)
    return next(
        (kind for curie, kind in TEMPLATES_BY_CLASS.items() if NamedNode(iri(curie)) in classes),
        None,
    )


def _attribution_chain(
    summarizer: Summarizer, claim: str, version: TermText | None
) -> dict[str, object]:
    """Return the steps of attribution after who says so, and the address that is a digest."""
    engine = served_dataset().engine
    found = None
    with suppress(UnknownResource, CanonicalFormError):
        found = of_version(engine, version.name) if version else None
    recorded: dict[str, list[str]] = {iri(name): [] for name in RECORDED_PROPERTIES}
    for quad in found.quads if found else ():
        if quad.predicate.value in recorded:
            recorded[quad.predicate.value].append(str(getattr(quad.object, "value", "")))
    recorders, dates = recorded.values()
    write = TermWriter(labels(engine, recorders, summarizer.languages))
    steps = {
        "works": summarizer.of(claim, "ds:citesWork"),
        "through": summarizer.of(claim, "prov:wasDerivedFrom", "oa:hasSource", "ds:citedThrough"),
        "editors": tuple(map(write.named, recorders)),
    }
    return {
        "chain": [(step, values) for step, values in steps.items() if values],
        "recorded": next(iter(dates), None),
        "trusty": found.iri if found else None,
        "trusty_href": document(found.iri) if found else None,
    }
