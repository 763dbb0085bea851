"""
The query store: which results were cited, a line each in a file that only grows
(RDA Data Citation R3-R4 and R7-R9, https://doi.org/10.15497/RDA00016).

A line is a JSON object (https://jsonlines.org/). It holds nothing of who asked. What cannot be
read, as a line that was torn when the machine stopped, is passed over and counted; a copy of the
file taken at any time is a backup.
"""

import hashlib
import json
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from partage.errors import English, NotCitable, QueryStoreFull
from partage.store.engine import Kind

LONGEST_LINE = 1_000_000
_IRI = re.compile(r"<([^<>]*)>")


@dataclass(frozen=True, slots=True)
class Asked:
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
    (see `partage.sparql.digest`).
    """

    asked: Asked
    text: str
    rdfc10: str
    cited: datetime
    software: str
    kind: Kind
    rows: int | None
    sha256: str

    def to_json(self) -> str:
        """Return the line for the file."""
        facts = {"id": self.asked.id, **asdict(self), "cited": self.cited.isoformat()}
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
            facts["asked"] = Asked(**facts["asked"])
            facts["cited"] = datetime.fromisoformat(facts["cited"])
            found = cls(**facts)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        return found if found.asked.id == identifier else None


class QueryStore:
    """
    The file and where in it each result stands.

    Threads may share it; of processes only one may write.
    """

    def __init__(self, path: Path, most_bytes: int) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._places: dict[str, int] = {}
        # The IRIs in the normal forms of all queries: what names none of them was not cited.
        self.mentioned: set[str] = set()
        self.damaged = 0
        for place, line in self._lines():
            found = CitedResult.from_json(line)
            if found is None:
                self.damaged += 1
            else:
                self._places.setdefault(found.asked.id, place)
                self.mentioned.update(_IRI.findall(found.asked.normal))

    def __contains__(self, identifier: str) -> bool:
        return identifier in self._places

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[CitedResult]:
        for identifier in list(self._places):
            found = self.find(identifier)
            if found is not None:
                yield found

    def find(self, identifier: str) -> CitedResult | None:
        """Return the result with this id, None where there is none."""
        place = self._places.get(identifier)
        if place is None:
            return None
        with self._path.open("rb") as file:
            file.seek(place)
            return CitedResult.from_json(file.readline(LONGEST_LINE + 1))

    def add(self, result: CitedResult) -> CitedResult:
        """
        Write a result down, unless it is there; return the one that is there.

        Raises
        ------
        NotCitable
            The query is too long to be kept.
        QueryStoreFull
            The file has reached its size, or cannot be written.
        """
        line = (result.to_json() + "\n").encode("utf-8")
        if len(line) > LONGEST_LINE:
            raise NotCitable(
                "The query takes %(bytes)s bytes to keep, more than %(most)s. Shorten it.",
                bytes=len(line),
                most=LONGEST_LINE,
            )
        with self._lock:
            if (found := self.find(result.asked.id)) is not None:
                return found
            try:
                self._places[result.asked.id] = self._append(line)
                self.mentioned.update(_IRI.findall(result.asked.normal))
            except OSError as error:
                raise QueryStoreFull(
                    "The result cannot be noted down here (%(reason)s), so it cannot be cited now. "
                    "Tell the operator.",
                    reason=English(error.strerror),
                ) from error
        return result

    def _append(self, line: bytes) -> int:
        """Write a line so that it is on the disk, and return where it begins."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab+") as file:
            place = file.seek(0, os.SEEK_END)
            if place:
                file.seek(place - 1)
                if file.read(1) != b"\n":  # a torn line: the new one must not become its end
                    line, place = b"\n" + line, place + 1
            if place + len(line) > self._most_bytes:
                raise QueryStoreFull(
                    "The query store has reached %(bytes)s bytes, so nothing more can be cited "
                    "here. The operator can raise PARTAGE_QUERY_STORE_BYTES.",
                    bytes=self._most_bytes,
                )
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        return place

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield where each line begins, and the line; one that is too long is read in pieces."""
        if not self._path.is_file():
            return
        with self._path.open("rb") as file:
            place = 0
            while line := file.readline(LONGEST_LINE + 1):
                if line.strip():
                    yield place, line
                place += len(line)
