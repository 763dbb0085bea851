"""
What a landing page tells machines besides its data: typed links (https://signposting.org/FAIR/),
and the words of search engines (https://schema.org/docs/datamodel.html).
"""

from collections.abc import Mapping, Sequence

from flask import request

from partage.rdf.namespaces import BASE
from partage.resources.describe import describe
from partage.resources.profiles import Profile
from partage.resources.structured import SCHEMA, Json, downloads, structured
from partage.resources.terms import ONTOLOGY
from partage.web.documents import ABOUT_PAGE, Document
from partage.web.linking import Link, below
from partage.web.site import site


def links_of(told: Document, profile: Profile) -> list[Link]:
    """Return the links of a document, in the release that the request is for."""
    return below(request.script_root, [*told.links(site()), Link("profile", profile.iri)])


def plain_links(iri: str, kind: str, formats: Mapping[str, str]) -> list[Link]:
    """
    Return the links of what has no profiles: a statement, a release.

    `kind` is its schema.org type, `formats` are the addresses of its data by media type.
    """
    known = site().known
    links = [Link("canonical", iri), Link("cite-as", iri)]
    links += [Link("type", ABOUT_PAGE), Link("type", f"{SCHEMA}/{kind}")]
    links += [Link("license", name) for name in known.told("dct:license")]
    links += [Link("author", name) for name in known.told("dct:creator")]
    links.append(Link("collection", BASE))
    for rel in ("describedby", "alternate"):
        links += [Link(rel, address, kind) for kind, address in formats.items()]
    return below(request.script_root, links)


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
