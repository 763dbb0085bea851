"""Temporary directories outlive neither their use nor, for long, a killed process."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from partage.releases.temporary_directories import LOCK, temporary_directory

KILLED = """
import os, signal
from partage.releases.temporary_directories import temporary_directory

with temporary_directory() as place:
    place.mkdir()
    print(place, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_it_goes_when_the_block_ends(parent: Path) -> None:
    with temporary_directory() as place:
        place.mkdir()
        (place / "file").write_text("x")
    assert list(parent.iterdir()) == []


def test_what_a_killed_process_left_goes_and_what_is_in_use_stays(parent: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED],
        env=os.environ | {"TMPDIR": str(parent)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    left = Path(killed.stdout.strip())
    assert left.is_dir()
    with temporary_directory() as first:
        first.mkdir()
        assert not left.exists()
        with temporary_directory():
            assert first.is_dir()


def test_nothing_else_is_removed(parent: Path) -> None:
    (parent / "partage-mine").mkdir()
    (parent / "partage-file").write_text("x")
    elsewhere = parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / LOCK).write_text("")
    (parent / "partage-link").symlink_to(elsewhere)
    with temporary_directory():
        pass
    assert {path.name for path in parent.iterdir()} == {
        "partage-mine", "partage-file", "partage-link", "elsewhere",
    }  # fmt: skip
    assert (elsewhere / LOCK).exists()
