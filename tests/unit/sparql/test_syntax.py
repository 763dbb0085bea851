"""The parser of queries: what stands where, what is refused where, and that the engine agrees."""

# ruff: noqa: E501  # a query and what is said of it read best beside each other

import contextlib
import random
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from partage.assets import assets_root
from partage.errors import QuerySyntaxError
from partage.sparql.syntax import parse
from partage.sparql.syntax.lexer import token_at, tokens
from partage.sparql.syntax.serializer import query_text
from partage.sparql.syntax.tree import Group, Pattern

QUERIES = sorted((assets_root() / "ontology" / "competency").glob("*.rq"))
PREFIX = "PREFIX : <http://example.org/> "


def kinds(text: str) -> list[str]:
    return [f"{token.kind} {token.text}" for token in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("?a<?b", ["variable ?a", "mark <", "variable ?b"]),
        ("<a>", ["iri <a>"]),
        ("a:b.c.", ["name a:b.c", "mark ."]),
        (":x%41\\~", ["name :x%41\\~"]),
        ("_:b.1.", ["blank _:b.1", "mark ."]),
        ("1.5e3 .5 1. 1", ["number 1.5e3", "number .5", "number 1", "mark .", "number 1"]),
        ('"a\\"b"@fr-CA', ['string "a\\"b"', "language @fr-CA"]),
        ('"""a"b""c"""', ['string """a"b""c"""']),
        ("# a <b>\n?c#d\r?e", ["variable ?c", "variable ?e"]),
        ("e\u0301:n\u0300", ["name e\u0301:n\u0300"]),
        ("LIMIT10", ["word LIMIT", "number 10"]),
        ("FILTERNOT", ["word FILTER", "word NOT"]),
        ("SHA256", ["word SHA256"]),
        ("<\\u0041>", ["iri <\\u0041>"]),
        ("{| |} <<( )>> << >>", ["mark {|", "mark |}", "mark <<(", "mark )>>", "mark <<", "mark >>"]),
    ],
)  # fmt: skip
def test_tokens(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_is_read_whole_and_each_node_stands_where_it_says(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = parse(text)
    assert tree.text[tree.start :].startswith(tree.form)
    assert tree.where is not None
    seen = 0
    for pattern in patterns(tree.where):
        seen += 1
        stands = tree.text[pattern.start : pattern.end]
        if pattern.kind == "triple" and all(term.kind != "blank" for term in pattern.terms):
            assert stands.endswith(tree.text[pattern.terms[2].start : pattern.terms[2].end])
        elif pattern.kind != "triple":
            assert stands == pattern.text
    assert seen


def patterns(group: Group) -> Iterator[Pattern]:
    inner = group.subselect.where if group.subselect else group
    for pattern in inner.patterns:
        yield pattern
        for part in pattern.groups:
            yield from patterns(part)


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_tree_written_and_read_again_is_written_alike(path: Path) -> None:
    written = query_text(parse(path.read_text(encoding="utf-8")))
    assert query_text(parse(written)) == written


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("SELECT ?x {\n ?x :p ?y }", 2, 5, "the prefix : is not declared"),
        ("SELECT", 1, 7, "the query ends where"),
        ("SELECT ?x { ?x ?p }", 1, 19, "`}` stands where"),
        ("SELECT * { } LIMIT", 1, 19, "the query ends where the grammar expects `INTEGER`"),
        ("SELECT * { } LIMIT ten", 1, 20, "`INTEGER`"),
        ("SELECT * { } ORDER BY LIMIT 10", 1, 23, "`LIMIT`"),
        ("SELECT (COUNT(SUM(?x)) AS ?y) {}", 1, 15, "within another aggregate"),
        ("INSERT DATA { }", 1, 1, "`SELECT`, `ASK`"),
        ("", 1, 1, "`SELECT`, `ASK`"),
        ("ASK {} }", 1, 8, "`EOF`"),
        ("ASK { VALUES (?a ?b) { (1) } }", 1, 28, "`DataBlockValue` × 2"),
        ('ASK { ?s ?p "open }', 1, 13, '`"open }`'),
        ("ASK { FILTER(1 < 2 < 3) }", 1, 20, "`<`"),
        ("SELECT * {} LIMIT 1 LIMIT 2", 1, 21, "`EOF`"),
        ("SELECT\u00a0(1 AS ?x) {}", 1, 7, "`U+00A0`"),
        ("SELECT * {\u3000?s ?p ?o }", 1, 11, "`U+3000`"),
        ("SELECT * {}\u200b", 1, 12, "`U+200B`"),
        ("ASK \ufeff{}", 1, 5, "`U+FEFF`"),
        ("ASK " + "{" * 200 + "}" * 200, 1, 105, "more than 100 levels"),
        ("ASK { FILTER" + "(" * 200 + "1" + ")" * 200 + "}", 1, 112, "more than 100 levels"),
    ],
)
def test_what_is_refused_and_where(text: str, line: int, column: int, says: str) -> None:
    with pytest.raises(QuerySyntaxError) as refused:
        parse(text)
    assert (refused.value.line, refused.value.column) == (line, column)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("?a<?b&&?c>?d", "((?a < ?b) && (?c > ?d))"),
        ("?a<<urn:b>", "(?a < <urn:b>)"),
        ("?a<=-1", "(?a <= -1)"),
        ("?a-1*2", "(?a - (1 * 2))"),
        ("?a -1 -2", "((?a - 1) - 2)"),
        ("!?a = ?b", "((! ?a) = ?b)"),
        ("1+2*3=7||TRUE", "(((1 + (2 * 3)) = 7) || true)"),
        ("?a NOT IN (1, 2)", "(?a NOT IN (1, 2))"),
        ("NOT EXISTS{?s ?p ?o}", "NOT EXISTS { ?s ?p ?o . }"),
        ("- ?a", "(- ?a)"),
        ("regex(?a , 'x')", "REGEX(?a, 'x')"),
    ],
)
def test_operators_bind_by_their_precedence(text: str, expression: str) -> None:
    assert query_text(parse(f"ASK {{ FILTER({text}) }}")).endswith(
        f"FILTER {expression} }}" if expression.startswith(("(", "REGEX", "NOT")) else expression
    )


