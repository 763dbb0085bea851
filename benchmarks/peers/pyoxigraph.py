"""Our engine in process, timed without HTTP (see `benchmarks/inprocess.py`): the engine's limit."""

import sys
from importlib.metadata import version
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from benchmarks.peers import Peer


def load(data: Path, folder: Path) -> None:
    """Load with its own bulk loader."""
    store = Store(str(folder / "store"))
    store.bulk_load(path=str(data), format=RdfFormat.N_TRIPLES)
    store.flush()


def command(_data: Path, folder: Path, port: int) -> list[str]:
    """Open what was loaded."""
    store = str(folder / "store")
    return [sys.executable, "-m", "benchmarks.inprocess", "pyoxigraph", store, str(port)]


PEER = Peer(lambda: version("pyoxigraph"), load, command, "/", in_process=True)
