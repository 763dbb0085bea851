"""
The terminals of the SPARQL grammar
(SPARQL 1.2 Query Language §19.8, https://www.w3.org/TR/sparql12-query/#sparqlGrammar).
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Kind = Literal[
    "iri", "name", "blank", "variable", "string", "number", "language", "word", "mark", "end"
]  # fmt: skip

_BASE = (
    r"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D"
    r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_U = _BASE + "_"
_CHARS = _U + r"\-0-9\u00B7\u0300-\u036F\u203F-\u2040"
_VARNAME = rf"[{_U}0-9][{_U}0-9\u00B7\u0300-\u036F\u203F-\u2040]*+"
_PLX = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
# No prefix is longer: what is none would be read again and again.
_PREFIX = rf"[{_BASE}](?:[{_CHARS}.]{{0,254}}+(?<!\.))?"
_LOCAL = rf"(?:[{_U}:0-9]|{_PLX})(?:[{_CHARS}:]|{_PLX})*+(?:\.++(?:[{_CHARS}:]|{_PLX})++)*+"
_LABEL = rf"[{_U}0-9][{_CHARS}]*+(?:\.++[{_CHARS}]++)*+"
_UCHAR = (
    r"\\u(?![dD][89a-fA-F])[0-9A-Fa-f]{4}"
    r"|\\U(?:0000(?![dD][89a-fA-F])|000[1-9A-Fa-f]|0010)[0-9A-Fa-f]{4}"
)
_ECHAR = rf"\\[tbnrf\\\"']|{_UCHAR}"
_IRI_CHARACTER = r"[^<>\"{}|^`\\\x00-\x20]"
# An IRI without escapes.
IRI = re.compile(rf"<{_IRI_CHARACTER}*+>")
_STRING = "|".join(
    (
        rf'"""(?:"{{0,2}}+(?:[^"\\]|{_ECHAR}))*+"""',
        rf"'''(?:'{{0,2}}+(?:[^'\\]|{_ECHAR}))*+'''",
        rf'"[^"\\\r\n]*+(?:(?:{_ECHAR})[^"\\\r\n]*+)*+"',
        rf"'[^'\\\r\n]*+(?:(?:{_ECHAR})[^'\\\r\n]*+)*+'",
    )
)
KEYWORDS = frozenset(
    [
        "BASE",
        "PREFIX",
        "VERSION",
        "SELECT",
        "DISTINCT",
        "REDUCED",
        "ASK",
        "CONSTRUCT",
        "DESCRIBE",
        "WHERE",
        "FROM",
        "NAMED",
        "GROUP",
        "BY",
        "HAVING",
        "ORDER",
        "ASC",
        "DESC",
        "LIMIT",
        "OFFSET",
        "VALUES",
        "UNDEF",
        "OPTIONAL",
        "MINUS",
        "GRAPH",
        "SERVICE",
        "SILENT",
        "UNION",
        "FILTER",
        "BIND",
        "AS",
        "NOT",
        "EXISTS",
        "IN",
        "TRUE",
        "FALSE",
        "SEPARATOR",
        "COUNT",
        "SUM",
        "MIN",
        "MAX",
        "AVG",
        "SAMPLE",
        "GROUP_CONCAT",
        "A",
    ]
)
# A keyword needs no space after it: `LIMIT10` and `FILTERNOT` are two tokens each.
_GLUED = re.compile("|".join(sorted(KEYWORDS - {"A"}, key=len, reverse=True)))
# Alternatives in the order in which they are tried: a name goes before the word that begins it.
_TERMINALS: dict[Kind, str] = {
    "iri": rf"<{_IRI_CHARACTER}*+(?:(?:{_UCHAR}){_IRI_CHARACTER}*+)*+>",
    "name": rf"(?:{_PREFIX})?+:(?:{_LOCAL})?+",
    "blank": rf"_:{_LABEL}",
    "variable": rf"[?$]{_VARNAME}",
    "string": _STRING,
    "number": r"(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)[eE][+-]?[0-9]++|[0-9]*+\.[0-9]++|[0-9]++",
    "language": r"@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]++)?",
    "word": r"[A-Za-z_][A-Za-z0-9_]*+",
    "end": r"\Z",
    # A quote that opens no string goes with all that follows, for which no grammar has a use.
    "mark": r"[\"'].*+|<<\(|\)>>|<<|>>|\{\||\|\}|&&|\|\||[!<>]=|\^\^|.",
}
_TERMINAL = re.compile(
    r"(?:[ \t\r\n]++|#[^\r\n]*+)*+(?:"
    + "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _TERMINALS.items())
    + ")",
    re.DOTALL,
)
_KINDS: list[Kind] = [*_TERMINALS]
_CODEPOINT = re.compile(r"(?<!\\)((?:\\\\)*)\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_ESCAPES = {
    "\t": r"\t", "\b": r"\b", "\n": r"\n", "\r": r"\r", "\f": r"\f",
    "\\": r"\\", '"': r"\"", "'": r"\'",
}  # fmt: skip


LOCAL_ESCAPE = re.compile(r"\\([_~.\-!$&'()*+,;=/?#@%])")


class Token(NamedTuple):
    """A terminal; `start` and `end` are offsets in code points, `word` a keyword in capitals."""

    kind: Kind
    text: str
    start: int
    end: int
    word: str

    def relational(self) -> "Token":
        """Return what a token that begins with `<` is where an operator must stand."""
        text = "<=" if self.text.startswith("<=") else "<"
        return Token("mark", text, self.start, self.start + len(text), "")


def token_at(text: str, offset: int) -> Token:
    """Return the first token at or after an offset, of kind `end` where the text has ended."""
    match = _TERMINAL.match(text, offset)
    assert match is not None  # a mark may be any character
    index = match.lastindex
    assert index is not None
    kind = _KINDS[index - 1]
    found = match[index]
    start, end = match.span(index)
    if kind != "word":
        return Token(kind, found, start, end, "")
    word = found.upper()
    if word not in KEYWORDS and (glued := _GLUED.match(word)):
        rest = word[glued.end() :]
        if rest[0].isdigit() or rest in KEYWORDS:
            word, found, end = glued[0], found[: glued.end()], start + glued.end()
    return Token(kind, found, start, end, word)


def tokens(text: str) -> Iterator[Token]:
    """
    Yield the tokens of any text, also of one that is no query.

    Where only the grammar could tell, `<` begins an IRI.
    """
    token = token_at(text, 0)
    while token.kind != "end":
        yield token
        token = token_at(text, token.end)


def place(text: str, offset: int) -> tuple[int, int]:
    """Return line and column of an offset, counted from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def unescape(text: str) -> str:
    r"""
    Replace the codepoint escapes, \u and \U, of an IRI or string token (§19.2).

    What they stand for is escaped in another way where a string needs it.
    """
    return _CODEPOINT.sub(_character, text) if "\\" in text else text


def _character(match: re.Match[str]) -> str:
    character = chr(int(match[2] or match[3], 16))
    return match[1] + _ESCAPES.get(character, character)
