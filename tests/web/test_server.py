"""The real server, in processes of its own, on a loopback port."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad

import partage
import small_dataset
from partage.errors import SettingsError
from partage.settings import Settings
from partage.store.embedded.loading import load
from partage.store.factory import EngineSource
from partage.web.gateway.startup_messages import ServerReady
from partage.web.server import _Watch, serve

needs_hangup = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="needs SIGHUP")
PROGRAM = """
import sys
from pathlib import Path
from partage.errors import PartageError
from partage.settings import Settings
from partage.store.factory import choose_source
from partage.web.server import serve

if __name__ == "__main__":
    port, how, *paths = sys.argv[1:]
    paths = [Path(path) for path in paths]
    try:
        settings = Settings(port=int(port), release=paths[0])
        files = tuple(paths) if how == "files" else ()
        source = choose_source(settings, files, paths[0] if how == "store" else None)
        serve(settings, source, lambda address: print("ready", address, flush=True))
    except PartageError as error:
        print(f"{type(error).__name__}: {error}", flush=True)
        sys.exit(3)
    print("stopped", flush=True)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(directory: Path, port: int, how: str, *paths: Path) -> subprocess.Popen[str]:
    program = directory / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    environ = os.environ | {"PYTHONPATH": str(Path(partage.__file__).parents[1])}
    return subprocess.Popen(
        [sys.executable, program, str(port), how, *map(str, paths)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environ,
    )


def told(server: subprocess.Popen[str]) -> str:
    """Return the next line that the server prints about itself: not of a store that it makes."""
    assert server.stdout is not None
    while (line := server.stdout.readline()).startswith("Release "):
        pass
    return line


@contextmanager
def running(directory: Path, how: str, *paths: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    port = free_port()
    with start(directory, port, how, *paths) as server:
        try:
            assert told(server) == f"ready http://127.0.0.1:{port}/\n"
            yield f"http://127.0.0.1:{port}", server
        finally:
            server.send_signal(signal.SIGINT)
            assert server.wait(timeout=20) == 0
            assert (told(server), told(server)) == ("stopped\n", "")


def children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    if not listed.exists():
        pytest.skip("needs Linux's /proc to see the server's processes")
    return [int(child) for child in listed.read_text().split()]


def until(condition: Callable[[], bool]) -> None:
    """Wait for what the system does in its own time, such as ending a process that was killed."""
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_the_release_is_served_by_processes_that_all_end_with_it(tmp_path: Path) -> None:
    began = time.monotonic()
    release = small_dataset.release(tmp_path / "release")
    with running(tmp_path, "release", release) as (address, server):
        assert time.monotonic() - began < 15
        answer = httpx.post(
            address + "/sparql",
            data={"query": "SELECT (COUNT(*) AS ?n) { ?c a <https://w3id.org/partage/ns#Claim> }"},
            headers={"Accept": "text/csv"},
        )
        assert answer.text == "n\r\n2\r\n"
        page = httpx.get(address + "/id/claim/c0001", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["Location"]) == (303, "/doc/claim/c0001")
        with urllib.request.urlopen(address + "/id/org/netflix") as response:
            assert response.headers.get_content_type() == "text/turtle"
            assert b"Netflix" in response.read()
        started = children(server.pid)
        assert len(started) >= 2
    until(lambda: not any(alive(pid) for pid in started))


def test_a_large_answer_is_streamed_and_a_reader_may_leave(tmp_path: Path) -> None:
    release = small_dataset.release(tmp_path / "release")
    product = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    with running(tmp_path, "release", release) as (address, _):
        url = f"{address}/sparql?{urlencode({'query': product, 'format': 'csv'})}"
        for _ in range(3):
            with httpx.stream("GET", url, timeout=10) as response:
                read = 0
                for chunk in response.iter_bytes():
                    read += len(chunk)
                    if read > 5_000_000:
                        break
        assert httpx.get(f"{address}/sparql?query=ASK{{}}", timeout=10).status_code == 200


def test_a_query_that_runs_does_not_keep_the_server_from_stopping(tmp_path: Path) -> None:
    release = small_dataset.release(tmp_path / "release")
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n2 ?o }"
    with running(tmp_path, "release", release) as (address, _):
        with pytest.raises(httpx.TimeoutException):
            httpx.get(f"{address}/sparql", params={"query": endless}, timeout=0.5)
        began = time.monotonic()
    assert time.monotonic() - began < 10


def test_files_and_stores_are_served(tmp_path: Path) -> None:
    file = tmp_path / "mine.ttl"
    file.write_text('<http://e.example/a> <http://e.example/b> "c" .')
    load([file], tmp_path / "store")
    question = {"query": "SELECT ?o { ?s ?p ?o }", "format": "csv"}
    for how, path in (("files", file), ("store", tmp_path / "store")):
        with running(tmp_path, how, path) as (address, _):
            assert httpx.get(address + "/sparql", params=question).text == "o\r\nc\r\n"


def ended(server: subprocess.Popen[str]) -> tuple[int, str]:
    output, _ = server.communicate(timeout=30)
    return server.returncode, output


def test_a_port_in_use_is_a_clear_error(tmp_path: Path) -> None:
    release = small_dataset.release(tmp_path / "release")
    with running(tmp_path, "release", release) as (address, _):
        port = int(address.rpartition(":")[2])
        code, output = ended(start(tmp_path, port, "release", release))
    assert code == 3
    assert f"Port {port} on 127.0.0.1 is in use." in output
    assert "--port" in output


def test_a_host_that_is_no_address_is_a_clear_error(tmp_path: Path) -> None:
    source = EngineSource(store=tmp_path)
    with pytest.raises(SettingsError, match=r"example\.org is no IP address.*--host 127\.0\.0\.1"):
        serve(Settings(host="example.org"), source, print)


@needs_hangup
def test_a_killed_server_leaves_no_process_no_port_and_no_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.ttl"
    file.write_text('<http://e.example/a> <http://e.example/b> "c" .')
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    port = free_port()
    with start(tmp_path, port, "files", file) as server:
        assert told(server).startswith("ready")
        (worker,) = [child for child in children(server.pid) if children(child)]
        processes = [worker, *children(worker)]
        server.kill()
    left = set(temporary.iterdir())
    assert left
    until(lambda: not any(alive(pid) for pid in processes))
    with start(tmp_path, port, "files", file) as server:
        assert told(server) == f"ready http://127.0.0.1:{port}/\n"
        assert not left & set(temporary.iterdir())
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=20) == 0
    assert list(temporary.iterdir()) == []


