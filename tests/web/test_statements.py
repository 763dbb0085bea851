"""Statements, their pages, why they hold, and nanopublications, over HTTP."""

import json
import re

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

import small_dataset
from links import links, of
from partage.rdf.canonical import STATEMENTS, statement_digest
from partage.rdf.namespaces import BASE, GRAPH, ID, iri
from partage.rdf.nanopublication import faults, nanopublication_iris
from partage.rdf.trusty import graph_code
from partage.settings import Settings
from partage.store import statement_index
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.web.app import create_app
from released_app import application
from three_releases import FIRST, SECOND, THIRD, WITHDRAWN_FLOW

CLAIM = ID + "claim/c0001/v1"


def digest(subject: str, predicate: str, value: str) -> str:
    triple = Triple(NamedNode(iri(subject)), NamedNode(iri(predicate)), NamedNode(iri(value)))
    found = statement_digest(triple)
    assert found is not None
    return found


RECIPIENT = digest("f:f0001", "ds:hasRecipient", "org:netflix")
GRANT = digest("f:f0001", "rdf:type", "ds:AccessGrant")
PROVIDER = digest("f:f0001", "ds:hasProvider", "org:facebook")
FLOW = digest("f:f0001", "rdf:type", "ds:DataFlow")
MISREAD = digest("f:f0003", "ds:hasProvider", "org:gazette")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return application(tmp_path_factory.mktemp("statements")).test_client()


def graph(client: FlaskClient, path: str) -> set[Triple]:
    answer = client.get(path, headers={"Accept": "text/turtle"})
    assert answer.status_code == 200, answer.text
    return {quad.triple for quad in parse(answer.data, format=RdfFormat.TURTLE)}


def values(found: set[Triple], predicate: str) -> set[str]:
    return {
        str(getattr(t.object, "value", "")) for t in found if t.predicate.value == iri(predicate)
    }


@pytest.mark.meets("CU1", "CU2")
def test_a_statement_sends_on_to_its_document_which_names_it(client: FlaskClient) -> None:
    answer = client.get(f"/statement/{RECIPIENT}?lang=fr")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/doc/statement/{RECIPIENT}?lang=fr"
    assert "Accept" in answer.headers["Vary"]
    assert values(graph(client, f"/doc/statement/{RECIPIENT}"), "dct:identifier") == {RECIPIENT}


@pytest.mark.parametrize("suffix", ["ttl", "nt", "jsonld", "rdf", "trig", "nq"])
def test_a_statement_is_reified_in_every_format(client: FlaskClient, suffix: str) -> None:
    answer = client.get(f"/doc/statement/{RECIPIENT}.{suffix}")
    fmt = RdfFormat.from_extension(suffix)
    assert fmt is not None
    node = NamedNode(STATEMENTS + RECIPIENT)
    told = {(q.subject, q.predicate.value, q.object) for q in parse(answer.data, format=fmt)}
    assert {
        (node, iri("rdf:type"), NamedNode(iri("rdf:Statement"))),
        (node, iri("rdf:subject"), NamedNode(iri("f:f0001"))),
        (node, iri("rdf:predicate"), NamedNode(iri("ds:hasRecipient"))),
        (node, iri("rdf:object"), NamedNode(iri("org:netflix"))),
        (node, iri("dct:isPartOf"), NamedNode(CLAIM + "#assertion")),
        (node, iri("prov:hadPrimarySource"), NamedNode(CLAIM)),
        (node, iri("cito:isDisputedBy"), NamedNode(ID + "claim/c0002/v1")),
    } <= told


@pytest.mark.meets("D3")
def test_the_page_tells_who_makes_a_statement_where_and_who_denies_it(
    browser: FlaskClient,
) -> None:
    page = browser.get(f"/doc/statement/{RECIPIENT}").text
    assert "Statement · asserted" in page
    assert "Claimed by The Gazette &amp; &lt;Co&gt;." in page
    made, _, denied = page.partition("Claims that deny it")
    assert "characters 124–213" in made
    assert "/doc/passage/p0001" in made
    assert "c0002, v1" in denied
    assert "last paragraph" in denied
    assert RECIPIENT in page
    assert "Cite this" in page


def test_a_denial_of_another_statement_of_the_claim_is_told_as_a_dispute(
    browser: FlaskClient,
) -> None:
    page = browser.get(f"/doc/statement/{GRANT}").text
    assert "Claims that deny it" not in page
    assert "Claims that dispute those" in page


