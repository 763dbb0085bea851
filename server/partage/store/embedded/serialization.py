"""
What is done with an engine's result wherever it was evaluated: in a thread or another process.

It is opened (what kind of answer is it?), then written in a format or taken as solutions, in
deliveries to whoever reads it; and an engine's own errors become ours.
"""

import errno
import logging
import re
from itertools import islice
from typing import Protocol

import pyoxigraph
from pyoxigraph import (
    NamedNode,
    QuadParser,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
)

from partage.errors import (
    EngineFailure,
    MemoryExceeded,
    OutOfResources,
    PartageError,
    QuerySyntaxError,
    UntranslatedText,
    Unwritable,
)
from partage.rdf.formats import COLUMNAR_FORMATS, Format
from partage.rdf.unwritable import XML, BinaryWriter, XmlFile, unwritable
from partage.store.embedded import columnar, csv_results
from partage.store.engine import Query, ResultKind, Solution

log = logging.getLogger(__name__)

CHUNK = 32 * 1024
# A longer delivery would be held whole by who reads it: one value may have hundreds of megabytes.
MAX_DELIVERY = 32 * CHUNK
# Bytes of solutions that a process hands over all at once.
MAX_SOLUTIONS_BYTES = 20_000_000
# When to ask again where the disk is full.
SECONDS_WITHOUT_ROOM = 30

# A graph comes as triples from a store, as quads of one graph where it is read from elsewhere.
Evaluated = QuerySolutions | QueryTriples | QuadParser | QueryBoolean
_POSITION = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_UNKNOWN_FUNCTION = re.compile(r"The custom function (<.*>) is not supported")


class EndOfAnswer:
    """The answer is complete."""


class AnswerHead:
    """The evaluation has begun: what kind of answer it gives."""

    def __init__(self, result: Evaluated) -> None:
        self.variables: tuple[str, ...] = ()
        self.answer: bool | None = None
        self.kind: ResultKind
        match result:
            case QuerySolutions():
                self.kind = "solutions"
                self.variables = tuple(variable.value for variable in result.variables)
            case QueryTriples() | QuadParser():
                self.kind = "graph"
                self.variables = ("s", "p", "o")
            case QueryBoolean():
                self.kind, self.answer = "boolean", bool(result)


def evaluate(store: Store, query: Query) -> Evaluated:
    """Begin to evaluate a query; what it raises is for `translate`."""
    if query.plan is None:
        return _evaluate(store, query, query.text)
    try:
        return _evaluate(store, query, query.plan)
    except SyntaxError as error:
        reason = str(error)  # the error's frames would hold the result, in whatever thread
    result = _evaluate(store, query, query.text)  # where it is refused, too, that is told
    log.warning("A plan cannot be read; the query is evaluated as it is written: %s", reason)
    return result


def _evaluate(store: Store, query: Query, text: str) -> Evaluated:
    chosen = query.default_graphs is not None or query.named_graphs is not None
    # Given one list alone, pyoxigraph would leave the other half of the store visible.
    return store.query(
        text,
        base_iri=query.base,
        default_graph=[NamedNode(g) for g in query.default_graphs or ()] if chosen else None,
        named_graphs=[NamedNode(g) for g in query.named_graphs or ()] if chosen else None,
    )


class AnswerReceiver(Protocol):
    """Carries the parts of an answer to its reader."""

    def deliver(self, delivery: bytes | list[Solution], /) -> None:
        """Hand over one part, waiting while the reader is behind."""
        ...


class ChunkWriter:
    """The file an engine writes to: hands it on in chunks."""

    def __init__(self, receiver: AnswerReceiver) -> None:
        self._receiver = receiver
        self._buffer = bytearray()

    def write(self, data: bytes) -> int:
        """Take bytes; what makes a chunk is handed on."""
        self._buffer += data
        if len(self._buffer) >= CHUNK:
            self.flush()
        return len(data)

    def flush(self) -> None:
        """Hand on what is left."""
        for start in range(0, len(self._buffer), MAX_DELIVERY):
            self._receiver.deliver(bytes(self._buffer[start : start + MAX_DELIVERY]))
        self._buffer.clear()


def write(output: ChunkWriter, fmt: Format, prefixes: dict[str, str], result: Evaluated) -> None:
    """Write a result into a sink, whole."""
    file = XmlFile(output) if fmt.key in XML else output
    if isinstance(result, QueryTriples | QuadParser):
        pyoxigraph.serialize(result, file, fmt.rdf, prefixes=prefixes)  # type: ignore[arg-type]
    elif isinstance(result, QuerySolutions) and fmt in COLUMNAR_FORMATS:
        columnar.write(result, output, fmt.key)
    else:
        _write_results(result, file, fmt)
    output.flush()


