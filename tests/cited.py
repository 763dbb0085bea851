"""The small dataset as a release, so that what it answers can be cited."""

import json
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import small_dataset
from partage.rdf.canonical import rdfc10
from partage.releases.catalog import Catalog
from partage.releases.record import ReleaseRecord
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Engine
from partage.web.app import create_app

DS = "https://w3id.org/partage/ns#"
WHO = f"SELECT ?who {{ ?c <{DS}assertedBy> ?who }}"
SAME = f"prefix p: <{DS}>\n# who?\nselect $who\n{{ ?c p:assertedBy ?who }}"
BROWSER = {"Accept": "text/html"}

VERSION = "2026.11.0"


def record() -> ReleaseRecord:
    return ReleaseRecord(
        version=VERSION,
        issued=datetime(2026, 11, 25, 9, 30, tzinfo=UTC),
        ontology="0.1.0",
        software="0.1.0",
        commit="0" * 40,
        rdfc10=rdfc10(small_dataset.quads()),
        quads=len(small_dataset.quads()),
        previous=None,
        changes="0" * 64,
    )


def release(directory: Path) -> Path:
    """Write the release directory, its manifest with the digest of the dataset."""
    made = small_dataset.release(directory)
    manifest = json.loads((made / "manifest.json").read_text())
    (made / "manifest.json").write_text(json.dumps({**manifest, "rdfc10": record().rdfc10}))
    return made


def catalog(*records: ReleaseRecord) -> Catalog:
    return Catalog(Path("nowhere"), records or (record(),))


def app(
    directory: Path,
    *,
    engine: Engine | None = None,
    releases: Catalog | None = None,
    store_bytes: int = 1_000_000,
    service_allowed: str = "",
) -> Flask:
    """Return an application that keeps its query store below `directory`."""
    settings = Settings(
        query_store=directory / "queries.jsonl",
        query_store_bytes=store_bytes,
        service_allowed=service_allowed,
    )
    made = create_app(
        settings,
        engine or EmbeddedEngine(small_dataset.store(), lambda _: small_dataset.store()),
        release(directory / "release"),
        catalog() if releases is None else releases,
    )
    made.testing = True
    return made


def cite(client: FlaskClient, text: str = WHO, **parameters: str | list[str]) -> str:
    response = client.post("/query", data={"query": text, **parameters})
    assert response.status_code == 303, response.text
    return response.headers["Location"]


def facts(client: FlaskClient, path: str, **parameters: str) -> dict[str, object]:
    response = client.get(path + ".json", query_string=parameters)
    assert response.status_code == 200, response.text
    return dict(json.loads(response.text))


def links(response: TestResponse) -> list[str]:
    return response.headers.getlist("Link")
