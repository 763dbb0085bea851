"""
What passes between the server and a query process: orders by a pipe, answers by a socket.

A frame is a letter, a length and so many bytes: a chunk of an answer as it is, or a pickled
message. Both ends are ours and run the same code; nothing of a request is ever unpickled.
"""

import math
import pickle
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from partage.errors import PartageError
from partage.store.embedded.serialization import AnswerHead, AnswerTooLong, EndOfAnswer
from partage.store.engine import Query, Solution

_HEAD = struct.Struct("!cQ")
CHUNK_FRAME, MESSAGE_FRAME = b"c", b"m"


class ReadableStream(Protocol):
    """As much of a binary stream as reading a frame needs."""

    def read(self, size: int, /) -> bytes | None:
        """Return `size` bytes, fewer at the end."""
        ...


class WritableStream(Protocol):
    """As much of a binary stream as writing a frame needs."""

    def write(self, data: bytes, /) -> int | None:
        """Take bytes."""
        ...

    def flush(self) -> None:
        """Send what was taken."""
        ...


@dataclass(frozen=True, slots=True)
class WorkerReady:
    """The process has opened its store; how it is held, in words."""

    sandbox: str
    memory: str


@dataclass(frozen=True, slots=True)
class Serialize:
    """Write the answer in the format of this key."""

    key: str


@dataclass(frozen=True, slots=True)
class Collect:
    """Take the solutions, at most so many."""

    limit: int | None


@dataclass(frozen=True, slots=True)
class Close:
    """Nobody wants the answer."""


@dataclass(frozen=True, slots=True)
class Evaluate:
    """Evaluate a query, on the store in a directory; None is the one the process began with."""

    query: Query
    store: Path | None = None


Order = Serialize | Collect | Close
ToWorker = Evaluate | Order
FromWorker = WorkerReady | AnswerHead | bytes | list[Solution] | EndOfAnswer | PartageError


def send(
    stream: WritableStream,
    message: ToWorker | FromWorker,
    *,
    at_once: bool = True,
    max_bytes: float = math.inf,
) -> None:
    """
    Write one frame, `at_once` or with the next that is.

    Raises
    ------
    TooLong
        It is a message of more than `most` bytes; nothing was written.
    """
    if isinstance(message, bytes):
        stream.write(_HEAD.pack(CHUNK_FRAME, len(message)))
        stream.write(message)
    else:
        data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
        if len(data) > max_bytes:
            raise AnswerTooLong
        stream.write(_HEAD.pack(MESSAGE_FRAME, len(data)) + data)
    if at_once:
        stream.flush()


def receive(stream: ReadableStream) -> object:
    """
    Read one frame: the chunk or the message.

    Raises
    ------
    EOFError
        The other end is gone, perhaps in the middle of a frame.
    """
    letter, size = _HEAD.unpack(_exactly(stream, _HEAD.size))
    data = _exactly(stream, size)
    return data if letter == CHUNK_FRAME else pickle.loads(data)  # noqa: S301  # our own process wrote it


def _exactly(stream: ReadableStream, size: int) -> bytes:
    data = stream.read(size)
    if data is None or len(data) < size:
        raise EOFError
    return data
