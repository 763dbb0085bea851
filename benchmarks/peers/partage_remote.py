"""Ours before an engine that holds the data: `partage serve --engine`, Oxigraph's server."""

import shlex
from importlib.metadata import version
from pathlib import Path

from benchmarks.peers import Peer, oxigraph
from benchmarks.peers.partage import PARTAGE


def command(data: Path, folder: Path, port: int) -> list[str]:
    """Serve what the engine serves on the next port; both are of one session and end together."""
    engine = shlex.join(oxigraph.command(data, folder, port + 1))
    address = f"http://127.0.0.1:{port + 1}/query"
    ours = shlex.join([*PARTAGE, "serve", "--engine", address, "--port", str(port)])
    return ["sh", "-c", f"{engine} & exec {ours}"]


PEER = Peer(lambda: version("partage"), oxigraph.load, command, "/sparql")
