"""The shapes as queries: what pySHACL finds, on damaged data and on every constraint there is."""

import random
import shutil
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from other_endpoint import listening
from partage import assets
from partage.errors import ShapesGraphError
from partage.pipeline.checks import validate
from partage.pipeline.checks.pyshacl_validation import by_pyshacl
from partage.pipeline.checks.report import ValidationResult
from partage.pipeline.checks.shape_queries import SETS, TARGETS, VALUES, constraints
from partage.pipeline.checks.shapes import SHAPES, Shapes, Term, load
from partage.pipeline.checks.validate import by_shapes
from partage.rdf.namespaces import PREFIXES, iri
from partage.rdf.parsing import read_rdf
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.remote.remote_engine import RemoteEngine

ROOT = assets.assets_root()
EX = "https://example.org/"
HEAD = "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in ("sh", "xsd", "rdfs", "rdf"))
HEAD += f"@prefix x: <{SHAPES}> .\n@prefix : <{EX}> .\n"


def flat(quads: Iterable[Quad | Triple]) -> list[Quad]:
    return [Quad(quad.subject, quad.predicate, quad.object) for quad in quads]


def by_queries(quads: Iterable[Quad], shapes: Shapes) -> set[ValidationResult]:
    store = Store()
    store.bulk_extend(flat(quads))
    with closing(EmbeddedEngine(store)) as engine:
        return set(by_shapes(engine, shapes))


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return load(ROOT / "shapes")


@pytest.fixture(scope="module")
def good() -> list[Quad]:
    quads = [*read_rdf(ROOT / "ontology/partage.ttl"), *read_rdf(ROOT / "shapes/good.trig")]
    wanted = {term for quad in quads for term in (quad.subject, quad.object)}
    for path in sorted((ROOT / "ontology/voc").glob("*.ttl")):
        quads += [quad for quad in read_rdf(path) if quad.subject in wanted]
    return flat(quads)


def test_all_bad_examples_together_are_judged_alike(shapes: Shapes, good: list[Quad]) -> None:
    bad = [quad for path in sorted((ROOT / "shapes/bad").iterdir()) for quad in read_rdf(path)]
    told = by_queries([*good, *bad], shapes)
    assert told == set(by_pyshacl([*good, *flat(bad)], shapes))
    assert len({result.shape for result in told}) > 90


# ---- damaged data ----------------------------------------------------------------------------

ODD: list[Term] = [
    Literal("text"), Literal("texte", language="fr"), Literal(7), Literal(-1), Literal(2.5),
    Literal("", datatype=NamedNode(iri("xsd:integer"))), NamedNode(EX + "nothing"), BlankNode("b"),
]  # fmt: skip


def damaged(quads: list[Quad], draw: random.Random) -> list[Quad]:
    """Leave out, double or spoil some statements of the data, not of the ontology."""
    made = list(quads)
    data = [n for n, quad in enumerate(quads) if PREFIXES["ds"] not in str(quad.subject)]
    for number in draw.sample(data, 60):
        quad = quads[number]
        other = draw.choice([*ODD, *(quads[draw.choice(data)].object for _ in ODD)])
        spoilt = Quad(quad.subject, quad.predicate, other)
        made[number] = draw.choice([spoilt, spoilt, quads[0]])
        if draw.random() < 0.4:
            made.append(quad)
    return made


@pytest.mark.parametrize("seed", range(6))
def test_damaged_data_are_judged_alike(seed: int, shapes: Shapes, good: list[Quad]) -> None:
    data = damaged(good, random.Random(seed))
    told = by_queries(data, shapes)
    assert told == set(by_pyshacl(data, shapes))
    assert len(told) > 20


# ---- every constraint ------------------------------------------------------------------------

