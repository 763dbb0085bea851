"""
The competency questions, asked of the seed article alone and of the full graph.

To accept new answers after a change that you have read and found right:
`python tests/data/test_competency.py` rewrites the expected results; review the difference.
"""

import csv
import gzip
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, QuerySolutions, RdfFormat, Store

import seed_graph
from partage import assets
from partage.errors import UnknownResource
from partage.pipeline import parse, run
from partage.pipeline.checks import competency
from partage.pipeline.derivation import (
    current_view,
    materialize,
    query_examples,
    tombstones,
    void,
)
from partage.pipeline.derivation.claim_versions import ClaimVersion
from partage.pipeline.reasoning import entailment, owl_profiles, viewpoints
from partage.pipeline.state import State
from partage.pipeline.writing.manifest import inputs_digest
from partage.rdf.namespaces import PREFIXES, iri

FOLDER = assets.assets_root() / competency.FOLDER
QUESTIONS = sorted(FOLDER.glob("*.rq"))
RELEASE = assets.assets_root() / "out" / "release"
SEED = iri("s:s0001")
DATASETS = ("seed", "full")
STEPS = (
    current_view.publish,
    owl_profiles.check,
    entailment.reason,
    viewpoints.weigh,
    materialize.materialize,
    query_examples.publish,
    tombstones.publish,
    void.publish,
)

question_files = pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: str(path.stem))


def finished(state: State) -> Store:
    for step in STEPS:
        state = step(state)
    store = Store()
    store.bulk_extend(state.view)
    for quads in state.graphs.values():
        store.bulk_extend(quads)
    return store


def seed_alone() -> Store:
    return finished(seed_graph.restrict_to_source(parse.parse(assets.assets_root()), SEED))


def full_graph() -> Store:
    """The built release if it is of these files, else the same steps run here."""
    if not run.unchanged(RELEASE, inputs_digest(assets.assets_root())):
        return finished(parse.parse(assets.assets_root()))
    store = Store()
    with gzip.open(RELEASE / "dataset.nq.gz") as file:
        store.bulk_load(io.BytesIO(file.read()), format=RdfFormat.N_QUADS)
    return store


@pytest.fixture(scope="session")
def stores() -> dict[str, Store]:
    return {"seed": seed_alone(), "full": full_graph()}


def expected_path(path: Path, dataset: str) -> Path:
    return FOLDER / dataset / f"{path.stem}.csv"


def expected(path: Path, dataset: str) -> list[tuple[str, ...]]:
    text = expected_path(path, dataset).read_text(encoding="utf-8")
    return [tuple(row) for row in csv.reader(io.StringIO(text, newline=""))]


def actual(path: Path, store: Store) -> list[tuple[str, ...]]:
    return list(competency.answer(store, path.read_text(encoding="utf-8")))


def quad(subject: str, predicate: str, value: str) -> Quad:
    return Quad(NamedNode(subject), NamedNode(predicate), NamedNode(value))


def header(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    found = (re.fullmatch(r"# ([a-z-]+): (.+)", line) for line in lines)
    return {match[1]: match[2] for match in found if match}


def test_there_are_forty_questions_with_expected_answers_on_both_datasets() -> None:
    assert [path.stem[:3] for path in QUESTIONS] == [f"{number:02}-" for number in range(1, 41)]
    for dataset in DATASETS:
        answers = {path.stem for path in (FOLDER / dataset).iterdir()}
        assert answers == {path.stem for path in QUESTIONS}, f"one .csv a question in {dataset}/"


@question_files
def test_each_question_is_asked_in_two_languages_and_says_of_whom(path: Path) -> None:
    lines = header(path)
    assert lines["question"].endswith("?"), f"{path.name}: ask it in English: # question: …?"
    assert lines["question-fr"].endswith(" ?"), f"{path.name}: ask it in French: # question-fr: … ?"
    assert lines["audience"] in ("data scientists", "linked-data consumers", "scholars")
    assert set(lines) <= {
        "question",
        "question-fr",
        "explanation",
        "explanation-fr",
        "audience",
        "note",
    }


@question_files
def test_each_question_declares_the_prefixes_it_uses_as_the_project_does(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    declared = dict(re.findall(r"^PREFIX (\w+): <(\S+)>$", text, re.MULTILINE))
    body = re.sub(r'"[^"\n]*"|<[^<>\s]*>|#.*', "", text.rpartition("\nPREFIX ")[2])
    used = set(re.findall(r"\b([a-z]+):", body.partition("\n")[2]))
    assert declared == {prefix: PREFIXES[prefix] for prefix in sorted(used)}


@question_files
def test_each_question_orders_its_answers_by_every_column(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    solutions = Store().query(text)
    assert isinstance(solutions, QuerySolutions)
    columns = {variable.value for variable in solutions.variables}
    assert set(re.findall(r"\?(\w+)", text.rpartition("ORDER BY")[2])) == columns


@pytest.mark.parametrize("dataset", DATASETS)
@question_files
def test_the_question_has_the_expected_answer(
    path: Path, dataset: str, stores: dict[str, Store]
) -> None:
    assert actual(path, stores[dataset]) == expected(path, dataset), (
        f"{path.name} on the {dataset} graph has another answer than {dataset}/{path.stem}.csv. "
        "If the new one is right, run `python tests/data/test_competency.py` and review it."
    )


def test_a_lost_flow_is_noticed(stores: dict[str, Store]) -> None:
    path = next(path for path in QUESTIONS if path.stem.startswith("01-"))
    store = Store()
    store.bulk_extend(stores["seed"])
    bank = NamedNode(iri("org:royal-bank-of-canada"))
    recipient = NamedNode(iri("ds:hasRecipient"))
    flows = {found.subject for found in store.quads_for_pattern(None, recipient, bank, None)}
    assert len(flows) == 1
    for statement in list(store):
        if statement.subject in flows or statement.object in flows:
            store.remove(statement)
    lost = [row for row in expected(path, "seed") if row not in actual(path, store)]
    assert [row[0] for row in lost] == ["Royal Bank of Canada"]


def test_the_seed_alone_is_the_claims_of_its_article() -> None:
    state = seed_graph.restrict_to_source(parse.parse(assets.assets_root()), SEED)
    described = {str(getattr(row.subject, "value", "")) for row in state.graph("sources")}
    assert {name for name in described if name.startswith(PREFIXES["s"])} == {SEED}
    assert {
        passage for version in state.versions for passage in seed_graph.cited(version)
    } <= described
    assert {version.file for version in state.versions} == {"data/claims/seed.trig"}
    left_out = replace(state, versions=state.versions[1:])
    assert seed_graph.restrict_to_source(left_out, SEED).versions == left_out.versions


def test_a_relation_to_a_claim_that_is_left_out_goes_with_it() -> None:
    here, there = (f"{iri(claim)}/v1" for claim in ("c:c0001", "c:c0002"))
    cites, disputes = iri("prov:wasDerivedFrom"), iri("ds:disputes")
    state = State(
        root=assets.assets_root(),
        versions=(
            ClaimVersion(
                here,
                iri("c:c0001"),
                1,
                "",
                (quad(here, cites, iri("p:p0001")), quad(here, disputes, iri("c:c0002"))),
                (),
            ),
            ClaimVersion(there, iri("c:c0002"), 1, "", (quad(there, cites, iri("p:p0002")),), ()),
        ),
        graphs={
            iri("graph:sources"): (
                quad(iri("p:p0001"), iri("oa:hasSource"), iri("s:s0001")),
                quad(iri("p:p0002"), iri("oa:hasSource"), iri("s:s0002")),
            )
        },
    )
    alone = seed_graph.restrict_to_source(state, SEED)
    assert [row.metadata for row in alone.versions] == [(quad(here, cites, iri("p:p0001")),)]
    assert alone.graph("sources") == (quad(iri("p:p0001"), iri("oa:hasSource"), SEED),)


def test_a_source_without_passages_has_no_graph() -> None:
    with pytest.raises(UnknownResource, match="s9999"):
        seed_graph.restrict_to_source(parse.parse(assets.assets_root()), iri("s:s9999"))


def rewrite() -> None:
    for dataset, store in (("seed", seed_alone()), ("full", full_graph())):
        for path in QUESTIONS:
            with expected_path(path, dataset).open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(actual(path, store))


if __name__ == "__main__":
    rewrite()
