"""Every kind of page: no script errors, nothing from elsewhere, nothing that axe-core finds."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from partage import assets

AXE = assets.root() / "server/frontend/node_modules/axe-core/axe.min.js"
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
WHY = "/sparql/why?query=SELECT%20*%20%7B%20%3Chttps://w3id.org/partage/id/org/netflx%3E%20?p%20?o%20%7D"
PAGES = (
    "/", "/sparql", "/doc/ns", "/sparql/why", WHY,
    "/browse/", "/browse/claims?contested=yes", "/browse/disputes", "/search?q=facebok",
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
