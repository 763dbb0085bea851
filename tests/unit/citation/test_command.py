"""`partage cite`."""

import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner

import cited
import small_dataset
import three_releases
from partage import assets
from partage.cli import cli
from partage.errors import UnknownRelease, UnknownResource
from partage.rdf.canonical import STATEMENTS
from partage.rdf.namespaces import BASE, ID, iri


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    three_releases.build(tmp_path)
    monkeypatch.setattr(assets, "assets_root", lambda: tmp_path)
    monkeypatch.setenv("PARTAGE_RELEASE", str(small_dataset.release(tmp_path / "draft")))
    monkeypatch.setenv("PARTAGE_ARCHIVE", str(tmp_path / "archive"))
    return CliRunner()


def cite(runner: CliRunner, *arguments: str) -> str:
    result = runner.invoke(cli, ["cite", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_curie_is_cited_in_a_style_and_a_language(runner: CliRunner) -> None:
    assert cite(runner, "org:facebook", "--style", "mla", "--lang", "fr") == (
        "Les éditeurs de Partage. «\xa0Facebook\xa0». Fiche d’organisation. Partage, "
        "https://w3id.org/partage/id/org/facebook.\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("org:gazette", "--release", "2026.12.0"),
        ("https://w3id.org/partage/release/2026.12.0/id/org/gazette",),
        ("/release/2026.12.0/id/org/gazette",),
    ],
)
def test_a_release_is_cited_from_its_archive(runner: CliRunner, arguments: tuple[str, ...]) -> None:
    told = cite(runner, *arguments, "--format", "ris")
    assert "UR  - https://w3id.org/partage/release/2026.12.0/id/org/gazette\n" in told
    assert "DA  - 2026/12/09\n" in told


def test_the_built_release_is_known_by_its_digest(
    runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTAGE_RELEASE", str(tmp_path / "out/release"))
    assert "@misc{partage-release-2027.01.0," in cite(runner, "/", "--format", "bibtex")


def test_what_is_unknown_is_an_error_of_ours(runner: CliRunner) -> None:
    with pytest.raises(UnknownResource):
        cite(runner, "org:nobody")
    with pytest.raises(UnknownRelease, match=r"There are: 2026\.11\.0"):
        cite(runner, "org:facebook", "--release", "1")


def test_an_unknown_format_is_told_with_those_there_are(runner: CliRunner) -> None:
    result = runner.invoke(cli, ["cite", "org:facebook", "--format", "docx"])
    assert result.exit_code == 2
    assert "bibtex, biblatex, ris, csl, cff, datacite, text" in result.output


def test_a_statement_is_cited_by_its_digest(runner: CliRunner) -> None:
    text = f"<{ID}flow/f0001> <{iri('ds:hasRecipient')}> <{ID}org/netflix> ."
    name = STATEMENTS + hashlib.sha256(text.encode()).hexdigest()
    assert "f0001 has recipient Netflix" in cite(runner, name)
    assert f"release/2026.11.0/{name.removeprefix(BASE)}" in cite(
        runner, name, "--release", "2026.11.0", "--format", "bibtex"
    )
    with pytest.raises(UnknownResource):
        cite(runner, STATEMENTS + "0" * 64)


@pytest.fixture
def result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of a result that was cited, without a title."""
    client = cited.app(tmp_path).test_client()
    monkeypatch.setenv("PARTAGE_QUERY_STORE", str(tmp_path / "queries.jsonl"))
    return cited.cite(client)


def test_a_result_is_cited_as_its_page_cites_it(
    runner: CliRunner, tmp_path: Path, result: str
) -> None:
    by_server = cited.app(tmp_path).test_client().get(result + ".bib").text
    for name in (result, BASE + result.removeprefix("/")):
        assert cite(runner, name, "--format", "bibtex") == by_server


def test_a_result_is_cited_by_another_title_and_the_store_stays(
    runner: CliRunner, tmp_path: Path, result: str
) -> None:
    kept = (tmp_path / "queries.jsonl").read_bytes()
    assert ". Who & what (Version 2026.11.0) [Query result]" in cite(
        runner, result, "--title", " Who &\nwhat "
    )
    assert r"{{Who \& what}}" in cite(runner, result, "--title", "Who & what", "--format", "bibtex")
    assert (tmp_path / "queries.jsonl").read_bytes() == kept


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("/query/" + "0" * 64,), "has no result 000"),
        (("org:facebook", "--title", "x"), "only a query's result is titled"),
    ],
)
def test_what_is_no_result_is_told(
    runner: CliRunner, result: str, arguments: tuple[str, ...], told: str
) -> None:
    assert result
    failed = runner.invoke(cli, ["cite", *arguments])
    assert failed.exit_code != 0
    assert told in failed.output + str(failed.exception)


def test_a_long_title_is_refused(runner: CliRunner, result: str) -> None:
    failed = runner.invoke(cli, ["cite", result, "--title", "x" * 201])
    assert failed.exit_code != 0
    assert "201 characters" in failed.output + str(failed.exception)
