"""
What a landing page tells machines besides its data: typed links (https://signposting.org/FAIR/),
and the words of search engines (https://schema.org/docs/datamodel.html).
"""

from collections.abc import Sequence

from flask import request
from pyoxigraph import NamedNode, Quad

from partage.rdf.namespaces import BASE, GRAPH, LICENSE, iri
from partage.resources.description.describe import describe
from partage.resources.description.profiles import FULL, Profile
from partage.resources.description.schema_org import SCHEMA, Json, downloads, structured
from partage.resources.ontology.term_reference import ONTOLOGY
from partage.sparql.protocol.service_description import SD
from partage.web.dataset import served_dataset
from partage.web.http.links import Link, links_in_release
from partage.web.views.resources.documents import Document


def document_links(shown: Document, profile: Profile = FULL) -> list[Link]:
    """Return the links of a document, in the release that the request is for."""
    return links_in_release(
        request.script_root, [*shown.links(served_dataset()), Link("profile", profile.iri)]
    )


def describes_link(shown: Document) -> list[Link]:
    """Return the link from data back to the document that they describe."""
    return links_in_release(request.script_root, [Link("describes", shown.address())])


def document_quads(resource: str, address: str) -> list[Quad]:
    """
    Return what the document at the path `address` tells of itself in RDF, the same in each release.

    That is its topic, its licence and its dataset (https://www.w3.org/TR/void/#backlinks), and of
    a graph that it is one; nothing where the dataset is none of ours.
    """
    if not served_dataset().is_partage:
        return []
    document, topic, dataset = (
        NamedNode(name) for name in (BASE.rstrip("/") + address, resource, BASE)
    )
    statements = [
        (document, "rdf:type", NamedNode(iri("foaf:Document"))),
        (document, "foaf:primaryTopic", topic),
        (document, "void:inDataset", dataset),
        *((document, "dct:license", NamedNode(name)) for name in _licences()),
    ]
    if resource.startswith(GRAPH):
        statements += [
            (topic, "rdf:type", NamedNode(SD + "Graph")),
            (topic, "dct:isPartOf", dataset),
        ]
    return [Quad(subject, NamedNode(iri(curie)), value) for subject, curie, value in statements]


def web_page_json(resource: str, address: str) -> list[Json]:
    """Return what `about` tells, in schema.org."""
    if not served_dataset().is_partage:
        return []
    return [
        {
            "@context": SCHEMA,
            "@type": "WebPage",
            "@id": BASE.rstrip("/") + address,
            "mainEntity": {"@id": resource},
            "license": list(_licences()),
            "isPartOf": {"@type": "Dataset", "@id": BASE},
        }
    ]


def _licences() -> tuple[str, ...]:
    return served_dataset().metadata.values("dct:license") or (LICENSE,)


def structured_data(shown: Document, reader: Sequence[str]) -> list[Json]:
    """Return what a document tells search engines."""
    address = request.url_root.rstrip("/") + shown.address()
    described = shown.description
    if described is None and shown.iri == ONTOLOGY:
        described = describe(served_dataset().engine, ONTOLOGY)
    if described is not None:
        found = structured(served_dataset().engine, described, reader, address)
        if files := downloads(shown.triples):
            found[0]["distribution"] = files
        return found
    return [
        {
            "@context": SCHEMA,
            "@type": shown.schema_type,
            "@id": shown.iri,
            "name": shown.iri.removeprefix(BASE),
            "isPartOf": {"@type": "Dataset", "@id": BASE},
            "mainEntityOfPage": address,
        }
    ]
