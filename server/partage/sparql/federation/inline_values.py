"""
What another endpoint answered, written as VALUES (SPARQL 1.1 Query Language §10.2,
https://www.w3.org/TR/sparql11-query/#inline-data).

Nothing that an endpoint says may become a word of the query. Each term is written as an N-Triples
term, checked to be one, and stands on a line of its own; and the clause begins with a fence, after
which every reading of the text is outside of strings and comments, however it got there. So what
the guard finds of a text with empty clauses is true of the text with full ones.
"""

import re
from collections.abc import Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from partage.errors import ServiceFailed, ServiceLimitExceeded
from partage.store.engine import Solution, Term

# RDF 1.1 Concepts §3.5: a blank node cannot stand in VALUES, an IRI in its place can.
BLANK = "urn:partage:blank:"
# Ends a comment or a short string by its first line break, long strings by their quotes.
FENCE = "\n#\"\"\"\n#'''\n"
# Three quotes in an IRI would open a string for who reads its `<` as an operator.
_IRI = r"<(?:(?!''')[^<>\"{}|^`\\\x00-\x20])*+>"
_TERM = re.compile(
    rf"{_IRI}|\"(?:[^\"\\\r\n]|\\[tbnrf\"'\\]|\\u[0-9A-F]{{4}}|\\U[0-9A-F]{{8}})*+\""
    rf"(?:@[A-Za-z]+(?:-+[A-Za-z0-9]+)*+|\^\^{_IRI})?+"
)


def clause(variables: Sequence[str], rows: Sequence[Solution], number: int, most: float) -> str:
    """
    Return the group that stands for call number `number`, at most `most` characters.

    Raises
    ------
    ServiceFailed
        The answer holds what cannot be written.
    ServiceExceeded
        It would be longer.
    """
    blanks: dict[BlankNode, str] = {}
    written = [f"{FENCE}{{ VALUES ({' '.join(f'?{name}' for name in variables)}) {{\n"]
    length = 0
    for row in rows:
        cells = (_cell(row.get(name), blanks, number) for name in variables)
        written.append("".join(["(", *(f"{cell}\n" for cell in cells), ")\n"]))
        length += len(written[-1])
        if length > most:
            raise ServiceLimitExceeded(
                "the answer takes more than %(most)s characters as VALUES. Ask for fewer "
                "variables, or put a sub-SELECT with a LIMIT into the SERVICE.",
                most=most,
            )
    return "".join([*written, "} }"])


NOTHING = clause((), (), 0, 0)


def _cell(term: Term | None, blanks: dict[BlankNode, str], number: int) -> str:
    match term:
        case None:
            return "UNDEF"
        case BlankNode():
            return blanks.setdefault(term, f"<{BLANK}{number}:{len(blanks) + 1}>")
        case NamedNode() | Literal() if _TERM.fullmatch(written := str(term)):
            return written
        case Triple():
            raise ServiceFailed("the answer holds a triple term, which VALUES cannot take.")
    raise ServiceFailed(
        "the answer holds %(term)s, which cannot be written as VALUES.", term=str(term)[:100]
    )
