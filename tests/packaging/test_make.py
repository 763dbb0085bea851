"""`make run` on odd machines: the Makefile is ours, what it calls is replaced."""

import os
import shutil
import subprocess
import venv
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(300)
ROOT = Path(__file__).parents[2]
TOOLS = ("uv", "partage", "pybabel", "npm", "node")
# Each writes down how it was called and where it would keep what it fetches; one call may fail.
STUB = """#!/bin/sh
called="$(basename "$0") $*"
echo "$called|$XDG_CACHE_HOME|$npm_config_cache" >> calls
case "$called" in
  "$REFUSED"*) exit 2 ;;
  *--editable*) for site in .venv/lib/python3*/site-packages; do
    echo "$PWD/server" > "$site/_partage.pth"; done ;;
esac
"""


class Checkout:
    """A folder like ours, in which `make` calls replacements."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in (".ci/run.lock", "pyproject.toml", "Makefile"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, root / name)
        frontend = root / "server/frontend"
        (frontend / "node_modules").mkdir(parents=True)
        for name in ("package-lock.json", "build.mjs"):
            (frontend / name).touch()
        (root / "server/partage/web/translations").mkdir(parents=True)
        (root / "server/partage/__init__.py").touch()
        venv.create(root / ".venv", with_pip=False, symlinks=True)
        for name in TOOLS:
            stub = root / ".venv/bin" / name
            stub.write_text(STUB.replace(">> calls", f'>> "{root}/calls"'))
            stub.chmod(0o755)

    def make(self, refused: str = "nothing", **given: str) -> subprocess.CompletedProcess[str]:
        """Run `make run`, where the calls that begin with `refused` fail."""
        (self.root / "calls").write_text("")
        kept = {k: v for k, v in os.environ.items() if k not in {"MAKEFLAGS", "XDG_CACHE_HOME"}}
        return subprocess.run(
            ["make", "run"], cwd=self.root, env=kept | {"REFUSED": refused} | given,
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    @property
    def calls(self) -> list[list[str]]:
        """Return, for each call, how it was called and the caches that it was given."""
        return [line.split("|") for line in (self.root / "calls").read_text().splitlines()]

    def called(self, words: str) -> bool:
        return any(call.startswith(words) for call, *_ in self.calls)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "é x" / "partage")


def test_scripts_that_cannot_be_built_are_told_once_and_not_tried_again(
    checkout: Checkout,
) -> None:
    first = checkout.make(refused="npm")
    assert first.returncode == 0, first.stderr
    assert first.stderr.count("The pages will do without scripts.") == 1
    assert checkout.called("npm")
    assert checkout.called("partage serve --host")
    second = checkout.make(refused="npm")
    assert (second.returncode, second.stderr) == (0, "")
    assert not checkout.called("npm")
    assert checkout.called("partage serve --host")


def test_scripts_are_tried_again_once_something_of_them_has_changed(checkout: Checkout) -> None:
    checkout.make(refused="npm")
    tried = (checkout.root / ".venv/site.tried").stat().st_mtime
    os.utime(checkout.root / "server/frontend/build.mjs", (tried + 1, tried + 1))
    checkout.make()
    assert checkout.called("npm")
    assert checkout.called("node")


def test_a_port_in_use_is_told_before_anything_is_built(checkout: Checkout) -> None:
    result = checkout.make(refused="partage serve --check", PORT="8123")
    assert result.returncode == 2
    assert [call for call, *_ in checkout.calls if not call.startswith("uv ")] == [
        "partage serve --check --host 127.0.0.1 --port 8123"
    ]


@pytest.mark.parametrize("home", ["/dev/null", "/proc/1/nowhere"])
def test_where_home_cannot_be_written_to_caches_lie_in_the_checkout(
    checkout: Checkout, home: str
) -> None:
    assert checkout.make(HOME=home).returncode == 0
    cache = f"{checkout.root}/.venv/cache"
    assert {tuple(caches) for _, *caches in checkout.calls} == {(cache, f"{cache}/npm")}


def test_where_home_can_be_written_to_caches_are_the_users(
    checkout: Checkout, tmp_path: Path
) -> None:
    assert checkout.make(HOME=str(tmp_path)).returncode == 0
    assert {cache for _, cache, _ in checkout.calls} == {""}


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_the_package_is_found_below_an_accent_in_any_locale(
    checkout: Checkout, locale: str
) -> None:
    assert checkout.make(LC_ALL=locale).returncode == 0
    run = subprocess.run(
        [checkout.root / ".venv/bin/python", "-c", "import partage as p; print(ascii(p.__file__))"],
        cwd="/", env={"LC_ALL": locale}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.stdout.strip() == ascii(f"{checkout.root}/server/partage/__init__.py"), run.stderr
