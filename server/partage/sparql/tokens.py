"""
The words of a SPARQL query, without its grammar
(SPARQL 1.1 Query Language §19.8, https://www.w3.org/TR/sparql11-query/#sparqlGrammar).

Strings, IRIs and comments are single tokens, so what they contain is never taken for a keyword.
Any text is read in time that grows as its length does: no character is looked at again and again.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Kind = Literal["space", "iri", "string", "variable", "language", "name", "word", "number", "mark"]

SPACE = r"(?:\s|#[^\r\n]*+)*+"
IRI = r"<[^<>\"{}|^`\x00-\x20]*>"
VARIABLE = r"[?$]\w+"
_CHAR = r"(?:[\w\-·:%]|\\[_~.\-!$&'()*+,;=/?#@%])"
_LOCAL = rf"{_CHAR}++(?:\.++{_CHAR}++)*+"
# No prefix is longer: an endless one would be read again and again.
NAME = rf"(?:[^\W\d_](?:[\w\-·.]{{0,100}}[\w\-·])?)?:(?:{_LOCAL})?"
BLANK = rf"_:{_LOCAL}"
# Which escapes are right is the parser's business: here they only must not end a string.
_ESCAPED = r"\\."
_LONG = {
    quotes: rf"{quotes}(?:{quotes[0]}{{0,2}}(?:[^{quotes[0]}\\]|{_ESCAPED}))*+{quotes}"
    for quotes in ('"""', "'''")
}
_SHORT = [rf"{quote}(?:[^{quote}\\\r\n]|{_ESCAPED})*+" for quote in "\"'"]
_STRINGS = [*_LONG.values(), *(f"{short}{short[0]}" for short in _SHORT)]
_PATTERNS: dict[Kind, str] = {
    "space": r"(?:\s|#[^\r\n]*+)++",
    "iri": IRI,
    "string": "|".join(_STRINGS),
    "variable": VARIABLE,
    "language": r"@[A-Za-z0-9\-]+",
    "name": rf"{BLANK}|{NAME}",
    "word": r"[^\W\d]\w*",
    "number": r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?",
    # A quote that opens no string goes with the rest of its line, for which no parser has a use.
    "mark": rf"&&|\|\||[<>!]=|\^\^|{'|'.join(_SHORT)}|.",
}
_TOKEN = re.compile("|".join(f"(?P<{kind}>{p})" for kind, p in _PATTERNS.items()), re.DOTALL)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


class Token(NamedTuple):
    """A piece of the text; `start` and `end` are code-point offsets."""

    kind: Kind
    text: str
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        """Return whether this is one of the keywords, in any case."""
        return self.kind == "word" and self.text.upper() in words


class Lexer:
    """Reads the tokens of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        # From where on three quotes open no string, because none of these is closed.
        self._unclosed: dict[str, int] = {}

    def at(self, start: int) -> Token:
        """Return the token that starts at `start`, which must lie within the text."""
        if self._unclosed:
            quotes = self.text[start : start + 3]
            if start > self._unclosed.get(quotes, start):
                return Token("string", quotes[:2], start, start + 2)
        match = _TOKEN.match(self.text, start)
        assert match is not None  # a mark may be any character
        kind: Kind = match.lastgroup  # type: ignore[assignment]  # the groups are named so
        end = match.end()
        if kind == "string" and end == start + 2 and self.text.startswith(tuple(_LONG), start):
            self._unclosed.setdefault(self.text[start : start + 3], start)
        return Token(kind, match[0], start, end)


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a query, white space and comments left out."""
    lexer, start = Lexer(text), 0
    while start < len(text):
        token = lexer.at(start)
        if token.kind != "space":
            yield token
        start = token.end


def place(text: str, offset: int) -> tuple[int, int]:
    """Return line and column of an offset, counted from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def unescape(text: str) -> str:
    r"""
    Replace \u and \U escapes, as a processor does before it parses (SPARQL 1.1 §19.2).

    Escapes of what is no character, as of surrogates, are left for the parser to refuse.
    """

    def character(match: re.Match[str]) -> str:
        code = int(match[1] or match[2], 16)
        return chr(code) if code < 0xD800 or 0xDFFF < code < 0x110000 else match[0]

    return _ESCAPE.sub(character, text)
