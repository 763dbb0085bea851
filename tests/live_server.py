"""A real server on a loopback port, for tests of what goes over the wire."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path

SECONDS_TO_START = 60
SECONDS_TO_STOP = 10


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server that a test may talk to listens."""

    port: int
    process: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def endpoint(self) -> str:
        return f"{self.address}/sparql"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back over a socket, as it was sent; status 0 where nothing came."""

    status: int
    head: str
    body: bytes


@contextmanager
def serving(
    log: Path, *arguments: str, settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Run `partage serve` until the block ends; what the server writes goes to `log`."""
    port = free_port()
    command = [sys.executable, "-m", "partage", "serve", "--port", str(port), *arguments]
    environment = {**os.environ, "COLUMNS": "1000", "PYTHONUNBUFFERED": "1", **(settings or {})}
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment
    )
    announced, ended = threading.Event(), threading.Event()

    def listen() -> None:
        assert process.stderr is not None
        with log.open("w", encoding="utf-8") as written:
            for line in process.stderr:
                written.write(line)
                written.flush()
                if line.startswith("Serving "):
                    announced.set()
        ended.set()
        announced.set()  # whoever waits must not wait longer

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        assert announced.wait(SECONDS_TO_START), "it starts too slowly"
        assert not ended.is_set(), log.read_text(encoding="utf-8")
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        listener.join(SECONDS_TO_STOP)
        assert process.stderr is not None
        process.stderr.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert isinstance(port, int)
    return port


def say(server: Server, request: bytes, *, seconds: float = 10) -> Reply:
    """Send bytes as they are, and read one answer; status 0 where none came in that time."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=seconds) as connection:
        # An answer before everything was heard is an answer all the same.
        with suppress(ConnectionError):
            connection.sendall(request)
        try:
            answer = HTTPResponse(connection, method=request.split(b" ", 1)[0].decode("latin-1"))
            answer.begin()
            head = "\r\n".join(f"{name}: {value}" for name, value in answer.headers.items())
            return Reply(answer.status, head, answer.read())
        except (OSError, HTTPException):
            return Reply(0, "", b"")
