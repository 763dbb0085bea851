"""The examples of the release, as another tool finds them: each parses, runs and has an answer."""

import gzip
import io

import pytest
from pyoxigraph import Literal, QueryBoolean, QuerySolutions, RdfFormat, Store

from partage import assets
from partage.rdf.namespaces import BASE, SPARQL_PREFIXES
from partage.settings import Settings
from partage.store.factory import DATASET

# As the SIB SPARQL editor asks for them (https://github.com/sib-swiss/sparql-editor).
FIND = """
SELECT ?example ?comment ?query {
  ?example a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:select|sh:ask ?query .
  FILTER(LANG(?comment) = "en")
} ORDER BY ?example
"""
# Nobody has a newer version, a replaced identifier or a missing label: that is what they ask.
RIGHTLY_EMPTY = {"21-replaced", "22-deprecated", "23-missing-labels", "39-newer-versions"}


@pytest.fixture(scope="module")
def released() -> Store:
    dataset = assets.assets_root() / Settings().release / DATASET
    assert dataset.is_file(), "run `make build` first (`make test` does)"
    store = Store()
    content = gzip.decompress(dataset.read_bytes())
    store.bulk_load(io.BytesIO(content), format=RdfFormat.N_QUADS)
    return store


@pytest.mark.meets("E6")
def test_each_example_has_an_answer(released: Store) -> None:
    found = released.query(SPARQL_PREFIXES + FIND)
    assert isinstance(found, QuerySolutions)
    empty = set()
    examples = list(found)
    for row in examples:
        name = str(row["example"]).strip("<>").removeprefix(BASE + ".well-known/sparql-examples/")
        query = row["query"]
        assert isinstance(query, Literal)
        answer = released.query(query.value)
        if not isinstance(answer, QueryBoolean) and next(iter(answer), None) is None:
            empty.add(name)
    assert len(examples) == 40
    assert empty <= RIGHTLY_EMPTY, f"no answer: {sorted(empty - RIGHTLY_EMPTY)}"


@pytest.mark.meets("E1", "E7")
def test_examples_stand_in_their_graph_under_the_endpoint_s_address(released: Store) -> None:
    found = released.query(
        f"{SPARQL_PREFIXES} SELECT ?example {{ GRAPH graph:examples {{"
        " ?example a sh:SPARQLExecutable ; schema:target ?endpoint } }"
    )
    assert isinstance(found, QuerySolutions)
    names = [str(row["example"]).strip("<>") for row in found]
    assert len(names) == 40
    assert all(name.startswith(f"{BASE}.well-known/sparql-examples/") for name in names)


@pytest.mark.meets("V2", "V4", "V5")
def test_the_description_in_its_graph_counts_this_release(released: Store) -> None:
    described = released.query(
        f"{SPARQL_PREFIXES} SELECT ?triples ?classes {{"
        f" GRAPH graph:void {{ <{BASE}> void:triples ?triples ; void:classes ?classes }} }}"
    )
    live = released.query(
        "SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?c) AS ?classes) {"
        " ?s ?p ?o BIND(IF(?p = <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>, ?o, 1/0) AS ?c)"
        " }"
    )
    assert isinstance(described, QuerySolutions)
    assert isinstance(live, QuerySolutions)
    (told,), (counted,) = list(described), list(live)
    assert (told["triples"], told["classes"]) == (counted["triples"], counted["classes"])
