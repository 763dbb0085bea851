import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

import small_dataset
from partage.rdf.namespaces import ID, VOC, iri
from partage.resources.labels import LABELS, LONGEST, Label, labels
from partage.resources.pages.external_terms import WORDS
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Engine

ENGLISH, FRENCH = ("en", "fr", ""), ("fr", "en", "")
DENIAL = "Netflix denies having had that access."


@pytest.fixture(scope="module")
def engine() -> Engine:
    return EmbeddedEngine(small_dataset.store())


@pytest.mark.parametrize(
    ("name", "english", "french"),
    [
        (ID + "org/netflix", "Netflix", "Netflix"),
        (VOC + "data-category/private-messages", "private messages", "messages privés"),
        (
            ID + "flow/f0001",
            "Facebook → Netflix: private messages",
            "Facebook → Netflix: messages privés",
        ),
        (ID + "agreement/a0001", "Facebook / Netflix", "Facebook / Netflix"),
        (ID + "source/s0001", "Quand Facebook partageait", "Quand Facebook partageait"),
        (ID + "claim/c0002", DENIAL, DENIAL),
        (ID + "claim/c0001#state", "state (claim c0001)", "state (claim c0001)"),
        (iri("prov:wasDerivedFrom"), "found in passage", "tiré du passage"),
        (iri("ds:hasRecipient"), "has recipient", "a pour destinataire"),
        ("http://www.wikidata.org/entity/Q907311", "wd:Q907311", "wd:Q907311"),
        ("http://nowhere.example/x", "http://nowhere.example/x", "http://nowhere.example/x"),
    ],
)
def test_a_thing_is_called_in_the_readers_language(
    engine: Engine, name: str, english: str, french: str
) -> None:
    assert labels(engine, [name], ENGLISH)[name].text == english
    assert labels(engine, [name], FRENCH)[name].text == french


def test_a_label_tells_its_language(engine: Engine) -> None:
    source = ID + "source/s0001"
    assert labels(engine, [source], ENGLISH)[source] == Label("Quand Facebook partageait", "fr")


def test_labels_in_named_graphs_only_are_found() -> None:
    a, g = NamedNode("http://e.example/a"), NamedNode("http://e.example/g")
    made = Store()
    made.add(Quad(a, NamedNode(iri("rdfs:label")), Literal("A"), g))
    assert labels(EmbeddedEngine(made), [a.value], ENGLISH)[a.value].text == "A"


def test_what_is_described_but_not_named_is_known() -> None:
    a, b = NamedNode("http://e.example/a"), NamedNode("http://e.example/b")
    made = Store()
    made.add(Quad(a, b, b))
    found = labels(EmbeddedEngine(made), [a.value, b.value], ENGLISH)
    assert (found[a.value].known, found[b.value].known) == (True, False)


def test_a_long_text_is_cut_at_a_word() -> None:
    a = NamedNode("http://e.example/a")
    made = Store()
    made.add(Quad(a, NamedNode(iri("dct:description")), Literal("word " * 100)))
    text = labels(EmbeddedEngine(made), [a.value], ENGLISH)[a.value].text
    assert text.endswith("word …")
    assert len(text) <= LONGEST + 2


def test_text_that_is_no_iri_cannot_spoil_the_query(engine: Engine) -> None:
    hostile = "http://e.example/> } DROP ALL #"
    assert labels(engine, [hostile, "a literal"], ENGLISH)[hostile].text == hostile


def test_more_iris_than_a_query_should_hold_are_asked_in_turns(engine: Engine) -> None:
    many = [f"http://e.example/{n}" for n in range(1000)] + [ID + "org/netflix"]
    assert labels(engine, many, ENGLISH)[ID + "org/netflix"].text == "Netflix"


def test_every_word_has_both_languages() -> None:
    assert all(words["en"] and words["fr"] for words in WORDS.values())


def test_names_that_nobody_knows_fill_no_memory(engine: Engine) -> None:
    for number in range(50):
        names = [f"http://e.example/{number}/{each}{'x' * 9_000}" for each in range(50)]
        told = labels(engine, names, ENGLISH)
        assert [told[name].known for name in names] == [False] * 50
        assert LABELS.size <= LABELS.maxsize < 50 * 50 * 9_000


def test_engines_do_not_share_names() -> None:
    a = NamedNode("http://e.example/a")
    for name in ("A", "B"):
        made = Store()
        made.add(Quad(a, NamedNode(iri("rdfs:label")), Literal(name)))
        assert labels(EmbeddedEngine(made), [a.value], ENGLISH)[a.value].text == name
