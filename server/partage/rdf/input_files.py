"""
RDF files as they come: compressed, with a byte order mark, or made to harm who reads them.

What the engine's parsers would take without an end is refused here, while they read: entities that
multiply (https://www.w3.org/TR/rdf-syntax-grammar/ is XML 1.0), compressed files that grow beyond
measure, elements and triple terms nested so deeply that the engine slows down or overflows.
"""

import gzip
import io
import os
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from pyoxigraph import RdfFormat

from partage.errors import RdfSyntaxError, escape_invisible
from partage.rdf.formats import is_compressed
from partage.rdf.rdfxml import MAX_DEPTH, RdfXmlFilter

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BOM = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
READ_SIZE = 1 << 16
# A compressed file may grow so many times; below so many bytes, as much as it likes.
MAX_COMPRESSION_RATIO, ALWAYS_ALLOWED_BYTES = 200, 100_000_000
_FORMS_OF_LINES = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
_FORMS_WITH_TRIPLE_TERMS = (*_FORMS_OF_LINES, RdfFormat.TURTLE, RdfFormat.TRIG)

Check = Callable[[bytes], bytes]
"""Takes the next bytes of a file, none at its end; returns what to read, or refuses them."""


@contextmanager
def open_rdf_file(
    path: Path, form: RdfFormat, watch: Callable[[IO[bytes]], IO[bytes]] = lambda raw: raw
) -> Iterator[IO[bytes]]:
    """
    Give the bytes of a file to a parser: uncompressed, without a byte order mark.

    `watch` gets the file as it lies on disk, and returns what to read instead.

    Raises
    ------
    RdfSyntaxError
        The file cannot be read or does not parse, or is refused; the error says where and what to
        do.
    """
    try:
        if path.exists() and not path.is_file():  # to open a pipe would wait for its other end
            raise RdfSyntaxError(path, "is no regular file. Save what it gives in one.")
        raw = path.open("rb")
    except OSError as error:
        raise RdfSyntaxError(path, f"cannot be read: {error}") from error
    with raw:
        before = os.fstat(raw.fileno())
        with checked(watch(raw), path, form) as source:
            yield source
        after = os.fstat(raw.fileno())
        if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
            raise RdfSyntaxError(path, "changed while it was read. Try again.")


@contextmanager
def checked(raw: IO[bytes], path: Path, form: RdfFormat | None) -> Iterator[IO[bytes]]:
    """Give the bytes of an open file as `opened` does; with no format, all of what it holds."""
    source = _InputFile(raw, path, form)
    try:
        yield io.BufferedReader(source, READ_SIZE)
    except SyntaxError as error:
        raise RdfSyntaxError(path, _reason(error, form), error.lineno, error.offset) from error
    except MemoryError as error:
        raise RdfSyntaxError(
            path,
            "a name or literal is longer than 16 MiB, the most that is read. Shorten it, or keep "
            "it in a file of its own and link to that.",
            source.line,
        ) from error
    except (OSError, ValueError) as error:
        if type(error) is OSError and error.errno is None:
            raise  # of who reads it: the engine cannot write its store
        raise RdfSyntaxError(path, f"cannot be read: {_reason(error, form)}") from error


def _reason(error: Exception, form: RdfFormat | None) -> str:
    if form == RdfFormat.JSON_LD and "LoadDocumentCallback" in str(error):
        return (
            "its @context is a document at another address, and nothing is fetched here. Put the "
            "context itself in its place, or convert the file to another format first."
        )
    if "Invalid UTF-8" in str(error):
        return f"{error}. Save the file in UTF-8."
    return escape_invisible(str(error))


class _CountingReader:
    """As much of a binary file as its readers use; it counts what they read."""

    def __init__(self, raw: IO[bytes]) -> None:
        self.count = 0
        self._raw = raw

    def read(self, size: int = -1) -> bytes:
        """Return at most so many bytes, none at the end."""
        data = self._raw.read(size)
        self.count += len(data)
        return data


class _InputFile(io.RawIOBase):
    """The bytes of a file from after its byte order mark, checked as they are read."""

    def __init__(self, raw: IO[bytes], path: Path, form: RdfFormat | None) -> None:
        super().__init__()
        self.line = 1
        self._path = path
        self._form = form
        self._raw = _CountingReader(raw)
        self._bytes = cast("IO[bytes]", self._raw)
        if is_compressed(path):
            self._bytes = cast("IO[bytes]", gzip.GzipFile(fileobj=self._bytes))
        self._given = 0
        self._ready, self._ended = b"", False
        self._check: Check = lambda data: data
        if form == RdfFormat.RDF_XML:
            self._check = RdfXmlFilter(path)
        elif form in _FORMS_WITH_TRIPLE_TERMS:
            self._check = _triple_terms(path, lines=form in _FORMS_OF_LINES)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read bytes and return how many; see `io.RawIOBase`."""
        while not self._ready and not self._ended:
            self._ready = self._checked()
        view = memoryview(buffer)
        data, self._ready = self._ready[: len(view)], self._ready[len(view) :]
        self.line += data.count(b"\n")
        view[: len(data)] = data
        return len(data)

    def _checked(self) -> bytes:
        """Return the next bytes, or none; then more may come, unless the file has ended."""
        data = self._next()
        if not self._given and self._form is not None:
            if data.startswith(UTF_16):
                raise RdfSyntaxError(self._path, "the file is in UTF-16. Save it in UTF-8.", 1, 1)
            if data.startswith(BOM):
                data = data.removeprefix(BOM) or self._next()
        self._given += len(data)
        if (
            self._given > ALWAYS_ALLOWED_BYTES
            and self._given > MAX_COMPRESSION_RATIO * self._raw.count
        ):
            raise RdfSyntaxError(
                self._path,
                f"grows to more than {MAX_COMPRESSION_RATIO} times its size, as a file that is "
                "made to fill memory and disks does. If it is not, uncompress it first.",
            )
        self._ended = not data
        return self._check(data)

    def _next(self) -> bytes:
        try:
            return self._bytes.read(READ_SIZE)
        except (EOFError, zlib.error) as error:
            raise RdfSyntaxError(
                self._path, f"cannot be read: cut off or damaged ({error}). Fetch or make it again."
            ) from error


def _triple_terms(path: Path, *, lines: bool) -> Check:
    """Return what refuses triple terms that are nested too deeply, in Turtle and its kin."""
    marks = re.compile(rb"<<\(|\)>>|\n" if lines else rb"<<\(|\)>>")
    change = {
        b"<<(": 1,
        b")>>": -1,
        b"\n": -MAX_DEPTH,
    }  # where a line is a statement, it ends there
    depth, rest = 0, b""

    def check(data: bytes) -> bytes:
        nonlocal depth, rest
        text = rest + data
        rest = text[-2:]  # a mark may go on in the next bytes
        for mark in marks.finditer(text) if depth or b"<<(" in text else ():
            depth = max(0, depth + change[mark[0]])
            if depth > MAX_DEPTH:
                reason = f"triple terms are nested more than {MAX_DEPTH:,} deep. Nest them less."
                raise RdfSyntaxError(path, reason)
        return data

    return check
