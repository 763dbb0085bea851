"""Ours: `partage serve` over a store that `partage load` made."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks.peers import Peer

PARTAGE = [sys.executable, "-m", "partage"]


def load(data: Path, folder: Path) -> None:
    """Load as an operator does."""
    command = [*PARTAGE, "load", str(data), "--store", str(folder / "store")]
    subprocess.run(command, check=True, capture_output=True)


def command(_data: Path, folder: Path, port: int) -> list[str]:
    """Serve what was loaded."""
    return [*PARTAGE, "serve", "--store", str(folder / "store"), "--port", str(port)]


PEER = Peer(lambda: version("partage"), load, command, "/sparql")
