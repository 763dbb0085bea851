"""
Files and directories that are written whole or not at all, by one process at a time.

What is written lies first in a temporary directory beside its place. It is brought to the disk
(fsync) and then renamed, so that a full disk or an ended process leaves what was there before.
Every temporary directory is locked (flock) by its process; one that nobody locks any more was left
by a process that was killed, and goes when the next one is made beside it.

Where the system or the file system knows no such locks, files are still written whole, but nothing
keeps two processes apart, and temporary directories of killed processes stay.
"""

import errno
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from partage.errors import NotWritten

try:
    import fcntl
except ImportError:  # a system without such locks
    CAN_LOCK = False
else:
    CAN_LOCK = True

PREFIX = ".partage-temporary-"
MADE, FORMER = "made", "former"
# What flock says of a file system without it; NFS takes no exclusive lock on a directory.
NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.EBADF, errno.ENOSYS}

log = logging.getLogger(__name__)


def write(path: Path, data: str | bytes) -> None:
    """
    Write a file, with the mode of the one it replaces; text is written in UTF-8.

    Raises
    ------
    NotWritten
        The file is as it was before.
    """
    try:
        with making(path) as made:
            made.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
            if path.exists():
                shutil.copymode(path, made)
    except OSError as error:
        raise NotWritten(path, error) from error


def _never(_: Path) -> bool:
    return False


@contextmanager
def making(place: Path, keep: Callable[[Path], bool] = _never) -> Iterator[Path]:
    """
    Give where to make a file or a directory; at the end of the block it takes its place.

    It replaces what is there, unless `keep` says of that that it is to stay: as where another
    process made the same thing meanwhile.

    Raises
    ------
    OSError
        It cannot be written, or not put in its place; what was there before is untouched.
    """
    place = place.resolve()  # a link is kept, and what it leads to is replaced
    place.parent.mkdir(parents=True, exist_ok=True)
    with temporary(place.parent) as folder:
        made = folder / MADE
        yield made
        for path in (made, *made.rglob("*")):
            if not path.is_symlink():
                _sync(path)
        _put(made, place, keep)
        _sync(place.parent)


@contextmanager
def temporary(parent: Path | None = None) -> Iterator[Path]:
    """
    Give a new directory in `parent` (None: the system's own place) and remove it afterwards.

    Those that killed processes left in `parent` are removed first.
    """
    parent = parent or Path(tempfile.gettempdir())
    remove_stale(parent)
    folder, lock = _made(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


@contextmanager
def locked(directory: Path, waiting: Callable[[], object] = lambda: None) -> Iterator[None]:
    """
    Hold the lock of a directory: no other process of ours is in such a block.

    `waiting` is called once, where another process holds it now.
    """
    lock = _locked(directory, waiting)
    try:
        yield
    finally:
        if lock is not None:
            os.close(lock)


def remove_stale(parent: Path) -> None:
    """
    Remove the temporary directories that killed processes left in a directory.

    What such a process had moved out of its place, and put nothing there, is moved back.
    """
    for folder in parent.glob(PREFIX + "*") if CAN_LOCK else ():
        with suppress(OSError):  # gone meanwhile, somebody else's, or in use
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if os.fstat(lock).st_uid == os.geteuid():
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    for former in (folder / FORMER).glob("*"):
                        if not os.path.lexists(parent / former.name):
                            former.rename(parent / former.name)
                    shutil.rmtree(folder)
            finally:
                os.close(lock)


def _made(parent: Path) -> tuple[Path, int | None]:
    """Make a temporary directory; return it with the descriptor that holds its lock."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        try:
            lock = _locked(folder)
        except FileNotFoundError:  # taken for a stale one, before it was locked
            continue
        if folder.is_dir():
            return folder, lock
        if lock is not None:
            os.close(lock)


def _locked(directory: Path, waiting: Callable[[], object] = lambda: None) -> int | None:
    """Return a descriptor that holds the lock of a directory, None where there are no locks."""
    if not CAN_LOCK:
        return None
    lock = os.open(directory, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
    except BaseException as error:
        os.close(lock)
        if not isinstance(error, OSError) or error.errno not in NO_LOCKS:
            raise
        log.warning("%s cannot be locked: %s", directory, error.strerror)
        return None
    return lock


def _put(made: Path, place: Path, keep: Callable[[Path], bool]) -> None:
    if made.is_file():
        made.replace(place)
        return
    former = made.parent / FORMER / place.name
    if os.path.lexists(place):
        if keep(place):
            return
        former.parent.mkdir()
        place.rename(former)
    try:
        made.rename(place)
    except OSError:
        if keep(place):  # another process was first
            return
        if former.exists():
            former.rename(place)
        raise


def _sync(path: Path) -> None:
    """Bring a file's bytes, or a directory's names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
