"""
What may have been meant by a filter that lets nothing pass, and by what follows the patterns.

As in `partage.sparql.diagnosis.pattern_hints`, what could stand instead is tried before it is
suggested.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches

from partage.rdf.namespaces import iri
from partage.sparql.diagnosis.join_graph import EmptyPoint, JoinReport
from partage.sparql.diagnosis.pattern_counts import PatternCounter
from partage.sparql.diagnosis.pattern_hints import (
    MOST,
    Edits,
    HintKind,
    PatternHint,
    corrected,
    triple_hints,
)
from partage.sparql.diagnosis.term_suggestions import TermSuggestions
from partage.sparql.syntax.lexer import Token
from partage.sparql.syntax.tree import Clause, Group, Pattern

SEARCHING = ("CONTAINS", "STRSTARTS", "STRENDS")
YEAR = f"<{iri('xsd:integer')}>(SUBSTR(STR({{variable}}), 1, 4))"
MOST_LANGUAGES = 3
ALIKE = 0.5
MOST_ALIKE = 2  # of one kind at one place
_CLAUSES: dict[str, HintKind] = {
    "LIMIT": "limit", "OFFSET": "offset", "HAVING": "having", "VALUES": "values",
}  # fmt: skip


def hints(
    prober: PatternCounter, report: JoinReport, spelling: TermSuggestions
) -> list[PatternHint]:
    """Return what may be wrong with a query without results, what mends it first."""
    found = _unbound(prober)
    if report.emptied is not None:
        for one in report.emptied.branches or (report.emptied,):
            if one.element is not None and one.element.kind == "filter":
                found += _filter(prober, one.element, one)
            if one.clause is not None:
                found.append(_clause(one.clause))
    found += triple_hints(prober, report, spelling)
    once = {(hint.kind, hint.start, hint.suggestion): hint for hint in found}
    tried = [replace(hint, mends=_mends(prober, hint)) for hint in list(once.values())[:MOST]]
    if not any(hint.mends for hint in tried):
        tried = [*_together(prober, tried), *tried]
    tried.sort(key=lambda hint: not hint.mends)
    return [
        hint
        for at, hint in enumerate(tried)
        if sum((one.kind, one.start) == (hint.kind, hint.start) for one in tried[:at]) < MOST_ALIKE
    ]


def _together(prober: PatternCounter, tried: Sequence[PatternHint]) -> list[PatternHint]:
    """Return what mends the query by the first suggestion for each place, where that does."""
    chosen: dict[int, PatternHint] = {}
    end = 0
    for hint in sorted(tried, key=lambda hint: hint.start):
        if hint.edits and hint.start not in chosen and min(edit[0] for edit in hint.edits) >= end:
            chosen[hint.start] = hint
            end = max(edit[1] for edit in hint.edits)
    if len(chosen) < 2:
        return []
    written = ", ".join(hint.suggestion or "" for hint in chosen.values())
    edits = tuple(edit for hint in chosen.values() for edit in hint.edits)
    hint = PatternHint("together", min(chosen), {}, written, edits)
    return [replace(hint, mends=True)] if _mends(prober, hint) else []


def _mends(prober: PatternCounter, hint: PatternHint) -> bool | None:
    """Return whether the query has results with what a hint suggests."""
    if not hint.edits:
        return None
    return prober.answers(corrected(prober.query.text, hint.edits))


def _clause(clause: Clause) -> PatternHint:
    kind = _CLAUSES[clause.word]
    return PatternHint(kind, clause.start, {}, None, ((clause.start, clause.end, ""),))


def _unbound(prober: PatternCounter) -> list[PatternHint]:
    """Return the filters and BINDs that ask for a variable that no pattern of their group binds."""
    where = prober.tree.where
    return list(_unbound_in(prober, where, frozenset())) if where else []


def _unbound_in(
    prober: PatternCounter, group: Group, outside: frozenset[str]
) -> Iterator[PatternHint]:
    if group.subselect is not None:
        group = group.subselect.where
    bound = frozenset[str]().union(*(
        element.variables for element in group.patterns if element.kind not in {"filter", "minus"}
    ))  # fmt: skip
    for element in group.patterns:
        within = frozenset[str]()
        if element.kind in {"optional", "filter"}:
            within = bound | outside
        for inner in element.inner:
            yield from _unbound_in(prober, inner, within)
        if element.kind == "filter" and not element.inner:
            yield from _unbound_of(prober, element, bound | outside)


def _unbound_of(
    prober: PatternCounter, element: Pattern, bound: frozenset[str]
) -> Iterator[PatternHint]:
    for token in _tokens(prober, element):
        name = token.text[1:]
        if token.kind != "variable" or name in bound:
            continue
        near = get_close_matches(name, bound, n=1, cutoff=ALIKE)
        written = f"?{near[0]}" if near else None
        edits: Edits = ((token.start, token.end, written),) if written else ()
        facts = {"variable": token.text, **({"nearest": written} if written else {})}
        yield PatternHint("unbound", token.start, facts, written, edits)


def _filter(prober: PatternCounter, element: Pattern, emptied: EmptyPoint) -> list[PatternHint]:
    """Return the ways to write a filter in which it lets something pass."""
    read = list(_tokens(prober, element))
    found: dict[HintKind, PatternHint] = {}  # of each kind the first, which changes least
    for kind, edits in _rewritings(prober, read, emptied):
        if kind in found:
            continue
        shift = [(s - element.start, e - element.start, w) for s, e, w in edits]
        written = corrected(element.text, tuple(shift))
        if prober.holds(emptied.body(written)):
            suggestion = " ".join(written.split())
            found[kind] = PatternHint(
                kind, edits[0][0], {"filter": element.shown}, suggestion, edits
            )
    return list(found.values())


def _rewritings(
    prober: PatternCounter, read: Sequence[Token], emptied: EmptyPoint
) -> Iterator[tuple[HintKind, Edits]]:
    for at, token in enumerate(read):
        if token.word == "REGEX":
            yield from _searched(read, at, flags=True)
        elif token.word in SEARCHING:
            yield from _searched(read, at, flags=False)
        elif token.word == "LANG":
            yield from _language(prober, read, at, emptied)
        elif token.text in {"=", "<", ">", "<=", ">="} and 0 < at < len(read) - 1:
            yield from _compared(read[at - 1], token, read[at + 1])


def _searched(read: Sequence[Token], at: int, *, flags: bool) -> Iterator[tuple[HintKind, Edits]]:
    """Search without regard to case, in the text of whatever is searched."""
    opened, ends, depth = read[at + 1], [], 0
    for token in read[at + 1 :]:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 or (depth == 1 and token.text == ","):
            ends.append(token)
        if depth == 0:
            break
    if len(ends) != 2:
        return
    comma, closed = ends
    string: Edits = ((opened.end, opened.end, "STR("), (comma.start, comma.start, ")"))
    yield "filter-text", string
    if flags:
        insensitive = (closed.start, closed.start, ', "i"')
        yield "filter-case", (insensitive,)
        yield "filter-case", (*string, insensitive)
    else:
        yield (
            "filter-case",
            ((opened.end, opened.end, "LCASE(STR("), (comma.start, comma.start, "))"),
             (comma.end, comma.end, " LCASE("), (closed.start, closed.start, ")")),
        )  # fmt: skip


def _compared(left: Token, operator: Token, right: Token) -> Iterator[tuple[HintKind, Edits]]:
    variable, other = (left, right) if left.kind == "variable" else (right, left)
    if variable.kind != "variable":
        return
    if other.kind == "string" and operator.text == "=":
        text = f"STR({variable.text})"
        yield "filter-text", ((variable.start, variable.end, text),)
        yield (
            "filter-case",
            (
                (variable.start, variable.end, f"LCASE({text})"),
                (other.start, other.end, f"LCASE({other.text})"),
            ),
        )
    elif other.kind == "number" or (other.kind == "string" and operator.text != "="):
        plain = f"STR({variable.text})"
        if other.kind == "number" and len(other.text) == 4:
            plain = YEAR.format(variable=variable.text)
        elif other.kind == "number":
            plain = f"<{iri('xsd:decimal')}>({plain})"
        yield "filter-number", ((variable.start, variable.end, plain),)


def _language(
    prober: PatternCounter, read: Sequence[Token], at: int, emptied: EmptyPoint
) -> Iterator[tuple[HintKind, Edits]]:
    """Compare with the languages that there are."""
    variable = next((token for token in read[at:] if token.kind == "variable"), None)
    string = next((token for token in read[at:] if token.kind == "string"), None)
    if variable is None or string is None:
        return
    wanted = f"DISTINCT (LANG({variable.text}) AS ?partageprobe_language)"
    after = "ORDER BY ?partageprobe_language"
    for row in prober.find(wanted, emptied.body(""), MOST_LANGUAGES, after) or ():
        language = row.get("partageprobe_language")
        if language is not None:
            yield "filter-language", ((string.start, string.end, str(language)),)


def _tokens(prober: PatternCounter, element: Pattern) -> Iterator[Token]:
    """Yield the tokens of a pattern."""
    for token in prober.tree.tokens:
        if element.start <= token.start and token.end <= element.end:
            yield token