@pytest.mark.parametrize(
    ("path", "written"),
    [
        (":p/:q|:r", "((:p/:q)|:r)"),
        ("^:p/:q*", "(^:p/:q*)"),
        ("!(:p|^a)", "!(:p|^a)"),
        ("(:p)", ":p"),
        ("(:p/:q)+", "(:p/:q)+"),
        ("^(:p*)", "^:p*"),
        ("^(^:p)", "^(^:p)"),
        (":p?", ":p?"),
    ],
)
def test_paths(path: str, written: str) -> None:
    assert query_text(parse(f"{PREFIX}ASK {{ ?s {path} ?o }}")).endswith(
        f"WHERE {{ ?s {written} ?o . }}"
    )


def test_escapes_are_read_within_iris_and_strings_alone() -> None:
    tree = parse(r'SELECT ("\u0022\\u0041\u005c" AS ?x) { <a:\u0062> ?p "\U0001F600" }')
    assert query_text(tree) == 'SELECT ("\\"\\\\u0041\\\\" AS ?x) WHERE { <a:b> ?p "\U0001f600" . }'
    for text in (r"\u0041SK {}", r"ASK { ?\u0061 ?p ?o }", r'ASK { ?s ?p "\uD83C" }'):
        with pytest.raises(QuerySyntaxError):
            parse(text)


def test_no_text_is_read_for_ever_or_fails_otherwise() -> None:
    chosen = random.Random(2)
    letters = string.printable + "éλ\u0301\U0001f600"
    for _ in range(3_000):
        text = "".join(chosen.choices(letters, k=chosen.randrange(60)))
        with contextlib.suppress(QuerySyntaxError):
            parse(text)
    for part in ("a.", "%41", "\\", '"', "'''", "<a", "a:b.", "#", "?", "_:", "{|", "(", "\u0301"):
        with pytest.raises(QuerySyntaxError):
            parse("ASK { ?s ?p " + part * 50_000)


def test_a_token_knows_its_place() -> None:
    token = token_at("  \n select", 0)
    assert (token.word, token.start, token.end) == ("SELECT", 4, 10)


@pytest.mark.parametrize(
    ("query", "column"),
    [
        ("SELECT * { _:a :p ?x OPTIONAL { _:a :q ?y } }", 33),
        ("SELECT * { { _:a :p ?x } UNION { _:a :q ?y } }", 34),
        ("SELECT * { _:a :p ?x . {} _:a :q ?y }", 27),
        ("ASK { BIND(COALESCE(1) AS ?z) _:a :p 1 FILTER EXISTS { _:a :p 2 } }", 56),
        ("SELECT * { { SELECT * { _:a :p ?x } } _:a :q ?y }", 39),
    ],
)
def test_a_label_of_a_blank_node_stands_in_one_group(query: str, column: int) -> None:
    with pytest.raises(QuerySyntaxError, match=f"Line 2, column {column}: `_:a` stands in another"):
        parse(f"PREFIX : <urn:x:>\n{query}")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { _:a :p ?x FILTER(?x > 1) _:a :q ?y }",
        "SELECT * { _:a :p ?x FILTER EXISTS { ?x :p 1 } _:a :q ?y }",
        "CONSTRUCT { _:a :p ?x . _:a :q 1 } WHERE { _:a :p ?x }",
    ],
)
def test_a_label_of_a_blank_node_may_stand_again(query: str) -> None:
    assert parse(f"PREFIX : <urn:x:>\n{query}").where is not None
