"""
The statement with a digest: an index of one dataset, in a file that is mapped to memory.

The file: how many statements there are (8 bytes), their SHA-256 digests in order (32 bytes each),
where each line ends (8 bytes each), and the canonical N-Triples lines in the order of the digests.
"""

import hashlib
import mmap
import tempfile
from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate
from pathlib import Path
from typing import IO, Self

from pyoxigraph import Literal, Quad, RdfFormat, Triple, parse

from partage.errors import IntegrityError, StatementsNotIndexed
from partage.rdf.canonical import ntriples_line, statement_digest
from partage.rdf.formats import by_key
from partage.store.engine import Engine, Query

EVERYTHING = "{ { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
MAX_STATEMENTS = 2_000_000
_DIGEST, _NUMBER = 32, 8


class StatementIndex:
    """The statements of one dataset by their digests."""

    def __init__(self, file: IO[bytes]) -> None:
        """Map an index written by `build`; the file may be closed afterwards."""
        size = file.seek(0, 2)
        self._data: mmap.mmap | bytes = b"\0" * _NUMBER
        if size > _NUMBER:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._count = int.from_bytes(self._data[:_NUMBER], "little")
        self._ends = _NUMBER + self._count * _DIGEST
        self._lines = self._ends + self._count * _NUMBER

    @classmethod
    def build(cls, statements: Iterable[Triple | Quad], path: Path | None = None) -> Self:
        """Index statements into a new file, or into one without a name."""
        lines = (ntriples_line(s).encode("utf-8") for s in statements if statement_digest(s))
        return cls._write(lines, path)

    @classmethod
    def of_lines(cls, ntriples: bytes) -> Self:
        """Index N-Triples as our stores write them: canonical, a line each."""
        return cls._write((text for text in ntriples.split(b"\n") if _nameable(text)), None)

    @classmethod
    def _write(cls, lines: Iterable[bytes], path: Path | None) -> Self:
        found = {hashlib.sha256(text).digest(): text for text in lines}
        with path.open("w+b") if path else tempfile.TemporaryFile() as file:
            digests = sorted(found)
            file.write(len(digests).to_bytes(_NUMBER, "little"))
            file.writelines(digests)
            file.write(_ends(found[digest] for digest in digests))
            file.writelines(found[digest] for digest in digests)
            file.flush()
            return cls(file)

    @classmethod
    def open(cls, path: Path) -> Self:
        """
        Open an index.

        Raises
        ------
        IntegrityError
            It cannot be read.
        """
        try:
            with path.open("rb") as file:
                return cls(file)
        except OSError as error:
            raise IntegrityError(f"{path} is no index of statements: {error}.") from error

    def __len__(self) -> int:
        return self._count

    def find(self, digest: str) -> Triple | None:
        """Return the statement with this digest (64 hexadecimal digits), if there is one."""
        try:
            wanted = bytes.fromhex(digest)
        except ValueError:
            return None
        at = bisect_left(range(self._count), wanted, key=self._digest)
        if at == self._count or self._digest(at) != wanted:
            return None
        text = self._data[self._lines + self._end(at - 1) : self._lines + self._end(at)]
        quad = next(iter(parse(text, format=RdfFormat.N_TRIPLES)))
        return quad.triple if isinstance(quad, Quad) else quad

    def _digest(self, at: int) -> bytes:
        start = _NUMBER + at * _DIGEST
        return self._data[start : start + _DIGEST]

    def _end(self, at: int) -> int:
        if at < 0:
            return 0
        start = self._ends + at * _NUMBER
        return int.from_bytes(self._data[start : start + _NUMBER], "little")


def _nameable(text: bytes) -> bool:
    """Say whether a line is a statement whose nodes have names of their own."""
    return text.startswith(b"<") and not text.split(b" ", 2)[2].startswith((b"_:", b"<<"))


def _ends(lines: Iterable[bytes]) -> bytes:
    ends = accumulate(len(text) for text in lines)
    return b"".join(end.to_bytes(_NUMBER, "little") for end in ends)


def index_statements(engine: Engine, release: str | None = None) -> StatementIndex:
    """
    Index every statement of the dataset that an engine holds, or of one of its releases.

    One query does it, so that it works over any engine that holds no more than `LARGEST`.

    Raises
    ------
    StatementsNotIndexed
        The dataset is too large to be read as a whole.
    EngineError
        The engine does not answer.
    """
    count = engine.query(Query(f"SELECT (COUNT(*) AS ?n) {EVERYTHING}", release=release))
    number = count.solutions()[0]["n"]
    assert isinstance(number, Literal)
    if int(number.value) > MAX_STATEMENTS:
        raise StatementsNotIndexed(
            "Statements are not found by digest here: the dataset holds %(held)s, more "
            "than the %(most)s that are indexed. Ask for the triple by SPARQL instead.",
            held=int(number.value),
            most=MAX_STATEMENTS,
        )
    ntriples = by_key("ntriples")
    assert ntriples is not None
    every = engine.query(Query(f"CONSTRUCT {{ ?s ?p ?o }} {EVERYTHING}", release=release))
    return StatementIndex.of_lines(b"".join(every.serialize(ntriples)))
