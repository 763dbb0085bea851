"""
RDF/XML on its way to the engine: checked, and in words that the engine reads rightly.

Of `rdf:parseType="Literal"` the engine gives namespaces that the literal does not use, and twice
those that it declares; an empty one it refuses, and of any other parse type it drops the triple.
All are XML literals (https://www.w3.org/TR/rdf-syntax-grammar/#section-Syntax-XML-literals): here
each becomes a text of the datatype rdf:XMLLiteral in exclusive canonical form, with comments
(https://www.w3.org/TR/xml-exc-c14n/). Line ends become those of XML 1.0 §2.11.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.parsers import expat
from xml.sax.saxutils import escape

from partage.errors import RdfSyntaxError
from partage.rdf.namespaces import PREFIXES

RDF = PREFIXES["rdf"]
XML = "http://www.w3.org/XML/1998/namespace"
MAX_DEPTH = MOST_PREFIXES = 1_000
MAX_LITERAL = 16 << 20
"""Characters of an XML literal: the engine reads none that is longer."""
_TAG = re.compile(rb"<([^\s/>]+)(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
_PARSE_TYPE = re.compile(rb"([^\s:]+:)parseType\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_DATATYPE = rb'\1datatype="' + RDF.encode() + rb'XMLLiteral"'
_IN_TEXT = {"\r": "&#xD;"}
_IN_ATTRIBUTE = {'"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"}


class RdfXmlFilter:
    """
    Gives the bytes of an RDF/XML file as they should be read.

    Refused are bytes that are no XML, grow by their entities or are nested too deeply.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ended = False
        self._rest = b""
        self._held, self._start = b"", 0  # bytes of the file, and where in it they begin
        self._next = 0  # the byte that is handed on next
        self._event = 0  # the byte at which the last event begins
        self._given: list[bytes] = []
        self._scopes: list[Mapping[str, str]] = [{"": "", "xml": XML}]
        self._literal: CanonicalXml | None = None
        self._begin, self._depth = 0, 0  # of the element of the literal
        self._parser = parser = expat.ParserCreate()
        parser.StartElementHandler = self._open_element
        parser.EndElementHandler = self._close_element
        parser.CommentHandler = self._add_comment
        parser.ProcessingInstructionHandler = self._add_instruction
        parser.EntityDeclHandler = self._declare_entity

    def __call__(self, data: bytes) -> bytes:
        """
        Take the next bytes, none at the end, and return what can be handed on.

        Raises
        ------
        RdfSyntaxError
            The file is refused; the error says where and what to do.
        """
        if self._ended:  # a parser may ask again at the end
            return b""
        self._ended = not data
        data = self._rest + data
        self._rest = b"\r" if data.endswith(b"\r") and not self._ended else b""
        data = data.removesuffix(self._rest).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self._held += data
        try:
            self._parser.Parse(data, self._ended)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            if "amplification" in reason:
                reason = (
                    "its entities make it more than 100 times as long, as a file that is made to "
                    "fill memory does. Write out what they stand for."
                )
            raise RdfSyntaxError(self._path, reason, error.lineno, error.offset + 1) from error
        end = self._begin if self._literal else self._event
        self._given.append(self._take(self._start + len(self._held) if self._ended else end))
        self._held, self._start = self._held[self._next - self._start :], self._next
        if len(self._held) > 2 * MAX_LITERAL:
            raise self._fault("a text is longer than 16 MiB, the most that is read.")
        output = b"".join(self._given)
        self._given.clear()
        return output

    def _take(self, end: int) -> bytes:
        """Return the bytes that were not handed on yet, up to one of the file."""
        taken = self._held[self._next - self._start : end - self._start]
        self._next = end
        return taken

    def _open_element(self, name: str, attributes: dict[str, str]) -> None:
        self._event = self._parser.CurrentByteIndex
        if len(self._scopes) > MAX_DEPTH:
            raise self._fault(f"elements are nested more than {MAX_DEPTH:,} deep. Nest them less.")
        scope = self._scopes[-1]
        if any(one.startswith("xmlns") for one in attributes):
            scope = {**scope, **{n[6:]: v for n, v in attributes.items() if _declares(n)}}
            if len(scope) > MOST_PREFIXES:
                raise self._fault(f"more than {MOST_PREFIXES:,} prefixes are declared at once.")
        self._scopes.append(scope)
        if self._literal:
            try:
                self._literal.open_element(name, attributes, scope)
            except KeyError as error:
                raise self._fault(f"the prefix {error.args[0]}: is not declared.") from error
            self._check_length()
        elif attributes and _is_literal(attributes, scope):
            self._given.append(self._take(self._event))
            if self._held[self._event - self._start :][:1] != b"<":
                raise self._fault("an XML literal stands in an entity. Write it out.")
            self._literal, self._begin, self._depth = CanonicalXml(), self._event, len(self._scopes)
            self._parser.CharacterDataHandler = self._add_text

    def _close_element(self, name: str) -> None:
        self._event = self._parser.CurrentByteIndex
        if self._literal and len(self._scopes) == self._depth:
            self._given.append(self._rewritten(self._take(self._event), self._literal))
            self._literal = None
            self._parser.CharacterDataHandler = None
        elif self._literal:
            self._literal.close_element(name)
        self._scopes.pop()

    @staticmethod
    def _rewritten(element: bytes, literal: "CanonicalXml") -> bytes:
        """Return a property element, as long as its end tag, with its XML literal as a text."""
        found = _TAG.match(element)
        assert found  # expat has read it
        tag = found[0].removesuffix(b">").removesuffix(b"/")
        tag = _PARSE_TYPE.sub(_DATATYPE, tag, count=1)
        text = escape(literal.text()).encode()
        end = b"</" + found[1] + b">" if found[0].endswith(b"/>") else b""
        # What comes after stays on its line, for what is told of it.
        lost = element.count(b"\n") - tag.count(b"\n") - text.count(b"\n")
        return tag + b"\n" * lost + b">" + text + end

    def _add_text(self, text: str) -> None:
        self._add(escape(text, _IN_TEXT))

    def _add_comment(self, text: str) -> None:
        self._event = self._parser.CurrentByteIndex
        self._add(f"<!--{text}-->")

    def _add_instruction(self, target: str, text: str) -> None:
        self._event = self._parser.CurrentByteIndex
        self._add(f"<?{target} {text}?>" if text else f"<?{target}?>")

    def _add(self, text: str) -> None:
        if self._literal:
            self._literal.add(text)
            self._check_length()

    def _check_length(self) -> None:
        if self._literal and self._literal.length > MAX_LITERAL:
            raise self._fault("an XML literal is longer than 16 MiB, the most that is read.")

    def _declare_entity(self, _name: str, _parameter: int, value: str | None, *_: object) -> None:
        self._event = self._parser.CurrentByteIndex
        if value is None:
            raise self._fault("an entity may stand for a text, not for a file: write that here.")

    def _fault(self, reason: str) -> RdfSyntaxError:
        at = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
        return RdfSyntaxError(self._path, reason, *at)


