"""What the engine makes of literals: told as it is, for every datatype and many lexical forms."""

import gzip
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, parse, serialize

from literals import INTEGERS, LITERALS, XSD
from partage.rdf import by_value
from partage.rdf.by_value import SAMPLES, answered_otherwise, uncomparable, value_changes

P = NamedNode("http://e.example/p")


def stored(store: Store) -> dict[Literal, Literal]:
    """Return what a store gives back for those literals that it does not give back as written."""
    quads = [Quad(NamedNode(f"urn:{n}"), P, literal) for n, literal in enumerate(LITERALS)]
    data = serialize(quads, format=RdfFormat.N_TRIPLES)
    assert data is not None
    assert list(parse(data, RdfFormat.N_TRIPLES)) == quads, "parsing changes nothing"
    store.bulk_load(data, RdfFormat.N_TRIPLES)
    rows = {quad.subject: quad.object for quad in store}
    given = {literal: rows[NamedNode(f"urn:{n}")] for n, literal in enumerate(LITERALS)}
    return {one: got for one, got in given.items() if isinstance(got, Literal) and got != one}


def test_it_is_told_exactly_what_a_store_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_value, "BATCH", 7)
    found = answered_otherwise(LITERALS)
    assert found == stored(Store()) == stored(Store(str(tmp_path / "store")))
    assert len(found) > 90


@pytest.mark.parametrize("name", INTEGERS)
def test_a_derived_integer_becomes_an_integer(name: str) -> None:
    written = Literal("3", datatype=NamedNode(XSD + name))
    assert answered_otherwise([written]) == {written: Literal(3)}


def test_these_are_kept_as_they_are_written() -> None:
    turtle = """
    PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
    PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
    <urn:a> <urn:p> "<b>x</b>"^^rdf:HTML , '{ "a": 1.0 }'^^rdf:JSON , "<a></a>"^^rdf:XMLLiteral ,
      "abc"^^xsd:integer , " 1 "^^xsd:integer , "2020-02-30"^^xsd:date , "TRUE"^^xsd:boolean ,
      99999999999999999999 , "300"^^<urn:int> , "0A"^^xsd:hexBinary , "x"@ar--rtl , "x"@en--ltr ,
      " a "^^xsd:token , "01" , "x"@en-us , "2020+02:00"^^xsd:gYear , "P1Y2M"^^xsd:duration .
    """
    written = [str(quad.object) for quad in parse(turtle.encode(), RdfFormat.TURTLE)]
    store = Store()
    store.bulk_load(turtle.encode(), RdfFormat.TURTLE)
    assert sorted(str(quad.object) for quad in store) == sorted(written)
    assert len(written) == 17


def test_a_language_tag_is_read_in_lower_case() -> None:
    (quad,) = parse(b'<urn:a> <urn:p> "x"@EN-us .', RdfFormat.TURTLE)
    assert quad.object == Literal("x", language="en-us")


def test_what_cannot_be_read_is_told_from_what_can() -> None:
    texts = {
        "integer": ["abc", "1.0", "99999999999999999999"], "decimal": ["0.1234567890123456789"],
        "boolean": ["TRUE"], "int": ["99999999999999999999"], "dateTime": ["2020-13-01T00:00:00"],
        "date": ["2020-02-30"], "double": ["abc"],
    }  # fmt: skip
    bad = {Literal(t, datatype=NamedNode(XSD + name)) for name in texts for t in texts[name]}
    good = {Literal(text, datatype=NamedNode(XSD + name)) for name, text in SAMPLES.items()}
    good |= {Literal(1), Literal(1.5), Literal("NaN", datatype=NamedNode(XSD + "double"))}
    assert uncomparable(bad | good) == bad


def test_each_datatype_that_is_kept_by_value_is_known() -> None:
    numbers = {"integer", "decimal", "float", "double", *INTEGERS}
    changed = {one.datatype.value.removeprefix(XSD) for one in answered_otherwise(LITERALS)}
    assert changed <= numbers | SAMPLES.keys()


# ---- files -----------------------------------------------------------------------------------

TURTLE = """@prefix : <http://e.example/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:a :size 3 ;
   :p "3"^^xsd:int , "x" .
# "4"^^xsd:int
:b :p
   "4"^^xsd:nonNegativeInteger ; :date "2020-01-01"^^xsd:date .
:c :p 01 , 1.50
   , "1"^^xsd:boolean .
"""
ANSWERED = [(3, 2, '"3"^^<{}int>', '"3"^^<{}integer>'), (7, 3, '"01"^^<{0}integer>', '"1"^^<{0}integer>')]  # fmt: skip # noqa: E501


def told(path: Path) -> list[tuple[int | None, int, str, str]]:
    return [(c.line, c.count, str(c.written), str(c.answered)) for c in value_changes(path)]


@pytest.mark.parametrize("name", ["a.ttl", "a.ttl.gz", "a.trig"])
def test_the_first_of_each_kind_is_told_with_its_line_and_how_many_there_are(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    data = TURTLE.encode()
    path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    expected = [(a, b, c.format(XSD), d.format(XSD)) for a, b, c, d in ANSWERED]
    assert told(path) == expected
    monkeypatch.setattr(by_value, "DISTINCT", 1)
    assert told(path) == expected
    kind, form = map(str, value_changes(path))
    assert kind.startswith(f"{path}:3: 2 literals will be answered with another datatype, as ")
    assert form.startswith(f"{path}:7: 3 literals will be answered with another lexical form, as ")


def test_nothing_is_told_of_a_file_without_such_literals(tmp_path: Path) -> None:
    path = tmp_path / "a.nt"
    path.write_text(f'<urn:a> <urn:p> "1"^^<{XSD}integer> .\n<urn:a> <urn:p> "01" .\n')
    assert value_changes(path) == []


RDF_XML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="urn:">
<rdf:Description rdf:about="urn:a">
<e:p rdf:datatype="{0}integer">1</e:p>
<e:p rdf:datatype="{0}integer">01</e:p>
</rdf:Description></rdf:RDF>
"""
JSON_LD = '{{"@id": "urn:a",\n"urn:p": {{"@value": "01", "@type": "{}integer"}}}}'


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.nt", '\n# c\n<urn:a> <urn:p> "x" .\n<urn:a> <urn:p> "01"^^<{}integer> .', 4),
        ("a.nq", '<urn:a> <urn:p> <<( <urn:a> <urn:p> "01"^^<{}integer> )>> .\n', 1),
        ("a.rdf", RDF_XML, 4),
        ("a.jsonld", JSON_LD, None),
    ],
)  # fmt: skip
def test_every_format_is_looked_through(
    tmp_path: Path, name: str, text: str, line: int | None
) -> None:
    path = tmp_path / name
    path.write_text(text.format(XSD))
    assert told(path) == [(line, 1, f'"01"^^<{XSD}integer>', f'"1"^^<{XSD}integer>')]
    assert str(value_changes(path)[0]).startswith(
        f"{path}:{line}: a lit" if line else f"{path}: a lit"
    )


def test_blank_nodes_and_many_literals_are_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "a.nq"
    quads = [Quad(BlankNode(), P, Literal(n)) for n in range(3_000)]
    quads += [
        Quad(BlankNode(), P, Literal(f"0{n}", datatype=Literal(1).datatype)) for n in range(9)
    ]
    serialize(quads, str(path), format=RdfFormat.N_QUADS)
    assert [(c.count, c.line) for c in value_changes(path)] == [(9, 3_001)]
