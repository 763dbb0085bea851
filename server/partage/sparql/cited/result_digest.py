r"""
The digest of an answer: the same for the same answer, whoever computes it from whichever format
(RDA Data Citation R5-R6, https://doi.org/10.15497/RDA00016).

It is the SHA-256 of a text in UTF-8 that anybody can make:

- solutions: a line of the variables (`?a<tab>?b`), then a line for each solution, its terms in
  canonical N-Triples parted by tabs, nothing where a variable is unbound. The lines are sorted
  by code point, duplicates kept; they stay as they are where the query itself says ORDER BY;
- a boolean: the line `true` or `false`;
- a graph: its canonical N-Quads by RDFC-1.0 (https://www.w3.org/TR/rdf-canon/).

Blank nodes have no name that would be the same another time. Solutions that hold some have no
digest; a graph has one unless a triple links two of them, because to tell such nodes apart can
take time without bound.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, cast

from pyoxigraph import (
    BlankNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from partage.errors import NotCitable
from partage.rdf.canonical import rdfc10
from partage.rdf.formats import Format, by_key
from partage.sparql.syntax import tokens
from partage.store.engine import Result, Term

# Sorting needs all lines at once.
MOST_ROWS = 100_000
MOST_BYTES = 50_000_000
LOSSLESS = ("json", "xml", "tsv")


@dataclass(frozen=True, slots=True)
class ResultDigest:
    """An answer's `sha256`, 64 hexadecimal digits, and how many solutions or triples it has."""

    sha256: str
    rows: int | None


def digest(result: Result, *, ordered: bool) -> ResultDigest:
    """
    Return the digest of an answer, which is read to its end.

    Raises
    ------
    NotCitable
        The answer is too long, or has blank nodes that could not be told apart another time.
    EngineError
        As the answer does.
    """
    key = "ntriples" if result.kind == "graph" else "json"
    fmt = by_key(key)
    assert fmt is not None
    return digest_of(result.serialize(fmt), fmt, ordered=ordered)


def digest_of(chunks: Iterable[bytes], fmt: Format, *, ordered: bool) -> ResultDigest:
    """
    Return the digest of an answer in a format, as it was downloaded.

    Raises
    ------
    NotCitable
        As `digest`; or the format does not keep what terms are, as CSV does not.
    SyntaxError
        The bytes are not of this format.
    """
    source = cast("IO[bytes]", _Chunks(chunks))
    try:
        return _digest_of(source, fmt, ordered=ordered)
    except MemoryError:  # a bound of the parser's own
        raise NotCitable(
            "A value of the answer is too long to be cited. Leave it out, or shorten it with "
            "SUBSTR."
        ) from None


def _digest_of(source: IO[bytes], fmt: Format, *, ordered: bool) -> ResultDigest:
    if fmt.rdf is not None:
        return _graph(source, fmt.rdf)
    if fmt.results is None or fmt.key not in LOSSLESS:
        raise NotCitable(
            "%(format)s does not keep what terms are. Take one of %(formats)s.",
            format=fmt.label,
            formats=", ".join(LOSSLESS),
        )
    return _results(source, fmt.results, ordered=ordered)


def is_ordered(text: str) -> bool:
    """Return whether a query itself, not a query within it, says ORDER BY."""
    depth, before = 0, ""
    for token in tokens(text):
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0 and before == "ORDER" and token.word == "BY":
            return True
        before = token.word
    return False


def _results(source: IO[bytes], fmt: QueryResultsFormat, *, ordered: bool) -> ResultDigest:
    answer = parse_query_results(source, format=fmt)
    if isinstance(answer, QueryBoolean):
        return ResultDigest(sha256([truth(answer)]), None)
    assert isinstance(answer, QuerySolutions)
    first, lines = head(answer), list(_lines(answer))
    if not ordered:
        lines.sort()
    return ResultDigest(sha256([first, *lines]), len(lines))


def truth(answer: QueryBoolean) -> bytes:
    """Return the line that stands for a boolean."""
    return b"true\n" if answer else b"false\n"


def head(answer: QuerySolutions) -> bytes:
    """Return the line of the variables."""
    return "\t".join(f"?{variable.value}" for variable in answer.variables).encode() + b"\n"


def row(terms: Iterable[Term | None]) -> bytes:
    """Return the line of a solution."""
    return "\t".join("" if term is None else str(term) for term in terms).encode() + b"\n"


def _lines(answer: QuerySolutions) -> Iterator[bytes]:
    size = 0
    for number, solution in enumerate(answer, 1):
        terms: list[Term | None] = list(solution)
        if any(_has_blank_node(term) for term in terms):
            raise NotCitable(
                "Solution %(number)s has a blank node, which has no name to be found again by. "
                "Ask for what is known of it, not for the node itself.",
                number=number,
            )
        line = row(terms)
        size += len(line)
        if number > MOST_ROWS or size > MOST_BYTES:
            raise _too_much(number)
        yield line


def _graph(source: IO[bytes], fmt: RdfFormat) -> ResultDigest:
    quads = set()
    size = 0
    for quad in parse(source, format=fmt):
        nodes = (quad.subject, quad.object)
        if any(isinstance(node, Triple) for node in nodes):
            raise NotCitable("The graph holds triple terms, which RDFC-1.0 does not know.")
        if all(isinstance(node, BlankNode) for node in nodes):
            raise NotCitable(
                "A triple of the graph links two blank nodes, which have no names to be found "
                "again by. Give one of them an IRI in the template."
            )
        quads.add(quad)
        size += len(str(quad))
        if len(quads) > MOST_ROWS or size > MOST_BYTES:
            raise _too_much(len(quads))
    return ResultDigest(rdfc10(quads), len(quads))


def _too_much(rows: int) -> NotCitable:
    if rows > MOST_ROWS:
        return NotCitable(
            "The answer has more than %(most)s rows. "
            "Cite a narrower query, or the release as a whole.",
            most=MOST_ROWS,
        )
    return NotCitable(
        "The answer has more than %(most)s bytes. "
        "Cite a narrower query, or the release as a whole.",
        most=MOST_BYTES,
    )


def _has_blank_node(term: object) -> bool:
    match term:
        case BlankNode():
            return True
        case Triple():
            return any(_has_blank_node(part) for part in (term.subject, term.object))
    return False


def sha256(lines: Iterable[bytes]) -> str:
    """Return the digest of lines, 64 hexadecimal digits."""
    found = hashlib.sha256()
    for line in lines:
        found.update(line)
    return found.hexdigest()


class _Chunks:
    """Chunks as a file to read from, as far as pyoxigraph reads it."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """Return at most so many bytes; none at the end."""
        while not self._rest and (chunk := next(self._chunks, None)) is not None:
            self._rest = chunk
        end = len(self._rest) if size < 0 else size
        taken, self._rest = self._rest[:end], self._rest[end:]
        return taken
