"""Whatever an engine answers, it is told in a sentence, within a time and a memory."""

import resource
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import hostile_endpoint
import small_dataset
from hostile_endpoint import ANSWERS, HostileEndpoint
from partage.errors import EngineError, IntegrityError, PartageError
from partage.rdf.formats import by_key
from partage.store.engine import Query
from partage.store.factory import DATASET
from partage.store.remote import credentials, publishing
from partage.store.remote import remote_engine as remote
from partage.store.remote.credentials import Credentials
from partage.store.remote.publishing import Target, publish
from partage.store.remote.remote_engine import RemoteEngine

SECONDS = 0.4
LONGEST = 20.0
MOST_MEGABYTES = 600


@pytest.fixture
def hostile() -> Iterator[HostileEndpoint]:
    with hostile_endpoint.listening() as running:
        yield running


@pytest.fixture
def dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(credentials, "SECONDS_TO_WRITE", SECONDS)
    monkeypatch.setattr(publishing, "SECONDS_TO_ANSWER", SECONDS)
    monkeypatch.setattr(publishing, "MOST_GRAPHS", 10_000)
    return small_dataset.release(tmp_path / "release") / DATASET


def peak() -> float:
    """Return the most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.parametrize("restart", [False, True], ids=["counting", "writing"])
@pytest.mark.parametrize("name", ANSWERS)
def test_publishing_ends_with_a_sentence(
    hostile: HostileEndpoint, dataset: Path, name: str, restart: bool
) -> None:
    hostile.answers = ANSWERS[name]
    target = Target(hostile.url, credentials=Credentials("dba", "secret"))
    begin, before = time.monotonic(), peak()
    with pytest.raises((EngineError, IntegrityError)) as raised:
        publish(dataset, target, lambda _: None, restart=restart)
    assert time.monotonic() - begin < LONGEST
    assert peak() < before + MOST_MEGABYTES
    assert str(raised.value).isprintable()
    assert "secret" not in str(raised.value)


def told(engine: RemoteEngine, text: str) -> str:
    """Ask a query and read all of its answer; return what went wrong, if anything did."""
    json = by_key("json")
    assert json is not None
    try:
        result = engine.query(Query(text))
    except PartageError as error:
        return str(error)
    try:
        if result.kind == "solutions":
            assert sum(map(len, result.serialize(json))) > 0
    except PartageError as error:
        return str(error)
    finally:
        result.close()
    return ""


@pytest.mark.parametrize("name", ANSWERS)
def test_a_query_ends_within_its_time_and_its_thread_too(
    hostile: HostileEndpoint, name: str
) -> None:
    hostile.answers = ANSWERS[name]
    begin, before = time.monotonic(), peak()
    others = set(threading.enumerate())
    engine = RemoteEngine(hostile.url, seconds=SECONDS)
    try:
        for asked in ("SELECT * { ?g ?p ?n }", "CONSTRUCT WHERE { ?s ?p ?o }", "ASK {}"):
            assert told(engine, asked).isprintable()
    finally:
        engine.close()
    assert time.monotonic() - begin < LONGEST
    assert peak() < before + MOST_MEGABYTES
    began = [t for t in threading.enumerate() if t.name == "partage-query" and t not in others]
    while any(thread.is_alive() for thread in began) and time.monotonic() - begin < LONGEST:
        time.sleep(0.05)
    assert not any(thread.is_alive() for thread in began)


def test_what_is_held_at_once_has_a_limit(
    hostile: HostileEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "MAX_BUFFERED_BYTES", 1_000_000)
    hostile.answers = ANSWERS["rows without an end"]
    engine = RemoteEngine(hostile.url)
    with pytest.raises(EngineError, match="longer than allowed"):
        engine.query(Query("SELECT * { ?g ?p ?n }")).solutions()
    engine.close()


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nothing_is_sent_where_a_redirect_leads(
    hostile: HostileEndpoint, dataset: Path, status: int, restart: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0.3)
        address = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/query"
        hostile.answers = lambda: hostile_endpoint.whole(
            b"", b"Location: %s\r\n" % address.encode(), b"HTTP/1.1 %d Elsewhere\r\n" % status
        )
        with pytest.raises(EngineError, match=str(status)):
            publish(dataset, Target(hostile.url), lambda _: None, restart=restart)
        with pytest.raises(TimeoutError):
            elsewhere.accept()
