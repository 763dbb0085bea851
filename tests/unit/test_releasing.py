"""The commands about releases: freeze one, write its files, tell what changed."""

import json
import os
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import three_releases as three
from partage import assets
from partage.cli import cli
from partage.errors import ReleaseRefused, SettingsError, UnknownRelease, UnknownResource
from partage.pipeline.writing import freezing
from partage.rdf.namespaces import ID
from partage.releases.record import ReleaseRecord


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> three.Releases:
    return three.build(tmp_path_factory.mktemp("releases"))


@pytest.fixture
def partage(releases: three.Releases, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line in a checkout that holds the three releases, the last as built."""
    monkeypatch.setattr(assets, "assets_root", lambda: releases.root)
    monkeypatch.setitem(os.environ, "PARTAGE_RELEASE", str(releases.release))
    return CliRunner()


def run(partage: CliRunner, *arguments: str) -> Result:
    return partage.invoke(cli, arguments)


def output(partage: CliRunner, *arguments: str) -> str:
    result = run(partage, *arguments)
    assert result.exception is None, result.exception
    return result.stdout


def test_a_difference_is_told_in_sections_each_thing_on_a_line(partage: CliRunner) -> None:
    text = output(partage, "diff", three.FIRST, three.SECOND)
    lines = text.splitlines()
    assert lines[0].startswith("2026.11.0 → 2026.12.0: ")
    assert "  merged: org:netflix-inc (Netflix Inc.) into org:netflix: The same company, " in text
    changed = "  changed (new version): c:c0003 (Facebook gave Netflix lists of friends.)"
    assert [line for line in lines if line.startswith(changed)] != []
    start = lines.index("Example queries that answer otherwise")
    assert lines[start + 1 :] == [
        "  recipients (Who receives data?): 1 gained, 1 lost",
        f"    - <{ID}org/netflix-inc>",
        f"    + <{ID}org/netflix>",
    ]


def test_current_is_what_was_built_last(partage: CliRunner) -> None:
    with_current = output(partage, "diff", three.SECOND, "current")
    assert with_current == output(partage, "diff", three.SECOND, three.THIRD)
    assert "  withdrawn: c:c0004 (The Gazette says that Facebook got messages" in with_current
    assert "  added: ds:DataTransfer (transfer)" in with_current


def test_a_difference_in_json_is_for_programs(partage: CliRunner) -> None:
    facts = json.loads(output(partage, "diff", three.FIRST, three.SECOND, "--format", "json"))
    assert (facts["before"], facts["after"]) == (three.FIRST, three.SECOND)
    what = {change["iri"]: change["what"] for change in facts["changes"]}
    assert what[three.MERGED] == "merged"
    assert what[three.CHANGED] == "changed"
    assert [example["gained"] for example in facts["examples"]] == [[[f"<{ID}org/netflix>"]]]


def test_a_difference_in_markdown_is_for_a_changelog(partage: CliRunner) -> None:
    text = output(partage, "diff", three.SECOND, three.THIRD, "--format", "markdown")
    assert "\n## Claims\n\n- withdrawn: c:c0004 (" in text
    assert "\n## Example queries that answer otherwise\n\n- recipients " in text


@pytest.mark.parametrize("name", [three.CORRECTED, "org:gazette", "/doc/org/gazette"])
def test_of_one_thing_every_statement_that_changed_is_told(partage: CliRunner, name: str) -> None:
    text = output(partage, "diff", three.FIRST, three.THIRD, "--iri", name)
    first = "2026.11.0 → 2027.01.0: 1 statement added, 1 removed, in 1 thing."
    assert text.splitlines()[0] == first
    assert '    - org:gazette skos:prefLabel "La Gazette"@fr\n' in text
    assert '    + org:gazette skos:prefLabel "La Gazette & Cie"@fr\n' in text
    assert "c0004" not in text


def test_a_thing_that_did_not_change_is_told_so(partage: CliRunner) -> None:
    text = output(partage, "diff", three.FIRST, three.SECOND, "--iri", three.CORRECTED)
    assert text == "2026.11.0 → 2026.12.0: 0 statements added, 0 removed, in 0 things.\n"


def test_a_thing_that_neither_release_has_is_an_error(partage: CliRunner) -> None:
    result = run(partage, "diff", three.FIRST, three.SECOND, "--iri", ID + "org/nobody")
    assert isinstance(result.exception, UnknownResource)


def test_every_statement_is_listed_when_asked(partage: CliRunner) -> None:
    text = output(partage, "diff", three.SECOND, three.THIRD, "--statements")
    facts = json.loads(output(partage, "diff", three.SECOND, three.THIRD, "--format", "json"))
    for sign, many in (("-", "removed"), ("+", "added")):
        listed = [line for line in text.splitlines() if line.startswith(f"    {sign} ")]
        examples = sum(len(e["lost" if sign == "-" else "gained"]) for e in facts["examples"])
        assert len(listed) == facts["statements"][many] + examples


def test_an_unknown_release_is_told_with_those_there_are(
    partage: CliRunner, tmp_path: Path
) -> None:
    files = ("release", "2030.01.0", "--dumps", str(tmp_path / "files"))
    for arguments in (("diff", "2030.01.0", "current"), files):
        error = run(partage, *arguments).exception
        assert isinstance(error, UnknownRelease)
        assert "There are: 2026.11.0, 2026.12.0, 2027.01.0." in str(error)


def test_a_difference_with_nothing_built_says_what_to_do(
    partage: CliRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(os.environ, "PARTAGE_RELEASE", str(tmp_path))
    error = run(partage, "diff", three.FIRST, "current").exception
    assert isinstance(error, SettingsError)
    assert "Run `partage build` first." in str(error)


@pytest.mark.parametrize(("version", "written"), [((), three.THIRD), ((three.FIRST,), three.FIRST)])
def test_the_files_of_a_release_are_written_and_listed(
    partage: CliRunner, tmp_path: Path, version: tuple[str, ...], written: str
) -> None:
    directory = tmp_path / "files"
    listed = output(partage, "release", *version, "--dumps", str(directory)).splitlines()
    assert {Path(line) for line in listed} == set(directory.iterdir())
    assert json.loads((directory / "record.json").read_text())["version"] == written


def test_before_the_first_release_there_are_no_files(
    partage: CliRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(assets, "assets_root", lambda: tmp_path)
    error = run(partage, "release", "--dumps", str(tmp_path / "files")).exception
    assert isinstance(error, UnknownRelease)
    assert "Freeze it first: `partage release`." in str(error)


def test_a_frozen_release_is_told_with_how_to_commit_it(
    partage: CliRunner, releases: three.Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Path, Path, str | None]] = []

    def freeze(
        root: Path, target: Path, wanted: str | None, now: datetime, _: object
    ) -> ReleaseRecord:
        assert now.tzinfo is not None
        asked.append((root, target, wanted))
        return releases.catalog.find(three.SECOND)

    monkeypatch.setattr(freezing, "freeze", freeze)
    result = run(partage, "release", three.SECOND)
    assert asked == [(releases.root, releases.release, three.SECOND)]
    record = releases.catalog.find(three.SECOND)
    assert f"Released 2026.12.0: {record.quads:,} quads, RDFC-1.0 sha256 {record.rdfc10}" in (
        result.stderr
    )
    assert "git tag data-2026.12.0" in result.stderr


def test_a_release_that_may_not_be_is_refused_by_the_command(
    partage: CliRunner, releases: three.Releases
) -> None:
    for path, text in (("data/dataset.ttl", ""), ("data/registry/identifiers.tsv", HEADER)):
        (releases.root / path).parent.mkdir(exist_ok=True)
        (releases.root / path).write_text(text)
    error = run(partage, "release", "2027.02.0").exception
    assert isinstance(error, ReleaseRefused)
    assert "is no git checkout: release from a clone of the repository." in str(error)
    assert "write dcat:version 2027.02.0 there." in str(error)
    assert not (releases.root / "data/releases/2027.02.0").exists()


HEADER = "iri\tkind\tminted\tfirst_release\tstatus\tsuccessor\treason\tsha256\n"
