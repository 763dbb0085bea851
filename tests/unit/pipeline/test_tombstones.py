"""What is retired stays in the data, with why and since when; releases know the ones before."""

from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

import three_releases as three
from partage import assets
from partage.pipeline.checks import competency
from partage.pipeline.checks.registry import RegistryRow
from partage.pipeline.derivation import tombstones
from partage.pipeline.state import State
from partage.rdf.namespaces import BASE, GRAPH, ID, PREFIXES, iri
from partage.releases.catalog import Catalog

RELEASE = BASE + "release/"


def name(curie: str) -> NamedNode:
    return NamedNode(iri(curie))


def graph(quads: list[Quad] | tuple[Quad, ...], local: str) -> set[Triple]:
    return {quad.triple for quad in quads if quad.graph_name == NamedNode(GRAPH + local)}


def unpublished(root: Path, version: str, rows: list[RegistryRow] | None = None) -> State:
    """A build of a version, as it stands before its tombstones are set."""
    state = State(root, registry=tuple(three.registry(version) if rows is None else rows))
    return state.with_graph("dataset", graph(three.quads(version), "dataset"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    three.write_archives(tmp_path)
    return tmp_path


@pytest.mark.parametrize("version", three.VERSIONS)
def test_the_graph_of_the_registry_is_what_other_parts_were_promised(
    root: Path, version: str
) -> None:
    state = tombstones.publish(unpublished(root, version))
    expected = graph(three.quads(version), "registry")
    assert set(map(str, graph(state.graph("registry"), "registry"))) == set(map(str, expected))
    assert bool(expected) == (version != three.FIRST)


@pytest.mark.parametrize("version", three.VERSIONS)
def test_the_default_graph_holds_them_too(root: Path, version: str) -> None:
    state = tombstones.publish(unpublished(root, version))
    assert {quad.triple for quad in state.view} >= {q.triple for q in state.graph("registry")}


def test_a_dataset_is_the_same_before_and_after_it_was_frozen(tmp_path: Path) -> None:
    three.write_archives(tmp_path / "before", three.VERSIONS[:2])
    three.write_archives(tmp_path / "after")
    before, after = (
        tombstones.publish(unpublished(tmp_path / when, three.THIRD))
        for when in ("before", "after")
    )
    assert before.graphs == after.graphs


def test_a_tombstone_keeps_its_day_in_later_releases(root: Path) -> None:
    state = tombstones.publish(unpublished(root, three.THIRD))
    moment = Literal("2026-12-09T00:00:00Z", datatype=name("xsd:dateTime"))
    merged = NamedNode(three.MERGED)
    assert Triple(merged, name("prov:invalidatedAtTime"), moment) in graph(
        state.graph("registry"), "registry"
    )


def test_without_retired_rows_the_graph_is_empty(root: Path) -> None:
    rows = three.registry(three.FIRST)
    state = tombstones.publish(unpublished(root, three.THIRD, rows))
    assert state.graph("registry") == ()
    assert state.report["tombstones and releases"] == {"retired": 0, "releases": 2}


@pytest.mark.meets("R6")
def test_a_deprecated_term_says_so_and_what_takes_its_place(root: Path) -> None:
    term, better = PREFIXES["ds"] + "DataFlow", PREFIXES["ds"] + "AccessGrant"
    rows = [replace(row, status="deprecated", successor=better, reason="Too wide.")
            for row in three.registry(three.FIRST) if row.iri == term]  # fmt: skip
    state = tombstones.publish(unpublished(root, three.SECOND, rows))
    node = NamedNode(term)
    assert graph(state.graph("registry"), "registry") == {
        Triple(node, name("owl:deprecated"), Literal(True)),
        Triple(node, name("schema:creativeWorkStatus"), Literal("deprecated")),
        Triple(node, name("rdfs:comment"), Literal("Too wide.")),
        Triple(node, name("dct:isReplacedBy"), NamedNode(better)),
    }


def test_the_question_for_deprecated_terms_leaves_out_what_was_withdrawn() -> None:
    asked = (assets.assets_root() / "ontology/competency/22-deprecated.rq").read_text(
        encoding="utf-8"
    )
    quads = three.quads(three.THIRD)
    term = NamedNode(PREFIXES["ds"] + "DataFlow")
    store = Store()
    store.extend(quads)
    assert competency.answer(store, asked) == competency.rows("term,successor\n")
    store.add(Quad(term, name("owl:deprecated"), Literal(True)))
    assert competency.answer(store, asked) == competency.rows(f"term,successor\n{term.value},\n")


def test_what_was_never_released_has_no_last_release(root: Path) -> None:
    row = RegistryRow(
        ID + "org/never", "org", "2026-11-23", status="withdrawn", reason="A mistake."
    )
    state = tombstones.publish(unpublished(root, three.SECOND, [row]))
    assert {t.predicate.value for t in graph(state.graph("registry"), "registry")} == {
        iri("owl:deprecated"), iri("schema:creativeWorkStatus"), iri("rdfs:comment"),
    }  # fmt: skip


@pytest.mark.meets("D4", "D5")
def test_a_release_names_all_before_it_and_the_last_by_name(root: Path) -> None:
    state = tombstones.publish(unpublished(root, three.THIRD))
    said = graph(state.graph("dataset"), "dataset")
    dataset = NamedNode(BASE)
    first, second, third = (NamedNode(RELEASE + version) for version in three.VERSIONS)
    assert {t.object for t in said if t.predicate == name("dcat:hasVersion")} == {
        first, second, third}  # fmt: skip
    assert Triple(dataset, name("dcat:hasCurrentVersion"), third) in said
    for predicate in ("dcat:previousVersion", "dcat:prev"):
        assert {(t.subject, t.object) for t in said if t.predicate == name(predicate)} == {
            (second, first), (third, second)}  # fmt: skip
    for version, node in zip(three.VERSIONS, (first, second, third), strict=True):
        assert Triple(node, name("dcat:version"), Literal(version)) in said
        day = Literal(f"{three.ISSUED[version]:%Y-%m-%d}", datatype=name("xsd:date"))
        assert Triple(node, name("dct:issued"), day) in said


def test_data_without_a_calendar_version_are_in_no_line_of_releases(tmp_path: Path) -> None:
    triples = list(tombstones.releases(Catalog.read(tmp_path), "0.0.1", "2026-11-25"))
    assert triples == []
