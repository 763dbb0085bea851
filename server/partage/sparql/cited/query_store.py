"""
The query store: which results were cited, a line each in a file that only grows
(RDA Data Citation R3-R4 and R7-R9, https://doi.org/10.15497/RDA00016).

A line is a JSON object (https://jsonlines.org/). It holds nothing of who asked. What cannot be
read, as a line that was torn when the machine stopped, is passed over and counted; a copy of the
file taken at any time is a backup.
"""

import errno
import fcntl
import hashlib
import json
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BufferedReader, FileIO
from pathlib import Path

from partage.errors import ContentTooLarge, QueryStoreFull, UntranslatedText
from partage.store.engine import ResultKind

# A line that is longer was not written by us.
LONGEST_LINE = 1_000_000
# What a query may take: as typed and in its normal form, where each name is a whole IRI.
MOST_KEPT = 128_000
# How long a lock is waited for; a line is written in milliseconds.
SECONDS = 5.0
_IRI = re.compile(r"<([^<>]*)>")


@dataclass(frozen=True, slots=True)
class CitedQuery:
    """
    What was asked: all that the answer depends on, and so all that its address is made from.

    `normal` is the query's normal form, `release` the version of the release. `graphs` names
    a part of the dataset; else `default_graphs` and `named_graphs` are the dataset of the protocol,
    without order.
    """

    normal: str
    release: str
    graphs: str | None = None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None

    @property
    def id(self) -> str:
        """The SHA-256 of the lines `normal`, `release` and the dataset's parameters, sorted."""
        dataset = [
            *([f"graphs={self.graphs}"] if self.graphs else ()),
            *(f"default-graph-uri={graph}" for graph in self.default_graphs or ()),
            *(f"named-graph-uri={graph}" for graph in self.named_graphs or ()),
        ]
        text = "\n".join((self.normal, self.release, *sorted(set(dataset))))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class CitedResult:
    """
    A result that was cited: what was asked, the `text` as first typed, and what was answered.

    `rdfc10` is the digest of the release's dataset, `cited` the time, `software` the version that
    answered, `kind` solutions, boolean or graph, `rows` how many, `sha256` the answer's digest
    (see `partage.sparql.cited.result_digest`), `title` what the first to cite it calls it, None
    where nothing.
    """

    asked: CitedQuery
    text: str
    rdfc10: str
    cited: datetime
    software: str
    kind: ResultKind
    rows: int | None
    sha256: str
    title: str | None = None

    def to_json(self) -> str:
        """Return the line for the file."""
        facts = {"id": self.asked.id, **asdict(self), "cited": self.cited.isoformat()}
        if self.title is None:
            del facts["title"]
        return json.dumps(facts, ensure_ascii=False)

    @classmethod
    def from_json(cls, line: bytes) -> "CitedResult | None":
        """Return the result of a line, None where it is not whole or not as it was written."""
        try:
            facts = json.loads(line)
            identifier = facts.pop("id")
            for name in ("default_graphs", "named_graphs"):
                if facts["asked"][name] is not None:
                    facts["asked"][name] = tuple(facts["asked"][name])
            facts["asked"] = CitedQuery(**facts["asked"])
            facts["cited"] = datetime.fromisoformat(facts["cited"])
            found = cls(**facts)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        return found if found.asked.id == identifier else None


