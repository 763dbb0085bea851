"""
What is checked of a query before it is sent to a remote engine.

Engines differ in what they read beyond SPARQL 1.1: Virtuoso's `DEFINE` fetches documents, its
`bif:` functions are those of its database. So a text is sent only when the embedded parser reads it
too, which also makes every engine's syntax errors alike.
"""

import re
from urllib.parse import urljoin

from pyoxigraph import Store

from partage.errors import QuerySyntaxError
from partage.store.embedded.serialization import translate
from partage.store.engine import ResultKind

# Longer than any keyword: the parser counts a keyword it tried in vain as read.
GAP = " " * 24
# No query holds this character, so a text that is right up to it is faulted exactly there.
MARK = "\x00"
_PLACE = re.compile(r"error at (\d+):(\d+): ")
_BLANK = r"(?:\s|#[^\r\n]*+)"
_PROLOGUE = re.compile(
    rf"(?:{_BLANK}|BASE{_BLANK}*+<[^<>]*+>|PREFIX{_BLANK}++[^\s:<>]*+:{_BLANK}*+<[^<>]*+>"
    rf"|VERSION{_BLANK}*+(?:\"[^\"]*+\"|'[^']*+'))*+(?P<form>[A-Za-z]+)",
    re.IGNORECASE,
)
_FORMS: dict[str, ResultKind] = {
    "SELECT": "solutions", "ASK": "boolean", "CONSTRUCT": "graph", "DESCRIBE": "graph",
}  # fmt: skip
_FROM = re.compile(r"\bFROM\b", re.IGNORECASE)
# What follows the keyword may be missing, so that comments are not read again from each in them.
_GRAPH = re.compile(
    rf"\bGRAPH\b{_BLANK}*+(?:<(?P<iri>[^<>]*)>|(?P<variable>[?$])"
    r"|(?P<prefix>[\w.-]{0,200}+):(?P<local>[\w-]*))?",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    rf"\bPREFIX{_BLANK}++(?:([^\s:<>]{{0,200}}+):{_BLANK}*+(?:<([^<>]*+)>)?)?", re.IGNORECASE
)
_NATIVE = re.compile(r"<\s*(?:bif|sql):", re.IGNORECASE)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def check(text: str, base: str | None = None) -> None:
    """
    Let a query pass that any SPARQL 1.1 engine reads.

    Raises
    ------
    QuerySyntaxError
        The embedded parser refuses it, or it calls into an engine's own database.
    """
    if native := _NATIVE.search(unescape(text)):
        raise QuerySyntaxError(
            "`%(word)s…` names a function of one engine's database. Use the functions of "
            "SPARQL 1.1.",
            word=native[0],
        )
    if not is_read(text, base):
        _refuse(text, base)


def is_read(text: str, base: str | None) -> bool:
    """
    Return whether the embedded parser finds no fault up to the end of a text, also of one that
    ends too early; nothing is evaluated.
    """
    try:
        # The mark is no SPARQL, so this always ends in a syntax error.
        Store().query(f"{text}\n{GAP}{MARK}", base_iri=base)
    except SyntaxError as error:
        place = _PLACE.match(str(error))
        last = text.count("\n") + 2
        return place is not None and int(place[1]) == last and int(place[2]) > len(GAP)
    return False


def _refuse(text: str, base: str | None) -> None:
    """Raise the parser's error on the text itself, if it has one."""
    try:
        Store().query(text, base_iri=base)
    except SyntaxError as error:
        raise translate(error, text) from error
    except (ValueError, RuntimeError, OSError):
        return  # it parses: whether it can be evaluated is for the engine to say


def kind(text: str) -> ResultKind | None:
    """Return what a query's form answers, None where its form is not plain to see."""
    match = _PROLOGUE.match(unescape(text))
    return _FORMS.get(match["form"].upper()) if match else None


def may_choose_graphs(text: str) -> bool:
    """Return False only where the text certainly has no FROM."""
    return _FROM.search(unescape(text)) is not None


def asked_graphs(text: str, base: str | None) -> tuple[tuple[str, ...], bool]:
    """Return the graphs that a query names with GRAPH, and whether it asks for any by variable."""
    text = unescape(text)
    prefixes = {found[1]: found[2] for found in _PREFIX.finditer(text) if found[2] is not None}
    names: dict[str, None] = {}
    variable = False
    for found in _GRAPH.finditer(text):
        if found["variable"]:
            variable = True
        elif found["iri"] is not None:
            names[urljoin(base or "", found["iri"])] = None
        elif found["prefix"] in prefixes:
            names[prefixes[found["prefix"]] + found["local"]] = None
    return tuple(names), variable


def unescape(text: str) -> str:
    r"""
    Replace \u and \U escapes, as a processor does before it parses (SPARQL 1.1 §19.2).

    Escapes of what is no character, as of surrogates, are left for the parser to refuse.
    """

    def character(match: re.Match[str]) -> str:
        code = int(match[1] or match[2], 16)
        return chr(code) if code < 0xD800 or 0xDFFF < code < 0x110000 else match[0]

    return _ESCAPE.sub(character, text)
