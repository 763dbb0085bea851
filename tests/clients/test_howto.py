"""The blocks of clients.md, and those of verify.md without our software, as they stand."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import duckdb
import httpx
import pytest

from httpfs import as_httpfs
from partage import assets
from partage.rdf.canonical import STATEMENTS

HOWTO = assets.assets_root() / "docs/how-to"
WRITTEN = "http://127.0.0.1:8000"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+[^\s'\"]*")
CLIENTS = (HOWTO / "clients.md").read_text(encoding="utf-8")
VERIFYING = (HOWTO / "verify.md").read_text(encoding="utf-8")
ALONE = VERIFYING.partition("## With `sort`")[2].partition("\n## ")[0]


def blocks(text: str, *languages: str) -> Iterator[object]:
    for number, (language, block) in enumerate(BLOCK.findall(text), 1):
        if language in languages:
            yield pytest.param(block, id=f"{language}-{number}")


def _run(*command: str, where: Path) -> str:
    done = subprocess.run(
        command, cwd=where, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("block", [*blocks(CLIENTS, "python")])
def test_a_python_block_runs(host: str, block: str, tmp_path: Path) -> None:
    _run(sys.executable, "-c", block.replace(WRITTEN, host), where=tmp_path)


@pytest.mark.parametrize("block", [*blocks(CLIENTS, "sh")])
def test_a_shell_block_runs(host: str, block: str, tmp_path: Path) -> None:
    shell = block.replace(WRITTEN, host).replace("curl -s", "curl -sS --fail")
    printed = _run("bash", "-euo", "pipefail", "-c", shell, where=tmp_path)
    assert printed.strip()
    assert all(file.stat().st_size for file in tmp_path.iterdir())


@pytest.mark.parametrize("block", [*blocks(CLIENTS, "r", "text")])
def test_each_address_of_what_cannot_run_here_is_a_table(host: str, block: str) -> None:
    addresses = ADDRESS.findall(block.replace(WRITTEN, host))
    assert len(addresses) == 2
    for address in addresses:
        if address.endswith("query="):  # the block puts its query there
            (query,) = re.findall(r'query <- "(.*)"', block)
            address += quote(query)  # noqa: PLW2901
        answer = httpx.get(address)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/csv")
        assert answer.text.count("\n") > 1


@pytest.mark.parametrize("block", [*blocks(CLIENTS, "sql")])
def test_a_block_for_duckdb_runs_over_what_httpfs_would_fetch(
    host: str, block: str, tmp_path: Path
) -> None:
    def fetched(found: re.Match[str]) -> str:
        file = tmp_path / f"{found.start()}"
        file.write_bytes(as_httpfs(found.group()))
        return str(file)

    _, _, selecting = ADDRESS.sub(fetched, block.replace(WRITTEN, host)).partition("\n")
    with duckdb.connect() as database:
        for line in selecting.splitlines():
            assert database.execute(line).fetchall()


@pytest.fixture(scope="module")
def published(client: httpx.Client) -> str:
    """Return what the server publishes of what verify.md has computed again."""
    (query,) = re.findall(r"^echo '(.*)' > question.rq$", ALONE, re.MULTILINE)
    result = client.post("/query", data={"query": query, "version": "2026.11.0"})
    addresses = [
        "/release/2026.11.0/download/record.json",
        "/doc/claim/c0001/v1.bib",
        result.headers["Location"] + ".json",
        "/doc/flow/f0001",
    ]
    return "".join(client.get(address).text for address in addresses)


@pytest.mark.parametrize("block", [*blocks(ALONE, "sh")])
def test_sort_and_sha256sum_find_the_digest_that_is_published(
    client: httpx.Client, host: str, published: str, block: str, tmp_path: Path
) -> None:
    printed = _run("bash", "-euo", "pipefail", "-c", block.replace(WRITTEN, host), where=tmp_path)
    if "--check" in block:
        assert printed == "claims.csv: OK\n"
        return
    digest = printed.split()[0]
    if block.startswith("printf"):
        path = STATEMENTS.partition("/partage")[2] + digest
        assert client.get(path, follow_redirects=True).status_code == 200
    else:
        assert digest in published


def test_there_are_blocks_to_run() -> None:
    assert len(BLOCK.findall(CLIENTS)) >= 12
    assert len(BLOCK.findall(ALONE)) == 5
    assert "not registered yet" in CLIENTS
    assert "line feed" in ALONE
