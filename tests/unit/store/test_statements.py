"""The index of statements by their digests."""

import hashlib
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

import small_dataset
import three_releases
from partage.errors import IntegrityError, StatementsNotIndexed
from partage.rdf.canonical import ntriples_line, statement_digest
from partage.rdf.namespaces import ID, iri
from partage.store import statement_index
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.release_stores.release_stores import ReleaseStores
from partage.store.statement_index import StatementIndex, index_statements
from three_releases import FIRST, THIRD

RECIPIENT = Triple(
    NamedNode(ID + "flow/f0001"), NamedNode(iri("ds:hasRecipient")), NamedNode(ID + "org/netflix")
)


def test_a_digest_is_the_sha256_of_the_canonical_line() -> None:
    text = f"<{ID}flow/f0001> <{iri('ds:hasRecipient')}> <{ID}org/netflix> ."
    assert ntriples_line(RECIPIENT) == text
    assert statement_digest(RECIPIENT) == hashlib.sha256(text.encode()).hexdigest()


def test_every_statement_of_every_graph_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "statements"
    StatementIndex.build(small_dataset.quads(), path)
    found = StatementIndex.open(path)
    triples = {quad.triple for quad in small_dataset.quads()}
    assert len(found) == len(triples)
    for triple in triples:
        digest = statement_digest(triple)
        assert digest is not None
        assert found.find(digest) == triple


@pytest.mark.parametrize("digest", ["", "0" * 64, "f" * 64, "zz", "ab12"])
def test_what_is_no_digest_of_a_statement_finds_nothing(digest: str) -> None:
    assert StatementIndex.build(small_dataset.quads()).find(digest) is None
    assert StatementIndex.build([]).find(digest) is None


def test_blank_nodes_have_no_digest_and_hard_literals_have() -> None:
    subject, predicate = NamedNode("http://example.org/s"), NamedNode("http://example.org/p")
    node = BlankNode("b")
    hard = [
        Triple(subject, predicate, Literal('_:b "quoted" \\ \n\t é 𝄞')),
        Triple(subject, predicate, Literal("_:b", language="en")),
    ]
    blank = [Triple(subject, predicate, node), Triple(node, predicate, subject)]
    assert [statement_digest(triple) for triple in blank] == [None, None]
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object) for t in (*hard, *blank))
    for made in (StatementIndex.build([*hard, *blank]), index_statements(EmbeddedEngine(store))):
        assert len(made) == len(hard)
        assert [made.find(statement_digest(triple) or "") for triple in hard] == hard


def test_each_release_has_its_own_index(tmp_path: Path) -> None:
    made = three_releases.build(tmp_path)
    engine = EmbeddedEngine(Store(), ReleaseStores(made.catalog, tmp_path / "archive").open)
    triple = Triple(
        NamedNode(three_releases.WITHDRAWN_FLOW),
        NamedNode(iri("ds:hasProvider")),
        NamedNode(ID + "org/gazette"),
    )
    digest = statement_digest(triple)
    assert digest is not None
    assert index_statements(engine, FIRST).find(digest) == triple
    assert index_statements(engine, THIRD).find(digest) is None


def test_a_dataset_that_is_too_large_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement_index, "MAX_STATEMENTS", 3)
    with pytest.raises(StatementsNotIndexed, match=r"more than the 3 .* by SPARQL"):
        index_statements(EmbeddedEngine(small_dataset.store()))


def test_a_missing_index_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="is no index of statements"):
        StatementIndex.open(tmp_path / "nothing")
