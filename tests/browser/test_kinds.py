"""The pictures on pages of things, and two things side by side, in a real browser."""

from playwright.sync_api import Page, expect

from browser.conftest import Contexts
from chromium import PHONE

PICTURE = "figure.picture"


def test_the_argument_of_a_claim_is_drawn_when_it_is_seen(page: Page) -> None:
    page.goto("/doc/claim/c0461")
    picture = page.locator(PICTURE)
    picture.scroll_into_view_if_needed()
    expect(page.locator(PICTURE + "[data-drawn] canvas")).to_be_visible()
    expect(picture.locator("figcaption")).to_contain_text("dashed: disputes")


def test_without_scripts_a_claim_keeps_its_lists_and_shows_no_empty_frame(
    contexts: Contexts,
) -> None:
    page = contexts(java_script_enabled=False).new_page()
    page.goto("/doc/claim/c0461")
    expect(page.locator(PICTURE)).to_be_hidden()
    expect(page.get_by_role("heading", name="Disputed by")).to_be_visible()


def test_a_reporter_compares_two_agreements_in_french_by_names_alone(contexts: Contexts) -> None:
    page = contexts("fr", java_script_enabled=False).new_page()
    page.goto("/doc/agreement/a0005")
    page.get_by_role("link", name="un autre accord").click()
    page.get_by_label("La seconde").fill("netflix")
    page.get_by_role("button", name="Comparer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Netflix, côte à côte")
    row = page.get_by_role("row").filter(has_text="Données que la plateforme donne")
    expect(row).to_contain_text("messages privés")


def test_on_a_phone_only_tables_scroll_sideways(contexts: Contexts) -> None:
    page = contexts(viewport=PHONE, color_scheme="dark").new_page()
    for path in ("/doc/agreement/a0005", "/doc/org/facebook", "/compare?a=amazon&b=apple"):
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"], path
