"""What formats have no way to write, found as an engine writes it."""

import re
from typing import Protocol

from partage.errors import Unwritable

XML = frozenset({"xml", "rdfxml"})
_NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
# An element whose name ends with its prefix: the predicate leaves no local name.
_NO_NAME = re.compile(rb"<[^\s<>/]+:[\s/>]")
# Bytes looked at again with the next: no element's name that is written in parts is longer.
_AGAIN = 1_000


class Writing(Protocol):
    """As much of a binary file as an engine needs to write."""

    def write(self, data: bytes, /) -> int:
        """Take bytes."""
        ...

    def flush(self) -> None:
        """Hand on what was taken."""
        ...


class XmlFile:
    """A file for what an engine writes as XML, which must be XML 1.0 (§2.2)."""

    def __init__(self, file: Writing) -> None:
        self._file = file
        self._end = b""

    def write(self, data: bytes) -> int:
        """
        Take bytes; a carriage return becomes a reference, else readers make a line feed of it.

        Raises
        ------
        Unwritable
            A character is none of XML, or a predicate has no name that an element may have.
        """
        seen = self._end + data
        if _NO_XML.search(seen):
            raise Unwritable(
                "The answer holds control characters, which XML has no way to write. Ask for it "
                "as JSON, Turtle or N-Triples."
            )
        if _NO_NAME.search(seen):
            raise Unwritable(
                "The graph has a predicate whose end is no XML name, which RDF/XML has no way to "
                "write. Ask for it as Turtle, JSON-LD or N-Triples."
            )
        self._end = seen[-_AGAIN:]
        self._file.write(data.replace(b"\r", b"&#xD;"))
        return len(data)

    def flush(self) -> None:
        """Hand on what is left."""
        self._file.flush()


def unwritable(error: Exception) -> Unwritable | None:
    """Return the error of an answer that its format cannot hold; None of another error."""
    if isinstance(error, Unwritable):
        return error
    return triple_terms() if "does not support RDF 1.2" in str(error) else None


def triple_terms() -> Unwritable:
    """Return the error of triple terms (RDF 1.2) in a format that has none."""
    return Unwritable(
        "The answer holds triple terms, which this format has no way to write. Ask for it as "
        "Turtle, N-Triples or JSON."
    )
