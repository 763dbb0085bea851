"""Shapes over literals that the engine keeps by value: judged as pySHACL judges them."""

import shutil
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from literals import FORMS, INTEGERS, LITERALS, XSD
from partage import assets
from partage.errors import ShapesGraphError
from partage.pipeline.checks import pyshacl_validation, validate
from partage.pipeline.checks.pyshacl_validation import by_pyshacl
from partage.pipeline.checks.report import ValidationResult
from partage.pipeline.checks.shapes import SHAPES, Shapes, load
from partage.pipeline.checks.undecided import undecided
from partage.pipeline.checks.validate import by_both, by_shapes
from partage.rdf.by_value import uncomparable
from partage.rdf.namespaces import PREFIXES
from partage.store.embedded.oxigraph import EmbeddedEngine

ROOT = assets.assets_root()
EX = "https://example.org/"
HEAD = "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in ("sh", "xsd", "rdfs", "rdf"))
HEAD += f"@prefix x: <{SHAPES}> .\n@prefix : <{EX}> .\n"
SPEAKING = 'sh:message "a"@en , "b"@fr ; x:advice "c"@en , "d"@fr'
AS_WRITTEN = [
    "sh:datatype xsd:integer", "sh:datatype xsd:decimal", "sh:datatype xsd:double",
    "sh:datatype xsd:float", "sh:datatype xsd:boolean", "sh:datatype xsd:dateTime",
    "sh:datatype xsd:string", "sh:datatype xsd:anyURI", "sh:datatype rdf:HTML",
    "sh:minCount 2", "sh:maxCount 1", "sh:nodeKind sh:Literal", "sh:nodeKind sh:IRI",
    'sh:pattern "^[0-9]+$"', "sh:minLength 2", "sh:maxLength 2", 'sh:languageIn ( "en" )',
    'sh:in ( 1 01 1.0 "1"^^xsd:boolean "x" )', 'sh:in ( "3"^^xsd:int 1e0 true )',
    "sh:hasValue 1", "sh:hasValue 01", 'sh:hasValue "3"^^xsd:byte', "sh:disjoint :q",
    "sh:qualifiedValueShape x:One ; sh:qualifiedMaxCount 0", "sh:node x:One",
]  # fmt: skip
BY_VALUE = [
    "sh:minInclusive 1", "sh:maxInclusive 1", "sh:minExclusive 1.50", "sh:maxExclusive 1e0",
]  # fmt: skip
PAIRS = ["sh:lessThan :q", "sh:lessThanOrEquals :q"]
NUMBERS = [
    Literal(text, datatype=NamedNode(XSD + name))
    for name in ("integer", "decimal", "float", "double", "int", "unsignedByte")
    for text in FORMS[name]
]
P, Q, TYPE, A = (NamedNode(EX + "p"), NamedNode(EX + "q"), NamedNode(PREFIXES["rdf"] + "type"),
                 NamedNode(EX + "A"))  # fmt: skip


def shapes_of(directory: Path, constraints: Iterable[str]) -> Shapes:
    """Return a shape of the class A with a property shape for each constraint."""
    parts = [f"x:P{n} a sh:PropertyShape ; {SPEAKING} ; sh:path :p ; {constraint} .\n"
             for n, constraint in enumerate(constraints)]  # fmt: skip
    names = " , ".join(f"x:P{n}" for n in range(len(parts)))
    text = f"x:N a sh:NodeShape ; sh:targetClass :A ; sh:property {names} .\n"
    text += f"x:One a sh:NodeShape ; {SPEAKING} ; sh:in ( 1 01 ) .\n"
    (directory / "rules").mkdir()
    shutil.copy(ROOT / "shapes/rules/flow-self.rq", directory / "rules")
    (directory / "shapes.ttl").write_text(HEAD + text + "".join(parts), encoding="utf-8")
    return load(directory)


def about(*nodes: tuple[Iterable[Literal], Iterable[Literal]]) -> list[Quad]:
    """Return data of one node of class A for each pair of values of :p and of :q."""
    quads = []
    for number, (ps, qs) in enumerate(nodes):
        node = NamedNode(f"{EX}n{number}")
        quads += [Quad(node, TYPE, A), *(Quad(node, P, one) for one in ps)]
        quads += [Quad(node, Q, one) for one in qs]
    return quads


def judged(data: list[Quad], shapes: Shapes, *, alone: bool = False) -> set[ValidationResult]:
    store = Store()
    store.bulk_extend(data)
    with closing(EmbeddedEngine(store)) as engine:
        return set(by_shapes(engine, shapes) if alone else by_both(engine, data, shapes))


def turtle(text: str) -> list[Quad]:
    return list(parse((HEAD + text).encode(), RdfFormat.TURTLE))


def test_literals_as_they_are_written_are_judged_alike(tmp_path: Path) -> None:
    shapes = shapes_of(tmp_path, AS_WRITTEN)
    tried = [one for one in LITERALS if not one.direction]  # which rdflib cannot hold
    tried = [one for one in tried if one.datatype.value.removeprefix(XSD) not in INTEGERS[2:]]
    data = about(*(([one, Literal(1)], [one]) for one in tried))
    expected = set(by_pyshacl(data, shapes))
    assert judged(data, shapes) == expected
    assert len(judged(data, shapes, alone=True) ^ expected) > 1_000, "the queries alone are wrong"