class QueryStore:
    """
    The file and where in it each result stands.

    Threads may share it, and processes too: who writes holds a lock on the file (`flock`), and what
    others have written is read when a result is looked for that is not known.
    """

    def __init__(self, path: Path, most_bytes: int) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._places: dict[str, int] = {}
        # How much of the file has been read.
        self._end = 0
        # The IRIs in the normal forms of all queries: what names none of them was not cited.
        self.mentioned: set[str] = set()
        self.damaged = 0
        self._catch_up()

    def __contains__(self, identifier: str) -> bool:
        return self._place(identifier) is not None

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[CitedResult]:
        for identifier in list(self._places):
            found = self.find(identifier)
            if found is not None:
                yield found

    def find(self, identifier: str) -> CitedResult | None:
        """Return the result with this id, None where there is none."""
        place = self._place(identifier)
        if place is None:
            return None
        with self._path.open("rb") as file:
            file.seek(place)
            found = CitedResult.from_json(file.readline(LONGEST_LINE + 1))
        return found if found is not None and found.asked.id == identifier else None

    def add(self, result: CitedResult) -> CitedResult:
        """
        Write a result down, unless it is there; return the one that is there.

        It is on the disk when this returns, or has left nothing there.

        Raises
        ------
        PayloadTooLarge
            The query is too long to be kept.
        QueryStoreFull
            The file has reached its size, or cannot be written.
        """
        refuse_large(result.asked, result.text)
        line = (result.to_json() + "\n").encode("utf-8")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock, self._path.open("ab+", buffering=0) as file:
                _locked(file, fcntl.LOCK_EX)
                self._read(file)
                if result.asked.id not in self._places:
                    self._append(file, line)
                    self._read(file)
                    return result
        except OSError as error:
            raise QueryStoreFull(
                "The result cannot be noted down here (%(reason)s), so it cannot be cited now. "
                "Tell the operator.",
                reason=UntranslatedText(error.strerror),
            ) from error
        return self.find(result.asked.id) or result

    def _append(self, file: FileIO, line: bytes) -> None:
        """Write a line so that it is on the disk; where that fails, none of it."""
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(end - 1)
            if file.read(1) != b"\n":  # a torn line: the new one must not become its end
                line = b"\n" + line
        if end + len(line) > self._most_bytes:
            raise QueryStoreFull(
                "The query store has reached %(bytes)s bytes, so nothing more can be cited "
                "here. The operator can raise PARTAGE_QUERY_STORE_BYTES.",
                bytes=self._most_bytes,
            )
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[os.write(file.fileno(), rest) :]
            os.fsync(file.fileno())
            if end == 0:
                _sync_directory(self._path.parent)
        except OSError:
            with suppress(OSError):  # where this fails too, the next line begins on its own
                os.ftruncate(file.fileno(), end)
            raise

    def _place(self, identifier: str) -> int | None:
        """Return where the line of a result begins."""
        if identifier not in self._places and self._has_changed():
            self._catch_up()
        return self._places.get(identifier)

    def _has_changed(self) -> bool:
        try:
            return self._path.stat().st_size != self._end
        except OSError:
            return False

    def _catch_up(self) -> None:
        """Read what was written since."""
        if not self._path.is_file():
            return
        # Where another process writes for so long, it is read the next time.
        with self._lock, self._path.open("rb", buffering=0) as file, suppress(TimeoutError):
            _locked(file, fcntl.LOCK_SH)
            self._read(file)

    def _read(self, file: FileIO) -> None:
        """Read on in a locked file; all of it, where it has become shorter."""
        if os.fstat(file.fileno()).st_size < self._end:
            self._places.clear()
            self._end = self.damaged = 0
        file.seek(self._end)
        reader = BufferedReader(file)
        while line := reader.readline(LONGEST_LINE + 1):  # one that is too long: in pieces
            if line.strip():
                found = CitedResult.from_json(line)
                if found is None:
                    self.damaged += 1
                else:
                    self._places.setdefault(found.asked.id, self._end)
                    self.mentioned.update(_IRI.findall(found.asked.normal))
            self._end += len(line)
        reader.detach()


def refuse_large(query: CitedQuery, text: str) -> None:
    """
    Let a query pass that is short enough to be kept, as typed and in its normal form.

    Raises
    ------
    PayloadTooLarge
        It takes more than `MOST_KEPT` bytes.
    """
    kept = json.dumps([asdict(query), text], ensure_ascii=False).encode("utf-8")
    if len(kept) > MOST_KEPT:
        raise ContentTooLarge(
            "With its names written out, the query takes %(bytes)s bytes to keep, more than "
            "%(most)s. Shorten it, or cite the release as a whole.",
            bytes=len(kept),
            most=MOST_KEPT,
        )


def _locked(file: FileIO, kind: int) -> None:
    """
    Lock a file until it is closed.

    Raises
    ------
    TimeoutError
        Another process has held it for too long.
    """
    until = time.monotonic() + SECONDS
    while True:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise TimeoutError(errno.ETIMEDOUT, "another process holds the file") from None
            time.sleep(0.01)
        else:
            return


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
