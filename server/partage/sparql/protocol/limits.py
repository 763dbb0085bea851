"""
How much of a query is read in the server's own process, beside the engine that evaluates it.

Whatever must be read of every query (its form, `SERVICE`, its prefixes) takes time that grows as
its length does, which `PARTAGE_MAX_BODY` bounds. Whatever may be left undone (a plan, hints, a
normal form) is left undone beyond the limits here.
"""

import re

from partage.errors import ContentTooLarge, QuerySyntaxError, message
from partage.sparql.syntax.lexer import place, tokens

# Reading one of these in every way takes less than half a second; a list of 1,000 IRIs has as many.
LONGEST = 64_000
# pyoxigraph's parser and ours are recursive: some 1,500 braces in one another overflow a stack of
# 8 MB, 10,000 negations or steps of a path.
DEEPEST = 200
MOST_STEPS = 2_000
# Each of them is counted by the engine, alone and with those before it.
MOST_PATTERNS = 500
# Operators that parsers take for nested.
STEPS = frozenset({"!", "/", "^", "|", "<", "<<", "<<("})
_DEEP = message(
    "Line %(line)d, column %(column)d: the brackets nest more than %(most)s levels deep. Nest "
    "them less deeply."
)
_MANY = message(
    "Line %(line)d, column %(column)d: the query has more than %(most)s of the operators `!`, "
    "`/`, `|`, `^` and `<`. Write it with fewer."
)
_OPENING = re.compile(r"[({\[]")
_STEPPING = re.compile(r"[!/^|<]")


def refuse_long(text: str) -> None:
    """
    Let a query pass that is short enough to be looked into.

    Raises
    ------
    PayloadTooLarge
        It is longer than `LONGEST`.
    """
    if len(text) > LONGEST:
        raise ContentTooLarge(
            "The query has %(length)s characters; one of more than %(most)s is answered, but not "
            "looked into. Shorten it, for instance its VALUES.",
            length=len(text),
            most=LONGEST,
        )


def refuse_deep(text: str) -> None:
    """
    Let a query pass that no recursive parser overflows its stack by.

    What may be an IRI or a comparison, as `<(1>`, is counted as what nests more deeply.

    Raises
    ------
    QuerySyntaxError
        Its brackets nest more than `DEEPEST` levels deep, or it has more than `MOST_STEPS`
        operators of those that parsers take for nested, as `!` and `/`.
    """
    may_nest = _more(_OPENING, text, DEEPEST)
    if not may_nest and not _more(_STEPPING, text, MOST_STEPS):
        return
    depth = steps = 0
    for token in tokens(text):
        if token.kind not in {"iri", "mark"}:
            continue
        opened, closed = (sum(map(token.text.count, marks)) for marks in ("([{", ")]}"))
        deepest = depth + opened
        depth += max(0, opened - closed) if token.kind == "iri" else opened - closed
        if token.text in STEPS:
            steps += token.text.count("<") or 1
        if deepest > DEEPEST or steps > MOST_STEPS:
            said, most = (_DEEP, DEEPEST) if deepest > DEEPEST else (_MANY, MOST_STEPS)
            raise QuerySyntaxError(said.text, *place(text, token.start), most=most)


def _more(pattern: re.Pattern[str], text: str, most: int) -> bool:
    return sum(1 for _, _ in zip(pattern.finditer(text), range(most + 1), strict=False)) > most