def test_values_are_judged_alike(tmp_path: Path) -> None:
    shapes = shapes_of(tmp_path, BY_VALUE)
    data = about(*(([one], ()) for one in NUMBERS))
    expected = set(by_pyshacl(data, shapes))
    assert judged(data, shapes) == expected
    assert judged(data, shapes, alone=True) != expected


def test_pairs_of_values_that_the_engine_reads_are_judged_alike(tmp_path: Path) -> None:
    shapes = shapes_of(tmp_path, PAIRS)
    # To the engine -3 is a number, also where it is too small for an xsd:unsignedByte.
    cannot = uncomparable(NUMBERS) | {Literal("-3", datatype=NamedNode(XSD + "unsignedByte"))}
    read = [one for one in NUMBERS if one not in cannot]
    data = about(*(([one], [Literal(1)]) for one in read))

    def verdicts(results: Iterable[ValidationResult]) -> set[tuple[object, str]]:
        return {(result.focus, result.component) for result in results}

    expected = verdicts(by_pyshacl(data, shapes))
    assert verdicts(judged(data, shapes)) == expected
    assert len(expected) > 10


def test_two_forms_of_a_value_are_two_values_and_two_datatypes_too(tmp_path: Path) -> None:
    shapes = shapes_of(tmp_path, ["sh:maxCount 1", "sh:minCount 2"])
    data = turtle(':a a :A ; :p 1 , 01 . :b a :A ; :p 3 , "3"^^xsd:int . :c a :A ; :p 1 , 1 .')
    told = {(str(result.focus), result.shape[-2:]) for result in judged(data, shapes)}
    assert told == {(f"<{EX}a>", "P0"), (f"<{EX}b>", "P0"), (f"<{EX}c>", "P1")}
    assert told != {(str(r.focus), r.shape[-2:]) for r in judged(data, shapes, alone=True)}


def test_blank_nodes_and_classes_of_values_are_seen(tmp_path: Path) -> None:
    shapes = shapes_of(tmp_path, ["sh:class :Big", "sh:minCount 3"])
    data = turtle(
        ":Bigger rdfs:subClassOf :Big . :x a :Bigger . :B rdfs:subClassOf :A .\n"
        "[] a :B ; :p :x , :y , 01 ."
    )
    told = judged(data, shapes)
    assert told == set(by_pyshacl(data, shapes))
    assert {str(result.value) for result in told} == {f"<{EX}y>", f'"01"^^<{XSD}integer>'}


def test_a_bound_that_the_engine_cannot_read_is_compared(tmp_path: Path) -> None:
    shapes = shapes_of(tmp_path, ["sh:maxInclusive 99999999999999999999"])
    data = turtle(":a a :A ; :p 2 . :b a :A ; :p 199999999999999999999 .")
    assert {str(result.focus) for result in judged(data, shapes)} == {f"<{EX}b>"}


def test_values_without_an_order_are_violations_and_stop_nothing(tmp_path: Path) -> None:
    shapes = shapes_of(tmp_path, PAIRS)
    data = turtle(':a a :A ; :p "abc"^^xsd:integer ; :q 1 .')
    assert {result.shape[-2:] for result in judged(data, shapes)} == {"P0", "P1"}
    with pytest.raises(ShapesGraphError, match="values that have no order"):
        list(by_pyshacl(data, shapes))


def test_pyshacl_is_not_asked_where_the_engine_keeps_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = shapes_of(tmp_path, [*AS_WRITTEN[:4], *BY_VALUE[:2], "sh:in ( 1 01 )"])
    data = turtle(':a a :A ; :p 2 , "1.5"^^xsd:decimal , "2020-01-01"^^xsd:date , "x"@en , "01" .')
    assert undecided(data, shapes) == set()
    monkeypatch.setattr(pyshacl_validation, "by_pyshacl", None)
    assert judged(data, shapes) == judged(data, shapes, alone=True) != set()
    with pytest.raises(TypeError, match="not callable"):
        judged(turtle(":a a :A ; :p 1 ."), shapes)  # as the shape's 01 to the engine


def test_capture_lengths_are_judged_as_they_are_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    lengths = {1: '"3"^^xsd:int', 2: '"01"^^xsd:integer , 1', 3: "99999999999999999999",
               4: "1", 5: '"abc"^^xsd:integer'}  # fmt: skip
    path = tmp_path / "sources.ttl"
    head = f"PREFIX xsd: <{XSD}> PREFIX ds: <{PREFIXES['ds']}>\n"
    source = "<https://w3id.org/partage/id/source/s900{}> a ds:Source ; ds:captureLength {} .\n"
    path.write_text(head + "".join(source.format(n, value) for n, value in lengths.items()))
    results = validate.validate(ROOT, [path]).results
    found = [r for r in results if r.shape == SHAPES + "Source-captureLength"]
    assert [(r.line, r.component.partition("#")[2]) for r in found] == [
        (2, "DatatypeConstraintComponent"),
        (3, "MaxCountConstraintComponent"),
        (6, "DatatypeConstraintComponent"),
        (6, "MinInclusiveConstraintComponent"),
    ]
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("partage")]
    assert [line.partition(": ")[0] for line in lines] == [f"{path}:2", f"{path}:3"]
    assert "Traceback" not in caplog.text + capfd.readouterr().err
