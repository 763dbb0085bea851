"""What scripts add to the pages about the ontology: a filter, and the classes as a tree."""

import re

from playwright.sync_api import Page, expect

from browser.conftest import Contexts
from chromium import PHONE

SHOWN = {"/doc/ns": "#Claim", "/doc/shapes": "#Flow", "/about/method": "#limits"}


def test_the_filter_leaves_what_is_typed_and_says_how_much(page: Page) -> None:
    page.goto("/doc/ns")
    box = page.get_by_label("Filter the terms")
    box.fill("RECIPROCAL agreement")
    expect(page.locator("#ReciprocalAgreement")).to_be_visible()
    expect(page.locator("#Claim")).to_be_hidden()
    expect(page.locator("#filter output")).to_have_text(re.compile(r"^\d of 133 terms$"))
    box.fill("nothing is called so")
    expect(page.locator("#filter output")).to_have_text("No term matches.")
    expect(page.get_by_role("heading", name="Annotation properties")).to_be_hidden()
    box.fill("")
    expect(page.locator("#Claim")).to_be_visible()


def test_accents_do_not_matter_to_the_filter(contexts: Contexts) -> None:
    page = contexts("fr").new_page()
    page.goto("/doc/ns")
    page.get_by_label("Filtrer les termes").fill("reciproque")
    expect(page.locator("#ReciprocalAgreement")).to_be_visible()
    expect(page.locator("#DataCategory")).to_be_hidden()


def test_the_tree_of_classes_is_drawn_on_demand(page: Page) -> None:
    page.goto("/doc/ns")
    assert page.locator("#tree canvas").count() == 0
    button = page.get_by_role("button", name="Draw it as a tree")
    button.press("Enter")
    expect(page.locator("#tree canvas")).to_be_visible()
    page.get_by_role("button", name="Hide the picture").click()
    expect(page.locator("#tree")).to_be_hidden()


def test_without_scripts_everything_is_there_and_a_phone_is_wide_enough(
    contexts: Contexts,
) -> None:
    page = contexts("en", java_script_enabled=False, viewport=PHONE).new_page()
    for path, shown in (
        ("/doc/ns", "#Claim"),
        ("/doc/shapes", "#Flow"),
        ("/about/method", "#limits"),
    ):
        page.goto(path)
        expect(page.locator(shown)).to_be_visible()
    expect(page.locator("#filter")).to_be_hidden()
    page.goto("/doc/ns")
    page.locator(".diagram a", has_text="data flow").first.click()
    assert page.url.endswith("/doc/ns#DataFlow")
