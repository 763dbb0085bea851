"""
The normal form of a query: what two people typed differently, and the engine reads alike, is one
text (RDA Data Citation R4, https://doi.org/10.15497/RDA00016; the grammar is SPARQL 1.1 §19,
https://www.w3.org/TR/sparql11-query/#sparqlGrammar).

Comments and white space go, keywords are in capitals, `a`, prefixed and relative names are whole
IRIs, the prologue is gone, `$x` is `?x`. Literals, blank node labels and the names of variables
stay as typed. The form parses, and answers as the query does.
"""

import re
from collections.abc import Iterator
from contextlib import suppress

from pyoxigraph import RdfFormat, parse

from partage.errors import NotCitable
from partage.rdf.namespaces import BASE, iri
from partage.sparql.tokens import IRI, Token, place, tokens, unescape

# Longer than any query somebody wrote; reading one of these takes some 350 ms.
LONGEST = 50_000
LONGEST_FORM = 200_000
# Where a text has no BASE: the endpoint's lasting address, not that of the host which was asked.
ENDPOINT = BASE + "sparql"
TYPE = f"<{iri('rdf:type')}>"
# What resolves IRIs while the query runs needs the base then.
RESOLVING = ("IRI", "URI")
# Marks of SPARQL 1.2 that are one word though `tokens` reads several.
_MARKS = ("<<(", ")>>", "<<", ">>", "{|", "|}")
# Oxigraph reads these in small letters only.
_AS_TYPED = ("true", "false")
_IRI = re.compile(IRI)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_LOCATED = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*://")
# A comparison that has no space in it, `?a<?b&&?c>?d`, looks like an IRI.
_COMPARED = re.compile(r"&&|[),]|^<[?$]")
_OPERANDS = ("variable", "string", "language", "number", "name", "iri")
_ESCAPED = re.compile(r"\\([_~.\-!$&'()*+,;=/?#@%])")


def normalize(text: str, base: str = ENDPOINT) -> str:
    """
    Return the normal form of a query that parses.

    Raises
    ------
    NotCitable
        It is too long; a name in it can be read in two ways, or its prefix is declared nowhere.
    """
    if len(text) > LONGEST:
        raise NotCitable(
            "The query has %(length)s characters; one of more than %(most)s is not cited. "
            "Shorten it.",
            length=len(text),
            most=LONGEST,
        )
    # Forms send the end of a line as two characters; it must not matter who sent it.
    text = text.replace("\r\n", "\n")
    reader = _Reader(text, base)
    words = []
    size = 0
    for word in reader.words(_merged(text)):
        words.append(word)
        size += len(word) + 1
        if size > LONGEST_FORM:  # a long prefix makes much of little
            raise NotCitable(
                "With its names written out the query has more than %(most)s characters. "
                "Shorten it.",
                most=LONGEST_FORM,
            )
    if reader.resolves:
        words.insert(0, f"BASE <{reader.base}>")
    return " ".join(words)


class _Reader:
    """Reads the prologue, then writes what follows it."""

    def __init__(self, text: str, base: str) -> None:
        self.text = text
        self.base = base
        self.resolves = False
        self._prefixes: dict[str, str] = {}

    def words(self, read: Iterator[Token]) -> Iterator[str]:
        """Yield the words of the normal form; tokens that belong together are one word."""
        word = ""
        before: Token | None = None
        for token in self._body(read):
            written = self._write(token, before)
            if before is not None and _joined(before, token):
                word += written
            else:
                if word:
                    yield word
                word = written
            before = token
        if word:
            yield word

    def _body(self, read: Iterator[Token]) -> Iterator[Token]:
        """Take in the prologue and yield the rest."""
        for token in read:
            if token.is_word("BASE"):
                self.base = self._resolve(next(read, token))
            elif token.is_word("PREFIX"):
                name = next(read, token).text
                self._prefixes[name.removesuffix(":")] = self._resolve(next(read, token))
            elif token.is_word("VERSION"):
                next(read, None)
            else:
                yield token
                break
        yield from read

    def _write(self, token: Token, before: Token | None) -> str:
        match token.kind:
            case "word" if token.text == "a":
                return TYPE
            case "word":
                self.resolves = self.resolves or token.is_word(*RESOLVING)
                return token.text if token.text in _AS_TYPED else token.text.upper()
            case "variable":
                return "?" + token.text[1:]
            case "iri":
                self._doubt(token, before)
                return f"<{self._resolve(token)}>"
            case "name" if not token.text.startswith("_:"):
                return f"<{self._expand(token)}>"
        return token.text

    def _expand(self, token: Token) -> str:
        prefix, _, local = token.text.partition(":")
        if prefix not in self._prefixes:
            raise NotCitable(
                "Line %(line)d, column %(column)d: the prefix %(prefix)s: is not declared.",
                **self._place(token),
                prefix=prefix[:40],
            )
        return self._prefixes[prefix] + _ESCAPED.sub(r"\1", local)

    def _resolve(self, token: Token) -> str:
        """Return an IRI absolute and without escapes, as Oxigraph reads it."""
        plain = unescape(token.text)
        if _IRI.fullmatch(plain):
            if _ABSOLUTE.match(plain, 1):
                return plain[1:-1]
            with suppress(ValueError, SyntaxError):  # the one of its base, the other its own
                read = parse(f"{plain} <a:a> <a:a> .", format=RdfFormat.TURTLE, base_iri=self.base)
                return str(next(read).subject)[1:-1]
        raise NotCitable(
            "Line %(line)d, column %(column)d: %(token)s is no IRI.",
            **self._place(token),
            token=token.text[:80],
        )

    def _doubt(self, token: Token, before: Token | None) -> None:
        """Refuse what may be a comparison: which it is, only the grammar could tell."""
        operand = before is not None and (before.kind in _OPERANDS or before.text in {")", "true"})
        if operand and not _LOCATED.match(token.text) and _COMPARED.search(token.text):
            raise NotCitable(
                "Line %(line)d, column %(column)d: %(token)s may be an IRI or a comparison. Put a "
                "space after < if it compares.",
                **self._place(token),
                token=token.text[:80],
            )

    def _place(self, token: Token) -> dict[str, int]:
        line, column = place(self.text, token.start)
        return {"line": line, "column": column}


def _joined(before: Token, token: Token) -> bool:
    """
    Return whether no space may stand between: `"x"@en`, `"1"^^<…>`, a sign and its number, and,
    though the grammar lets it, a function and its arguments: Oxigraph reads no `COALESCE (`.
    """
    if token.kind == "language" or "^^" in {before.text, token.text}:
        return True
    if before.kind == "word" and token.text == "(":
        return True
    return before.text in {"+", "-"} and token.kind == "number" and before.end == token.start


def _merged(text: str) -> Iterator[Token]:
    """Yield the tokens, with SPARQL 1.2's marks in one, and a full stop apart from its number."""
    until = 0
    for token in tokens(text):
        if token.start < until:
            continue
        if token.kind == "mark" and (mark := _mark(text, token)):
            until = token.start + len(mark)
            yield Token("mark", mark, token.start, until)
        elif token.kind == "number" and token.text.endswith("."):
            yield Token("number", token.text[:-1], token.start, token.end - 1)
            yield Token("mark", ".", token.end - 1, token.end)
        else:
            yield token


def _mark(text: str, token: Token) -> str | None:
    if _IRI.match(text, token.end):  # `?a<<urn:b>` compares
        return None
    return next((mark for mark in _MARKS if text.startswith(mark, token.start)), None)
