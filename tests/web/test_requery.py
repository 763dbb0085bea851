"""
Cited on a running server, verified there, asked again by `partage requery`: Q7 (R13-R14) of
RDA Data Citation, and Q1 to Q6 over a real connection.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

import partage
import three_releases
from cited import DS
from live_server import serving
from partage import assets

QUESTIONS = sorted((assets.assets_root() / "ontology/competency").glob("*.rq"))
SEED = [path.read_text(encoding="utf-8") for path in QUESTIONS]
WHO = f"SELECT ?who {{ ?flow <{DS}hasRecipient> ?who }}"


@dataclass(frozen=True, slots=True)
class Site:
    """A checkout with three releases, whose server has cited the seed list."""

    root: Path
    settings: Mapping[str, str]
    cited: Mapping[str, str]

    @property
    def store(self) -> Path:
        return self.root / "queries.jsonl"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    root: Path = tmp_path_factory.mktemp("requery")
    three_releases.build(root)
    # The package finds `data/releases` beside itself: here it lies where the releases are.
    (root / "server").mkdir()
    (root / "server/partage").symlink_to(Path(str(partage.__file__)).parent)
    for folder in ("ontology", "shapes"):
        (root / folder).symlink_to(assets.assets_root() / folder)
    settings = {
        "PYTHONPATH": str(root / "server"),
        "PARTAGE_RELEASE": str(root / "out/release"),
        "PARTAGE_ARCHIVE": str(root / "out/archive"),
        "PARTAGE_QUERY_STORE": str(root / "queries.jsonl"),
    }
    with (
        serving(root / "log", settings=settings) as server,
        httpx.Client(base_url=server.address, timeout=30, trust_env=False) as client,
    ):
        cited = {}
        for number, text in enumerate(SEED):
            version = three_releases.VERSIONS[number % 3]
            answer = client.post("/query", data={"query": text, "version": version})
            assert answer.status_code == 303, answer.text
            cited[answer.headers["Location"]] = text
        for path in cited:
            told = client.get(path + ".json", params={"verify": "1"}).json()
            assert told["verification"]["matches"] is True, told
        path = client.post("/query", data={"query": WHO}).headers["Location"]
        answered = client.get("/sparql", params={"query": WHO})
        assert f'<https://w3id.org/partage{path}>; rel="cite-as"' in answered.headers["Link"]
        told = client.get(path, headers={"Accept": "application/json"}).json()
        rows = client.get(told["downloads"]["json"]).json()["results"]["bindings"]
        assert told["release"]["version"] == three_releases.THIRD
        assert len(rows) == told["rows"] > 0
        cited[path] = WHO
    return Site(root, settings, cited)


def requery(site: Site, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "partage", "requery", *map(str, arguments)],
        env={**os.environ, **site.settings},
        capture_output=True,
        text=True,
        check=False,
    )


def changed(site: Site, tmp_path: Path, **facts: object) -> Path:
    """Return a copy of the query store whose last line says something else."""
    lines = site.store.read_text(encoding="utf-8").splitlines()
    last = json.dumps({**json.loads(lines[-1]), **facts})
    copy = tmp_path / "queries.jsonl"
    copy.write_text("\n".join((*lines[:-1], last)) + "\n", encoding="utf-8")
    return copy


@pytest.mark.meets("Q7")
def test_q7_every_cited_result_is_answered_as_cited(site: Site) -> None:
    done = requery(site)
    assert done.returncode == 0, done.stdout + done.stderr
    count = len(site.cited)
    assert done.stdout.endswith(f"{count} of {count} cited results are answered as cited.\n")
    assert done.stdout.count("  same     ") == count
    assert done.stderr == ""


@pytest.mark.meets("Q7")
def test_q7_another_answer_is_told_and_fails_the_command(site: Site, tmp_path: Path) -> None:
    copy = changed(site, tmp_path, sha256="0" * 64, rows=1234)
    done = requery(site, "--store", copy)
    assert done.returncode == 1
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("  differs")]
    assert list(site.cited)[-1].removeprefix("/query/") in line
    assert f"cited 1,234 rows, {'0' * 64}, found " in line


@pytest.mark.meets("Q7")
def test_q7_one_result_is_asked_by_its_address(site: Site) -> None:
    path = next(iter(site.cited))
    for name in (path.removeprefix("/query/"), "https://w3id.org/partage" + path):
        done = requery(site, name)
        assert done.stdout.endswith("1 of 1 cited results are answered as cited.\n")


@pytest.mark.meets("Q7")
def test_q7_an_unknown_result_is_a_usage_error(site: Site) -> None:
    done = requery(site, "0" * 64)
    assert done.returncode == 2
    assert "No result is cited as 000" in done.stderr


@pytest.mark.meets("Q7")
def test_q7_a_release_that_is_not_here_is_told(site: Site, tmp_path: Path) -> None:
    copy = tmp_path / "root"
    copy.mkdir()
    for name in ("server", "ontology", "shapes"):
        (copy / name).symlink_to(site.root / name)
    shutil.copytree(site.root / "data", copy / "data")
    shutil.rmtree(copy / "data/releases" / three_releases.THIRD)
    (copy / "server").unlink()
    (copy / "server").mkdir()
    (copy / "server/partage").symlink_to(site.root / "server/partage")
    moved = Site(copy, {**site.settings, "PYTHONPATH": str(copy / "server")}, site.cited)
    done = requery(moved, "--store", site.store)
    assert done.returncode == 1
    assert f"There is no release {three_releases.THIRD}" in done.stdout
    assert "  same     " in done.stdout


@pytest.mark.meets("Q7")
def test_q7_a_torn_line_is_counted_and_costs_only_itself(site: Site, tmp_path: Path) -> None:
    copy = tmp_path / "torn.jsonl"
    copy.write_bytes(site.store.read_bytes()[:-40])
    done = requery(site, "--store", copy)
    assert done.returncode == 0
    count = len(site.cited) - 1
    assert f"{count} of {count} cited results" in done.stdout
    assert done.stderr == f"1 line of {copy} cannot be read: passed over.\n"


@pytest.mark.meets("Q7")
def test_q7_no_query_store_is_a_usage_error(site: Site, tmp_path: Path) -> None:
    moved = Site(site.root, {**site.settings, "PARTAGE_QUERY_STORE": str(tmp_path / "n")}, {})
    done = requery(moved)
    assert done.returncode == 2
    assert "PARTAGE_QUERY_STORE" in done.stderr
