"""Results of older releases: cited, verified, and found on their pages."""

import hashlib
import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Quad, RdfFormat, Store, parse

import three_releases
from cited import BROWSER, DS, cite, facts, links
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.release_stores.release_stores import ReleaseStores
from partage.web.app import create_app


@pytest.fixture
def archived(tmp_path: Path) -> FlaskClient:
    """Return a client of a server that holds three releases, the third as the current one."""
    made = three_releases.build(tmp_path)
    release_stores = ReleaseStores(made.catalog, tmp_path / "stores")
    dataset = read_string(three_releases.dataset(three_releases.THIRD))
    store = Store()
    store.bulk_extend(dataset)
    engine = EmbeddedEngine(store, release_stores.open)
    settings = Settings(query_store=tmp_path / "queries.jsonl")
    return create_app(settings, engine, made.release, made.catalog).test_client()


def read_string(text: str) -> list[Quad]:
    return list(parse(text, RdfFormat.N_QUADS))


RECIPIENTS = f"SELECT ?who {{ ?flow <{DS}hasRecipient> ?who }}"


@pytest.mark.meets("Q1", "Q4")
def test_each_release_has_a_citation_of_its_own_that_verifies(archived: FlaskClient) -> None:
    current = cite(archived, RECIPIENTS)
    third = cite(archived, RECIPIENTS, version=three_releases.THIRD)
    first = cite(archived, RECIPIENTS, version=three_releases.FIRST)
    below = archived.post(
        f"/release/{three_releases.FIRST}/query", data={"query": RECIPIENTS, "graphs": "current"}
    )
    assert below.headers["Location"] == first != third == current
    for path, version in ((first, three_releases.FIRST), (third, three_releases.THIRD)):
        told = facts(archived, path, verify="1")
        assert told["release"] == {
            "version": version,
            "rdfc10": hashlib.sha256(three_releases.dataset(version).encode()).hexdigest(),
        }
        assert '"matches": true' in json.dumps(told["verification"])
        downloads = told["downloads"]
        assert isinstance(downloads, dict)
        solutions = json.loads(archived.get(downloads["json"]).text)["results"]["bindings"]
        assert len(solutions) == told["rows"]
    assert facts(archived, first)["sha256"] != facts(archived, third)["sha256"]


def test_a_part_of_an_older_release_is_asked_there(archived: FlaskClient) -> None:
    path = cite(archived, "SELECT * { ?s ?p ?o }", version=three_releases.FIRST, graphs="claims")
    assert '"matches": true' in json.dumps(facts(archived, path, verify="1")["verification"])


def test_the_page_of_an_answer_of_a_release_cites_that_release(archived: FlaskClient) -> None:
    path = cite(archived, RECIPIENTS, version=three_releases.FIRST)
    at = f"/release/{three_releases.FIRST}/sparql"
    page = archived.get(at, query_string={"query": RECIPIENTS}, headers=BROWSER)
    assert f'href="{path}"' in page.text
    assert f'<https://w3id.org/partage{path}>; rel="cite-as"' in links(page)
    other = archived.get("/sparql", query_string={"query": RECIPIENTS}, headers=BROWSER).text
    assert "Cite this result" in other
