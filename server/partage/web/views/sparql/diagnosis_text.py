"""
What was found out about a query without results, in words and as data.

The room of the queries tells kinds and facts; the words for them are here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from partage.sparql.diagnosis.empty_results import Diagnosis
from partage.sparql.diagnosis.join_graph import EmptyPoint, PatternCount
from partage.sparql.diagnosis.pattern_counts import MOST
from partage.sparql.diagnosis.pattern_hints import PatternHint, corrected
from partage.sparql.syntax.lexer import place

LONGEST_QUOTED = 160
# Not the narrow space in numbers.
_SPACES = re.compile(r"[ \t\r\n]+")

HINT_TEXTS = {
    "together": _("There is more than one fault; with all of these mended it has results."),
    "namespace": _(
        "The prefix `%(prefix)s:` stands for `%(declared)s` here; the data use `%(namespace)s`."
    ),
    "term": _("`%(term)s` does not occur in the data. Did you mean `%(nearest)s`?"),
    "unknown": _("`%(term)s` does not occur in the data, nor does anything like it."),
    "language": _("The language tag counts: the data have `%(nearest)s`, not `%(term)s`."),
    "datatype": _("The datatype counts: the data have `%(nearest)s`, not `%(term)s`."),
    "case": _("Capitals and small letters count: the data have `%(nearest)s`, not `%(term)s`."),
    "space": _("White space counts: the data have `%(nearest)s`, not `%(term)s`."),
    "part": _("No value is exactly `%(term)s`, but one contains it: `%(nearest)s`."),
    "wants-iri": _("The values are things, not texts: `%(term)s` names `%(nearest)s`."),
    "wants-literal": _("The values are texts, not things: `%(term)s` is named `%(nearest)s`."),
    "swapped": _("The other way round it matches: subject and object are swapped."),
    "other-graph": _("This stands in a named graph, as in `%(graph)s`, which is not asked here."),
    "default-graph": _("This stands in the default graph, but not in this `GRAPH`."),
    "instance": _(
        "`%(term)s` is no class: it is itself an instance (`%(class)s`), and nothing is one of it."
    ),
    "sample": _("`%(property)s` has other values than `%(term)s`, as `%(values)s`."),
    "property": _("`%(term)s` does not lead there, but `%(nearest)s` does."),
    "class": _("What has `%(property)s` is no `%(class)s`, but a `%(nearest)s`."),
    "form": _(
        "`%(variable)s` is to be `%(here)s` and `%(there)s` at once: they differ in language tag, "
        "datatype or capitals. Give them two variables and compare their `STR()`."
    ),
    "unbound": _("`%(variable)s` gets no value from any pattern of this group."),
    "unbound-nearest": _(
        "`%(variable)s` gets no value from any pattern of this group. Did you mean `%(nearest)s`?"
    ),
    "filter-case": _("If capitals and small letters did not count, something would pass."),
    "filter-text": _("If only the text counted, without language tag or datatype, something would pass."),  # noqa: E501
    "filter-language": _("The values have other language tags."),
    "filter-number": _("The values are no numbers; a number made of their text can be compared."),
    "limit": _("`LIMIT 0` asks for no solution at all."),
    "offset": _("`OFFSET` passes over more solutions than there are."),
    "having": _("No group fulfils `HAVING`."),
    "values": _("None of the `VALUES` at the end goes with a solution."),
}  # fmt: skip
ENDING_TEXTS = {
    "none": _("Line %(line)s: nothing in the data matches `%(text)s`."),
    "join": _(
        "Line %(line)s: `%(text)s` has matches by itself (%(own)s), but none goes with the "
        "solutions of the patterns before it (%(before)s)."
    ),
    "filter": _(
        "Line %(line)s: `%(text)s` lets none of the solutions before it pass (%(before)s)."
    ),
    "filters": _(
        "Line %(line)s: `%(text)s` lets nothing pass of what the other filters have left "
        "(%(before)s)."
    ),
    "minus": _("Line %(line)s: `%(text)s` takes all solutions away (%(before)s)."),
    "union": _("Line %(line)s: none of the alternatives of `UNION` leaves a solution."),
    "HAVING": _("Line %(line)s: no group fulfils `%(text)s` (groups before it: %(before)s)."),
    "LIMIT": _("Line %(line)s: `%(text)s` leaves none of the solutions (%(before)s)."),
    "OFFSET": _("Line %(line)s: `%(text)s` passes over all solutions (%(before)s)."),
    "VALUES": _("Line %(line)s: none of `%(text)s` goes with a solution (%(before)s)."),
    "made": _("The patterns match (%(total)s), but the query makes nothing of their solutions."),
    "nothing": _("The query has no pattern that could be looked into."),
    "unknown": _("Nothing was found that empties the query in the time there is for it."),
    "results": _("The query has results; its patterns have solutions (%(total)s)."),
    "counted": _("The query has an answer all the same, because it counts or tests for nothing."),
    "refused": _(
        "Line %(line)s, column %(column)s: this part of SPARQL is not taken apart here, so the "
        "patterns cannot be looked into one by one."
    ),
    "services": _("What SERVICE would bring from another endpoint was not looked into."),
}


@dataclass(frozen=True, slots=True)
class DiagnosisText:
    """A diagnosis in the reader's language, for a page and as JSON."""

    sentence: str
    notes: tuple[str, ...]
    answers: bool | None
    patterns: tuple[dict[str, object], ...]
    joins: tuple[dict[str, object], ...]
    empties_at: int | None
    hints: tuple[dict[str, object], ...]
    complete: bool

    def json(self) -> dict[str, object]:
        """Return it as data."""
        return {name: getattr(self, name) for name in self.__slots__}


