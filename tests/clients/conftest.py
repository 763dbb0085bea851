"""The one server that the clients talk to: three releases of the small dataset, as it is run."""

from collections.abc import Iterator

import httpx
import pytest

import three_releases
from released_server import running


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    root = three_releases.build(tmp_path_factory.mktemp("clients")).root
    with running(root) as opened:
        yield opened


@pytest.fixture(scope="session")
def host(client: httpx.Client) -> str:
    return str(client.base_url).rstrip("/")


@pytest.fixture(scope="session")
def endpoint(host: str) -> str:
    return f"{host}/sparql"
