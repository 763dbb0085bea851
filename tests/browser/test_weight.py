"""What a first visit of a page weighs, before the library of its pictures."""

import pytest
from playwright.sync_api import Request

from browser.conftest import Contexts
from browser.test_every_page import PAGES

MOST = 150_000
OF_THE_LIBRARY = "_ec_inner"  # ECharts calls something so, and nothing else does


def is_library(request: Request) -> bool:
    response = request.response()
    assert response is not None
    return request.resource_type == "script" and OF_THE_LIBRARY in response.text()


@pytest.mark.parametrize("path", PAGES)
def test_a_first_visit_weighs_little_before_the_library_of_pictures(
    contexts: Contexts, path: str
) -> None:
    page = contexts().new_page()
    loaded: list[Request] = []
    page.context.on("requestfinished", lambda request: loaded.append(request))  # noqa: PLW0108 Playwright wraps no built-in
    page.goto(path, wait_until="networkidle")
    weights = {one.url: one.sizes()["responseBodySize"] for one in loaded if not is_library(one)}
    assert any(address.endswith(".woff2") for address in weights)
    assert sum(weights.values()) <= MOST, weights


def test_the_editor_is_loaded_when_one_turns_to_the_field(contexts: Contexts) -> None:
    page = contexts().new_page()
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto("/sparql", wait_until="networkidle")
    assert not any("/editor-" in address for address in loaded)
    field = page.get_by_role("textbox", name="Your query")
    field.evaluate("(one) => one.setSelectionRange(3, 3)")
    field.focus()
    page.locator(".cm-content").wait_for()
    page.keyboard.insert_text("HERE")  # where one was writing
    assert page.locator("#query").input_value().startswith("SELHEREECT")
    assert any("/editor-" in address for address in loaded)
