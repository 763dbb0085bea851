"""Release notes: a difference between two releases, written for people and for programs."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from partage.errors import Message, message
from partage.rdf.parsing import short_iri
from partage.releases.descriptions import ComparedStatement
from partage.releases.diff import Change, ChangedExample, Difference

SECTIONS: tuple[tuple[Message, tuple[str, ...]], ...] = (
    (message("Ontology"), ("ontology", "term")),
    (message("Concepts"), ("scheme", "concept")),
    (message("Claims"), ("claim",)),
    (message("Organizations, persons and sets"), ("org", "person", "set", "agent")),
    (message("Flows, agreements and features"), ("flow", "agreement", "agreement-set", "feature")),
    (message("Sources and passages"), ("source", "passage")),
)
"""The headings of release notes, and the kinds of things under each."""

DEFINITIONS = ("skos:definition", "skos:scopeNote")
MAX_ROWS = 20


def as_text(difference: Difference, *, listed: bool = False) -> str:
    """Return the notes for a terminal; with `listed`, every statement too."""
    return "\n".join(_lines(difference, ("", "  ", "    "), listed=listed)) + "\n"


def as_markdown(difference: Difference, *, listed: bool = False) -> str:
    """Return the notes in Markdown; with `listed`, every statement too."""
    return "\n".join(_lines(difference, ("## ", "- ", "  - "), listed=listed)) + "\n"


def as_json(difference: Difference) -> str:
    """Return the whole difference as JSON."""
    facts = {
        "before": difference.before,
        "after": difference.after,
        "statements": {"removed": difference.removed, "added": difference.added},
        "changes": [
            {**asdict(change), "labels": dict(change.labels), "aspects": change.aspects}
            for change in difference.changes
        ],
        "examples": [asdict(example) for example in difference.examples],
    }
    return json.dumps(facts, indent=2, ensure_ascii=False) + "\n"


def _lines(difference: Difference, marks: tuple[str, str, str], *, listed: bool) -> Iterator[str]:
    heading, item, detail = marks
    yield (
        f"{difference.before} → {difference.after}: {_count(difference.added, 'statement')} added, "
        f"{difference.removed:,} removed, in {_count(len(difference.changes), 'thing')}."
    )
    for title, kinds in SECTIONS:
        changes = difference.of(*kinds)
        if changes:
            yield from ("", f"{heading}{title}", *([""] if heading else []))
        for change in changes:
            yield item + sentence(change)
            if listed:
                yield from (f"{detail}{line}" for line in signed(change))
    if difference.examples:
        yield from (
            "",
            f"{heading}Example queries that answer otherwise",
            *([""] if heading else []),
        )
    for example in difference.examples:
        yield f"{item}{_example(example)}"
        yield from (f"{detail}- {', '.join(row)}" for row in _few(example.lost))
        yield from (f"{detail}+ {', '.join(row)}" for row in _few(example.gained))


def sentence(change: Change) -> str:
    """Return one line about a change."""
    name = f"{short_iri(change.iri)} ({change.label})" if change.label else short_iri(change.iri)
    into = f" into {short_iri(change.successor)}" if change.successor else ""
    why = f": {change.reason}" if change.reason else ""
    if change.what in ("changed", "deprecated"):
        properties = [short_iri(aspect) for aspect in change.aspects]
        version = " (new version)" if "pav:hasCurrentVersion" in properties else ""
        meaning = " (definition)" if set(DEFINITIONS) & set(properties) else ""
        return f"{change.what}{version}{meaning}: {name}: {', '.join(properties)}"
    return f"{change.what}: {name}{into}{why}"


def signed(change: Change) -> Iterator[str]:
    """Yield a change's statements, those that went before those that came."""
    for sign, statements in (("-", change.removed), ("+", change.added)):
        for statement in statements:
            yield f"{sign} {_statement(statement)}"


def _statement(statement: ComparedStatement) -> str:
    mark = " (inferred)" if statement.inferred else ""
    return (
        f"{short_iri(statement.subject)} {short_iri(statement.predicate)} {statement.object}{mark}"
    )


def _example(example: ChangedExample) -> str:
    name = example.iri.rpartition("/")[2]
    return f"{name} ({example.asks}): {len(example.gained)} gained, {len(example.lost)} lost"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _few(rows: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    more = ((f"… {len(rows) - MAX_ROWS} more",),) if len(rows) > MAX_ROWS else ()
    return (*rows[:MAX_ROWS], *more)
