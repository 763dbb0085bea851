"""English and French, switched by a person."""

import re

from playwright.sync_api import expect

from browser.conftest import Contexts

SWITCH = "nav.languages a[hreflang={}]"


def test_the_switch_keeps_the_page_and_what_it_was_asked(contexts: Contexts) -> None:
    page = contexts("fr", java_script_enabled=False).new_page()
    page.goto("/search?q=netflix")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.click(SWITCH.format("en"))
    expect(page).to_have_url(re.compile(r"/search\?q=netflix&lang=en$"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.click("a.brand")
    expect(page).to_have_url(re.compile(r"/\?lang=en$"))


def test_a_person_who_reads_french_is_told_an_error_in_french(contexts: Contexts) -> None:
    page = contexts("fr", java_script_enabled=False).new_page()
    page.goto("/doc/org/facebok")
    expect(page.locator("h1")).to_have_text("Rien ici")
    contexts.faults.clear()  # the browser notes the status, as it should be
    page.click("text=Facebook >> nth=0")
    expect(page.locator("h1")).to_contain_text("Facebook")