@needs_hangup
def test_signals_that_come_together_are_one_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    began, go_on = threading.Semaphore(0), threading.Semaphore(0)

    def renew(_: object) -> None:
        began.release()
        go_on.acquire()

    monkeypatch.setattr(_Watch, "_renew", renew)
    monkeypatch.setattr("partage.web.server._answers", lambda _: False)
    monkeypatch.setattr(multiprocessing, "set_start_method", lambda *_, **__: None)
    before = signal.getsignal(signal.SIGHUP)
    try:
        watch = _Watch(Settings(), EngineSource(), ExitStack(), lambda _: None)
        watch.messages.put(ServerReady())
        watch.start()
        os.kill(os.getpid(), signal.SIGHUP)
        assert began.acquire(timeout=10)
        for _ in range(200):
            os.kill(os.getpid(), signal.SIGHUP)
        go_on.release(3)
        assert began.acquire(timeout=10)
        assert not began.acquire(timeout=0.5)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_file_that_does_not_parse_is_a_clear_error(tmp_path: Path) -> None:
    file = tmp_path / "bad.ttl"
    file.write_text("<a:b> <c:d>\n")
    code, output = ended(start(tmp_path, free_port(), "files", file))
    assert code == 3
    assert "bad.ttl:2" in output
    assert "Traceback" not in output


def test_without_a_release_it_says_what_to_run(tmp_path: Path) -> None:
    code, output = ended(start(tmp_path, free_port(), "release", tmp_path / "none"))
    assert code == 3
    assert "partage build" in output


ADDED = Quad(
    NamedNode("https://w3id.org/partage/id/org/netflix"),
    NamedNode("http://www.w3.org/2000/01/rdf-schema#comment"),
    Literal("of the new release"),
)
SOUGHT = {"query": "SELECT * { ?s ?p ?o FILTER(?o = 'of the new release') }", "format": "csv"}
PATHS = ("/sparql?" + urlencode(SOUGHT), "/id/org/netflix", "/doc/org/netflix.ttl", "/readyz")


