"""The parameters that name a format, alike wherever they are given."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

import three_releases as three
from released_app import application

NAMES = ("_mediatype", "format", "output", "results", "Accept")
ADDRESSES = {
    "/doc/org/netflix": "text/turtle",
    "/doc/claim/c0001/v1": "text/turtle",
    "/resource?iri=https%3A%2F%2Fw3id.org%2Fpartage%2Fid%2Forg%2Fnetflix": "text/turtle",
    "/.well-known/void": "text/turtle",
    "/release/": "text/turtle",
    f"/release/{three.FIRST}": "text/turtle",
    f"/release/{three.FIRST}/diff/{three.THIRD}": "application/json",
    "/doc/claim/c0001/v1.nanopub": "application/n-quads",
    "/browse/organizations": "text/csv",
    "/compare?a=Netflix&b=Facebook": "text/csv",
    "/cite?iri=org:netflix": "application/x-bibtex",
    "/timemap/doc/org/netflix": "application/link-format",
    "/linkset/org/netflix": "application/linkset",
    "/sparql?query=ASK%7B%7D": "text/csv",
    "/sparql/why?query=ASK%7B%7D": "application/json",
    "/sparql": "application/n-triples",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    directory: Path = tmp_path_factory.mktemp("wishes")
    return application(directory).test_client()


def asked(
    client: FlaskClient, address: str, parameters: str, accept: str
) -> tuple[int, str | None]:
    join = "&" if "?" in address else "?"
    answer = client.get(f"{address}{join}{parameters}", headers={"Accept": accept})
    return answer.status_code, answer.mimetype


@pytest.mark.parametrize(("address", "media_type"), ADDRESSES.items())
def test_a_parameter_chooses_a_format_and_vetoes_none(
    client: FlaskClient, address: str, media_type: str
) -> None:
    for name in NAMES[1:] if address.startswith("/sparql") else NAMES:
        # It wins where it fits, whatever the header says.
        assert asked(client, address, f"{name}={media_type}", "image/png") == (200, media_type)
        for unfit in (f"{name}=nonsense", f"{name}=", f"{name}=image/png", f"{name}=a&{name}=b"):
            assert asked(client, address, unfit, media_type) == (200, media_type)
            assert asked(client, address, unfit, "image/png")[0] == 406
    both = f"format=nonsense&output={media_type}&results=html"
    assert asked(client, address, both, "image/png") == (200, media_type)


def test_a_suffix_names_one_representation(client: FlaskClient) -> None:
    assert asked(client, "/doc/org/netflix.rdf", "format=turtle", "text/turtle") == (
        200,
        "application/rdf+xml",
    )
    assert asked(client, "/doc/org/netflix.srx", "", "text/turtle")[0] in {404, 406}
