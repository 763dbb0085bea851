"""
The engine across the wire: any SPARQL 1.1 Protocol service
(https://www.w3.org/TR/sparql11-protocol/) that holds the dataset.

It is always asked for one lossless form, SPARQL JSON for solutions and N-Triples for graphs, which
is read and written again by the code that serves the embedded engine: so both answer alike. A
query travels as a form (Virtuoso 7 hangs on a direct POST). A reader who leaves, or a limit that
passes, closes the connection; whether the service then stops at once is its own affair.
"""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from email.message import Message
from functools import partial
from urllib.parse import urlencode

import pyoxigraph
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat

from partage.errors import (
    ContentTooLarge,
    EngineBusy,
    EngineUnavailable,
    NotSupported,
    PartageError,
    QuerySyntaxError,
    QueryTimeout,
    RemoteFailure,
    UntranslatedText,
)
from partage.rdf.sparql_terms import iriref
from partage.store.embedded.serialization import AnswerHead, Evaluated
from partage.store.embedded.streamed_evaluation import EmbeddedResult, Evaluation
from partage.store.embedded.threads import EvaluationThreads
from partage.store.engine import Query, QueryLimits, Result, ResultKind, Solution
from partage.store.release_stores.release_stores import refuse_release
from partage.store.remote import dialect
from partage.store.remote.transport import Address, Connections, Exchange, Request, printable

SECONDS_OF_SILENCE = 300.0
MAX_ERROR_BODY = 16_384
# The parser keeps all that comes before the variables of the solutions.
MAX_HEAD = 1_000_000
# Bytes of an answer to the server's own question, and of solutions that are held all at once.
MAX_BUFFERED_BYTES = 100_000_000
LONGEST_WAIT = 3_600
SOLUTIONS = "application/sparql-results+json"
TRIPLES = "application/n-triples"
ACCEPT = {
    "solutions": SOLUTIONS,
    "boolean": SOLUTIONS,
    "graph": TRIPLES,
    None: f"{SOLUTIONS}, {TRIPLES}",
}
# Stands for an empty list of graphs: a service asked for no graph at all would take its own.
NO_GRAPH = "urn:partage:no-graph"
_KINDS = {"solutions": "solutions", "boolean": "true or false", "graph": "a graph"}
FORM = "application/x-www-form-urlencoded"
LIST_GRAPHS = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
_UNDEFINED = re.compile(r"Undefined procedure DB\.DBA\.(\S+?)\.\s")
_UNKNOWN = re.compile(r"custom function <?([^\s>]+)>? is not supported")
_LATE = re.compile(r"time[- ]?out|timed out|S1T00|too long|did not finish", re.IGNORECASE)


