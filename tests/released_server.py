"""The three releases behind a real server, with its query processes and its stores."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from live_server import free_port

# The releases of a checkout lie in it; here they lie elsewhere. Each of its processes reads this.
PROGRAM = """
import sys
from pathlib import Path
from partage.settings import Settings
from partage.store.factory import choose_source
from partage.web import wsgi
from partage.web.server import serve

port, root = int(sys.argv[1]), Path(sys.argv[2])
wsgi.assets_root = lambda: root
if __name__ == "__main__":
    settings = Settings(port=port, release=root / "out/release", archive=root / "out/archive",
                        query_store=root / "queries.jsonl")
    serve(settings, choose_source(settings), lambda address: print("ready", address, flush=True))
"""


@contextmanager
def running(root: Path) -> Iterator[httpx.Client]:
    program = root / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, program, str(port), str(root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    try:
        assert server.stdout.readline() == f"ready http://127.0.0.1:{port}/\n"
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=20) == 0
        server.stdout.close()
