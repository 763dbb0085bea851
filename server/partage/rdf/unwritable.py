"""What formats have no way to write, found as an engine writes it."""

import re
from typing import Protocol

from partage.errors import Unwritable

XML = frozenset({"xml", "rdfxml"})
_CONTROLS = bytes(sorted(set(range(32)) - set(b"\t\n\r")))
_NO_CHARACTERS = ("\ufffe".encode(), "\uffff".encode())
# An element whose name ends with its prefix: the predicate leaves no local name. Names that no
# reader takes (RDF/XML §6.2.4, Namespaces in XML §3), and labels that are no names.
_NO_NAME = re.compile(
    rb"<(?:[^\s<>/]+:[\s/>]|rdf:(?:aboutEach|aboutEachPrefix|bagID)[\s/>]|xmlns:)"
)
_NO_LABEL = re.compile(rb'rdf:nodeID="\d')
# Bytes looked at again with the next: no element's name that is written in parts is longer.
_OVERLAP = 1_000


class BinaryWriter(Protocol):
    """As much of a binary file as an engine needs to write."""

    def write(self, data: bytes, /) -> int:
        """Take bytes."""
        ...

    def flush(self) -> None:
        """Hand on what was taken."""
        ...


class XmlFile:
    """A file for what an engine writes as XML, which must be XML 1.0 (§2.2)."""

    def __init__(self, file: BinaryWriter) -> None:
        self._file = file
        self._end = b""

    def write(self, data: bytes) -> int:
        """
        Take bytes; a carriage return becomes a reference, else readers make a line feed of it.

        Raises
        ------
        Unwritable
            A character is none of XML, or a name is none that RDF/XML may have there.
        """
        seen = self._end + data
        has_controls = len(seen.translate(None, _CONTROLS)) < len(seen)
        if has_controls or any(character in seen for character in _NO_CHARACTERS):
            raise Unwritable(
                "The answer holds control characters, which XML has no way to write. Ask for it "
                "as JSON, Turtle or N-Triples."
            )
        if _NO_NAME.search(seen) or _NO_LABEL.search(seen):
            raise _invalid_xml_name()
        self._end = seen[-_OVERLAP:]
        self._file.write(data.replace(b"\r", b"&#xD;"))
        return len(data)

    def flush(self) -> None:
        """Hand on what is left."""
        self._file.flush()


def unwritable(error: Exception) -> Unwritable | None:
    """Return the error of an answer that its format cannot hold; None of another error."""
    if isinstance(error, Unwritable):
        return error
    if "reserved syntax term" in str(error):
        return _invalid_xml_name()
    return triple_terms() if "does not support RDF 1.2" in str(error) else None


def _invalid_xml_name() -> Unwritable:
    return Unwritable(
        "RDF/XML has no way to write a name in this graph: the end of a predicate or the label of "
        "a blank node is no XML name, or the name is reserved. Ask for it as Turtle, JSON-LD or "
        "N-Triples."
    )


def triple_terms() -> Unwritable:
    """Return the error of triple terms (RDF 1.2) in a format that has none."""
    return Unwritable(
        "The answer holds triple terms, which this format has no way to write. Ask for it as "
        "Turtle, N-Triples or JSON."
    )
