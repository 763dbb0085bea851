"""What an evaluation's thread made dies in that thread, however the evaluation ends."""

import gc
import threading

import pytest
from pyoxigraph import NamedNode, Quad, Store

from partage.errors import QueryEnded
from partage.store.embedded.serialization import Evaluated
from partage.store.embedded.streamed_evaluation import Evaluation
from partage.store.engine import Query

SECONDS = 10.0


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect what Python cannot raise: here, that a result died in another thread."""
    found: list[str] = []
    monkeypatch.setattr("sys.unraisablehook", lambda raised: found.append(str(raised.exc_value)))
    return found


def left(result: Evaluated) -> None:
    """Fail as reading from a connection does that was closed under it."""
    assert next(iter(result)) is not None  # type: ignore[arg-type]  # these are solutions
    try:
        int("the connection is closed")
    except ValueError as error:
        raise QueryEnded("the client has left") from error


def broken(result: Evaluated) -> None:
    """Fail as reading does, with an error that is translated."""
    try:
        left(result)
    except QueryEnded:
        raise OSError("another fault")  # noqa: B904  # what Python adds by itself counts too


@pytest.mark.parametrize("order", [left, broken])
def test_a_failed_result_dies_in_its_own_thread(order: object, lost: list[str]) -> None:
    store = Store()
    store.add(Quad(NamedNode("a:b"), NamedNode("a:b"), NamedNode("a:b")))
    query = Query("SELECT * { ?s ?p ?o }")
    evaluation = Evaluation(lambda: store.query(query.text), query)
    thread = threading.Thread(target=evaluation.run)
    thread.start()
    evaluation.receive()
    evaluation.order(order)  # type: ignore[arg-type]
    thread.join(SECONDS)
    assert not thread.is_alive()
    raised: Exception | None = None
    try:
        evaluation.receive()
    except Exception as error:  # noqa: BLE001  # which one is not the question
        raised = error
    assert raised is not None
    assert raised.__cause__ is not None, "the log tells the cause"
    del raised, evaluation
    gc.collect()
    assert lost == []
