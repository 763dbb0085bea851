"""
Files that are replaced whole or stay as they were, and a lock for who reads one to write it anew.

Whatever stops a process (an error, a full disk, a kill) a reader finds the old content or the new.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # a system without such locks: there only one process may write at a time
    CAN_LOCK = False
else:
    CAN_LOCK = True


def replace_file(path: Path, content: bytes | str) -> None:
    """
    Write a file in the place of what is there; text is written in UTF-8.

    Raises
    ------
    OSError
        It cannot be written; what was there is still there.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with staged.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            staged.chmod(path.stat().st_mode)
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """
    Let one process after the other into the block, of all that give the same directory.

    Raises
    ------
    OSError
        The directory cannot be opened.
    """
    if not CAN_LOCK:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
