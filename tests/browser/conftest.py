"""
Contexts of a real Chromium, at the site of the built release.

Required where PARTAGE_REQUIRE_BROWSER is set; skipped, saying so, where there is no Chromium.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

import chromium as programs

SECONDS = 15
expect.set_options(timeout=1000 * SECONDS)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = programs.program()
    if program is None:
        if os.environ.get("PARTAGE_REQUIRE_BROWSER"):
            pytest.fail("No Chromium is installed here, and PARTAGE_REQUIRE_BROWSER asks for one.")
        pytest.skip("No Chromium is installed here (Debian: apt install chromium).")
    with programs.launched(program) as browser:
        yield browser


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with programs.site(tmp_path_factory.mktemp("site")) as address:
        yield address


class Contexts:
    """Makes browser contexts that note what goes wrong in their pages."""

    def __init__(self, chromium: Browser, address: str, stack: ExitStack) -> None:
        self._chromium, self._address, self._stack = chromium, address, stack
        self.faults: list[str] = []

    def __call__(self, language: str = "en", **options: Any) -> BrowserContext:
        """`options` are those of Playwright's `new_context`: viewport, java_script_enabled …"""
        options = {"viewport": programs.DESKTOP, "locale": language, **options}
        context = self._chromium.new_context(base_url=self._address, **options)
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
