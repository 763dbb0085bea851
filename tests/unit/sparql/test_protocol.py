import contextlib
from typing import Literal
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partage.errors import (
    ProtocolError,
    QuerySyntaxError,
    RequestError,
    ServiceRefused,
    UnsupportedMediaType,
    UpdateRefused,
)
from partage.sparql.protocol.operation import FORM, QUERY, DescribeService, QueryOperation, parse

ASK = "ASK {}"
Q = quote(ASK)
BASE = "http://host.example/sparql"
Method = Literal["GET", "POST"]


def operation(method: Method, arguments: str, media_type: str = "", body: bytes = b"") -> object:
    return parse(method, arguments.encode(), media_type, body, BASE)


def query(
    method: Method, arguments: str, media_type: str = "", body: bytes = b""
) -> QueryOperation:
    found = operation(method, arguments, media_type, body)
    assert isinstance(found, QueryOperation)
    return found


@pytest.mark.parametrize(
    ("method", "arguments", "media_type", "body"),
    [
        ("GET", f"query={Q}", "", b""),
        ("GET", f"query={Q}&unknown=1&version=1.2", "", b""),
        ("POST", "", FORM, f"query={Q}".encode()),
        ("POST", "", "Application/X-WWW-Form-Urlencoded; charset=UTF-8", f"query={Q}".encode()),
        ("POST", "", QUERY, ASK.encode()),
        ("POST", "", "application/sparql-query;charset=utf-8", ASK.encode()),
        ("POST", "", 'APPLICATION/SPARQL-QUERY; charset="utf-8"', ASK.encode()),
    ],
)
def test_the_three_ways_to_send_a_query_mean_the_same(
    method: Method, arguments: str, media_type: str, body: bytes
) -> None:
    found = query(method, arguments, media_type, body)
    assert found.query.text == ASK
    assert found.query.base == BASE
    assert (found.kind, found.formats) == ("boolean", ())
    assert found.query.default_graphs is None
    assert found.query.named_graphs is None


@pytest.mark.parametrize("arguments", ["", "lang=fr"])
def test_a_get_that_asks_nothing_gets_the_description(arguments: str) -> None:
    assert isinstance(operation("GET", arguments), DescribeService)


@pytest.mark.parametrize(
    "text",
    ['ASK { ?s ?p "100%25 a+b & c=d é" }', "ASK { FILTER(1 + 1 = 2) }", "ASK { ?s ?p '&#38;;' }"],
)
def test_a_form_is_decoded_once(text: str) -> None:
    encoded = urlencode({"query": text})
    assert query("GET", encoded).query.text == text
    assert query("POST", "", FORM, encoded.encode()).query.text == text


@pytest.mark.parametrize(
    ("method", "arguments", "media_type", "body"),
    [
        ("GET", "query=", "", b""),
        ("GET", "query=%20", "", b""),
        ("GET", "quer=ASK", "", b""),
        ("GET", "default-graph-uri=http://a.example/", "", b""),
        ("GET", f"query={Q}&query={Q}", "", b""),
        ("GET", "update=CLEAR%20ALL", "", b""),
        ("GET", f"query={Q}&update=CLEAR%20ALL", "", b""),
        ("GET", "query=%FF", "", b""),
        ("GET", f"query={Q}&using-graph-uri=http://a.example/", "", b""),
        ("GET", f"query={Q}&default-graph-uri=relative", "", b""),
        ("GET", f"query={Q}&default-graph-uri=http://a.example/%3E%20x", "", b""),
        ("GET", "&".join(f"a{n}=1" for n in range(2000)), "", b""),
        ("POST", "", FORM, b""),
        ("POST", f"query={Q}", FORM, f"query={Q}".encode()),
        ("POST", f"query={Q}", QUERY, ASK.encode()),
        ("POST", "", FORM, b"query=%E9"),
        ("POST", "", FORM, b"query=\xff"),
        ("POST", "", QUERY, b"ASK { ?s ?p '\xff' }"),
        ("POST", "", QUERY, b""),
        ("POST", "", FORM, f"query={Q}&update=CLEAR%20ALL".encode()),
    ],
)
def test_a_request_against_the_protocol_is_refused(
    method: Method, arguments: str, media_type: str, body: bytes
) -> None:
    with pytest.raises(ProtocolError) as caught:
        operation(method, arguments, media_type, body)
    assert str(caught.value).endswith((".", "`query`."))


