"""The engine contract; every engine that we have must pass it."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

import small_dataset
from partage.errors import EngineUnavailable, QuerySyntaxError, QueryTimeout
from partage.rdf.formats import GRAPH_FORMATS, RESULT_FORMATS, Format, by_key
from partage.rdf.namespaces import GRAPH, ID
from partage.store.embedded import EmbeddedEngine
from partage.store.engine import Engine, Limits, Query

ENTITIES, DERIVED = GRAPH + "entities", GRAPH + "derived"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
COUNT_NAMED = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
PRODUCT = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def fmt(key: str) -> Format:
    found = by_key(key)
    assert found is not None
    return found


@pytest.fixture(params=["in memory", "on disk"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "in memory":
        opened = EmbeddedEngine(small_dataset.store())
    else:
        on_disk = Store(str(tmp_path / "store"))
        on_disk.bulk_extend(small_dataset.quads())
        on_disk.flush()
        del on_disk
        opened = EmbeddedEngine.read_only(tmp_path / "store")
    yield opened
    opened.close()


def number(engine: Engine, query: Query) -> int:
    (row,) = engine.query(query).solutions()
    assert isinstance(row["n"], Literal)
    return int(row["n"].value)


def test_select_gives_variables_in_order_and_bound_terms_only(engine: Engine) -> None:
    result = engine.query(
        Query(f"SELECT ?name ?none {{ <{ID}org/netflix> <{SKOS}prefLabel> ?name }} ORDER BY ?name")
    )
    assert result.kind == "solutions"
    assert result.variables == ("name", "none")
    assert result.answer is None
    assert result.solutions() == [
        {"name": Literal("Netflix", language="en")},
        {"name": Literal("Netflix", language="fr")},
    ]


SKOS = "http://www.w3.org/2004/02/skos/core#"


@pytest.mark.parametrize(
    ("text", "answer"), [("ASK { ?s ?p ?o }", True), ("ASK { ?s ?s ?s }", False)]
)
def test_ask_gives_a_boolean(engine: Engine, text: str, answer: bool) -> None:
    result = engine.query(Query(text))
    assert (result.kind, result.answer) == ("boolean", answer)
    assert json.loads(b"".join(result.serialize(fmt("json"))))["boolean"] is answer


def test_construct_gives_a_graph_written_with_the_prefixes_of_the_query(engine: Engine) -> None:
    text = f"CONSTRUCT WHERE {{ ?s <{SKOS}prefLabel> 'Facebook'@en }}"
    prefixes = (("skos", SKOS), ("org", ID + "org/"))
    result = engine.query(Query(text, prefixes=prefixes))
    assert result.kind == "graph"
    turtle = b"".join(result.serialize(fmt("turtle"))).decode()
    assert 'org:facebook skos:prefLabel "Facebook"@en .' in turtle


@pytest.mark.parametrize("form", RESULT_FORMATS, ids=lambda form: form.key)
def test_every_result_format_carries_the_solutions(engine: Engine, form: Format) -> None:
    result = engine.query(Query(f"SELECT ?o {{ <{ID}org/netflix> <{SKOS}prefLabel> ?o }}"))
    assert b"Netflix" in b"".join(result.serialize(form))


@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.key)
def test_every_graph_format_carries_the_triples(engine: Engine, form: Format) -> None:
    result = engine.query(Query(f"DESCRIBE <{ID}org/netflix>"))
    assert b"Q907311" in b"".join(result.serialize(form))


@pytest.mark.parametrize(
    ("default", "named", "in_default", "in_named"),
    [
        ((ENTITIES,), (), 10, 0),
        ((ENTITIES, DERIVED), (), 11, 0),
        ((), (DERIVED,), 0, 1),
        ((ENTITIES,), (DERIVED,), 10, 1),
        (("http://nowhere.example/",), ("http://nowhere.example/",), 0, 0),
        ((), (), 0, 0),
    ],
)
def test_the_graphs_chosen_are_the_whole_dataset(
    engine: Engine,
    default: tuple[str, ...],
    named: tuple[str, ...],
    in_default: int,
    in_named: int,
) -> None:
    assert number(engine, Query(COUNT, default, named)) == in_default
    assert number(engine, Query(COUNT_NAMED, default, named)) == in_named


def test_one_list_of_graphs_alone_empties_the_other_half(engine: Engine) -> None:
    assert number(engine, Query(COUNT_NAMED, default_graphs=(ENTITIES,))) == 0
    assert number(engine, Query(COUNT, named_graphs=(ENTITIES,))) == 0


def test_from_in_the_text_counts_unless_graphs_are_chosen(engine: Engine) -> None:
    text = f"SELECT (COUNT(*) AS ?n) FROM <{DERIVED}> {{ ?s ?p ?o }}"
    assert number(engine, Query(text)) == 1
    assert number(engine, Query(text, default_graphs=(ENTITIES,))) == 10


def test_relative_iris_resolve_against_the_base(engine: Engine) -> None:
    assert engine.query(Query("ASK { <org/netflix> ?p ?o }", base=ID)).answer is True


@pytest.mark.parametrize(
    ("text", "line", "column"), [("SELECT *\n{ ?s ?p }", 2, 9), ("SELECT * { é }", 1, 12)]
)
def test_a_syntax_error_tells_line_and_column(
    engine: Engine, text: str, line: int, column: int
) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        engine.query(Query(text))
    assert caught.value.line == line
    assert caught.value.column is not None
    assert caught.value.column >= column


def test_an_unknown_function_is_the_querys_fault_and_named(engine: Engine) -> None:
    with pytest.raises(QuerySyntaxError, match=r"http://f\.example/x"):
        engine.query(Query("SELECT (<http://f.example/x>(1) AS ?y) {}")).solutions()


def test_a_limit_on_solutions_is_kept(engine: Engine) -> None:
    assert len(engine.query(Query("SELECT * { ?s ?p ?o }")).solutions(3)) == 3
    assert len(engine.query(Query(f"DESCRIBE <{ID}org/netflix>")).solutions(2)) == 2


def test_a_query_past_its_time_is_answered_at_once(engine: Engine) -> None:
    began = time.monotonic()
    with pytest.raises(QueryTimeout, match=r"0\.01 seconds"):
        engine.query(Query(SLOW, limits=Limits(seconds=0.01)))
    assert time.monotonic() - began < 2


def test_a_stream_past_its_time_ends_with_an_error_not_quietly(engine: Engine) -> None:
    chunks = engine.query(Query(PRODUCT, limits=Limits(seconds=0.3))).serialize(fmt("csv"))
    with pytest.raises(QueryTimeout):
        b"".join(chunks)


def test_a_result_may_be_read_by_another_thread(engine: Engine) -> None:
    chunks = engine.query(Query("SELECT * { ?s ?p ?o }")).serialize(fmt("csv"))
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.extend(chunks))
    reader.start()
    reader.join()
    assert b"".join(read).count(b"\n") == number(engine, Query(COUNT)) + 1


def test_a_large_result_comes_in_chunks_and_stops_when_its_reader_leaves(engine: Engine) -> None:
    chunks = engine.query(Query(PRODUCT)).serialize(fmt("csv"))
    assert len(next(chunks)) < 100_000
    assert len(next(chunks)) < 100_000
    chunks.close()  # type: ignore[attr-defined]  # it is a generator
    assert evaluating() == 0


def test_a_result_that_nobody_reads_is_ended(engine: Engine) -> None:
    result = engine.query(Query(PRODUCT))
    result.close()
    forgotten = engine.query(Query(PRODUCT))
    del forgotten
    assert evaluating() == 0


def evaluating() -> int:
    """Return how many query threads are still in the engine, waiting a little for them to end."""
    for _ in range(100):
        busy = [
            thread
            for thread in threading.enumerate()
            if thread.name == "partage-query" and _inside_engine(thread)
        ]
        if not busy:
            return 0
        time.sleep(0.02)
    return len(busy)


def _inside_engine(thread: threading.Thread) -> bool:
    import sys

    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        if frame.f_code.co_name == "_carry_out":
            return True
        frame = frame.f_back
    return False


def test_many_queries_at_once_each_get_their_own_answer(engine: Engine) -> None:
    answers: dict[int, str] = {}

    def ask(n: int) -> None:
        (row,) = engine.query(Query(f"SELECT ({n} AS ?n) {{}}")).solutions()
        answers[n] = str(row["n"])

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f'"{n}"' in answer for n, answer in answers.items())
    assert len(answers) == 40


def test_a_directory_without_a_store_is_said_and_left_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="partage load"):
        EmbeddedEngine.read_only(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_terms_keep_language_and_datatype() -> None:
    made = Store()
    node = NamedNode("http://e.example/")
    made.add(Quad(node, node, Literal("1.50", datatype=NamedNode("http://e.example/price"))))
    (row,) = EmbeddedEngine(made).query(Query("SELECT ?o { ?s ?p ?o }")).solutions()
    assert row["o"] == Literal("1.50", datatype=NamedNode("http://e.example/price"))
