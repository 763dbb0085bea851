"""
Servers that are measured: each is a module of this folder with a `PEER`.

To add one, write how its version is told, how it loads N-Triples, how it is started, and where it
answers queries by GET.
"""

import importlib
import pkgutil
import random
import shutil
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Peer:
    """
    A server: `load` puts an N-Triples file into a folder, `command` serves that folder on a port.

    `most` is how many triples it is tried with; `graph` the named graph that plays the default one;
    a library in process is not asked by several clients at once.
    """

    version: Callable[[], str]
    load: Callable[[Path, Path], None]
    command: Callable[[Path, Path, int], list[str]]
    path: str
    graph: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    most: int = 1_000_000_000
    in_process: bool = False


def nothing_to_load(_data: Path, _folder: Path) -> None:
    """Load nothing: the server reads the file as it starts, so that its start is the load."""


def program(name: str) -> str:
    """Return the path of a program of this environment, or of the system."""
    ours = Path(sys.executable).parent / name
    found = str(ours) if ours.is_file() else shutil.which(name)
    if not found:
        raise FileNotFoundError(f"{name} is not installed; benchmarks/README.md tells from where.")
    return found


def free_port() -> int:
    """
    Return a port of loopback that nobody listens on, and neither on the next one.

    Below those that a system gives to clients, who may be many meanwhile.
    """
    while True:
        port = random.randrange(15_000, 32_000)
        with socket.socket() as one, socket.socket() as next_one:
            try:
                one.bind(("127.0.0.1", port))
                next_one.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def peers() -> dict[str, Peer]:
    """Return every peer of this folder by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = {name: importlib.import_module(f"{__name__}.{name}") for name in names}
    return {name.replace("_", "-"): module.PEER for name, module in modules.items()}
