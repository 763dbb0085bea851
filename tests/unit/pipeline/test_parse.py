"""Every file has its graph, or is refused; form and identifiers are checked with the place."""

import shutil
from pathlib import Path

import pytest

from partage.errors import CanonicalFormError, IdentifierError, ProfileViolation, RdfSyntaxError
from partage.pipeline import parse
from partage.pipeline.reasoning import owl_profiles
from partage.pipeline.state import State
from partage.rdf.namespaces import GRAPH


@pytest.fixture
def copy(small: Path, tmp_path: Path) -> Path:
    shutil.copytree(small, tmp_path, dirs_exist_ok=True)
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_committed_files_are_in_order(copy: Path) -> None:
    state = parse.check(parse.parse(copy))
    assert len(state.versions) == 6
    names = {name.removeprefix(GRAPH) for name in state.graphs}
    assert names == {"ontology", "vocabulary", "dataset", "sources", "entities"}


def test_literals_that_are_kept_by_value_are_told_of(
    copy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    parse.parse(copy)
    assert caplog.messages == []
    path = copy / "data/dataset.ttl"
    lines = path.read_text(encoding="utf-8").count("\n")
    with path.open("a", encoding="utf-8") as file:
        file.write('<urn:a> <urn:p> "3"^^<http://www.w3.org/2001/XMLSchema#int> .\n')
    parse.parse(copy)
    (told,) = caplog.messages
    assert told.startswith(f"data/dataset.ttl:{lines + 1}: a literal will be answered with another")


@pytest.mark.parametrize(
    ("name", "graph"),
    [
        ("ontology/partage.ttl", "ontology"),
        ("ontology/alignments.ttl", "alignments"),
        ("ontology/voc/mood.ttl", "vocabulary"),
        ("data/organizations.ttl", "entities"),
        ("data/sources.ttl", "sources"),
        ("data/passages/seed.ttl", "sources"),
        ("data/dataset.ttl", "dataset"),
    ],
)
def test_a_file_has_its_graph(name: str, graph: str) -> None:
    assert parse.graph_of(name) == graph


def test_a_file_without_a_graph_is_refused(copy: Path) -> None:
    (copy / "data/notes").mkdir()
    (copy / "data/notes/a.ttl").write_text("<http://e/a> <http://e/b> <http://e/c> .")
    with pytest.raises(CanonicalFormError, match=r"data/notes/a\.ttl: no graph is made of"):
        parse.parse(copy)


def test_a_syntax_error_has_file_and_line(copy: Path) -> None:
    change(copy / "data/claims/seed.trig", "<claim/c0002/v1#assertion> {", "<claim/c0002/v1#ass {")
    with pytest.raises(RdfSyntaxError, match=r"seed\.trig:\d+:\d+: ") as caught:
        parse.parse(copy)
    text = (copy / "data/claims/seed.trig").read_text(encoding="utf-8").splitlines()
    assert caught.value.line is not None
    assert "v1#ass {" in text[caught.value.line - 1]


def test_a_file_out_of_form_is_told_with_its_line(copy: Path) -> None:
    change(copy / "data/organizations.ttl", "org:netflix a", "org:netflix  a")
    with pytest.raises(CanonicalFormError, match=r"data/organizations\.ttl:\d+: not in the"):
        parse.check(parse.parse(copy))


def test_an_unregistered_identifier_is_told(copy: Path) -> None:
    change(copy / "data/organizations.ttl", "org:netflix a", "org:netflux a")
    with pytest.raises(IdentifierError, match="org/netflux: used but not registered"):
        parse.check(parse.parse(copy))


def test_an_undeclared_term_leaves_owl_2_dl(published: State) -> None:
    broken = tuple(
        quad
        for quad in published.graph("ontology")
        if not (str(quad.subject).endswith("#servesFeature>") and "ObjectProp" in str(quad.object))
    )
    state = published.with_graph("ontology", (quad.triple for quad in broken))
    with pytest.raises(ProfileViolation, match=r"OWL 2 DL in \d+ places.*\n.*servesFeature"):
        owl_profiles.check(state)
