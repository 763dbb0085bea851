"""
Literals that the engine keeps by value, and answers with otherwise than they were written.

It holds numbers, booleans, dates and durations of XML Schema as values: `"01"^^xsd:integer` comes
back as `1`, `"3"^^xsd:int` as an `xsd:integer`. Two literals of one value are one term to it, where
RDF has two (RDF 1.1 Concepts §3.3, https://www.w3.org/TR/rdf11-concepts/#section-Graph-Literal).
What it cannot read as a value, as `"abc"^^xsd:integer`, it keeps as it is.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO, cast

from pyoxigraph import Literal, Quad, QuerySolutions, RdfFormat, Store, Triple, parse

from partage.rdf.formats import by_path
from partage.rdf.input_files import open_rdf_file
from partage.rdf.namespaces import ID, PREFIXES

XSD = PREFIXES["xsd"]
TEXTS = frozenset(XSD + name for name in ("string", "anyURI", "base64Binary", "hexBinary"))
"""Datatypes of XML Schema that are kept as written; their literals may be long."""
SAMPLES = {
    "boolean": "true", "date": "2000-01-01", "time": "00:00:00", "dateTime": "2000-01-01T00:00:00",
    "dateTimeStamp": "2000-01-01T00:00:00Z", "gYear": "2000", "gMonth": "--01", "gDay": "---01",
    "gYearMonth": "2000-01", "gMonthDay": "--01-01", "duration": "P1D",
    "yearMonthDuration": "P1Y", "dayTimeDuration": "P1D",
}  # fmt: skip
"""Of each datatype that is kept by value and is no number, a literal that the engine reads."""
DISTINCT = 50_000
BATCH = 1_000
MANUAL = "docs/reference/endpoint.md#literals"


@dataclass(frozen=True, slots=True)
class ValueChange:
    """Literals of a file that are answered otherwise: how many, and the first, with its line."""

    file: Path
    line: int | None
    count: int
    written: Literal
    answered: Literal

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        many = f"{self.count:,} literals" if self.count > 1 else "a literal"
        if self.written.datatype != self.answered.datatype:
            what, test = "another datatype", "DATATYPE"
        else:
            what, test = "another lexical form", "STR"
        return (
            f"{place}: {many} will be answered with {what}, as {self.written} with "
            f"{self.answered}: the engine keeps values. Compare by `=` and not by {test} or "
            f"sameTerm; write as a string what must stay as it is. See {MANUAL}."
        )


def value_changes(file: Path) -> list[ValueChange]:
    """
    Return which literals of a file the engine answers otherwise, the two kinds of change apart:
    to another datatype, and to another lexical form.

    Raises
    ------
    RdfSyntaxError
        The file cannot be read or does not parse.
    """
    fmt = by_path(file)
    assert fmt is not None  # whoever read the file knew its format
    assert fmt.rdf is not None
    with open_rdf_file(file, fmt.rdf) as source:
        lines = _Lines(source)
        quads = parse(cast("IO[bytes]", lines), format=fmt.rdf, base_iri=ID)
        counts_lines = fmt.rdf != RdfFormat.JSON_LD  # which is read to its end before it is parsed
        return _changes(file, quads, lambda: lines.count if counts_lines else None)


def _changes(
    file: Path, quads: Iterable[Quad], line: Callable[[], int | None]
) -> list[ValueChange]:
    found: dict[bool, ValueChange] = {}
    pending: dict[Literal, tuple[int, int | None]] = {}

    def settle() -> None:
        for written, answered in answered_otherwise(pending).items():
            count, at = pending[written]
            kind = written.datatype == answered.datatype
            first = found.get(kind) or ValueChange(file, at, 0, written, answered)
            found[kind] = replace(first, count=first.count + count)
        pending.clear()

    for quad in quads:
        for literal in literals(quad.object):
            count, at = pending.get(literal) or (0, line())
            pending[literal] = count + 1, at
        if len(pending) >= DISTINCT:
            settle()
    settle()
    return list(found.values())


def literals(term: object) -> Iterator[Literal]:
    """Yield the literals of a term, also of a triple term, that may be kept by value."""
    if isinstance(term, Literal):
        datatype = term.datatype.value
        if datatype.startswith(XSD) and datatype not in TEXTS:
            yield term
    elif isinstance(term, Triple):
        yield from literals(term.object)


def answered_otherwise(written: Iterable[Literal]) -> dict[Literal, Literal]:
    """Return what the engine answers with for those literals that it does not keep as written."""
    found: dict[Literal, Literal] = {}
    for batch in _batches(written):
        rows = _rows(f"SELECT ?x {{ VALUES ?x {{ {' '.join(map(str, batch))} }} }}")
        found.update((one, row) for one, row in zip(batch, rows, strict=True) if row != one)
    return found


def uncomparable(written: Iterable[Literal]) -> set[Literal]:
    """
    Return those literals that the engine cannot read as values, so that it cannot compare them.

    Some are ill-typed; others are numbers or dates that are too large or too precise for it.
    """
    found: set[Literal] = set()
    for batch in _batches(written):
        pairs = " ".join(f"({one} {_comparable(one)})" for one in batch)
        rows = _rows(f"SELECT (?x = ?y AS ?same) {{ VALUES (?x ?y) {{ {pairs} }} }}")
        found.update(one for one, row in zip(batch, rows, strict=True) if row is None)
    return found


def _comparable(literal: Literal) -> Literal:
    """Return a literal that the engine can compare this one with, if it reads it."""
    name = literal.datatype.value.removeprefix(XSD)
    return Literal(SAMPLES[name], datatype=literal.datatype) if name in SAMPLES else Literal(0)


def _batches(written: Iterable[Literal]) -> Iterator[Sequence[Literal]]:
    rest = iter(dict.fromkeys(written))
    while batch := list(islice(rest, BATCH)):
        yield batch


def _rows(text: str) -> Iterator[Literal]:
    """Yield the only column of what an empty store answers."""
    rows = Store().query(text)
    assert isinstance(rows, QuerySolutions)
    return (row[0] for row in rows)


class _Lines:
    """Hands out a line at a time, so that nothing beyond what was parsed has been read."""

    def __init__(self, source: IO[bytes]) -> None:
        self.count = 0
        self._source = source
        self._ended = True

    def read(self, size: int = -1) -> bytes:
        """Return the next line or part of one, none at the end."""
        data = self._source.readline(size)
        self.count += self._ended and bool(data)
        self._ended = data.endswith(b"\n")
        return data
