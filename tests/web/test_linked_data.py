"""
Cool URIs, recipes for vocabularies, and data on the web: CU, R and D of our list of requirements
(https://www.w3.org/TR/cooluris/, https://www.w3.org/TR/swbp-vocab-pub/, https://www.w3.org/TR/dwbp/).
"""

import re
import subprocess
from pathlib import Path
from shutil import which

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import NamedNode
from rdflib import Dataset, Graph, URIRef

import described_app
import reading_rdf
from described_app import LINKED, MANY
from links import links, of
from partage import assets
from partage.rdf.formats import GRAPH_FORMATS, by_key
from partage.rdf.namespaces import BASE, ID, iri
from partage.resources.description import describe
from partage.resources.description.profiles import PROFILES

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
TURTLE = {"Accept": "text/turtle"}
ORG = "/doc/org/facebook"
NT = by_key("ntriples")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return described_app.application(tmp_path_factory.mktemp("described"))


@pytest.mark.meets("CU1")
@pytest.mark.parametrize("headers", [{}, BROWSER, TURTLE], ids=["none", "browser", "turtle"])
def test_cu1_a_thing_is_not_its_document(client: FlaskClient, headers: dict[str, str]) -> None:
    response = client.get("/id/org/facebook", headers=headers)
    assert (response.status_code, response.headers["Location"]) == (303, ORG)
    assert "Accept" in response.vary


@pytest.mark.meets("CU2")
def test_cu2_a_document_answers_and_names_its_thing(client: FlaskClient) -> None:
    assert NT is not None
    for headers in (TURTLE, BROWSER):
        assert client.get(ORG, headers=headers).status_code == 200
    assert f"<{ID}org/facebook> <{iri('rdf:type')}>" in client.get(ORG + ".nt").text
    assert ID + "org/facebook" in client.get(ORG, headers=BROWSER).text


@pytest.mark.parametrize("name", ["ns", "shapes", "profiles"])
def test_a_vocabulary_is_loaded_by_its_suffix(client: FlaskClient, name: str) -> None:
    for fmt in GRAPH_FORMATS:
        sent = client.get(f"/{name}.{fmt.extension}", headers=BROWSER)
        assert (sent.status_code, sent.headers["Location"]) == (303, f"/doc/{name}.{fmt.extension}")
        assert client.get(sent.headers["Location"]).mimetype == fmt.media_type
    assert client.get(f"/{name}.exe").status_code == 404


@pytest.mark.meets("CU3")
def test_cu3_no_format_and_no_technology_is_in_the_name_of_a_thing(client: FlaskClient) -> None:
    for name in ("/id/org/facebook.ttl", "/id/org/facebook.html", "/id/claim/c0001.jsonld"):
        assert client.get(name).status_code == 404


@pytest.mark.meets("CU4")
def test_cu4_documents_in_all_formats_link_one_another(client: FlaskClient) -> None:
    expected = {f"{ORG}.{fmt.extension}" for fmt in GRAPH_FORMATS} | {ORG + ".html"}
    for headers in (BROWSER, TURTLE):
        response = client.get(ORG, headers=headers)
        assert expected <= set(of(response, "alternate"))
    page = client.get(ORG, headers=BROWSER).text
    assert all(f'href="{address}"' in page for address in expected)


@pytest.mark.meets("R1")
@pytest.mark.parametrize("fmt", ["turtle", "xml"])  # whose media types rdflib accepts
@pytest.mark.parametrize("term", ["", "#Claim", "#AccessGrant", "#hasRecipient"])
def test_r1_the_ontology_and_each_term_come_as_rdf(host: str, term: str, fmt: str) -> None:
    graph = Graph().parse(host + "/ns" + term, format=fmt)
    assert (URIRef(BASE + "ns" + term), None, None) in graph


@pytest.mark.meets("R2")
def test_r2_who_asks_for_nothing_gets_turtle(client: FlaskClient) -> None:
    for headers in ({}, {"Accept": "*/*"}):
        response = client.get("/ns", headers=headers, follow_redirects=True)
        assert response.mimetype == "text/turtle"


