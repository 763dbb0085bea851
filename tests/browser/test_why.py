"""From an empty answer to one with results, with a keyboard and without scripts."""

from urllib.parse import urlencode

from playwright.sync_api import expect

from browser.conftest import Contexts
from chromium import PHONE

QUERY = """PREFIX ds: <https://w3id.org/partage/ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?flow {
  ?flow ds:hasReciever ?party .
  ?party skos:prefLabel "Netflix"
}"""
ADDRESS = "/sparql/why?" + urlencode({"query": QUERY})


def test_two_faults_are_mended_at_one_click_without_scripts(contexts: Contexts) -> None:
    page = contexts(java_script_enabled=False).new_page()
    page.goto(ADDRESS)
    expect(page.locator(".verdict")).to_contain_text("?flow ds:hasReciever ?party")
    page.get_by_role("button", name="Run it corrected").first.click()
    expect(page.locator("textarea[name=query]")).to_have_value(
        QUERY.replace("hasReciever", "hasRecipient").replace('"Netflix"', '"Netflix"@en')
    )
    expect(page.locator("main")).not_to_contain_text("Nothing matches")


def test_on_a_phone_in_french_only_tables_scroll_sideways(contexts: Contexts) -> None:
    page = contexts("fr", viewport=PHONE).new_page()
    page.goto(ADDRESS)
    expect(page.get_by_role("heading", level=1)).to_have_text("Pourquoi est-ce vide\u202f?")
    widest = page.evaluate(
        "Math.max(...[...document.querySelectorAll('main > *')]"
        ".map(one => one.getBoundingClientRect().right))"
    )
    assert widest <= PHONE["width"]
