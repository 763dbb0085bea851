"""
The engine contract: what every engine answers, embedded or across the wire.

Where an engine truly differs, `EXCEPTIONS` says which test and why; such a test must fail there
(xfail is strict), so that the list never holds what has been mended.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

import engines
import small_dataset
from partage.errors import EngineFailure, QuerySyntaxError, QueryTimeout
from partage.rdf.formats import GRAPH_FORMATS, RESULT_FORMATS, Format, by_key
from partage.rdf.namespaces import GRAPH, ID
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Engine, Query, QueryLimits
from partage.store.remote.remote_engine import RemoteEngine
from partage.store.workers.pool import PoolEngine

NAMES = (
    "embedded in memory", "embedded on disk", "worker processes",
    "our own app", "Oxigraph server", "Virtuoso",
)  # fmt: skip
REMOTE = NAMES[3:]

BOOLEANS = "Virtuoso 7.2 writes booleans as 1 and 0 in SPARQL JSON (not in N-Triples)"
EXCEPTIONS = {
    ("Virtuoso", "test_terms_keep_lexical_form_language_and_datatype[true]"): BOOLEANS,
    ("Virtuoso", "test_terms_keep_lexical_form_language_and_datatype[false]"): BOOLEANS,
    ("Virtuoso", "test_terms_keep_lexical_form_language_and_datatype[large]"): (
        "Virtuoso 7.2 gives an xsd:integer beyond 32 bits back as xsd:decimal"
    ),
    ("Virtuoso", "test_graphs_chosen_go_before_from_in_the_text"): (
        "Virtuoso 7.2 merges the protocol's graphs with those of FROM (Protocol §2.1.4 forbids it)"
    ),
}
"""(engine, test function or test function[case]) → why this engine cannot pass."""

SKOS = "http://www.w3.org/2004/02/skos/core#"
XSD = "http://www.w3.org/2001/XMLSchema#"
ENTITIES, DERIVED = GRAPH + "entities", GRAPH + "derived"
TERMS = "http://graph.example/terms"
TERM = "http://term.example/"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
COUNT_NAMED = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
# Bounded, because not every engine stops when its reader leaves.
PRODUCT = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 20000"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
# Virtuoso multiplies the counts; it has to look at each combination to compare two of its terms.
SLOW_FOR_ALL = SLOW.replace("?i }", "?i FILTER(STR(?a) > STR(?i)) }")
LITERALS = {
    "plain": Literal("plain"),
    "empty": Literal(""),
    "accents": Literal("déjà vu — 数据 🦉"),
    "escapes": Literal('a "quote", a \\ and\na new line\t<&>'),
    "language": Literal("messages", language="fr"),
    "region": Literal("colour", language="en-gb"),
    "integer": Literal("42", datatype=NamedNode(XSD + "integer")),
    "large": Literal("2200000000", datatype=NamedNode(XSD + "integer")),
    "decimal": Literal("1.5", datatype=NamedNode(XSD + "decimal")),
    "true": Literal("true", datatype=NamedNode(XSD + "boolean")),
    "false": Literal("false", datatype=NamedNode(XSD + "boolean")),
    "date": Literal("2018-06-29", datatype=NamedNode(XSD + "date")),
    "time": Literal("2018-06-29T10:00:00Z", datatype=NamedNode(XSD + "dateTime")),
    "year": Literal("2018", datatype=NamedNode(XSD + "gYear")),
    "address": Literal("https://gazette.example/2019/", datatype=NamedNode(XSD + "anyURI")),
    "edtf": Literal("2018-06~", datatype=NamedNode("http://id.loc.gov/datatypes/edtf/EDTF")),
    "foreign": Literal("1.50", datatype=NamedNode("http://e.example/price")),
}


def quads() -> list[Quad]:
    """Return the small dataset, and a graph with one literal of each sort."""
    one = NamedNode(TERM + "has")
    graph = NamedNode(TERMS)
    terms = [
        Quad(NamedNode(TERM + name), one, literal, graph) for name, literal in LITERALS.items()
    ]
    return [*small_dataset.quads(), *terms]


@dataclass(frozen=True)
class Opened:
    name: str
    engine: Engine
    service: engines.Service | None = None


def opened(name: str, where: Path, stack: ExitStack) -> Opened:
    if name == "embedded in memory":
        store = Store()
        store.bulk_extend(quads())
        return Opened(name, EmbeddedEngine(store))
    if name in ("embedded on disk", "worker processes"):
        on_disk = Store(str(where / "store"))
        on_disk.bulk_extend(quads())
        on_disk.flush()
        del on_disk
        if name == "worker processes":
            return Opened(name, PoolEngine(where / "store"))
        return Opened(name, EmbeddedEngine.read_only(where / "store"))
    if name == "our own app":
        service = stack.enter_context(engines.our_app(quads()))
    elif name == "Oxigraph server":
        service = stack.enter_context(engines.oxigraph(where))
        engines.fill(service, quads())
    else:
        if reason := engines.virtuoso_missing():
            pytest.skip(reason)
        service = stack.enter_context(engines.virtuoso(where))
        engines.fill(service, quads())
    engine = RemoteEngine(service.query, default_graph=service.default_graph)
    return Opened(name, engine, service)


@pytest.fixture(scope="module", params=NAMES)
def chosen(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opened]:
    with ExitStack() as stack:
        one = opened(request.param, tmp_path_factory.mktemp("engine"), stack)
        yield one
        one.engine.close()


@pytest.fixture
def engine(chosen: Opened, request: pytest.FixtureRequest) -> Engine:
    case: str = request.node.name
    function, _, parameters = case.partition("[")
    other = "-".join(part for part in parameters.rstrip("]").split("-") if part != chosen.name)
    for test in (function, f"{function}[{other}]"):
        if reason := EXCEPTIONS.get((chosen.name, test)):
            request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    return chosen.engine


def fmt(key: str) -> Format:
    found = by_key(key)
    assert found is not None
    return found


def number(engine: Engine, query: Query) -> int:
    (row,) = engine.query(query).solutions()
    assert isinstance(row["n"], Literal)
    return int(row["n"].value)


def test_select_gives_variables_in_order_and_bound_terms_only(engine: Engine) -> None:
    result = engine.query(
        Query(
            f"SELECT ?name ?none {{ <{ID}org/netflix> <{SKOS}prefLabel> ?name "
            f"OPTIONAL {{ ?name <{SKOS}note> ?none }} }} ORDER BY LANG(?name)"
        )
    )
    assert result.kind == "solutions"
    assert result.variables == ("name", "none")
    assert result.answer is None
    assert result.solutions() == [
        {"name": Literal("Netflix", language="en")},
        {"name": Literal("Netflix", language="fr")},
    ]


def test_a_variable_that_nothing_binds_is_still_a_variable(engine: Engine) -> None:
    result = engine.query(Query(f"SELECT ?name ?none {{ <{ID}org/netflix> ?p ?name }}"))
    assert result.variables == ("name", "none")


@pytest.mark.parametrize(
    ("text", "answer"), [("ASK { ?s ?p ?o }", True), ("ASK { ?s ?s ?s }", False)], ids=["yes", "no"]
)
def test_ask_gives_a_boolean(engine: Engine, text: str, answer: bool) -> None:
    result = engine.query(Query(text))
    assert (result.kind, result.answer) == ("boolean", answer)
    assert json.loads(b"".join(result.serialize(fmt("json"))))["boolean"] is answer


def test_construct_gives_a_graph_written_with_the_prefixes_of_the_query(engine: Engine) -> None:
    text = (
        f"CONSTRUCT {{ ?s <{SKOS}prefLabel> ?o }} "
        f"{{ ?s <{SKOS}prefLabel> ?o FILTER(?o = 'Facebook'@en) }}"
    )
    prefixes = (("skos", SKOS), ("org", ID + "org/"))
    result = engine.query(Query(text, prefixes=prefixes))
    assert result.kind == "graph"
    turtle = b"".join(result.serialize(fmt("turtle"))).decode()
    assert 'org:facebook skos:prefLabel "Facebook"@en .' in turtle


def test_a_graph_of_nothing_is_an_empty_graph(engine: Engine) -> None:
    result = engine.query(
        Query("CONSTRUCT { ?s ?p ?o } { ?s ?p <http://nowhere.example/> . ?s ?p ?o }")
    )
    assert b"".join(result.serialize(fmt("ntriples"))) == b""


@pytest.mark.parametrize("form", RESULT_FORMATS, ids=lambda form: form.key)
def test_every_result_format_carries_the_solutions(engine: Engine, form: Format) -> None:
    result = engine.query(Query(f"SELECT ?o {{ <{ID}org/netflix> <{SKOS}prefLabel> ?o }}"))
    assert b"Netflix" in b"".join(result.serialize(form))


@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.key)
def test_every_graph_format_carries_the_triples(engine: Engine, form: Format) -> None:
    text = f"CONSTRUCT {{ <{ID}org/netflix> ?p ?o }} {{ <{ID}org/netflix> ?p ?o }}"
    assert b"Q907311" in b"".join(engine.query(Query(text)).serialize(form))


def test_describe_tells_of_a_resource(engine: Engine) -> None:
    subject = NamedNode(ID + "org/netflix")
    same = NamedNode("http://www.wikidata.org/entity/Q907311")
    rows = engine.query(Query(f"DESCRIBE <{ID}org/netflix>")).solutions()
    assert {"s": subject, "p": NamedNode(SKOS + "exactMatch"), "o": same} in rows


@pytest.mark.parametrize("sort", LITERALS)
def test_terms_keep_lexical_form_language_and_datatype(engine: Engine, sort: str) -> None:
    pattern = f"{{ GRAPH <{TERMS}> {{ <{TERM}{sort}> <{TERM}has> ?o }} }}"
    (row,) = engine.query(Query(f"SELECT ?o {pattern}")).solutions()
    assert row["o"] == LITERALS[sort]
    (triple,) = engine.query(
        Query(f"CONSTRUCT {{ <{TERM}{sort}> <{TERM}has> ?o }} {pattern}")
    ).solutions()
    assert triple["o"] == LITERALS[sort]


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
    ids=["one", "merged", "named", "both", "unknown", "none"],
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


def test_with_no_graph_chosen_the_default_graph_is_the_current_view(engine: Engine) -> None:
    view = sum(str(quad.graph_name) == "DEFAULT" for quad in quads())
    assert number(engine, Query(COUNT)) == view
    assert (
        number(engine, Query(COUNT.replace("?s ?p ?o", f"GRAPH <{ENTITIES}> {{ ?s ?p ?o }}"))) == 10
    )


def test_from_in_the_text_counts(engine: Engine) -> None:
    text = f"SELECT (COUNT(*) AS ?n) FROM <{DERIVED}> {{ ?s ?p ?o }}"
    assert number(engine, Query(text)) == 1


def test_graphs_chosen_go_before_from_in_the_text(engine: Engine) -> None:
    text = f"SELECT (COUNT(*) AS ?n) FROM <{DERIVED}> {{ ?s ?p ?o }}"
    assert number(engine, Query(text, default_graphs=(ENTITIES,))) == 10


def test_relative_iris_resolve_against_the_base(engine: Engine) -> None:
    assert engine.query(Query("ASK { <org/netflix> ?p ?o }", base=ID)).answer is True


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("SELECT *\n{ ?s ?p }", 2, 9), ("SELECT * { é }", 1, 12)],
    ids=["second line", "first line"],
)
def test_a_syntax_error_tells_line_and_column(
    engine: Engine, text: str, line: int, column: int
) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        engine.query(Query(text, base=ID))
    assert caught.value.line == line
    assert caught.value.column is not None
    assert caught.value.column >= column


def test_a_query_that_ends_too_early_is_a_syntax_error(engine: Engine) -> None:
    with pytest.raises(QuerySyntaxError):
        engine.query(Query("SELECT * { ?s ?p ?o"))


def test_an_unknown_function_is_the_querys_fault_and_named(engine: Engine) -> None:
    with pytest.raises(QuerySyntaxError, match=r"http://f\.example/x"):
        engine.query(Query("SELECT (<http://f.example/x>(1) AS ?y) {}")).solutions()


def test_a_limit_on_solutions_is_kept(engine: Engine) -> None:
    assert len(engine.query(Query("SELECT * { ?s ?p ?o }")).solutions(3)) == 3
    assert len(engine.query(Query(f"DESCRIBE <{ID}org/netflix>")).solutions(2)) == 2


def test_a_query_past_its_time_is_answered_at_once(engine: Engine, chosen: Opened) -> None:
    slow = SLOW_FOR_ALL if chosen.name == "Virtuoso" else SLOW
    began = time.monotonic()
    with pytest.raises(QueryTimeout, match=r"0\.01 seconds"):
        engine.query(Query(slow, limits=QueryLimits(seconds=0.01)))
    assert time.monotonic() - began < 15


def test_a_stream_past_its_time_ends_with_an_error_not_quietly(engine: Engine) -> None:
    def read_slowly() -> None:
        for _ in engine.query(Query(PRODUCT, limits=QueryLimits(seconds=0.3))).serialize(
            fmt("csv")
        ):
            time.sleep(0.01)

    with pytest.raises(QueryTimeout):
        read_slowly()


def test_a_result_may_be_read_by_another_thread(engine: Engine) -> None:
    chunks = engine.query(Query("SELECT * { ?s ?p ?o }")).serialize(fmt("csv"))
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.extend(chunks))
    reader.start()
    reader.join()
    rows = sum(str(quad.graph_name) == "DEFAULT" for quad in quads())
    assert b"".join(read).count(b"\r\n") == rows + 1


def test_a_large_result_comes_in_chunks_and_its_reader_may_leave(engine: Engine) -> None:
    chunks = engine.query(Query(PRODUCT)).serialize(fmt("csv"))
    assert len(next(chunks)) < 100_000
    assert len(next(chunks)) < 100_000
    chunks.close()  # type: ignore[attr-defined]  # it is a generator
    assert engine.query(Query("ASK { ?s ?p ?o }")).answer is True


def test_a_result_that_nobody_reads_is_no_burden(engine: Engine) -> None:
    result = engine.query(Query("SELECT * { ?s ?p ?o }"))
    result.close()
    forgotten = engine.query(Query("SELECT * { ?s ?p ?o }"))
    del forgotten
    assert engine.query(Query("ASK { ?s ?p ?o }")).answer is True


def test_many_queries_at_once_each_get_their_own_answer(engine: Engine) -> None:
    answers: dict[int, str] = {}

    def ask(n: int) -> None:
        (row,) = engine.query(Query(f"SELECT ({n} AS ?n) {{}}")).solutions()
        answers[n] = str(row["n"])

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f'"{n}"' in answer for n, answer in answers.items())
    assert len(answers) == 30


@pytest.mark.parametrize(
    "text",
    [
        'DEFINE get:soft "replacing" SELECT * FROM <http://127.0.0.1:9/> { ?s ?p ?o }',
        "SELECT (bif:now() AS ?now) {}",
        "PREFIX b: <bif:> SELECT (b:now() AS ?now) {}",
        r"PREFIX b: <b\u0069f:> SELECT (b:now() AS ?now) {}",
        "SELECT * { ?s ?p ?o } OPTION (TRANSITIVE)",
    ],
    ids=["define", "built-in prefix", "declared prefix", "escaped prefix", "option"],
)
def test_what_only_one_engine_reads_is_refused(engine: Engine, chosen: Opened, text: str) -> None:
    if chosen.service is None:
        with pytest.raises((QuerySyntaxError, EngineFailure)):
            engine.query(Query(text)).solutions()
        return
    with pytest.raises(QuerySyntaxError):
        engine.query(Query(text))
