"""
What becomes of identifiers that are used no more: D9, CU5 and X4 of our list
(https://www.w3.org/TR/dwbp/#ResourceVersioning).
"""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

import reading_rdf
import small_dataset
from links import of
from partage.rdf.formats import GRAPH_FORMATS, Format
from partage.rdf.namespaces import BASE, GRAPH, iri
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.web.app import create_app
from released_app import application
from three_releases import (
    FIRST,
    MERGED,
    ONTOLOGY,
    SECOND,
    SUCCESSOR,
    THIRD,
    WITHDRAWN,
    WITHDRAWN_FLOW,
)

HTML = {"Accept": "text/html"}
TURTLE = {"Accept": "text/turtle"}
GONE = "/doc/claim/c0004"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return application(tmp_path_factory.mktemp("retired")).test_client()


@pytest.mark.meets("D9")
@pytest.mark.parametrize("path", ["/id/claim/c0004", GONE, "/doc/claim/c0004/v1", "/id/flow/f0003"])
def test_d9_a_withdrawn_identifier_is_gone_and_says_why(client: FlaskClient, path: str) -> None:
    page = client.get(path, headers=HTML)
    assert page.status_code == 410
    assert "The source was misread." in page.text
    assert "20 January 2027" in page.text
    past = re.search(r'href="(/release/[^"]*)">What it was', page.text)
    assert past is not None
    assert client.get(past[1], headers=HTML).status_code == 200
    thing = path.removeprefix("/doc/").removeprefix("/id/")
    kept = "" if "/v" in thing else f"release/{THIRD}/"  # a claim version never changes
    assert of(page, "cite-as") == [f"{BASE}{kept}id/{thing}"]
    assert f'<link rel="cite-as" href="{BASE}{kept}id/{thing}">' in page.text


@pytest.mark.meets("D9")
@pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=lambda fmt: fmt.key)
def test_d9_the_tombstone_comes_in_every_format(client: FlaskClient, fmt: Format) -> None:
    by_header = client.get(GONE, headers={"Accept": fmt.media_type})
    by_suffix = client.get(f"{GONE}.{fmt.extension}")
    assert by_header.status_code == by_suffix.status_code == 410
    assert by_header.mimetype == by_suffix.mimetype == fmt.media_type
    told = {str(quad.object) for quad in reading_rdf.quads(by_suffix.data, fmt)}
    assert '"The source was misread."' in told
    assert '"withdrawn"' in told


@pytest.mark.meets("D9")
def test_d9_a_withdrawn_identifier_is_still_there_in_the_past(client: FlaskClient) -> None:
    page = client.get(f"/release/{FIRST}{GONE}", headers=HTML)
    assert page.status_code == 200
    assert f"/release/{FIRST}{GONE}" in client.get("/timemap" + GONE).text


@pytest.mark.meets("D9")
def test_d9_a_withdrawn_identifier_can_still_be_cited(client: FlaskClient) -> None:
    response = client.get(GONE, headers={"Accept": "application/x-bibtex"})
    assert response.status_code == 200
    assert "Withdrawn" in response.text


@pytest.mark.meets("D9")
@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/id/org/netflix-inc", "/doc/org/netflix"),
        ("/doc/org/netflix-inc", "/doc/org/netflix"),
        ("/doc/org/netflix-inc.ttl", "/doc/org/netflix.ttl"),
        ("/doc/org/netflix-inc?_profile=own&lang=fr", "/doc/org/netflix?_profile=own&lang=fr"),
    ],
)
def test_d9_a_merged_identifier_sends_on_for_good(
    client: FlaskClient, path: str, target: str
) -> None:
    response = client.get(path, headers=TURTLE)
    assert (response.status_code, response.headers["Location"]) == (301, target)
    assert client.get(target, headers=TURTLE).status_code == 200


@pytest.mark.meets("X4")
@pytest.mark.meets("D9")
def test_d9_redirects_and_tombstones_are_data(client: FlaskClient) -> None:
    registry = client.get("/doc/graph/registry.nt").text
    assert f"<{MERGED}> <http://purl.org/dc/terms/isReplacedBy> <{SUCCESSOR}>" in registry
    for name in (WITHDRAWN, WITHDRAWN_FLOW):
        assert f'<{name}> <https://schema.org/creativeWorkStatus> "withdrawn"' in registry


@pytest.mark.meets("CU5")
def test_cu5_what_an_identifier_meant_is_what_it_means(client: FlaskClient) -> None:
    for path in ("/doc/claim/c0001.nt?_profile=own", "/doc/claim/c0001/v1.nq"):
        past, now = client.get(f"/release/{FIRST}{path}"), client.get(path)
        assert past.status_code == now.status_code == 200
        assert past.data == now.data


@pytest.mark.meets("R4", "R5")
def test_r4_r5_a_version_of_the_ontology_is_that_version(client: FlaskClient) -> None:
    past, now = (
        client.get(f"/ns/{version}", headers=TURTLE, follow_redirects=True)
        for version in (ONTOLOGY[FIRST], ONTOLOGY[THIRD])
    )
    assert past.status_code == now.status_code == 200
    for version, answer in ((ONTOLOGY[FIRST], past), (ONTOLOGY[THIRD], now)):
        assert f'owl:versionInfo "{version}"' in answer.text
    assert "DataTransfer" in now.text
    assert "DataTransfer" not in past.text
    current = client.get("/ns", headers=TURTLE, follow_redirects=True)
    assert current.data == now.data