def replaced(release: Path, *more: Quad) -> None:
    """Put another release in the place of one, as a build does."""
    new = small_dataset.release(release.with_name("staged"), *more)
    release.rename(release.with_name(f"former-{time.monotonic_ns()}"))
    new.rename(release)


@needs_hangup
def test_a_new_release_takes_over_without_a_failed_request(tmp_path: Path) -> None:
    release = small_dataset.release(tmp_path / "release")
    with running(tmp_path, "release", release) as (address, server):
        halt = threading.Event()
        statuses: list[int] = []
        faults: list[httpx.HTTPError] = []

        def ask_on() -> None:
            with httpx.Client(base_url=address, follow_redirects=True, timeout=30) as client:
                while not halt.is_set():
                    try:
                        statuses.extend(client.get(path).status_code for path in PATHS)
                    except httpx.HTTPError as fault:
                        faults.append(fault)

        before = {path: httpx.get(address + path, follow_redirects=True) for path in PATHS[:3]}
        old_file = httpx.get(address + "/download/dataset.nq.gz")
        askers = [threading.Thread(target=ask_on) for _ in range(4)]
        for asker in askers:
            asker.start()
        replaced(release, ADDED)
        # Until it is told to, the server tells nothing of the new files, not even in downloads.
        assert httpx.get(address + "/download/dataset.nq.gz").content == old_file.content
        server.send_signal(signal.SIGHUP)
        assert told(server) == f"ready {address}/\n"
        after = {path: httpx.get(address + path, follow_redirects=True) for path in PATHS[:3]}
        halt.set()
        for asker in askers:
            asker.join()
        assert faults == []
        assert set(statuses) == {200}
        for path, answer in after.items():
            assert "of the new release" not in before[path].text
            assert "of the new release" in answer.text
        for path in PATHS[1:3]:
            known = {"If-None-Match": before[path].headers["ETag"]}
            assert httpx.get(str(after[path].url), headers=known).status_code == 200
            assert after[path].headers["ETag"] != before[path].headers["ETag"]
        new_file = httpx.get(address + "/download/dataset.nq.gz")
        assert new_file.content == (release / "dataset.nq.gz").read_bytes() != old_file.content
        assert new_file.headers["ETag"] != old_file.headers["ETag"]


@needs_hangup
def test_a_broken_new_release_leaves_the_one_before_and_says_so(tmp_path: Path) -> None:
    release = small_dataset.release(tmp_path / "release")
    with running(tmp_path, "release", release) as (address, server):
        before = httpx.get(address + PATHS[2])
        replaced(release, ADDED)
        manifest = (release / "manifest.json").read_text()
        for broken, reason in (
            ("{}", "its manifest is missing or malformed"),
            (manifest.replace('sha256": "', 'sha256": "0'), "has other bytes than its manifest"),
        ):
            (release / "manifest.json").write_text(broken)
            server.send_signal(signal.SIGHUP)
            line = told(server)
            assert line.startswith("Nothing has changed")
            assert reason in line
            assert str(release) in line
            assert httpx.get(address + PATHS[2]).content == before.content
        (release / "manifest.json").write_text(manifest)
        server.send_signal(signal.SIGHUP)
        assert told(server) == f"ready {address}/\n"
        assert "of the new release" in httpx.get(address + PATHS[2]).text


@needs_hangup
def test_a_query_goes_on_in_its_release_and_can_still_be_ended(tmp_path: Path) -> None:
    release = small_dataset.release(tmp_path / "release")
    product = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
    name = "a-query-that-outlives-its-release"
    with running(tmp_path, "release", release) as (address, server):
        streamed = httpx.stream(
            "GET",
            address + "/sparql",
            params={"query": product, "format": "csv"},
            headers={"Query-Id": name},
        )
        with streamed as response:
            assert response.status_code == 200
            replaced(release, ADDED)
            server.send_signal(signal.SIGHUP)
            until(lambda: "of the new release" in httpx.get(address + PATHS[0]).text)
            query = f"{address}/sparql/queries/{name}"
            assert httpx.get(query).json()["id"] == name
            assert httpx.delete(query).status_code == 204
        assert told(server) == f"ready {address}/\n"
