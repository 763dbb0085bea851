"""
The files of a release: the dataset for machines, tables for people, and what tells of both.

All are made from the release's canonical N-Quads (`partage.releases.archive`) and hold no time of
day: the same release gives the same bytes, for as long as pyoxigraph and pyarrow write the same.
"""

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from pyoxigraph import DefaultGraph, Quad, RdfFormat, serialize

from partage.pipeline import distributions, run, tables
from partage.pipeline.manifest import Artefact
from partage.rdf.namespaces import PREFIXES
from partage.releases import archive, diff, notes
from partage.releases.statements import said
from partage.store import columnar

NOTES, DESCRIPTION, SUMS = "RELEASE-NOTES.md", "dcat.ttl", "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Dump:
    """One file: its name, and what makes its bytes."""

    name: str
    make: Callable[[], bytes]


def export(
    text: str, directory: Path, before: str = "", progress: run.Progress = run.silent
) -> list[Path]:
    """
    Write the files of the release whose canonical N-Quads are `text`; return their paths.

    `before` are those of the release before it, for the release notes; empty for the first.
    """
    directory.mkdir(parents=True, exist_ok=True)
    quads = archive.quads(archive.lines(text))
    made = dumps(text, quads, before)
    clock = run.Clock(progress, len(made) + 1)
    paths = [clock.timed(dump.name, partial(_made, dump, directory / dump.name)) for dump in made]
    paths += clock.timed("description and checksums", lambda: _described(directory, quads, paths))
    return paths


def dumps(text: str, quads: Sequence[Quad], before: str = "") -> list[Dump]:
    """Return the files of a release, but for those that describe the others."""
    current = [quad for quad in quads if isinstance(quad.graph_name, DefaultGraph)]
    view = tables.View(current)
    forms = [("csv", tables.as_csv)]
    forms += [("parquet", tables.as_parquet)] if columnar.available() else []
    return [
        Dump("dataset.nq.gz", lambda: _packed(text.encode("utf-8"))),
        Dump("current-view.ttl.gz", lambda: _packed(_serialized(current, RdfFormat.TURTLE))),
        Dump("current-view.jsonld.gz", lambda: _packed(_serialized(current, RdfFormat.JSON_LD))),
        *(
            Dump(f"{table.name}.{ending}", partial(form, table, view))
            for ending, form in forms
            for table in tables.TABLES
        ),
        Dump(NOTES, lambda: release_notes(quads, before).encode("utf-8")),
    ]


def release_notes(quads: Sequence[Quad], before: str) -> str:
    """Return what changed since the release before, or of the first what it holds, in Markdown."""
    new = said(quads)
    title = f"# Partage data {new.version}\n\n"
    if not before:
        view = tables.View(q for q in quads if isinstance(q.graph_name, DefaultGraph))
        held = (f"- {len(view.members(table.of)):,} {table.name}\n" for table in tables.TABLES)
        return f"{title}The first release: {len(quads):,} quads, among them\n\n{''.join(held)}"
    old = archive.quads(archive.lines(before))
    found = diff.compare(said(old), new)
    found = replace(found, examples=diff.examples(old, quads))
    return title + notes.as_markdown(found)


def _described(directory: Path, quads: Sequence[Quad], paths: Sequence[Path]) -> list[Path]:
    version = said(quads).version
    files = [Artefact.of(path) for path in paths if path.name != NOTES]
    text = distributions.document(version, quads, files, NOTES)
    description = _write(directory / DESCRIPTION, text.encode("utf-8"))
    sums = "".join(f"{_digest(path)}  {path.name}\n" for path in sorted([*paths, description]))
    return [description, _write(directory / SUMS, sums.encode("utf-8"))]


def _serialized(quads: Sequence[Quad], form: RdfFormat) -> bytes:
    data = serialize((quad.triple for quad in quads), format=form, prefixes=PREFIXES)
    assert data is not None  # serialize without an output returns bytes
    return data


def _packed(data: bytes) -> bytes:
    return gzip.compress(data, compresslevel=6, mtime=0)


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _made(dump: Dump, path: Path) -> Path:
    return _write(path, dump.make())


def _write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
