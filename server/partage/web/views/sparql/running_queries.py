"""
The queries that are running: each has an id, and whoever knows it may end the query.

An id is the right to end a query, so it cannot be guessed. It comes with the answer, in the header
`Query-Id`; who wants to end a query before its answer begins chooses the id and sends it along in
the same header. All queries of a server run under one process, so any of them can be ended there.
"""

import math
import re
import secrets
import threading
import time
from dataclasses import dataclass, field, replace
from typing import cast

from flask import Blueprint, Flask, Response, current_app, g, request

from partage.errors import ProtocolError, UnknownQuery
from partage.rdf.formats import Format
from partage.sparql.federation.service_clauses import ServiceCall
from partage.sparql.protocol.evaluation import answered
from partage.store.engine import Query, Result
from partage.store.workers.query_handle import QueryHandle
from partage.web.dataset import served_dataset
from partage.web.http import budget
from partage.web.http.environ_keys import HANDLE

HEADER = "Query-Id"
# The addresses whose requests are charged to their clients: they read or evaluate what is asked.
CHARGED_ENDPOINTS = frozenset(
    {
        "browse.kind",
        "cite.cite",
        "compare.compare",
        "differences.difference",
        "querycite.cite",
        "querying.labels_json",
        "resources.any_resource",
        "search.data",
        "search.page",
        "sparql.endpoint",
        "why.why",
        "why.why_as_json",
    }
)
# How other servers' forms say that none is wished.
NO_TIMEOUT = frozenset({"", "0"})
# As many letters as 128 bits need, at least.
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{22,128}")

blueprint = Blueprint("queries", __name__)


@dataclass(slots=True)
class RunningQuery:
    """A request's query, from its start until its answer is sent or given up."""

    id: str
    handle: QueryHandle = field(default_factory=QueryHandle)
    began: float = field(default_factory=time.perf_counter)
    opened: float | None = None
    result: Result | None = None

    def cost(self) -> float:
        """Return the seconds from the start of its evaluation until now."""
        return max(0.0, time.perf_counter() - self.began - self.handle.seconds_waited)


class RunningQueries:
    """The running queries by their ids."""

    def __init__(self) -> None:
        self._running: dict[str, RunningQuery] = {}
        self._lock = threading.Lock()

    def add(self, running: RunningQuery) -> None:
        """Note a query that begins."""
        with self._lock:
            if running.id in self._running:
                raise ProtocolError(
                    "A query with this %(header)s is running. Choose another id.", header=HEADER
                )
            self._running[running.id] = running

    def remove(self, running: RunningQuery) -> None:
        """End a query that may be running still, and forget it."""
        with self._lock:
            self._running.pop(running.id, None)
        if running.result is not None:
            running.result.close()

    def find(self, identifier: str) -> RunningQuery | None:
        """Return the running query with this id."""
        return self._running.get(identifier)


def install(app: Flask) -> None:
    """Give an application its registry and its address for running queries."""
    app.extensions["partage.queries"] = RunningQueries()
    app.register_blueprint(blueprint)
    app.before_request(_check_budget)
    app.after_request(_add_query_headers)


def _check_budget() -> None:
    """Admit what is asked before it is read, which takes time too; a form is shown to all."""
    asks = request.query_string or request.view_args or request.method not in {"GET", "HEAD"}
    if asks and request.endpoint in CHARGED_ENDPOINTS:
        budget.admit()


def run_query(
    query: Query,
    calls: tuple[ServiceCall, ...] = (),
    *,
    planned: bool = True,
    serialized_as: Format | None = None,
) -> Result:
    """
    Evaluate the request's query, within the seconds that it grants (`timeout=`).

    It is asked as it is written where it is not `planned`; `written` is the one format that its
    answer will be serialized in. With calls to other endpoints the query's time begins with the
    first of them.

    Raises
    ------
    ProtocolError
        `timeout=` is no number of seconds, or the id sent along cannot be used.
    BudgetSpent
        The client has used up its query time.
    QuerySyntaxError, EngineError
        As `Engine.query`.
    """
    seconds = _seconds()
    running = begin_query()
    if calls:
        seconds = min(seconds or math.inf, served_dataset().settings.query_seconds)
    limits = query.limits if seconds is None else replace(query.limits, seconds=seconds)
    key = None if serialized_as is None or calls else serialized_as.key
    query = replace(query, limits=limits, handle=running.handle, written=key)
    running.result = answered(
        served_dataset().engine,
        query,
        served_dataset().federation,
        calls,
        served_dataset().planner,
        joins=planned,
    )
    running.opened = time.perf_counter()
    return running.result