def describe_diagnosis(text: str, diagnosis: Diagnosis) -> DiagnosisText:
    """Say what was found out about a query, in the reader's language."""
    report = diagnosis.report
    notes = [str(ENDING_TEXTS["services"])] if diagnosis.services else []
    if report is None:
        line, column = place(text, diagnosis.refused)
        sentence = _text(ENDING_TEXTS, "refused", {"line": line, "column": column})
        return DiagnosisText(
            sentence, tuple(notes), diagnosis.answers, (), (), None, (), complete=False
        )
    if diagnosis.answers and report.emptied:
        notes.insert(0, str(ENDING_TEXTS["counted"]))
    return DiagnosisText(
        _ending(text, diagnosis),
        tuple(notes),
        diagnosis.answers,
        tuple(_pattern(text, one) for one in report.places),
        tuple({"upto": join.upto, **_counted(join.count)} for join in report.joins),
        report.number(report.emptied.element) if report.emptied else None,
        tuple(_hint(text, hint) for hint in diagnosis.hints),
        complete=not diagnosis.unfinished,
    )


def count_text(count: int | None) -> str:
    """Write a count that may be more than is counted, or not known."""
    if count is None:
        return str(gettext("not counted in time"))
    if count > MOST:
        return str(gettext("more than %(most)s", most=_spaced(MOST)))
    return _spaced(count)


def marked_lines(text: str, diagnosis: DiagnosisText) -> Iterator[list[tuple[str, str]]]:
    """Yield the lines of a query, in pieces that are marked or not: `empty`, `ending`."""
    marks = [""] * len(text)
    for pattern in sorted(
        diagnosis.patterns, key=lambda one: one["number"] == diagnosis.empties_at
    ):
        kind = (
            "ending"
            if pattern["number"] == diagnosis.empties_at
            else "empty"
            if pattern["count"] == 0
            else ""
        )
        start, end = pattern["start"], pattern["end"]
        if kind and isinstance(start, int) and isinstance(end, int):
            marks[start:end] = [kind] * (end - start)
    at = 0
    for line in text.split("\n"):
        pairs = zip(line, marks[at : at + len(line)], strict=True)
        yield [("".join(c for c, _ in run), kind) for kind, run in groupby(pairs, lambda p: p[1])]
        at += len(line) + 1


def _ending(text: str, found: Diagnosis) -> str:
    report = found.report
    assert report is not None
    emptied = report.emptied
    if emptied is None:
        key = "results" if found.answers else "made" if report.total else "unknown"
        if not report.places:
            key = "results" if found.answers else "nothing"
        return _text(ENDING_TEXTS, key, {"total": count_text(report.total)})
    written = emptied.element or emptied.clause
    assert written is not None  # it ends at one of them
    own = next((p.count for p in report.places if p.element is emptied.element), None)
    facts = {
        "line": place(text, written.start)[0],
        "text": _short(
            emptied.element.shown if emptied.element else text[written.start : written.end]
        ),
        "own": count_text(own),
        "before": count_text(emptied.before),
    }
    return _text(ENDING_TEXTS, _kind_of_end(emptied, own), facts)


def _kind_of_end(emptied: EmptyPoint, own: int | None) -> str:
    if emptied.clause is not None:
        return emptied.clause.word
    kind = emptied.element.kind if emptied.element else ""
    if kind == "filter":
        return "filters" if own else "filter"
    if kind in {"minus", "union"}:
        return kind
    return "none" if own == 0 else "join"


def _pattern(text: str, pattern: PatternCount) -> dict[str, object]:
    element = pattern.element
    line, column = place(text, element.start)
    return {
        "number": pattern.number,
        "kind": element.kind,
        "text": _short(element.shown),
        "within": list(pattern.within),
        "line": line,
        "column": column,
        "start": element.start,
        "end": element.end,
        **_counted(pattern.count),
    }


def _counted(count: int | None) -> dict[str, object]:
    return {"count": None if count is None else min(count, MOST), "capped": (count or 0) > MOST}


def _hint(text: str, hint: PatternHint) -> dict[str, object]:
    line, column = place(text, hint.start)
    kind = f"{hint.kind}-nearest" if hint.kind == "unbound" and hint.edits else hint.kind
    return {
        "kind": hint.kind,
        "sentence": _text(HINT_TEXTS, kind, hint.facts),
        "line": line,
        "column": column,
        "suggestion": hint.suggestion,
        "query": corrected(text, hint.edits) if hint.edits else None,
        "mends": hint.mends,
    }


def _text(words: Mapping[str, object], key: str, facts: Mapping[str, object]) -> str:
    return str(words[key]) % {name: _short(str(fact)) for name, fact in facts.items()}


def _short(text: str) -> str:
    line = _SPACES.sub(" ", text).strip()
    return line if len(line) <= LONGEST_QUOTED else line[:LONGEST_QUOTED] + " …"


def _spaced(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f")