SPEAKING = 'sh:message "a"@en , "b"@fr ; x:advice "c"@en , "d"@fr'
PROPERTY = [
    "sh:minCount 1", "sh:minCount 2", "sh:maxCount 0", "sh:maxCount 1", "sh:class :A",
    "sh:datatype xsd:integer", "sh:datatype xsd:string", "sh:datatype rdf:langString",
    "sh:datatype xsd:boolean", "sh:datatype xsd:decimal", "sh:datatype :own",
    "sh:nodeKind sh:IRI", "sh:nodeKind sh:Literal", "sh:nodeKind sh:BlankNodeOrIRI",
    "sh:nodeKind sh:IRIOrLiteral", "sh:nodeKind sh:BlankNode",
    'sh:pattern "^[a-z]+$"', 'sh:pattern "^[a-z]+$" ; sh:flags "i"', 'sh:pattern "example"',
    'sh:in ( :a "a" 1 "x"@en )', "sh:in ()", 'sh:languageIn ( "en" )',
    'sh:languageIn ( "en" "fr" )',
    "sh:node x:Small", "sh:minLength 2", "sh:maxLength 2", "sh:minInclusive 1",
    "sh:maxInclusive 1", "sh:minExclusive 1", "sh:maxExclusive 1",
    "sh:qualifiedValueShape x:Small ; sh:qualifiedMinCount 1",
    "sh:qualifiedValueShape x:Small ; sh:qualifiedMinCount 2 ; sh:qualifiedMaxCount 2",
    "sh:qualifiedValueShape x:Small ; sh:qualifiedMaxCount 0",
    "sh:disjoint :q", "sh:lessThan :q", "sh:lessThanOrEquals :q", "sh:uniqueLang true",
    "sh:uniqueLang false", "sh:hasValue :a", 'sh:hasValue "x"@en', "sh:hasValue 1",
]  # fmt: skip
NODE = [row for row in PROPERTY if not row.startswith(("sh:m", "sh:q", "sh:d", "sh:l", "sh:u"))]
NODE += ["sh:minLength 22", "sh:disjoint :p", "sh:languageIn ( 'en' )"]
PATHS = [":p", "[ sh:inversePath :p ]", "[ sh:alternativePath ( :p :q ) ]"]
FOCI = ["sh:targetClass :A", "sh:targetSubjectsOf :q", "sh:targetObjectsOf :q", "sh:targetNode :a"]
VALUE = [
    ":a", ":b", ":c", ":d", "_:e", "_:f", '"a"', '"A"', '"abc"', '"x"@en', '"y"@en', '"x"@fr', "1",
    "2", "0", "1.5", "true", '"true"^^xsd:integer', '"1"', '"v"^^:own', '""',
]  # fmt: skip

COMPARABLE = [":a", ":b", ":c", ":d", "0", "1", "2", "1.5", "3"]
"""pySHACL orders what SPARQL cannot (a text and a number), and stops at blank nodes."""


def one_shape(tmp_path: Path, text: str) -> Shapes:
    (tmp_path / "rules").mkdir(exist_ok=True)
    rule = (ROOT / "shapes/rules/flow-self.rq").read_text(encoding="utf-8")
    (tmp_path / "rules/flow-self.rq").write_text(rule, encoding="utf-8")
    small = f'x:Small a sh:NodeShape ; {SPEAKING} ; sh:nodeKind sh:Literal ; sh:pattern "^.?$" .\n'
    (tmp_path / "shapes.ttl").write_text(HEAD + small + text, encoding="utf-8")
    return load(tmp_path)


def some_data(draw: random.Random, constraint: str) -> list[Quad]:
    compares = "clusive" in constraint or "lessThan" in constraint
    values = COMPARABLE if compares else VALUE
    nodes = values[: 4 if compares else 6]
    rows = [f"{draw.choice(nodes)} :{draw.choice('pq')} {draw.choice(values)} ." for _ in range(50)]
    rows += [f"{draw.choice(nodes)} a :{draw.choice('AB')} ." for _ in range(5)]
    return turtle(":B rdfs:subClassOf :A .\n" + "\n".join(rows))


def turtle(text: str) -> list[Quad]:
    return flat(parse((HEAD + text).encode(), format=RdfFormat.TURTLE))


@pytest.mark.parametrize("constraint", PROPERTY)
def test_a_constraint_of_properties_is_judged_alike(constraint: str, tmp_path: Path) -> None:
    draw = random.Random(constraint)
    found = 0
    for path, focus in [(path, focus) for path in PATHS for focus in FOCI]:
        if "targetObjectsOf" in focus:
            continue  # a literal as focus node has no properties
        judged = one_shape(
            tmp_path,
            f"x:N a sh:NodeShape ; {focus} ; sh:property x:P .\n"
            f"x:P a sh:PropertyShape ; {SPEAKING} ; sh:path {path} ; {constraint} .",
        )
        data = some_data(draw, constraint)
        told = by_queries(data, judged)
        assert told == set(by_pyshacl(data, judged)), (path, focus)
        found += len(told)
    assert found or constraint in {"sh:uniqueLang false"}


