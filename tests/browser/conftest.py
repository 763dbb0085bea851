"""
A real Chromium before the running server, with the built release.

Required where PARTAGE_REQUIRE_BROWSER is set; skipped, saying so, where there is no Chromium.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

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
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
SECONDS = 15


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        if os.environ.get("PARTAGE_REQUIRE_BROWSER"):
            pytest.fail("No Chromium is installed here, and PARTAGE_REQUIRE_BROWSER asks for one.")
        pytest.skip("No Chromium is installed here (Debian: apt install chromium).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a server of the built release, which cites into a store of its own."""
    folder = tmp_path_factory.mktemp("site")
    release = assets.root() / Settings().release
    assert (release / "manifest.json").is_file(), "run `make build` first (`make test` does)"
    settings = {
        "PARTAGE_RELEASE": str(release),
        "PARTAGE_QUERY_STORE": str(folder / "queries.jsonl"),
        "PARTAGE_CLIENT_SECONDS": "0",
    }
    with serving(folder / "log", settings=settings) as server:
        yield server.address


class Contexts:
    """Makes browser contexts that report what goes wrong in their pages."""

    def __init__(self, chromium: Browser, address: str, stack: ExitStack) -> None:
        self._chromium, self._address, self._stack = chromium, address, stack
        self.faults: list[str] = []

    def __call__(self, language: str = "en", **options: object) -> BrowserContext:
        """`options` are those of Playwright's `new_context`: viewport, java_script_enabled …"""
        options = {"viewport": DESKTOP, **options}
        context = self._chromium.new_context(
            base_url=self._address,
            locale=language,
            **options,  # type: ignore[arg-type]
        )
        self._stack.callback(context.close)
        context.set_default_timeout(1000 * SECONDS)
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        context.on(
            "console",
            lambda message: self.faults.append(message.text) if message.type == "error" else None,
        )
        return context


@pytest.fixture
def contexts(chromium: Browser, address: str) -> Iterator[Contexts]:
    """Return what makes contexts; a script error or a breach of the policy fails the test."""
    with ExitStack() as stack:
        made = Contexts(chromium, address, stack)
        yield made
    assert made.faults == []


@pytest.fixture
def page(contexts: Contexts) -> Page:
    """Return a page on a desktop, in English, with JavaScript."""
    return contexts().new_page()
