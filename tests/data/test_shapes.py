"""Every shape and every rule: met by the good data, broken by its bad example and by no other."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import DefaultGraph, NamedNode
from pyshacl.entrypoints import meta_validate

from partage import assets
from partage.pipeline.checks import committed
from partage.pipeline.checks.committed import CommittedFile
from partage.pipeline.checks.pyshacl_validation import by_pyshacl
from partage.pipeline.checks.report import ValidationResult, curie_of_shape
from partage.pipeline.checks.shapes import SEVERITIES, Shapes, load
from partage.pipeline.checks.validate import check, validate
from partage.rdf import layout
from partage.rdf.namespaces import PREFIXES, iri
from partage.rdf.parsing import read_rdf

ROOT = assets.assets_root()
FOLDER = ROOT / "shapes"
BAD = sorted(path for path in (FOLDER / "bad").iterdir())
FREE_FORM = {"blank-node", "chain-of-one", "class-of-named-things"}  # they need blank nodes
VALUES = {"x:InEnglish", "x:InFrench", "x:Edtf"}  # shapes inside shapes: never reported themselves


def expected(path: Path) -> str:
    """The shape or rule that a bad example names in its first line."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    name = first.removeprefix("# expects: ")
    return name if name.startswith("x:") else f"x:{name}"


def file(path: Path) -> CommittedFile:
    return CommittedFile(path, str(path.relative_to(ROOT)), tuple(read_rdf(path)))


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return load(FOLDER)


@pytest.fixture(scope="module")
def context() -> list[CommittedFile]:
    """The ontology, the good data, and as much of the vocabulary as the examples use."""
    files = [file(ROOT / "ontology/partage.ttl"), file(FOLDER / "good.trig")]
    files.append(file(ROOT / "data/dataset.ttl"))
    vocabulary = [quad for path in (ROOT / "ontology/voc").glob("*.ttl") for quad in read_rdf(path)]
    scheme = NamedNode(iri("skos:ConceptScheme"))
    wanted: set[object] = {quad.subject for quad in vocabulary if quad.object == scheme}
    wanted |= {
        term for f in [*files, *map(file, BAD)] for q in f.quads for term in (q.subject, q.object)
    }
    before = -1
    while before != len(wanted):
        before = len(wanted)
        wanted |= {quad.object for quad in vocabulary if quad.subject in wanted}
    small = tuple(quad for quad in vocabulary if quad.subject in wanted)
    return [*files, CommittedFile(Path("vocabulary.ttl"), "vocabulary.ttl", small)]


def renumbered(folder: Path) -> Iterator[CommittedFile]:
    """Yield the bad examples with numbers of their own: as they are written, all use the same."""
    for number, path in enumerate(BAD, start=5000):
        copy = folder / path.name
        text = path.read_text(encoding="utf-8").replace("9101", str(number))
        copy.write_text(text, encoding="utf-8")
        yield CommittedFile(copy, path.stem, tuple(read_rdf(copy)))


def apart(files: Iterable[CommittedFile]) -> list[list[CommittedFile]]:
    """Put files together of which none says anything about what another names."""
    groups: list[tuple[set[object], set[object], list[CommittedFile]]] = []
    for one in files:
        said: set[object] = {term for q in one.quads for term in (q.subject, q.graph_name)}
        said.discard(DefaultGraph())
        named = said.union(*((q.predicate, q.object) for q in one.quads))
        for told, mentioned, members in groups:
            if told.isdisjoint(named) and said.isdisjoint(mentioned):
                told.update(said)
                mentioned.update(named)
                members.append(one)
                break
        else:
            groups.append((said, named, [one]))
    return [members for _, _, members in groups]


@pytest.fixture(scope="module")
def found(
    shapes: Shapes, context: list[CommittedFile], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[ValidationResult, ...]]:
    """What is found in each bad example, judged with others where they do not meddle with it."""
    results = {}
    for files in apart(renumbered(tmp_path_factory.mktemp("bad"))):
        together = check(shapes, files, context).results
        for one in files:
            told = tuple(result for result in together if result.file == one.name)
            # Two may well say what only one may say, such as the same title.
            alone = len({r.shape for r in told}) != 1 or one.name.endswith("-duplicated")
            results[one.name] = check(shapes, [one], context).results if alone else told
    return results


