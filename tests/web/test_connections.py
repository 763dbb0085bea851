"""How long connections stay open, how many there may be, and which of them are closed."""

import gzip
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

import coroutines
import small_dataset
from live_server import Server, say, serving
from partage.rdf.canonical import canonical_nquads
from partage.settings import Settings
from partage.web.gateway import connections
from partage.web.gateway.connections import MOST, ConnectionWatch, close_surplus, set_up_listeners
from partage.web.server import SECONDS_FOR_A_HEADER

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's /proc")

SECONDS = 20.0
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


class Held:
    """Connections to a port of this process, both ends of them."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.port: int = self._listener.getsockname()[1]

    def open(self, address: str = "127.0.0.1") -> tuple[socket.socket, socket.socket]:
        source = (address, 0)
        ours = socket.create_connection(("127.0.0.1", self.port), 5, source_address=source)
        theirs, _ = self._listener.accept()
        return self._stack.enter_context(ours), self._stack.enter_context(theirs)


@pytest.fixture
def held() -> Iterator[Held]:
    with ExitStack() as stack:
        yield Held(stack)


def is_open(client: socket.socket) -> bool:
    client.setblocking(False)
    try:
        return client.recv(1) != b""
    except BlockingIOError:
        return True


def test_of_too_many_connections_the_most_idle_are_closed(held: Held) -> None:
    clients = []
    for _ in range(4):
        clients.append(held.open()[0])
        time.sleep(0.02)
    clients[0].send(b"GET")  # it came first, but is the least idle now
    time.sleep(0.02)
    close_surplus(held.port, most=2, each=0, running=set())
    assert [is_open(client) for client in clients] == [True, False, False, True]


def test_a_connection_with_a_request_is_not_closed_for_others(held: Held) -> None:
    clients = [held.open()[0] for _ in range(3)]
    running = {client.getsockname() for client in clients[:2]}
    close_surplus(held.port, most=1, each=0, running=running)
    assert [is_open(client) for client in clients] == [True, True, False]


def test_a_client_loses_what_it_holds_beyond_its_share_and_others_lose_nothing(held: Held) -> None:
    other = held.open("127.0.0.2")[0]
    time.sleep(0.02)
    clients = [held.open()[0] for _ in range(5)]
    running = {client.getsockname() for client in clients[:4]}
    close_surplus(held.port, most=100, each=3, running=running)
    assert is_open(other)
    assert [is_open(client) for client in clients].count(True) == 3
    assert not is_open(clients[4])  # it has no request


def test_sockets_of_other_ports_and_the_listener_are_left_alone(held: Held) -> None:
    with ExitStack() as stack:
        elsewhere = Held(stack)
        client, _ = elsewhere.open()
        mine, _ = held.open()
        close_surplus(held.port, most=0, each=0, running=set())
        assert not is_open(mine)
        assert is_open(client)
        assert is_open(held.open()[0])


def test_a_client_who_reads_nothing_loses_the_connection(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "SECONDS_UNREAD", 1)
    assert set_up_listeners(held.port) == 1
    _, theirs = held.open()
    theirs.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            theirs.send(bytes(100_000))
    theirs.settimeout(SECONDS)
    with pytest.raises(TimeoutError, match="Connection timed out"):  # so says the system
        theirs.sendall(bytes(10_000_000))


def test_what_is_sent_and_not_read_yet_is_little(held: Held) -> None:
    set_up_listeners(held.port)
    _, theirs = held.open()
    theirs.setblocking(False)
    sent = 0
    with suppress(BlockingIOError):
        while True:
            sent += theirs.send(bytes(10_000))
    receivable = 3 << 20  # what the reader's end of a loopback connection may take
    assert sent < receivable


@pytest.mark.parametrize(
    ("settings", "most"),
    [
        (Settings(), 0),
        (Settings(host="::1"), 0),
        (Settings(client_connections=7), 7),
        (Settings(host="0.0.0.0"), 100),
        (Settings(host="192.0.2.1", client_connections=7), 7),
        (Settings(host="0.0.0.0", client_connections=0), 0),
        (Settings(host="0.0.0.0", client_connections=7, trusted_proxies=1), 0),
    ],
)
def test_clients_are_bound_where_others_can_come_and_are_told_apart(
    settings: Settings, most: int
) -> None:
    assert settings.most_client_connections() == most


def test_an_application_tells_which_connections_have_a_request() -> None:
    peer = ("127.0.0.1", 4711)
    seen: list[set[tuple[str, int]]] = []

    async def application(*_: object) -> None:
        seen.append(set(watched.running))
        raise ValueError("amid it")

    watched = ConnectionWatch(application, Settings())
    with pytest.raises(ValueError, match="amid it"):
        coroutines.run(watched({"client": peer}, None, None))
    assert seen == [{peer}]
    assert watched.running == set()


def limited(files: int, code: str) -> str:
    """Run Python code in a process that may open so many files."""
    program = (
        "import resource\n"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, ({min(files, 400)}, {files}))\n"
        "from partage.web.gateway.connections import capacity\n"
        "from partage.settings import Settings\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program + code], capture_output=True, text=True, check=False
    )
    return (ran.stdout + ran.stderr).strip()


def test_connections_leave_descriptors_to_everything_else() -> None:
    code = "print(capacity(Settings()), resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    assert limited(1024, code) == "752 1024"
    assert limited(10_000, code) == "2048 10000"


def test_a_limit_too_small_is_told_with_what_to_do() -> None:
    told = limited(300, "capacity(Settings())").splitlines()[-1]
    assert "SettingsError: This process may open 300 files" in told
    assert "ulimit -n" in told


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    directory: Path = tmp_path_factory.mktemp("connections")
    file = directory / "dataset.nq"
    file.write_text(canonical_nquads(small_dataset.quads()), encoding="utf-8")
    with serving(directory / "log", "--load", str(file)) as started:
        yield started


def test_a_connection_without_a_whole_header_is_closed_in_time(server: Server) -> None:
    beginnings = {
        "silent": b"",
        "half a line": b"GET /hea",
        "half a header": REQUEST[:-2],
        "empty lines": b"\r\n",
        "the beginning of HTTP/2": b"PRI * HTT",
        "idle after an answer": REQUEST,
    }
    began = time.monotonic()
    with ExitStack() as stack:
        clients = {}
        for name, beginning in beginnings.items():
            client = socket.create_connection(("127.0.0.1", server.port), timeout=SECONDS)
            clients[name] = stack.enter_context(client)
            client.sendall(beginning)
        trickle = clients["half a header"]
        with suppress(ConnectionError):
            while time.monotonic() - began < SECONDS_FOR_A_HEADER + 2:
                trickle.sendall(b"X: y\r\n")
                time.sleep(0.5)
        for client in clients.values():
            with suppress(ConnectionError):
                while client.recv(65_536):
                    pass
        assert SECONDS_FOR_A_HEADER - 1 < time.monotonic() - began < SECONDS


def test_http_2_is_not_spoken_and_an_offer_of_it_is_ignored(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
        client.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        assert client.recv(100) == b""
    upgrade = {
        "Connection": "Upgrade, HTTP2-Settings",
        "Upgrade": "h2c",
        "HTTP2-Settings": "AAMAAABkAAQBAAAAAAIAAAAA",
    }
    answer = httpx.get(server.address + "/healthz", headers=upgrade)
    assert (answer.status_code, answer.http_version) == (200, "HTTP/1.1")


@pytest.mark.parametrize(("length", "status"), [(59_000, 200), (66_000, 414), (200_000, 431)])
def test_how_long_an_address_may_be(server: Server, length: int, status: int) -> None:
    target = b"/healthz?" + b"a" * length
    assert say(server, b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n").status == status


def test_more_silent_connections_than_fit_shut_nobody_out(server: Server) -> None:
    wanted = MOST + 500
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < wanted + 200:
        pytest.skip("this process may not open so many files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted + 200), hard))
    try:
        with ExitStack() as stack:
            for _ in range(wanted):
                client = stack.enter_context(socket.socket())
                client.setblocking(False)
                client.connect_ex(("127.0.0.1", server.port))
            for _ in range(3):
                assert httpx.get(server.address + "/healthz", timeout=5).status_code == 200
                query = {"query": "ASK { ?s ?p ?o }"}
                assert httpx.get(server.endpoint, params=query, timeout=5).status_code == 200
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_one_client_holds_no_more_connections_than_its_share(tmp_path: Path) -> None:
    file = tmp_path / "dataset.nq"
    file.write_text(canonical_nquads(small_dataset.quads()), encoding="utf-8")
    share = {"PARTAGE_CLIENT_CONNECTIONS": "10"}
    with (
        serving(tmp_path / "log", "--load", str(file), settings=share) as bounded,
        ExitStack() as stack,
    ):
        clients = [
            stack.enter_context(socket.create_connection(("127.0.0.1", bounded.port), 5))
            for _ in range(40)
        ]
        deadline = time.monotonic() + SECONDS_FOR_A_HEADER / 2  # long before all are closed as idle
        while sum(map(is_open, clients)) > 10:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert any(map(is_open, clients))
        assert httpx.get(bounded.address + "/healthz").status_code == 200


QUERY = b"Host: x\r\nConnection: close\r\nContent-Type: application/sparql-query\r\n"
POST = b"POST /sparql HTTP/1.1\r\n" + QUERY
CODED = gzip.compress(b"ASK {}")
CHUNKED = b"6\r\nASK {}\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"get /sparql?query=ASK{} HTTP/1.1\r\n" + QUERY + b"\r\n", 501),
        (b"get /healthz HTTP/1.1\r\n" + QUERY + b"\r\n", 501),
        (b"post /sparql HTTP/1.1\r\n" + QUERY + b"Content-Length: 6\r\n\r\nASK {}", 501),
        (b"BREW /sparql HTTP/1.1\r\n" + QUERY + b"\r\n", 501),
        (b"PUT /sparql HTTP/1.1\r\n" + QUERY + b"\r\n", 405),
        (
            POST
            + b"Transfer-Encoding: gzip, chunked\r\n\r\n"
            + b"%x\r\n%s\r\n0\r\n\r\n" % (len(CODED), CODED),
            501,
        ),
        (POST + b"Transfer-Encoding: gzip\r\n\r\n" + CODED, 400),
        (POST + b"TE: gzip, chunked\r\nTransfer-Encoding: Chunked\r\n\r\n" + CHUNKED, 200),
        (POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED, 200),
        (POST + b"Content-Length: 6\r\nContent-Length: 5\r\n\r\nASK {}", 400),
        (POST + b"Content-Length: +6\r\n\r\nASK {}", 400),
        (b"GET http://x/healthz HTTP/1.1\r\n" + QUERY + b"\r\n", 200),
        (b"GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n", 400),
    ],
)
def test_odd_requests_are_answered_as_http_has_it(
    server: Server, request_: bytes, status: int
) -> None:
    assert say(server, request_).status == status


def test_what_follows_a_body_with_two_lengths_is_not_read_as_a_request(server: Server) -> None:
    head = POST.replace(b"Connection: close\r\n", b"")
    lengths = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
        client.sendall(head + lengths + CHUNKED + REQUEST)
        received = b""
        with suppress(ConnectionError):
            while part := client.recv(65_536):
                received += part
    assert received.count(b"HTTP/1.1 ") == 1


def test_a_body_is_asked_for_where_its_sender_waits(server: Server) -> None:
    head = POST + b"Expect: 100-continue\r\nContent-Length: "
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
        client.sendall(head + b"6\r\n\r\n")
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"ASK {}")
        assert client.recv(65_536).startswith(b"HTTP/1.1 200 ")
    assert say(server, head + b"60000000\r\n\r\n").status == 413