class CanonicalXml:
    """XML in exclusive canonical form, from its elements and texts one after the other."""

    def __init__(self) -> None:
        self.length = 0
        self._parts: list[str] = []
        self._written: list[Mapping[str, str]] = [{}]  # the namespaces that hold, by prefix

    def text(self) -> str:
        """Return what was added so far."""
        return "".join(self._parts)

    def add(self, text: str) -> None:
        """Add what is in canonical form already."""
        self._parts.append(text)
        self.length += len(text)

    def open_element(
        self, name: str, attributes: Mapping[str, str], scope: Mapping[str, str]
    ) -> None:
        """
        Add a start tag; `scope` has the namespaces of the prefixes.

        Raises
        ------
        KeyError
            A prefix has none.
        """
        written = self._written[-1]
        used = {_prefix(name)}
        others = [pair for pair in attributes.items() if not _declares(pair[0])]
        used.update(_prefix(one) for one, _ in others if ":" in one)
        new = sorted(p for p in used if p != "xml" and written.get(p, "") != scope[p])
        if new:
            written = {**written, **{p: scope[p] for p in new}}
        self._written.append(written)
        pairs = [(f"xmlns:{p}" if p else "xmlns", written[p]) for p in new]
        pairs += sorted(others, key=lambda pair: _order(pair[0], scope))
        self.add(f"<{name}{_attributes_text(pairs)}>")

    def close_element(self, name: str) -> None:
        """Add an end tag."""
        self._written.pop()
        self.add(f"</{name}>")


def _is_literal(attributes: Mapping[str, str], scope: Mapping[str, str]) -> bool:
    """Return whether the content of an element is an XML literal, as any other type says too."""
    return any(
        name.endswith(":parseType")
        and scope.get(_prefix(name)) == RDF
        and value not in {"Resource", "Collection"}
        for name, value in attributes.items()
    )


def _declares(name: str) -> bool:
    """Return whether an attribute declares a prefix: `xmlns` that of "", `xmlns:e` that of "e"."""
    return name == "xmlns" or name.startswith("xmlns:")


def _prefix(name: str) -> str:
    return name.rpartition(":")[0]


def _order(name: str, scope: Mapping[str, str]) -> tuple[str, str]:
    """Sort attributes by namespace and local name; those without a prefix have no namespace."""
    prefix, colon, local = name.rpartition(":")
    return (scope.get(prefix, "") if colon else "", local)


def _attributes_text(pairs: Iterable[tuple[str, str]]) -> str:
    return "".join(
        f' {name}="{escape(value, _IN_ATTRIBUTE).replace("&gt;", ">")}"' for name, value in pairs
    )
