"""
The store of the built release, kept from one start of a server to the next.

It lies in `{directory}/current/{SHA-256 of its file}`: a store is never out of date, and a start
that finds a sound one has nothing to load. Whoever serves one holds a lock on its directory; those
that nobody holds any more go at the next start.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from partage.atomic_files import CAN_LOCK
from partage.store.release_stores.directories import ensure_store, exclusive

if CAN_LOCK:
    import fcntl

Make = Callable[[Path], None]


@contextmanager
def cached_store(file: Path, directory: Path, make: Make) -> Iterator[Path]:
    """
    Give the store of a file, for as long as the block lasts; `make` loads it where there is none.

    Raises
    ------
    OSError
        The directory cannot be written to, or directories cannot be locked here.
    """
    if not CAN_LOCK:
        raise OSError("directories cannot be locked")
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    place = directory / "current" / digest
    lock = _lock_store(place, make)
    try:
        yield place
    finally:
        os.close(lock)


def _lock_store(place: Path, make: Make) -> int:
    """Return a descriptor that keeps the store from being removed, made first where it is not."""
    with exclusive(place.parent):
        ensure_store(place, make)
        _remove_unused(place.parent, place)
        lock = os.open(place, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_SH)
    return lock


def _remove_unused(folder: Path, used: Path) -> None:
    for other in filter(Path.is_dir, folder.iterdir()):
        lock = os.open(other, os.O_RDONLY)
        try:
            if other != used:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(other)
        except BlockingIOError:
            pass  # somebody serves it
        finally:
            os.close(lock)
