"""The files of a release are held as they are, and only where they are what its manifest says."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

import small_dataset
from partage.errors import IntegrityError
from partage.releases.served_files import linked_files


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return small_dataset.release(tmp_path / "release")


def contents(place: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in place.iterdir()}


def test_what_a_build_replaces_stays_for_whoever_holds_it(release: Path) -> None:
    before = contents(release)
    with linked_files(release) as place:
        shutil.rmtree(release)
        small_dataset.release(release, *small_dataset.quads()[:0])
        (release / "ontology.ttl").unlink()
        assert contents(place) == before
    assert not place.exists()


def test_what_cannot_be_linked_is_copied(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "link", refuse)
    with linked_files(release) as place:
        (release / "ontology.ttl").write_text("other")
        assert (place / "ontology.ttl").read_text() == "# nothing\n"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("dataset.nq.gz", "other", "dataset.nq.gz has other bytes than its manifest says"),
        ("manifest.json", "{}", "manifest is missing or malformed"),
        ("manifest.json", "no JSON", "manifest is missing or malformed"),
        ("manifest.json", '{"artefacts": [3]}', "manifest is missing or malformed"),
        ("manifest.json", None, "manifest is missing or malformed"),
        ("dataset.nq.gz", None, "names a file that is not there"),
    ],
)
def test_what_is_no_whole_release_is_refused(
    release: Path, name: str, text: str | None, told: str
) -> None:
    (release / name).unlink() if text is None else (release / name).write_text(text)
    with pytest.raises(IntegrityError, match=told) as refused, linked_files(release):
        pass
    assert str(release) in str(refused.value)


def test_a_release_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="cannot be read"), linked_files(tmp_path / "none"):
        pass


def test_what_the_manifest_does_not_list_is_nobodys_to_see(release: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (release / "linked").symlink_to(tmp_path / "secret")
    (release / "notes.txt").write_text("of the operator")
    (release / "folder").mkdir()
    with linked_files(release) as place:
        assert sorted(contents(place)) == ["dataset.nq.gz", "manifest.json", "ontology.ttl"]


def test_a_file_that_is_a_link_is_copied(release: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.ttl"
    (release / "ontology.ttl").rename(elsewhere)
    (release / "ontology.ttl").symlink_to(elsewhere)
    with linked_files(release) as place:
        elsewhere.write_text("other")
        assert (place / "ontology.ttl").read_text() == "# nothing\n"


def test_a_manifest_that_lists_what_lies_elsewhere_is_refused(
    release: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("")
    digest = hashlib.sha256(b"").hexdigest()
    rows = [{"name": "../secret", "bytes": 0, "sha256": digest}]
    (release / "manifest.json").write_text(json.dumps({"artefacts": rows}))
    with pytest.raises(IntegrityError, match="lies elsewhere"), linked_files(release):
        pass
