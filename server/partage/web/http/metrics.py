"""
What is counted, and the text in which Prometheus reads it
(https://prometheus.io/docs/instrumenting/exposition_formats/).

Written here rather than by `prometheus-client`: one process answers all requests, so a few numbers
under a lock are exact, and a server needs no library for a dozen lines of text.
"""

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import cast

from flask import current_app

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Histogram:
    """Durations in seconds, by how many stayed below each of the buckets."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BUCKETS) + 1)
        self._sum = 0.0
        self._lock = threading.Lock()

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        place = bisect_left(BUCKETS, seconds)
        with self._lock:
            self._counts[place] += 1
            self._sum += seconds

    def write(self, name: str, meaning: str) -> str:
        """Return the histogram as text."""
        with self._lock:
            totals, seconds = list(accumulate(self._counts)), self._sum
        bounds = [*(f"{bound:g}" for bound in BUCKETS), "+Inf"]
        lines = [f"# HELP {name} {meaning}", f"# TYPE {name} histogram"]
        lines += [
            f'{name}_bucket{{le="{bound}"}} {total}'
            for bound, total in zip(bounds, totals, strict=True)
        ]
        return "\n".join([*lines, f"{name}_sum {seconds:.6f}", f"{name}_count {totals[-1]}", ""])


class Metrics:
    """The requests that were answered, by status, and how long each took."""

    def __init__(self) -> None:
        self.requests = Histogram()
        self.queries = Histogram()
        self._statuses: Counter[str] = Counter()
        self._lock = threading.Lock()

    def count(self, status: int) -> None:
        """Count one request by its status."""
        with self._lock:
            self._statuses[str(status)] += 1

    def write(self) -> Iterable[str]:
        """Return the counts and durations as text."""
        with self._lock:
            statuses = dict(self._statuses)
        yield labelled("partage_requests_total", "Requests answered.", "status", statuses)
        yield self.requests.write("partage_request_seconds", "From a request to its end.")
        yield self.queries.write("partage_query_seconds", "From a query to the end of its answer.")


def labelled(name: str, meaning: str, label: str, values: Mapping[str, int]) -> str:
    """Return numbers, one for each value of a label: counters where the name says so."""
    kind = "counter" if name.endswith("_total") else "gauge"
    lines = [f'{name}{{{label}="{value}"}} {number}' for value, number in sorted(values.items())]
    return "\n".join([f"# HELP {name} {meaning}", f"# TYPE {name} {kind}", *lines, ""])


def single(name: str, meaning: str, value: float) -> str:
    """Return one number: a counter where the name says so, else a gauge."""
    kind = "counter" if name.endswith("_total") else "gauge"
    return f"# HELP {name} {meaning}\n# TYPE {name} {kind}\n{name} {value:g}\n"


def metrics() -> Metrics:
    """Return the current application's counts."""
    return cast("Metrics", current_app.extensions["partage.metrics"])
