"""
The files of a frozen release: the dataset, its current view in other formats, tables, release
notes, a description (DCAT 3, https://www.w3.org/TR/vocab-dcat-3/) and checksums.

They are made from the archive alone, hold no time of their making, and are never committed: the
same release makes the same bytes.
"""

import gzip
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from partage.errors import SettingsError
from partage.pipeline import tables
from partage.rdf.formats import GRAPH_FORMATS
from partage.rdf.namespaces import LICENSE, PREFIXES, iri
from partage.releases import archive, diff, notes
from partage.releases.catalog import Catalog
from partage.releases.record import NAME, Record
from partage.resources.releases import RELEASES, SPDX, described
from partage.store.columnar import available
from partage.store.writing import write

SUMS, DESCRIPTION, NOTES = "SHA256SUMS", "dcat.ttl", "release-notes.md"
MEDIA_TYPES = {
    ".nq.gz": "application/n-quads",
    ".ttl.gz": "text/turtle",
    ".jsonld.gz": "application/ld+json",
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".md": "text/markdown",
    ".json": "application/json",
}
IANA = "https://www.iana.org/assignments/media-types/"
HEX = NamedNode(iri("xsd:hexBinary"))
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class _Release:
    catalog: Catalog
    record: Record
    text: str
    quads: list[Quad]

    @property
    def view(self) -> list[Quad]:
        return [quad for quad in self.quads if isinstance(quad.graph_name, DefaultGraph)]


def export(
    catalog: Catalog, version: str, directory: Path, progress: Progress = archive.silent
) -> list[Path]:
    """
    Write a release's files into a new or empty directory; return them in the order of their names.

    Raises
    ------
    UnknownRelease
        There is no such release.
    SettingsError
        The directory holds something already, or cannot be written.
    IntegrityError
        The archive is damaged.
    """
    record = catalog.find(version)
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise SettingsError(f"{directory} is there already and not empty: name a new directory.")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        text = archive.restore(catalog, version)
        release = _Release(catalog, record, text, archive.quads(archive.lines(text)))
        for done, (name, step) in enumerate(STEPS):
            progress(name, done, len(STEPS))
            step(release, directory)
    except OSError as error:
        raise SettingsError(f"{directory} cannot be written: {error.strerror}.") from error
    return sorted(directory.iterdir())


def _dataset(release: _Release, directory: Path) -> None:
    _compressed(directory / "dataset.nq.gz", release.text.encode("utf-8"))
    (directory / NAME).write_text(release.record.to_json(), encoding="utf-8")


def _view(key: str, release: _Release, directory: Path) -> None:
    fmt = next(fmt for fmt in GRAPH_FORMATS if fmt.key == key)
    _compressed(directory / f"current-view.{key}.gz", write(release.view, fmt, PREFIXES))


def _tables(release: _Release, directory: Path) -> None:
    for table in tables.tables(release.view):
        text = tables.as_csv(table)
        (directory / f"{table.name}.csv").write_bytes(text.encode("utf-8"))
        if available():
            tables.as_parquet(table, directory / f"{table.name}.parquet")


def _notes(release: _Release, directory: Path) -> None:
    before = release.record.previous
    title = f"# Partage {release.record.version}\n\n"
    if before is None:
        text = f"The first release: {release.record.quads:,} quads.\n"
    else:
        old = archive.restored_quads(release.catalog, before)
        text = notes.as_markdown(_changed(old, release.quads))
    (directory / NOTES).write_text(title + text, encoding="utf-8")


def _changed(old: list[Quad], new: list[Quad]) -> diff.Difference:
    return replace(diff.diff(old, new), examples=diff.examples(old, new))


def _description(release: _Release, directory: Path) -> None:
    quads = described(release.record)
    for path in sorted(directory.iterdir()):
        quads += _distribution(release.record, path)
    turtle = next(fmt for fmt in GRAPH_FORMATS if fmt.key == "ttl")
    (directory / DESCRIPTION).write_bytes(write(quads, turtle, {"spdx": SPDX}))


def _sums(_: _Release, directory: Path) -> None:
    lines = [f"{_sha256(path)}  {path.name}\n" for path in sorted(directory.iterdir())]
    (directory / SUMS).write_text("".join(lines), encoding="ascii")


STEPS: tuple[tuple[str, Callable[[_Release, Path], None]], ...] = (
    ("dataset", _dataset),
    ("Turtle", partial(_view, "ttl")),
    ("JSON-LD", partial(_view, "jsonld")),
    ("tables", _tables),
    ("release notes", _notes),
    ("description", _description),
    ("checksums", _sums),
)


def _distribution(record: Record, path: Path) -> Iterable[Quad]:
    """Yield a file's description; its IRI is that of its release and its name."""
    release = NamedNode(RELEASES + record.version)
    node = NamedNode(f"{release.value}/download/{path.name}")
    digest = NamedNode(node.value + "#sha256")
    suffix = next((each for each in MEDIA_TYPES if path.name.endswith(each)), "")
    facts: list[tuple[NamedNode, str, NamedNode | Literal]] = [
        (release, iri("dcat:distribution"), node),
        (node, iri("rdf:type"), NamedNode(iri("dcat:Distribution"))),
        (node, iri("dct:title"), Literal(path.name)),
        (node, iri("dct:license"), NamedNode(LICENSE)),
        (node, iri("dcat:downloadURL"), node),
        (node, iri("dcat:mediaType"), NamedNode(IANA + MEDIA_TYPES[suffix])),
        (node, iri("dcat:byteSize"), Literal(path.stat().st_size)),
        (node, SPDX + "checksum", digest),
        (digest, iri("rdf:type"), NamedNode(SPDX + "Checksum")),
        (digest, SPDX + "algorithm", NamedNode(SPDX + "checksumAlgorithm_sha256")),
        (digest, SPDX + "checksumValue", Literal(_sha256(path), datatype=HEX)),
    ]
    if path.name.endswith(".gz"):
        facts.append((node, iri("dcat:compressFormat"), NamedNode(IANA + "application/gzip")))
    return (Quad(subject, NamedNode(predicate), value) for subject, predicate, value in facts)


def _sha256(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _compressed(path: Path, data: bytes) -> None:
    path.write_bytes(gzip.compress(data, compresslevel=9, mtime=0))