@pytest.mark.meets("R6")
def test_r6_a_deprecated_identifier_says_so_in_data(client: FlaskClient) -> None:
    deprecated = "<http://www.w3.org/2002/07/owl#deprecated>"
    assert deprecated in client.get(GONE + ".nt").text


@pytest.mark.meets("R6")
@pytest.mark.parametrize("prefix", ["", f"/release/{THIRD}"])
def test_r6_the_ontology_names_the_version_before_and_what_changed(
    client: FlaskClient, prefix: str
) -> None:
    name, document = BASE + "ns", prefix + "/doc/ns"
    told = client.get(document + ".nt").text
    before, changes = f"{name}/{ONTOLOGY[SECOND]}", f"{BASE}release/{SECOND}/diff/{THIRD}"
    assert f"<{name}> <http://www.w3.org/2002/07/owl#priorVersion> <{before}>" in told
    assert f"<{name}> <http://www.w3.org/2000/01/rdf-schema#seeAlso> <{changes}>" in told
    page = client.get(document, headers=HTML)
    assert of(page, "predecessor-version") == [before]
    assert f'href="/{changes.removeprefix(BASE)}">what changed since</a>' in page.text
    notes = client.get("/" + changes.removeprefix(BASE), headers=HTML)
    assert notes.status_code == 200
    assert "DataTransfer" in notes.text
    prior = client.get("/" + before.removeprefix(BASE), headers=TURTLE, follow_redirects=True)
    assert f'owl:versionInfo "{ONTOLOGY[SECOND]}"' in prior.text


@pytest.mark.meets("R6")
def test_r6_the_first_version_has_none_before(client: FlaskClient) -> None:
    for version in (FIRST, SECOND):
        document = f"/release/{version}/doc/ns"
        assert "priorVersion" not in client.get(document + ".nt").text
        page = client.get(document, headers=HTML)
        assert of(page, "predecessor-version") == []
        assert "Version before this" not in page.text


@pytest.mark.meets("R6")
def test_r6_a_draft_names_the_version_before_it(tmp_path: Path) -> None:
    draft = application(tmp_path, draft=True).test_client()
    told = draft.get("/doc/ns.nt").text
    assert f"owl#priorVersion> <{BASE}ns/{ONTOLOGY[SECOND]}>" in told
    assert "/diff/" not in told
    page = draft.get("/doc/ns", headers=HTML).text
    assert "Version before this" in page
    assert "what changed since" not in page


@pytest.mark.meets("R6", "D4")
def test_r6_a_release_leads_to_what_changed(client: FlaskClient) -> None:
    told = client.get(f"/release/{THIRD}", headers={"Accept": "application/n-triples"}).text
    assert f"seeAlso> <{BASE}release/{SECOND}/diff/{THIRD}>" in told
    first = client.get(f"/release/{FIRST}", headers={"Accept": "application/n-triples"}).text
    assert "seeAlso" not in first


@pytest.mark.meets("R6")
def test_r6_a_deprecated_term_says_so_on_the_page(tmp_path: Path) -> None:
    store = small_dataset.store()
    term, graph = NamedNode(iri("ds:DataFlow")), NamedNode(GRAPH + "ontology")
    true = Literal("true", datatype=NamedNode(iri("xsd:boolean")))
    for where in (graph, DefaultGraph()):
        store.add(Quad(term, NamedNode(iri("owl:deprecated")), true, where))
    engine = EmbeddedEngine(store)
    client = create_app(Settings(), engine, small_dataset.release(tmp_path)).test_client()
    entries = client.get("/doc/ns", headers=HTML).text.split('<article class="term" id="')
    deprecated = [entry.partition('"')[0] for entry in entries if ">deprecated</span>" in entry]
    assert deprecated == ["DataFlow"]


@pytest.mark.meets("D4", "D5")
def test_d4_d5_each_release_has_an_iri_and_knows_the_one_before(client: FlaskClient) -> None:
    for version, previous in ((SECOND, FIRST), (THIRD, SECOND)):
        told = client.get(f"/release/{version}", headers={"Accept": "application/n-triples"}).text
        assert f'version> "{version}"' in told
        assert f"prev> <https://w3id.org/partage/release/{previous}>" in told


def test_links_of_a_document_of_a_release_stay_in_it(client: FlaskClient) -> None:
    document = f"/release/{FIRST}/doc/org/netflix"
    for headers in (HTML, TURTLE):
        response = client.get(document, headers=headers)
        assert of(response, "cite-as") == [f"{BASE}release/{FIRST}/id/org/netflix"]
        for rel in ("alternate", "describedby", "linkset"):
            assert all(target.startswith(f"/release/{FIRST}/") for target in of(response, rel))
    assert '"@context": "http://localhost/context.jsonld"' in client.get(document + ".jsonld").text
    linkset = client.get(of(response, "linkset")[0])
    assert f"http://localhost{document}.ttl" in linkset.text
    alternates = client.get(document + ".nt?_profile=alt").text
    assert f"<http://localhost{document}.ttl>" in alternates