@pytest.mark.meets("R3")
def test_r3_media_types_are_right_and_turtle_says_its_charset(client: FlaskClient) -> None:
    types = {fmt.key: client.get(f"/doc/ns.{fmt.extension}").content_type for fmt in GRAPH_FORMATS}
    assert types == {
        "turtle": "text/turtle; charset=utf-8",
        "jsonld": "application/ld+json",
        "ntriples": "application/n-triples",
        "rdfxml": "application/rdf+xml",
        "trig": "application/trig",
        "nquads": "application/n-quads",
    }


@pytest.mark.meets("D1", "D2")
def test_d1_d2_the_dataset_tells_people_and_machines_of_itself(client: FlaskClient) -> None:
    home = client.get("/", headers=BROWSER)
    assert home.mimetype == "text/html"
    assert of(home, "license") == ["https://creativecommons.org/licenses/by/4.0/"]
    sent = client.get("/", headers=TURTLE)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/doc/dataset")
    turtle = client.get("/doc/dataset", headers=TURTLE).text
    for told in ("a dcat:Dataset", "dct:license <https://creativecommons.org/licenses/by/4.0/>",
                 "dct:publisher", 'dcat:version "2026.11.0"'):  # fmt: skip
        assert told in turtle
    assert client.get("/dcat").headers["Location"] == "/doc/dataset"


@pytest.mark.meets("D3")
def test_d3_a_claim_tells_who_makes_it_and_where(client: FlaskClient) -> None:
    turtle = client.get("/doc/claim/c0001.ttl").text
    assert "prov:wasDerivedFrom p:p0001" in turtle
    assert "ds:assertedBy org:gazette" in turtle
    page = client.get("/doc/claim/c0001", headers=BROWSER).text
    assert "Where it is said" in page
    assert "Claimed by" in page


@pytest.mark.meets("D8")
def test_d8_the_reference_tells_of_every_format_profile_and_relation(client: FlaskClient) -> None:
    text = (assets.assets_root() / "docs/reference/linked-data.md").read_text(encoding="utf-8")
    for fmt in GRAPH_FORMATS:
        assert f"`.{fmt.extension}` | `{fmt.media_type}`" in text
    for profile in PROFILES:
        assert f"| `{profile.token}` |" in text
    for link in links(client.get(LINKED, headers=BROWSER)):
        assert f"`{link.rel}`" in text


@pytest.mark.meets("D7")
def test_d7_dcat_names_the_files_with_their_digests_and_the_endpoint(client: FlaskClient) -> None:
    assert NT is not None
    quads = reading_rdf.quads(client.get("/doc/dataset.nt").data, NT)
    urls = [q.object.value for q in quads if q.predicate == NamedNode(iri("dcat:downloadURL"))
            if isinstance(q.object, NamedNode)]  # fmt: skip
    folder = "http://localhost/download/"
    assert urls == [folder + "dataset.nq.gz", folder + "ontology.ttl"]
    with client.get(urls[0].removeprefix("http://localhost")) as file:
        assert file.status_code == 200
        assert file.data[:2] == b"\x1f\x8b"
    endpoints = {str(q.object) for q in quads if q.predicate == NamedNode(iri("dcat:endpointURL"))}
    assert endpoints == {"<http://localhost/sparql>"}


@pytest.mark.meets("D6")
@pytest.mark.parametrize("suffix", ["", ".ttl"])
def test_d6_what_there_is_not_is_refused_with_the_addresses_of_what_there_is(
    client: FlaskClient, suffix: str
) -> None:
    address = ORG + suffix if not suffix else ORG + "?format=pdf"
    response = client.get(address, headers={"Accept": "image/png, application/problem+json;q=0.1"})
    assert response.status_code == 406
    assert {f"{ORG}.{fmt.extension}" for fmt in GRAPH_FORMATS} <= set(of(response, "alternate"))
    body = response.get_json()
    told = {one["type"]: one["href"] for one in body["alternates"]}
    assert told["application/ld+json"] == ORG + ".jsonld"
    assert "application/x-bibtex" in body["offers"]


def test_q_values_are_kept_to(client: FlaskClient) -> None:
    accept = "text/turtle;q=0.2, application/rdf+xml;q=0.9, text/html;q=0.5"
    assert client.get(ORG, headers={"Accept": accept}).mimetype == "application/rdf+xml"
    refused = client.get(ORG, headers={"Accept": "text/turtle;q=0, */*;q=0.1"})
    assert refused.mimetype != "text/turtle"


