"""An application over the small dataset, in process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import described_app
import small_dataset
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.web.app import create_app

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    release: Path = small_dataset.release(tmp_path_factory.mktemp("release"))
    made = create_app(Settings(), EmbeddedEngine(small_dataset.store()), release)
    made.testing = True
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """Return a client that accepts what browsers accept."""
    made = app.test_client()
    made.environ_base["HTTP_ACCEPT"] = BROWSER
    return made


@pytest.fixture(scope="module")
def host(app: Flask) -> Iterator[str]:
    """Return the address at which the application answers other programs."""
    with described_app.listening(app) as address:
        yield address