def reported(names: Iterable[str]) -> set[str]:
    return {curie_of_shape(name) for name in names}


def test_the_good_data_meet_every_shape_and_every_rule(
    shapes: Shapes, context: list[CommittedFile]
) -> None:
    good = [part for part in context if part.name == "shapes/good.trig"]
    rest = [part for part in context if part.name != "shapes/good.trig"]
    assert check(shapes, good, rest).results == ()
    assert [r for r in check(shapes, context).results if r.severity != "Info"] == []


def test_the_good_data_have_a_focus_node_for_every_shape_of_data(shapes: Shapes) -> None:
    quads = read_rdf(FOLDER / "good.trig")
    kinds = {quad.object for quad in quads if quad.predicate.value == iri("rdf:type")}
    said = {quad.predicate for quad in quads}
    concepts = {NamedNode(iri(f"ds:{name}")) for name in ("Permission", "Purpose")}
    concepts |= {NamedNode(iri("skos:Concept")), NamedNode(iri("skos:ConceptScheme"))}
    abstract = {NamedNode(iri(f"ds:{name}")) for name in ("Party", "DataFlow", "Statement")}
    forbidden = {"oa:exact", "oa:prefix", "oa:suffix", "rdf:value"}
    forbidden |= {"schema:text", "schema:articleBody"}
    unmet = {NamedNode(iri(name)) for name in forbidden}
    for quad in shapes.quads:
        if quad.predicate.value == iri("sh:targetClass") and "owl#Ontology" not in str(quad.object):
            assert quad.object in kinds | concepts | abstract, quad.object
        if quad.predicate.value == iri("sh:targetSubjectsOf") and "rdf-schema" not in str(
            quad.object
        ):
            assert quad.object in said | unmet, quad.object


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_example_breaks_exactly_its_shape(
    path: Path, found: dict[str, tuple[ValidationResult, ...]]
) -> None:
    assert reported(result.shape for result in found[path.stem]) == {expected(path)}
    for result in found[path.stem]:
        assert result.file == path.stem, "the finding is in the bad file"
        assert result.line, "the finding has a line"


@pytest.mark.parametrize("name", ["Flow-provider", "Source-issued", "Named-english", "Term-home"])
def test_a_file_is_judged_alike_with_only_its_neighbourhood_in_view(
    name: str, shapes: Shapes, context: list[CommittedFile]
) -> None:
    bad = next(file(path) for path in BAD if path.stem == name)
    described = {quad.subject for quad in bad.quads}
    alone = check(shapes, [bad], context).results
    together = check(shapes, [*context, bad]).results
    assert set(alone) == {result for result in together if result.focus in described}


def test_every_shape_and_every_rule_has_a_bad_example(shapes: Shapes) -> None:
    speaking = reported(name for name, shape in shapes.shapes.items() if shape.message.en)
    rules = reported(rule.iri for rule in shapes.rules)
    assert {expected(path) for path in BAD} == (speaking | rules) - VALUES


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_examples_are_small_and_in_the_committed_form(path: Path) -> None:
    first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    assert first == f"# expects: {expected(path) if path.stem[0].isupper() else path.stem}"
    assert path.stem == expected(path).removeprefix("x:")
    assert rest.count("\n") < 60
    if path.stem not in FREE_FORM:
        assert rest == layout.committed_form(read_rdf(path))


def test_shapes_name_describe_and_advise_in_both_languages(shapes: Shapes) -> None:
    texts: dict[tuple[str, str], dict[str, str]] = {}
    for quad in shapes.quads:
        language = getattr(quad.object, "language", None)
        if language and isinstance(quad.subject, NamedNode):
            key = (quad.subject.value, quad.predicate.value)
            assert language not in texts.setdefault(key, {}), f"{key} twice in {language}"
            texts[key][language] = quad.object.value  # type: ignore[union-attr]
    wanted = [iri(f"sh:{name}") for name in ("name", "description", "message")]
    for name, shape in shapes.shapes.items():
        keys = wanted if shape.path else wanted[:1]
        for predicate in keys:
            assert set(texts[(name, predicate)]) == {"en", "fr"}, (name, predicate)
        if shape.message.en and curie_of_shape(name) not in VALUES:
            assert shape.advice.en, name
            assert shape.advice.fr, name
    for where, by_language in texts.items():
        assert set(by_language) == {"en", "fr"}, where


