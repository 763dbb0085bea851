"""A real Chromium before a real server of the built release."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from live_server import serving
from partage import assets
from partage.settings import Settings

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# Nothing leaves for anywhere; containers have no sandbox to give.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


def program() -> str | None:
    """Return where Chromium is, or None where it is not."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


@contextmanager
def launched(program: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """Serve the built release, citing into a store in a folder; give the address."""
    release = assets.assets_root() / Settings().release
    assert (release / "manifest.json").is_file(), "run `make build` first (`make test` does)"
    settings = {
        "PARTAGE_RELEASE": str(release),
        "PARTAGE_QUERY_STORE": str(folder / "queries.jsonl"),
        "PARTAGE_CLIENT_SECONDS": "0",
    }
    with serving(folder / "log", settings=settings) as server:
        yield server.address
