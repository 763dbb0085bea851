"""What the pages of claims, parties and terms show, before any HTML."""

import pytest
from pyoxigraph import NamedNode

import small_dataset
from partage.rdf.namespaces import ID, VOC, iri
from partage.resources.description.describe import describe
from partage.resources.pages.claim import ClaimPage, claim_page
from partage.resources.pages.resource import ResourcePage, resource_page
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Engine

ENGLISH = ("en", "fr", "")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return EmbeddedEngine(small_dataset.store())


def claim(engine: Engine, local: str) -> ClaimPage:
    description = describe(engine, ID + "claim/" + local)
    assert NamedNode(iri("ds:Claim")) in description.values(iri("rdf:type"))
    return claim_page(engine, description, ENGLISH)[0]


def page(engine: Engine, iri: str, languages: tuple[str, ...] = ENGLISH) -> ResourcePage:
    return resource_page(engine, describe(engine, iri), languages)


def test_a_claim_tells_who_says_what(engine: Engine) -> None:
    shown = claim(engine, "c0001")
    assert shown.gloss is not None
    assert shown.gloss.text == "Netflix is said to have had access to private messages."
    assert [speaker.text for speaker in shown.speakers] == ["The Gazette & <Co>"]
    assert [about.text for about in shown.about] == ["Facebook → Netflix: private messages"]
    assert shown.contested
    assert shown.version is not None
    assert shown.version.href == "/doc/claim/c0001/v1"


def test_a_claim_tells_where_it_is_said_with_the_digests(engine: Engine) -> None:
    (passage,) = claim(engine, "c0001").passages
    assert passage.source is not None
    assert (passage.source.text, passage.source.language) == ("Quand Facebook partageait", "fr")
    address = passage.first("schema:url")
    assert address is not None
    assert address.external
    digests = {row.label.text: row.cells[0].value.text for row in passage.digests}
    assert digests["first character"] == "124"
    assert any(len(text) == 64 for text in digests.values())


def test_a_claim_with_a_locator_has_no_digests(engine: Engine) -> None:
    (passage,) = claim(engine, "c0002").passages
    assert passage.digests == ()
    locator = passage.first("ds:locator")
    assert locator is not None
    assert locator.text == "last paragraph"


def test_relations_are_told_from_both_sides(engine: Engine) -> None:
    (disputed,) = claim(engine, "c0001").relations
    (disputing,) = claim(engine, "c0002").relations
    assert (disputed.relation, disputed.outgoing, disputed.in_logic) == ("disputes", False, True)
    assert (disputing.relation, disputing.outgoing, disputing.in_logic) == ("disputes", True, True)
    assert disputed.claim.text == "Netflix denies having had that access."
    assert [speaker.text for speaker in disputed.speakers] == ["Netflix"]


def test_a_denial_is_read_as_one_sentence(engine: Engine) -> None:
    (saying,) = claim(engine, "c0002").sayings
    assert [value.text for value in saying.denied] == [
        "Facebook → Netflix: private messages",
        "has recipient",
        "Netflix",
    ]


def test_what_a_claim_says_is_shown_thing_by_thing(engine: Engine) -> None:
    first, second = claim(engine, "c0001").sayings
    assert first.subject.text == "Facebook → Netflix: private messages"
    assert {row.label.text for row in first.rows} >= {"type", "has recipient"}
    assert second.subject.text == "state (claim c0001)"


def test_asserted_inferred_and_derived_are_kept_apart(engine: Engine) -> None:
    flow = page(engine, ID + "flow/f0001")
    assert [value.text for value in flow.types] == ["access grant"]
    assert flow.inferred[0].cells[0].value.text == "data flow"
    assert page(engine, ID + "claim/c0002").derived[0].cells[0].value.name == ID + "claim/c0001"


def test_the_claim_behind_a_statement_is_linked(engine: Engine) -> None:
    (row,) = [
        r for r in page(engine, ID + "flow/f0001").asserted if r.label.text == "has recipient"
    ]
    (graph,) = row.cells[0].graphs
    assert (graph.text, graph.href) == ("c0001", "/doc/claim/c0001")
    assert graph.note.startswith("Netflix is said")


def test_names_follow_the_reader(engine: Engine) -> None:
    concept = VOC + "data-category/private-messages"
    assert page(engine, concept, ("fr", "en", "")).label.text == "messages privés"
    assert {name.text for name in page(engine, concept).names} == {
        "private messages",
        "messages privés",
    }
