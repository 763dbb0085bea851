"""A reporter and a student find what they came for, with and without scripts, in both languages."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import Contexts
from chromium import DESKTOP, PHONE

PREFIXES = """PREFIX ds: <https://w3id.org/partage/ns#>
PREFIX org: <https://w3id.org/partage/id/org/>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
# What Facebook gave to Netflix, under the names of a language.
GOT = """SELECT DISTINCT ?flow ?data {
  ?flow ds:hasRecipient org:netflix ; ds:hasProvider org:facebook ;
    ds:principalCategory/skos:prefLabel ?data FILTER(LANG(?data) = "%s")
} ORDER BY ?flow"""
# What Netflix answers to claims about that.
DENIED = """SELECT DISTINCT ?denial ?gloss ?flow ?data {
  ?denial ds:assertedBy org:netflix ; ds:disputes/ds:about ?flow ; dct:description ?gloss .
  ?flow ds:hasRecipient org:netflix ;
    ds:principalCategory/skos:prefLabel ?data FILTER(LANG(?data) = "%s")
} ORDER BY ?denial ?flow"""
RETURNED = """SELECT DISTINCT ?partner ?agreement ?flow {
  ?agreement a ds:ReciprocalAgreement ; ds:coversFlow ?flow .
  ?flow a ds:InboundFlow ;
    ds:hasProvider/skos:prefLabel ?partner FILTER(LANG(?partner) = "%s")
} ORDER BY ?flow"""
INBOUND = "SELECT DISTINCT ?flow { ?flow a ds:InboundFlow }"
TITLE = "SELECT ?title { <%s> oa:hasSource/dct:title ?title }"
WORDS = {
    "en": {
        "direction": "Direction",
        "show": "Show",
        "status": "{n} data flows",
        "agreement": "Under the agreement",
        "reciprocal": "reciprocal",
        "deny": "Disputed by",
        "by": "Claimed by",
        "cite": "Cite this",
    },
    "fr": {
        "direction": "Sens",
        "show": "Afficher",
        "status": "{n} flux de données",
        "agreement": "Au titre de l’accord",
        "reciprocal": "réciproque",
        "deny": "Contestée par",
        "by": "Affirmé par",
        "cite": "Citer",
    },
}
WAYS = [
    pytest.param("en", True, DESKTOP, id="en"),
    pytest.param("fr", True, PHONE, id="fr-phone"),
    pytest.param("fr", False, DESKTOP, id="fr-plain"),
    pytest.param("en", False, PHONE, id="en-plain-phone"),
]
FURTHEST = 250  # steps by the Tab key


def asked(page: Page, query: str) -> list[dict[str, str]]:
    """Return what the site itself answers, beside its pages."""
    answer = page.request.get("/sparql", params={"query": PREFIXES + query, "format": "json"})
    assert answer.ok, answer.text()
    rows = answer.json()["results"]["bindings"]
    assert rows
    return [{name: str(term["value"]) for name, term in row.items()} for row in rows]


def here(iri: str) -> str:
    return iri.replace("https://w3id.org/partage/id/", "/doc/")


def click(link: Locator) -> None:
    link.click()


def by_keyboard(link: Locator) -> None:
    """Follow a link with the Tab and Enter keys alone; where one stands can be seen."""
    for _step in range(FURTHEST):
        link.page.keyboard.press("Tab")
        if link.evaluate("(one) => one === document.activeElement"):
            outline = link.evaluate("(one) => getComputedStyle(one).outlineStyle")
            assert outline != "none"
            return link.page.keyboard.press("Enter")
    pytest.fail(f"{link} is not reached by the Tab key.")


def fits(page: Page) -> None:
    """Nothing but tables is wider than the screen."""
    assert page.viewport_size is not None
    page.wait_for_load_state()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], page.url


