"""Virtuoso (Debian `virtuoso-opensource-7`), with buffers for 2 GB as its manual advises."""

import re
import shutil
import subprocess
import time
from pathlib import Path

from benchmarks.peers import Peer, free_port, program

GRAPH = "https://w3id.org/partage/graph/current-view"
INI = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 100
NumberOfBuffers = 170000
MaxDirtyBuffers = 130000
DirsAllowed = {folder}
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 100
MaxClientConnections = 100
"""
LOADING = """\
ld_dir('{folder}', 'data.nt', '{graph}');
rdf_loader_run();
checkpoint;
shutdown;
"""
SECONDS_TO_START = 60


def version() -> str:
    """Return what the program says of itself."""
    said = subprocess.run([program("virtuoso-t"), "-?"], capture_output=True, text=True)  # noqa: PLW1510
    found = re.search(r"Version (\S+)", said.stderr + said.stdout)
    return found[1] if found else "unknown"


def configured(folder: Path, port: int) -> list[str]:
    """Return the command of a server of the folder; the SQL port is the one after the HTTP port."""
    ini = INI.format(sql=port + 1, http=port, folder=folder)
    (folder / "virtuoso.ini").write_text(ini, encoding="utf-8")
    where = str(folder / "virtuoso.ini")
    return [program("virtuoso-t"), "+foreground", "+wait", "+configfile", where]


def load(data: Path, folder: Path) -> None:
    """Load with its own bulk loader."""
    port = free_port()
    (folder / "data.nt").symlink_to(data.resolve())
    loading = LOADING.format(graph=GRAPH, folder=folder)
    server = subprocess.Popen(
        configured(folder, port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    isql = [shutil.which("isql-vt") or program("isql"), f"127.0.0.1:{port + 1}", "dba", "dba"]
    try:
        until = time.monotonic() + SECONDS_TO_START
        while subprocess.run([*isql, "exec=status();"], capture_output=True).returncode:  # noqa: PLW1510
            if time.monotonic() > until:
                raise TimeoutError("Virtuoso does not answer.")
            time.sleep(0.1)
        subprocess.run(isql, input=loading, text=True, check=True, capture_output=True)
        server.wait(timeout=600)
    finally:
        server.kill()
        server.wait()


def command(_data: Path, folder: Path, port: int) -> list[str]:
    """Serve what was loaded."""
    return configured(folder, port)


PEER = Peer(version, load, command, "/sparql", graph=GRAPH)
