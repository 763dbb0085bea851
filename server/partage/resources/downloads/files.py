"""
The files of a release: the dataset for machines, tables for people, and what tells of both.

All are made from the release's canonical N-Quads (`partage.releases.archive`) and hold no time of
day: the same release gives the same bytes, for as long as pyoxigraph and pyarrow write the same.
"""

import gzip
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pyoxigraph import DefaultGraph, Quad, RdfFormat, serialize

from partage import __version__
from partage.errors import EngineUnavailable, SettingsError
from partage.rdf.namespaces import PREFIXES
from partage.releases import archive, diff, notes
from partage.releases.artefact import Artefact
from partage.releases.catalog import Catalog
from partage.releases.descriptions import dataset_contents
from partage.releases.record import RECORD_FILE, ReleaseRecord
from partage.resources.downloads import distributions, tables
from partage.store.embedded import columnar
from partage.store.release_stores.directories import created_atomically

NOTES, DESCRIPTION, SUMS = "RELEASE-NOTES.md", "dcat.ttl", "SHA256SUMS"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DumpFile:
    """One file: its name, and what makes its bytes."""

    name: str
    make: Callable[[], bytes]


def export(
    catalog: Catalog,
    version: str,
    directory: Path,
    progress: archive.Progress = archive.silent,
) -> list[Path]:
    """
    Write a release's files into a new or empty directory; return their paths.

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
    progress(f"restore {version}", 0, 1)
    text = archive.restore(catalog, version)
    before = archive.restored_quads(catalog, record.previous) if record.previous else None
    quads = archive.parse_nquads(archive.lines(text))
    made = [
        *dumps(text, quads, before),
        DumpFile(RECORD_FILE, lambda: record.to_json().encode("utf-8")),
    ]
    paths = []
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for done, dump in enumerate(made):
            progress(dump.name, done, len(made) + 1)
            paths.append(_write(directory / dump.name, dump.make()))
        progress("description and checksums", len(made), len(made) + 1)
        return paths + _described(directory, record, quads, paths)
    except OSError as error:
        raise SettingsError(f"{directory} cannot be written: {error.strerror}.") from error


class ReleaseFiles:
    """The files of all releases: made when one's are first asked for, and kept."""

    def __init__(self, catalog: Catalog, directory: Path) -> None:
        self._catalog = catalog
        self._directory = directory.absolute()
        self._making = threading.Lock()

    def of(self, version: str) -> Path:
        """
        Return the directory that holds a release's files.

        Raises
        ------
        UnknownRelease
            There is no such release.
        IntegrityError
            Its archive is damaged.
        EngineUnavailable
            They cannot be written.
        """
        record = self._catalog.find(version)
        # Another version of ours may write other columns; without pyarrow there is no Parquet.
        written = f"{__version__}-parquet" if columnar.available() else __version__
        place = self._directory / f"{record.rdfc10}-{written}"
        if not place.is_dir():
            with self._making:
                if not place.is_dir():
                    self._make(record, place)
        return place

    def _make(self, record: ReleaseRecord, place: Path) -> None:
        log.info("Release %s: making its files from the archive", record.version)
        try:
            with created_atomically(place, Path.is_dir) as made:
                export(self._catalog, record.version, made)
        except (OSError, SettingsError) as error:
            raise EngineUnavailable(
                f"The files of release {record.version} cannot be written to {place}: {error} "
                "Set PARTAGE_ARCHIVE to a directory that this server may write to."
            ) from error


def dumps(text: str, quads: Sequence[Quad], before: Sequence[Quad] | None) -> list[DumpFile]:
    """Return the files of a release, but for those that describe the others."""
    current = [quad for quad in quads if isinstance(quad.graph_name, DefaultGraph)]
    view = tables.TableValues(current)
    forms = [("csv", tables.as_csv)]
    forms += [("parquet", tables.as_parquet)] if columnar.available() else []
    return [
        DumpFile("dataset.nq.gz", lambda: _packed(text.encode("utf-8"))),
        DumpFile("current-view.ttl.gz", lambda: _packed(_serialized(current, RdfFormat.TURTLE))),
        DumpFile(
            "current-view.jsonld.gz", lambda: _packed(_serialized(current, RdfFormat.JSON_LD))
        ),
        *(
            DumpFile(f"{table.name}.{ending}", partial(form, table, view))
            for ending, form in forms
            for table in tables.TABLES
        ),
        DumpFile(NOTES, lambda: release_notes(quads, before, view).encode("utf-8")),
    ]


def release_notes(
    quads: Sequence[Quad], before: Sequence[Quad] | None, view: tables.TableValues
) -> str:
    """Return what changed since the release before, or of the first what it holds, in Markdown."""
    new = dataset_contents(quads)
    title = f"# Partage data {new.version}\n\n"
    if before is None:
        counts = (f"- {len(view.members(table.of)):,} {table.name}\n" for table in tables.TABLES)
        return f"{title}The first release: {len(quads):,} quads, among them\n\n{''.join(counts)}"
    found = diff.compare(dataset_contents(before), new)
    found = replace(found, examples=diff.changed_examples(before, quads))
    return title + notes.as_markdown(found)


def _described(
    directory: Path, record: ReleaseRecord, quads: Sequence[Quad], paths: Sequence[Path]
) -> list[Path]:
    files = [Artefact.of(path) for path in paths]
    listed = [file for file in files if file.name not in (NOTES, RECORD_FILE)]
    text = distributions.document(record, quads, listed, NOTES)
    description = _write(directory / DESCRIPTION, text.encode("utf-8"))
    every = sorted([*files, Artefact.of(description)], key=lambda file: file.name)
    sums = "".join(f"{file.sha256}  {file.name}\n" for file in every)
    return [description, _write(directory / SUMS, sums.encode("ascii"))]


def _serialized(quads: Sequence[Quad], form: RdfFormat) -> bytes:
    data = serialize((quad.triple for quad in quads), format=form, prefixes=PREFIXES)
    assert data is not None  # serialize without an output returns bytes
    return data


def _packed(data: bytes) -> bytes:
    return gzip.compress(data, compresslevel=6, mtime=0)


def _write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
