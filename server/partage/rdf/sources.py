"""RDF files as they come: compressed, with a byte order mark, or made to harm who reads them."""

import gzip
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from pyoxigraph import RdfFormat

from partage.errors import RdfSyntaxError
from partage.rdf.formats import is_compressed

BOM = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# Where the document type declaration of an RDF/XML file must have ended.
HEAD = 65_536
# An entity stands for a namespace; a long one, or one made of others, multiplies a small file.
LONGEST_ENTITY = 1_000
_ENTITY = re.compile(
    rb"<!ENTITY\s+(?:%\s+)?[^\s\"']+\s+(?:\"([^\"]*)\"|'([^']*)'|(?:SYSTEM|PUBLIC))"
)
_REFERENCE = re.compile(rb"[&%][A-Za-z_:]")


@contextmanager
def opened(
    path: Path, form: RdfFormat, watch: Callable[[IO[bytes]], IO[bytes]] = lambda raw: raw
) -> Iterator[IO[bytes]]:
    """
    Give the bytes of a file to a parser: uncompressed, without a byte order mark.

    `watch` gets the file as it lies on disk, and returns what to read instead.

    Raises
    ------
    RdfSyntaxError
        The file cannot be read or does not parse; the error says where and what to do.
    """
    try:
        with path.open("rb") as raw:
            watched = watch(raw)
            if is_compressed(path):
                watched = cast("IO[bytes]", gzip.GzipFile(fileobj=watched))
            yield cast("IO[bytes]", _Source(watched, path, form))
    except SyntaxError as error:
        raise RdfSyntaxError(path, _says(error, form), error.lineno, error.offset) from error
    except MemoryError as error:
        raise RdfSyntaxError(
            path,
            "a name or literal is longer than 16 MiB, the most that is read. Shorten it, or keep "
            "it in a file of its own and link to that.",
        ) from error
    except (OSError, EOFError, ValueError) as error:
        if type(error) is OSError and error.errno is None:
            raise  # of who reads it: the engine cannot write its store
        raise RdfSyntaxError(path, f"cannot be read: {_says(error, form)}") from error


def _says(error: Exception, form: RdfFormat) -> str:
    if form == RdfFormat.JSON_LD and "LoadDocumentCallback" in str(error):
        return (
            "its @context is a document at another address, and nothing is fetched here. Put the "
            "context itself in its place, or convert the file to another format first."
        )
    if "Invalid UTF-8" in str(error):
        return f"{error}. Save the file in UTF-8."
    return str(error)


class _Source:
    """The bytes of a file from after its byte order mark, its first ones checked."""

    def __init__(self, raw: IO[bytes], path: Path, form: RdfFormat) -> None:
        self._raw = raw
        self._path = path
        self._form = form
        self._head: bytes | None = None

    def read(self, size: int = -1) -> bytes:
        """Return at most so many bytes, none at the end."""
        if self._head is None:
            self._head = self._checked(self._raw.read(HEAD))
        if self._head:
            end = len(self._head) if size < 0 else size
            data, self._head = self._head[:end], self._head[end:]
            return data + self._raw.read() if size < 0 else data
        return self._raw.read(size)

    def readline(self) -> bytes:
        """Return the bytes up to the end of a line."""
        data = b""
        while not data.endswith(b"\n") and (one := self.read(1)):
            data += one
        return data

    def _checked(self, head: bytes) -> bytes:
        if head.startswith(UTF_16):
            raise RdfSyntaxError(self._path, "the file is in UTF-16. Save it in UTF-8.", 1, 1)
        if self._form == RdfFormat.RDF_XML:
            for found in _ENTITY.finditer(head):
                value = found[1] or found[2]
                if value is None or len(value) > LONGEST_ENTITY or _REFERENCE.search(value):
                    line = head.count(b"\n", 0, found.start()) + 1
                    raise RdfSyntaxError(
                        self._path,
                        f"an entity may stand for a text of up to {LONGEST_ENTITY:,} characters, "
                        "not for a file or other entities. Write out what it stands for.",
                        line,
                    )
        return head.removeprefix(BOM)
