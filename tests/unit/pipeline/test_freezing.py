"""A release is frozen whole, and only when it could be made again; else nothing is touched."""

import json
import lzma
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import three_releases as three
from partage.errors import IntegrityError, ReleaseRefused
from partage.pipeline import run
from partage.pipeline.checks import compatibility, registry
from partage.pipeline.checks.registry import RegistryRow
from partage.pipeline.writing import freezing
from partage.pipeline.writing.manifest import Manifest, commit
from partage.rdf.namespaces import ID, RELEASES
from partage.releases import archive
from partage.releases.catalog import DIRECTORY, Catalog
from partage.releases.record import ReleaseRecord

NOW = three.ISSUED[three.FIRST]
Change = Callable[[Path], object]


def git(root: Path, *arguments: str) -> str:
    names = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
    command = ["git", "-C", str(root), *names, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def describe(root: Path, version: str) -> None:
    """Write what the files say of a version, and its registry before it is frozen."""
    day = f"{three.ISSUED[version]:%Y-%m-%d}"
    (root / "data/registry").mkdir(parents=True, exist_ok=True)
    (root / freezing.DESCRIPTION).write_text(
        "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
        f'<https://w3id.org/partage/> dcat:version "{version}" ; dct:issued "{day}" .\n'
    )
    (root / freezing.CITATION).write_text(
        f'version: {version}\ndate-released: "{day}"\nurl: "{RELEASES}{version}"\n'
    )
    rows = [
        replace(row, first_release="" if row.first_release == version else row.first_release)
        for row in three.registry(version)
    ]
    write_registry(root, rows)


def write_registry(root: Path, rows: list[RegistryRow]) -> None:
    text = registry.format_registry(rows)
    (root / registry.PATH).write_text(text, encoding="utf-8")


def commit_all(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "data: more")


def rows_of(root: Path) -> list[RegistryRow]:
    return registry.read_registry(root / registry.PATH)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A committed source tree of the first version, whose builds are those of three_releases."""
    root = tmp_path / "checkout"
    root.mkdir()
    git(root, "init", "--quiet")
    describe(root, three.FIRST)
    (root / ".gitignore").write_text("out/\n")
    commit_all(root)

    def build(root: Path, target: Path, *_: object, force: bool = False) -> Manifest:
        if force or not target.is_dir():
            build_as(root, target, *commit(root))
        return Manifest.read(target)

    monkeypatch.setattr(run, "build", build)
    return root


def build_as(root: Path, target: Path, source: str | None, modified: object) -> None:
    if target.is_dir():
        for path in target.iterdir():
            path.unlink()
        target.rmdir()
    three.write_release(target, freezing.described(root, "dcat:version"))
    path = target / "manifest.json"
    facts = json.loads(path.read_text()) | {"commit": source, "modified": modified}
    path.write_text(json.dumps(facts))


def freeze(root: Path, wanted: str | None = None, now: datetime = NOW) -> ReleaseRecord:
    return freezing.freeze(root, root / "out/release", wanted, now)


def next_version(root: Path) -> None:
    commit_all(root)
    describe(root, three.SECOND)
    for path in (root / "out/release").iterdir():
        path.unlink()
    (root / "out/release").rmdir()
    commit_all(root)


def frozen_files(root: Path) -> dict[str, bytes]:
    paths = [*(root / DIRECTORY).rglob("*"), root / registry.PATH]
    return {str(path.relative_to(root)): path.read_bytes() for path in paths if path.is_file()}


@pytest.mark.meets("R5", "D4")
def test_the_record_tells_what_was_built_and_the_archive_gives_it_again(checkout: Path) -> None:
    record = freeze(checkout, three.FIRST)
    catalog = Catalog.read(checkout)
    text = three.dataset(three.FIRST)
    change = archive.change_set((), archive.lines(text))
    expected = three.record(three.FIRST, change, text, Catalog(catalog.directory))
    assert record == replace(expected, commit=git(checkout, "rev-parse", "HEAD"))
    assert catalog.records == (record,)
    assert archive.restore(catalog, three.FIRST) == text


def test_every_identifier_of_the_release_gets_its_first_release_and_no_other(
    checkout: Path,
) -> None:
    early = RegistryRow(ID + "org/minted-early", "org", "2026-11-23")
    write_registry(checkout, [*rows_of(checkout), early])
    commit_all(checkout)
    freeze(checkout)
    assert rows_of(checkout) == sorted([*three.registry(three.FIRST), early], key=registry.order)


@pytest.mark.meets("D4", "X4")
def test_a_second_release_keeps_only_what_changed_and_every_promise(checkout: Path) -> None:
    freeze(checkout)
    next_version(checkout)
    record = freeze(checkout, now=three.ISSUED[three.SECOND])
    catalog = Catalog.read(checkout)
    assert record.previous == three.FIRST
    packed = (checkout / DIRECTORY / three.SECOND / archive.CHANGES).read_bytes()
    before, after = three.dataset(three.FIRST), three.dataset(three.SECOND)
    assert packed == archive.pack(before, after)
    signs = {line[:2] for line in lzma.decompress(packed).decode().splitlines()}
    assert signs == {"- ", "+ "}
    assert archive.restore(catalog, three.FIRST) == before
    assert archive.restore(catalog, three.SECOND) == after
    assert rows_of(checkout) == sorted(three.registry(three.SECOND), key=registry.order)
    quads = three.quads(three.SECOND)
    assert compatibility.check(catalog, rows_of(checkout), quads, []) == []


def test_what_was_withdrawn_before_its_first_release_keeps_the_promises_too(
    checkout: Path,
) -> None:
    """Its tombstone is released, hence it must be registered with that release."""
    gone = ID + "org/netflix"
    rows = [replace(row, status="withdrawn", reason="x") if row.iri == gone else row
            for row in rows_of(checkout)]  # fmt: skip
    write_registry(checkout, rows)
    commit_all(checkout)
    freeze(checkout)
    found = compatibility.check(Catalog.read(checkout), rows_of(checkout), [], [])
    assert found == []


def test_a_build_from_before_the_commit_is_built_again(checkout: Path) -> None:
    build_as(checkout, checkout / "out/release", "0" * 40, modified=True)
    assert freeze(checkout).commit == git(checkout, "rev-parse", "HEAD")


def test_the_same_version_is_never_frozen_twice(checkout: Path) -> None:
    freeze(checkout)
    commit_all(checkout)
    before = frozen_files(checkout)
    with pytest.raises(ReleaseRefused, match=r"2026\.11\.0 is not newer than the last release"):
        freeze(checkout, now=NOW + timedelta(hours=1))
    assert frozen_files(checkout) == before


def replaced(path: str, old: str, new: str) -> Change:
    def change(root: Path) -> None:
        text = (root / path).read_text()
        assert old in text
        (root / path).write_text(text.replace(old, new))
        commit_all(root)

    return change


def loosen(root: Path) -> None:
    write_registry(root, [replace(row, sha256="") for row in rows_of(root)])
    commit_all(root)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda root: (root / "stray.txt").touch(), "not clean (stray.txt): commit or undo"),
        (lambda root: (root / ".git").rename(root / "git"), "is no git checkout"),
        (replaced(freezing.DESCRIPTION, '"2026.11.0"', '"1.0"'), "'1.0' is no calendar version"),
        (replaced(freezing.DESCRIPTION, '"2026.11.0"', '"2026.13.0"'), "is no calendar version"),
        (replaced(freezing.DESCRIPTION, '"2026-11-25"', '"2026-11-24"'), "issued on 2026-11-24"),
        (replaced(freezing.DESCRIPTION, 'dct:issued "2026-11-25"', 'dct:title ""'), "on no day"),
        (replaced(freezing.CITATION, ": 2026.11.0", ": 2026.10.0"), "2026.10.0 version: write"),
        (replaced(freezing.CITATION, "/2026.11.0", "/2026.10.0"), "release/2026.10.0 url: write"),
        (replaced(freezing.CITATION, "date-released", "date"), "says no date-released: write"),
        (loosen, "claim versions are not frozen"),
    ],
)
def test_what_stands_in_the_way_is_told_and_nothing_is_touched(
    checkout: Path, change: Change, told: str
) -> None:
    change(checkout)
    before = frozen_files(checkout)
    with pytest.raises(ReleaseRefused) as raised:
        freeze(checkout)
    assert told in str(raised.value)
    assert frozen_files(checkout) == before


def test_another_version_than_that_of_the_data_is_refused(checkout: Path) -> None:
    with pytest.raises(ReleaseRefused, match=r"write dcat:version 2026\.12\.0 there"):
        freeze(checkout, three.SECOND)


def test_a_clock_that_is_behind_the_last_release_is_refused(checkout: Path) -> None:
    freeze(checkout)
    next_version(checkout)
    with pytest.raises(ReleaseRefused, match="was issued later than now: set this machine's clock"):
        freeze(checkout, now=NOW - timedelta(days=1))


def test_all_that_stands_in_the_way_is_told_at_once(checkout: Path) -> None:
    (checkout / freezing.CITATION).write_text("")
    with pytest.raises(ReleaseRefused) as raised:
        freeze(checkout, three.SECOND, NOW + timedelta(days=1))
    assert len(str(raised.value).splitlines()) == 7


def refuse(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    "where", [(archive, "compress"), (Path, "rename"), (Path, "replace")], ids=lambda at: at[1]
)
def test_a_failure_half_way_leaves_nothing_behind(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, where: tuple[object, str]
) -> None:
    before = frozen_files(checkout)
    with monkeypatch.context() as broken:
        broken.setattr(*where, refuse)
        with pytest.raises(IntegrityError, match="No space left on device"):
            freeze(checkout)
    assert frozen_files(checkout) == before
    assert git(checkout, "status", "--porcelain") == ""
    assert freeze(checkout).version == three.FIRST


def test_a_release_that_belies_its_manifest_is_not_frozen(checkout: Path) -> None:
    build_as(checkout, checkout / "out/release", *commit(checkout))
    path = checkout / "out/release/manifest.json"
    facts = json.loads(path.read_text()) | {"rdfc10": "0" * 64}
    path.write_text(json.dumps(facts))
    before = frozen_files(checkout)
    with pytest.raises(IntegrityError, match="Run `partage build --force`"):
        freeze(checkout)
    assert frozen_files(checkout) == before
