"""
The archive: what each release changed, so that every release can be had again, byte for byte.

`data/releases/{version}/changes.nq.xz` holds the lines of the canonical dataset (sorted canonical
N-Quads, https://www.w3.org/TR/rdf-canon/) that the release added (`+ `) and removed (`- `) against
the one before, in the order of the lines; the first release is all added. Applied from the first
release on they give each dataset, which the digests of its record (`partage.releases.record`)
prove.
"""

import lzma
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, parse

from partage.errors import IntegrityError
from partage.releases.catalog import Catalog
from partage.releases.record import RECORD_FILE, ReleaseRecord

CHANGES = "changes.nq.xz"
PRESET = 6
Progress = Callable[[str, int, int], None]
"""Called with a release's version, how many are done, and how many there are."""


def silent(version: str, done: int, total: int) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """The lines that one release removed from the one before, and those it added."""

    removed: frozenset[str]
    added: frozenset[str]

    @property
    def text(self) -> str:
        """The change set as it is written: signed lines, in the order of the lines."""
        signed = [f"- {line}\n" for line in self.removed] + [f"+ {line}\n" for line in self.added]
        return "".join(sorted(signed, key=lambda line: line[2:]))


def lines(nquads: str) -> list[str]:
    """Return the lines of canonical N-Quads; only a line feed ends one."""
    return nquads.split("\n")[:-1]


def change_set(before: Collection[str], after: Collection[str]) -> ChangeSet:
    """Return what leads from the lines of one dataset to those of another."""
    old, new = frozenset(before), frozenset(after)
    return ChangeSet(old - new, new - old)


def pack(before: str, after: str) -> bytes:
    """Return the compressed change set between two datasets in canonical N-Quads."""
    return compress(change_set(lines(before), lines(after)).text)


def compress(text: str) -> bytes:
    """Return a change set's text as it is kept; the same text gives the same bytes."""
    return lzma.compress(text.encode("utf-8"), check=lzma.CHECK_SHA256, preset=PRESET)


def restore(catalog: Catalog, version: str, progress: Progress = silent) -> str:
    """
    Return a release's dataset in canonical N-Quads.

    Raises
    ------
    UnknownRelease
        There is no such release.
    IntegrityError
        A change set is damaged, or the dataset is not the one that was released.
    """
    wanted = catalog.find(version)
    lines: set[str] = set()
    for done, (record, change) in enumerate(history(catalog, until=version)):
        progress(record.version, done, len(catalog.records))
        path = changes_path(catalog, record)
        if not change.removed <= lines or change.added & lines:
            raise IntegrityError(
                f"{path} does not follow from the releases before it. {_REPAIR_HINT}"
            )
        lines = (lines - change.removed) | change.added
    text = "".join(line + "\n" for line in sorted(lines))
    if (_digest(text), len(lines)) != (wanted.rdfc10, wanted.quads):
        raise IntegrityError(
            f"{changes_path(catalog, wanted)}: the dataset it leads to is not the one that "
            f"{RECORD_FILE} beside it names. {_REPAIR_HINT}"
        )
    return text


def restored_quads(catalog: Catalog, version: str) -> list[Quad]:
    """Return a release's dataset as quads (see `restore`)."""
    return parse_nquads(lines(restore(catalog, version)))


def parse_nquads(nquads: Iterable[str]) -> list[Quad]:
    """Return the quads of N-Quads lines."""
    text = "".join(line + "\n" for line in nquads)
    return list(parse(text.encode("utf-8"), format=RdfFormat.N_QUADS))


def history(
    catalog: Catalog, until: str | None = None
) -> Iterator[tuple[ReleaseRecord, ChangeSet]]:
    """
    Yield each release's change set, the oldest first, up to and with the version `until`.

    Raises
    ------
    IntegrityError
        A change set is damaged or not the one that its record names, or a release is missing.
    """
    before: str | None = None
    for record in catalog:
        path = changes_path(catalog, record)
        if record.previous != before:
            raise IntegrityError(
                f"{path} does not follow from the releases before it: it changes "
                f"{record.previous or 'nothing'}, and {before or 'none'} is there. {_REPAIR_HINT}"
            )
        before = record.version
        text = _text(path)
        if _digest(text) != record.changes:
            raise IntegrityError(
                f"{path} is not the change set that {RECORD_FILE} names. {_REPAIR_HINT}"
            )
        yield record, _parse(path, text)
        if record.version == until:
            return


def write(catalog: Catalog, record: ReleaseRecord, change: ChangeSet) -> Catalog:
    """
    Write a new release's record and change set; return the catalog with it.

    Raises
    ------
    IntegrityError
        The release is there already, for a release never changes, or it cannot be written.
    """
    folder = catalog.directory / record.version
    if folder.exists():
        raise IntegrityError(f"{folder} is there already. A release never changes: make a new one.")
    catalog.directory.mkdir(parents=True, exist_ok=True)
    for left in catalog.directory.parent.glob(".staged-*"):  # by a release that was killed
        shutil.rmtree(left, ignore_errors=True)
    staged = Path(tempfile.mkdtemp(prefix=".staged-", dir=catalog.directory.parent))
    try:
        (staged / CHANGES).write_bytes(compress(change.text))
        (staged / RECORD_FILE).write_text(record.to_json(), encoding="utf-8")
        staged.chmod(0o755)  # mkdtemp makes it private
        staged.rename(folder)
    except OSError as error:
        raise IntegrityError(f"{folder} could not be written: {error}") from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return Catalog(catalog.directory, (*catalog.records, record))


def changes_path(catalog: Catalog, record: ReleaseRecord) -> Path:
    """Return where a release's change set lies."""
    return catalog.directory / record.version / CHANGES


_REPAIR_HINT = "Restore the file from the repository's history: `git checkout -- data/releases`."


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8")).hexdigest()


def _text(path: Path) -> str:
    try:
        return lzma.decompress(path.read_bytes()).decode("utf-8")
    except (OSError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise IntegrityError(f"{path} cannot be read: {error}. {_REPAIR_HINT}") from error


def _parse(path: Path, text: str) -> ChangeSet:
    signed: dict[str, set[str]] = {"- ": set(), "+ ": set()}
    for number, line in enumerate(lines(text), 1):
        if line[:2] not in signed:
            raise IntegrityError(
                f"{path}:{number}: a line must begin with `- ` or `+ `. {_REPAIR_HINT}"
            )
        signed[line[:2]].add(line[2:])
    return ChangeSet(frozenset(signed["- "]), frozenset(signed["+ "]))
