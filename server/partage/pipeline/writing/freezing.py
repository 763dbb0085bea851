"""
Freeze the built release: from here on it is kept for ever, in `data/releases/{version}`.

Nothing is frozen that could not be made again: the working tree is committed, the release is built
from it, and data, citation and day agree about the version. What is written is then for the editors
to commit.
"""

import gzip
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from partage.atomic_files import locked, replace_file
from partage.errors import IntegrityError, ReleaseRefused
from partage.pipeline import run, versioning
from partage.pipeline.checks import compatibility
from partage.pipeline.checks import registry as identifiers
from partage.pipeline.checks.registry import RETIRED, RegistryRow
from partage.pipeline.writing.manifest import Manifest, commit
from partage.rdf.namespaces import BASE, RELEASES
from partage.rdf.parsing import read_rdf, value_of
from partage.releases import archive
from partage.releases.catalog import Catalog
from partage.releases.record import ReleaseRecord
from partage.store.factory import DATASET

DESCRIPTION = "data/dataset.ttl"
CITATION = "CITATION.cff"


def freeze(
    root: Path,
    target: Path,
    version: str | None,
    now: datetime,
    progress: run.Progress = run.silent,
) -> ReleaseRecord:
    """
    Freeze what `root` holds as the release `wanted` (None: the version the data name).

    The release is built in `target` first, if it is not there already.

    Raises
    ------
    ReleaseRefused
        Something stands in the way; the error says all of it, and what to do.
    BuildError
        The release does not build.
    """
    with locked((root / identifiers.PATH).parent):
        return _freeze(root, target, version, now, progress)


def _freeze(
    root: Path, target: Path, wanted: str | None, now: datetime, progress: run.Progress
) -> ReleaseRecord:
    catalog = Catalog.read(root)
    rows = identifiers.read_registry(root / identifiers.PATH)
    version, issued = described(root, "dcat:version"), described(root, "dct:issued")
    found = [
        *_clean(root),
        *_version(version, wanted, catalog),
        *_dated(issued, now, catalog),
        *_cited(root, version, issued),
        *_frozen(rows),
    ]
    if found:
        raise ReleaseRefused(f"Nothing was released.\n{chr(10).join(found)}")
    manifest = run.build(root, target, progress)
    if (manifest.commit, manifest.modified) != commit(root):  # built before it was committed
        manifest = run.build(root, target, progress, force=True)
    text = gzip.decompress((target / DATASET).read_bytes()).decode("utf-8")
    if sha256(text.encode("utf-8")).hexdigest() != manifest.rdfc10 or manifest.commit is None:
        raise IntegrityError(f"{target} belies its manifest. Run `partage build --force`.")
    newest = catalog.newest
    progress("compare with the last release", 0, 2, None)
    before = archive.restore(catalog, newest.version) if newest else ""
    change = archive.change_set(archive.lines(before), archive.lines(text))
    progress("write the archive", 1, 2, None)
    record = _record(manifest, now, newest, change)
    new = identifiers.mentioned(compatibility.names(archive.parse_nquads(change.added)))
    registry = identifiers.format_registry(released(rows, new, version))
    archive.write(catalog, record, change)
    try:
        replace_file(root / identifiers.PATH, registry)
    except OSError as error:
        shutil.rmtree(catalog.directory / version)
        raise IntegrityError(f"The registry cannot be written ({error}).") from error
    progress("write the archive", 2, 2, None)
    return record


def released(rows: Iterable[RegistryRow], names: Set[str], version: str) -> list[RegistryRow]:
    """Return the registry with this first release for those of the names that have none yet."""
    return [
        replace(row, first_release=version) if not row.first_release and row.iri in names else row
        for row in rows
    ]


def described(root: Path, predicate: str) -> str:
    """Return what `data/dataset.ttl` says of the dataset, or an empty string."""
    return value_of(read_rdf(root / DESCRIPTION), BASE, predicate)


def _record(
    manifest: Manifest, now: datetime, newest: ReleaseRecord | None, change: archive.ChangeSet
) -> ReleaseRecord:
    return ReleaseRecord(
        version=manifest.data,
        issued=now.astimezone(UTC).replace(microsecond=0),
        ontology=manifest.ontology,
        software=manifest.software,
        commit=manifest.commit or "",
        rdfc10=manifest.rdfc10,
        quads=manifest.quads,
        previous=newest.version if newest else None,
        changes=sha256(change.text.encode("utf-8")).hexdigest(),
    )


def _clean(root: Path) -> Iterator[str]:
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        yield f"{root} is no git checkout: release from a clone of the repository."
        return
    command = [git, "-C", str(root), "status", "--porcelain"]
    status = subprocess.run(  # noqa: S603 (our own arguments, no shell)
        command, capture_output=True, text=True, check=False
    )
    changed = [line[3:] for line in status.stdout.splitlines()]
    if status.returncode or changed:
        what = ", ".join(changed[:5]) or status.stderr.strip()
        yield f"The working tree is not clean ({what}): commit or undo these changes first."


def _version(version: str, wanted: str | None, catalog: Catalog) -> Iterator[str]:
    parts, newest = versioning.calendar(version), catalog.newest
    if wanted is not None and wanted != version:
        yield f"{DESCRIPTION} has the version {version}: write dcat:version {wanted} there."
    if parts is None:
        yield f"{DESCRIPTION}: {version!r} is no calendar version: write one like 2026.11.0."
    elif newest and parts <= (versioning.calendar(newest.version) or parts):
        yield (
            f"{DESCRIPTION}: {version} is not newer than the last release, {newest.version}: "
            "write the next version."
        )


def _dated(issued: str, now: datetime, catalog: Catalog) -> Iterator[str]:
    today = f"{now.astimezone(UTC):%Y-%m-%d}"
    if issued != today:
        yield (
            f"{DESCRIPTION} was issued on {issued or 'no day'}, today is {today} (UTC): "
            "write today's day there."
        )
    if catalog.newest and now <= catalog.newest.issued:
        yield f"{catalog.newest.version} was issued later than now: set this machine's clock."


def _cited(root: Path, version: str, issued: str) -> Iterator[str]:
    path = root / CITATION
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    named = (("version", version), ("date-released", issued), ("url", RELEASES + version))
    for name, value in named:
        match = re.search(rf'^{name}: "?([^"\n]+)"?$', text, re.MULTILINE)
        if match is None or match[1] != value:
            yield f"{CITATION} says {match[1] if match else 'no'} {name}: write {value}."


def _frozen(rows: Sequence[RegistryRow]) -> Iterator[str]:
    loose = [row.iri for row in rows if row.kind == "version" and not row.sha256
             and row.status not in RETIRED]  # fmt: skip
    if loose:
        yield (
            f"{len(loose)} claim versions are not frozen ({loose[0]} …): run `partage ids freeze` "
            "and commit the registry."
        )
