"""
What a landing page tells machines besides its data: typed links (https://signposting.org/FAIR/),
and the words of search engines (https://schema.org/docs/datamodel.html).
"""

from collections.abc import Sequence

from flask import request

from partage.rdf.namespaces import BASE
from partage.resources.describe import describe
from partage.resources.profiles import FULL, Profile
from partage.resources.structured import SCHEMA, Json, downloads, structured
from partage.resources.terms import ONTOLOGY
from partage.web.documents import Document
from partage.web.linking import Link, below
from partage.web.site import site


def links_of(told: Document, profile: Profile = FULL) -> list[Link]:
    """Return the links of a document, in the release that the request is for."""
    return below(request.script_root, [*told.links(site()), Link("profile", profile.iri)])


def describing(told: Document) -> list[Link]:
    """Return the link from data back to the document that they describe."""
    return below(request.script_root, [Link("describes", told.address())])


def structured_of(told: Document, reader: Sequence[str]) -> list[Json]:
    """Return what a document tells search engines."""
    address = request.url_root.rstrip("/") + told.address()
    described = told.description
    if described is None and told.iri == ONTOLOGY:
        described = describe(site().engine, ONTOLOGY)
    if described is not None:
        found = structured(site().engine, described, reader, address)
        if files := downloads(told.triples):
            found[0]["distribution"] = files
        return found
    return [
        {
            "@context": SCHEMA,
            "@type": told.schema_type,
            "@id": told.iri,
            "name": told.iri.removeprefix(BASE),
            "isPartOf": {"@type": "Dataset", "@id": BASE},
            "mainEntityOfPage": address,
        }
    ]
