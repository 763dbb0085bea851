"""The data scientist: write, fix, run, chart, export and cite a query."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Page, Route, expect

from browser.conftest import Contexts
from chromium import PHONE

PER_CATEGORY = """PREFIX ds: <https://w3id.org/partage/ns#>
SELECT ?category (COUNT(DISTINCT ?recipient) AS ?recipients)
WHERE { ?flow ds:hasRecipient ?recipient ; ds:principalCategory ?category }
GROUP BY ?category ORDER BY DESC(?recipients)"""
WORDS = {
    "en": {
        "query": "Your query",
        "run": "Run",
        "line": "Line 4",
        "go": "Go to line 4",
        "none": "no category stated",
        "chart": "Chart",
        "drawn": "recipients by category",
        "keep": "Write this view into the query",
        "cite": "Cite this result",
    },
    "fr": {
        "query": "Votre requête",
        "run": "Exécuter",
        "line": "igne 4",
        "go": "ligne 4",
        "none": "aucune catégorie indiquée",
        "chart": "Diagramme",
        "drawn": "recipients",
        "keep": "Inscrire cette vue dans la requête",
        "cite": "Citer ce résultat",
    },
}
EVERYTHING = "SELECT * { ?a ?b ?c . ?d ?e ?f }"


def write(page: Page, text: str, *, typed: bool = False) -> None:
    page.locator("#query, .cm-content").first.click()
    expect(page.locator(".cm-content")).to_be_focused()
    page.keyboard.press("Control+a")
    if typed:
        page.keyboard.type(text)
    else:
        page.keyboard.insert_text(text)


def test_what_exists_here_is_completed_with_its_prefix(page: Page) -> None:
    late: list[Route] = []
    page.route("**/sparql/terms.json", lambda route: late.append(route))  # noqa: PLW0108  # a builtin is not taken
    page.goto("/sparql")
    write(page, "SELECT * WHERE {\n?flow a DataFl", typed=True)
    (terms,) = late
    terms.continue_()  # who types before it is known what exists here is offered it all the same
    expect(page.locator(".cm-tooltip-autocomplete li").first).to_contain_text("ds:DataFlow")
    page.wait_for_timeout(100)  # a suggestion takes no Enter before it can have been seen
    page.keyboard.press("Enter")
    expect(page.locator("#query")).to_have_value(
        "PREFIX ds: <https://w3id.org/partage/ns#>\nSELECT * WHERE {\n?flow a ds:DataFlow\n}"
    )


@pytest.mark.parametrize("language", list(WORDS))
def test_a_fault_is_marked_mended_and_the_answer_drawn_and_cited(
    contexts: Contexts, language: str
) -> None:
    words = WORDS[language]
    page = contexts(language).new_page()
    page.goto("/sparql")
    write(page, PER_CATEGORY.replace("GROUP BY", "GROUP BU"))
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text(words["line"])
    expect(page.locator(".cm-lintRange-error")).to_have_text("BU")
    contexts.faults.clear()  # the browser notes the 400 that we asked for
    page.get_by_role("button", name=words["go"]).click()
    expect(page.locator(".cm-content")).to_be_focused()

    write(page, PER_CATEGORY)
    page.keyboard.press("Control+Enter")
    table = page.locator("#result table")
    expect(table.locator("tbody tr").first).to_contain_text(words["none"])
    table.get_by_role("button", name="recipients").click()
    expect(table.locator("th[aria-sort=ascending]")).to_have_text("recipients")
    expect(table.locator("tbody tr").first.locator("td").last).to_have_text("1")

    page.get_by_role("button", name=words["chart"], exact=True).click()
    expect(page.get_by_role("img", name=words["drawn"])).to_be_visible()
    page.get_by_role("button", name=words["keep"]).click()
    expect(page.locator("#query")).to_have_value("#view: chart\n" + PER_CATEGORY)

    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.path().read_text(encoding="utf-8").startswith("category,recipients\n")
    page.get_by_role("button", name=words["cite"]).click()
    page.wait_for_url("**/query/*")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", language)


@pytest.mark.parametrize("language", list(WORDS))
def test_without_scripts_a_query_is_mended_answered_taken_away_and_cited(
    contexts: Contexts, language: str
) -> None:
    words = WORDS[language]
    asked = f"{PER_CATEGORY} LIMIT {200 + len(words['cite'])}"  # nobody has cited this one
    page = contexts(language, java_script_enabled=False).new_page()
    page.goto("/sparql")
    field = page.get_by_label(words["query"])
    field.fill(asked.replace("GROUP BY", "GROUP BU"))
    page.get_by_role("button", name=words["run"]).click()
    expect(page.get_by_role("alert")).to_contain_text("4")
    expect(field).to_have_value(asked.replace("GROUP BY", "GROUP BU"))
    contexts.faults.clear()  # the browser notes the 400 that we asked for

    field.fill(asked)
    page.get_by_role("button", name=words["run"]).click()
    rows = page.locator("#result tbody tr")
    expect(rows.first).to_contain_text(words["none"])
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert lines[0] == "category,recipients"
    assert len(lines) == 1 + rows.count()

    page.get_by_role("button", name=words["cite"]).click()
    page.wait_for_url("**/query/*")
    expect(page.locator("main")).to_contain_text(f"https://w3id.org/partage/query/{page.url[-64:]}")
    expect(page.locator("html")).to_have_attribute("lang", language)


def test_a_pasted_query_chooses_its_view(page: Page) -> None:
    page.goto("/sparql?query=" + quote("#view: chart type=pie\n" + PER_CATEGORY))
    expect(page.get_by_role("button", name="Chart", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(page.get_by_label("Kind of chart")).to_have_value("pie")
    timeline = page.get_by_role("button", name="Timeline", exact=True)
    timeline.click(force=True)
    expect(page.get_by_role("status")).to_have_text("A timeline needs a column of dates.")


def test_a_running_query_is_stopped_and_its_rows_are_not_taken_for_all(
    page: Page, contexts: Contexts
) -> None:
    page.goto("/sparql")
    write(page, EVERYTHING)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").first).to_contain_text("rows so far")
    with page.expect_response(lambda response: response.request.method == "DELETE") as ended:
        page.get_by_role("button", name="Stop").click()
    assert ended.value.status == 204
    # Beside it stands another alert where so many rows had come that not all are kept.
    alerts = page.locator("#result").get_by_role("alert")
    expect(alerts.filter(has_text="not complete")).to_have_count(1)
    contexts.faults.clear()  # the browser notes that the answer broke off


@pytest.mark.parametrize("scripts", [True, False])
def test_a_query_answers_on_a_phone_in_french_with_and_without_scripts(
    contexts: Contexts, *, scripts: bool
) -> None:
    page = contexts("fr", viewport=PHONE, java_script_enabled=scripts).new_page()
    page.goto("/examples?number=04")
    expect(page.get_by_role("heading", level=2)).to_have_text(
        "4 lignes" if scripts else "4 solutions"
    )
    expect(page.locator("#result tbody tr")).to_have_count(4)
    page.get_by_role("button", name="Exécuter").click()
    expect(page.locator("#result tbody tr")).to_have_count(4)
    width = "Math.max(...[...document.querySelectorAll('main > *')].map((one) => one.scrollWidth))"
    assert not scripts or page.evaluate(width) <= PHONE["width"]


def test_the_editor_is_loaded_when_one_turns_to_the_field(contexts: Contexts) -> None:
    page = contexts().new_page()
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto("/sparql", wait_until="networkidle")
    assert not any("/editor-" in address for address in loaded)
    field = page.get_by_role("textbox", name="Your query")
    field.evaluate("(one) => one.setSelectionRange(3, 3)")
    field.focus()
    page.locator(".cm-content").wait_for()
    page.keyboard.insert_text("HERE")  # where one was writing
    assert page.locator("#query").input_value().startswith("SELHEREECT")
    assert any("/editor-" in address for address in loaded)
