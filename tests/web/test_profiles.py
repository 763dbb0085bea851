"""Content negotiation by profile: CN1 to CN7 of our list (https://www.w3.org/TR/dx-prof-conneg/)."""

import json

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, Quad

import described_app
import reading_rdf
from links import links, of
from partage.rdf.formats import by_media_type
from partage.rdf.namespaces import BASE, ID, iri
from partage.resources.description.profiles import ALTR, FULL, PROFILES
from partage.web.http.cors import EXPOSED

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
NT = {"Accept": "application/n-triples"}
CLAIM, ORG = "/doc/claim/c0001", "/doc/org/netflix"
DOCUMENTS = (CLAIM, ORG, CLAIM + "/v1", "/doc/ns", "/doc/graph/entities", "/doc/shapes",
             "/doc/dataset", "/doc/voc/data-category")  # fmt: skip
OWN, ASSERTED = (f"{BASE}profiles#{token}" for token in ("own", "asserted"))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return described_app.application(tmp_path_factory.mktemp("described")).test_client()


def quads(client: FlaskClient, address: str, **headers: str) -> list[Quad]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = client.get(address, headers={**NT, **named})
    fmt = by_media_type(str(response.mimetype))
    assert response.status_code == 200
    assert fmt is not None
    return reading_rdf.quads(response.data, fmt)


@pytest.mark.meets("CN1")
@pytest.mark.parametrize("document", DOCUMENTS)
def test_cn1_the_alternates_are_listed_as_rdf_and_html(client: FlaskClient, document: str) -> None:
    told = quads(client, document + "?_profile=alt")
    same = quads(client, document, Accept_Profile=f"<{ALTR.removesuffix('#')}>")
    assert set(told) == set(same)
    has = NamedNode(ALTR + "hasRepresentation")
    addresses = {str(q.object)[1:-1] for q in told if q.predicate == has}
    assert len(addresses) > 10
    defaults = [q for q in told if q.predicate.value == ALTR + "hasDefaultRepresentation"]
    assert len(defaults) == 1
    page = client.get(document + "?_profile=alt", headers=BROWSER)
    assert page.mimetype == "text/html"
    for address in addresses:
        local = address.removeprefix("http://localhost")
        assert f'href="{local}"' in page.text.replace("&amp;", "&")


@pytest.mark.meets("CN2")
def test_cn2_the_address_beats_the_headers(client: FlaskClient) -> None:
    response = client.get(
        CLAIM + "?_profile=own&_mediatype=application/ld%2Bjson",
        headers={"Accept": "text/turtle", "Accept-Profile": f"<{ASSERTED}>"},
    )
    assert response.mimetype == "application/ld+json"
    assert response.headers["Content-Profile"] == f"<{OWN}>"
    bare = client.get(CLAIM + "?_mediatype=application/ld+json", headers={"Accept": "text/turtle"})
    assert bare.mimetype == "application/ld+json"


@pytest.mark.meets("CN3")
@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("accept", ["text/turtle", "text/html"])
def test_cn3_every_answer_says_its_profile(client: FlaskClient, document: str, accept: str) -> None:
    response = client.get(document, headers={"Accept": accept})
    assert response.headers["Content-Profile"] == f"<{FULL.iri}>"
    assert of(response, "profile") == [FULL.iri]
    assert "Content-Profile" in EXPOSED


@pytest.mark.meets("CN4")
@pytest.mark.parametrize("document", DOCUMENTS)
def test_cn4_no_alternate_that_is_listed_fails(client: FlaskClient, document: str) -> None:
    response = client.get(document, headers=BROWSER)
    assert len(of(response, "canonical")) == 1
    alternates = [link for link in links(response) if link.rel == "alternate"]
    assert len(alternates) > 8
    for link in alternates:
        answer = client.get(link.target, headers={"Accept": "image/png"})
        assert answer.status_code == 200, link
        assert answer.mimetype == link.attributes["type"]
        profile = link.attributes.get("profile", FULL.iri)
        assert answer.headers["Content-Profile"] == f"<{profile}>"


