"""rdflib-endpoint (PyPI): rdflib behind FastAPI; it reads the file as it starts."""

from importlib.metadata import version
from pathlib import Path

from benchmarks.peers import Peer, nothing_to_load, program


def command(data: Path, _folder: Path, port: int) -> list[str]:
    """Serve the file from memory."""
    address = ["--host", "127.0.0.1", "--port", str(port)]
    return [program("rdflib-endpoint"), "serve", *address, str(data)]


PEER = Peer(lambda: version("rdflib-endpoint"), nothing_to_load, command, "/", most=2_000_000)
