"""The examples of the release, as another tool finds them: each parses, runs and has an answer."""

import gzip
import io

import pytest
from pyoxigraph import Literal, QueryBoolean, QuerySolutions, RdfFormat, Store

from partage import assets
from partage.rdf.namespaces import BASE, SPARQL_PREFIXES
from partage.settings import Settings
from partage.store.opening import DATASET

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
    dataset = assets.root() / Settings().release / DATASET
    assert dataset.is_file(), "run `make build` first (`make test` does)"
    store = Store()
    content = gzip.decompress(dataset.read_bytes())
    store.bulk_load(io.BytesIO(content), format=RdfFormat.N_QUADS)
    return store


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
