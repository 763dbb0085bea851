"""One server for the tests of conformance, and a client that asks it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pyoxigraph import RdfFormat, serialize

import live_server
from conformance.query_cases import CASES
from partage.rdf.parsing import read_rdf


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[live_server.Server]:
    directory = tmp_path_factory.mktemp("conformance")
    quads = read_rdf(Path(__file__).with_name("dataset.trig"))
    for case in CASES:
        quads += case.quads()
    file = directory / "dataset.nq"
    serialize(quads, str(file), format=RdfFormat.N_QUADS)
    with live_server.serving(directory / "log", "--load", str(file)) as running:
        yield running


@pytest.fixture(scope="session")
def client(server: live_server.Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.address, timeout=30, trust_env=False) as opened:
        yield opened
