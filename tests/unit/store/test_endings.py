"""What is told of a query process that ended: the cause, what to do, and the right status."""

import errno
import os
import signal

import pytest

from partage.errors import (
    MemoryExceeded,
    OutOfResources,
    PartageError,
    QueryCrashed,
    UnorderedTerms,
)
from partage.store.embedded.serialization import translate
from partage.store.workers.exit_reasons import exit_error
from partage.web.problems import status_of

PANIC = (
    "\nthread '<unnamed>' (14397) panicked at /rustc/58cf8f9c/library/core/src/slice/sort.rs:854:5:"
    "\n%s\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace"
)
ORDER = PANIC % "user-provided comparison function does not correctly implement a total order"
OVERFLOW = PANIC % "attempt to add with overflow"


@pytest.mark.parametrize(
    ("status", "words", "kind", "code", "part"),
    [
        (-signal.SIGABRT, "memory allocation of 720 bytes failed", MemoryExceeded, 503, "7 bytes"),
        (-signal.SIGABRT, "what():  std::bad_alloc", MemoryExceeded, 503, "sort and group fewer"),
        (1, "Traceback (most recent call last):\nMemoryError", MemoryExceeded, 503, "memory"),
        (-signal.SIGKILL, "", OutOfResources, 503, "probably because the machine was short"),
        (-signal.SIGABRT, ORDER, UnorderedTerms, 500, "ORDER BY DATATYPE(?value) STR(?value)"),
        (-signal.SIGABRT, OVERFLOW, QueryCrashed, 500, "a fault of its own"),
        (-signal.SIGSEGV, "", QueryCrashed, 500, "Nest it less deeply"),
        (-signal.SIGBUS, "", QueryCrashed, 500, "Ask again"),
        (-signal.SIGTERM, "", QueryCrashed, 500, "Ask again"),
        (1, "Traceback (most recent call last):\nKeyError: 3", QueryCrashed, 500, "Ask again"),
        (0, "", QueryCrashed, 500, "Ask again"),
    ],
)
def test_the_text_is_true_of_the_cause(
    status: int, words: str, kind: type[PartageError], code: int, part: str
) -> None:
    error = exit_error(1, status, words, 7)
    assert type(error) is kind
    assert status_of(error) == code
    assert part in str(error)
    assert ("nest" in str(error).lower()) is (status == -signal.SIGSEGV)
    assert "RUST_BACKTRACE" not in str(error)
    assert "Traceback" not in str(error)


def test_a_full_disk_is_told_as_such() -> None:
    error = translate(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "ASK {}")
    assert isinstance(error, OutOfResources)
    assert status_of(error) == 503
    assert "no room left" in str(error)