@pytest.mark.parametrize("constraint", NODE)
def test_a_constraint_of_nodes_is_judged_alike(constraint: str, tmp_path: Path) -> None:
    draw = random.Random(constraint)
    for focus in FOCI[:2] + FOCI[3:]:
        judged = one_shape(tmp_path, f"x:N a sh:NodeShape ; {SPEAKING} ; {focus} ; {constraint} .")
        data = some_data(draw, constraint)
        assert by_queries(data, judged) == set(by_pyshacl(data, judged)), focus


def test_a_value_that_is_reached_twice_is_counted_once(tmp_path: Path) -> None:
    judged = one_shape(
        tmp_path,
        "x:N a sh:NodeShape ; sh:targetNode :a ; sh:property x:P .\n"
        f"x:P a sh:PropertyShape ; {SPEAKING} ; sh:path {PATHS[2]} ; sh:maxCount 1 .",
    )
    data = turtle(":a :p 1 ; :q 1 .")
    assert by_queries(data, judged) == set(by_pyshacl(data, judged)) == set()


def test_every_constraint_of_the_tables_is_tried() -> None:
    tried = {word for row in PROPERTY + FOCI for word in row.split() if word.startswith("sh:")}
    assert {f"sh:{name}" for name in [*VALUES, *SETS, *TARGETS]} <= tried


# ---- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("constraint", "says"),
    [
        ("sh:not x:Small", "no query is known for sh:not"),
        ("sh:or ( x:Small )", "sh:or"),
        ("sh:closed true", "sh:closed"),
        ("sh:equals :q", "sh:equals"),
        ("sh:deactivated true", "sh:deactivated"),
        ("sh:sparql [ sh:select '' ]", "sh:sparql"),
        ("sh:qualifiedValueShapesDisjoint true", "sh:qualifiedValueShapesDisjoint"),
        ("sh:datatype xsd:date", "values of xsd:date"),
        ("sh:node x:N", "inside a shape, only values"),
        ("a rdfs:Class", "a shape that is a class"),
    ],
)
def test_what_no_query_is_known_for_is_refused(constraint: str, says: str, tmp_path: Path) -> None:
    text = (
        f"x:N a sh:NodeShape ; {SPEAKING} ; sh:targetClass :A ; sh:property x:P ; {constraint} .\n"
    )
    text += f"x:P a sh:PropertyShape ; {SPEAKING} ; sh:path :p ; sh:minCount 1 ."
    with pytest.raises(ShapesGraphError, match=says):
        list(constraints(one_shape(tmp_path, text)))


def test_a_pattern_that_the_engine_cannot_read_lets_nothing_pass(tmp_path: Path) -> None:
    judged = one_shape(
        tmp_path, f'x:N a sh:NodeShape ; {SPEAKING} ; sh:targetClass :A ; sh:pattern "(?=h)" .'
    )
    assert len(by_queries(turtle(":a a :A ."), judged)) == 1


# ---- elsewhere -------------------------------------------------------------------------------


def test_a_remote_engine_is_asked_the_same_and_says_the_same(
    shapes: Shapes, good: list[Quad]
) -> None:
    data = [quad for quad in damaged(good, random.Random(1)) if not _blank(quad)]
    with listening() as other, closing(RemoteEngine(other.url)) as engine:
        other.store = Store()
        other.store.bulk_extend(data)
        assert set(by_shapes(engine, shapes)) == by_queries(data, shapes)
    assert len(other.heard) == len(list(constraints(shapes)))


def _blank(quad: Quad) -> bool:
    return isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)


def test_pyshacl_is_asked_where_that_is_wanted(tmp_path: Path) -> None:
    for folder in ("ontology", "shapes"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "data").mkdir()
    shutil.copy(ROOT / "shapes/good.trig", tmp_path / "data")
    bad = ROOT / "shapes/bad/Flow-provider.trig"
    told = validate.validate(tmp_path, [bad]).results
    assert told
    asked: list[Shapes] = []

    def judge(quads: Iterable[Quad], shapes: Shapes) -> Iterable[ValidationResult]:
        asked.append(shapes)
        return by_pyshacl(quads, shapes)

    assert validate.validate(tmp_path, [bad], judge).results == told
    assert len(asked) == 1