def test_a_french_text_is_not_the_english_one(shapes: Shapes) -> None:
    for shape in shapes.shapes.values():
        if shape.message.en:
            assert shape.message.en != shape.message.fr, shape.iri
            assert shape.advice.en != shape.advice.fr or not shape.advice.en, shape.iri
    for rule in shapes.rules:
        assert rule.message.en != rule.message.fr, rule.name
        assert rule.advice.en != rule.advice.fr, rule.name


def test_every_property_shape_has_a_severity_an_order_and_a_group(shapes: Shapes) -> None:
    said: dict[str, dict[str, int]] = {}
    for quad in shapes.quads:
        if isinstance(quad.subject, NamedNode):
            row = said.setdefault(quad.subject.value, {})
            row[quad.predicate.value] = row.get(quad.predicate.value, 0) + 1
    for name, shape in shapes.shapes.items():
        if shape.path:
            for key in ("severity", "order", "group"):
                assert said[name][iri(f"sh:{key}")] == 1, (name, key)
        elif shape.message.en:
            assert said[name][iri("sh:severity")] == 1, name


def test_every_property_shape_belongs_to_a_node_shape(shapes: Shapes) -> None:
    used = {q.object.value for q in shapes.quads if q.predicate.value == iri("sh:property")}  # type: ignore[union-attr]
    assert used == {name for name, shape in shapes.shapes.items() if shape.path}


def test_the_shapes_conform_to_the_shapes_of_shapes() -> None:
    graph = rdflib.Graph()
    for path in FOLDER.glob("*.ttl"):
        graph.parse(path)
    conforms, _, text = meta_validate(graph)
    assert conforms, text


def test_rules_are_named_after_what_they_refuse_and_never_after_a_shape(shapes: Shapes) -> None:
    for rule in shapes.rules:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
        assert rule.severity in SEVERITIES
        assert rule.message.en.endswith(".")
        assert rule.message.fr.endswith(".")
        assert "ORDER BY" not in rule.query, "findings are sorted by place"


def test_shapes_and_rules_speak_only_of_declared_terms(shapes: Shapes) -> None:
    ds = PREFIXES["ds"]
    declared = {
        quad.subject.value
        for quad in read_rdf(ROOT / "ontology/partage.ttl")
        if isinstance(quad.subject, NamedNode) and quad.predicate.value == iri("rdf:type")
    }
    used = {
        term.value
        for quad in shapes.quads
        for term in (quad.predicate, quad.object)
        if isinstance(term, NamedNode) and term.value.startswith(ds)
    }
    for rule in shapes.rules:
        used |= {ds + name for name in re.findall(r"\bds:(\w+)", rule.query)}
    assert used <= declared


def test_the_class_a_shape_asks_for_fits_the_range_in_the_ontology(shapes: Shapes) -> None:
    ontology = read_rdf(ROOT / "ontology/partage.ttl")
    keys = {iri("rdfs:range"), iri("schema:rangeIncludes")}
    ranges: dict[str, set[str]] = {}
    parents: dict[str, set[str]] = {}
    for quad in ontology:
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            if quad.predicate.value in keys:
                ranges.setdefault(quad.subject.value, set()).add(quad.object.value)
            if quad.predicate.value == iri("rdfs:subClassOf"):
                parents.setdefault(quad.subject.value, set()).add(quad.object.value)
    path = {q.subject: q.object for q in shapes.quads if q.predicate.value == iri("sh:path")}
    for quad in shapes.quads:
        if quad.predicate.value != iri("sh:class") or quad.subject not in path:
            continue
        known = ranges.get(path[quad.subject].value)  # type: ignore[union-attr]
        above = {quad.object.value}  # type: ignore[union-attr]
        for _ in range(5):
            above |= {parent for name in above for parent in parents.get(name, ())}
        assert not known or above & known, quad.subject


def test_the_committed_data_vocabulary_and_ontology_conform() -> None:
    report = validate(ROOT)
    assert [r for r in report.results if r.severity == "Violation"] == []
    assert report.files == len(committed.files(ROOT))


def test_pyshacl_and_the_queries_find_the_same_in_all_that_is_committed(shapes: Shapes) -> None:
    files = committed.files(ROOT)
    told = check(shapes, files)
    assert told == check(shapes, files, judge=by_pyshacl)
    assert told.results
