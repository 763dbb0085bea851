"""
What a catalogue wants to know of the dataset beyond what it says of itself: the files and the
service (DCAT 3, https://www.w3.org/TR/vocab-dcat-3/).
"""

from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from partage.rdf.formats import by_path
from partage.rdf.namespaces import BASE, SPDX, iri
from partage.releases.artefact import Artefact

VCARD = "http://www.w3.org/2006/vcard/ns#"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"


def distributions(artefacts: Iterable[Artefact], host: str) -> list[Quad]:
    """Return the files below `host` as distributions of the dataset, and its endpoint."""
    dataset, service = NamedNode(BASE), NamedNode(BASE + "sparql")
    quads = [
        Quad(service, NamedNode(iri("rdf:type")), NamedNode(iri("dcat:DataService"))),
        Quad(service, NamedNode(iri("dcat:endpointURL")), NamedNode(host + "sparql")),
        Quad(service, NamedNode(iri("dcat:servesDataset")), dataset),
    ]
    for artefact in artefacts:
        quads += _distribution(dataset, artefact, host)
    return quads


def contact(address: str) -> list[Quad]:
    """Return whom to write to about the dataset: nobody, where there is no address."""
    if not address:
        return []
    card, told = BlankNode("contact"), "hasEmail" if address.startswith("mailto:") else "hasURL"
    return [
        Quad(NamedNode(BASE), NamedNode(iri("dcat:contactPoint")), card),
        Quad(card, NamedNode(iri("rdf:type")), NamedNode(VCARD + "Kind")),
        Quad(card, NamedNode(VCARD + told), NamedNode(address)),
    ]


def _distribution(dataset: NamedNode, artefact: Artefact, host: str) -> list[Quad]:
    path = "download/" + artefact.name
    node, checksum = NamedNode(BASE + path), BlankNode("sha256-" + artefact.sha256[:16])
    fmt = by_path(Path(artefact.name))
    facts: list[tuple[NamedNode, str, NamedNode | Literal]] = [
        (dataset, "dcat:distribution", node),
        (node, "rdf:type", NamedNode(iri("dcat:Distribution"))),
        (node, "dct:title", Literal(artefact.name)),
        (node, "dcat:downloadURL", NamedNode(host + path)),
        (node, "dcat:byteSize", Literal(str(artefact.bytes), datatype=_xsd("nonNegativeInteger"))),
    ]
    if fmt is not None:
        facts.append((node, "dcat:mediaType", NamedNode(MEDIA_TYPES + fmt.media_type)))
    quads = [Quad(subject, NamedNode(iri(name)), value) for subject, name, value in facts]
    if not artefact.sha256:
        return quads
    return [
        *quads,
        Quad(node, NamedNode(SPDX + "checksum"), checksum),
        Quad(checksum, NamedNode(SPDX + "algorithm"), NamedNode(SPDX + "checksumAlgorithm_sha256")),
        Quad(checksum, NamedNode(SPDX + "checksumValue"),
             Literal(artefact.sha256, datatype=_xsd("hexBinary"))),
    ]  # fmt: skip


def _xsd(name: str) -> NamedNode:
    return NamedNode(iri("xsd:" + name))