def what_netflix_got(page: Page, language: str, follow: Callable[[Locator], None]) -> None:
    """On the page of Netflix: read what it got, who denies it, and how to cite the denial."""
    words = WORDS[language]
    expect(page.get_by_role("heading", level=1)).to_have_text("Netflix")
    fits(page)
    got = page.locator(".direction", has=page.locator("h3", has_text="Facebook → Netflix"))
    flows = asked(page, GOT % language)
    expect(got.locator(".flow")).to_have_count(len({row["flow"] for row in flows}))
    for row in flows:
        card = got.locator(".flow", has=page.locator(f'h4 a[href^="{here(row["flow"])}"]'))
        expect(card).to_contain_text(row["data"])

    denial = asked(page, DENIED % language)[0]
    follow(got.locator(f'h4 a[href^="{here(denial["flow"])}"]'))
    expect(page.get_by_role("heading", level=1)).to_contain_text(denial["data"])
    fits(page)
    answered = page.locator("li", has=page.get_by_text(words["deny"], exact=True))
    follow(answered.locator(f'.disputes a[href^="{here(denial["denial"])}"]').first)

    expect(page.get_by_role("heading", level=1)).to_have_text(denial["gloss"])
    expect(page.locator(".claim .lead")).to_have_text(words["by"] + " Netflix")
    fits(page)
    citation = page.locator("#cite")
    expect(citation.get_by_role("heading")).to_have_text(words["cite"])
    expect(citation.locator("> p[lang]")).to_contain_text(denial["gloss"].rstrip("."))
    lasting = rf"https://w3id\.org/partage/release/[\d.]+/id/claim/{denial['denial'][-5:]}\b"
    expect(citation.locator("> p[lang]")).to_contain_text(re.compile(lasting))
    follow(citation.locator("summary"))
    expect(citation.locator("pre").first).to_contain_text("@misc{")


@pytest.mark.parametrize(("language", "scripts", "screen"), WAYS)
def test_a_reporter_reads_what_netflix_got_who_denies_it_and_cites_it(
    contexts: Contexts, language: str, *, scripts: bool, screen: dict[str, int]
) -> None:
    page = contexts(language, java_script_enabled=scripts, viewport=screen).new_page()
    page.goto("/")
    field = page.locator("form.search input[name=q]")
    field.click()
    field.press_sequentially("netfix")  # a finger slips
    if scripts:
        page.locator("form.search").get_by_role("option").first.click()
    else:
        field.press("Enter")
        page.locator(".hits").get_by_role("link", name="Netflix", exact=True).click()
    what_netflix_got(page, language, click)


def test_a_reporter_does_so_with_the_keyboard_alone(contexts: Contexts) -> None:
    page = contexts().new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="To the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    field = page.locator("form.search input[name=q]")
    while not field.evaluate("(one) => one === document.activeElement"):
        page.keyboard.press("Shift+Tab")
    page.keyboard.type("netflix")
    first = page.locator("form.search").get_by_role("option").first
    expect(first).to_be_visible()
    page.keyboard.press("Escape")
    expect(first).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    what_netflix_got(page, "en", by_keyboard)


@pytest.mark.parametrize(("language", "scripts", "screen"), WAYS)
def test_a_student_finds_which_data_came_back_to_facebook_and_the_passage(
    contexts: Contexts, language: str, *, scripts: bool, screen: dict[str, int]
) -> None:
    words = WORDS[language]
    page = contexts(language, java_script_enabled=scripts, viewport=screen).new_page()
    page.goto("/")
    page.locator("#flow-filters").get_by_label(words["direction"]).select_option("in")
    if not scripts:
        page.get_by_role("button", name=words["show"]).click()
    number = len(asked(page, INBOUND))
    expect(page.locator("#flow-shown-status")).to_have_text(words["status"].format(n=number))
    expect(page.locator("#flow-shown tbody tr")).to_have_count(number)
    fits(page)

    returned = asked(page, RETURNED % language)[0]
    link = page.locator(f'td a[href^="{here(returned["flow"])}"]')
    expect(page.locator("#flow-shown tr", has=link)).to_contain_text(returned["partner"])
    link.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        f"{returned['partner']} → Facebook"
    )
    page.locator("dl.told div", has_text=words["agreement"]).get_by_role("link").click()

    expect(page).to_have_url(re.compile(re.escape(here(returned["agreement"])) + r"\b"))
    expect(page.locator("main header")).to_contain_text(words["reciprocal"])
    ways = page.locator(".direction h3")
    expect(ways).to_contain_text([f"→ {returned['partner']}", f"{returned['partner']} →"])
    fits(page)
    back = page.locator(".direction", has=page.locator("h3", has_text="→ Facebook"))
    back.locator("summary").first.click()
    back.locator('.meta a[href^="/doc/passage/"]').first.click()

    passage = page.url.partition("?")[0].partition("/doc/")[2]
    title = asked(page, TITLE % f"https://w3id.org/partage/id/{passage}")[0]["title"]
    expect(page.locator("main header .kicker")).to_contain_text(passage.rpartition("/")[2])
    fits(page)
    page.locator("main").get_by_role("link", name=title).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
