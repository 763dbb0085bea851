"""
FAIR Signposting, levels 1 and 2: FS1 to FS7 of our list (https://signposting.org/FAIR/), read by
the package signposting over HTTP.
"""

import json
import re

import pytest
import signposting
from flask import Flask
from flask.testing import FlaskClient

import described_app
from links import links, of
from partage.rdf.namespaces import BASE, EDITORS, ID, LICENSE

PAGES = {
    "/doc/org/facebook": (ID + "org/facebook", "Organization"),
    "/doc/claim/c0001": (ID + "claim/c0001", "Claim"),
    "/doc/claim/c0001/v1": (ID + "claim/c0001/v1", "Claim"),
    "/doc/source/s0001": (ID + "source/s0001", "CreativeWork"),
    "/doc/voc/data-category": (BASE + "voc/data-category", "DefinedTermSet"),
    "/doc/ns": (BASE + "ns", "DefinedTermSet"),
    "/doc/shapes": (BASE + "shapes", "DefinedTermSet"),
    "/doc/graph/entities": (BASE + "graph/entities", "Dataset"),
    "/doc/dataset": (BASE, "Dataset"),
    "/": (BASE, "Dataset"),
}
HTML = {"Accept": "text/html"}
LINKSET, LINKSET_JSON = "application/linkset", "application/linkset+json"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return described_app.application(tmp_path_factory.mktemp("described"))


@pytest.mark.meets("FS1")
@pytest.mark.parametrize("page", PAGES)
def test_fs1_one_persistent_iri_to_cite(client: FlaskClient, page: str) -> None:
    response = client.get(page, headers=HTML)
    assert response.status_code == 200
    assert of(response, "cite-as") == [PAGES[page][0]]


@pytest.mark.meets("FS2")
@pytest.mark.parametrize("page", PAGES)
def test_fs2_metadata_with_their_media_types(client: FlaskClient, page: str) -> None:
    response = client.get(page, headers=HTML)
    described = [link for link in links(response) if link.rel == "describedby"]
    assert len(described) >= 3
    for link in described:
        metadata = client.get(link.target)
        assert metadata.mimetype == link.attributes["type"]
        document = "/doc/dataset" if page == "/" else page
        assert of(metadata, "describes") == [document]


@pytest.mark.meets("FS3")
@pytest.mark.parametrize("page", PAGES)
def test_fs3_the_types_of_page_and_thing(client: FlaskClient, page: str) -> None:
    response = client.get(page, headers=HTML)
    schema = "https://schema.org/"
    assert of(response, "type") == [schema + "AboutPage", schema + PAGES[page][1]]


@pytest.mark.meets("FS4")
@pytest.mark.parametrize("page", PAGES)
def test_fs4_licence_and_author(client: FlaskClient, page: str) -> None:
    response = client.get(page, headers=HTML)
    assert of(response, "license") == [LICENSE]
    assert of(response, "author") == [EDITORS]


@pytest.mark.meets("FS5")
def test_fs5_what_is_in_the_collection_says_so_and_the_collection_too(client: FlaskClient) -> None:
    contexts = json.loads(client.get("/linkset/dataset").data)["linkset"]
    by_anchor = {context["anchor"]: context for context in contexts}
    items = [item["href"] for item in by_anchor["http://localhost/doc/dataset"]["item"]]
    assert ID + "claim/c0001" in items
    for item in items:
        assert by_anchor[item]["collection"] == [{"href": BASE}]
        page = client.get("/" + item.removeprefix(BASE), headers=HTML, follow_redirects=True)
        assert of(page, "collection") == [BASE]


@pytest.mark.meets("FS6")
@pytest.mark.parametrize("page", PAGES)
def test_fs6_links_as_sets_in_both_formats(client: FlaskClient, page: str) -> None:
    response = client.get(page, headers=HTML)
    offered = [link for link in links(response) if link.rel == "linkset"]
    assert {link.attributes["type"] for link in offered} == {LINKSET, LINKSET_JSON}
    for link in offered:
        answer = client.get(link.target, headers={"Accept": link.attributes["type"]})
        assert answer.mimetype == link.attributes["type"]
        assert "Accept" in answer.vary
    told = json.loads(client.get(offered[0].target, headers={"Accept": LINKSET_JSON}).data)
    assert all("anchor" in context for context in told["linkset"])
    text = client.get(offered[0].target, headers={"Accept": LINKSET}).text
    assert all('; anchor="http' in line for line in text.split(",\n"))


@pytest.mark.meets("FS7")
@pytest.mark.parametrize("page", PAGES)
def test_fs7_the_page_has_the_links_of_the_header(client: FlaskClient, page: str) -> None:
    response = client.get(page, headers=HTML)
    in_page = {
        (rel, href.replace("&amp;", "&"))
        for rel, href in re.findall(r'<link rel="([^"]+)"[^>]* href="([^"]+)">', response.text)
    }
    assert {(link.rel, link.target) for link in links(response)} <= in_page


@pytest.mark.meets("FS7")
@pytest.mark.parametrize("page", PAGES)
def test_fs7_the_package_signposting_finds_it_all(host: str, page: str) -> None:
    iri, kind = PAGES[page]
    document = "/doc/dataset" if page == "/" else page
    found = [
        signposting.find_signposting_http(host + document),
        signposting.find_signposting_html(host + page),
    ]
    linkset = host + "/linkset/" + document.removeprefix("/doc/")
    for kind_of_set in (LINKSET, LINKSET_JSON):
        every = signposting.find_signposting_linkset(linkset, kind_of_set)
        found.append(every.for_context(host + document))
    for told in found:
        assert told.citeAs.target == iri
        assert told.license.target == LICENSE
        assert {author.target for author in told.authors} == {EDITORS}
        assert {one.target for one in told.types} == {
            "https://schema.org/AboutPage",
            f"https://schema.org/{kind}",
        }
        types = {str(one.type) for one in told.describedBy}
        assert {"text/turtle", "application/ld+json", "application/rdf+xml"} <= types


def test_what_is_unknown_has_no_links(client: FlaskClient) -> None:
    assert client.get("/linkset/org/nobody").status_code == 404
    assert client.get("/linkset/x.ttl").status_code == 404
