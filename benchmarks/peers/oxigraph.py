"""Oxigraph's own server, in Rust, over the same engine as ours (PyPI `oxigraph`)."""

import subprocess
from importlib.metadata import version
from pathlib import Path

from benchmarks.peers import Peer, program


def load(data: Path, folder: Path) -> None:
    """Load with its own bulk loader."""
    command = [
        program("oxigraph"),
        "load",
        "--location",
        str(folder / "store"),
        "--file",
        str(data),
    ]
    subprocess.run(command, check=True, capture_output=True)


def command(_data: Path, folder: Path, port: int) -> list[str]:
    """Serve what was loaded, read-only as our own server is."""
    store = str(folder / "store")
    bind = f"127.0.0.1:{port}"
    return [program("oxigraph"), "serve-read-only", "--location", store, "--bind", bind]


PEER = Peer(lambda: version("oxigraph"), load, command, "/query")
