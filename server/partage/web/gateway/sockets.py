"""The TCP connections of this process, which the server below us holds and does not show."""

import ipaddress
import os
import socket
import stat
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

# Linux and macOS list the descriptors of a process here.
DESCRIPTORS = Path("/dev/fd")

Peer = tuple[str, int]


def peer(address: tuple[str | int, ...]) -> Peer:
    """
    Return the host and port of a socket's address, of ASGI or of the system.

    An IPv4 address that is mapped into IPv6 (RFC 4291 §2.5.5.2) is written as IPv4.
    """
    parsed = ipaddress.ip_address(str(address[0]).partition("%")[0])
    return str(getattr(parsed, "ipv4_mapped", None) or parsed), int(address[1])


def descriptors() -> list[int]:
    """Return the numbers of the open descriptors."""
    return [int(entry.name) for entry in DESCRIPTORS.iterdir()]


def sockets(port: int) -> Iterator[socket.socket]:
    """Give a copy of each TCP socket at this port of ours; it is open until the next is given."""
    for descriptor in descriptors():
        with suppress(OSError):  # it was closed meanwhile
            # A copy of a pipe's end, however short, would keep its reader waiting.
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                with socket.socket(fileno=os.dup(descriptor)) as copy:
                    if copy.family != socket.AF_UNIX and copy.getsockname()[1] == port:
                        yield copy


def cut(peers: Collection[Peer], port: int) -> None:
    """End the connections of these clients at this port, in the middle of whatever they carry."""
    for copy in sockets(port):
        with suppress(OSError):  # it listens, or is closed already
            if peer(copy.getpeername()) in peers:
                copy.shutdown(socket.SHUT_RDWR)
