"""The wheel, installed away from the checkout, builds the graph and serves it."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from partage import assets

pytestmark = pytest.mark.timeout(300)
ROOT = Path(__file__).parents[2]
SECONDS = 60


def test_the_wheel_ships_every_asset_of_the_checkout(wheel: Path) -> None:
    shipped = {
        name.removeprefix("partage/_assets/")
        for name in zipfile.ZipFile(wheel).namelist()
        if name.startswith("partage/_assets/")
    }
    in_tree = {
        str(path.relative_to(ROOT))
        for folder in assets.FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    assert shipped == in_tree


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an environment that sees our dependencies, but not the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "env", with_pip=False, symlinks=True)
    (site,) = (folder / "env").glob("lib/python3*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    theirs = [p for p in sys.path if p.endswith("site-packages")]
    (site / "dependencies.pth").write_text("\n".join(theirs))
    return folder


def run(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PARTAGE"))}
    command = [str(installed / "env/bin/python"), "-m", "partage", *arguments]
    return subprocess.run(
        command, cwd=installed, env=environment, capture_output=True, text=True, check=False
    )


def test_the_installed_wheel_builds_serves_and_answers(installed: Path) -> None:
    where = run(installed, "--version")
    assert where.returncode == 0, where.stderr
    built = run(installed, "build")
    assert built.returncode == 0, built.stderr
    manifest = json.loads((installed / "out/release/manifest.json").read_text())
    assert manifest
    count = "PREFIX ds: <https://w3id.org/partage/ns#> SELECT (COUNT(*) AS ?n) { ?c a ds:Claim }"
    answer = run(installed, "query", count, "--format", "csv")
    assert answer.stdout.split() == ["n", "578"], answer.stderr
    served(installed)


def served(installed: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    python = str(installed / "env/bin/python")
    command = [python, "-m", "partage", "serve", "--port", str(port)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PARTAGE"))}
    server = subprocess.Popen(
        command, cwd=installed, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        page = ask(f"http://127.0.0.1:{port}/doc/claim/c0001")
        assert re.search(r"<h1[^>]*>.*Netflix", page, re.DOTALL)
    finally:
        server.terminate()
        server.communicate(timeout=20)


def ask(url: str) -> str:
    request = urllib.request.Request(url, headers={"Accept": "text/html"})
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as response:
                return str(response.read().decode())
        except ConnectionError:
            time.sleep(0.2)
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionError):
                raise
            time.sleep(0.2)
    pytest.fail(f"the server did not answer within {SECONDS} seconds")
