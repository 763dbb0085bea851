"""Temporary directories: those of a process that was killed go when the next one is made."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # a system without such locks, where they stay
    CAN_LOCK = False
else:
    CAN_LOCK = True

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
    OSError
        The system's directory for temporary files cannot be written to.
    """
    if not CAN_LOCK:
        with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
            yield Path(folder) / "made"
        return
    _remove_abandoned(Path(tempfile.gettempdir()))
    with (
        tempfile.TemporaryDirectory(prefix=PREFIX) as folder,
        (Path(folder) / "new.lock").open("wb") as lock,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        Path(lock.name).rename(Path(folder) / LOCK)  # who finds it under this name finds it locked
        yield Path(folder) / "made"


def _remove_abandoned(parent: Path) -> None:
    for folder in parent.glob(PREFIX + "*"):
        with suppress(OSError):  # somebody else's, in use, or gone meanwhile
            status = folder.lstat()
            if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid():
                with (folder / LOCK).open("rb") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder)
