"""Terms of all kinds are sorted: by kind, and within a kind as SPARQL compares them."""

import random
import subprocess
import sys
from collections.abc import Callable

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    QuerySolutions,
    RdfFormat,
    Store,
    serialize,
)

from partage.rdf.namespaces import iri
from partage.sparql.rewriting.order import total_order
from partage.sparql.syntax import parse
from partage.sparql.syntax.serializer import query_text

QUERY = "SELECT ?v { ?s ?p ?v } ORDER BY ?v"
Term = NamedNode | BlankNode | Literal
MAKERS: tuple[Callable[[int], Term], ...] = (
    lambda n: NamedNode(f"urn:{n}"),
    lambda _: BlankNode(),
    lambda n: Literal(str(n)),
    lambda n: Literal(str(n), language="fr"),
    Literal,
    lambda n: Literal(n / 7),
    lambda _: Literal("NaN", datatype=NamedNode(iri("xsd:double"))),
    lambda n: Literal(f"20{n:02}-01-01T00:00:00", datatype=NamedNode(iri("xsd:dateTime"))),
    lambda n: Literal(f"20{n:02}-01-01T00:00:00+05:00", datatype=NamedNode(iri("xsd:dateTime"))),
    lambda n: Literal(n % 2 == 0),
    lambda n: Literal(f"20{n:02}-01-01", datatype=NamedNode(iri("xsd:date"))),
    lambda n: Literal(f"P{n}D", datatype=NamedNode(iri("xsd:duration"))),
    lambda n: Literal(str(n), datatype=NamedNode("urn:other")),
)


def mixed(seed: int) -> Store:
    chosen = random.Random(seed)
    subject, verb = NamedNode("urn:s"), NamedNode("urn:p")
    store = Store()
    for _ in range(300):
        store.add(Quad(subject, verb, chosen.choice(MAKERS)(chosen.randrange(100))))
    return store


def test_the_engine_still_ends_where_terms_cannot_be_compared() -> None:
    nquads = serialize(mixed(1), format=RdfFormat.N_QUADS)
    assert nquads is not None
    code = (
        "import sys; from pyoxigraph import RdfFormat, Store; store = Store(); "
        "store.load(sys.stdin.buffer.read(), format=RdfFormat.N_QUADS); "
        f"print(len(list(store.query({QUERY!r}))))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], input=nquads, capture_output=True, check=False
    )
    assert ended.returncode < 0
    assert b"total order" in ended.stderr


def test_all_terms_are_sorted_and_those_of_a_kind_by_their_values() -> None:
    text = query_text(total_order(parse(QUERY)))
    for seed in range(20):
        store = mixed(seed)
        found = store.query(text)
        assert isinstance(found, QuerySolutions)
        values = [row["v"] for row in found]
        assert len(values) == len(store)
        numbers = [float(v.value) for v in values if isinstance(v, Literal) and is_number(v)]
        assert numbers == sorted(numbers)
        names = [v.value for v in values if isinstance(v, NamedNode)]
        assert names == sorted(names)
        kinds = [type(v) for v in values]
        assert kinds == sorted(kinds, key=[BlankNode, NamedNode, Literal].index)


def is_number(literal: Literal) -> bool:
    return literal.value != "NaN" and literal.datatype.value in {
        iri("xsd:integer"), iri("xsd:double"),
    }  # fmt: skip


def test_descending_and_several_conditions() -> None:
    store = Store()
    for n, text in ((1, "b"), (2, "a"), (2, "c")):
        store.add(Quad(NamedNode(f"urn:{text}"), NamedNode("urn:p"), Literal(n)))
    text = query_text(total_order(parse("SELECT ?s { ?s ?p ?v } ORDER BY DESC(?v) ?s")))
    found = store.query(text)
    assert isinstance(found, QuerySolutions)
    assert [str(row["s"]) for row in found] == ["<urn:a>", "<urn:c>", "<urn:b>"]
