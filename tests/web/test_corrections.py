"""How readers report a fault: D10 of our list (https://www.w3.org/TR/dwbp/#feedback)."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import small_dataset
from links import of
from partage import assets
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.web.app import create_app

HTML, NT = {"Accept": "text/html"}, {"Accept": "application/n-triples"}
PAGE = "/about/corrections"
CONTACTS = {"mailto:editors@partage.example": "hasEmail", "https://partage.example/write": "hasURL"}


def asked(directory: Path, contact: str) -> FlaskClient:
    settings = Settings(contact=contact)
    engine = EmbeddedEngine(small_dataset.store())
    return create_app(settings, engine, small_dataset.release(directory)).test_client()


@pytest.mark.meets("D10")
def test_d10_every_page_leads_to_how_a_fault_is_reported(client: FlaskClient) -> None:
    for path in ("/", "/doc/org/netflix", "/doc/claim/c0001", "/doc/ns", "/sparql", "/download/"):
        assert f'<a rel="help" href="{PAGE}">' in client.get(path, headers=HTML).text
    for path in ("/", "/doc/org/netflix", "/doc/claim/c0001.ttl", "/doc/dataset"):
        assert of(client.get(path, headers=HTML), "help") == [PAGE]


@pytest.mark.meets("D10")
def test_d10_the_page_says_what_to_tell_and_which_files_to_edit(client: FlaskClient) -> None:
    page = client.get(PAGE)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    named = re.findall(r"<code>((?:data|docs|ontology|shapes)/[^<]*)</code>", page.text)
    assert "docs/tutorial/add-a-claim.md" in named
    assert len(named) >= 8
    for name in named:
        assert (assets.assets_root() / name).exists(), name


@pytest.mark.meets("D10")
@pytest.mark.parametrize("contact", CONTACTS)
def test_d10_whom_to_write_to_is_told_to_people_and_programs(tmp_path: Path, contact: str) -> None:
    client = asked(tmp_path, contact)
    assert f'<a href="{contact}"><code>{contact.removeprefix("mailto:")}</code></a>' in (
        client.get(PAGE).text
    )
    told = client.get("/doc/dataset", headers=NT).text
    assert "<https://w3id.org/partage/> <http://www.w3.org/ns/dcat#contactPoint> _:" in told
    assert f"<http://www.w3.org/2006/vcard/ns#{CONTACTS[contact]}> <{contact}>" in told


def test_without_a_contact_nobody_is_named(app: Flask) -> None:
    client = app.test_client()
    assert "contactPoint" not in client.get("/doc/dataset", headers=NT).text
    assert "is reached at" not in client.get(PAGE).text
