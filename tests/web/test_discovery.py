"""What machines look for first, and what pages tell search engines."""

import json
import re
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

import described_app
from markup import strange_scripts
from partage.rdf.namespaces import BASE, EDITORS, ID, LICENSE
from partage.web.views.discovery import routes as discovery

HTML = {"Accept": "text/html"}
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
PAGES = {
    "/": "Dataset",
    "/doc/dataset": "Dataset",
    "/doc/org/netflix": "Organization",
    "/doc/claim/c0001": "Claim",
    "/doc/claim/c0001/v1": "Claim",
    "/doc/source/s0001": "CreativeWork",
    "/doc/voc/data-category": "DefinedTermSet",
    "/doc/voc/data-category/messages": "Thing",
    "/doc/ns": "DefinedTermSet",
    "/doc/shapes": "DefinedTermSet",
    "/doc/graph/claims": "Dataset",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return described_app.application(tmp_path_factory.mktemp("described")).test_client()


def blocks(page: str) -> list[dict[str, object]]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert strange_scripts(page) == []
    return [json.loads(text) for text in found]


def locations(xml: str) -> list[str]:
    return [str(node.text) for node in ElementTree.fromstring(xml).iter(SITEMAP + "loc")]


@pytest.mark.meets("D1")
@pytest.mark.parametrize("page", PAGES)
def test_every_page_speaks_schema_org(client: FlaskClient, page: str) -> None:
    first = blocks(client.get(page, headers=HTML).text)[0]
    assert first["@context"] == "https://schema.org"
    assert first["@type"] == PAGES[page]
    assert str(first["@id"]).startswith(BASE)
    assert first["name"]


@pytest.mark.meets("D1", "D2")
def test_the_dataset_says_what_a_dataset_search_asks_for(client: FlaskClient) -> None:
    told = blocks(client.get("/", headers=HTML).text)[0]
    # Required and recommended by https://developers.google.com/search/docs/appearance/structured-data/dataset
    assert len(str(told["description"])) in range(50, 5000)
    assert told["license"] == LICENSE
    assert told["creator"]["@id"] == EDITORS  # type: ignore[index]
    assert told["version"] == "2026.11.0"
    assert told["@id"] == told["identifier"] == BASE


def test_a_claim_is_by_who_makes_it_and_reviews_what_it_disputes(client: FlaskClient) -> None:
    claim, review = blocks(client.get("/doc/claim/c0002", headers=HTML).text)
    assert claim["author"]["@id"] == ID + "org/netflix"  # type: ignore[index]
    assert claim["claimInterpreter"]["@id"] == EDITORS  # type: ignore[index]
    assert review["@type"] == "ClaimReview"
    assert review["itemReviewed"]["@id"] == ID + "claim/c0001"  # type: ignore[index]
    assert "reviewRating" not in review


def test_text_cannot_end_the_block(client: FlaskClient) -> None:
    page = client.get("/doc/org/gazette", headers=HTML).text
    assert blocks(page)[0]["name"] == "The Gazette & <Co>"
    assert "<Co>" not in page


def test_the_site_map_lists_every_document(client: FlaskClient) -> None:
    response = client.get("/sitemap.xml")
    assert response.mimetype == "application/xml"
    found = locations(response.text)
    assert len(found) == len(set(found)) > 10
    assert "<lastmod>2026-11-23</lastmod>" in response.text
    for address in found:
        page = client.get(address.removeprefix("http://localhost"), headers=HTML)
        assert page.status_code == 200, address
    local = {address.removeprefix("http://localhost") for address in found}
    assert {"/", "/doc/claim/c0001", "/doc/claim/c0001/v1", "/doc/ns"} <= local


def test_a_long_site_map_is_an_index_of_several(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = locations(client.get("/sitemap.xml").text)
    monkeypatch.setattr(discovery, "LARGEST_SITEMAP", 10)
    index = client.get("/sitemap.xml").text
    assert "<sitemapindex" in index
    parts = [client.get(one.removeprefix("http://localhost")).text for one in locations(index)]
    assert [address for part in parts for address in locations(part)] == whole
    assert client.get(f"/sitemap-{len(parts) + 1}.xml").status_code == 404
    assert client.get("/sitemap-0.xml").status_code == 404


def test_robots_are_told_where_the_map_is(client: FlaskClient) -> None:
    response = client.get("/robots.txt")
    assert response.mimetype == "text/plain"
    assert "Disallow: /sparql\n" in response.text
    assert "Sitemap: http://localhost/sitemap.xml\n" in response.text


def test_the_context_is_served_to_scripts_of_all_sites(client: FlaskClient) -> None:
    response = client.get("/context.jsonld")
    assert response.mimetype == "application/ld+json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert json.loads(response.data)["@context"]["id"] == "@id"
