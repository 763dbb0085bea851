"""
The description of a release's files (DCAT 3, https://www.w3.org/TR/vocab-dcat-3/#Class:Distribution).

It stands beside the files and not in the dataset, which cannot hold the digest of a file that it is
itself in. Files are named by references that are relative to it, so that it stays true wherever the
directory is put. Checksums are those of SPDX (https://spdx.org/rdf/terms/).
"""

import re
from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from partage.rdf.namespaces import BASE, LICENSE, PREFIXES, RELEASES, SPDX, iri
from partage.releases.artefact import Artefact
from partage.releases.record import ReleaseRecord
from partage.resources.description.release_series import described
from partage.resources.downloads.dcat import MEDIA_TYPES as MEDIA

BESIDE = "beside:"  # stands for the place of this description until it is written
DATASET = NamedNode(BASE)
COPIED = frozenset(
    iri(name)
    for name in ("dct:description", "dct:creator", "dct:publisher", "dct:language")
)  # fmt: skip

MEDIA_TYPES: tuple[tuple[str, str], ...] = (
    (".nq", "application/n-quads"),
    (".ttl", "text/turtle"),
    (".jsonld", "application/ld+json"),
    (".csv", "text/csv"),
    (".parquet", "application/vnd.apache.parquet"),
)


def document(
    record: ReleaseRecord, dataset: Iterable[Quad], artefacts: Iterable[Artefact], page: str
) -> str:
    """Return the description, in Turtle, of a release and its files; `page` tells of it."""
    release = NamedNode(RELEASES + record.version)
    triples = [
        *_release(record, dataset),
        Triple(release, _name("foaf:page"), _beside(page)),
        *(triple for artefact in artefacts for triple in _file(release, artefact)),
    ]
    ordered = sorted(dict.fromkeys(triples), key=lambda triple: str(triple.subject))
    text = serialize(ordered, format=RdfFormat.TURTLE, prefixes={**PREFIXES, "spdx": SPDX})
    assert text is not None  # serialize without an output returns bytes
    body = text.decode("utf-8").replace(f"<{BESIDE}", "<")
    return _used_prefixes(body)


def _release(record: ReleaseRecord, dataset: Iterable[Quad]) -> Iterator[Triple]:
    """Yield what the record says, then the dataset, of the release, and who publishes it."""
    release = NamedNode(RELEASES + record.version)
    recorded = [quad.triple for quad in described(record)]
    known = {triple.predicate for triple in recorded}
    yield from recorded
    said = {quad.triple for quad in dataset if str(quad.subject).startswith(f"<{BASE}")}
    agents = {t.object for t in said if t.subject == DATASET and t.predicate.value in COPIED}
    for triple in sorted(said, key=str):
        if triple.subject in agents or (
            triple.subject == release and triple.predicate not in known
        ):
            yield triple
        elif triple.subject == DATASET and triple.predicate.value in COPIED:
            yield Triple(release, triple.predicate, triple.object)


def _file(release: NamedNode, artefact: Artefact) -> Iterator[Triple]:
    file = NamedNode(f"{release.value}#{artefact.name}")
    checksum = NamedNode(f"{file.value}-sha256")
    name = artefact.name.removesuffix(".gz")
    media = next(kind for ending, kind in MEDIA_TYPES if name.endswith(ending))
    yield Triple(release, _name("dcat:distribution"), file)
    yield Triple(file, _name("rdf:type"), _name("dcat:Distribution"))
    yield Triple(file, _name("dct:title"), Literal(artefact.name))
    yield Triple(file, _name("dct:license"), NamedNode(LICENSE))
    yield Triple(file, _name("dcat:accessURL"), release)
    yield Triple(file, _name("dcat:downloadURL"), _beside(artefact.name))
    yield Triple(file, _name("dcat:mediaType"), NamedNode(MEDIA + media))
    if name != artefact.name:
        gzip = NamedNode(MEDIA + "application/gzip")
        yield Triple(file, _name("dcat:compressFormat"), gzip)
    size = Literal(str(artefact.bytes), datatype=_name("xsd:nonNegativeInteger"))
    yield Triple(file, _name("dcat:byteSize"), size)
    yield Triple(file, NamedNode(SPDX + "checksum"), checksum)
    yield Triple(checksum, _name("rdf:type"), NamedNode(SPDX + "Checksum"))
    algorithm = NamedNode(SPDX + "checksumAlgorithm_sha256")
    yield Triple(checksum, NamedNode(SPDX + "algorithm"), algorithm)
    value = Literal(artefact.sha256, datatype=_name("xsd:hexBinary"))
    yield Triple(checksum, NamedNode(SPDX + "checksumValue"), value)


def _used_prefixes(turtle: str) -> str:
    """Leave out the prefixes that nothing is written with."""
    lines = turtle.splitlines(keepends=True)
    body = "".join(line for line in lines if not line.startswith("@prefix "))
    used = set(re.findall(r"(?:\s|\^)([a-z]+:)(?=\w)", body))
    return "".join([*(line for line in lines if {*line.split()[1:2]} & used), "\n", body.lstrip()])


def _beside(name: str) -> NamedNode:
    return NamedNode(BESIDE + name)


def _name(curie: str) -> NamedNode:
    return NamedNode(iri(curie))