def _write_results(result: QuerySolutions | QueryBoolean, file: BinaryWriter, fmt: Format) -> None:
    if isinstance(result, QuerySolutions) and fmt.key == "csv":
        csv_results.write(result, file)
    else:
        result.serialize(file, fmt.results)  # type: ignore[arg-type]  # all that the engine needs


class AnswerTooLong(Exception):
    """The answer is no short one."""


class _BoundedBuffer:
    """A file that takes no more than a chunk."""

    def __init__(self) -> None:
        self.held = bytearray()

    def write(self, data: bytes) -> int:
        self.held += data
        if len(self.held) >= CHUNK:
            raise AnswerTooLong
        return len(data)

    def flush(self) -> None:
        """Leave all where it is."""


def short_answer(store: Store, query: Query, fmt: Format) -> bytes:
    """
    Return a short answer to a query that cannot take long to give one; no graph.

    Raises
    ------
    TooLong
        It is longer than a chunk.
    SyntaxError, ValueError, RuntimeError, OSError
        What the engine raises, as it does.
    """
    short = _BoundedBuffer()
    file = XmlFile(short) if fmt.key in XML else short
    result = evaluate(store, query)
    assert isinstance(result, QuerySolutions | QueryBoolean)
    try:
        _write_results(result, file, fmt)
    except Unwritable as error:  # the others tell
        raise AnswerTooLong from error
    return bytes(short.held)


def collect(receiver: AnswerReceiver, limit: int | None, result: Evaluated) -> None:
    """Deliver the solutions of a result, at most `limit`, in one part."""
    receiver.deliver(solutions_of(result, limit))


def solutions_of(result: Evaluated, limit: int | None = None) -> list[Solution]:
    """Return the solutions of a result, at most `limit`; none of a boolean."""
    if isinstance(result, QuerySolutions):
        names = [variable.value for variable in result.variables]
        return [
            {name: term for name, term in zip(names, row, strict=True) if term is not None}
            for row in islice(result, limit)
        ]
    if isinstance(result, QueryBoolean):
        return []
    return [{"s": t.subject, "p": t.predicate, "o": t.object} for t in islice(result, limit)]


def solutions_too_large() -> MemoryExceeded:
    """Return the error of solutions that are too long to be held."""
    return MemoryExceeded(
        "The solutions are too long to be held all at once. Ask for them as a file, as in CSV, or "
        "for fewer or shorter ones."
    )


def translate(error: Exception, text: str) -> PartageError:
    """Return an engine's error, raised while it answered `text`, as one of ours."""
    message = str(error)
    if place := _POSITION.fullmatch(message):
        line, column = int(place[1]), int(place[2])
        return QuerySyntaxError(
            "Line %(line)d, column %(column)d: %(reason)s",
            line,
            column,
            reason=UntranslatedText(_expected_tokens(place[3])),
        )
    if (found := unwritable(error)) is not None:
        return found
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return OutOfResources(
            "There is no room left on the server's disk for this answer. Ask for another format, "
            "as CSV or JSON, or for less.",
            SECONDS_WITHOUT_ROOM,
        )
    if isinstance(error, SyntaxError | ValueError):
        return QuerySyntaxError("%(reason)s", reason=UntranslatedText(message))
    if unknown := _UNKNOWN_FUNCTION.search(message):
        return QuerySyntaxError(
            "The function %(function)s is not known here. Use the functions of SPARQL 1.1.",
            function=unknown[1],
        )
    return EngineFailure(f"{type(error).__name__}: {message}\nwhile answering: {text}")


def _expected_tokens(message: str) -> str:
    """Shorten the parser's list of alternatives to what a person can use."""
    listed = re.sub(r"'[^']*'\.\.='[^']*'|\[[^\]]*\]", "", message.removeprefix("expected "))
    words: list[str] = [
        word.strip()
        for word in re.findall(
            r'"(?:\\.|[^"\\])*"|[A-Za-z][^,\[\]"]*', listed.removeprefix("one of ")
        )
    ]
    if sentences := [word for word in words if " " in word and word[0].isupper()]:
        return sentences[0].rstrip(".") + "."
    if not words:
        return "this is not expected here."
    more = " or others." if len(words) > 8 else "."
    return "expected " + ", ".join(words[:8]) + more
