"""
Directories that are made once and kept: beside their place, then renamed, so none is half made.

A store that is kept lists the digests of its files in SHA256SUMS, as sha256sum(1) writes them. One
whose files are others, because they were cut, lost or changed, is made again: it is only a copy.
"""

import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pyoxigraph import Store

from partage.atomic_files import locked
from partage.errors import EngineUnavailable

SUMS = "SHA256SUMS"
# What RocksDB writes for people to read, and what it locks.
UNLISTED = ("LOG", "LOCK", SUMS)
PREFIX = ".making-"

log = logging.getLogger(__name__)


def is_store(place: Path) -> bool:
    """Return whether a directory holds a store; what does not exist holds none."""
    return (place / "CURRENT").is_file()


def open_store(directory: Path) -> Store:
    """
    Open a store to read it.

    Raises
    ------
    EngineUnavailable
        The directory holds no store, or a damaged one.
    """
    # RocksDB would make an empty store of any writable directory: look for its own files.
    if not is_store(directory):
        raise EngineUnavailable(
            f"{directory} holds no store. Make one with `partage load FILE… --store {directory}`."
        )
    try:
        return Store.read_only(str(directory))
    except (OSError, RuntimeError) as error:  # the latter of what is damaged
        raise EngineUnavailable(
            f"The store in {directory} cannot be opened: {error}. Make it again, with `partage "
            f"load FILE… --store {directory}`; that of a release is made by a new start."
        ) from error


def is_sound(place: Path) -> bool:
    """Return whether a kept store has the files that it was made with."""
    try:
        return (place / SUMS).read_bytes() == _sums(place)
    except OSError:
        return False


def ensure_store(place: Path, make: Callable[[Path], None]) -> None:
    """
    Have a sound store at a place, made where there is none; for who holds its parent `exclusive`.

    Raises
    ------
    OSError
        The place cannot be written to.
    """
    if is_sound(place):
        return
    with _staging_directory(place.parent) as folder:
        staged = folder / "made"
        make(staged)
        (staged / SUMS).write_bytes(_sums(staged))
        if os.path.lexists(place):
            log.warning(
                "The store kept in %s was damaged, or of an earlier version, and has been made "
                "again.",
                place,
            )
            place.rename(folder / "damaged")
        staged.rename(place)


@contextmanager
def created_atomically(place: Path, is_made: Callable[[Path], bool]) -> Iterator[Path]:
    """Give where to make a directory; it is renamed to its place once whole, or not at all."""
    with exclusive(place.parent), _staging_directory(place.parent) as folder:
        staged = folder / "made"
        yield staged
        try:
            staged.rename(place)
        except OSError:
            if not is_made(place):  # else another process was first, with the same content
                raise


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Lock a directory exclusively, and remove what interrupted runs left in it."""
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        for left in folder.glob(PREFIX + "*"):
            shutil.rmtree(left)
        yield


@contextmanager
def _staging_directory(parent: Path) -> Iterator[Path]:
    """Give a directory that goes when the block ends; one that a stop leaves goes with the next."""
    # A TemporaryDirectory would go at the exit of a server whose thread still writes to it.
    folder = Path(tempfile.mkdtemp(dir=parent, prefix=PREFIX))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _sums(place: Path) -> bytes:
    """Return the names and digests of a store's files."""
    lines = []
    for path in sorted(place.iterdir()):
        if not path.name.startswith(UNLISTED):
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            lines.append(f"{digest}  {path.name}\n")
    return "".join(lines).encode()
