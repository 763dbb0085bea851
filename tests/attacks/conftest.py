"""One server for all attacks: each must find it answering, and leave it so."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

import live_server
import small_dataset

# Labels that would be markup or a template to whoever is careless.
HOSTILE = """
<https://w3id.org/partage/id/org/hostile> a <https://w3id.org/partage/ns#Organization> ;
    <http://www.w3.org/2004/02/skos/core#prefLabel> "<script>alert(1)</script>"@en ,
      "\\"><img src=x onerror=alert(1)>"@fr ;
    <http://www.w3.org/2000/01/rdf-schema#seeAlso> <javascript:alert(1)> ;
    <http://purl.org/dc/terms/description> "{{ 7 * 191 }} & <b>bold</b>"@en .
"""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[live_server.Server]:
    directory = tmp_path_factory.mktemp("attacks")
    (directory / "secret.txt").write_text("not for the public", encoding="utf-8")
    hostile = parse(HOSTILE, format=RdfFormat.TURTLE)
    release: Path = small_dataset.release(directory / "release", *hostile)
    settings = {"PARTAGE_RELEASE": str(release)}
    with live_server.serving(directory / "log", settings=settings) as running:
        yield running


@pytest.fixture(scope="session")
def canary() -> Iterator[socket.socket]:
    """A listener that nobody should ever call."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener
