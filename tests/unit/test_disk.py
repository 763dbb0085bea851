"""What is written is there whole or not at all, and one process writes at a time."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from partage import disk
from partage.errors import NotWritten
from partage.pipeline import identifiers
from partage.pipeline.identifiers import Row
from partage.rdf.namespaces import ID

ALLOCATE = """
import sys
from pathlib import Path
from partage import assets
root = Path(sys.argv[1])
assets.root = lambda: root
from partage.cli import main
sys.argv[1:] = ["ids", "allocate", "source"]
main()
"""
# Leaves an unfinished directory, as a process does that is killed.
KILLED = """
import os, signal, sys
from pathlib import Path
from partage import disk
with disk.making(Path(sys.argv[1])) as made:
    made.mkdir()
    (made / "half").write_text("half")
    if len(sys.argv) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    rename = Path.rename
    def until_made(self, target):
        if self.name == "made":
            os.kill(os.getpid(), signal.SIGKILL)
        return rename(self, target)
    Path.rename = until_made
"""


def started(code: str, *arguments: Path | str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def killed(*arguments: Path | str) -> None:
    process = started(KILLED, *arguments)
    _, told = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, told


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    path = tmp_path / identifiers.PATH
    path.parent.mkdir(parents=True)
    rows = [Row(f"{ID}source/s{n:04d}", "source", "2026-11-23") for n in range(1, 3000)]
    identifiers.write_registry(path, rows)
    return path


def test_many_that_allocate_at_once_mint_no_iri_twice(registry: Path, tmp_path: Path) -> None:
    processes = [started(ALLOCATE, tmp_path) for _ in range(12)]
    answers = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * 12, answers
    minted = {iri.strip() for iri, _ in answers}
    assert len(minted) == 12
    iris = [row.iri for row in identifiers.read_registry(registry)]
    assert len(iris) == len(set(iris)) == 2999 + 12
    assert minted <= set(iris)
    assert left(registry.parent) == ["identifiers.tsv"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="RLIMIT_FSIZE stands for ENOSPC")
def test_where_a_file_cannot_grow_the_old_one_is_whole_and_a_sentence_tells(
    registry: Path, tmp_path: Path
) -> None:
    before = registry.read_bytes()
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))"
    process = started(f"{limit}\n{ALLOCATE}", tmp_path)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "Traceback" not in told
    assert f"{registry} cannot be written (File too large)" in told
    assert registry.read_bytes() == before
    assert left(registry.parent) == ["identifiers.tsv"]


@pytest.mark.parametrize("at", ["write_bytes", "replace"])
def test_a_full_disk_leaves_the_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    path = tmp_path / "file"
    disk.write(path, "before")

    def full(self: Path, _: object) -> None:
        if at == "write_bytes":
            self.write_text("ha")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, at, full)
    with pytest.raises(NotWritten, match="No space left on device"):
        disk.write(path, "half of it")
    assert path.read_text() == "before"
    assert left(tmp_path) == ["file"]


def test_a_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "file", tmp_path / "link"
    path.write_text("before")
    path.chmod(0o640)
    link.symlink_to(path)
    disk.write(link, "é")
    assert link.is_symlink()
    assert path.read_bytes() == b"\xc3\xa9"
    assert path.stat().st_mode & 0o777 == 0o640


def test_what_a_killed_process_left_goes_at_the_next_start(tmp_path: Path) -> None:
    killed(tmp_path / "made")
    (folder,) = left(tmp_path)
    assert folder.startswith(disk.PREFIX)
    with disk.making(tmp_path / "other") as made:
        made.mkdir()
    assert left(tmp_path) == ["other"]


def test_what_a_killed_process_had_moved_away_is_moved_back(tmp_path: Path) -> None:
    place = tmp_path / "release"
    place.mkdir()
    (place / "whole").write_text("whole")
    killed(place, "between the two names")
    assert not place.exists()
    disk.remove_stale(tmp_path)
    assert left(tmp_path) == ["release"]
    assert left(place) == ["whole"]


def test_what_a_living_process_makes_is_left_alone(tmp_path: Path) -> None:
    with disk.temporary(tmp_path) as folder:
        disk.remove_stale(tmp_path)
        assert folder.is_dir()
    assert left(tmp_path) == []


def test_somebody_elses_link_of_such_a_name_is_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (tmp_path / f"{disk.PREFIX}x").symlink_to(precious)
    (tmp_path / f"{disk.PREFIX}y").write_text("a file")
    disk.remove_stale(tmp_path)
    assert left(tmp_path) == [f"{disk.PREFIX}x", f"{disk.PREFIX}y", "precious"]


def test_a_directory_is_replaced_whole_unless_what_is_there_is_to_stay(tmp_path: Path) -> None:
    place = tmp_path / "place"
    for name, keep in (("first", None), ("second", None), ("third", Path.is_dir)):
        with disk.making(place, *([keep] if keep else ())) as made:
            made.mkdir()
            (made / name).write_text(name)
    assert left(place) == ["second"]
    assert left(tmp_path) == ["place"]


def test_a_directory_that_cannot_take_its_place_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / "before").write_text("")
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name == disk.MADE:
            raise OSError(errno.EIO, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OSError, match="Input/output"), disk.making(place) as made:
        made.mkdir()
    assert left(place) == ["before"]
    assert left(tmp_path) == ["place"]


def test_a_lock_is_waited_for_and_the_waiting_told(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from partage import disk\n"
        "with disk.locked(Path(sys.argv[1])):\n print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        stdin, stdout = other.stdin, other.stdout
        assert stdin is not None
        assert stdout is not None
        assert stdout.readline() == b"held\n"
        told: list[object] = []
        with disk.locked(tmp_path, lambda: told.append(stdin.close())):
            assert other.wait(60) == 0
        assert len(told) == 1


def test_where_a_file_system_knows_no_locks_the_work_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    with disk.locked(tmp_path):
        disk.write(tmp_path / "file", "text")
    assert left(tmp_path) == ["file"]
    assert "cannot be locked: No locks available" in caplog.text
