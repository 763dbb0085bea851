"""What formats have no way to write, found as an engine writes it."""

import re
from typing import Protocol

from partage.errors import Unwritable

XML = frozenset({"xml", "rdfxml"})
_NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
# What the engine makes of a predicate that ends in no name.
_NO_NAME = b"<oxprefix: "


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
        if _NO_XML.search(data):
            raise Unwritable(
                "The answer holds control characters, which XML has no way to write. Ask for it "
                "as JSON, Turtle or N-Triples."
            )
        if _NO_NAME in seen:
            raise Unwritable(
                "The graph has a predicate whose end is no XML name, which RDF/XML has no way to "
                "write. Ask for it as Turtle, JSON-LD or N-Triples."
            )
        self._end = seen[-len(_NO_NAME) :]
        self._file.write(data.replace(b"\r", b"&#xD;"))
        return len(data)

    def flush(self) -> None:
        """Hand on what is left."""
        self._file.flush()


def unwritable(error: Exception) -> Unwritable | None:
    """Return the error of an answer that its format cannot hold; None of another error."""
    if isinstance(error, Unwritable):
        return error
    if "does not support RDF 1.2" not in str(error):
        return None
    return Unwritable(
        "The answer holds triple terms, which this format has no way to write. Ask for it as "
        "Turtle, N-Triples or JSON."
    )
