"""
Solutions as typed columns: Arrow streams and Parquet files, where pyarrow is installed.

A column gets the type of its values' XSD datatype (XML Schema Part 2) if all of them have one and
fit in it, else it is text: a column's type must be known before its first value is written, and
must hold for the last one. So the solutions are kept aside once (in memory, beyond 32 MB in a
file), looked through, and then written in batches of rows; memory stays flat.
"""

import datetime
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.util import find_spec
from itertools import islice
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Protocol, cast

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    Triple,
    parse_query_results,
)

from partage.rdf.namespaces import iri

if TYPE_CHECKING:
    import pyarrow as pa

IN_MEMORY = 32 << 20
ROWS_IN_BATCH = 20_000
DIGITS = 38
WHOLE = 2**63

Term = NamedNode | BlankNode | Literal | Triple
Row = Sequence[Term | None]
Value = str | int | float | bool | Decimal | datetime.date | datetime.datetime


class ColumnarFile(Protocol):
    """As much of a binary file as is needed to write to it."""

    def write(self, data: bytes, /) -> int:
        """Take bytes."""
        ...


@cache
def available() -> bool:
    """Say whether columns can be written here."""
    return find_spec("pyarrow") is not None


def write(solutions: QuerySolutions, output: ColumnarFile, key: str) -> None:
    """Write solutions as an Arrow stream (`key` "arrow") or a Parquet file ("parquet")."""
    names = [variable.value for variable in solutions.variables]
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        solutions.serialize(spool, QueryResultsFormat.JSON)
        write_rows(names, lambda: _read(spool), output, key)


def write_rows(
    names: Sequence[str], rows: Callable[[], Iterator[Row]], output: ColumnarFile, key: str
) -> None:
    """Write the rows that `rows` yields each time it is called; see `write`."""
    import pyarrow as pa
    from pyarrow import parquet

    columns = [TypedColumn() for _ in names]
    for row in rows():
        for column, term in zip(columns, row, strict=True):
            column.see(term)
    # One name may stand for a column once only, in SPARQL as in Arrow.
    schema = pa.schema(
        [
            pa.field(name, _arrow(column), metadata=_metadata(column))
            for name, column in zip(names, columns, strict=True)
        ]
    )
    sink = pa.PythonFile(_File(output), mode="w")
    writer = (
        pa.ipc.new_stream(sink, schema)
        if key == "arrow"
        else parquet.ParquetWriter(sink, schema, compression="zstd")
    )
    with writer:
        for batch in _batches(rows(), columns, schema):
            writer.write_batch(batch)


@dataclass(slots=True)
class TypedColumn:
    """What is known of a column's values so far."""

    kinds: set[str] = field(default_factory=set)
    fits: bool = True
    scale: int = 0
    digits: int = 0
    zoned: set[bool] = field(default_factory=set)

    def see(self, term: Term | None) -> None:
        """Take one more value into account."""
        if term is None:
            return
        kind = kind_of(term)
        self.kinds.add(kind)
        if kind in READERS and self.fits:
            try:
                self._measure(READERS[kind](term.value))  # type: ignore[union-attr]  # a literal
            except (ValueError, InvalidOperation, OverflowError):
                self.fits = False

    def _measure(self, value: Value) -> None:
        if isinstance(value, Decimal):
            _, digits, exponent = value.as_tuple()
            scale = max(0, -int(exponent))
            self.scale = max(self.scale, scale)
            self.digits = max(self.digits, len(digits) + int(exponent), 0)
        elif isinstance(value, int) and not isinstance(value, bool):
            self.digits = max(self.digits, len(str(abs(value))))
            self.fits = -WHOLE <= value < WHOLE
        elif isinstance(value, datetime.datetime):
            self.zoned.add(value.tzinfo is not None)

    @property
    def type(self) -> str:
        """Return what the column holds: a datatype's short name, `iri`, or `text`."""
        kinds = self.kinds
        if kinds == {"iri"}:
            return "iri"
        if not kinds or not self.fits or not kinds <= READERS.keys():
            return "text"
        if kinds <= {"integer", "decimal"} and len(kinds) == 2:
            kinds = {"decimal"}
        elif kinds <= NUMBERS and len(kinds) > 1:
            kinds = {"double"}
        if len(kinds) > 1 or len(self.zoned) > 1:
            return "text"
        kind = next(iter(kinds))
        return "text" if kind == "decimal" and self.digits + self.scale > DIGITS else kind

    def values(self, terms: Iterable[Term | None]) -> list[Value | None]:
        """Return values as the column holds them."""
        read = READERS.get(self.type)
        if read is None:
            return [None if term is None else text_of(term) for term in terms]
        # Whatever is no literal would have made the column text.
        return [read(term.value) if isinstance(term, Literal) else None for term in terms]


