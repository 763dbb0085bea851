"""For those who run the server: is it alive, is it ready, how is it doing."""

from collections.abc import Iterable

from flask import Blueprint, Response, current_app, make_response

from partage import __version__
from partage.caching import NAMED_CACHES, BoundedCache
from partage.errors import EngineError
from partage.store.engine import Engine, Query, QueryLimits
from partage.store.workers.pool import PoolEngine, PoolFigures
from partage.web.dataset import served_dataset
from partage.web.http.budget import Budget, budget
from partage.web.http.metrics import CONTENT_TYPE, labelled, metrics, single

SECONDS_TO_BE_READY = 2.0

blueprint = Blueprint("operations", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """Say that this process answers requests; a server says it in front of the application."""
    found = unavailable_reason(served_dataset().engine)
    return _plain("alive\n", 200) if found is None else _plain(f"{found}\n", 503)


def unavailable_reason(engine: Engine) -> str | None:
    """Return why no query can be answered here, None where they can."""
    if isinstance(engine, PoolEngine) and not engine.healthy:
        return "not well: no query process is left, and none can be started"
    return None


@blueprint.get("/readyz")
def ready() -> Response:
    """Say whether queries are answered, by asking one."""
    try:
        served_dataset().engine.query(
            Query("ASK {}", limits=QueryLimits(SECONDS_TO_BE_READY))
        ).close()
    except EngineError as error:
        return _plain(f"not ready: {error}\n", 503)
    return _plain("ready\n", 200)


@blueprint.get("/metrics")
def numbers() -> Response:
    """Return what was counted since the server started, for Prometheus."""
    engine = served_dataset().engine
    parts = [*metrics().write(), f'partage_info{{version="{__version__}"}} 1\n']
    if served := served_dataset().manifest.get("rdfc10"):
        parts.append(
            labelled(
                "partage_release_info", "The release by its digest.", "rdfc10", {str(served): 1}
            )
        )
    if isinstance(engine, PoolEngine):
        parts += _pool(engine.figures())
    parts += _caches()
    if (answers := current_app.extensions.get("partage.cache")) is not None:
        parts += _response_cache(answers.kept)
    kept = budget()
    if kept is not None:
        parts += _budget(kept)
    response = _plain("".join(parts), 200)
    response.headers["Content-Type"] = CONTENT_TYPE
    return response


def _pool(figures: PoolFigures) -> Iterable[str]:
    yield labelled(
        "partage_queries_total", "Queries, by how each ended.", "ending", figures.endings
    )
    yield single("partage_queries_refused_total", "Queries refused when busy.", figures.refused)
    yield single("partage_queries_running", "Queries being evaluated.", figures.running)
    yield single("partage_queries_waiting", "Queries waiting for a process.", figures.waiting)
    yield single("partage_query_processes", "Query processes alive.", figures.processes)
    yield single(
        "partage_query_processes_idle", "Query processes with nothing to do.", figures.idle
    )
    yield single("partage_query_processes_replaced_total", "Processes replaced.", figures.replaced)


def _caches() -> Iterable[str]:
    """Yield what the caches hold, and how often it was asked for."""
    known = sorted(NAMED_CACHES.items())
    for what, meaning, counted in (
        ("hits_total", "What was asked for and kept.", {n: c.hits for n, c in known}),
        ("misses_total", "What was asked for and not kept.", {n: c.misses for n, c in known}),
        ("entries", "What is kept now.", {n: len(c) for n, c in known}),
        ("bytes", "Bytes of what is kept now, with its keys.", {n: c.size for n, c in known}),
    ):
        yield labelled(f"partage_cache_{what}", meaning, "cache", counted)


def _response_cache(cache: BoundedCache) -> Iterable[str]:
    yield single("partage_answers_hits_total", "Answers given again from the cache.", cache.hits)
    yield single("partage_answers_misses_total", "Answers that had to be made.", cache.misses)
    yield single("partage_answers_kept", "Answers in the cache.", len(cache))
    yield single("partage_answers_bytes", "Bytes of the answers in the cache.", cache.size)


def _budget(client_budget: Budget) -> Iterable[str]:
    yield single(
        "partage_queries_over_budget_total",
        "Queries refused because their client had used up its time.",
        client_budget.refused,
    )
    yield single(
        "partage_budget_clients", "Clients whose use of time is remembered.", client_budget.clients
    )


def _plain(text: str, status: int) -> Response:
    response = make_response(text, status)
    response.mimetype = "text/plain"
    response.headers["Cache-Control"] = "no-store"
    return response
