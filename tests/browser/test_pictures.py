"""The pictures in a real browser: drawn when seen, narrowed at once, and without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Contexts
from chromium import PHONE

DRAWN = re.compile("yes")


def drawn(page: Page, picture: str) -> None:
    page.locator(picture).scroll_into_view_if_needed()
    expect(page.locator(picture)).to_have_attribute("data-drawn", DRAWN)


def test_the_picture_of_the_flows_is_loaded_when_it_is_seen(contexts: Contexts) -> None:
    page = contexts(viewport={"width": 1280, "height": 300}).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert not any("/chart-" in url or "flows.json" in url for url in asked)
    drawn(page, "#flow-picture")
    assert any("/chart-" in url for url in asked)


def test_a_choice_narrows_picture_table_and_address_at_once(page: Page) -> None:
    page.goto("/")
    drawn(page, "#flow-picture")
    page.get_by_label("Data category").focus()
    page.get_by_label("Data category").select_option("private-messages")
    expect(page.locator("#flow-shown-status")).to_have_text("5 data flows")
    expect(page.locator("#flow-shown tbody tr")).to_have_count(5)
    expect(page).to_have_url(re.compile(r"/\?category=private-messages#flows$"))
    expect(page.locator("#flow-picture")).to_have_attribute("data-drawn", DRAWN)
    expect(page.get_by_label("Data category")).to_be_focused()


def test_a_mark_leads_to_its_page(contexts: Contexts) -> None:
    page = contexts(reduced_motion="reduce").new_page()
    page.goto("/?category=private-messages&direction=out")
    drawn(page, "#flow-picture")
    box = page.locator("#flow-picture").bounding_box()
    assert box is not None
    # The first mark: without partners that give, the operator stands at the left.
    page.locator("#flow-picture").click(position={"x": box["width"] * 0.62, "y": 20})
    expect(page).to_have_url(re.compile("/doc/(org|flow)/"))


def test_without_scripts_the_form_is_sent_and_the_table_tells_all(contexts: Contexts) -> None:
    page = contexts("fr", java_script_enabled=False).new_page()
    page.goto("/")
    expect(page.locator("figure.drawn")).to_be_hidden()
    page.get_by_label("Catégorie de données").select_option("private-messages")
    page.get_by_role("button", name="Afficher").click()
    expect(page.locator("#flow-shown-status")).to_have_text("5 flux de données")
    expect(page.locator("#flow-shown tbody tr").first).to_contain_text("Spotify")


def test_the_timeline_and_the_disputes_are_drawn_on_a_phone(contexts: Contexts) -> None:
    page = contexts(viewport=PHONE).new_page()
    for path, picture in (("/timeline", "#timeline-picture"), ("/disputes", "#disputes-picture")):
        page.goto(path)
        drawn(page, picture)
    page.get_by_label("Kind of dispute").select_option("logic")
    expect(page.locator(".dispute")).to_have_count(8)


def test_who_wants_no_motion_sees_none(contexts: Contexts) -> None:
    page = contexts(reduced_motion="reduce").new_page()
    page.goto("/")
    moving = """[...document.querySelectorAll("*")].filter((one) => {
      const { transitionDuration, animationName } = getComputedStyle(one);
      return animationName !== "none" || transitionDuration !== "0s";
    }).length"""
    assert page.evaluate(moving) == 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


@pytest.mark.parametrize(
    "path", ["/", "/timeline", "/disputes", "/doc/org/facebook", "/doc/claim/c0461"]
)
def test_a_picture_has_a_name_and_says_the_same_in_words(page: Page, path: str) -> None:
    page.goto(path)
    picture = page.locator("[role=img]")
    picture.scroll_into_view_if_needed()
    expect(picture.locator("canvas")).to_be_visible()
    assert len(picture.get_attribute("aria-label") or "") > 20
    twins = page.locator("main :is(table tbody tr, .events li, .claims li)")
    assert twins.count() > 1
