"""Solutions as CSV and TSV read back as the terms they were, whatever those hold."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    Store,
    parse_query_results,
)

from partage.rdf.formats import by_key
from partage.store.embedded.serialization import ChunkWriter, short_answer, write
from partage.store.engine import Query, Solution


class Parts:
    """A receiver that keeps what it is given."""

    def __init__(self) -> None:
        self.body = b""

    def deliver(self, delivery: bytes | list[Solution], /) -> None:
        assert isinstance(delivery, bytes)
        self.body += delivery


def solutions(store: Store, text: str) -> QuerySolutions:
    found = store.query(text)
    assert isinstance(found, QuerySolutions)
    return found


def written(store: Store, text: str, key: str = "csv") -> bytes:
    fmt, parts = by_key(key), Parts()
    assert fmt is not None
    write(ChunkWriter(parts), fmt, {}, solutions(store, text))
    assert short_answer(store, Query(text), fmt) == parts.body
    return parts.body


def cells(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode(), newline=""), strict=True))


@pytest.mark.parametrize(
    ("values", "cell"),
    [
        ("<http://x.example/Springfield,_Ohio>", '"http://x.example/Springfield,_Ohio"'),
        ("<http://x.example/plain>", "http://x.example/plain"),
        ("'a,b'", '"a,b"'),
        ("'a\"b'@en", '"a""b"'),
        ("'a\\rb'", '"a\rb"'),
        ("'a\\nb'", '"a\nb"'),
        ("'a\\tb\\\\'", "a\tb\\"),
        ("1.50", "1.5"),
        ("true", "true"),
        ("'2018-06-05'^^<http://www.w3.org/2001/XMLSchema#date>", "2018-06-05"),
        ("<<( <urn:a,b> <urn:p> 'q' )>>", '"<urn:a,b> <urn:p> ""q"""'),
    ],
)
def test_a_cell_is_quoted_where_it_must_be(values: str, cell: str) -> None:
    body = written(Store(), f"SELECT ?x ?y {{ VALUES ?x {{ {values} }} VALUES ?y {{ 1 }} }}")
    assert body.decode() == f"x,y\r\n{cell},1\r\n"


def test_blank_nodes_and_what_is_unbound_are_told_as_sparql_does() -> None:
    store = Store()
    store.add(Quad(BlankNode("n1"), NamedNode("urn:p"), Literal(1)))
    body = written(store, "SELECT ?a ?b ?c { ?b ?p ?o }")
    assert cells(body) == [["a", "b", "c"], ["", "_:n1", ""]]
    assert cells(written(Store(), "SELECT ?x { VALUES ?x { UNDEF 'x' } }")) == [["x"], [""], ["x"]]
    assert written(Store(), "SELECT * {}") == b"\r\n\r\n"


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
ENDS = st.text(st.sampled_from(",;'()!é+&"), max_size=6)


@given(st.lists(st.tuples(ENDS, TEXT), max_size=5))
def test_what_is_written_is_read_back(rows: list[tuple[str, str]]) -> None:
    store = Store()
    store.extend(
        Quad(NamedNode(f"http://x.example/{number}/{end}"), NamedNode("urn:p"), Literal(text))
        for number, (end, text) in enumerate(rows)
    )
    query = "SELECT ?s ?o { ?s <urn:p> ?o } ORDER BY ?s"
    terms = [(row["s"], row["o"]) for row in solutions(store, query)]
    heading, *body = cells(written(store, query))
    assert heading == ["s", "o"]
    assert body == [[subject.value, text.value] for subject, text in terms]
    tsv = parse_query_results(written(store, query, "tsv"), format=QueryResultsFormat.TSV)
    assert isinstance(tsv, QuerySolutions)
    assert [(row["s"], row["o"]) for row in tsv] == terms


def test_no_cell_of_tsv_holds_a_tab_or_the_end_of_a_line() -> None:
    query = "SELECT ?x ?y { VALUES (?x ?y) { ('a\\tb\\r\\n\"c\\\\' <http://x.example/a,b>) } }"
    assert written(Store(), query, "tsv").decode() == (
        '?x\t?y\n"a\\tb\\r\\n\\"c\\\\"\t<http://x.example/a,b>\n'
    )
