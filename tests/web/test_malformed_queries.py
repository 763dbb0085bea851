"""Queries cut off and mangled, by every address that reads one: the fault is never ours."""

import random

import pytest
from flask.testing import FlaskClient
from hypothesis import settings

from unit.sparql.test_malformed import texts

ADDRESSES = ("/sparql", "/sparql?format=html", "/sparql/why.json", "/sparql/why", "/query")


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize(
    "ending",
    [
        "ORDER BY ?o LIMIT", "ORDER BY LIMIT 10", "ORDER BY", "ORDER BY ?o LIMIT 2 OFFSET",
        "ORDER BY ?o LIMIT " + "9" * 5000, "ORDER BY ?o LIMIT 1.5", "ORDER BY ?o LIMIT -1",
        "ORDER BY ?o OFFSET ?o LIMIT ?o", "ORDER ?o LIMIT 1", "ORDER BY ?o LIMIT 2 3",
        "LIMIT \ud7ff",
    ],
)  # fmt: skip
def test_an_ending_that_the_engine_refuses_is_told_with_its_place(
    client: FlaskClient, ending: str
) -> None:
    response = client.post("/sparql", data={"query": f"SELECT ?s ?o {{ ?s a ?o }}\n{ending}"})
    assert response.status_code == 400
    assert response.text.startswith("Line 2, column ")


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("ending", ["LIMIT # at most\n 2", "OFFSET\t0\nLIMIT#c\r2", "limit\n2"])
def test_comments_and_white_space_may_stand_between_any_words(
    client: FlaskClient, ending: str
) -> None:
    query = f"SELECT ?s ?o {{ ?s a ?o }} ORDER#\nBY # first\n?o {ending}"
    response = client.post("/sparql", data={"query": query, "format": "json"})
    assert response.status_code == 200
    assert response.get_json()["results"]["bindings"][1:]


@pytest.mark.usefixtures("eager")
def test_no_query_makes_the_server_fail(client: FlaskClient) -> None:
    explored = settings.get_current_profile_name() == "explore"
    for text in texts(2_000 if explored else 40, random.randrange(2**32) if explored else 2):
        for address in ADDRESSES:
            response = client.post(address, data={"query": text, "timeout": "1"})
            assert response.status_code in {200, 303, 400, 403, 404, 409, 413, 503}, (address, text)
