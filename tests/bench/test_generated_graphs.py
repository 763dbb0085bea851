import sys
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, QueryTriples, RdfFormat, Store, Triple, parse

from oracles import by_hermit
from partage.pipeline.checks.committed import CommittedFile
from partage.pipeline.checks.shapes import load
from partage.pipeline.checks.validate import check
from partage.pipeline.derivation.materialize import RULES, SUBCLASS, tells_something
from partage.pipeline.reasoning.hermit import Hermit
from partage.pipeline.reasoning.projection import TYPE, affirmed, facts, terminology
from partage.rdf.namespaces import GRAPH, iri
from partage.settings import Settings

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # the bench is a package beside the tests

from benchmarks.base import Base, read  # noqa: E402
from benchmarks.generate import FORMS, lines  # noqa: E402

SIZE = 16_000
ONTOLOGY = NamedNode(GRAPH + "ontology")


@pytest.fixture(scope="module")
def base() -> Base:
    return read(ROOT / Settings().release)


def quads(base: Base, form: str, seed: int = 1) -> list[Quad]:
    text = "".join(f"{line} .\n" for line in lines(base, form, SIZE, seed=seed))
    return list(parse(text, format=RdfFormat.N_QUADS))


def triples(found: list[Quad], *graphs: str) -> set[Triple]:
    names: set[object] = {NamedNode(GRAPH + name) for name in graphs} or {DefaultGraph()}
    return {quad.triple for quad in found if quad.graph_name in names}


def test_a_generated_graph_meets_every_shape_and_every_rule(base: Base) -> None:
    known = quads(base, "committed")
    parts = [
        tuple(Quad(*quad.triple) for quad in known if quad.graph_name == ONTOLOGY),
        tuple(quad for quad in known if quad.graph_name != ONTOLOGY),
    ]
    nowhere = Path("/dev/null")
    report = check(load(ROOT / "shapes"), [CommittedFile(nowhere, "made", part) for part in parts])
    assert {one.shape for one in report.results if one.severity != "Info"} == set()
    assert {str(one.focus) for one in report.results if "ns#" not in str(one.focus)} == set()


def test_its_inferences_are_those_of_the_reasoner(base: Base) -> None:
    known = quads(base, "release")
    terms = terminology(quad for quad in known if quad.graph_name == ONTOLOGY)
    asserted = affirmed(facts((Quad(*one) for one in triples(known, "asserted")), terms))
    entailed = by_hermit(Hermit(terms), asserted) - asserted
    expected = {
        (f"<{one.subject}>", f"<{one.predicate}>", f"<{one.object}>")
        for one in entailed
        if tells_something(one)
    }
    of_classes = {one for one in triples(known, "inferred") if one.predicate == SUBCLASS}
    inferred = triples(known, "inferred") - of_classes
    made = {(str(one.subject), str(one.predicate), str(one.object)) for one in inferred}
    assert sorted(made - expected) == []
    assert sorted(expected - made) == []


def test_its_reciprocal_flows_are_those_of_the_rule(base: Base) -> None:
    known = quads(base, "release")
    store = Store()
    store.extend(quad for quad in known if quad.graph_name == DefaultGraph())
    (rule,) = sorted((ROOT / RULES).glob("*.rq"))
    found = store.query(rule.read_text(encoding="utf-8"))
    assert isinstance(found, QueryTriples)
    said = {t for t in triples(known, "derived") if t.predicate.value == iri("ds:reciprocatesFlow")}
    assert said
    assert said == set(found)


def test_every_form_of_one_size_is_one_graph(base: Base) -> None:
    release = quads(base, "release")
    view, asserted = quads(base, "view"), quads(base, "asserted")
    assert SIZE <= len(view) < SIZE + 1000
    for found in (release, view, asserted):
        assert len(set(found)) == len(found)
    assert triples(release) == triples(view)
    assert triples(release, "asserted") == triples(asserted)
    assert triples(view) - triples(asserted) <= triples(release, "inferred", "derived") | triples(
        release, "prefixes", "examples"
    )


def test_a_seed_gives_always_the_same_graph_and_another_seed_another(base: Base) -> None:
    again = read(ROOT / Settings().release)
    one, other = (list(lines(base, "view", SIZE, seed=seed)) for seed in (1, 2))
    assert one == list(lines(again, "view", SIZE, seed=1))
    assert one != other


def test_flows_are_as_many_as_asked_and_skewed(base: Base) -> None:
    made = list(lines(base, "flows", flows=2000))
    givers = Counter(line.split(" ")[2] for line in made if iri("ds:hasProvider") in line)
    assert 2000 <= sum(givers.values()) < 2100
    assert givers.most_common(1)[0][1] > 8 * sum(givers.values()) / len(givers)


@pytest.mark.parametrize("form", FORMS)
def test_types_of_every_form_are_declared(base: Base, form: str) -> None:
    declared = {line.split(" ")[0] for line in base.graphs["ontology"]}
    used = {
        line.split(" ")[2] for line in lines(base, form, SIZE) if f" <{TYPE}> <{iri('ds:')}" in line
    }
    assert used <= declared
