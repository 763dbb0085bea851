"""What a page shows of the difference between two releases: terms as text with links."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from pyoxigraph import RdfFormat, parse

from partage.errors import Message, message
from partage.rdf.namespaces import curie, iri
from partage.releases.descriptions import ComparedStatement
from partage.releases.diff import Change, Difference
from partage.releases.notes import SECTIONS
from partage.resources.labels import Labels
from partage.resources.pages.term_texts import TermText, TermWriter

# Of a section a page shows no more; all of them are in the JSON.
SHOWN = 500
# What became of things: what is there or no longer there before what only changed.
ORDER = ("added", "deprecated", "merged", "withdrawn", "removed", "changed")
VERSION = iri("pav:hasCurrentVersion")


@dataclass(frozen=True, slots=True)
class ChangedThing:
    """One thing that changed: what became of it, its properties that changed, and how far."""

    what: str
    thing: TermText
    aspects: tuple[TermText, ...]
    removed: int
    added: int
    new_version: bool
    successor: TermText | None
    reason: str


@dataclass(frozen=True, slots=True)
class Section:
    """The things of some kinds that changed; `more` counts those not shown."""

    title: Message
    altered: tuple[ChangedThing, ...]
    more: int

    @property
    def count(self) -> int:
        """Return how many things there are."""
        return len(self.altered) + self.more


@dataclass(frozen=True, slots=True)
class ChangedProperty:
    """One property of a thing, or of a part of it, with the values that went and that came."""

    part: TermText | None
    label: TermText
    removed: tuple[TermText, ...]
    added: tuple[TermText, ...]


def named_in(changes: Iterable[Change]) -> set[str]:
    """Return the IRIs that what a page shows of changes will name."""
    names: set[str] = set()
    for change in changes:
        names.update((change.iri, *change.aspects, *filter(None, (change.successor,))))
    return names


def named_within(change: Change) -> set[str]:
    """Return the IRIs that the statements of one change name."""
    statements = (*change.removed, *change.added)
    objects = (s.object[1:-1] for s in statements if s.object.startswith("<"))
    return {*named_in([change]), *(s.subject for s in statements), *objects}


def sections(difference: Difference, labels: Labels, reader: Sequence[str]) -> tuple[Section, ...]:
    """Return what changed under the headings of release notes, and the rest under the last."""
    headed = {kind for _, kinds in SECTIONS for kind in kinds}
    others = tuple({change.kind for change in difference.changes} - headed)
    found = []
    for title, kinds in (*SECTIONS, (message("Others"), others)):
        changes = sorted(difference.of(*kinds), key=lambda change: ORDER.index(change.what))
        listed = tuple(altered(change, labels, reader) for change in changes[:SHOWN])
        if listed:
            found.append(Section(title, listed, len(changes) - len(listed)))
    return tuple(found)


def altered(change: Change, labels: Labels, reader: Sequence[str]) -> ChangedThing:
    """Return one change in a line."""
    writer = TermWriter(labels)
    names = dict(change.labels)
    language = next((code for code in reader if code in names), next(iter(names), ""))
    thing = writer.named(change.iri)
    if names:  # also of what only the older release knows
        thing = replace(thing, text=names[language], language=language)
    # Of what is new or gone everything changed.
    partly = change.what in {"changed", "deprecated"}
    return ChangedThing(
        change.what,
        thing,
        tuple(map(writer.named, change.aspects)) if partly else (),
        len(change.removed),
        len(change.added),
        partly and VERSION in change.aspects,
        writer.named(change.successor) if change.successor else None,
        change.reason,
    )


def properties(change: Change, before: Labels, after: Labels) -> tuple[ChangedProperty, ...]:
    """Return the values that went, in the words of the older release, and those that came."""
    old, new = TermWriter(before), TermWriter(after)

    def key(statement: ComparedStatement) -> tuple[bool, str, str]:
        return statement.subject != change.iri, statement.subject, statement.predicate

    gone = frozenset(change.removed)
    found = []
    for (part, subject, predicate), group in groupby(
        sorted((*change.removed, *change.added), key=key), key
    ):
        members = list(group)
        found.append(
            ChangedProperty(
                _known(subject, new, old) if part else None,
                _known(predicate, new, old),
                tuple(_value(s, old) for s in members if s in gone),
                tuple(_value(s, new) for s in members if s not in gone),
            )
        )
    return tuple(found)


def _known(name: str, first: TermWriter, second: TermWriter) -> TermText:
    found, other = first.named(name), second.named(name)
    return other if found.text == (curie(name) or name) else found


def _value(statement: ComparedStatement, writer: TermWriter) -> TermText:
    text = statement.object
    if text.startswith("["):  # a blank node, written out
        return TermText(re.sub(r"<([^<>]*)>", lambda found: curie(found[1]) or found[0], text))
    line = f"<x:s> <x:p> {text} ."
    (quad,) = parse(line, format=RdfFormat.N_TRIPLES)
    value = writer.value(quad.object)
    return replace(value, note="inferred") if statement.inferred and not value.note else value