@pytest.mark.parametrize(
    ("method", "arguments", "body"),
    [
        ("GET", f"query={Q}&%24x=%3Curn%3Aa%3E&$name=1", b""),
        ("GET", "$name=1&$x=2", b""),
        ("POST", "$x=1", f"query={Q}&$name=2".encode()),
    ],
)
def test_a_parameter_that_would_bind_a_variable_is_named(
    method: Method, arguments: str, body: bytes
) -> None:
    with pytest.raises(ProtocolError, match="VALUES") as caught:
        operation(method, arguments, FORM if body else "", body)
    assert "$x" in str(caught.value)
    assert "$name" in str(caught.value)


@pytest.mark.parametrize(
    "media_type", ["", "text/plain", "application/json", f"{QUERY}; charset=utf-16", "multipart/x"]
)
def test_a_body_of_another_media_type_is_refused(media_type: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        operation("POST", "", media_type, ASK.encode())


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        (FORM, b"update=CLEAR+ALL"),
        ("application/sparql-update", b"CLEAR ALL"),
        (QUERY, b"CLEAR ALL"),
        (FORM, b"query=INSERT+DATA+%7B%7D"),
    ],
)
def test_an_update_is_refused_whatever_way_it_comes(media_type: str, body: bytes) -> None:
    with pytest.raises(UpdateRefused):
        operation("POST", "", media_type, body)


def test_a_call_of_another_endpoint_is_refused() -> None:
    with pytest.raises(ServiceRefused):
        operation("POST", "", QUERY, b"ASK { SERVICE <http://127.0.0.1/> {} }")


def test_the_dataset_is_named_by_repeated_parameters_of_address_and_body() -> None:
    graphs = "default-graph-uri=http://a.example/&default-graph-uri=http://b.example/"
    found = query("POST", graphs, FORM, f"query={Q}&named-graph-uri=http://c.example/".encode())
    assert found.query.default_graphs == ("http://a.example/", "http://b.example/")
    assert found.query.named_graphs == ("http://c.example/",)


def test_naming_one_half_of_the_dataset_empties_the_other() -> None:
    assert query("GET", f"query={Q}&default-graph-uri=a:b").query.named_graphs == ()
    assert query("GET", f"query={Q}&named-graph-uri=a:b").query.default_graphs == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SELECT * {}", "solutions"),
        ("# ASK\nPREFIX ask: <a:b> select * {}", "solutions"),
        ("BASE <http://ask.example/> DESCRIBE <x>", "graph"),
        ('VERSION "1.2" CONSTRUCT WHERE {}', "graph"),
        ("aSk{}", "boolean"),
    ],
)
def test_the_query_form_tells_the_kind_of_answer(text: str, kind: str) -> None:
    assert query("GET", urlencode({"query": text})).kind == kind


@pytest.mark.parametrize(
    ("text", "line", "column"), [("\n SELEC * {}", 2, 2), ("{}", 1, 1), ("PREFIX a: <b:c>", 1, 1)]
)
def test_a_text_of_no_query_form_is_a_syntax_error_with_a_place(
    text: str, line: int, column: int
) -> None:
    with pytest.raises(QuerySyntaxError, match="SELECT, ASK, CONSTRUCT, DESCRIBE") as caught:
        query("GET", urlencode({"query": text}))
    assert (caught.value.line, caught.value.column) == (line, column)


def test_the_prefixes_of_the_query_go_with_it() -> None:
    text = "PREFIX a: <http://a.example/> prefix : <http://b.example/> ASK { a:b a :c }"
    found = query("GET", urlencode({"query": text}))
    assert dict(found.query.prefixes) == {"a": "http://a.example/", "": "http://b.example/"}


@given(
    method=st.sampled_from(["GET", "POST"]),
    arguments=st.binary(max_size=60) | st.just(b"query=ASK+%7B%7D"),
    media_type=st.sampled_from(["", FORM, QUERY, "application/sparql-update"])
    | st.text(max_size=30),
    body=st.binary(max_size=60),
)
def test_any_request_becomes_an_operation_or_a_fault_of_the_request(
    method: Method, arguments: bytes, media_type: str, body: bytes
) -> None:
    with contextlib.suppress(RequestError):
        found = parse(method, arguments, media_type, body, BASE)
        assert isinstance(found, QueryOperation | DescribeService)