@pytest.mark.meets("CN4")
@pytest.mark.parametrize("document", ["/doc/org/netflix", "/doc/claim/c0001/v1", "/doc/ns"])
def test_cn4_none_of_all_representations_fails(client: FlaskClient, document: str) -> None:
    told = quads(client, document + "?_profile=alt")
    formats = {q.subject: str(getattr(q.object, "value", "")) for q in told
               if q.predicate.value == iri("dct:format")}  # fmt: skip
    profiles = {q.subject: q.object for q in told if q.predicate.value == iri("dct:conformsTo")}
    assert formats.keys() == profiles.keys()
    for address, media_type in formats.items():
        answer = client.get(str(address)[1:-1].removeprefix("http://localhost"))
        assert (answer.status_code, answer.mimetype) == (200, media_type)
        assert answer.headers["Content-Profile"] == str(profiles[address])


@pytest.mark.meets("CN5")
@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.token)
def test_cn5_a_token_means_the_profiles_iri(client: FlaskClient, profile: object) -> None:
    token, name = profile.token, profile.iri  # type: ignore[attr-defined]
    address = ORG + ".jsonld"
    by_token = client.get(address, query_string={"_profile": token})
    by_iri = client.get(address, query_string={"_profile": name})
    by_header = client.get(address, headers={"Accept-Profile": f"<{name}>"})
    assert by_token.data == by_iri.data == by_header.data
    assert by_token.headers["Content-Profile"] == f"<{name}>"
    described = client.get("/doc/profiles.nt").text
    assert f'<{name}> <http://www.w3.org/ns/dx/prof/hasToken> "{token}"' in described


@pytest.mark.meets("CN6")
@pytest.mark.parametrize(
    "wish", ["<http://example.org/none>", "<urn:x>;q=0.9", "nonsense", "<>", "<" + OWN + ">;q=0"]
)
def test_cn6_an_unknown_profile_gets_the_default(client: FlaskClient, wish: str) -> None:
    response = client.get(ORG, headers={"Accept-Profile": wish})
    assert response.status_code == 200
    assert response.headers["Content-Profile"] == f"<{FULL.iri}>"
    assert client.get(ORG, query_string={"_profile": "nonsense"}).status_code == 200


@pytest.mark.meets("CN6")
def test_cn6_the_best_liked_known_profile_is_chosen(client: FlaskClient) -> None:
    wish = f"<http://example.org/none>, <{OWN}>;q=0.4, <{ASSERTED}>;q=0.8"
    response = client.get(ORG, headers={"Accept-Profile": wish})
    assert response.headers["Content-Profile"] == f"<{ASSERTED}>"


@pytest.mark.meets("CN7")
@pytest.mark.parametrize("accept", ["text/turtle", "text/html", "application/ld+json"])
def test_cn7_caches_are_told_that_both_headers_matter(client: FlaskClient, accept: str) -> None:
    response = client.get(ORG, headers={"Accept": accept})
    assert {"Accept", "Accept-Profile"} <= set(response.vary)


def test_the_profiles_tell_what_they_say_they_tell(client: FlaskClient) -> None:
    whole, own, asserted = (
        set(quads(client, f"{ORG}.nt?_profile={token}")) for token in ("full", "own", "asserted")
    )
    me = NamedNode(ID + "org/netflix")
    inferred = Quad(me, NamedNode(iri("ds:isRecipientOf")), NamedNode(ID + "flow/f0001"))
    assert own < whole > asserted
    assert inferred in whole & own - asserted
    document = NamedNode(BASE + ORG.removeprefix("/"))
    assert {q.subject for q in own} == {me, document}
    assert any(q.object == me for q in whole)


def test_the_schema_profile_speaks_schema_org(client: FlaskClient) -> None:
    told = json.loads(client.get(ORG + ".jsonld?_profile=schema").data)
    assert told[0]["@context"] == "https://schema.org"
    assert told[0]["@type"] == "Organization"
    assert told[0]["sameAs"] == "http://www.wikidata.org/entity/Q907311"
