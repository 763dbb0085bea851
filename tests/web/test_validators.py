"""Conditional requests (RFC 9110 §13, https://www.rfc-editor.org/rfc/rfc9110#section-13)."""

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

import described_app
from partage.rdf.canonical import rdfc10
from partage.rdf.formats import GRAPH_FORMATS
from partage.web.http.cors import EXPOSED

ORG = "/doc/org/netflix"
HTML = {"Accept": "text/html"}
ISSUED = "Mon, 23 Nov 2026 00:00:00 GMT"
CACHED = (ORG, ORG + ".ttl", ORG + ".jsonld", ORG + ".html", "/doc/ns.ttl", "/doc/shapes.ttl",
          "/context.jsonld", "/linkset/org/netflix", "/sitemap.xml", "/")  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return described_app.application(tmp_path_factory.mktemp("described")).test_client()


def test_the_tag_is_the_canonical_digest_of_what_is_told(client: FlaskClient) -> None:
    response = client.get(ORG + ".nt")
    digest = rdfc10(parse(response.data, format=RdfFormat.N_TRIPLES))
    assert response.headers["ETag"].startswith(f'"{digest}-ntriples-full-')


def test_each_representation_has_a_tag_of_its_own(client: FlaskClient) -> None:
    addresses = [f"{ORG}.{fmt.extension}" for fmt in GRAPH_FORMATS]
    addresses += [a + "?_profile=own" for a in addresses]
    addresses += [ORG + ".jsonld?_profile=schema", ORG + ".html?lang=en", ORG + ".html?lang=fr"]
    responses = [client.get(address) for address in addresses]
    framed = 'application/ld+json;profile="http://www.w3.org/ns/json-ld#%s"'
    responses += [client.get(ORG, headers={"Accept": framed % form})
                  for form in ("expanded", "compacted", "framed")]  # fmt: skip
    tags = [response.headers["ETag"] for response in responses]
    assert len(set(tags)) == len(tags)
    assert not any(tag.startswith("W/") for tag in tags)


@pytest.mark.parametrize("coding", ["gzip", "identity"])
@pytest.mark.parametrize("path", CACHED)
def test_who_has_it_gets_304(client: FlaskClient, path: str, coding: str) -> None:
    headers = {"Accept-Encoding": coding, "Accept": "text/html, */*;q=0.5"}
    first = client.get(path, headers=headers)
    assert first.status_code == 200
    tag = first.headers["ETag"]
    for method in (client.get, client.head):
        again = method(path, headers={**headers, "If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
        assert again.headers.get("Vary") == first.headers.get("Vary")
    other = client.get(path, headers={**headers, "If-None-Match": '"other"'})
    assert other.status_code == 200


def test_an_encoded_answer_has_another_tag(client: FlaskClient) -> None:
    plain = client.get(ORG + ".html", headers={"Accept-Encoding": "identity"})
    packed = client.get(ORG + ".html", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert plain.headers["ETag"] != packed.headers["ETag"]
    wrong = client.get(
        ORG + ".html",
        headers={"Accept-Encoding": "gzip", "If-None-Match": plain.headers["ETag"]},
    )
    assert wrong.status_code == 200


@pytest.mark.parametrize("path", [ORG + ".ttl", ORG + ".html", "/doc/ns.rdf", "/sitemap.xml"])
def test_it_was_modified_when_the_dataset_was_issued(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Last-Modified"] == ISSUED
    since = client.get(path, headers={"If-Modified-Since": ISSUED})
    assert (since.status_code, since.data) == (304, b"")
    before = client.get(path, headers={"If-Modified-Since": "Sun, 22 Nov 2026 00:00:00 GMT"})
    assert before.status_code == 200


@pytest.mark.parametrize("path", CACHED)
def test_head_tells_the_headers_of_get(client: FlaskClient, path: str) -> None:
    get, head = client.get(path, headers=HTML), client.head(path, headers=HTML)
    if get.status_code == 406:
        get, head = client.get(path), client.head(path)
    assert head.data == b""
    assert head.headers == get.headers


def test_scripts_of_other_sites_may_read_the_headers(client: FlaskClient) -> None:
    response = client.get(ORG)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    exposed = response.headers["Access-Control-Expose-Headers"].split(", ")
    assert exposed == list(EXPOSED)
    assert {"ETag", "Last-Modified", "Link", "Content-Profile", "Vary"} <= set(exposed)
    asked = {"Origin": "https://a.example", "Access-Control-Request-Headers": "accept-profile"}
    preflight = client.options(ORG, headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Headers"].startswith("*")


@pytest.mark.parametrize("form", ["expanded", "compacted", "framed"])
def test_the_form_of_json_ld_is_that_of_the_media_type(client: FlaskClient, form: str) -> None:
    name = f"http://www.w3.org/ns/json-ld#{form}"
    response = client.get(ORG, headers={"Accept": f'application/ld+json; profile="{name}"'})
    assert response.content_type == f'application/ld+json; profile="{name}"'
    told = response.get_json(force=True)
    assert isinstance(told, list) == (form == "expanded")
    if form == "framed":
        assert told["id"] == "org:netflix"
    if form == "compacted":
        assert "@graph" in told


def test_a_graph_that_was_written_before_is_the_same_on_another_host(client: FlaskClient) -> None:
    first = client.get("/doc/ns.jsonld")
    other = client.get("/doc/ns.jsonld", base_url="http://graph.example")
    assert first.headers["ETag"] == other.headers["ETag"]
    assert other.get_json(force=True)["@context"] == "http://graph.example/context.jsonld"
    assert first.get_json(force=True)["@context"] == "http://localhost/context.jsonld"
