"""Searching: what counts as a word of a text, and what is found before what."""

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

import small_dataset
from partage.errors import DatasetTooLarge
from partage.rdf.namespaces import ID, VOC, iri
from partage.resources.search.index import SearchIndex, build, fold, kind_of, read
from partage.resources.search.ranking import fits, identified, marked, search, words_of
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Engine

BANK = ID + "org/royal-bank-of-canada"
NAMES = [
    (ID + "org/facebook", "Facebook", 0),
    (ID + "org/netflix", "Netflix", 0),
    (ID + "org/spotify", "Spotify", 0),
    (BANK, "Royal Bank of Canada", 0),
    (BANK, "Banque Royale du Canada", 0),
    (BANK, "RBC", 1),
    (ID + "feature/netflix-recommendations", "Netflix recommendations to friends", 0),
    (ID + "feature/netflix-app", "Netflix app", 0),
    (ID + "source/s0001", "Why Netflix was told of messages on Facebook", 0),
    (ID + "claim/c0001", "Netflix could read private messages of Facebook's users.", 2),
    (VOC + "data-category/phone-numbers", "numéros de téléphone", 0),
    (VOC + "data-category/friends-data", "données des amis", 0),
    (VOC + "data-category/friends", "amis communs", 0),
]
# The longer name comes first because more is claimed about it.
WEIGHTS = {ID + "feature/netflix-recommendations": 5, ID + "feature/netflix-app": 2}


@pytest.fixture(scope="module")
def index() -> SearchIndex:
    return SearchIndex([read(thing, text, "", role) for thing, text, role in NAMES], WEIGHTS)


def found(index: SearchIndex, question: str) -> list[str]:
    return [hit.iri.rpartition("/")[2] for hit in search(index, question).hits]


def test_case_and_accents_do_not_matter() -> None:
    assert fold("Œuvre ÉTÉ Straße İ") == fold("œuvre ete strasse i")


@pytest.mark.parametrize(
    ("question", "thing"),
    [
        ("facebok", "facebook"),
        ("facebook", "facebook"),
        ("FACEBOOK", "facebook"),
        ("spotfy", "spotify"),
        ("spotiyf", "spotify"),
        ("netfix", "netflix"),
        ("banque royal", "royal-bank-of-canada"),
        ("royale banque", "royal-bank-of-canada"),
        ("rbc", "royal-bank-of-canada"),
        ("telephone", "phone-numbers"),
        ("TÉLÉPH", "phone-numbers"),
        ("données des amis", "friends-data"),
        ("who read private messages", "c0001"),
    ],
)
def test_slips_accents_and_beginnings_are_forgiven(
    index: SearchIndex, question: str, thing: str
) -> None:
    assert found(index, question)[0] == thing


def test_the_exact_name_comes_before_beginnings_before_words_within(index: SearchIndex) -> None:
    assert found(index, "netflix") == [
        "netflix",
        "netflix-recommendations",  # more is claimed about it
        "netflix-app",
        "s0001",
        "c0001",
    ]


def test_all_words_are_needed_where_something_has_them(index: SearchIndex) -> None:
    assert found(index, "netflix messages") == ["s0001", "c0001"]
    assert not search(index, "netflix messages").partial


def test_most_words_will_do_where_nothing_has_all(index: SearchIndex) -> None:
    answer = search(index, "netflix messages elephants")
    assert answer.partial
    assert {hit.iri for hit in answer.hits} == {ID + "source/s0001", ID + "claim/c0001"}


def test_what_was_replaced_is_told(index: SearchIndex) -> None:
    assert search(index, "facebok netflix").replaced == (("facebok", "facebook"),)
    assert search(index, "face netflix").replaced == ()


def test_nothing_is_found_for_what_is_like_nothing(index: SearchIndex) -> None:
    answer = search(index, "zzqqxx")
    assert (answer.hits, answer.kinds, answer.instead) == ((), (), "")


def test_a_question_with_too_many_slips_is_answered_by_another(index: SearchIndex) -> None:
    answer = search(index, "spttfy")
    assert answer.hits == ()
    assert answer.instead == "spotify"


