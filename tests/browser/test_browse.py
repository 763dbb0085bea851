"""Searching as one types, and browsing on a phone, in a real Chromium."""

import re

from playwright.sync_api import Page, expect

from browser.conftest import Contexts
from chromium import PHONE


def test_the_search_field_suggests_and_leads_by_the_keyboard(page: Page) -> None:
    page.goto("/browse/claims")
    field = page.get_by_role("combobox", name="Search")
    page.locator("form.search input[name=q]").click()
    field.press_sequentially("netfix")
    first = page.get_by_role("option").first
    expect(first).to_contain_text("Netflix")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator("form.search [role=status]")).to_have_text(re.compile(r"\d+ results"))
    field.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", str(first.get_attribute("id")))
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    field.press("ArrowDown")
    expect(first).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"/doc/org/netflix$"))


def test_enter_without_a_choice_shows_all_that_was_found(contexts: Contexts) -> None:
    page = contexts("fr").new_page()
    page.goto("/browse/?lang=fr")
    page.locator("form.search input[name=q]").fill("spotfy")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=spotfy&lang=fr$"))
    expect(page.locator(".hits mark").first).to_have_text("Spotify")


def test_facets_fold_on_a_phone_and_work_without_scripts(contexts: Contexts) -> None:
    page = contexts(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto("/browse/claims")
    contested = page.locator(".facets section", has_text="Contested").get_by_role("link")
    expect(contested.first).to_be_hidden()
    page.get_by_text("Narrow it down").click()
    contested.filter(has_text="yes").click()
    expect(page).to_have_url(re.compile(r"contested=yes$"))
    expect(page.locator(".chips")).to_contain_text("Contested yes")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
