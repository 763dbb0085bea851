"""
The calls of a query that the operator allows, found in its text
(SPARQL 1.1 Federated Query, https://www.w3.org/TR/sparql11-federated-query/).

Only the plainest call is taken for one: the word `SERVICE` and an IRI or a declared name that makes
an endpoint of the list, without an escape. Whatever else might be a call is left in the text, where
the guard meets it.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin

from partage.errors import ContentTooLarge, ServiceRefused
from partage.rdf.sparql_terms import iriref
from partage.sparql.federation.inline_values import NOTHING
from partage.sparql.protocol.guard import refuse_service
from partage.sparql.protocol.limits import LONGEST
from partage.sparql.syntax import opening, tokens
from partage.sparql.syntax.lexer import Token, place
from partage.sparql.syntax.tree import Declaration

MOST_CALLS = 8
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """
    A call to an allowed endpoint, with the offsets of its words.

    `keyword`, `silence` and `group` tell where `SERVICE`, `SILENT` and what stands between the
    braces begin and end; a call that is not silent has an empty silence.
    """

    endpoint: str
    keyword: tuple[int, int]
    silence: tuple[int, int]
    group: tuple[int, int]
    end: int

    @property
    def start(self) -> int:
        """Where the call begins."""
        return self.keyword[0]

    @property
    def silent(self) -> bool:
        """Whether the query goes on when the endpoint fails."""
        return self.silence[0] < self.silence[1]


def allowed_calls(text: str, base: str | None, allowed: Collection[str]) -> tuple[ServiceCall, ...]:
    """
    Return a query's calls to allowed endpoints.

    Raises
    ------
    ServiceRefused
        Another call can be read in it, also inside such a call; or there are too many.
    PayloadTooLarge
        It is too long for a query that calls others.
    """
    if allowed and len(text) > LONGEST:
        try:
            refuse_service(text, allowed)
        except ServiceRefused as error:
            raise ContentTooLarge(
                "The query has %(length)s characters; one with SERVICE may have %(most)s. Ask "
                "that endpoint yourself and put its answer in with VALUES.",
                length=len(text),
                most=LONGEST,
            ) from error
        return ()
    calls = find_calls(text, base, allowed) if allowed else ()
    # The guard reads the text as the user wrote it, so that it can say where a call is, and then
    # as the engine is going to get it, which is the last word.
    refuse_service(disguised(text, calls), allowed)
    if calls:
        refuse_service(inlined(text, calls, [NOTHING] * len(calls)), allowed)
    if len(calls) > MOST_CALLS:
        line, column = place(text, calls[MOST_CALLS].start)
        raise ServiceRefused(
            "Line %(line)d, column %(column)d: a query may call other endpoints %(most)s "
            "times; this one does %(calls)s times. Put what goes to one endpoint into one "
            "SERVICE.",
            line=line,
            column=column,
            most=MOST_CALLS,
            calls=len(calls),
        )
    return calls


def find_calls(text: str, base: str | None, allowed: Collection[str]) -> tuple[ServiceCall, ...]:
    """Return the calls to allowed endpoints, each outside of the others."""
    if not re.search("service", text, re.IGNORECASE):
        return ()
    read = tokens(text)
    names = _Names(base, opening(text).prologue)
    found: list[ServiceCall] = []
    for at, token in enumerate(read):
        if token.word == "SERVICE" and (not found or found[-1].end <= token.start):
            call = _call(text, read, at, names, allowed)
            if call is not None:
                found.append(call)
    return tuple(found)


def disguised(text: str, calls: Sequence[ServiceCall]) -> str:
    """
    Return the query with each call written as `GRAPH <endpoint> {…}`, every word in its place.

    It has the same syntax, variables and scopes, so it is right where the query is, and its faults
    are where the query's are; and it calls nothing.
    """
    parts, end = [], 0
    for call in calls:
        parts += [text[end : call.start], "GRAPH".ljust(call.keyword[1] - call.start)]
        parts += [text[call.keyword[1] : call.silence[0]], " " * len(range(*call.silence))]
        end = call.silence[1]
    return "".join([*parts, text[end:]])


def inlined(text: str, calls: Sequence[ServiceCall], clauses: Sequence[str]) -> str:
    """Return the query with a clause in the place of each call."""
    parts, end = [], 0
    for call, written in zip(calls, clauses, strict=True):
        parts += [text[end : call.start], written]
        end = call.end
    return "".join([*parts, text[end:]])


def question(text: str, call: ServiceCall, base: str | None) -> str:
    """Return the query that a call asks of its endpoint."""
    return f"{_prologue(text, base)}SELECT * WHERE {{{_group(text, call)}\n}}"


def scope(text: str, call: ServiceCall, base: str | None) -> str:
    """Return a query without solutions whose variables are those that a call may bind."""
    inner = _group(text, call)
    return f"{_prologue(text, base)}SELECT * WHERE {{ {{{inner}\n}} FILTER(false) }} LIMIT 0"


def _group(text: str, call: ServiceCall) -> str:
    return text[slice(*call.group)]


def _prologue(text: str, base: str | None) -> str:
    declared = text[: opening(text).token.start]
    return f"BASE {iriref(base)}\n{declared}" if base else declared


class _Names:
    """What the prologue declares."""

    def __init__(self, base: str | None, prologue: Sequence[Declaration]) -> None:
        self._base = base or ""
        self._prefixes: dict[str, str] = {}
        for one in prologue:
            if one.word == "BASE":
                self._base = self._absolute(one.value) or ""
            elif one.word == "PREFIX":
                self._prefixes[one.prefix] = self._absolute(one.value) or ""

    def resolve(self, token: Token) -> str | None:
        """Return the IRI that a token stands for; None where it has an escape or is no IRI."""
        if token.kind == "iri":
            return self._absolute(token.text[1:-1])
        prefix, _, local = token.text.partition(":")
        space = self._prefixes.get(prefix)
        return space + local if token.kind == "name" and space and "\\" not in local else None

    def _absolute(self, written: str) -> str | None:
        if "\\" in written:
            return None
        return written if _ABSOLUTE.match(written) else _join(self._base, written)


def _join(base: str, written: str) -> str | None:
    try:
        return urljoin(base, written)
    except ValueError:  # as with brackets that hold no address
        return None


def _call(
    text: str, read: Sequence[Token], at: int, names: _Names, allowed: Collection[str]
) -> ServiceCall | None:
    """Return the call that begins with a token, if one to an allowed endpoint does."""
    keyword, *rest = read[at : at + 4]
    silence = (keyword.end, keyword.end)
    if rest and rest[0].word == "SILENT":
        silence = (rest[0].start, rest[0].end)
        del rest[0]
    if len(rest) < 2 or not _is(rest[1], "{"):
        return None
    endpoint = names.resolve(rest[0])
    if endpoint is None or endpoint not in allowed:
        return None
    close = _closing(read, at)
    # Where the brace is never closed, the parser has something to say about the whole.
    inner = close.start if close else len(text)
    end = close.end if close else len(text)
    return ServiceCall(endpoint, (keyword.start, keyword.end), silence, (rest[1].end, inner), end)


def _closing(read: Sequence[Token], at: int) -> Token | None:
    """Return the brace that closes the first one after a place."""
    depth = 0
    for token in islice(read, at, None):
        depth += _is(token, "{") - _is(token, "}")
        if depth == 0 and _is(token, "}"):
            return token
    return None


def _is(token: Token, mark: str) -> bool:
    return token.kind == "mark" and token.text == mark
