"""What the page of a kind shows: facets as links, columns as links, rows as values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlencode

from flask_babel import get_locale

from partage.resources.browse.kinds import BrowsedKind, BrowsedProperty
from partage.resources.browse.table import BrowsedTable, BrowseResult, turned, written
from partage.resources.browse.view import ROWS, BrowseView
from partage.resources.pages.term_texts import TermText, TermWriter

# What a value is noted as that the page has a word of its own for.
WORD = "word"

Order = Literal["ascending", "descending", ""]


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a facet, linked to the view with it or without it."""

    value: TermText
    href: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A property to narrow by."""

    key: str
    options: tuple[Option, ...]

    @property
    def chosen(self) -> tuple[Option, ...]:
        """The values chosen."""
        return tuple(option for option in self.options if option.chosen)


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """
    A column: how it is in order, and the view in its order or in that turned round.

    It has no `href` where nothing is put in order.
    """

    key: str
    order: Order
    href: str
    number: bool


@dataclass(frozen=True, slots=True)
class BrowsePage:
    """All that the page of a kind shows."""

    kind: str
    path: str
    view: BrowseView
    total: int
    start: int
    facets: tuple[Facet, ...]
    columns: tuple[ShownColumn, ...]
    rows: tuple[tuple[tuple[TermText, ...], ...], ...]
    kept: tuple[tuple[str, str], ...]
    without_words: str
    whole: bool

    @property
    def end(self) -> int:
        """Which member the page ends with, counted from one."""
        return self.start + len(self.rows)


def browse_page(
    table: BrowsedTable, view: BrowseView, found: BrowseResult, reader: Sequence[str]
) -> BrowsePage:
    """Return what the page of a view shows."""
    kind = table.kind
    named = table.labels(reader)
    write = TermWriter(named)
    facets = (
        Facet(
            prop.key,
            tuple(
                Option(
                    _value(prop, choice.value, write),
                    _href(kind, turned(view, prop.key, choice.value)),
                    choice.count,
                    choice.chosen,
                )
                for choice in found.facets.get(prop.key, ())
            ),
        )
        for prop in kind.properties
        if prop.facet
    )
    columns = [each for each in kind.all if each.column]
    return BrowsePage(
        kind=kind.name,
        path=f"/browse/{kind.name}",
        view=view,
        total=found.total,
        start=ROWS * (view.page - 1),
        facets=tuple(
            f for f in facets if f.chosen or any(o.count < found.total for o in f.options)
        ),
        columns=tuple(_column(kind, view, each, bool(found.facets)) for each in columns),
        rows=tuple(
            tuple(_cell(table, each, member, reader, write) for each in columns)
            for member in found.members
        ),
        kept=tuple(pair for pair in written(replace(view, page=1), kind) if pair[0] != "q"),
        without_words=_href(kind, replace(view, words="", page=1)),
        whole=bool(found.facets),
    )


def _href(kind: BrowsedKind, view: BrowseView) -> str:
    query = urlencode(written(view, kind))
    return f"/browse/{kind.name}" + (f"?{query}" if query else "")


def _column(
    kind: BrowsedKind, view: BrowseView, prop: BrowsedProperty, orderly: bool
) -> ShownColumn:
    if not orderly:
        return ShownColumn(prop.key, "", "", prop.values == "number")
    current = prop.key == view.order
    order: Order = ""
    if current:
        order = "descending" if view.descending else "ascending"
    # What is counted is asked for with the most first.
    number = prop.values == "number"
    turned_round = not view.descending if current else number
    href = _href(kind, replace(view, order=prop.key, descending=turned_round, page=1))
    return ShownColumn(prop.key, order, href, number)


def _cell(
    table: BrowsedTable,
    prop: BrowsedProperty,
    member: tuple[str, ...],
    reader: Sequence[str],
    write: TermWriter,
) -> tuple[TermText, ...]:
    if prop.key == "label":
        return (_member(table, member[0], table.called(reader[0]).get(member), write),)
    values = table.values[prop.key].get(member, ())
    if prop.key == "disputed-label":
        return (_member(table, member[1], next(iter(values), None), write),)
    found = [_value(prop, value, write) for value in values]
    return tuple(sorted(found, key=lambda value: value.text.lower()))


def _member(table: BrowsedTable, iri: str, text: str | None, write: TermWriter) -> TermText:
    """Return the name of a member, linked to its page; a title keeps its own language."""
    value = write.named(iri)
    return value if table.kind.name == "sources" or text is None else replace(value, text=text)


def _value(each: BrowsedProperty, value: str, write: TermWriter) -> TermText:
    if each.values == "named":
        return write.named(value)
    if each.key == "language":
        locale = get_locale()
        return TermText(str(locale.languages.get(value, value)) if locale else value, name=value)
    return TermText(value, note=WORD if each.values == "word" else "", name=value)
