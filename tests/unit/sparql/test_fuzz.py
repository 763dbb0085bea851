"""Hypothesis against the protocol parser, the guard and the tokens."""

import contextlib
from typing import Literal
from urllib.parse import quote_from_bytes, urlencode

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partage.errors import RequestError, ServiceRefused, UpdateRefused
from partage.sparql.protocol.guard import refuse_service, refuse_update
from partage.sparql.protocol.operation import FORM, QUERY, DescribeService, QueryOperation, parse
from partage.sparql.syntax.lexer import place, tokens
from partage.store.remote.dialect import unescape

BASE = "http://127.0.0.1/sparql"
METHODS: st.SearchStrategy[Literal["GET", "POST", "QUERY"]] = st.sampled_from(
    ["GET", "POST", "QUERY"]
)
NAMES = st.sampled_from(
    ["query", "update", "format", "default-graph-uri", "named-graph-uri", "using-graph-uri",
     "using-named-graph-uri", "timeout", "graphs", "lang", "version", "q", ""]
)  # fmt: skip
# Pieces that make texts which get far into the parser, among text that does not.
PIECES = st.one_of(
    st.sampled_from(
        ["SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "INSERT", "LOAD", "SERVICE", "SILENT", "PREFIX",
         "BASE", "FROM", "WHERE", "{", "}", "*", "?x", "$y", "<http://e.example/>", "<", ">", "e:",
         "e:x", ":", "'", '"', "'''", '"""', "\\", "\\u0053", "\\U00110000", "#", "\n", " ", "\0",
         "\ufeff", "@en", "^^", "1.5e3", "true", "\ud83d\ude00", "é", "SERVICE<"]
    ),
    st.text(max_size=5),
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=25).map("".join)
PAIRS = st.lists(st.tuples(NAMES, st.one_of(TEXTS, st.text(max_size=20))), max_size=6)
ENCODED = st.one_of(
    PAIRS.map(lambda pairs: urlencode(pairs, errors="replace").encode()),
    st.binary(max_size=60),
    st.binary(max_size=40).map(lambda value: b"query=" + quote_from_bytes(value).encode()),
)
MEDIA_TYPES = st.one_of(
    st.sampled_from(
        [FORM, QUERY, "application/sparql-update", "", ";", "multipart/form-data; boundary=x",
         f"{QUERY}; charset=utf-8", f"{FORM};charset=latin1", f"{QUERY};;=;charset", "text/plain"]
    ),
    st.text(max_size=30),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    METHODS,
    ENCODED,
    MEDIA_TYPES,
    st.one_of(ENCODED, TEXTS.map(lambda t: t.encode("utf-8", "replace"))),
)
def test_any_request_is_an_operation_or_an_error_of_the_request(
    method: Literal["GET", "POST", "QUERY"], parameters: bytes, media_type: str, body: bytes
) -> None:
    with contextlib.suppress(RequestError):
        operation = parse(method, parameters, media_type, body, BASE)
        assert isinstance(operation, DescribeService | QueryOperation)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_tokens_and_the_space_between_them_are_the_text(text: str) -> None:
    end = 0
    for token in tokens(text):
        assert end <= token.start < token.end <= len(text)
        between = text[end : token.start]
        assert not between or between.isspace() or "#" in between
        assert text[token.start : token.end] == token.text
        end = token.end
    rest = text[end:]
    assert not rest or rest.isspace() or "#" in rest


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.data())
def test_a_place_leads_back_to_its_offset(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    line, column = place(text, offset)
    before = text.split("\n")[: line - 1]
    assert sum(len(part) + 1 for part in before) + column - 1 == offset


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_characters="\\", exclude_categories=["Cs"]), max_size=30))
def test_what_is_escaped_can_be_read_again(text: str) -> None:
    assert unescape("".join(f"\\U{ord(character):08X}" for character in text)) == text
    assert unescape(text) == text


# Calls of SERVICE as somebody would hide them

