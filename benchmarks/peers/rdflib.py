"""rdflib in process, timed without HTTP (see `benchmarks/inprocess.py`)."""

import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks.peers import Peer, nothing_to_load


def command(data: Path, _folder: Path, port: int) -> list[str]:
    """Hold the file in memory."""
    return [sys.executable, "-m", "benchmarks.inprocess", "rdflib", str(data), str(port)]


PEER = Peer(
    lambda: version("rdflib"), nothing_to_load, command, "/", most=2_000_000, in_process=True
)