def test_an_inferred_statement_says_by_which_rule_and_from_what(browser: FlaskClient) -> None:
    page = browser.get(f"/doc/statement/{FLOW}").text
    assert "Statement · inferred" in page
    assert "Nobody stated this" in page
    assert "is a narrower class: each of its members is one of this" in page
    assert f"/doc/statement/{GRANT}" in page
    found = graph(browser, f"/doc/statement/{FLOW}")
    assert values(found, "prov:wasDerivedFrom") == {STATEMENTS + GRANT}
    assert values(found, "prov:wasInfluencedBy") == {iri("ds:AccessGrant")}
    assert values(found, "dct:isPartOf") == {GRAPH + "inferred"}
    assert "(cax-sco)" in values(found, "rdfs:comment").pop()


def test_a_resource_page_explains_what_is_inferred_and_marks_what_is_disputed(
    browser: FlaskClient,
) -> None:
    page = browser.get("/doc/flow/f0001").text
    stated, _, inferred = page.partition("<h2>Inferred")
    assert f'<a class="pilcrow" href="/doc/statement/{PROVIDER}"' in stated
    assert f'<a class="badge" href="/doc/statement/{RECIPIENT}">disputed</a>' in stated
    assert "why?" not in stated
    assert "why?" in inferred
    assert f"/doc/statement/{FLOW}" in inferred


@pytest.mark.parametrize("suffix", ["bib", "ris", "csl.json", "cff"])
def test_a_statement_is_cited_by_suffix(client: FlaskClient, suffix: str) -> None:
    answer = client.get(f"/doc/statement/{RECIPIENT}.{suffix}")
    assert answer.status_code == 200
    assert RECIPIENT in answer.text
    assert "has recipient Netflix" in answer.text


def test_a_citation_of_a_statement_tells_the_chain_and_its_digest(client: FlaskClient) -> None:
    made = json.loads(client.get(f"/doc/statement/{RECIPIENT}.csl.json").text)
    text = json.dumps(made)
    assert "Claim of The Gazette" in text
    assert "source s0001" in text
    assert f"SHA-256 (N-Triples) {RECIPIENT}" in text
    assert '"literal": "Partage editors"' in text


