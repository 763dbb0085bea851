"""The registry keeps its promises: against the data, and against every earlier state of itself."""

import subprocess
from pathlib import Path

import pytest

from partage import assets
from partage.pipeline.checks import committed, registry
from partage.rdf import parsing

ROOT = assets.assets_root()


def git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_files_identifiers_and_digests_are_in_order() -> None:
    assert committed.check(ROOT) == []


def test_every_claim_version_is_frozen() -> None:
    rows = registry.read_registry(ROOT / registry.PATH)
    loose = [row.iri for row in rows if row.kind == "version" and not row.sha256]
    assert loose == [], "run `partage ids freeze` when the claims are reviewed"


@pytest.mark.meets("X4")
def test_no_identifier_of_an_earlier_commit_has_vanished_or_changed(tmp_path: Path) -> None:
    """The promise begins with the first registry that had frozen versions."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    now = registry.read_registry(ROOT / registry.PATH)
    for commit in git("log", "--format=%H", "--", str(registry.PATH)).split():
        earlier = tmp_path / f"{commit}.tsv"
        earlier.write_text(git("show", f"{commit}:{registry.PATH}"), encoding="utf-8")
        before = registry.read_registry(earlier)
        if any(row.sha256 for row in before):
            assert registry.retained(before, now) == [], f"since commit {commit}"


def test_a_changed_claim_is_noticed(tmp_path: Path) -> None:
    """Plant the fault: one word of one frozen claim changes."""
    files = committed.files(ROOT)
    rows = registry.read_registry(ROOT / registry.PATH)
    seed = next(file for file in files if file.name == "data/claims/seed.trig")
    changed = tmp_path / "seed.trig"
    text = seed.path.read_text(encoding="utf-8")
    changed.write_text(text.replace("The headline says", "The headline shouts", 1), "utf-8")
    quads = tuple(parsing.read_rdf(changed))
    files = [committed.CommittedFile(changed, seed.name, quads) if f is seed else f for f in files]
    digests = committed.version_digests(files, rows)
    now = committed.mentioned(committed.current(files))
    found = registry.check(rows, committed.mentioned(files), digests, now)
    assert len(found) == 1
    assert "claim/c0001/v1: its content changed after it was frozen" in found[0]
