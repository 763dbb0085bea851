import pytest
from hypothesis import given
from hypothesis import strategies as st

from partage.sparql.tokens import Lexer, place, tokens, unescape


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("SELECT ?x", ["word", "variable"]),
        ("<http://a.example/#b> # c\n ex:b.c .", ["iri", "name", "mark"]),
        ('\'a\'\'b\'@en """c"d"""', ["string", "string", "language", "string"]),
        (
            "?a<?b && 1.5e3<=.5",
            ["variable", "mark", "variable", "mark", "number", "mark", "number"],
        ),
        ("_:b a :c", ["name", "word", "name"]),
        ("'open #\n?x", ["mark", "variable"]),
        ('"""open', ["string", "mark"]),
    ],
)
def test_a_text_is_read_as_its_words(text: str, kinds: list[str]) -> None:
    assert [token.kind for token in tokens(text)] == kinds


@given(st.text(max_size=80))
def test_the_tokens_cover_the_text_without_gaps(text: str) -> None:
    at, lexer = 0, Lexer(text)
    while at < len(text):
        token = lexer.at(at)
        assert token.start == at
        assert token.end > at
        assert token.text == text[at : token.end]
        at = token.end


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("\\u0041", "A"),
        ("\\U0001F600", "😀"),
        ("\\U00110000", "\\U00110000"),
        ("\\uD83D", "\\uD83D"),
        ("\\u00g1", "\\u00g1"),
    ],
)
def test_escapes_are_replaced_where_they_are_characters(text: str, plain: str) -> None:
    assert unescape(text) == plain


def test_places_count_from_one() -> None:
    assert [place("ab\ncd", at) for at in (0, 1, 3, 4)] == [(1, 1), (1, 2), (2, 1), (2, 2)]