@pytest.mark.parametrize("name", ["0" * 64, "ab", "xyz", RECIPIENT[:-1]])
def test_an_unknown_digest_is_not_found_and_says_so(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/doc/statement/{name}", headers={"Accept": "text/turtle"})
    assert answer.status_code == 404
    assert f"statement/{name}" in answer.text


def test_a_statement_tells_the_releases_that_hold_it(released: FlaskClient) -> None:
    found = graph(released, f"/doc/statement/{RECIPIENT}")
    versions = {BASE + "release/" + version for version in (FIRST, SECOND, THIRD)}
    assert versions <= values(found, "dct:isPartOf")
    page = released.get(f"/doc/statement/{RECIPIENT}", headers={"Accept": "text/html"}).text
    assert f"first {FIRST}, last {THIRD}, which is the newest" in page


@pytest.mark.meets("D9")
def test_a_statement_that_was_withdrawn_is_still_described(released: FlaskClient) -> None:
    page = released.get(f"/doc/statement/{MISREAD}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert f"first {FIRST}, last {SECOND}; no longer in the newest" in page.text
    cited = released.get(f"/doc/statement/{MISREAD}.bib").text
    assert f"https://w3id.org/partage/release/{SECOND}/statement/{MISREAD}" in cited


def test_a_release_has_only_its_own_statements(released: FlaskClient) -> None:
    held, gone = (f"/release/{v}/doc/statement/{MISREAD}.ttl" for v in (FIRST, THIRD))
    assert WITHDRAWN_FLOW.rpartition("/")[2] in released.get(held).text
    assert released.get(gone).status_code == 404


def test_a_statement_has_mementos_in_the_releases_that_hold_it(released: FlaskClient) -> None:
    listed = released.get(f"/timemap/doc/statement/{MISREAD}").text
    assert f"/release/{FIRST}/doc/statement/{MISREAD}" in listed
    assert f"/release/{SECOND}/doc/statement/{MISREAD}" in listed
    assert f"/release/{THIRD}/" not in listed


def nanopub(client: FlaskClient, path: str, fmt: RdfFormat = RdfFormat.TRIG) -> list[Quad]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return list(parse(answer.data, format=fmt))


@pytest.mark.parametrize(
    ("suffix", "fmt"),
    [("trig", RdfFormat.TRIG), ("nq", RdfFormat.N_QUADS), ("jsonld", RdfFormat.JSON_LD)],
)
def test_a_claim_version_is_a_nanopublication_that_proves_itself(
    client: FlaskClient, suffix: str, fmt: RdfFormat
) -> None:
    quads = nanopub(client, f"/doc/claim/c0001/v1.nanopub.{suffix}", fmt)
    (name,) = nanopublication_iris(quads)
    version, _, code = name.rpartition(".")
    assert version == CLAIM
    assert faults(quads) == []
    assert graph_code(quads, code) == code
    assert {q.graph_name for q in quads} == {
        NamedNode(f"{name}#{part}") for part in ("head", "assertion", "provenance", "pubinfo")
    }


@pytest.mark.meets("CU1", "CU5")
def test_a_trusty_uri_leads_to_the_bytes_that_it_proves(client: FlaskClient) -> None:
    (name,) = nanopublication_iris(nanopub(client, "/doc/claim/c0001/v1.nanopub"))
    path = "/" + name.removeprefix(BASE)
    answer = client.get(path)
    assert answer.status_code == 303
    document = answer.headers["Location"]
    assert nanopublication_iris(nanopub(client, document)) == [name]
    assert nanopublication_iris(nanopub(client, document + ".nq", RdfFormat.N_QUADS)) == [name]
    people = client.get(document, headers={"Accept": "text/html"})
    assert (people.status_code, people.headers["Location"]) == (303, "/doc/claim/c0001/v1")


def test_another_code_than_that_of_the_version_is_not_found(client: FlaskClient) -> None:
    answer = client.get("/doc/claim/c0001/v1.RA" + "x" * 43)
    assert answer.status_code == 404
    assert client.get("/doc/claim/c0099/v1.nanopub").status_code == 404


@pytest.mark.parametrize("claim", ["c0001/v1", "c0001/v9", "c0099/v1"])
def test_an_unknown_trusty_uri_is_not_found_at_once(client: FlaskClient, claim: str) -> None:
    answer = client.get(f"/id/claim/{claim}.RA" + "x" * 43)
    assert answer.status_code == 404
    assert f"claim/{claim}" in answer.text


def test_a_format_that_would_lose_the_graphs_is_refused(client: FlaskClient) -> None:
    answer = client.get("/doc/claim/c0001/v1.nanopub.ttl")
    assert answer.status_code == 406
    assert "application/trig" in answer.text


@pytest.mark.meets("D9")
def test_the_nanopublication_of_a_withdrawn_claim_is_still_given(released: FlaskClient) -> None:
    quads = nanopub(released, "/doc/claim/c0004/v1.nanopub")
    assert Literal("1") in {q.object for q in quads}
    assert released.get(f"/release/{THIRD}/doc/claim/c0004/v1.nanopub").status_code == 404


@pytest.mark.meets("X1", "X3")
def test_a_statement_iri_names_no_owner_version_or_counter_and_is_one_hop_from_its_page(
    client: FlaskClient,
) -> None:
    """X1 and X3: after w3id.org there is one redirect more."""
    assert re.fullmatch(r"https://w3id\.org/partage/statement/[0-9a-f]{64}", STATEMENTS + RECIPIENT)
    landed = client.get(f"/statement/{RECIPIENT}", follow_redirects=True)
    assert (landed.status_code, len(landed.history)) == (200, 1)


def test_a_dataset_that_is_too_large_says_so_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(statement_index, "MAX_STATEMENTS", 3)
    app = create_app(Settings(), EmbeddedEngine(small_dataset.store()))
    answer = app.test_client().get(f"/doc/statement/{RECIPIENT}.ttl")
    assert answer.status_code == 404
    assert "by SPARQL instead" in answer.text
    page = app.test_client().get("/doc/flow/f0001", headers={"Accept": "text/html"})
    assert page.status_code == 200


@pytest.mark.meets("FS1", "FS2", "FS3", "FS4")
def test_a_statement_has_typed_links_and_a_strong_tag(client: FlaskClient) -> None:
    path = f"/doc/statement/{RECIPIENT}"
    for accept in ("text/html", "text/turtle"):
        answer = client.get(path, headers={"Accept": accept})
        assert of(answer, "cite-as") == [STATEMENTS + RECIPIENT]
        types = {"https://schema.org/AboutPage", "https://schema.org/Statement"}
        assert set(of(answer, "type")) == types
        data = [link for link in links(answer) if link.rel in {"describedby", "alternate"}]
        assert len(data) >= 10
        for link in data:
            assert client.get(link.target).mimetype == link.attributes["type"]
        tag = answer.headers["ETag"]
        again = client.get(path, headers={"Accept": accept, "If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
    page = client.get(path, headers={"Accept": "text/html"}).text
    assert f'<link rel="cite-as" href="{STATEMENTS}{RECIPIENT}">' in page
