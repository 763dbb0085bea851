"""The query page and what its script asks for: terms, names, examples, the rows once more."""

import json
import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from partage.assets import assets_root
from partage.rdf.query_files import read_questions
from partage.web.views.sparql.query_page_routes import MOST_IRIS

ID = "https://w3id.org/partage/id/"
NAMES = "PREFIX ds: <https://w3id.org/partage/ns#>\nSELECT ?s ?n { ?s a ds:Organization ; ?p ?n }"


def asked(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="asked">(.*?)</script>', page, re.S)
    assert found is not None
    read = json.loads(found[1])
    assert isinstance(read, dict)
    return read


def test_terms_are_those_that_exist_here(client: FlaskClient) -> None:
    read = client.get("/sparql/terms.json").json
    assert read is not None
    classes = {known["name"]: known for known in read["classes"]}
    assert "ds:hasRecipient" in {known["name"] for known in read["properties"]}
    assert classes["ds:Claim"]["count"] > 0
    assert read["prefixes"]["ds"] == "https://w3id.org/partage/ns#"


def test_terms_are_told_once_and_in_french(client: FlaskClient) -> None:
    first = client.get("/sparql/terms.json?lang=fr")
    again = client.get(
        "/sparql/terms.json?lang=fr", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["ETag"] != client.get("/sparql/terms.json").headers["ETag"]
    assert "Accept-Language" in first.vary


def test_names_and_pages_of_iris_are_told_without_changing_the_query(client: FlaskClient) -> None:
    iris = [ID + "org/netflix", "http://nowhere.example/x", "no iri>"]
    read = client.post("/labels.json", data={"iri": iris}).json
    assert read == {
        iris[0]: {"label": "Netflix", "language": "en", "href": "/doc/org/netflix"},
        iris[1]: {"language": "", "href": "http://nowhere.example/x"},
    }


def test_more_names_than_a_page_shows_are_refused(client: FlaskClient) -> None:
    response = client.post("/labels.json", data={"iri": ["http://x.example/"] * (MOST_IRIS + 1)})
    assert response.status_code == 400
    assert f"{MOST_IRIS:,} at a time" in response.text


def test_every_example_is_explained_and_asked_by_its_number(browser: FlaskClient) -> None:
    page = browser.get("/examples").text
    links = re.findall(r'<h2><a href="([^"]+)">', page)
    assert len(links) == 40
    questions = read_questions(assets_root() / "ontology/competency")
    assert all({"en", "fr"} <= set(question.explanation) for question in questions)
    assert "Un accord est inféré réciproque" in browser.get("/examples?lang=fr").text
    there = browser.get("/examples?number=04")
    assert (there.status_code, there.location) == (303, unescape(links[3]))


def test_an_example_keeps_the_language_of_the_page(browser: FlaskClient) -> None:
    assert browser.get("/examples?number=04&lang=fr").location.endswith("&lang=fr")


def test_an_example_that_is_none_is_told(browser: FlaskClient) -> None:
    response = browser.get("/examples?number=99")
    assert response.status_code == 400
    assert "There is no example “99”" in response.text


def test_the_pages_script_gets_the_rows_that_the_page_shows(browser: FlaskClient) -> None:
    text = (
        'SELECT ?x ?y ?z { VALUES (?x ?y) { ("a\\tb\\n\\"c"@en 5) (<http://x.example/> UNDEF) } }'
    )
    given = asked(browser.get("/sparql", query_string={"query": text}).text)
    answer = given["answer"]
    assert isinstance(answer, dict)
    assert answer["variables"] == ["x", "y", "z"]
    assert answer["lines"] == [
        '"a\\tb\\n\\"c"@en\t"5"^^<http://www.w3.org/2001/XMLSchema#integer>\t',
        "<http://x.example/>\t\t",
    ]


def test_the_pages_script_is_told_where_the_query_is_at_fault(browser: FlaskClient) -> None:
    fault = asked(browser.get("/sparql", query_string={"query": "SELECT * {"}).text)["fault"]
    assert isinstance(fault, dict)
    assert (fault["line"], fault["column"]) == (1, 11)
    assert "ends too early" in fault["detail"]


@pytest.mark.parametrize(
    ("lang", "told"),
    [("en", "Nothing matches."), ("fr", "Rien ne correspond.")],
)
def test_an_empty_answer_leads_to_why(browser: FlaskClient, lang: str, told: str) -> None:
    text = "SELECT * { ?s <http://x.example/none> ?o }"
    page = browser.get("/sparql", query_string={"query": text, "lang": lang}).text
    assert told in page
    link = re.search(r'href="(/sparql/why\?[^"]+)"', page)
    assert link is not None
    assert browser.get(unescape(link[1])).status_code == 200


def test_the_page_is_whole_in_french(browser: FlaskClient) -> None:
    page = browser.get("/sparql", query_string={"query": NAMES, "lang": "fr"}).text
    main = page.partition("<main")[2].partition("</main>")[0]
    for piece in ("Interroger le graphe", "Votre requête", "Exécuter", "ou obtenir la réponse en"):
        assert piece in main
    for piece in ("Run", "Your query", "or get the answer as"):
        assert piece not in main
