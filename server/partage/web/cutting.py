"""How a connection is ended that the server below us holds, in the middle of an answer."""

import contextlib
import ipaddress
import os
import socket
import stat
from pathlib import Path


def cut(client: tuple[str, str | int], server: tuple[str, str | int]) -> None:
    """End the connection between these two addresses, in the middle of whatever it carries."""
    peer, port = (_plain(client[0]), int(client[1])), int(server[1])
    for entry in Path("/dev/fd").iterdir():
        with contextlib.suppress(OSError, ValueError), _socket(int(entry.name)) as connection:
            if (
                _address(connection.getpeername()) == peer
                and _address(connection.getsockname())[1] == port
            ):
                connection.shutdown(socket.SHUT_RDWR)


def _socket(descriptor: int) -> socket.socket:
    # A copy of anything else would be lost open; of a pipe's end, its reader would wait for ever.
    if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        raise ValueError(descriptor)
    return socket.socket(fileno=os.dup(descriptor))


def _address(pair: object) -> tuple[str, int]:
    if not isinstance(pair, tuple):
        raise ValueError  # noqa: TRY004  # it is a socket of another kind, passed over above
    return _plain(str(pair[0])), int(pair[1])


def _plain(host: str) -> str:
    parsed = ipaddress.ip_address(host.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped or parsed)
