import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

import partage
from partage.errors import UnknownResource
from partage.rdf.sparql_terms import iriref, is_iri, string, values

PACKAGE = Path(partage.__file__).parent
NO_IRIS = [
    "", " ", "relative", "//host/path", "1a:b", "http://a.example/>", "a:b c", "a:b\n", 'a:"',
    "a:{}", "a:|", "a:^", "a:`", "a:b\\u0020", "a:\x00", "a:\x7f", "a:\x80", "a:\x9f", "a:[", "http://[::/",
    "http://a.example/#a#b", "a:%", "a:%zz", "a:\ue000", "a:\U000f0000", "a:\ufdd0", "a:\ud800",
]  # fmt: skip
IRIS = [
    "a:", "urn:x:y", "http://[::1]/", "http://a.example/é?\ue000#x", "a:%C3%A9",
    "a:" + "x" * 100_000,
]  # fmt: skip
# Where a value between `<` and `>`, or in quotes, is part of no query, or was read from one.
NO_QUERY = {
    "citation/citable.py": {"%(iri)s"},
    "releases/diff.py": {"name"},
    "releases/datetime_negotiation.py": {"self.target"},
    "sparql/federation/service_calls.py": {"%(endpoint)s"},
    "sparql/diagnosis/syntax_errors.py": {"%(iri)s", "nearest", "self.term", "self.nearest"},
    "sparql/protocol/guard.py": {"endpoint"},
    "sparql/diagnosis/pattern_hints.py": {"declared", "space"},
    "sparql/syntax/names.py": {"name"},
    "sparql/cited/normal_form.py": {
        "reader.base",
        "self._resolve(token.text[1:-1], token.start)",
        "plain",
        "written",
    },
    "sparql/syntax/lexer.py": {"kind"},
    "sparql/planner/top_k.py": {"zeros"},
    "store/remote/publishing.py": {"where"},
    "store/remote/remote_engine.py": {"%(function)s"},
    "web/views/resources/routes.py": {"profile.iri"},
    "web/http/links.py": {"href"},
}
# What is in quotes elsewhere is part of headers.
QUOTING = ("citation", "resources", "sparql")
_FORMAT = re.compile(r"<(%s|\{\w+\}|%\(\w+\)s)>")
_CONSTANT = re.compile(r"_?[A-Z][A-Z_0-9]*|iri\(f?'[^']*'\)|__version__")


@pytest.mark.parametrize("text", NO_IRIS, ids=ascii)
def test_what_is_no_iri_enters_no_query(text: str) -> None:
    assert not is_iri(text)
    with pytest.raises(UnknownResource):
        iriref(text)
    assert values("x", [text, "a:b"]) == "VALUES ?x { <a:b> }"


@pytest.mark.parametrize("text", IRIS, ids=lambda text: ascii(text[:20]))
def test_an_iri_is_written_as_the_engine_reads_it(text: str) -> None:
    assert is_iri(text)
    assert asked(iriref(text)) == NamedNode(text)


@given(st.text() | st.sampled_from(['"', "\\", '"""', "\\u0022", '\\" } #', "\r\n\t\x00"]))
def test_a_string_is_read_as_it_was_written(text: str) -> None:
    assert asked(string(text)) == Literal(text)


@given(st.text(max_size=30))
def test_an_iri_cannot_end_early(text: str) -> None:
    if is_iri(iri := "http://a.example/" + text):
        assert asked(iriref(iri)) == NamedNode(iri)


def asked(term: str) -> object:
    """Return the term that the engine reads from a text."""
    rows = Store().query(f"SELECT (({term}) AS ?x) {{}}")
    assert isinstance(rows, QuerySolutions)
    (row,) = rows
    return row["x"]


def test_nothing_else_puts_values_into_queries() -> None:
    packages = ("citation", "releases", "resources", "sparql", "store", "web")
    found = {
        f"{path.relative_to(PACKAGE)}: {value}"
        for package in packages
        for path in sorted((PACKAGE / package).rglob("*.py"))
        for marks, value in _enclosed(ast.parse(path.read_text(encoding="utf-8")))
        if marks == "<>" or package in QUOTING
        if value not in NO_QUERY.get(str(path.relative_to(PACKAGE)), set())
    }
    assert not found, "write them by partage.rdf.sparql_terms"


def test_a_value_between_marks_is_seen() -> None:
    text = """f"{{ <{iri}> ?p ?o . <{BASE}> ?p '{text}' }}"; "<%s> ?p <{other}>"; "ask <a> {x}" """
    found = sorted(value for _, value in _enclosed(ast.parse(text)))
    assert found == ["%s", "iri", "text", "{other}"]


def _enclosed(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield what the texts of a module put between `<` and `>` or quotes, constants apart."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            texts = [str(part.value) if isinstance(part, ast.Constant) else ""
                     for part in node.values]  # fmt: skip
            around = zip(["", *texts], node.values, [*texts[1:], ""], strict=False)
            for before, part, after in around:
                marks = before[-1:] + after[:1]
                if isinstance(part, ast.FormattedValue) and marks in {"<>", '""', "''"}:
                    value = ast.unparse(part.value)
                    if not _CONSTANT.fullmatch(value):
                        yield marks, value
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (("<>", value) for value in _FORMAT.findall(node.value))