SPACES = st.lists(
    st.sampled_from([" ", "\t", "\n", "\r\n", "#SERVICE\n", "# ' \" { <\n", "#\n"]), max_size=3
).map("".join)
BLANK = SPACES.map(lambda space: space or " ")
ENDPOINTS = st.sampled_from(
    ["<http://127.0.0.1:9/>", "<x>", "<>", "?e", "$e", "e:", "e:x", ":x", "<http://a/#b>"]
)
BEFORE = st.sampled_from(
    ["", "?s ?p ?o .", "?s ?p '\\'' .", '?s ?p "\\"" .', "?s ?p '''a'b''' .", '?s ?p """a"b""" .',
     "?s ?p ''", "?s <http://a/#b> ?o .", "FILTER(1<2)", "FILTER(?a<?b && ?b>?c)", "FILTER(true)",
     "BIND('SERVICE' AS ?t)", "VALUES ?e { <http://127.0.0.1:9/> }", "OPTIONAL {}", "{} UNION",
     "MINUS {}", "?s e:p\\' ?o .", "?s e:p\\# ?o .", "?s ?p 'é'@en .", "?s ?p 1.", "?s ?p true ."]
)  # fmt: skip
WRAPPINGS = st.sampled_from(
    [("", ""), ("{", "}"), ("OPTIONAL {", "}"), ("MINUS {", "}"), ("GRAPH ?g {", "}"),
     ("FILTER EXISTS {", "}"), ("FILTER NOT EXISTS {", "}"), ("{ SELECT * {", "} }"),
     ("{} UNION {", "}"), ("BIND(EXISTS {", "} AS ?z)")]
)  # fmt: skip
FORMS = st.sampled_from(
    ["SELECT * {%s}", "ASK {%s}", "SELECT*WHERE{%s}", "CONSTRUCT { ?s ?p ?o } WHERE {%s}",
     "DESCRIBE ?s {%s}", "SELECT * {} ORDER BY (EXISTS {%s})"]
)  # fmt: skip
PROLOGUE = "PREFIX e: <http://127.0.0.1:9/> PREFIX : <http://127.0.0.1:9/> "


@st.composite
def keyword(draw: st.DrawFn, word: str) -> str:
    """Write a word in any case, and escape some of its letters."""
    letters = []
    for letter in word:
        cased = draw(st.sampled_from([letter.upper(), letter.lower()]))
        letters.append(
            draw(st.sampled_from([cased] * 6 + [f"\\u{ord(cased):04x}", f"\\U{ord(cased):08X}"]))
        )
    return "".join(letters)


@st.composite
def calls(draw: st.DrawFn) -> str:
    """Write a query that calls another endpoint, well hidden."""
    opened, closed = draw(WRAPPINGS)
    endpoint = draw(ENDPOINTS)
    silent = draw(st.one_of(st.just(""), keyword("SILENT").map(lambda word: word + " ")))
    space = draw(SPACES if endpoint[0] in "<?$" and not silent else BLANK)
    call = (
        f"{draw(BEFORE)} {opened} {draw(keyword('SERVICE'))}{space}{silent}{endpoint}"
        f"{draw(BLANK)}{{ ?s ?p ?o }} {closed}"
    )
    return PROLOGUE + draw(FORMS) % call


@settings(max_examples=600, deadline=None)
@given(calls())
def test_no_disguise_brings_service_past_the_guard(text: str) -> None:
    with pytest.raises(ServiceRefused):
        refuse_service(text)


HARMLESS = st.sampled_from(
    ["'SERVICE <x:y> {'", '"""a\nSERVICE <x:y> {"""', "<http://e.example/SERVICE>", "e:SERVICE",
     "?SERVICE", "?x # SERVICE <x:y> {\n", "'\\'SERVICE <x:y> {'"]
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(HARMLESS, BLANK, WRAPPINGS)
def test_what_calls_nobody_and_parses_passes(
    value: str, space: str, wrapping: tuple[str, str]
) -> None:
    opened, closed = wrapping
    text = f"{PROLOGUE} ASK {{ {opened} ?s ?p{space}{value} . {closed} }}"
    pyoxigraph.Store().query(text)  # it is a query indeed
    refuse_service(text)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["INSERT DATA {}", "DELETE WHERE {}", "LOAD <x:y>", "CLEAR ALL", "DROP ALL",
                     "CREATE GRAPH <x:y>", "ADD <a:b> TO <c:d>", "MOVE <a:b> TO <c:d>",
                     "COPY <a:b> TO <c:d>", "WITH <a:b> DELETE {} WHERE {}"]),
    SPACES, st.booleans(),
)  # fmt: skip
def test_no_update_passes_however_it_is_written(update: str, space: str, lower: bool) -> None:
    text = space + PROLOGUE + space + (update.lower() if lower else update)
    with pytest.raises(UpdateRefused):
        refuse_update(text)
