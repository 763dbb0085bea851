"""What is written is there whole or as it was, whatever happens; and no two write at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from partage import assets
from partage.atomic_files import replace_file
from partage.errors import IntegrityError
from partage.pipeline import run
from partage.pipeline.checks.registry import PATH, read_registry
from partage.pipeline.run import STEPS
from partage.pipeline.writing import release_files

COMMAND = """
import resource, sys
from pathlib import Path
from partage import assets, cli
root, most, *arguments = sys.argv[1:]
assets.assets_root = lambda: Path(root)
if int(most):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))
sys.argv = ["partage", *arguments]
cli.main()
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree with nothing but the registry."""
    (tmp_path / PATH).parent.mkdir(parents=True)
    (tmp_path / PATH).write_bytes((assets.assets_root() / PATH).read_bytes())
    return tmp_path


def partage(root: Path, *arguments: str, most: int = 0) -> subprocess.Popen[str]:
    """Start a command over a tree; `most` bounds the size of the files it writes, in bytes."""
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(root), str(most), *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "é.tsv"
    path.write_text("before")
    path.chmod(0o640)
    replace_file(path, "après")
    assert path.read_text(encoding="utf-8") == "après"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [*tmp_path.iterdir()] == [path]


def test_a_file_that_cannot_be_written_is_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "registry.tsv"
    path.write_text("before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace_file(path, "after")
    assert path.read_text() == "before"
    assert [*tmp_path.iterdir()] == [path]


def test_twelve_who_mint_at_once_mint_no_identifier_twice(root: Path) -> None:
    before = len(read_registry(root / PATH))
    started = [partage(root, "ids", "allocate", "claim", "--count", "3") for _ in range(12)]
    minted = []
    for process in started:
        output, errors = process.communicate()
        assert process.returncode == 0, errors
        minted += output.split()
    assert len(minted) == len(set(minted)) == 72  # a claim comes with its first version
    rows = read_registry(root / PATH)
    assert len(rows) == before + 72
    assert set(minted) <= {row.iri for row in rows}


def test_a_full_disk_leaves_the_registry_whole_and_is_told(root: Path) -> None:
    before = (root / PATH).read_bytes()
    process = partage(root, "ids", "allocate", "claim", most=len(before) // 2)
    _, errors = process.communicate()
    assert process.returncode not in {0, None}
    assert "could not be written" in errors
    assert "Traceback" not in errors
    assert (root / PATH).read_bytes() == before
    assert [*(root / PATH).parent.iterdir()] == [root / PATH]


def test_what_a_killed_build_left_goes_with_the_next(tmp_path: Path) -> None:
    target = tmp_path / "release"
    (tmp_path / ".release-abc").mkdir()
    (tmp_path / ".release-abc" / "dataset.nq.gz").write_bytes(b"half")
    former = tmp_path / f".release-abd{release_files.FORMER}"
    former.mkdir()
    (former / "manifest.json").write_text("{}")
    with release_files.staging(target) as staged:
        assert staged.is_dir()
        assert sorted(tmp_path.iterdir()) == sorted((staged, target))
    assert (target / "manifest.json").read_text() == "{}"
    assert [*tmp_path.iterdir()] == [target]


def test_a_build_on_a_full_disk_leaves_the_last_release_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "release"
    target.mkdir()
    (target / "manifest.json").write_text("{}")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(release_files, "write", full)
    monkeypatch.setattr(run, "inputs_digest", lambda _: "")
    with pytest.raises(IntegrityError, match="No space left on device"):
        run.build(assets.assets_root(), target, steps=STEPS[:0])
    assert [path.name for path in tmp_path.iterdir()] == ["release"]
    assert (target / "manifest.json").read_text() == "{}"
