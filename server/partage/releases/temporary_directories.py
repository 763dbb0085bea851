"""Temporary directories: those of a process that was killed go when the next one is made."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from partage.atomic_files import CAN_LOCK
from partage.errors import SettingsError

if CAN_LOCK:
    import fcntl

PREFIX = "partage-"
LOCK = "in-use-by-partage.lock"


@contextmanager
def temporary_directory() -> Iterator[Path]:
    """
    Give an empty place to make a directory at, for as long as the block lasts.

    It lies in a directory with a file that this process holds locked. Such directories with a file
    that nobody holds locked are removed first.

    Raises
    ------
    SettingsError
        None can be made.
    """
    try:
        if CAN_LOCK:
            _remove_abandoned(Path(tempfile.gettempdir()))
        made = tempfile.TemporaryDirectory(prefix=PREFIX)
    except OSError as error:
        raise SettingsError(
            f"No temporary directory can be made: {error}. Set TMPDIR to a directory that this "
            "server may write to."
        ) from error
    with made as name, (Path(name) / "new.lock").open("wb") as lock:
        if CAN_LOCK:
            fcntl.flock(lock, fcntl.LOCK_EX)
            Path(lock.name).rename(Path(name) / LOCK)  # found under this name, it is found locked
        yield Path(name) / "made"


def _remove_abandoned(parent: Path) -> None:
    for folder in parent.glob(PREFIX + "*"):
        with suppress(OSError):  # somebody else's, in use, or gone meanwhile
            status = folder.lstat()
            if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid():
                with (folder / LOCK).open("rb") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder)
