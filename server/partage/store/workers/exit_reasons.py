"""What the end of a query process means, told from its exit status and its last words."""

import logging
import signal

from partage.errors import (
    MemoryExceeded,
    Message,
    OutOfResources,
    PartageError,
    QueryCrashed,
    UnorderedTerms,
    message,
)

# What the allocators of Rust, C++ and Python say before they give up.
OUT_OF_MEMORY = ("memory allocation of", "bad_alloc", "MemoryError", "Cannot allocate memory")
# What Rust's sort says of a comparison that contradicts itself.
UNORDERED = "does not correctly implement a total order"
PANIC = "panicked at"

log = logging.getLogger(__name__)


def exit_error(pid: int, status: int, stderr: str, memory: int) -> PartageError:
    """
    Return the error of a query whose process ended by itself or was ended by the system.

    `status` is as in `subprocess`: a signal is negative. `words` is the end of what the process
    wrote to standard error, and `memory` the bytes that it was allowed.
    """
    if any(sign in stderr for sign in OUT_OF_MEMORY):
        return MemoryExceeded(
            "The query needed more than the %(bytes)s bytes of memory that a query may "
            "have. Make it more selective, or sort and group fewer solutions.",
            bytes=memory,
        )
    if UNORDERED in stderr:  # the query is asked again in another way
        log.info("Query process %d could not sort terms of several kinds.", pid)
        return UnorderedTerms(
            "The engine failed to sort values of several kinds, because it compares them in a way "
            "that contradicts itself. Sort by text, as in ORDER BY STR(?value), or by kind first, "
            "as in ORDER BY DATATYPE(?value) STR(?value)."
        )
    cause = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    log.error("Query process %d died of %s.", pid, cause)
    if status == -signal.SIGKILL:
        return OutOfResources(
            "The system ended the process that evaluated the query, probably because the machine "
            "was short of memory. Make the query more selective, or try again later."
        )
    crash = QueryCrashed(_what(status, stderr))
    crash.add_note(f"Cause: {cause}: {stderr}")
    return crash


def _what(status: int, stderr: str) -> Message:
    if PANIC in stderr:
        return message(
            "The engine failed on this query by a fault of its own. Write the query in another "
            "way, or cut it in two."
        )
    if status == -signal.SIGSEGV:
        return message(
            "The process that evaluated the query ended in the middle of it, as it does when a "
            "query is nested too deeply. Nest it less deeply, or cut it in two."
        )
    return message(
        "The process that evaluated the query ended in the middle of it. Ask again; if it ends "
        "again, make the query simpler, or cut it in two."
    )
