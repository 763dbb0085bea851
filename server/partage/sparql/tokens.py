"""
The words of a SPARQL query, without its grammar
(SPARQL 1.1 Query Language §19.8, https://www.w3.org/TR/sparql11-query/#sparqlGrammar).

Strings, IRIs and comments are single tokens, so what they contain is never taken for a keyword.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

Kind = Literal["space", "iri", "string", "variable", "language", "name", "word", "number", "mark"]

# A query is read a dozen times on its way.
REMEMBERED = 4_000
SPACE = r"(?:\s|#[^\r\n]*+)*+"
IRI = r"<[^<>\"{}|^`\x00-\x20]*>"
VARIABLE = r"[?$]\w+"
_CHAR = r"(?:[\w\-·:%]|\\[_~.\-!$&'()*+,;=/?#@%])"
_LOCAL = rf"{_CHAR}(?:(?:{_CHAR}|\.)*{_CHAR})?"
# No prefix is longer: an endless one would be read again and again.
NAME = rf"(?:[^\W\d_](?:[\w\-·.]{{0,100}}[\w\-·])?)?:(?:{_LOCAL})?"
# Which escapes are right is the parser's business: here they only must not end a string.
_ESCAPED = r"\\."
_STRINGS = "|".join(
    (
        rf'"""(?:"{{0,2}}(?:[^"\\]|{_ESCAPED}))*+"""',
        rf"'''(?:'{{0,2}}(?:[^'\\]|{_ESCAPED}))*+'''",
        rf'"(?:[^"\\\r\n]|{_ESCAPED})*+"',
        rf"'(?:[^'\\\r\n]|{_ESCAPED})*+'",
    )
)
_PATTERNS: dict[Kind, str] = {
    "space": r"(?:\s|#[^\r\n]*+)++",
    "iri": IRI,
    "string": _STRINGS,
    "variable": VARIABLE,
    "language": r"@[A-Za-z0-9\-]+",
    "name": rf"_:{_LOCAL}|{NAME}",
    "word": r"[^\W\d]\w*",
    "number": r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?",
    "mark": r"&&|\|\||[<>!]=|\^\^|.",
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


@lru_cache(REMEMBERED)
def token_at(text: str, start: int) -> Token:
    """Return the token that starts at `start`, which must lie within the text."""
    match = _TOKEN.match(text, start)
    assert match is not None  # a mark may be any character
    kind: Kind = match.lastgroup  # type: ignore[assignment]  # the groups are named so
    return Token(kind, match[0], start, match.end())


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a query, white space and comments left out."""
    start = 0
    while start < len(text):
        token = token_at(text, start)
        if token.kind != "space":
            yield token
        start = token.end


def place(text: str, offset: int) -> tuple[int, int]:
    """Return line and column of an offset, counted from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def unescape(text: str) -> str:
    r"""
    Replace \u and \U escapes, as a processor does before it parses (SPARQL 1.1 §19.2).

    Escapes beyond Unicode are left as they are, for the parser to refuse.
    """

    def character(match: re.Match[str]) -> str:
        code = int(match[1] or match[2], 16)
        return chr(code) if code < 0x110000 else match[0]

    return _ESCAPE.sub(character, text)
