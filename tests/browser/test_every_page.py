"""Every kind of page: no script errors, nothing from elsewhere, nothing that axe-core finds."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from partage import assets

AXE = assets.root() / "server/frontend/node_modules/axe-core/axe.min.js"
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
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


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_wrong(page: Page, axe: str, path: str) -> None:
    page.goto(path)
    page.evaluate(axe)
    options = json.dumps({"runOnly": list(STANDARDS)})
    found = page.evaluate(f"axe.run(document, {options})")
    told = [
        f"{rule['id']}: {rule['help']}: {node['html'][:160]}"
        for rule in found["violations"]
        for node in rule["nodes"][:5]
    ]
    assert told == []
