"""
Releases as data: a series of datasets (DCAT 3, https://www.w3.org/TR/vocab-dcat-3/#dataset-series),
from their records alone.
"""

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Quad

from partage.rdf.namespaces import BASE, LICENSE, RELEASES, SPDX, iri
from partage.releases.catalog import Catalog
from partage.releases.record import ReleaseRecord

MOMENT = NamedNode(iri("xsd:dateTime"))
HEX = NamedNode(iri("xsd:hexBinary"))


def listed(catalog: Catalog) -> list[Quad]:
    """Return the series with all its releases."""
    series = NamedNode(BASE)
    found = [Quad(series, NamedNode(iri("rdf:type")), NamedNode(iri("dcat:DatasetSeries")))]
    for record in catalog:
        found += described(record)
    if catalog.newest is not None:
        last = NamedNode(RELEASES + catalog.newest.version)
        found.append(Quad(series, NamedNode(iri("dcat:last")), last))
    return found


def before(ontology: str, records: Iterable[ReleaseRecord]) -> ReleaseRecord | None:
    """Return the last release with another version of the ontology than this one."""
    others = [record for record in records if record.ontology != ontology]
    return others[-1] if others else None


def ontology_history(earlier: ReleaseRecord | None, now: ReleaseRecord | None) -> list[Quad]:
    """Return which version of the ontology went before, and where the changes are told."""
    if earlier is None:
        return []
    name = NamedNode(BASE + "ns")
    prior = NamedNode(f"{BASE}ns/{earlier.ontology}")
    found = [Quad(name, NamedNode(iri("owl:priorVersion")), prior)]
    if now is not None:
        found.append(
            Quad(name, NamedNode(iri("rdfs:seeAlso")), changes(earlier.version, now.version))
        )
    return found


def changes(earlier: str, version: str) -> NamedNode:
    """Return the IRI of what changed from a release to another."""
    return NamedNode(f"{RELEASES}{earlier}/diff/{version}")


def described(record: ReleaseRecord, endpoint: str | None = None) -> list[Quad]:
    """Return what the record of a release says; `endpoint` answers queries about it."""
    name = NamedNode(RELEASES + record.version)
    digest = NamedNode(RELEASES + record.version + "#rdfc10")
    facts: list[tuple[str, NamedNode | Literal]] = [
        (iri("rdf:type"), NamedNode(iri("dcat:Dataset"))),
        (iri("rdf:type"), NamedNode(iri("void:Dataset"))),
        (iri("dct:title"), Literal(f"Partage, release {record.version}", language="en")),
        (iri("dct:title"), Literal(f"Partage, version {record.version}", language="fr")),
        (iri("dct:issued"), Literal(record.issued.isoformat(), datatype=MOMENT)),
        (iri("dct:license"), NamedNode(LICENSE)),
        (iri("dcat:version"), Literal(record.version)),
        (iri("dcat:inSeries"), NamedNode(BASE)),
        (iri("dct:isVersionOf"), NamedNode(BASE)),
        (iri("dct:conformsTo"), NamedNode(f"{BASE}ns/{record.ontology}")),
        (iri("schema:size"), Literal(f"{record.quads} quads")),
        (SPDX + "checksum", digest),
    ]
    if record.previous is not None:
        facts.append((iri("dcat:prev"), NamedNode(RELEASES + record.previous)))
        facts.append((iri("rdfs:seeAlso"), changes(record.previous, record.version)))
    if endpoint is not None:
        facts.append((iri("void:sparqlEndpoint"), NamedNode(endpoint)))
    checksum: list[tuple[str, NamedNode | Literal]] = [
        (iri("rdf:type"), NamedNode(SPDX + "Checksum")),
        (SPDX + "algorithm", NamedNode(SPDX + "checksumAlgorithm_sha256")),
        (SPDX + "checksumValue", Literal(record.rdfc10, datatype=HEX)),
        (iri("dct:conformsTo"), NamedNode("https://www.w3.org/TR/rdf-canon/")),
    ]
    return [
        *(Quad(name, NamedNode(p), o) for p, o in facts),
        *(Quad(digest, NamedNode(p), o) for p, o in checksum),
    ]
