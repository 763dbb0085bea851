"""
The connections that clients hold open, and how many there may be (docs/decisions/0018).

hyper, below us, closes a connection that brings no whole request header in time, and Linux one
whose client reads nothing. Neither bounds how many there are. So a thread looks at the sockets of
this process and closes connections without a request under way: those of a client that holds more
than its share, and the most idle ones when the server is nearly full.
"""

import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Set
from contextlib import suppress
from typing import Any, NamedTuple

from partage.errors import SettingsError
from partage.settings import Settings
from partage.web.gateway.response_cache import Scope
from partage.web.gateway.sockets import DESCRIPTORS, Peer, cut, descriptors, peer, sockets
from partage.web.http.budget import client

try:
    import resource
except ImportError:  # a system without such limits
    CAN_LIMIT = False
else:
    CAN_LIMIT = True

MOST = 2048
LEAST = 64
# Descriptors that connections leave to stores, files, threads, and each query process.
RESERVED = 256
FOR_A_PROCESS = 8
# More is no use here, and macOS has no hard limit that could be asked for.
ENOUGH = 10_240
FULL = 0.75
# An answer that nobody reads for so long is cut off.
SECONDS_UNREAD = 60
UNSENT_BYTES = 1 << 17
SECONDS_BETWEEN_LOOKS = 0.25
# Of struct tcp_info (linux/tcp.h): tcpi_last_data_sent and tcpi_last_data_recv, in milliseconds.
LAST_SENT, LAST_RECEIVED = 44, 52

Application = Callable[[Scope, Any, Any], Awaitable[None]]


def capacity(settings: Settings) -> int:
    """
    Return how many connections the server can hold beside all else that needs a descriptor.

    The process's limit is first raised to what the system allows it.

    Raises
    ------
    SettingsError
        That is too few.
    """
    if not CAN_LIMIT:
        return MOST
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    if soft == resource.RLIM_INFINITY:
        return MOST
    reserved = RESERVED + FOR_A_PROCESS * settings.query_workers
    if soft < reserved + LEAST:
        raise SettingsError(
            f"This process may open {soft} files, which is too few: allow at least "
            f"{reserved + LEAST}, better 4096 (`ulimit -n 4096`, of systemd `LimitNOFILE=4096`)."
        )
    return min(MOST, soft - reserved)


class ConnectionWatch:
    """An ASGI application whose connections are watched: it knows which have a request."""

    def __init__(self, application: Application, settings: Settings) -> None:
        self._application = application
        self._settings = settings
        self.running: set[Peer] = set()

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer one request."""
        connected = peer(scope["client"])
        self.running.add(connected)
        try:
            await self._application(scope, receive, send)
        finally:
            self.running.discard(connected)

    def watch(self) -> None:
        """Begin to watch, where the system can tell (Linux)."""
        if sys.platform == "linux" and DESCRIPTORS.is_dir():
            threading.Thread(target=self._watch, name="partage-connections", daemon=True).start()

    def _watch(self) -> None:
        port = self._settings.port
        while not set_up_listeners(port):
            time.sleep(SECONDS_BETWEEN_LOOKS)
        most = int(FULL * capacity(self._settings))
        each = self._settings.most_client_connections()
        while True:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            # With so few descriptors there cannot be too many connections.
            if len(descriptors()) > min(each or most, most):
                close_surplus(port, most, each, self.running)


def set_up_listeners(port: int) -> int:
    """
    Have the connections of this port end when their clients read nothing; return how many listen.

    Whoever is accepted inherits both options from the listener: how long sent data may stay without
    acknowledgement, and how much unsent data is kept for it (tcp(7)).
    """
    assert sys.platform == "linux"
    count = 0
    for listener in sockets(port):
        if listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000 * SECONDS_UNREAD)
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
            count += 1
    return count


def close_surplus(port: int, most: int, each: int, running: Set[Peer]) -> None:
    """
    Close connections of this port beyond `each` of one client, and beyond `most` of all.

    Those without a request go first, of them the most idle. One with a request is closed only where
    its client holds too many of them; `each` 0 sets no limit.
    """
    found = sorted(_connections(port, running))
    counts = Counter(connection.client for connection in found)
    closing: set[Peer] = set()
    for connection in found:
        is_surplus = each and counts[connection.client] > each
        if is_surplus or (len(found) - len(closing) > most and not connection.is_running):
            closing.add(connection.peer)
            counts[connection.client] -= 1
    if closing:
        cut(closing, port)


class _Connection(NamedTuple):
    """In the order in which connections are closed."""

    is_running: bool
    activity: int
    peer: Peer
    client: str


def _connections(port: int, running: Set[Peer]) -> Iterator[_Connection]:
    assert sys.platform == "linux"
    for copy in sockets(port):
        with suppress(OSError):  # it listens, or is closed already
            found = peer(copy.getpeername())
            info = copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, LAST_RECEIVED + 4)
            idle = min(struct.unpack_from("=I", info, at)[0] for at in (LAST_SENT, LAST_RECEIVED))
            yield _Connection(found in running, -idle, found, client(found[0]))
