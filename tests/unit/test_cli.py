"""The command line: sentences, exit statuses, and help that shows an example."""

import random
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest

import other_endpoint
from other_endpoint import iri
from partage import assets
from partage.cli import cli

GRANT = """@prefix ds: <https://w3id.org/partage/ns#> .
<https://w3id.org/partage/id/flow/f0001> a ds:AccessGrant .
"""


def partage(*arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "partage", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)


def commands(group: click.Group, *path: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += commands(command, *path, name)
    return found


@pytest.mark.parametrize("path", commands(cli), ids=" ".join)
def test_help_says_what_a_command_does_and_shows_an_example(path: tuple[str, ...]) -> None:
    command: click.Command = cli
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    assert command.help
    assert command.help.endswith(".")
    assert f"  partage {' '.join(path)}" in str(command.epilog)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.ttl"
    path.write_text(GRANT)
    return path


def test_a_query_is_answered_from_argument_file_and_standard_input(
    file: Path, tmp_path: Path
) -> None:
    query = "SELECT ?s { ?s a <https://w3id.org/partage/ns#AccessGrant> }"
    written = tmp_path / "q.rq"
    written.write_text(query)
    load = ("query", "--load", file, "--format", "csv")
    answers = {
        partage(*load, query).stdout,
        partage(*load, "--file", written).stdout,
        partage(*load, "-", stdin=query).stdout,
    }
    assert answers == {"s\nhttps://w3id.org/partage/id/flow/f0001\n"}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT * {", "Line 1, column 11"),
        ("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }", "SERVICE"),
        ("DELETE WHERE { ?s ?p ?o }", "only answers queries"),
    ],
)
def test_a_query_that_cannot_be_answered_is_a_usage_error(
    file: Path, query: str, message: str
) -> None:
    result = partage("query", "--load", file, query)
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_serving_without_a_release_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTAGE_RELEASE", str(tmp_path / "nothing"))
    result = partage("serve")
    assert result.returncode == 2
    assert "partage build" in result.stderr


def test_a_port_in_use_is_a_clear_error(file: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = partage("serve", "--port", str(port), "--load", file)
        checked = partage("serve", "--check", "--port", str(port))
    assert result.returncode == checked.returncode == 2
    assert f"Port {port} on 127.0.0.1 is in use" in result.stderr
    assert checked.stderr == result.stderr


def test_the_settings_and_the_port_are_checked_without_a_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTAGE_RELEASE", str(tmp_path / "none"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    fine = partage("serve", "--check", "--port", str(port))
    assert (fine.returncode, fine.stdout, fine.stderr) == (0, "", "")
    assert partage("serve", "--check", "--host", "nowhere").returncode == 2
    monkeypatch.setenv("PARTAGE_QUERY_SECONDS", "long")
    assert partage("serve", "--check").returncode == 2


def test_a_syntax_error_in_a_file_names_its_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("<http://example.org/a> <http://example.org/b>\n\n ; .\n")
    result = partage("query", "--load", broken, "ASK {}")
    assert result.returncode == 1
    assert f"{broken}:3:" in result.stderr


def test_validating_a_bad_example_exits_1_and_a_good_one_0() -> None:
    shapes = assets.assets_root() / "shapes"
    good = partage("validate", shapes / "good.trig")
    assert (good.returncode, good.stdout.splitlines()[-1][:9]) == (0, "Conforms:")
    bad = partage("validate", shapes / "good.trig", sorted((shapes / "bad").glob("*.trig"))[0])
    assert bad.returncode == 1
    assert "what to do:" in bad.stdout


def test_loading_makes_a_store_that_can_be_asked(file: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert "1 quads" in partage("load", file, "--store", store).stdout
    asked = partage("query", "--store", store, "ASK { ?s a ?o }", "--format", "csv")
    assert asked.stdout.strip() == "true"


def test_loading_says_what_is_kept_by_value(tmp_path: Path) -> None:
    path = tmp_path / "mine.ttl"
    path.write_text("<urn:a> <urn:p> 01 .")
    result = partage("query", "--load", path, "--format", "csv", "SELECT ?x { ?s ?p ?x }")
    assert result.stdout == "x\n1\n"
    assert result.stderr.startswith(f"{path}:1: a literal will be answered with another lexical")
    assert "Compare by `=`" in result.stderr


def test_a_passage_of_a_wrong_text_is_not_verified(tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("Un autre texte.")
    result = partage("verify", "--source", "s0001", other)
    assert result.returncode == 1
    assert "0 of 19 passages verified" in result.stdout


def test_a_query_calls_the_endpoints_that_the_environment_allows(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with other_endpoint.listening() as other:
        other.say(["s"], {"s": iri("https://w3id.org/partage/id/flow/f0001")}, {"s": iri("x:y")})
        asked = f"SELECT ?s {{ ?s a ?class SERVICE <{other.url}> {{ ?s ?p ?o }} }}"
        refused = partage("query", "--load", file, "--format", "csv", asked)
        monkeypatch.setenv("PARTAGE_SERVICE_ALLOWED", other.url)
        answered = partage("query", "--load", file, "--format", "csv", asked)
        assert len(other.heard) == 1
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "SERVICE" in refused.stderr
    assert answered.stdout == "s\nhttps://w3id.org/partage/id/flow/f0001\n"


def test_a_list_of_endpoints_with_a_fault_stops_a_server_from_starting(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTAGE_SERVICE_ALLOWED", "ftp://e.example/")
    result = partage("serve", "--load", file)
    assert result.returncode == 2
    assert "PARTAGE_SERVICE_ALLOWED holds 'ftp://e.example/'" in result.stderr


def test_a_query_that_the_engine_cannot_sort_is_answered(tmp_path: Path) -> None:
    values = random.Random(5).sample(range(2000), 200)
    mixed = (f"<a:{n}> <a:v> {n if n % 2 else chr(34) + str(n) + chr(34)} ." for n in values)
    file = tmp_path / "mixed.ttl"
    file.write_text("\n".join(mixed))
    result = partage("query", "--load", file, "SELECT ?v { ?s ?p ?v } ORDER BY ?v")
    assert result.returncode == 0
    assert result.stdout.count('"value"') == 200
    assert "panicked" not in result.stderr


def test_a_query_that_ends_the_engine_is_an_error_and_no_trace(file: Path) -> None:
    many = "ASK { ?s ?p " + "?o," * 30_000 + "?o }"
    result = partage("query", "--load", file, "-", stdin=many)
    assert result.returncode == 3
    assert (
        "partage: The process that evaluated the query ended in the middle of it" in result.stderr
    )
    assert "Traceback" not in result.stderr
    assert result.stderr.count("\n") <= 2