def test_an_unknown_thing_is_404_at_once_and_the_nearest_are_told(client: FlaskClient) -> None:
    response = client.get("/id/org/netflx", headers={"Accept": "application/problem+json"})
    assert response.status_code == 404
    assert response.get_json()["nearest"][0] == {
        "iri": ID + "org/netflix",
        "href": "/doc/org/netflix",
        "name": "Netflix",
    }
    page = client.get("/doc/org/face-book", headers=BROWSER)
    assert page.status_code == 404
    assert '<a href="/doc/org/facebook">Facebook</a>' in page.text


def test_the_nearest_is_found_by_name_too(client: FlaskClient) -> None:
    response = client.get("/id/org/la-gazete", headers={"Accept": "application/json"})
    assert response.get_json()["nearest"][0]["iri"] == ID + "org/gazette"


def test_many_links_come_in_pages_that_are_linked(client: FlaskClient) -> None:
    assert f'href="{LINKED}?page=1"' in client.get(LINKED, headers=BROWSER).text
    first = client.get(LINKED + "?page=1", headers=BROWSER)
    assert "Page 1 of 3" in first.text
    assert of(first, "next") == [LINKED + "?page=2"]
    assert of(first, "last") == [LINKED + "?page=3"]
    assert of(first, "prev") == []
    seen: list[str] = []
    address = LINKED + "?page=1"
    while address:
        page = client.get(address, headers=BROWSER)
        assert page.status_code == 200
        seen += re.findall(r'href="/doc/flow/(f1\d{3})"', page.text)
        address = next(iter(of(page, "next")), "")
    assert len(seen) == len(set(seen)) == MANY
    assert client.get(LINKED + "?page=4", headers=BROWSER).status_code == 404
    for wrong in ("0", "-1", "x", "²"):
        assert client.get(LINKED, query_string={"page": wrong}).status_code == 400


def test_data_hold_every_link(client: FlaskClient) -> None:
    assert client.get(LINKED + ".nt").text.count("principalCategory") == MANY


def test_data_too_large_for_one_answer_say_where_they_go_on(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(describe, "WHOLE", 300)
    seen, address = 0, LINKED + ".nt"
    following = "http://www.w3.org/1999/xhtml/vocab#next"
    while address:
        response = client.get(address)
        seen += response.text.count("principalCategory")
        found = re.search(rf"<{following}> <http://localhost([^>]*)>", response.text)
        address = found[1].replace(LINKED, LINKED + ".nt") if found else ""
        assert bool(found) == bool(of(response, "next"))
    assert seen == MANY


def test_rdflib_reads_a_thing_by_its_address(host: str) -> None:
    graph = Graph().parse(host + "/id/org/netflix")
    thing = URIRef(ID + "org/netflix")
    assert str(graph.value(thing, URIRef(iri("skos:exactMatch")))).endswith("Q907311")


@pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_rdflib_reads_json_ld_with_our_context_from_its_address(host: str) -> None:
    told = Dataset().parse(host + "/doc/org/netflix", format="json-ld")
    turtle = Graph().parse(host + "/doc/org/netflix.ttl", format="turtle")
    assert {(s, p, o) for s, p, o, _ in told.quads()} == set(turtle)


def test_curl_follows_a_thing_to_its_document(host: str, tmp_path: Path) -> None:
    if which("curl") is None:
        pytest.skip("curl is not installed")
    command = ["curl", "-sSL", "-H", "Accept: application/ld+json", host + "/id/org/netflix"]
    told = subprocess.run(command, check=True, capture_output=True, cwd=tmp_path).stdout
    assert b'"prefLabel"' in told


@pytest.mark.meets("D6")
def test_a_document_names_what_it_mentions_in_both_languages(client: FlaskClient) -> None:
    told = client.get("/doc/agreement/a0001.nt").text
    for name in ('"Facebook"@en', '"Facebook"@fr'):
        assert f"<{BASE}id/org/facebook> <{iri('skos:prefLabel')}> {name} ." in told
    own = client.get("/doc/agreement/a0001.nt?_profile=own").text
    assert f"<{BASE}id/org/facebook> <{iri('skos:prefLabel')}>" not in own
