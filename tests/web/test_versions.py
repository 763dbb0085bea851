"""Every release at its own addresses: pages, endpoint, ontology, and links that stay there."""

import hashlib
import re
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, Store, parse

import three_releases
from partage.errors import EngineUnavailable, UnknownRelease
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.release_stores.release_stores import ReleaseStores
from partage.web.app import create_app
from partage.web.http import release_paths
from released_app import GAZETTE, QUERY, application
from three_releases import FIRST, SECOND, THIRD

BROWSER = {"Accept": "text/html, */*;q=0.8"}
TURTLE = {"Accept": "text/turtle"}
ALL = f"{FIRST}, {SECOND}, {THIRD}"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return application(tmp_path_factory.mktemp("versions")).test_client()


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return application(tmp_path_factory.mktemp("draft"), draft=True).test_client()


@pytest.mark.meets("R5")
@pytest.mark.parametrize(("version", "label"), [(FIRST, "La Gazette"), (SECOND, "La Gazette")])
def test_a_page_shows_a_release_as_it_was(client: FlaskClient, version: str, label: str) -> None:
    then = client.get(f"/release/{version}{GAZETTE}", headers=TURTLE).text
    assert f'"{label}"@fr' in then
    assert '"La Gazette & Cie"@fr' not in then
    now = client.get(GAZETTE, headers=TURTLE).text
    assert '"La Gazette & Cie"@fr' in now


def test_what_came_later_is_not_there_yet(client: FlaskClient) -> None:
    path = "/doc/claim/c0003/v2"
    assert client.get(f"/release/{FIRST}{path}", headers=TURTLE).status_code == 404
    ntriples = {"Accept": "application/n-triples"}
    later = client.get(f"/release/{SECOND}{path}", headers=ntriples).text
    assert "claim/c0003/v2" in later


def test_a_thing_of_a_release_sends_on_within_the_release(client: FlaskClient) -> None:
    response = client.get(f"/release/{FIRST}/id/org/gazette?lang=fr")
    assert response.status_code == 303
    assert response.location == f"/release/{FIRST}{GAZETTE}?lang=fr"


def answers(client: FlaskClient, path: str, **more: str) -> list[str]:
    answer = client.get(path, query_string={"query": QUERY, **more}, headers={"Accept": "text/csv"})
    assert answer.status_code == 200, answer.text
    return answer.text.split()[1:]


def test_the_endpoint_is_asked_by_address_or_by_parameter(client: FlaskClient) -> None:
    old, new = ["La", "Gazette"], ["La", "Gazette", "&", "Cie"]
    assert answers(client, "/sparql") == new
    assert answers(client, f"/release/{FIRST}/sparql") == old
    assert answers(client, "/sparql", version=FIRST) == old
    assert answers(client, "/sparql", version=THIRD) == new


def test_the_parameter_may_stand_in_the_body(client: FlaskClient) -> None:
    form = {"query": QUERY, "version": FIRST}
    response = client.post("/sparql", data=form, headers={"Accept": "text/csv"})
    assert response.text == "l\r\nLa Gazette\r\n"
    unknown = client.post("/sparql", data={**form, "version": "2000.01.0"})
    assert (unknown.status_code, ALL in unknown.text) == (404, True)


