"""On the built release: every inference is explained, every claim version is a nanopublication."""

import gzip
import io

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, Triple

from partage import assets
from partage.rdf.namespaces import GRAPH
from partage.rdf.nanopublication import faults
from partage.rdf.trusty import graph_code
from partage.resources.description.nanopublications import of_version, versions
from partage.resources.pages.inference import Reason, reasons
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Term
from partage.store.factory import DATASET

Reasons = dict[Triple, Reason]


@pytest.fixture(scope="module")
def store() -> Store:
    dataset = assets.assets_root() / Settings().release / DATASET
    assert dataset.is_file(), "run `make build` first (`make test` does)"
    made = Store()
    made.bulk_load(io.BytesIO(gzip.decompress(dataset.read_bytes())), format=RdfFormat.N_QUADS)
    return made


@pytest.fixture(scope="module")
def concluded(store: Store) -> list[Triple]:
    graphs = (NamedNode(GRAPH + name) for name in ("inferred", "derived"))
    found = [q.triple for graph in graphs for q in store.quads_for_pattern(None, None, None, graph)]
    assert found
    return found


@pytest.fixture(scope="module")
def explained(store: Store, concluded: list[Triple]) -> Reasons:
    return reasons(EmbeddedEngine(store), concluded)


def test_every_inferred_and_derived_statement_has_a_reason(
    concluded: list[Triple], explained: Reasons
) -> None:
    assert [triple for triple in concluded if triple not in explained] == []


def test_every_premise_stands_in_the_data(store: Store, explained: Reasons) -> None:
    premises = {premise for reason in explained.values() for premise in reason.premises}
    missing = [p for p in premises if not any(store.quads_for_pattern(*_terms(p), None))]
    assert missing == []


def test_no_statement_is_a_reason_for_itself_by_any_way(store: Store, explained: Reasons) -> None:
    concluding = {NamedNode(GRAPH + name) for name in ("inferred", "derived", "asserted")}
    open_ = set(explained)
    for triple in explained:
        graphs = {q.graph_name for q in store.quads_for_pattern(*_terms(triple), None)}
        if any(isinstance(g, NamedNode) and g not in concluding for g in graphs):
            open_.discard(triple)
    while open_:
        settled = {t for t in open_ if not open_.intersection(explained[t].premises)}
        assert settled, f"these explain one another: {sorted(map(str, open_))[:5]}"
        open_ -= settled


def test_every_claim_version_is_a_nanopublication_that_proves_itself(store: Store) -> None:
    engine = EmbeddedEngine(store)
    names = versions(engine)
    claims = {q.subject for q in store.quads_for_pattern(None, _ASSERTION, None, None)}
    assert {NamedNode(name) for name in names} <= claims
    assert len(names) >= 578
    for name in names:
        made = of_version(engine, name)
        assert faults(made.quads) == []
        assert graph_code(made.quads, made.code) == made.code


_ASSERTION = NamedNode("http://www.nanopub.org/nschema#hasAssertion")


def _terms(triple: Triple) -> tuple[NamedNode, NamedNode, Term]:
    assert isinstance(triple.subject, NamedNode)
    return triple.subject, triple.predicate, triple.object
