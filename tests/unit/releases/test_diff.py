"""What changed between two releases is told thing by thing, with its reason."""

import json
from dataclasses import replace

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

import three_releases as three
from partage.errors import EngineFailure
from partage.rdf.namespaces import BASE, GRAPH, ID, PREFIXES, iri
from partage.releases import notes
from partage.releases.descriptions import dataset_contents
from partage.releases.diff import Change, Difference, changed_examples, diff

PREFIX = "".join(f"@prefix {prefix}: <{name}> .\n" for prefix, name in PREFIXES.items())


@pytest.fixture(scope="module")
def second() -> Difference:
    return between(three.FIRST, three.SECOND)


@pytest.fixture(scope="module")
def third() -> Difference:
    return between(three.SECOND, three.THIRD)


def between(before: str, after: str) -> Difference:
    old, new = three.quads(before), three.quads(after)
    return replace(diff(old, new), examples=changed_examples(old, new))


def about(difference: Difference, name: str) -> Change:
    change = difference.about(name)
    assert change is not None
    return change


def turtle(text: str) -> list[Quad]:
    return list(parse((PREFIX + text).encode(), format=RdfFormat.TRIG))


def test_a_difference_names_both_releases(second: Difference) -> None:
    assert (second.before, second.after) == (three.FIRST, three.SECOND)


def test_a_merged_thing_points_onward_and_says_why(second: Difference) -> None:
    change = about(second, three.MERGED)
    assert (change.kind, change.what) == ("org", "merged")
    assert (change.successor, change.reason) == (
        three.SUCCESSOR,
        "The same company, entered twice.",
    )
    assert change.label == "Netflix Inc."
    assert not change.added


def test_a_claim_with_a_new_version_is_changed(second: Difference) -> None:
    change = about(second, three.CHANGED)
    assert (change.kind, change.what) == ("claim", "changed")
    assert change.aspects == (iri("pav:hasCurrentVersion"), iri("np:hasAssertion"))
    assert "changed (new version): c:c0003" in notes.as_text(second)


def test_a_withdrawn_claim_takes_its_flow_along(third: Difference) -> None:
    for name in (three.WITHDRAWN, three.WITHDRAWN_FLOW):
        change = about(third, name)
        assert (change.what, change.reason) == ("withdrawn", "The source was misread.")
        assert change.successor is None


def test_a_corrected_label_shows_both_wordings(third: Difference) -> None:
    change = about(third, three.CORRECTED)
    assert [s.object for s in change.removed] == ['"La Gazette"@fr']
    assert [s.object for s in change.added] == ['"La Gazette & Cie"@fr']


def test_a_new_term_is_added(third: Difference) -> None:
    assert [(c.iri, c.what) for c in third.of("term")] == [(three.NEW_TERM, "added")]


def test_what_did_not_change_is_not_told(second: Difference) -> None:
    assert second.about(three.CORRECTED) is None
    assert [change.iri for change in second.changes] == sorted(
        (three.CHANGED, three.CHANGED_FLOW, three.MERGED)
    )


def test_an_example_query_tells_the_rows_it_lost_and_gained(second: Difference) -> None:
    (example,) = second.examples
    assert example.iri == three.EXAMPLE
    assert example.variables == ("who",)
    assert example.lost == ((f"<{three.MERGED}>",),)
    assert example.gained == ((f"<{three.SUCCESSOR}>",),)


def test_a_query_that_cannot_be_answered_is_named() -> None:
    node, graph = NamedNode(BASE + ".well-known/sparql-examples/bad"), NamedNode(GRAPH + "examples")
    bad = [Quad(node, NamedNode(iri("sh:select")), Literal("SELECT nonsense"), graph)]
    with pytest.raises(EngineFailure, match="sparql-examples/bad"):
        changed_examples(bad, bad)


def test_nothing_changed_is_an_empty_difference() -> None:
    same = between(three.THIRD, three.THIRD)
    assert (same.changes, same.examples, same.added, same.removed) == ((), (), 0, 0)


def test_the_names_of_blank_nodes_do_not_matter_and_their_content_does() -> None:
    axiom = "ds:F rdfs:subClassOf _:{name} . _:{name} owl:onProperty ds:p ; owl:hasValue {to} ."
    before = turtle(axiom.format(name="a", to="ds:A"))
    renamed = turtle(axiom.format(name="b", to="ds:A"))
    changed = turtle(axiom.format(name="a", to="ds:B"))
    assert diff(before, renamed).changes == ()
    (change,) = diff(before, changed).changes
    (statement,) = change.added
    assert statement.object.startswith("[ <http://www.w3.org/2002/07/owl#hasValue>")
    assert "ns#B" in statement.object


def test_an_axiom_of_nobody_belongs_to_the_ontology() -> None:
    axiom = turtle("[] a owl:AllDisjointClasses ; owl:members ( ds:A ds:B ) .")
    assert [change.iri for change in diff([], axiom).changes] == [PREFIXES["ds"].rstrip("#")]


def test_blank_nodes_in_a_circle_come_to_an_end() -> None:
    circle = turtle("ds:A rdfs:seeAlso _:a . _:a rdfs:seeAlso _:b . _:b rdfs:seeAlso _:a .")
    (statement,) = dataset_contents(circle).statements[PREFIXES["ds"] + "A"]
    assert statement.object.endswith("[] ] ]")


def test_a_term_that_is_deprecated_is_told_as_such() -> None:
    before = turtle("ds:A a owl:Class .")
    after = [*before, *turtle("ds:A owl:deprecated true .")]
    (change,) = diff(before, after).changes
    assert change.what == "deprecated"


def test_what_is_inferred_instead_of_asserted_is_no_change_but_new_inference_is_marked() -> None:
    said_before = turtle("org:a ds:feeds ft:b .")
    inferred = turtle("org:a ds:feeds ft:b . graph:inferred { org:a ds:feeds ft:b . }")
    assert diff(said_before, inferred).changes == ()
    (change,) = diff([], inferred).changes
    assert [statement.inferred for statement in change.added] == [True]
    assert "+ org:a ds:feeds <https://w3id.org/partage/id/feature/b> (inferred)" in notes.as_text(
        diff([], inferred), listed=True
    )


def test_a_thing_without_a_tombstone_is_removed() -> None:
    (change,) = diff(turtle("org:a a ds:Organization ."), []).changes
    assert (change.iri, change.what) == (ID + "org/a", "removed")


def test_notes_in_markdown_have_headings_and_items(third: Difference) -> None:
    text = notes.as_markdown(third)
    assert "\n## Ontology\n\n- changed: ns (Partage ontology): owl:versionIRI" in text
    assert "\n- withdrawn: c:c0004 (The Gazette says" in text
    assert "\n  - - <https://w3id.org/partage/id/org/facebook>" in text


def test_notes_in_json_hold_everything(third: Difference) -> None:
    facts = json.loads(notes.as_json(third))
    assert facts["statements"] == {"added": third.added, "removed": third.removed}
    assert [change["iri"] for change in facts["changes"]] == [c.iri for c in third.changes]
    corrected = next(c for c in facts["changes"] if c["iri"] == three.CORRECTED)
    assert corrected["aspects"] == [iri("skos:prefLabel")]
    assert corrected["labels"] == {"en": "The Gazette & <Co>", "fr": "La Gazette & Cie"}
    assert facts["examples"][0]["lost"] == [[f"<{ID}org/facebook>"]]