def test_short_words_are_not_replaced(index: SearchIndex) -> None:
    assert found(index, "rbx") == []


def test_kinds_are_counted_whatever_kind_is_shown(index: SearchIndex) -> None:
    answer = search(index, "netflix", kind="feature")
    assert dict(answer.kinds) == {"org": 1, "feature": 2, "source": 1, "claim": 1}
    assert [hit.kind for hit in answer.hits] == ["feature", "feature"]


def test_words_that_say_little_are_left_out_unless_there_are_no_others() -> None:
    assert words_of("Who gave the data to Netflix?") == ["data", "netflix"]
    assert words_of("who is it") == ["who", "is", "it"]
    assert words_of("!?") == []


def test_what_was_sought_is_marked_in_the_text_as_it_is_written(index: SearchIndex) -> None:
    sought = search(index, "telephone").sought
    assert marked("Les numéros de Téléphone.", sought) == [
        ("Les numéros de ", False),
        ("Téléphone", True),
        (".", False),
    ]
    assert fits("numéros de téléphone", sought)
    assert not fits("numéros", sought)


def test_a_long_text_is_cut_around_what_was_sought(index: SearchIndex) -> None:
    text = "word " * 100 + "Netflix " + "word " * 100
    pieces = marked(text.strip(), search(index, "netflix").sought, 60)
    assert pieces[0] == ("… ", False)
    assert ("Netflix", True) in pieces
    assert pieces[-1] == (" …", False)
    assert len("".join(piece for piece, _ in pieces)) < 70


@pytest.mark.parametrize(
    ("thing", "kind"),
    [
        (ID + "org/x", "org"),
        (ID + "agreement-set/x0001", "agreement-set"),
        (VOC + "state/past", "concept"),
        (iri("ds:Claim"), "term"),
        ("http://e.example/id/org/x", "other"),
    ],
)
def test_things_are_of_the_kind_of_their_space(thing: str, kind: str) -> None:
    assert kind_of(thing) == kind


@pytest.fixture(scope="module")
def engine() -> Engine:
    return EmbeddedEngine(small_dataset.store())


@pytest.mark.parametrize(
    ("question", "thing"),
    [
        ("c0001", ID + "claim/c0001"),
        ("F0001", ID + "flow/f0001"),
        ("p0002", ID + "passage/p0002"),
        ("ds:Claim", iri("ds:Claim")),
        ("org:netflix", ID + "org/netflix"),
        (f"<{ID}org/netflix>", ID + "org/netflix"),
        ("c9999", None),
        ("ds:Nothing", None),
        ("netflix", None),
        ("http://e.example/> } #", None),
    ],
)
def test_an_identifier_names_its_thing_where_there_is_one(
    engine: Engine, question: str, thing: str | None
) -> None:
    assert identified(engine, question) == thing


def test_an_identified_thing_comes_first_and_once(index: SearchIndex) -> None:
    hits = search(index, "netflix", named=ID + "feature/netflix-app").hits
    assert hits[0].iri == ID + "feature/netflix-app"
    assert len(hits) == len({hit.iri for hit in hits}) == 5


def test_names_glosses_and_composed_names_of_a_dataset_are_found(engine: Engine) -> None:
    index = build(engine)
    assert found(index, "messages prives")[:2] == ["private-messages", "f0001"]
    assert found(index, "netflix denies") == ["c0002"]
    assert found(index, "facebook netflix messages")[0] == "f0001"
    assert found(index, "gazette.net") == ["s0001"]


def test_a_dataset_with_everything_in_named_graphs_is_searched_too() -> None:
    store = Store()
    thing = NamedNode("http://e.example/a")
    store.add(Quad(thing, NamedNode(iri("rdfs:label")), Literal("Apple"), NamedNode("http://g.e/")))
    assert [hit.iri for hit in search(build(EmbeddedEngine(store)), "aple").hits] == [thing.value]


def test_too_many_texts_are_refused(engine: Engine) -> None:
    with pytest.raises(DatasetTooLarge, match="more than 10 texts"):
        build(engine, most=10)