def test_by_parameter_the_answer_names_its_own_address(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": "ASK {}", "version": FIRST})
    assert response.headers["Content-Location"] == f"/release/{FIRST}/sparql?query=ASK+%7B%7D"
    again = client.get(response.headers["Content-Location"])
    assert again.data == response.data


def test_versions_of_the_query_language_are_no_releases(client: FlaskClient) -> None:
    assert answers(client, "/sparql", version="1.2") == ["La", "Gazette", "&", "Cie"]


def test_two_releases_at_once_are_refused(client: FlaskClient) -> None:
    response = client.get(f"/release/{FIRST}/sparql", query_string={"version": SECOND})
    assert response.status_code == 400
    assert f"The address asks release {FIRST}, version={SECOND} another" in response.text


def test_the_service_description_of_a_release_names_its_own_endpoint(client: FlaskClient) -> None:
    described = client.get("/sparql", query_string={"version": FIRST}, headers=TURTLE)
    assert f"<http://localhost/release/{FIRST}/sparql>" in described.text


@pytest.mark.parametrize(
    "path",
    ["/release/2000.01.0", "/release/2000.01.0/doc/org/gazette", "/release/x/sparql",
     "/doc/org/gazette?version=2000.01.0", "/sparql?query=ASK%7B%7D&version=latest"],
)  # fmt: skip
def test_an_unknown_version_is_told_with_the_known_ones(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert ALL in response.text


def links(page: str) -> set[str]:
    found = re.findall(r"<(?:a|link|form|img)\b[^>]*?(?:href|action|src)=\"([^\"]*)\"", page)
    return {unescape(link) for link in found}


@pytest.mark.parametrize(
    "path",
    ["/", "/doc/org/gazette", "/doc/claim/c0003", "/doc/claim/c0003/v1", "/doc/ns",
     "/doc/graph/entities", "/sparql", "/sparql?query=SELECT+*+%7B%3Fs+%3Fp+%3Fo%7D+LIMIT+5",
     "/resource?iri=http%3A%2F%2Fwww.wikidata.org%2Fentity%2FQ907311", "/doc/org/nobody"],
)  # fmt: skip
def test_links_of_a_page_of_a_release_stay_in_it(client: FlaskClient, path: str) -> None:
    page = client.get(f"/release/{SECOND}{path}", headers=BROWSER).text
    inside = f"/release/{SECOND}/"
    away = {link for link in links(page) if link.startswith("/") and not link.startswith(inside)}
    # Only the record of the release, the list of all, the history, and the way back lead out.
    history = {link for link in away if link.startswith(("/timemap", f"/release/{FIRST}/diff/"))}
    assert away - history <= {f"/release/{SECOND}", "/release/", path}
    assert path in away


def test_every_link_of_a_page_of_a_release_answers(client: FlaskClient) -> None:
    page = client.get(f"/release/{SECOND}/doc/claim/c0003", headers=BROWSER).text
    for link in links(page):
        if link.startswith("/"):
            with client.get(link, headers=BROWSER, follow_redirects=True) as answer:
                assert answer.status_code == 200, link


@pytest.mark.meets("D4")
def test_a_page_of_a_release_says_so(client: FlaskClient) -> None:
    page = client.get(f"/release/{FIRST}{GAZETTE}", headers=BROWSER).text
    assert re.search(r"<a [^>]*>Release 2026\.11\.0</a>, as it was published on", page)
    assert "25 November 2026" in page
    assert "as it was published" not in client.get(GAZETTE, headers=BROWSER).text


def test_the_way_back_never_leaves_the_host(client: FlaskClient) -> None:
    page = client.get(f"/release/{FIRST}//evil.example/", headers=BROWSER).text
    assert 'href="//' not in page
    assert 'href="/evil.example/"' in page


@pytest.mark.meets("D4")
def test_the_current_release_is_named(client: FlaskClient) -> None:
    response = client.get(GAZETTE, headers=BROWSER)
    assert response.headers["Dataset-Version"] == THIRD
    assert f'· <a href="/release/{THIRD}">release {THIRD}</a>' in response.text


def test_a_dataset_that_is_no_release_is_called_a_draft(draft: FlaskClient) -> None:
    response = draft.get(GAZETTE, headers=BROWSER)
    assert response.headers["Dataset-Version"] == "draft"
    assert f'<a href="/release/{THIRD}">draft, after release {THIRD}</a>' in response.text
    assert "is a draft" in draft.get("/release/", headers=BROWSER).text
    assert draft.get(f"/release/{THIRD}{GAZETTE}").headers["Dataset-Version"] == THIRD


@pytest.mark.meets("D4")
def test_all_releases_are_listed_newest_first(client: FlaskClient) -> None:
    page = client.get("/release/", headers=BROWSER).text
    places = [page.index(f'<a href="/release/{version}">') for version in (THIRD, SECOND, FIRST)]
    assert places == sorted(places)
    rdf = client.get("/release/", headers=TURTLE).text
    assert "<https://w3id.org/partage/> a dcat:DatasetSeries" in rdf
    assert f"dcat:last <https://w3id.org/partage/release/{THIRD}>" in rdf


@pytest.mark.meets("D4", "D5")
def test_a_release_has_a_page_and_a_description(client: FlaskClient) -> None:
    page = client.get(f"/release/{SECOND}", headers=BROWSER).text
    digest = hashlib.sha256(three_releases.dataset(SECOND).encode()).hexdigest()
    assert digest in page
    assert f'href="/release/{SECOND}/sparql"' in page
    rdf = client.get(f"/release/{SECOND}", headers={"Accept": "application/n-triples"}).text
    facts = {(str(q.predicate.value), str(q.object)) for q in parse(rdf, RdfFormat.N_TRIPLES)}
    dcat = "http://www.w3.org/ns/dcat#"
    assert (dcat + "version", f'"{SECOND}"') in facts
    assert (dcat + "prev", f"<https://w3id.org/partage/release/{FIRST}>") in facts
    assert any(value.startswith(f'"{digest}"') for _, value in facts)


@pytest.mark.meets("R4")
@pytest.mark.parametrize(("ontology", "version"), [("0.1.0", SECOND), ("0.2.0", THIRD)])
def test_a_version_of_the_ontology_is_that_of_its_newest_release(
    client: FlaskClient, ontology: str, version: str
) -> None:
    response = client.get(f"/ns/{ontology}?format=ttl")
    assert response.location == f"/release/{version}/doc/ns?format=ttl"
    document = client.get(response.location).text
    assert f'owl:versionInfo "{ontology}"' in document or f'versionInfo> "{ontology}"' in document
    assert ("DataTransfer" in document) is (version == THIRD)


def test_an_unknown_version_of_the_ontology_is_told_with_the_known_ones(
    client: FlaskClient,
) -> None:
    response = client.get("/ns/9.9.9")
    assert response.status_code == 404
    assert "There are: 0.1.0, 0.2.0." in response.text


def test_without_releases_nothing_has_versions() -> None:
    client = create_app(Settings(), EmbeddedEngine(Store())).test_client()
    response = client.get("/sparql?query=ASK%7B%7D", headers={"Accept-Datetime": "nonsense"})
    assert response.status_code == 200
    assert "Link" not in response.headers
    assert "There are: none yet." in client.get("/release/2026.11.0").text


@pytest.fixture
def release_stores(tmp_path: Path) -> ReleaseStores:
    return ReleaseStores(three_releases.build(tmp_path).catalog, tmp_path / "kept")


def test_a_store_is_made_once_and_kept(release_stores: ReleaseStores, tmp_path: Path) -> None:
    place = release_stores.directory(FIRST)
    assert place == tmp_path / "kept" / release_stores.catalog.find(FIRST).rdfc10
    before = (place / "CURRENT").stat()
    assert release_stores.directory(FIRST) == place
    assert (place / "CURRENT").stat() == before
    assert set(release_stores.open(FIRST)) == set(three_releases.quads(FIRST))
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [place.name]


def test_a_half_written_store_is_never_opened(
    release_stores: ReleaseStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("partage.store.release_stores.release_stores.Store", Dying)
        with pytest.raises(EngineUnavailable, match=r"disk is full.*PARTAGE_ARCHIVE"):
            release_stores.directory(SECOND)
    assert list((tmp_path / "kept").iterdir()) == []
    assert len(release_stores.open(SECOND)) == release_stores.catalog.find(SECOND).quads


class Dying:
    def __init__(self, path: str) -> None:
        Path(path).mkdir()
        (Path(path) / "CURRENT").write_text("half")

    def bulk_load(self, *_: object) -> None:
        raise OSError("the disk is full")


def test_a_store_that_is_there_anyway_is_not_made_again(tmp_path: Path) -> None:
    catalog = three_releases.build(tmp_path).catalog
    there = tmp_path / "there"
    made = Store(str(there))
    made.extend(three_releases.quads(THIRD))
    made.flush()
    release_stores = ReleaseStores(catalog, tmp_path / "kept", {catalog.find(THIRD).rdfc10: there})
    assert release_stores.directory(THIRD) == there
    release_stores.prepare()
    assert len(list((tmp_path / "kept").iterdir())) == 2


def test_an_unknown_release_has_no_store(release_stores: ReleaseStores) -> None:
    with pytest.raises(UnknownRelease, match=r"no release 2000\.01\.0"):
        release_stores.directory("2000.01.0")


@pytest.mark.parametrize(
    ("href", "written"),
    [
        ("/doc/org/facebook", "/release/1/doc/org/facebook"),
        ("/release/1/doc/ns", "/release/1/doc/ns"),
        ("//elsewhere.example/doc", "//elsewhere.example/doc"),
        ("https://elsewhere.example/", "https://elsewhere.example/"),
        ("/timemap/doc/ns", "/timemap/doc/ns"),
    ],
)
def test_a_link_stays_in_the_release_where_it_is_one_of_this_host(href: str, written: str) -> None:
    assert release_paths.within("/release/1", href) == written
