"""Every kind of page: no script errors, nothing that axe-core finds, and it weighs little."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Request

from browser.conftest import Contexts
from partage import assets

AXE = assets.assets_root() / "server/frontend/node_modules/axe-core/axe.min.js"
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# What passes is megabytes to send from the browser, and nobody reads it.
VIOLATIONS = """async (options) =>
  (await axe.run(document, {...options, resultTypes: ["violations"]})).violations"""
MOST = 150_000  # bytes as they are sent, of a first visit
OF_THE_LIBRARY = "_ec_inner"  # ECharts calls something so, and nothing else does
WHY = "/sparql/why?query=SELECT%20*%20%7B%20%3Chttps://w3id.org/partage/id/org/netflx%3E%20?p%20?o%20%7D"
ANSWER = "/sparql?query=SELECT%20*%20%7B%20?s%20a%20?type%20%7D%20LIMIT%20200"
PAGES = (
    "/", "/timeline", "/disputes", "/browse/", "/browse/claims", "/search?q=netflix",
    "/doc/org/facebook", "/doc/org/netflix", "/doc/agreement/a0005", "/doc/flow/f0001",
    "/doc/claim/c0001", "/doc/source/s0001", "/doc/voc/data-category/private-messages",
    "/doc/passage/p0004", "/compare", "/compare?a=a0005&b=a0001", "/sparql", ANSWER,
    "/examples", "/sparql/why", WHY, "/doc/ns", "/doc/shapes", "/about/",
    "/about/method", "/about/citing", "/about/licences", "/release/", "/download/",
)  # fmt: skip


@pytest.fixture(scope="session")
def axe() -> str:
    return Path(AXE).read_text(encoding="utf-8")


def wrong(page: Page, options: object) -> list[str]:
    found = page.evaluate(VIOLATIONS, options)
    return [
        f"{rule['id']}: {rule['help']}: {node['html'][:160]}"
        for rule in found
        for node in rule["nodes"][:5]
    ]


def is_library(request: Request) -> bool:
    response = request.response()
    assert response is not None
    return request.resource_type == "script" and OF_THE_LIBRARY in response.text()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_right_by_axe_and_light_before_the_library_of_pictures(
    contexts: Contexts, axe: str, path: str
) -> None:
    page = contexts().new_page()
    loaded: list[Request] = []
    page.context.on("requestfinished", lambda request: loaded.append(request))  # noqa: PLW0108 Playwright wraps no built-in
    page.goto(path, wait_until="networkidle")
    weights = {one.url: one.sizes()["responseBodySize"] for one in loaded if not is_library(one)}
    assert any(address.endswith(".woff2") for address in weights)
    assert sum(weights.values()) <= MOST, weights

    page.evaluate(axe)
    assert wrong(page, {"runOnly": list(STANDARDS)}) == []
    page.emulate_media(color_scheme="dark")
    assert wrong(page, {"runOnly": ["color-contrast"]}) == []
