"""What was released can be had again, byte for byte, or its damage is told."""

import lzma
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import three_releases
from partage.errors import IntegrityError, UnknownRelease
from partage.releases import archive
from partage.releases.catalog import Catalog

LINES = st.sets(st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1))


def text(lines: set[str]) -> str:
    return "".join(line + "\n" for line in sorted(lines))


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> three_releases.Releases:
    return three_releases.build(tmp_path_factory.mktemp("releases"))


@pytest.mark.meets("R5", "Q1")
@pytest.mark.parametrize("version", three_releases.VERSIONS)
def test_every_release_is_restored_as_it_was(
    releases: three_releases.Releases, version: str
) -> None:
    assert archive.restore(releases.catalog, version) == three_releases.dataset(version)


def test_the_same_datasets_make_the_same_bytes() -> None:
    first, second = (three_releases.dataset(version) for version in three_releases.VERSIONS[:2])
    assert archive.pack(first, second) == archive.pack(first, second)
    assert archive.pack(first, second) != archive.pack(second, first)


@given(before=LINES, after=LINES)
def test_a_change_set_leads_from_any_dataset_to_any_other(
    before: set[str], after: set[str]
) -> None:
    change = archive.change_set(before, after)
    assert (before - change.removed) | change.added == after
    packed = lzma.decompress(archive.pack(text(before), text(after))).decode()
    assert packed == change.text


def test_a_corrected_line_stands_beside_the_line_before() -> None:
    change = archive.change_set(
        {"<a> <b> <c> .", "<x> <y> <z> ."}, {"<a> <b> <d> .", "<x> <y> <z> ."}
    )
    assert change.text == "- <a> <b> <c> .\n+ <a> <b> <d> .\n"


def test_an_unknown_release_is_told_with_the_known_ones(
    releases: three_releases.Releases,
) -> None:
    with pytest.raises(UnknownRelease, match=r"2026\.11\.0, 2026\.12\.0, 2027\.01\.0"):
        archive.restore(releases.catalog, "2030.01.0")


@pytest.mark.meets("R5")
def test_a_release_is_never_written_twice(tmp_path: Path) -> None:
    catalog = three_releases.write_archives(tmp_path)
    record = catalog.find(three_releases.SECOND)
    change = archive.change_set(set(), set())
    with pytest.raises(IntegrityError, match="A release never changes"):
        archive.write(catalog, record, change)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda text: text.replace("Netflix", "Netflox"), "is not the change set that record.json"),
        (lambda text: "? nothing\n" + text, "is not the change set that record.json"),
        (None, "cannot be read"),
    ],
)
def test_damage_is_told_with_its_file(tmp_path: Path, damage: object, told: str) -> None:
    catalog = three_releases.write_archives(tmp_path)
    path = archive.changes_path(catalog, catalog.find(three_releases.FIRST))
    held = lzma.decompress(path.read_bytes()).decode()
    path.write_bytes(archive.compress(damage(held)) if callable(damage) else b"no archive")
    with pytest.raises(IntegrityError, match=told) as raised:
        archive.restore(Catalog.read(tmp_path), three_releases.THIRD)
    assert str(path) in str(raised.value)
    assert "git checkout" in str(raised.value)


@pytest.mark.parametrize("missing", [0, 1])
def test_an_archive_that_skips_a_release_is_told(tmp_path: Path, missing: int) -> None:
    catalog = three_releases.write_archives(tmp_path)
    records = catalog.records
    skipping = Catalog(catalog.directory, records[:missing] + records[missing + 1 :])
    told = f"it changes {records[missing].version}, and "
    with pytest.raises(IntegrityError, match=told):
        archive.restore(skipping, three_releases.THIRD)
    with pytest.raises(IntegrityError, match=told):
        list(archive.history(skipping))


@pytest.mark.parametrize("wrong", [{"rdfc10": "0" * 64}, {"quads": 1}])
def test_a_record_that_tells_of_another_dataset_is_told(
    tmp_path: Path, wrong: dict[str, Any]
) -> None:
    catalog = three_releases.write_archives(tmp_path)
    *before, last = catalog.records
    changed = Catalog(catalog.directory, (*before, replace(last, **wrong)))
    with pytest.raises(IntegrityError, match="is not the one that record"):
        archive.restore(changed, three_releases.THIRD)
