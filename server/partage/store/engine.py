"""
The joint between Partage and whatever answers SPARQL queries.

A `Query` goes in, a `Result` comes out, in the same shape from every engine
(SPARQL 1.1 Query Language, https://www.w3.org/TR/sparql11-query/).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pyoxigraph import BlankNode, NamedNode, Triple
from pyoxigraph import Literal as RdfLiteral

from partage.rdf.formats import Format
from partage.store.workers.query_handle import QueryHandle

ResultKind = Literal["solutions", "boolean", "graph"]
Term = NamedNode | BlankNode | RdfLiteral | Triple
Solution = Mapping[str, Term]


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """What a query may cost; None is no limit."""

    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """
    A query and the dataset it asks.

    With both graph lists None the text's own FROM decides, else the whole store. Otherwise the
    lists are the dataset, and FROM is passed over (SPARQL 1.1 Protocol §2.1.4). `prefixes` only
    dress the answer, where its format has prefixes. `handle` lets its holder end the query.
    `release` is the version of the release to ask, None the dataset that is current here. `plan` is
    the same question as `text`, written for Oxigraph to answer it sooner; other engines pass it by.
    `written` is the key of the one format that the answer will be serialized in, where that is
    known: a process then begins to write before it is told.
    """

    text: str
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    base: str | None = None
    prefixes: tuple[tuple[str, str], ...] = ()
    limits: QueryLimits = field(default_factory=QueryLimits)
    handle: QueryHandle | None = field(default=None, compare=False)
    release: str | None = None
    plan: str | None = None
    written: str | None = field(default=None, compare=False)


class Result(Protocol):
    """
    One answer, read once: either serialized or taken as solutions.

    A result holds a running evaluation; `close` ends it where it was not read to its end.
    """

    @property
    def kind(self) -> ResultKind:
        """Say what the query form answers: solutions, a boolean or a graph."""
        ...

    @property
    def variables(self) -> tuple[str, ...]:
        """Name the variables of the solutions, in the order of the SELECT clause."""
        ...

    @property
    def answer(self) -> bool | None:
        """Return the boolean of an ASK, None for the other kinds."""
        ...

    def serialize(self, fmt: Format) -> Iterator[bytes]:
        """
        Return the answer in `fmt`, in chunks.

        What goes wrong before the first chunk is raised here; what goes wrong later is raised by
        the iterator, so that a cut answer never looks complete.
        """
        ...

    def solutions(self, limit: int | None = None) -> list[Solution]:
        """Return the solutions, at most `limit`; a graph's variables are s, p and o."""
        ...

    def close(self) -> None:
        """End the evaluation and give back what it holds."""
        ...


class Engine(Protocol):
    """Something that answers queries about one dataset."""

    def query(self, query: Query) -> Result:
        """
        Evaluate a query.

        Raises
        ------
        QuerySyntaxError
            The text does not parse.
        QueryTimeout
            Nothing was answered within the query's limit.
        QueryEnded
            The holder of its handle ended it.
        UnknownRelease
            The release that it asks for is not held here.
        EngineError
            The engine failed.
        """
        ...

    def close(self) -> None:
        """Let go of the dataset."""
        ...
