"""Every request is counted and timed when its answer is closed; on request also a line about it."""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask, Response, g, request

from partage.web.gateway.response_cache import Scope
from partage.web.http.metrics import Metrics, metrics
from partage.web.views.sparql import running_queries


def install(app: Flask, log: str) -> None:
    """Have an application's requests counted, and with `log` as "json" logged."""
    app.extensions["partage.metrics"] = Metrics()
    app.extensions["partage.access-log"] = log
    app.before_request(_begin)

    @app.after_request
    def observe(response: Response) -> Response:
        counted, running = metrics(), running_queries.running_query()
        began: float = g.get("began", time.perf_counter())
        method, path, status = request.method, request.path, response.status_code

        def finish() -> None:
            seconds = time.perf_counter() - began
            counted.count(status)
            counted.requests.observe(seconds)
            if running is not None:
                counted.queries.observe(time.perf_counter() - running.began)
            if log == "json":
                _write(method, path, status, seconds, running)

        response.call_on_close(finish)
        return response


def observer(app: Flask) -> Callable[[Scope, int, float], None]:
    """Return what counts, and logs, an answer that was given in front of an application."""
    counted: Metrics = app.extensions["partage.metrics"]
    logged = app.extensions["partage.access-log"] == "json"

    def observe(scope: Scope, status: int, seconds: float) -> None:
        counted.count(status)
        counted.requests.observe(seconds)
        if logged:
            _write(scope["method"], scope["path"], status, seconds, None)

    return observe


def _begin() -> None:
    g.began = time.perf_counter()


def _write(
    method: str,
    path: str,
    status: int,
    seconds: float,
    running: running_queries.RunningQuery | None,
) -> None:
    """Write a line of JSON to standard error; it tells nothing about who asked, or what."""
    line: dict[str, object] = {
        "time": datetime.now(tz=UTC).isoformat(timespec="milliseconds"),
        "method": method,
        "path": path,
        "status": status,
        "seconds": round(seconds, 6),
    }
    if running is not None:
        line |= {"query": running.id, "waited": round(running.handle.seconds_waited, 6)}
    sys.stderr.write(json.dumps(line) + "\n")
    sys.stderr.flush()
