"""
The engine inside the process: Oxigraph through pyoxigraph (https://pyoxigraph.readthedocs.io).

What it cannot do, and what follows: a query has no cancel, so a query past its limit is answered
with QueryTimeout at once, but works on in its thread until it next hands something out. `SERVICE`
would reach out: `partage.sparql.protocol.guard` refuses it before a query gets here.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Self

from pyoxigraph import Store

from partage.store.embedded.serialization import evaluate
from partage.store.embedded.streamed_evaluation import EmbeddedResult, Evaluation
from partage.store.embedded.threads import EvaluationThreads
from partage.store.engine import Query, Result
from partage.store.release_stores.directories import open_store
from partage.store.release_stores.release_stores import refuse_release

RELEASES_OPEN = 8


class EmbeddedEngine:
    """Answers queries from one pyoxigraph store, in memory or on disk, and those of releases."""

    def __init__(self, store: Store, open_release: Callable[[str], Store] = refuse_release) -> None:
        """`older` opens the store of a release."""
        self._store = store
        self._older = lru_cache(RELEASES_OPEN)(open_release)
        self._threads = EvaluationThreads()

    @classmethod
    def read_only(cls, directory: Path) -> Self:
        """
        Open a store directory, which many processes may hold open at once.

        Raises
        ------
        EngineUnavailable
            The directory holds no store.
        """
        return cls(open_store(directory))

    def query(self, query: Query) -> Result:
        """Evaluate a query in a thread of its own; see `Engine.query`."""
        store = self._store if query.release is None else self._older(query.release)
        evaluation = Evaluation(partial(evaluate, store, query), query)
        if query.handle is not None:
            query.handle.on_end(evaluation.end)
        self._threads.submit(evaluation.run)
        return EmbeddedResult(evaluation)

    def close(self) -> None:
        """End the idle threads."""
        self._threads.shut_down()