def begin_query() -> RunningQuery:
    """
    Let the request's client begin to ask, on its account; whoever knows the id may end it.

    Raises
    ------
    ProtocolError
        The id sent along cannot be used.
    BudgetSpent
        The client has used up its query time.
    """
    if (
        running := running_query()
    ) is not None:  # a request that asks twice, as to verify and to show
        budget.admit()
        return running
    # The server's own handle, where it gives one, ends the query when the client leaves.
    running = RunningQuery(_identifier(), request.environ.get(HANDLE) or QueryHandle())
    budget.admit()
    _registry().add(running)
    g.running = running
    return running


def running_query() -> RunningQuery | None:
    """Return the query that the current request runs, if it does."""
    return cast("RunningQuery | None", g.get("running"))


@blueprint.get("/sparql/queries/<identifier>")
def show(identifier: str) -> dict[str, object]:
    """Tell how a running query is doing."""
    running = _find(identifier)
    return {
        "id": running.id,
        "state": "waiting or evaluating" if running.opened is None else "answering",
        "seconds": round(time.perf_counter() - running.began, 3),
    }


@blueprint.delete("/sparql/queries/<identifier>")
def end(identifier: str) -> tuple[str, int]:
    """End a running query."""
    _find(identifier).handle.end()
    return "", 204


def _find(identifier: str) -> RunningQuery:
    running = _registry().find(identifier)
    if running is None:
        raise UnknownQuery("No query with this id is running. It may have ended by itself.")
    return running


def _add_query_headers(response: Response) -> Response:
    """Send the query's id and timing along, and end the query when its answer is closed."""
    running, account = running_query(), budget.account()
    spent = 0.0 if account is None else account.cost()
    if account is not None:
        account.advertise(response, spent)
    if running is None:
        if account is not None:
            account.charge(spent)
        return response
    response.headers[HEADER] = running.id
    opened = None if running.opened is None else running.opened - running.began
    response.headers["Server-Timing"] = server_timing(running.handle.seconds_waited, opened)
    registry, sent = _registry(), running.cost()

    def leave() -> None:
        registry.remove(running)
        if account is not None:
            account.charge(spent + running.cost() - sent)

    response.call_on_close(leave)
    return response


def server_timing(waited: float, opened: float | None) -> str:
    """Return the seconds until a query was admitted, and until it was open, for a header."""
    metric = f"wait;dur={1000 * waited:.1f}"
    return metric if opened is None else f"{metric}, open;dur={1000 * (opened - waited):.1f}"


def _registry() -> RunningQueries:
    return cast("RunningQueries", current_app.extensions["partage.queries"])


def _identifier() -> str:
    chosen = request.headers.get(HEADER)
    if chosen is None:
        return secrets.token_urlsafe(24)
    if not CLIENT_ID.fullmatch(chosen):
        raise ProtocolError(
            "The %(header)s sent along must be 22 to 128 random letters, digits, - and _, "
            "because whoever knows it may end the query.",
            header=HEADER,
        )
    return chosen


def _seconds() -> float | None:
    sent = [*request.args.getlist("timeout"), *request.form.getlist("timeout")]
    given = [one for one in sent if one.strip() not in NO_TIMEOUT]
    if not given:
        return None
    if len(given) > 1:
        raise ProtocolError(
            "The parameter timeout is given %(times)s times, not once.", times=len(given)
        )
    try:
        seconds = float(given[0])
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ProtocolError(
            "timeout=%(timeout)r is no number of seconds. Give one above zero, as 2.5; it "
            "counts where it is lower than the server's own limit.",
            timeout=given[0],
        )
    return seconds
