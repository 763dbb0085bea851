"""Attacks on the guard, innocent look-alikes, and the parser itself as a judge."""

import contextlib
import re
import time

import pyoxigraph
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from partage.errors import ServiceRefused, UpdateRefused
from partage.sparql.protocol.guard import refuse_service, refuse_update
from partage.sparql.syntax.lexer import tokens
from partage.store.remote.dialect import is_read

E = "PREFIX ex: <http://e.example/> "
ATTACKS = [
    "SELECT * { SERVICE <http://e.example/> { ?s ?p ?o } }",
    "select*{service?x{}}",
    "SELECT * { ?s ?p ?o SERVICE SILENT <x:y> {} }",
    "SELECT * { SeRvIcE<http://e.example>{} }",
    "SELECT * { #c\n SERVICE#d\n<http://e.example>{} }",
    "SELECT * { #c\rSERVICE <http://e.example>{} }",
    "SELECT * { SERVICE\t\r\n<http://e.example>\n#x\n{} }",
    "SELECT * { \\u0053ERVICE <http://e.example> {} }",
    "SELECT * { SERV\\U00000049CE <http://e.example> {} }",
    "SELECT * { SERVICE\\u0020<http://e.example> {} }",
    "SELECT * { \\u0053\\u0045\\u0052\\u0056\\u0049\\u0043\\u0045 <http://e.example> {} }",
    E + "SELECT * { SERVICE ex:x {} }",
    E + "SELECT * { SERVICE ex: {} }",
    "SELECT * { SERVICE $v {} }",
    "SELECT * { ?s <http://a> <http://b> SERVICE <http://e.example> {} }",
    "SELECT * { ?s ?p <<( ?a ?b ?c )>> SERVICE <http://e.example> {} }",
    "SELECT * { ?s ?p 5 SERVICE <http://e.example> {} }",
    "SELECT * { ?s ?p 5SERVICE<http://e.example>{} }",
    "SELECT * { ?s ?p 5.e5SERVICE<http://e.example>{} }",
    "SELECT * { ?s ?p 'a' SERVICE ?e {} }",
    "SELECT * { ?s ?p 'a'@en SERVICE ?e {} }",
    'SELECT * { ?s ?p "\\"" SERVICE ?e {} }',
    'SELECT * { ?s ?p """ " "" \\""" """ SERVICE ?e {} }',
    "SELECT * { { SELECT * { SERVICE ?x {} } } }",
    "SELECT * { OPTIONAL { SERVICE ?x {} } }",
    "SELECT * { FILTER EXISTS { SERVICE ?x {} } }",
    "SELECT * { GRAPH ?g { SERVICE ?x {} } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE ?x { ?s ?p ?o } }",
    "ASK { SERVICE ?x {} }",
    "DESCRIBE ?s WHERE { SERVICE ?x { ?s ?p ?o } }",
    "SELECT * { ?s ?p true.SERVICE <a:b> {} }",
    "SELECT * { ?s ?p trueSERVICE<http://e.example>{} }",
    E + "SELECT * { ?s ?p falseSERVICEex:x{} }",
    "SELECT * { SERVICESILENT<http://e.example>{} }",
    E + "SELECT * { SERVICEex:foo{} }",
    E + "SELECT * { SERVICESILENTex:foo{} }",
    "PREFIX : <http://e.example/> SELECT * { SERVICE:foo{} }",
    "prefix#c\n:<http://e.example/> SELECT * { SERVICE:{} }",
    "PREFIX : <http://e.example/> PREFIX service: <x:> SELECT * { service:foo {} }",
    "SELECT * { ?s a ?o . FILTER(?a<?x)SERVICE?v#>\n{} }",
    E + "SELECT * { FILTER(?a<ex:)SERVICE?v#>\n{} }",
    'SELECT * { ?s a ?o . FILTER(?a<?b#>"""\n)SERVICE <http://e.example> {} #"""\n}',
    'SELECT * { VALUES (?x ?y) {("""a")} SERVICE <x:e> {} #\\q"""\n}',
    # Prefixes with a combining mark, with a character tie, and of many letters.
    "PREFIX a\u0300: <http://e.example/> SELECT * { SERVICE a\u0300:e {} }",
    "PREFIX a\u0300: <http://e.example/> SELECT * { SERVICEa\u0300:e {} }",
    "PREFIX a\u203fb: <http://e.example/> SELECT * { {}SERVICE a\u203fb:{} }",
    f"PREFIX {'x' * 140}: <http://e.example/> SELECT * {{ SERVICE {'x' * 140}:e {{}} }}",
    f"PREFIX {'x' * 500}: <http://e.example/> SELECT * {{ SERVICE{'x' * 500}:e {{}} }}",
    # Wherever a group may stand.
    "SELECT (EXISTS { SERVICE ?x {} } AS ?e) {}",
    "SELECT * {} ORDER BY (EXISTS { SERVICE ?x {} })",
    "SELECT ?s { ?s ?p ?o } GROUP BY ?s (EXISTS { SERVICE ?x {} } AS ?e)",
    "SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING (EXISTS { SERVICE ?x {} })",
    "SELECT * { { SELECT (EXISTS { SERVICE ?x {} } AS ?e) {} } }",
    # What our parser does not read, and the engine's does.
    "SELECT * { ?s ?p ?o LATERAL { SERVICE ?x {} } }",
    "SELECT * " + "{" * 150 + "SERVICE ?x {}" + "}" * 150,
    "SELECT * { ?s ?p ?o LATERAL { ?s ?p ?q } } # service",
]
# No engine reads them: the long string does not end where another might begin.
NO_QUERIES = [
    'SELECT * { VALUES (?x ?y) {("""a")} SERVICE <x:e> {} #"""\n}',
    "SELECT * { ?s rdfs:label 'SERVICE ?x {}' }",
    "SELECT * { ?s ?p 'SERVICE ?x {} }",
]
INNOCENT = [
    "SELECT * { ?s <http://e.example/SERVICE> ?o }",
    "SELECT * { ?s ?service ?o }",
    "SELECT ?service { ?service a $SERVICE }",
    'SELECT * { ?s ?p "SERVICE <http://e.example> {}" }',
    "SELECT * { ?s ?p 'SERVICE ?x {}' }",
    "SELECT * { # SERVICE <http://e.example> {}\n ?s ?p ?o }",
    "PREFIX service: <http://e.example/> SELECT * { ?s service:service service: . }",
    "PREFIX service: <http://e.example/> SELECT * { GRAPH service:g { ?s ?p service:o } }",
    "PREFIX service: <http://e.example/> SELECT * { ?s ?p service:foo { ?s ?p ?o } }",
    "PREFIX s: <http://e.example/> SELECT * { ?s s:service ?o }",
    "SELECT * { ?s ?p '''\nSERVICE <x:y> {} '''}",
    "BASE <http://e.example/> SELECT * { ?s <(a)/service> ?x . ?y <#service> <service> }",
    'SELECT * { FILTER(?a = "") FILTER(?b = "SERVICE ?x {}") }',
    "SELECT * { VALUES (?a ?b) {(<http://a/b> <http://x/service>)(<urn:service:x> <urn:y>)} }",
    "SELECT * { ?s ?p 'x'@service }",
    "BASE <x:/> SELECT ?service { <a?b=service> <../service> </service> FILTER(?a<?service) }",
    "SELECT * { ?s ?p _:service }",
]
UPDATES = [
    "INSERT DATA { <a:a> <b:b> <c:c> }",
    "PREFIX e: <x:y> # c\n load <http://e.example>",
    "BASE <a:b> delete where {}",
    "\\u0049NSERT DATA {}",
    "WITH <a:b> DELETE {} WHERE {}",
    "CLEAR ALL",
    "DROP GRAPH <a:b>",
    "CREATE GRAPH <a:b>",
    "COPY <a:b> TO <c:d>",
    "MOVE <a:b> TO <c:d>",
    "ADD <a:b> TO <c:d>",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_a_query_that_would_reach_out_is_refused(text: str) -> None:
    with pytest.raises(ServiceRefused, match=r"Line \d+, column \d+"):
        refuse_service(text)


@pytest.mark.parametrize("text", NO_QUERIES)
def test_what_no_parser_reads_is_left_to_the_engine_to_refuse(text: str) -> None:
    refuse_service(text)
    assert not is_read(text, "http://e.example/")


@pytest.mark.parametrize("text", INNOCENT)
def test_a_query_that_only_names_the_word_passes(text: str) -> None:
    refuse_service(text)


@pytest.mark.parametrize("text", UPDATES)
def test_an_update_is_refused(text: str) -> None:
    with pytest.raises(UpdateRefused, match="update"):
        refuse_update(text)


@pytest.mark.parametrize("text", ["SELECT ?insert {}", "PREFIX insert: <a:b> ASK {}", "", "}"])
def test_a_query_is_no_update(text: str) -> None:
    refuse_update(text)


PATTERNS = [
    "", "?s ?p ?o", "?s ?p ?o .", "?s ?p true", "?s ?p false", "?s ?p 5", "?s ?p 1.", "?s ?p 1e5",
    "?s ?p 'a'", '?s ?p """b"c"""', "?s ?p '''d'e'''", "?s ?p 'f'@en ", "?s ?p '#'", "?s a [] ",
    "?s ?p <<( ?a ?b ?c )>>", "?s <http://e.example/a#b>|^ex:b ?o", "?s ?p ex:a ", "?s ?p _:b ",
    "?s ?p ( 1 ?x )", "FILTER(?a<?x)", "FILTER(?a<1&&?b>2)", "FILTER(?a<ex:)", "FILTER(?a < 'b')",
    "BIND(1<2 AS ?z)", "BIND('<' AS ?y)", "VALUES ?v { 1 }", 'VALUES (?v ?w) {("" "a")}', "{}",
    'VALUES (?v ?w) {("""a")}', "{} UNION {}", "OPTIONAL {}", "MINUS {}", "GRAPH ?g {}",
    "FILTER EXISTS {}", "FILTER(?a<?b#>\n)", 'FILTER(?a<?b#>"\n)', "FILTER(?a<?x)?s ?p ?o",
]  # fmt: skip
GAPS = ["", "", " ", "\n", "#c\n", "#'\n", '#"""\r', "#<\n", "\t"]
KEYWORDS = ["SERVICE", "service", "SeRvIcE"]
ENDPOINTS = ["<http://e.example/>", "?v", "$v", "ex:e", "ex:", ":", ":e", "?v#>\n", "<x:y>"]
TAILS = ["{}", "{} ", "{ ?s ?p ?o }", "#>\n{}", "{} #'''", '{} #"""', "{} #>"]
PROLOGUE = "PREFIX ex: <http://e.example/> PREFIX : <http://e.example/> SELECT * { "
EMPTY = pyoxigraph.Store()


def parses(text: str) -> bool:
    try:
        EMPTY.query(text)
    except (SyntaxError, ValueError):
        return False
    return True


@st.composite
def calls(draw: st.DrawFn) -> str:
    """Draw a query in which the keyword stands where a parser might read it as one."""
    parts = [PROLOGUE]
    for pattern in draw(st.lists(st.sampled_from(PATTERNS), max_size=3)):
        parts += [pattern, draw(st.sampled_from(GAPS))]
    silent = draw(st.sampled_from(["", "", "SILENT", "silent"]))
    for options in (KEYWORDS, GAPS, [silent], GAPS, ENDPOINTS, GAPS, TAILS):
        parts.append(draw(st.sampled_from(options)))
    return "".join([*parts, "\n}"])


@settings(max_examples=1500, deadline=None)
@given(calls())
def test_no_text_that_the_parser_reads_as_a_call_passes(text: str) -> None:
    """It is read as a call where it parses, and no longer does with the keyword spoilt."""
    spoilt = re.sub("(?i)servic", "SERVIX", text)
    # An impossible pattern first leaves the call without solutions, so that nothing is called.
    harmless = text.replace("SELECT * { ", "SELECT * { FILTER(false) VALUES ?none {} ", 1)
    assume(parses(harmless) and not parses(spoilt))
    with pytest.raises(ServiceRefused):
        refuse_service(text)


# Each was read again and again by a guard or by the tokens: from every comment, string or name.
UNITS = [
    "a.a.", "<a ", "'''", '"', "a:b.", "SERVICE#", "SERVICE ?x #\n", '"\\', "<a>", "(<", "{",
    "service:a{", "service:a-", "<a#>", "<SERVICE#>", "<a#>\\'\\\n", '"""\n\\', '\\"', "PREFIX#",
    "SERVICE SILENT ", "'\"", "\\u0041",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_hostile_text_takes_no_time_that_grows_with_its_square(unit: str) -> None:
    text = "PREFIX a: <a:a> service:a{" + unit * (250_000 // len(unit)) + " service ?x {"
    began = time.monotonic()
    with contextlib.suppress(ServiceRefused):
        refuse_service(text)
    for _ in tokens(text):
        pass
    assert time.monotonic() - began < 60  # it takes half a second; a square would take hours


def test_a_long_text_is_read_as_carefully_as_a_short_one() -> None:
    """Where the word stands in a string or is a name, a long text passes too."""
    triples = "?s ?p 'SERVICE <x:y> {' .\n" * 5000
    refuse_service(f"SELECT * {{ {triples} }} # SERVICE <x:y> {{")
    with pytest.raises(ServiceRefused):
        refuse_service(f"SELECT * {{ {triples} SERVICE <x:y> {{ ?s ?p ?o }} }}")


def test_a_long_list_of_values_passes() -> None:
    rows = "(<http://e.example/service/1> <http://e.example/service>)" * 5000
    refuse_service(f"SELECT * {{ VALUES (?a ?b) {{ {rows} }} ?a ?p ?b }}")
