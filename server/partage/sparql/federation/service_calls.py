"""
Queries that call other endpoints: the server asks those first, then its engine with their answers
put in (SPARQL 1.1 Federated Query, https://www.w3.org/TR/sparql11-federated-query/).

The engine itself reaches nothing. See docs/decisions/0007-federation.md.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import BoundedSemaphore
from typing import Self

from partage.errors import (
    EngineBusy,
    QuerySyntaxError,
    QueryTimeout,
    ServiceError,
    ServiceLimitExceeded,
    ServiceTimeout,
    SettingsError,
    UntranslatedText,
    message,
)
from partage.settings import Settings
from partage.sparql.diagnosis.syntax_errors import locate
from partage.sparql.federation.inline_values import clause
from partage.sparql.federation.service_clauses import (
    ServiceCall,
    allowed_calls,
    disguised,
    inlined,
    question,
    scope,
)
from partage.sparql.syntax.lexer import place
from partage.store.engine import Engine, Query, QueryLimits, Result, Solution
from partage.store.remote.service_endpoint import ServiceLimits, call_service
from partage.store.remote.transport import Address

# A query that waits for others holds a thread of the server, of which it has not many.
MOST_AT_ONCE = 8
UNBOUND: list[Solution] = [{}]


@dataclass(frozen=True, slots=True)
class Federation:
    """The endpoints that queries may call, and what all calls of one query may cost together."""

    allowed: tuple[str, ...] = ()
    seconds: float = 10
    rows: int = 10_000
    bytes: int = 10_000_000
    _turns: BoundedSemaphore = field(
        default_factory=lambda: BoundedSemaphore(MOST_AT_ONCE), compare=False, repr=False
    )

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """
        Return what the operator allows.

        Raises
        ------
        SettingsError
            An endpoint of the list is no http(s) address.
        """
        allowed = tuple(dict.fromkeys(settings.service_allowed.split()))
        for endpoint in allowed:
            try:
                Address.parse(endpoint)
            except SettingsError as error:
                raise SettingsError(
                    f"PARTAGE_SERVICE_ALLOWED holds {endpoint!r}: give absolute http or https "
                    "addresses in ASCII, without user, password or #fragment, between spaces."
                ) from error
        return cls(allowed, settings.service_seconds, settings.service_rows, settings.service_bytes)

    def calls(self, text: str, base: str | None) -> tuple[ServiceCall, ...]:
        """
        Return a query's calls to allowed endpoints.

        Raises
        ------
        ServiceRefused
            Another call can be read in it.
        """
        return allowed_calls(text, base, self.allowed)

    def query(self, engine: Engine, query: Query, calls: Sequence[ServiceCall]) -> Result:
        """
        Evaluate a query with its calls; they take their time from that of the query.

        Raises
        ------
        ServiceError
            An endpoint failed, was too slow, or answered too much.
        QuerySyntaxError, EngineError
            As `Engine.query`.
        """
        if not self._turns.acquire(blocking=False):
            raise EngineBusy("Too many queries wait for other endpoints. Ask again later.")
        began = time.monotonic()
        try:
            complete = replace(query, text=self._complete(engine, query, calls, began))
        finally:
            self._turns.release()
        try:
            return engine.query(replace(complete, limits=_rest(query, began)))
        except QuerySyntaxError as error:
            if error.line is None:
                raise
            raise QuerySyntaxError(  # its place is one in a text that nobody has seen
                "With the answers of SERVICE put in, the engine does not read the query: "
                "%(reason)s",
                reason=UntranslatedText(str(error).partition(": ")[2]),
            ) from error

    def _complete(
        self, engine: Engine, query: Query, calls: Sequence[ServiceCall], began: float
    ) -> str:
        """Return the text with the answers to all calls put in."""
        _check(engine, replace(query, limits=_rest(query, began)), calls)
        budget = _ServiceBudget(self.seconds, self.rows, self.bytes, self.bytes)
        clauses = []
        for number, call in enumerate(calls, 1):
            variables = _variables(engine, replace(query, limits=_rest(query, began)), call)
            rest = replace(query, limits=_rest(query, began))
            try:
                clauses.append(_answer(rest, call, number, variables, budget))
            except ServiceError as error:
                if not call.silent or isinstance(error, ServiceLimitExceeded):
                    raise _error_message(error, query.text, call) from error
                # As long as the query at most, so no limit is needed.
                clauses.append(clause(variables, UNBOUND, number, math.inf))
        return inlined(query.text, calls, clauses)


@dataclass(slots=True)
class _ServiceBudget:
    """What is left for the calls of one query; `room` is for their answers as text."""

    seconds: float
    rows: int
    bytes: int
    room: int


def _answer(
    query: Query, call: ServiceCall, number: int, variables: tuple[str, ...], budget: _ServiceBudget
) -> str:
    """Return the clause that stands for a call, and pay for it."""
    seconds = min(budget.seconds, query.limits.seconds or budget.seconds)
    if seconds <= 0:
        raise ServiceTimeout("no time is left for it. Ask fewer endpoints, or ask for less.")
    text = question(query.text, call, query.base)
    began = time.monotonic()
    try:
        answer = call_service(
            call.endpoint, text, ServiceLimits(seconds, budget.rows, budget.bytes), query.handle
        )
    finally:
        budget.seconds -= time.monotonic() - began
    written = clause(variables, answer.rows, number, budget.room)
    budget.rows -= len(answer.rows)
    budget.bytes -= answer.bytes
    budget.room -= len(written)
    return written


def _check(engine: Engine, query: Query, calls: Sequence[ServiceCall]) -> None:
    """Have the engine read the query over no graph: a fault shows before others are asked."""
    probe = replace(query, text=disguised(query.text, calls), default_graphs=(), named_graphs=())
    try:
        engine.query(probe).solutions(1)
    except QuerySyntaxError as error:
        if error.line is None:
            return  # a function that is not known here may be known there
        found = locate(engine, probe, error)
        starts = {place(query.text, call.start) for call in calls}
        if (found.line, found.column) in starts:
            values = {**found.message.values, "token": "SERVICE"}
            message = replace(found.message, values=values)
            raise QuerySyntaxError(message, found.line, found.column) from error
        raise found from error


def _variables(engine: Engine, query: Query, call: ServiceCall) -> tuple[str, ...]:
    """Return the variables that a call may bind, as the engine sees them."""
    text = scope(query.text, call, query.base)
    result = engine.query(Query(text, base=query.base, limits=query.limits, handle=query.handle))
    result.solutions(1)
    return result.variables


def _rest(query: Query, began: float) -> QueryLimits:
    """
    Return the limits of what comes after the time that has passed.

    Raises
    ------
    QueryTimeout
        Nothing is left of it.
    """
    granted = query.limits.seconds
    if granted is None:
        return query.limits
    left = granted - (time.monotonic() - began)
    if left <= 0:
        raise QueryTimeout(
            "The query did not finish within %(granted)g seconds, most of which it waited "
            "for other endpoints. Ask them for less.",
            granted=granted,
        )
    return QueryLimits(left)


def _error_message(error: ServiceError, text: str, call: ServiceCall) -> ServiceError:
    """Return the error with the endpoint and the place of its call."""
    line, column = place(text, call.start)
    told = message(
        "Line %(line)d, column %(column)d: SERVICE <%(endpoint)s>: %(fault)s",
        line=line,
        column=column,
        endpoint=call.endpoint,
        fault=error.message,
    )
    return type(error)(told, line, column)