NUMBERS = frozenset({"integer", "decimal", "float", "double"})


def _boolean(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text]


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


READERS: Mapping[str, Callable[[str], Value]] = MappingProxyType(
    {
        "integer": int,
        "decimal": Decimal,
        "float": float,
        "double": float,
        "boolean": _boolean,
        "date": _day,
        "dateTime": _moment,
    }
)
INTEGERS = frozenset(
    {
        "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger",
        "nonPositiveInteger", "negativeInteger", "unsignedInt", "unsignedLong", "unsignedShort",
        "unsignedByte",
    }
)  # fmt: skip
_XSD = iri("xsd:string").removesuffix("string")


def kind_of(term: Term) -> str:
    """Return `iri`, the short name of a datatype that has a type of its own here, or `text`."""
    if isinstance(term, NamedNode):
        return "iri"
    if not isinstance(term, Literal) or not term.datatype.value.startswith(_XSD):
        return "text"
    local = str(term.datatype.value).removeprefix(_XSD)
    if local in INTEGERS:
        return "integer"
    return local if local in READERS else "text"


def text_of(term: Term) -> str:
    """Return a term as SPARQL's CSV results write it."""
    if isinstance(term, NamedNode | Literal):
        return str(term.value)
    return str(term)


def _arrow(column: TypedColumn) -> "pa.DataType":
    import pyarrow as pa

    types = {
        "integer": pa.int64(),
        "decimal": pa.decimal128(DIGITS, min(column.scale, DIGITS)),
        "float": pa.float32(),
        "double": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "dateTime": pa.timestamp("us", tz="UTC" if column.zoned == {True} else None),
    }
    return types.get(column.type, pa.string())


def _metadata(column: TypedColumn) -> dict[str, str] | None:
    """Say of a text column what its text is, where it is all of one kind."""
    if column.type == "iri":
        return {"rdf": "iri"}
    return {"rdf": "xsd:" + column.type} if column.type in READERS else None


def _read(spool: IO[bytes]) -> Iterator[Row]:
    spool.seek(0)
    results = parse_query_results(spool, format=QueryResultsFormat.JSON)
    assert isinstance(results, QuerySolutions)
    for solution in results:
        yield cast("list[Term | None]", list(solution))


def _batches(
    rows: Iterator[Row], columns: list[TypedColumn], schema: "pa.Schema"
) -> Iterator["pa.RecordBatch"]:
    import pyarrow as pa

    while taken := list(islice(rows, ROWS_IN_BATCH)):
        arrays = [
            pa.array(column.values(row[place] for row in taken), type=schema.field(place).type)
            for place, column in enumerate(columns)
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


class _File:
    """What pyarrow needs of a file to write to it."""

    closed = False

    def __init__(self, output: ColumnarFile) -> None:
        self._output = output

    def write(self, data: bytes) -> int:
        return self._output.write(bytes(data))

    def flush(self) -> None:
        """Do nothing: what is written is on its way."""

    def close(self) -> None:
        """Do nothing: whoever opened the output closes it."""

    def writable(self) -> bool:
        return True
