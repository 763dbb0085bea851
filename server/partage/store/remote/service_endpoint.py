"""
One question to another endpoint that the operator allows, within limits
(SPARQL 1.1 Protocol §2.1, https://www.w3.org/TR/sparql11-protocol/#query-operation).

The connection goes to the address on the operator's list and to no other: no redirect, no proxy.
Faults are told without a subject, for who knows where in the query the endpoint was named.
"""

import threading
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

import pyoxigraph
from pyoxigraph import QueryResultsFormat, QuerySolutions

from partage.errors import (
    EngineUnavailable,
    PartageError,
    QueryTimeout,
    ServiceFailed,
    ServiceLimitExceeded,
    ServiceTimeout,
    UntranslatedText,
    message,
)
from partage.store.embedded.serialization import Evaluated
from partage.store.embedded.streamed_evaluation import EmbeddedResult
from partage.store.engine import Query, QueryLimits, Solution
from partage.store.remote.remote_engine import FORM, MAX_ERROR_BODY, RemoteEvaluation
from partage.store.remote.transport import Address, Connections, Exchange, Request
from partage.store.workers.query_handle import QueryHandle

READ = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "application/xml": QueryResultsFormat.XML,
}
ACCEPT = "application/sparql-results+json, application/sparql-results+xml;q=0.8"
LONGEST_COMPLAINT = 200
LESS = message("Put a sub-SELECT with a LIMIT into the SERVICE, or ask for less in it.")


@dataclass(frozen=True, slots=True)
class ServiceLimits:
    """What one question may cost."""

    seconds: float
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class ServiceResult:
    """The solutions, and how many bytes they came in."""

    rows: list[Solution]
    bytes: int


def call_service(
    endpoint: str, text: str, allowance: ServiceLimits, handle: QueryHandle | None = None
) -> ServiceResult:
    """
    Return what an endpoint answers to a SELECT query.

    Raises
    ------
    ServiceFailed
        It cannot be reached, refuses, redirects, or what it says cannot be read.
    ServiceTimeout
        The time is over.
    ServiceExceeded
        There are more rows or bytes than allowed.
    QueryEnded
        The holder of the handle ended the query.
    """
    headers = {"Accept": ACCEPT, "Content-Type": FORM}
    request = Request("POST", headers, urlencode([("query", text)]).encode("ascii"))
    exchange = Exchange(Connections(Address.parse(endpoint), idle=0), allowance.seconds)
    meter = _Meter(exchange, allowance.bytes)
    query = Query(text, limits=QueryLimits(allowance.seconds))
    calling = _ServiceEvaluation(exchange, partial(_ask, exchange, meter, request), query)
    if handle is not None:
        handle.on_end(calling.end)
    # A thread of its own: to look up a name or to connect cannot be ended, only left.
    threading.Thread(target=calling.run, name="partage-service", daemon=True).start()
    try:
        rows = EmbeddedResult(calling).solutions(allowance.rows + 1)
    except QueryTimeout:
        raise _timeout(allowance.seconds) from None
    if len(rows) > allowance.rows:
        raise ServiceLimitExceeded(
            "there are more solutions than %(most)s. %(advice)s", most=allowance.rows, advice=LESS
        )
    return ServiceResult(rows, meter.bytes_read)


class _Meter:
    """The answer as a file that is only so long."""

    def __init__(self, exchange: Exchange, most: int) -> None:
        self.bytes_read = 0
        self._exchange = exchange
        self._most = most

    def read(self, size: int = -1) -> bytes:
        """Return bytes of the answer, none at its end."""
        data = self._exchange.read(size)
        self.bytes_read += len(data)
        if self.bytes_read > self._most:
            raise ServiceLimitExceeded(
                "the answer is longer than %(most)s bytes. %(advice)s", most=self._most, advice=LESS
            )
        return data


class _ServiceEvaluation(RemoteEvaluation):
    """An evaluation that knows the words for another endpoint's faults."""

    def translate(self, error: Exception) -> PartageError:
        """Return what went wrong on the wire, or in reading what came over it, as one of ours."""
        if isinstance(error, TimeoutError):
            return _timeout(self.query.limits.seconds or 0)
        if isinstance(error, OSError):
            return ServiceFailed(
                "the answer breaks off (%(error)s). Try again later.", error=UntranslatedText(error)
            )
        return ServiceFailed(
            "the answer cannot be read: %(error)s",
            error=UntranslatedText(str(error)[:LONGEST_COMPLAINT]),
        )


def _timeout(seconds: float) -> ServiceTimeout:
    return ServiceTimeout(
        "there is no whole answer within %(seconds).3g seconds. %(advice)s",
        seconds=seconds,
        advice=LESS,
    )


def _ask(exchange: Exchange, meter: _Meter, request: Request) -> Evaluated:
    try:
        response = exchange.send(request)
    except EngineUnavailable as error:
        cause = error.__cause__
        reason = getattr(cause, "strerror", None) or type(cause).__name__
        raise ServiceFailed(
            "it cannot be reached (%(reason)s). Try again later.", reason=UntranslatedText(reason)
        ) from error
    if 300 <= response.status < 400:
        location = _plain(response.headers.get("Location", "nowhere"))
        raise ServiceFailed(
            "it redirects to %(location)s; redirects are not followed. The operator of "
            "this endpoint may allow the final address.",
            location=location,
        )
    if response.status != 200:
        said = _plain(exchange.read_all(MAX_ERROR_BODY).decode("utf-8", "replace"))
        raise ServiceFailed(
            "it answers %(status)d: %(said)s",
            status=response.status,
            said=UntranslatedText(said or "no word of it"),
        )
    media_type = response.headers.get_content_type()
    if media_type not in READ:
        raise ServiceFailed(
            "it answers in %(media_type)s, not in %(accepted)s.",
            media_type=_plain(media_type),
            accepted=ACCEPT,
        )
    result = pyoxigraph.parse_query_results(meter, format=READ[media_type])  # type: ignore[arg-type]
    if not isinstance(result, QuerySolutions):
        raise ServiceFailed("it answers with a boolean to a SELECT.")
    return result


def _plain(text: str) -> str:
    """Return the beginning of what was said, on one line."""
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return words[:LONGEST_COMPLAINT]
