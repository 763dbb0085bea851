"""Solutions as typed columns (needs the extra `arrow`)."""

import datetime
import io
from decimal import Decimal

import pytest
from pyoxigraph import QuerySolutions, Store

from partage.store.embedded import columnar

pa = pytest.importorskip("pyarrow", reason="install the extra `arrow` to test columns")
parquet = pytest.importorskip("pyarrow.parquet")

XSD = "http://www.w3.org/2001/XMLSchema#"


def solutions(text: str) -> QuerySolutions:
    found = Store().query(f"PREFIX xsd: <{XSD}> {text}")
    assert isinstance(found, QuerySolutions)
    return found


def table(text: str, key: str = "arrow"):  # type: ignore[no-untyped-def]  # pyarrow has no types
    output = io.BytesIO()
    columnar.write(solutions(text), output, key)
    output.seek(0)
    return pa.ipc.open_stream(output).read_all() if key == "arrow" else parquet.read_table(output)


@pytest.mark.parametrize("key", ["arrow", "parquet"])
@pytest.mark.parametrize(
    ("terms", "kind", "values"),
    [
        ('1 "2"^^xsd:int UNDEF', "int64", [1, 2, None]),
        ("1.5 12.25", "decimal128(38, 2)", [Decimal("1.50"), Decimal("12.25")]),
        ("1 0.5", "decimal128(38, 1)", [Decimal("1.0"), Decimal("0.5")]),
        ("1 2.5e0", "double", [1.0, 2.5]),
        ("true false", "bool", [True, False]),
        ('"2018-06-05"^^xsd:date', "date32[day]", [datetime.date(2018, 6, 5)]),
        (
            '"2018-06-05T12:00:00+02:00"^^xsd:dateTime',
            "timestamp[us, tz=UTC]",
            [datetime.datetime(2018, 6, 5, 10, tzinfo=datetime.UTC)],
        ),
        (
            '"2018-06-05T12:00:00"^^xsd:dateTime',
            "timestamp[us]",
            [datetime.datetime(2018, 6, 5, 12)],  # noqa: DTZ001  # without a zone is the point
        ),
        ('"a"@en "b" <http://c.example/>', "string", ["a", "b", "http://c.example/"]),
        ("<http://c.example/>", "string", ["http://c.example/"]),
        ("UNDEF", "string", [None]),
    ],
)
def test_a_column_has_the_type_of_its_values(
    key: str, terms: str, kind: str, values: list[object]
) -> None:
    found = table(f"SELECT ?x {{ VALUES ?x {{ {terms} }} }}", key)
    assert str(found.schema.field("x").type) == kind
    assert found.column("x").to_pylist() == values


@pytest.mark.parametrize(
    "terms",
    [
        '1 "a"',
        '1 "x"^^xsd:integer',
        "1 true",
        "99999999999999999999",
        '"-0044-03-15"^^xsd:date',
        '"2018-06-05Z"^^xsd:date',
        '"2018-06-05T12:00:00Z"^^xsd:dateTime "2018-06-05T12:00:00"^^xsd:dateTime',
        '"2018"^^xsd:gYear',
    ],
)
def test_what_does_not_fit_one_type_is_text_and_whole(terms: str) -> None:
    text = f"SELECT ?x {{ VALUES ?x {{ {terms} }} }}"
    found = table(text)
    assert str(found.schema.field("x").type) == "string"
    expected = [solution["x"].value for solution in solutions(text)]
    assert found.column("x").to_pylist() == expected


def test_a_value_of_another_type_at_the_very_end_counts_too() -> None:
    many = columnar.ROWS_IN_BATCH * 2 + 1
    digits = "VALUES ?d { 0 1 2 3 4 5 6 7 8 9 }"
    names = "abcde"
    product = " ".join(f"{{ SELECT ?{name} {{ {digits.replace('?d', '?' + name)} }} }}"
                       for name in names)  # fmt: skip
    text = f"SELECT ?x {{ {{ {product} BIND(?a AS ?x) }} UNION {{ BIND('end' AS ?x) }} }}"
    found = table(text)
    assert found.num_rows == 100_001 > many
    assert str(found.schema.field("x").type) == "string"
    assert found.column("x").to_pylist()[-1] == "end"


def test_no_solutions_and_no_columns_are_an_answer() -> None:
    assert table("SELECT ?x { ?x ?y ?z }").column_names == ["x"]
    assert table("SELECT ?x { ?x ?y ?z }", "parquet").num_rows == 0


def test_a_column_says_when_it_holds_iris() -> None:
    found = table("SELECT ?x { VALUES ?x { <http://c.example/> } }")
    assert found.schema.field("x").metadata == {b"rdf": b"iri"}
