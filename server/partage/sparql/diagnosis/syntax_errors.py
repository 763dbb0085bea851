"""
Where a syntax error really is, and which name was meant.

The engine's parser reports the furthest place it looked at, and counts a keyword that it tried in
vain as looked at: `{ ?s ex:p ?o }` is faulted at a column where OPTIONAL, tried at `?s`, would have
ended. With the tokens spread so far apart that no keyword reaches over to the next, the furthest
place is the right one.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from pyoxigraph import NamedNode

from partage.errors import (
    EngineError,
    Message,
    QuerySyntaxError,
    ServiceRefused,
    UntranslatedText,
    escape_invisible,
    message,
)
from partage.rdf.namespaces import BASE, ID, PREFIXES, VOC, curie
from partage.sparql.protocol.guard import refuse_service
from partage.sparql.protocol.limits import LONGEST
from partage.sparql.protocol.operation import prefixes
from partage.sparql.syntax import tokens
from partage.sparql.syntax.lexer import Token, place
from partage.store.engine import Engine, Query, QueryLimits

# Longer than any keyword of SPARQL.
GAP = 24
# Names of things that have a name rather than a number.
NAMED = (PREFIXES["ds"], VOC, *(f"{ID}{kind}/" for kind in ("org", "person", "set", "feature")))
MOST_HINTS = 5
LONGEST_SHOWN = 80
LIKE = 0.6
VOCABULARY = (
    "SELECT DISTINCT ?thing { ?thing ?p ?o "
    f'FILTER(isIRI(?thing) && STRSTARTS(STR(?thing), "{BASE}")) }}'
)


@dataclass(frozen=True, slots=True)
class TermHint:
    """A term of our namespaces that is not known, and the one that may have been meant."""

    term: str
    line: int
    column: int
    nearest: str | None

    @property
    def sentence(self) -> Message:
        """Say it to a person."""
        place = {"line": self.line, "column": self.column, "term": self.term}
        if self.nearest is None:
            return message("Line %(line)d, column %(column)d: %(term)s is not known here.", **place)
        return message(
            "Line %(line)d, column %(column)d: %(term)s is not known here. "
            "Did you mean %(nearest)s?",
            nearest=self.nearest,
            **place,
        )

    @property
    def header(self) -> str:
        """Say it in a header: an item of a list (RFC 9651)."""
        nearest = f';nearest="{self.nearest}"' if self.nearest else ""
        return f'"{self.term}";line={self.line};column={self.column}{nearest}'


def locate(engine: Engine, query: Query, error: QuerySyntaxError) -> QuerySyntaxError:
    """Return the error with the place and the words that a person would point at."""
    if error.line is None or len(query.text) > LONGEST:
        return error
    read = tokens(query.text)
    if not read:
        return error
    starts, spread = [], ""
    for token in read:
        starts.append(len(spread))
        spread += token.text.replace("\n", " ") + " " * GAP
    try:
        refuse_service(spread)  # it is another text than the guard has seen
        engine.query(Query(spread, base=query.base, limits=QueryLimits(seconds=1))).close()
    except QuerySyntaxError as found:
        at = (found.column or 1) - 1
        if at >= len(spread):
            return _at_end(query.text, found)
        return _at_token(query.text, read[bisect_right(starts, at) - 1], found)
    except (EngineError, ServiceRefused):
        return error
    return error  # spread out it parses: the fault lies between two tokens


def _at_end(text: str, found: QuerySyntaxError) -> QuerySyntaxError:
    line, column = place(text, len(text.rstrip()))
    reason = _reason(found) or message("the query ends too early.")
    return QuerySyntaxError(
        "Line %(line)d, column %(column)d: %(reason)s", line, column, reason=reason
    )


def _at_token(text: str, token: Token, found: QuerySyntaxError) -> QuerySyntaxError:
    reason: UntranslatedText | Message = _reason(found) or message("this is not expected here.")
    prefix = token.text.partition(":")[0]
    if "Prefix not found" in str(reason):
        advice = _advice(prefix, dict(prefixes(text)))
        reason = message(
            "the prefix %(prefix)s: is not declared. %(advice)s", prefix=prefix, advice=advice
        )
    return QuerySyntaxError(
        "Line %(line)d, column %(column)d: `%(token)s`: %(reason)s",
        *place(text, token.start),
        token=escape_invisible(token.text.partition("\n")[0][:60]),
        reason=reason,
    )


def _reason(found: QuerySyntaxError) -> UntranslatedText:
    """Return what the parser says in words, if it says more than what it tried."""
    reason = str(found).partition(": ")[2]
    useless = reason.startswith(("expected ", "this is not expected"))
    return UntranslatedText("" if useless else reason)


def _advice(prefix: str, declared: Mapping[str, str]) -> Message:
    """Return what to do about a prefix that is not declared."""
    if prefix in PREFIXES:
        return message(
            "Add PREFIX %(prefix)s: <%(iri)s> at the top.", prefix=prefix, iri=PREFIXES[prefix]
        )
    meant = get_close_matches(prefix, [*declared, *PREFIXES], n=1, cutoff=LIKE)
    if not meant:
        return message("Declare it at the top: PREFIX name: <IRI>.")
    if meant[0] in declared:
        return message("Did you mean %(meant)s:, which is declared?", meant=meant[0])
    return message("Did you mean %(meant)s: <%(iri)s>?", meant=meant[0], iri=PREFIXES[meant[0]])


def vocabulary(engine: Engine) -> frozenset[str]:
    """Return the IRIs of our named things and terms that a dataset describes."""
    rows = engine.query(Query(VOCABULARY)).solutions()
    things = (row["thing"] for row in rows)
    return frozenset(
        thing.value
        for thing in things
        if isinstance(thing, NamedNode) and thing.value.startswith(NAMED)
    )


def misspelt(text: str, known: frozenset[str]) -> list[TermHint]:
    """Return the terms of our namespaces in a query that are none of the known ones."""
    if not known or len(text) > LONGEST:
        return []
    declared = dict(prefixes(text))
    found: dict[str, TermHint] = {}
    for token in tokens(text):
        iri = _expanded(token, declared)
        if iri is None or iri in found or not is_unknown(iri, known):
            continue
        if not (local := _local(iri)) or len(found) == MOST_HINTS:
            continue
        space = iri.removesuffix(local)
        others = {name.removeprefix(space): name for name in known if name.startswith(space)}
        meant = get_close_matches(local[:LONGEST_SHOWN], others, n=1, cutoff=LIKE)
        nearest = others[meant[0]] if meant else None
        line, column = place(text, token.start)
        nearest = nearest and (curie(nearest) or f"<{nearest}>")
        found[iri] = TermHint(_shown(token.text), line, column, nearest)
    return list(found.values())


def is_unknown(iri: str, known: frozenset[str]) -> bool:
    """Return whether an IRI is in our namespaces but none of the known ones, if any are known."""
    return bool(known) and iri.startswith(NAMED) and iri not in known


def _expanded(token: Token, declared: Mapping[str, str]) -> str | None:
    if token.kind == "iri":
        return token.text[1:-1]
    prefix, _, local = token.text.partition(":")
    if token.kind != "name" or not local or prefix not in declared:
        return None
    return declared[prefix] + local


def _shown(term: str) -> str:
    """Return a term as it can stand in a header: short, and in plain letters."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "?" for c in term)
    return plain if len(plain) <= LONGEST_SHOWN else plain[:LONGEST_SHOWN] + "..."


def _local(iri: str) -> str:
    """Return the last part of an IRI; a namespace has none."""
    return iri.replace("#", "/").rpartition("/")[2]