class RemoteEngine:
    """Answers queries by asking the one service that the operator named."""

    def __init__(
        self,
        url: str,
        *,
        default_graph: str | None = None,
        silence: float = SECONDS_OF_SILENCE,
        max_bytes: int | None = None,
        seconds: float | None = None,
    ) -> None:
        """
        `silence` is the longest that the service may say nothing, in seconds; `max_bytes` the most
        that one of its answers may have; `seconds` the longest that a query without a limit of its
        own may take.
        """
        self._seconds = seconds
        self._address = Address.parse(url)
        self._default_graph = default_graph
        self._silence = silence
        self._max_bytes = max_bytes
        self._connections = Connections(self._address)
        self._threads = EvaluationThreads()
        self._lock = threading.Lock()
        self._named: tuple[str, ...] | None = None

    def query(self, query: Query) -> Result:
        """Have a query evaluated; see `Engine.query`. The service holds no older release."""
        if query.release is not None:
            refuse_release(query.release)
        dialect.check(query.text, query.base)
        return self._ask(query, self._dataset(query))

    def close(self) -> None:
        """End the idle threads and close the idle connections."""
        self._threads.shut_down()
        self._connections.close()

    def _ask(self, query: Query, dataset: list[tuple[str, str]]) -> Result:
        text = f"BASE {iriref(query.base)} {query.text}" if query.base else query.text
        kind = dialect.kind(query.text)
        headers = {"Accept": ACCEPT[kind], "Content-Type": FORM}
        request = Request("POST", headers, urlencode([("query", text), *dataset]).encode("ascii"))
        if query.limits.seconds is None:
            query = replace(query, limits=QueryLimits(self._seconds))
        seconds = query.limits.seconds
        silence = self._silence if seconds is None else min(self._silence, seconds + 1)
        # What a page asks is held whole.
        most = (
            self._max_bytes if query.handle is not None else self._max_bytes or MAX_BUFFERED_BYTES
        )
        exchange = Exchange(self._connections, silence, most)
        evaluation = RemoteEvaluation(exchange, partial(_evaluate, exchange, request, kind), query)
        if query.handle is not None:
            query.handle.on_end(evaluation.end)
        self._threads.submit(evaluation.run)
        return RemoteResult(evaluation, exchange, self._max_bytes or MAX_BUFFERED_BYTES)

    def _dataset(self, query: Query) -> list[tuple[str, str]]:
        """Return the parameters that choose the dataset (SPARQL 1.1 Protocol §2.1.4)."""
        default, named = query.default_graphs, query.named_graphs
        if default is None and named is None:
            if self._default_graph is None or dialect.may_choose_graphs(query.text):
                return []
            default = (self._default_graph,)
            names, by_variable = dialect.asked_graphs(query.text, query.base)
            named = names if not by_variable else self._named_graphs(names)
            if not named:
                return [("default-graph-uri", self._default_graph)]
        return [
            *(("default-graph-uri", graph) for graph in default or (NO_GRAPH,)),
            *(("named-graph-uri", graph) for graph in named or (NO_GRAPH,)),
        ]

    def _named_graphs(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """
        Return what to name for a query that asks `GRAPH ?g`: nothing where all stay visible.

        A service that is told its default graph hides the others (Protocol §2.1.4); Virtuoso shows
        them to variables all the same, and is slow when thousands are named. Asked once: a dataset
        does not change while it is served.
        """
        with self._lock:
            if self._named is None:
                alone = [("default-graph-uri", str(self._default_graph))]
                shown = self._ask(Query("ASK { GRAPH ?g { ?s ?p ?o } }"), alone).answer
                rows = [] if shown else self._ask(Query(LIST_GRAPHS), []).solutions()
                found = {str(getattr(row["g"], "value", "")) for row in rows}
                self._named = tuple(sorted(found - {self._default_graph}))
        if names and not self._named:
            raise NotSupported(
                "This engine cannot be asked for graphs by variable and by name in one query. "
                "Ask in two, or write the name as a FILTER on the variable."
            )
        return self._named


class RemoteResult(EmbeddedResult):
    """The reader's side of an answer from a service; what is held at once has a limit."""

    def __init__(self, evaluation: Evaluation, exchange: Exchange, most_held: int) -> None:
        super().__init__(evaluation)
        self._exchange = exchange
        self._most_held = most_held

    def solutions(self, limit: int | None = None) -> list[Solution]:
        """Return the solutions, at most `limit`."""
        self._exchange.set_max_bytes(self._most_held)
        return super().solutions(limit)


class RemoteEvaluation(Evaluation):
    """An evaluation whose thread reads from a service."""

    def __init__(self, exchange: Exchange, evaluate: Callable[[], Evaluated], query: Query) -> None:
        super().__init__(evaluate, query)
        self._exchange = exchange

    def run(self) -> None:
        """Evaluate; whatever is not read to its end is closed."""
        try:
            super().run()
        finally:
            self._exchange.cancel()

    def translate(self, error: Exception) -> PartageError:
        """Return what went wrong on the wire, or in reading what came over it, as one of ours."""
        if isinstance(error, TimeoutError):
            return QueryTimeout(
                "The engine was silent for too long. Make the query more selective."
            )
        if isinstance(error, OSError):
            return RemoteFailure(f"The engine broke off its answer ({error}).")
        return RemoteFailure(f"The engine's answer cannot be read: {error}")

    def abandon(self) -> None:
        """Leave, and close the connection where the answer was not read to its end."""
        super().abandon()
        self._exchange.cancel()


def _evaluate(exchange: Exchange, request: Request, kind: ResultKind | None) -> Evaluated:
    found = _answer(exchange, request)
    if kind is not None and kind != (kind_answered := AnswerHead(found).kind):
        raise RemoteFailure(
            f"The engine answers with {_KINDS[kind_answered]} where the query asks for "
            f"{_KINDS[kind]}. Is its address that of a SPARQL query service?"
        )
    return found


def _answer(exchange: Exchange, request: Request) -> Evaluated:
    response = exchange.send(request)
    media_type = response.headers.get_content_type()
    if response.status != 200:
        raise _error_of_status(
            response.status,
            exchange.read_all(MAX_ERROR_BODY).decode("utf-8", "replace"),
            response.headers,
        )
    if response.headers.get("X-SQL-State"):
        exchange.cancel()  # Virtuoso's «anytime» answers are the part that was found in time
        raise QueryTimeout("The engine answered in part only. Make the query more selective.")
    if (coding := response.headers.get("Content-Encoding", "identity").lower()) != "identity":
        exchange.cancel()
        raise RemoteFailure(f"The engine answers in {coding[:40]}, which it was not asked for.")
    if media_type == TRIPLES or (
        media_type == "text/plain" and "/n-t" in request.headers["Accept"]
    ):
        return pyoxigraph.parse(exchange, format=RdfFormat.N_TRIPLES)  # type: ignore[arg-type]
    if media_type not in {SOLUTIONS, "application/json"}:
        exchange.cancel()
        raise RemoteFailure(
            f"The engine answers in {media_type}, not in {request.headers['Accept']}. "
            "Is its address that of a SPARQL query service?"
        )
    most = exchange.set_max_bytes(MAX_HEAD)
    result = pyoxigraph.parse_query_results(exchange, format=QueryResultsFormat.JSON)  # type: ignore[arg-type]
    exchange.set_max_bytes(most)
    return _boolean(result) if isinstance(result, QuerySolutions) else result


def _boolean(result: QuerySolutions) -> QuerySolutions | QueryBoolean:
    """Return the answer of an ASK that Virtuoso sends as a solution."""
    if [variable.value for variable in result.variables] != ["__ASK_RETVAL"]:
        return result
    truth = any(str(getattr(solution[0], "value", "0")) == "1" for solution in result)
    answer = json.dumps({"head": {}, "boolean": truth}).encode()
    read = pyoxigraph.parse_query_results(answer, format=QueryResultsFormat.JSON)
    assert isinstance(read, QueryBoolean)
    return read


def _error_of_status(status: int, text: str, headers: Message) -> PartageError:
    """Return what a status other than 200 means, with the engine's words."""
    words = printable(text.partition("\n\nSPARQL query:")[0], 500) or "no word of it"
    description = f"The engine answers {status}: {words}"
    if unknown := _UNDEFINED.search(text) or _UNKNOWN.search(text):
        return QuerySyntaxError(
            "The function <%(function)s> is not known here. Use the functions of SPARQL 1.1.",
            function=unknown[1],
        )
    if status in {408, 504} or (status >= 500 and _LATE.search(words)):
        return QueryTimeout("The query did not finish in the engine's time. Be more selective.")
    match status:
        case 400:
            fault: PartageError = QuerySyntaxError("%(reason)s", reason=UntranslatedText(words))
        case 413:
            fault = ContentTooLarge("The query is longer than the engine takes.")
        case 429 | 503:
            after = headers.get("Retry-After", "")
            fault = EngineBusy(
                "The engine answers %(status)d: %(said)s",
                min(int(after), LONGEST_WAIT) if re.fullmatch("[0-9]{1,9}", after) else 1,
                status=status,
                said=UntranslatedText(words),
            )
        case 401 | 403 | 404 | 405 | 406 | 410 | 415:
            fault = EngineUnavailable(
                f"{description}. Is its address that of an open SPARQL service?"
            )
        case redirect if 300 <= redirect < 400:
            fault = EngineUnavailable(
                f"{description}. It redirects to {headers.get('Location', 'nowhere')!r}; "
                "redirects are not followed. Name the final address as the engine."
            )
        case _:
            fault = RemoteFailure(description)
    return fault
