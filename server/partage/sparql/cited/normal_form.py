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

from pyoxigraph import RdfFormat
from pyoxigraph import parse as read

from partage.errors import NotCitable
from partage.rdf.namespaces import BASE, iri
from partage.sparql.syntax import parse
from partage.sparql.syntax.lexer import IRI, LOCAL_ESCAPE, Token, place, unescape
from partage.sparql.syntax.terms import BOOLEANS
from partage.sparql.syntax.tree import QueryTree

# Longer than any query somebody wrote; reading one of these takes some 350 ms.
LONGEST = 50_000
LONGEST_FORM = 200_000
# Where a text has no BASE: the endpoint's lasting address, not that of the host which was asked.
ENDPOINT = BASE + "sparql"
TYPE = f"<{iri('rdf:type')}>"
# What resolves IRIs while the query runs needs the base then.
RESOLVING = ("IRI", "URI")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")


def normalize(text: str, base: str = ENDPOINT) -> str:
    """
    Return the normal form of a query that parses.

    Raises
    ------
    NotCitable
        It is too long.
    QuerySyntaxError
        It does not parse.
    """
    if len(text) > LONGEST:
        raise NotCitable(
            "The query has %(length)s characters; one of more than %(most)s is not cited. "
            "Shorten it.",
            length=len(text),
            most=LONGEST,
        )
    # Forms send the end of a line as two characters; it must not matter who sent it.
    tree = parse(text.replace("\r\n", "\n"))
    reader = _NormalForm(tree, base)
    words = []
    size = 0
    for word in reader.words():
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


class _NormalForm:
    """Reads the prologue, then writes what follows it."""

    def __init__(self, tree: QueryTree, base: str) -> None:
        self.base = base
        self.resolves = False
        self._tree = tree
        self._prefixes: dict[str, str] = {}

    def words(self) -> Iterator[str]:
        """Yield the words of the normal form; tokens that belong together are one word."""
        for one in self._tree.prologue:
            start = one.end - len(one.value) - 2
            if one.word == "BASE":
                self.base = self._resolve(one.value, start)
            elif one.word == "PREFIX":
                self._prefixes[one.prefix] = self._resolve(one.value, start)
        word = ""
        before: Token | None = None
        for token in self._tree.tokens:
            if token.start < self._tree.start:
                continue
            written = self._write(token)
            if before is not None and _joined(before, token):
                word += written
            else:
                if word:
                    yield word
                word = written
            before = token
        yield word

    def _write(self, token: Token) -> str:
        match token.kind:
            case "word":
                self.resolves = self.resolves or token.word in RESOLVING
                lower = token.word in BOOLEANS
                return TYPE if token.text == "a" else token.text.lower() if lower else token.word
            case "variable":
                return "?" + token.text[1:]
            case "iri":
                return f"<{self._resolve(token.text[1:-1], token.start)}>"
            case "name":
                prefix, _, local = token.text.partition(":")
                local = LOCAL_ESCAPE.sub(r"\1", local)
                return f"<{self._prefixes[prefix]}{local}>"
        return token.text

    def _resolve(self, written: str, start: int) -> str:
        """Return an IRI absolute and without escapes, as Oxigraph reads it."""
        plain = unescape(written)
        if IRI.fullmatch(f"<{plain}>"):
            if _ABSOLUTE.match(plain):
                return plain
            triple = f"<{plain}> <a:a> <a:a> ."
            with suppress(ValueError, SyntaxError):  # the one of its base, the other its own
                found = next(read(triple, format=RdfFormat.TURTLE, base_iri=self.base))
                return str(found.subject)[1:-1]
        line, column = place(self._tree.text, start)
        raise NotCitable(
            "Line %(line)d, column %(column)d: %(token)s is no IRI.",
            line=line,
            column=column,
            token=f"<{written}>"[:80],
        )


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
