"""
What the operating system keeps a query process from doing, should our own checks be wrong.

On Linux (x86-64, AArch64) a seccomp filter refuses every new socket and every connection, and the
start of other programs, to all threads of the process, for good
(https://www.kernel.org/doc/html/latest/userspace-api/seccomp_filter.html). A query process needs
none of them: it talks through the pipe and the socket that it starts with. Elsewhere there is no
such sandbox, and `Protection` says so.
"""

import ctypes
import errno
import platform
import struct
import sys
from dataclasses import dataclass
from types import MappingProxyType

# From <linux/seccomp.h>, <linux/prctl.h>, <linux/bpf_common.h>.
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_SET_MODE_FILTER = 1
SECCOMP_FILTER_FLAG_TSYNC = 1
ALLOW = 0x7FFF0000
REFUSE = 0x00050000 | errno.EACCES
LOAD_WORD, JUMP_EQUAL, JUMP_GREATER_EQUAL, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER_AT, ARCHITECTURE_AT = 0, 4
X32 = 0x40000000  # the other system call table of x86-64


@dataclass(frozen=True, slots=True)
class _Machine:
    audit: int
    seccomp: int
    refused: tuple[int, ...]


# socket, connect, execve, execveat, io_uring_setup (which could do all of it unseen)
_MACHINES = MappingProxyType(
    {
        "x86_64": _Machine(0xC000003E, 317, (41, 42, 59, 322, 425)),
        "aarch64": _Machine(0xC00000B7, 277, (198, 203, 221, 281, 425)),
    }
)


@dataclass(frozen=True, slots=True)
class Protection:
    """Whether the sandbox stands, and a sentence for whoever wants to know."""

    active: bool
    description: str


def description() -> str:
    """Say what the sandbox would be on this platform."""
    if _machine() is None:
        return (
            f"none on {sys.platform} {platform.machine()}: only the check of the query text keeps "
            "SERVICE from reaching out"
        )
    return "seccomp: the query processes cannot open sockets or start programs"


def enter_sandbox() -> Protection:
    """Set the sandbox for this process, which can never be undone; say how it went."""
    machine = _machine()
    if machine is None:
        return Protection(active=False, description=description())
    libc = ctypes.CDLL(None, use_errno=True)
    rules = _rules(machine)
    code = ctypes.create_string_buffer(b"".join(rules))
    program = ctypes.create_string_buffer(
        struct.pack("@HP", len(rules), ctypes.addressof(code)), struct.calcsize("@HP")
    )
    set_up = libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 and (
        libc.syscall(
            ctypes.c_long(machine.seccomp),
            ctypes.c_ulong(SECCOMP_SET_MODE_FILTER),
            ctypes.c_ulong(SECCOMP_FILTER_FLAG_TSYNC),
            program,
        )
        == 0
    )
    if not set_up:
        reason = errno.errorcode.get(ctypes.get_errno(), "unknown")
        return Protection(active=False, description=f"none: the kernel refused seccomp ({reason})")
    return Protection(active=True, description=description())


def _machine() -> _Machine | None:
    wide = sys.maxsize > 2**32
    return _MACHINES.get(platform.machine()) if sys.platform == "linux" and wide else None


def _rules(machine: _Machine) -> list[bytes]:
    """Return the filter's program: refuse other call tables, then each call in question."""
    count = len(machine.refused)
    return [
        _rule(LOAD_WORD, ARCHITECTURE_AT),
        _rule(JUMP_EQUAL, machine.audit, otherwise=count + 3),
        _rule(LOAD_WORD, NUMBER_AT),
        _rule(JUMP_GREATER_EQUAL, X32, then=count + 1),
        *(
            _rule(JUMP_EQUAL, number, then=count - place)
            for place, number in enumerate(machine.refused)
        ),
        _rule(RETURN, ALLOW),
        _rule(RETURN, REFUSE),
    ]


def _rule(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)
