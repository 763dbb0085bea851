"""Queries that call another endpoint: what they mean, what goes wrong, and what it may cost."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples, RdfFormat, Store

import other_endpoint
from other_endpoint import OtherEndpoint, Saying, blank, iri, literal
from partage.errors import (
    EngineBusy,
    PartageError,
    QueryEnded,
    QuerySyntaxError,
    QueryTimeout,
    ServiceError,
    ServiceFailed,
    ServiceLimitExceeded,
    ServiceTimeout,
    SettingsError,
)
from partage.settings import Settings
from partage.sparql.federation.service_calls import MOST_AT_ONCE, Federation
from partage.sparql.protocol.evaluation import run_query
from partage.sparql.protocol.operation import kind
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Query, QueryLimits, Result
from partage.store.workers.query_handle import QueryHandle

HERE = (
    "<x:a> <x:knows> <x:b>, <x:c> . <x:b> <x:name> 'b' . <x:d> <x:knows> <x:d> . "
    "<x:g> { <x:a> <x:likes> <x:b> } <x:h> { <x:a> <x:likes> <x:c>, <x:d> }"
)
THERE = "<x:b> <x:age> 3 . <x:c> <x:age> 4 ; <x:name> 'c'@en . <x:e> <x:age> 01 ."
MEANT = [
    "SELECT * { <x:a> <x:knows> ?p SERVICE <E> { ?p <x:age> ?age } }",
    "SELECT * { SERVICE <E> { ?p <x:age> ?age } <x:a> <x:knows> ?p }",
    "SELECT * { <x:a> <x:knows> ?p OPTIONAL { SERVICE <E> { ?p <x:name> ?name } } }",
    "SELECT * { { ?p <x:name> ?n } UNION { SERVICE <E> { ?p <x:name> ?n } } }",
    "SELECT * { ?s <x:knows> ?p MINUS { SERVICE <E> { ?p <x:name> ?n } } }",
    "SELECT * { ?s <x:knows> ?p FILTER EXISTS { SERVICE <E> { ?p <x:age> ?n } } }",
    "SELECT * { ?s <x:knows> ?p FILTER NOT EXISTS { SERVICE <E> { ?p <x:age> ?n } } }",
    "SELECT * { SERVICE <E> { ?p <x:age> ?a OPTIONAL { ?p <x:name> ?n } } }",
    "SELECT * { SERVICE <E> { ?p <x:age> ?a OPTIONAL { ?p <x:name> ?n } } ?p <x:name> ?n }",
    "SELECT * { SERVICE <E> { SELECT ?p { ?p <x:age> ?a } ORDER BY ?a LIMIT 2 } }",
    "SELECT * { SERVICE <E> { SELECT (COUNT(*) AS ?n) { ?p <x:age> ?a } } }",
    "SELECT * { SERVICE <E> { ?p <x:age> ?a BIND(?a + 1 AS ?b) FILTER(?b > 4) } }",
    "SELECT * { SERVICE <E> { ?p <x:age> ?a FILTER(?other > 4) } BIND(1 AS ?other) }",
    "SELECT * { SERVICE <E> { ?p <x:none> ?a } }",
    "SELECT * { ?s <x:knows> ?p SERVICE <E> { ?p <x:none> ?a } }",
    "SELECT * { ?s <x:knows> ?p OPTIONAL { SERVICE <E> { ?p <x:none> ?a } } }",
    "SELECT * { ?s <x:knows> ?p SERVICE <E> { <x:b> <x:age> 3 } }",
    "SELECT * { ?s <x:knows> ?p SERVICE <E> { <x:b> <x:age> 4 } }",
    "SELECT * { ?s <x:knows> ?p SERVICE <E> {} }",
    "SELECT * { ?s <x:knows> ?p SERVICE <E> { <x:c> ?x ?y } SERVICE <E> { ?p <x:age> ?a } }",
    "SELECT * { SERVICE <E> { ?p <x:age> ?a } . SERVICE SILENT <E> { ?p <x:name> ?n } . }",
    "SELECT ?p (COUNT(*) AS ?n) { ?s <x:knows> ?p . SERVICE <E> { ?p ?q ?o } } GROUP BY ?p",
    "SELECT * { { SELECT ?p { SERVICE <E> { ?p <x:age> ?a } } } ?s ?q ?p }",
    "SELECT * { VALUES ?p { <x:c> } SERVICE <E> { VALUES ?p { <x:b> <x:c> } ?p <x:age> ?a } }",
    "SELECT * { SERVICE <E> { [] <x:age> ?a } }",
    "SELECT (EXISTS { SERVICE <E> { ?p <x:age> 4 } } AS ?is) {}",
    "PREFIX x: <x:> SELECT * { SERVICE <E> { ?p x:age ?a # }\n } }",
    "SELECT * { SERVICE <E> { ?p <x:age> ?a } } ORDER BY ?a LIMIT 1",
    "ASK { SERVICE <E> { ?p <x:age> 4 } }",
    "ASK { SERVICE <E> { ?p <x:age> 5 } }",
    "CONSTRUCT { ?p <x:aged> ?a } WHERE { SERVICE <E> { ?p <x:age> ?a } }",
    "DESCRIBE ?s WHERE { ?s <x:knows> ?p SERVICE <E> { ?p <x:name> ?n } }",
]


@pytest.fixture
def other() -> Iterator[OtherEndpoint]:
    with other_endpoint.listening() as endpoint:
        yield endpoint


def store(trig: str) -> Store:
    made = Store()
    made.load(trig.encode(), format=RdfFormat.TRIG)
    return made


@pytest.fixture
def engine() -> EmbeddedEngine:
    return EmbeddedEngine(store(HERE))


def ask(
    engine: EmbeddedEngine, federation: Federation, text: str, **asked: QueryLimits | QueryHandle
) -> Result:
    query = replace(Query(text, base="http://here.example/"), **asked)  # type: ignore[arg-type]
    return federation.query(engine, query, federation.calls(text, query.base))


def rows(result: Result) -> list[list[str | None]]:
    found = result.solutions()
    return [[str(row[name]) if name in row else None for name in result.variables] for row in found]


def known(result: QuerySolutions | QueryTriples | QueryBoolean) -> object:
    """Return what an engine that makes its calls itself answers."""
    if isinstance(result, QueryBoolean):
        return bool(result)
    if isinstance(result, QueryTriples):
        return Counter(map(str, result))
    names = [variable.value for variable in result.variables]
    return names, Counter(tuple(term and str(term) for term in row) for row in result)


def ours(result: Result) -> object:
    if result.kind == "boolean":
        return result.answer
    if result.kind == "graph":
        return Counter(" ".join(str(row[name]) for name in "spo") for row in result.solutions())
    return list(result.variables), Counter(map(tuple, rows(result)))


@pytest.mark.parametrize("text", MEANT)
def test_a_query_means_what_it_means_where_the_engine_calls(
    other: OtherEndpoint, engine: EmbeddedEngine, text: str
) -> None:
    other.store = store(THERE)
    text = text.replace("<E>", f"<{other.url}>")
    expected = known(store(HERE).query(text, base_iri="http://here.example/"))
    other.heard.clear()
    assert ours(ask(engine, Federation((other.url,)), text)) == expected
    assert len(other.heard) == text.count("SERVICE")


def test_a_call_within_a_graph_is_joined_with_that_graph(
    other: OtherEndpoint, engine: EmbeddedEngine
) -> None:
    """Where Oxigraph makes the call itself, nothing is found."""
    other.store = store(THERE)
    call = f"SERVICE <{other.url}> {{ ?p <x:age> ?a }}"
    text = f"SELECT ?g ?p {{ GRAPH ?g {{ ?s <x:likes> ?p {call} }} }} ORDER BY ?g"
    found = rows(ask(engine, Federation((other.url,)), text))
    assert found == [["<x:g>", "<x:b>"], ["<x:h>", "<x:c>"]]


def test_the_command_line_asks_too(other: OtherEndpoint, engine: EmbeddedEngine) -> None:
    other.say(["a"], {"a": literal("} SERVICE <http://127.0.0.1:9/> {\n\"'")})
    text = f"SELECT ?a {{ SERVICE <{other.url}> {{ ?s ?p ?a }} }}"
    answer = b"".join(run_query(engine, text, "csv", Federation((other.url,))))
    assert answer == b'a\r\n"} SERVICE <http://127.0.0.1:9/> {\n""\'"\r\n'


def test_blank_nodes_become_iris_of_their_call(
    other: OtherEndpoint, engine: EmbeddedEngine
) -> None:
    other.say(["a", "b"], {"a": blank("x"), "b": blank("y")}, {"a": blank("y"), "b": iri("x:y")})
    call = f"SERVICE <{other.url}> {{ ?a ?p ?b }}"
    found = rows(ask(engine, Federation((other.url,)), f"SELECT ?a ?b {{ {call} }}"))
    one, two = "<urn:partage:blank:1:1>", "<urn:partage:blank:1:2>"
    assert found == [[one, two], [two, "<x:y>"]]
    # The nodes of two answers are never the same.
    assert rows(ask(engine, Federation((other.url,)), f"SELECT ?a {{ {call} {call} }}")) == []


def test_variables_that_nobody_asked_for_are_passed_over(
    other: OtherEndpoint, engine: EmbeddedEngine
) -> None:
    other.say(["p", "x", "s"], {"p": iri("x:b"), "x": iri("x:x"), "s": iri("x:s")})
    text = f"SELECT * {{ ?s <x:knows> ?p SERVICE <{other.url}> {{ ?p <x:q> ?o FILTER(?x) }} }}"
    result = ask(engine, Federation((other.url,)), text)
    assert sorted(result.variables) == ["o", "p", "s"]
    assert len(result.solutions()) == 1


FAULTS = [
    Saying(500, {}, b"on fire"),
    Saying(302, {"Location": "http://127.0.0.1:9/"}),
    Saying(body=b"nonsense"),
    Saying(pause=5, body=b" "),
]


@pytest.mark.parametrize("saying", FAULTS, ids=["fault", "redirect", "nonsense", "late"])
def test_a_fault_is_told_with_its_place_unless_it_is_silent(
    other: OtherEndpoint, engine: EmbeddedEngine, saying: Saying
) -> None:
    other.saying = saying
    federation = Federation((other.url,), seconds=0.3 if saying.pause else 60)
    text = f"SELECT * {{ <x:a> <x:knows> ?p\n  SERVICE <{other.url}> {{ ?p <x:q> ?o }} }}"
    with pytest.raises(ServiceError, match=r"^Line 2, column 3: SERVICE <http:.*>: ") as caught:
        ask(engine, federation, text)
    assert (caught.value.line, caught.value.column) == (2, 3)
    assert isinstance(caught.value, ServiceTimeout if saying.pause else ServiceFailed)
    result = ask(engine, federation, text.replace("SERVICE", "SERVICE SILENT"))
    assert sorted(result.variables) == ["o", "p"]
    assert len(result.solutions()) == 2


@pytest.mark.parametrize("silent", ["", "SILENT"])
@pytest.mark.parametrize(
    ("limits", "words"),
    [(Federation(rows=5), "solutions than 2"), (Federation(bytes=700), "bytes|characters")],
    ids=["rows", "bytes"],
)
def test_all_calls_of_a_query_share_one_limit_that_silence_does_not_hide(
    other: OtherEndpoint, engine: EmbeddedEngine, limits: Federation, words: str, silent: str
) -> None:
    other.say(["a"], *[{"a": iri(f"http://e.example/{number}")} for number in range(3)])
    assert 350 > len(other.saying.body) > 100
    federation = replace(limits, allowed=(other.url,))
    call = f"SERVICE {silent} <{other.url}> {{ ?a ?b ?c }}"
    assert len(ask(engine, federation, f"SELECT * {{ {call} }}").solutions()) == 3
    with pytest.raises(ServiceLimitExceeded, match=rf"column \d+.*({words}).*LIMIT"):
        ask(engine, federation, f"SELECT * {{ {call} {call} {call} {call} {call} {call} {call} }}")


def test_the_time_for_others_is_of_the_query_s_own(
    other: OtherEndpoint, engine: EmbeddedEngine
) -> None:
    other.saying = Saying(pause=0.3, body=b" ")
    text = f"SELECT * {{ SERVICE SILENT <{other.url}> {{ ?a ?b ?c }} ?s ?p ?o }}"
    federation = Federation((other.url,), seconds=60)
    began = time.monotonic()
    with pytest.raises(QueryTimeout, match=r"0\.2 seconds.*other endpoints"):
        ask(engine, federation, text, limits=QueryLimits(0.2))
    assert time.monotonic() - began < 15
    # Some seconds: it is evaluated in this process, where nothing ends it before it is done.
    long = "SELECT (COUNT(*) AS ?n) {" + "".join(f"?a{n} ?b{n} ?c{n} ." for n in range(12))
    text = f"{long} SERVICE SILENT <{other.url}> {{ ?a ?b ?c }} }}"
    began = time.monotonic()
    with pytest.raises(QueryTimeout):
        ask(engine, federation, text, limits=QueryLimits(0.7))
    assert 0.6 < time.monotonic() - began < 15


def test_when_the_time_for_others_is_over_nobody_else_is_asked(
    other: OtherEndpoint, engine: EmbeddedEngine
) -> None:
    other.saying = Saying(pause=5, body=b" ")
    call = f"SERVICE SILENT <{other.url}> {{ ?a ?b ?c }}"
    result = ask(engine, Federation((other.url,), seconds=0.2), f"SELECT * {{ {call} {call} }}")
    assert len(result.solutions()) == 1
    assert len(other.heard) == 1


def test_whoever_asked_ends_a_query_while_others_are_asked(
    other: OtherEndpoint, engine: EmbeddedEngine
) -> None:
    other.saying = Saying(pause=5, body=b" ")
    handle = QueryHandle()
    threading.Timer(0.2, handle.end).start()
    began = time.monotonic()
    text = f"SELECT * {{ SERVICE SILENT <{other.url}> {{ ?a ?b ?c }} }}"
    with pytest.raises(QueryEnded):
        ask(engine, Federation((other.url,)), text, handle=handle)
    assert time.monotonic() - began < other.saying.pause


def test_only_so_many_queries_wait_for_others_at_once(
    other: OtherEndpoint, engine: EmbeddedEngine
) -> None:
    other.saying = Saying(pause=5, body=b" ")
    federation = Federation((other.url,))
    text = f"SELECT * {{ SERVICE <{other.url}> {{ ?a ?b ?c }} }}"
    handles = [QueryHandle() for _ in range(MOST_AT_ONCE)]

    def wait(handle: QueryHandle) -> None:
        with suppress(PartageError):
            ask(engine, federation, text, handle=handle)

    threads = [threading.Thread(target=wait, args=(handle,)) for handle in handles]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 4
    while len(other.heard) < MOST_AT_ONCE:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    with pytest.raises(EngineBusy):
        ask(engine, federation, text)
    for handle, thread in zip(handles, threads, strict=True):
        handle.end()
        thread.join()
    other.say(["a"])
    assert ask(engine, federation, text).solutions() == []


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("SELECT * {\n SERVICE <E> { ?s x:y ?o }\n}", 2, None, "x: is not declared"),
        ("SELECT * {\n SERVICE <E> { ?s ?p }\n}", 2, None, "`}`"),
        ("SELECT * {\n SERVICE <E> {}\n ?s ?p }", 3, 8, "`}`"),
        ("SELECT * {\n SERVICE <E> {}\n", 2, None, "ends too early"),
        ("SELECT * {\n SERVICE <E> {\n ?s", 3, 4, "ends too early"),
        ("SELECT * {\n SERVICE <E> {} } ORDER BY", 2, None, "ends too early"),
        ("SELECT * {\n OPTIONAL SERVICE <E> {} }", 2, 11, "`SERVICE`"),
        ("SELECT * {\n {} UNION SERVICE <E> {} }", 2, 11, "`SERVICE`"),
        ("SELECT * {\n SERVICE <E> {} UNION {} }", 2, None, "`UNION`"),
        ("SELECT * {\n SERVICE <E> { ?a ?b ?c } BIND(1 AS ?a) }", 2, None, "`}`"),
        ("SELECT * { SERVICE <E> { SELECT ?a ?b { ?a ?b ?c } GROUP BY ?a } }", 1, None, "`}`"),
    ],
)
def test_a_fault_of_syntax_is_shown_where_it_is_and_nobody_is_asked(
    other: OtherEndpoint,
    engine: EmbeddedEngine,
    text: str,
    line: int,
    column: int | None,
    words: str,
) -> None:
    text = text.replace("<E>", f"<{other.url}>")
    with pytest.raises(QuerySyntaxError, match=words) as caught:
        ask(engine, Federation((other.url,)), text)
    assert caught.value.line == line
    assert column in {None, caught.value.column}
    assert other.heard == []


def test_a_function_that_only_the_other_knows_is_its_own_affair(
    other: OtherEndpoint, engine: EmbeddedEngine
) -> None:
    other.say(["a"], {"a": iri("x:b")})
    text = f"SELECT * {{ SERVICE <{other.url}> {{ ?a ?b ?c FILTER(<x:f>(?c)) }} }}"
    assert len(ask(engine, Federation((other.url,)), text).solutions()) == 1
    with pytest.raises(QuerySyntaxError, match="function"):
        ask(engine, Federation((other.url,)), text[:-1] + "FILTER(<x:f>(?a)) }").solutions()


def test_large_answers_with_the_word_in_them_are_taken(
    other: OtherEndpoint, engine: EmbeddedEngine
) -> None:
    said = "The Secret Service ?x SERVICE <x:y> { } "
    other.say(["a"], *[{"a": literal(f"{said} {number}")} for number in range(10_000)])
    text = f"SELECT (COUNT(*) AS ?n) {{ SERVICE <{other.url}> {{ ?s ?p ?a }} }}"
    assert kind(text) == "solutions"
    (row,) = rows(ask(engine, Federation((other.url,)), text))
    assert row[0] is not None
    assert row[0].startswith('"10000"')


@pytest.mark.parametrize(
    "listed",
    ["ftp://e.example/", "e.example", "http://u:p@e.example/", "http://e.example/#x", "http://é/"],
)
def test_an_endpoint_that_is_no_address_is_refused_at_the_start(listed: str) -> None:
    with pytest.raises(SettingsError, match="PARTAGE_SERVICE_ALLOWED holds"):
        Federation.of(Settings(service_allowed=f"http://fine.example/ {listed}"))


def test_the_settings_make_the_list_and_the_limits() -> None:
    settings = Settings.from_environment(
        {
            "PARTAGE_SERVICE_ALLOWED": " http://a.example/  https://b.example/x http://a.example/",
            "PARTAGE_SERVICE_SECONDS": "3",
            "PARTAGE_SERVICE_ROWS": "4",
            "PARTAGE_SERVICE_BYTES": "5",
        }
    )
    expected = Federation(("http://a.example/", "https://b.example/x"), 3, 4, 5)
    assert Federation.of(settings) == expected
    assert Federation.of(Settings()) == Federation()
    assert Federation().allowed == ()
