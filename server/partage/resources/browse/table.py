"""
Browsing: the members of a kind by facets with counts, in an order, a page at a time.

The dataset never changes while we serve it, so what is known of all members is asked once and kept;
filtering is then the meeting of sets. Where a dataset is too large for that, a page is asked for
alone: its members as the engine comes upon them, without facets and orders.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from partage.errors import Message, ProtocolError, message
from partage.rdf.namespaces import curie
from partage.rdf.sparql_terms import iriref
from partage.resources.browse.kinds import BrowsedKind, BrowsedProperty
from partage.resources.browse.view import ROWS, BrowseView, counted, pattern, some
from partage.resources.description.describe import ask
from partage.resources.labels import Labels, labels
from partage.store.engine import Engine, Term

Member = tuple[str, ...]
Facets = Mapping[str, Mapping[str, frozenset[Member]]]
# Which values a refusal names.
TOLD = 12
LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet: what it is in an address, and how many members choosing it gives."""

    value: str
    shown: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class BrowseResult:
    """What a view shows: members on its page, how many there are in all, the facets' choices."""

    members: tuple[Member, ...]
    total: int
    facets: dict[str, tuple[FacetValue, ...]]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // ROWS))


class BrowsedTable:
    """All that is known of the members of a kind, or of some of them."""

    def __init__(
        self, engine: Engine, kind: BrowsedKind, members: tuple[Member, ...] | None = None
    ) -> None:
        """`members` are those to know of, where these are not all."""
        self.kind = kind
        self._engine = engine
        self._members = members
        self._given = "" if members is None else _given(kind, members)
        self._labels: dict[str, Labels] = {}
        self._called: dict[str, dict[Member, str]] = {}
        self._orders: dict[tuple[str, str], dict[Member, str | int]] = {}

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """The members, in the order of their IRIs where they are all."""
        if self._members is not None:
            return self._members
        rows = self._ask(self.kind.members, self.kind.keys)
        return tuple(sorted(set(rows)))

    @cached_property
    def values(self) -> dict[str, dict[Member, tuple[str, ...]]]:
        """The values of each property but the label, by member."""
        known = frozenset(self.members)
        found: dict[str, dict[Member, tuple[str, ...]]] = {}
        for each in self.kind.properties:
            by: dict[Member, set[str]] = {}
            for *member, value in self._ask(
                pattern(each, "en", self._given), (*self.kind.keys, "value")
            ):
                if tuple(member) in known:
                    by.setdefault(tuple(member), set()).add(value)
            found[each.key] = {member: tuple(sorted(values)) for member, values in by.items()}
        return found

    @cached_property
    def holders(self) -> dict[str, dict[str, frozenset[Member]]]:
        """The members that have each value of each facet."""
        found: dict[str, dict[str, frozenset[Member]]] = {}
        for each in self.kind.properties:
            if each.facet:
                by: dict[str, set[Member]] = {}
                for member, values in self.values[each.key].items():
                    for value in values:
                        by.setdefault(value, set()).add(member)
                found[each.key] = {value: frozenset(members) for value, members in by.items()}
        return found

    def labels(self, languages: Sequence[str]) -> Labels:
        """Return what members and named values are called."""
        if languages[0] not in self._labels:
            names = {iri for member in self.members for iri in member}
            for each in self.kind.properties:
                if each.values == "named":
                    names.update(*self.values[each.key].values())
            self._labels[languages[0]] = labels(self._engine, names, languages)
        return self._labels[languages[0]]

    def called(self, language: str) -> dict[Member, str]:
        """Return the label of each member that has one in a language."""
        if language not in self._called:
            text = pattern(self.kind.find("label"), language, self._given)
            by: dict[Member, str] = {}
            for *member, value in self._ask(text, (*self.kind.keys, "value")):
                by[tuple(member)] = min(value, by.get(tuple(member), value))
            self._called[language] = by
        return self._called[language]

    def find(self, view: BrowseView, languages: Sequence[str]) -> BrowseResult:
        """Return what a view shows."""
        within = {key: self._any(key, values) for key, values in view.chosen.items()}
        everyone: frozenset[Member] = frozenset(self.members)
        if view.words:
            wanted = view.words.lower()
            called = self.called(languages[0])
            everyone = frozenset(m for m in everyone if wanted in called.get(m, "").lower())
        left = everyone.intersection(*within.values())
        facets = {
            each.key: self._choices(
                each,
                everyone.intersection(*(s for key, s in within.items() if key != each.key)),
                view,
                languages,
            )
            for each in self.kind.properties
            if each.facet
        }
        ordered = self._ordered(left, view, languages)
        start = ROWS * (view.page - 1)
        return BrowseResult(tuple(ordered[start : start + ROWS]), len(left), facets)

    def _any(self, key: str, values: Iterable[str]) -> frozenset[Member]:
        nobody: frozenset[Member] = frozenset()
        return nobody.union(*(self.holders[key].get(value, nobody) for value in values))

    def _choices(
        self,
        each: BrowsedProperty,
        base: frozenset[Member],
        view: BrowseView,
        languages: Sequence[str],
    ) -> tuple[FacetValue, ...]:
        """Return a facet's values that lead somewhere, the most frequent first; years backwards."""
        chosen = view.chosen.get(each.key, ())
        called = self.labels(languages) if each.values == "named" else {}
        found = [
            FacetValue(value, shown(value), count, value in chosen)
            for value, members in self.holders[each.key].items()
            if (count := len(members & base)) or value in chosen
        ]
        if each.key == "year":
            return tuple(sorted(found, key=lambda choice: choice.value, reverse=True))

        def rank(choice: FacetValue) -> tuple[int, str]:
            text = called[choice.value].text if choice.value in called else choice.value
            return -choice.count, text.lower()

        return tuple(sorted(found, key=rank))

    def _ordered(
        self, members: Iterable[Member], view: BrowseView, languages: Sequence[str]
    ) -> list[Member]:
        """Return members in the order of SPARQL: what has no value comes before all values."""
        order = self._order(view.order, languages)
        found = sorted(members)
        found.sort(
            key=lambda m: (m in order, order.get(m, 0 if isinstance(_any_of(order), int) else "")),
            reverse=view.descending,
        )
        return found

    def _order(self, key: str, languages: Sequence[str]) -> dict[Member, str | int]:
        if (key, languages[0]) not in self._orders:
            each = self.kind.find(key)
            made: dict[Member, str | int] = {}
            if key == "label":
                made = {m: text.lower() for m, text in self.called(languages[0]).items()}
            elif each.values == "number":
                made = {m: int(values[0]) for m, values in self.values[key].items()}
            else:
                named = self.labels(languages) if each.values == "named" else {}
                made = {
                    m: min((named[v].text if v in named else v).lower() for v in values)
                    for m, values in self.values[key].items()
                }
            self._orders[key, languages[0]] = made
        return self._orders[key, languages[0]]

    def _ask(self, text: str, names: Sequence[str]) -> list[tuple[str, ...]]:
        selected = " ".join(f"?{name}" for name in names)
        rows = ask(self._engine, f"SELECT DISTINCT {selected} {{ {self._given} {text} }}")
        return [tuple(_text(row[n]) for n in names) for row in rows if all(n in row for n in names)]


def page(
    engine: Engine, kind: BrowsedKind, view: BrowseView, language: str
) -> tuple[BrowsedTable, BrowseResult]:
    """Return what is known of the members on one page of a view, without knowing all."""
    rows = ask(engine, some(kind, view, language))
    members = tuple(tuple(_text(row[key]) for key in kind.keys) for row in rows)
    return BrowsedTable(engine, kind, members), BrowseResult(
        members, count(engine, kind, view, language), {}
    )


def count(engine: Engine, kind: BrowsedKind, view: BrowseView, language: str) -> int:
    """Return how many members are in a view."""
    return int(_text(ask(engine, counted(kind, view, language))[0]["n"]))


def read_view(
    kind: BrowsedKind, facets: Facets | None, given: Sequence[tuple[str, str]]
) -> BrowseView:
    """
    Read a view from the parameters of an address; without `facets`, it has neither these nor order.

    Raises
    ------
    ProtocolError
        A parameter, or a value of one, is none that the kind has.
    """
    allowed = (*(facets or ()), "q", *([] if facets is None else ["sort"]), "page", "lang")
    view = BrowseView(order=kind.order)
    chosen: dict[str, tuple[str, ...]] = {}
    for name, value in given:
        if name not in allowed:
            raise ProtocolError(
                "%(kind)s cannot be narrowed by %(name)s. Use %(allowed)s.",
                kind=kind.name,
                name=name[:40],
                allowed=", ".join(allowed),
            )
        if facets and name in facets:
            meant = {shown(each): each for each in facets[name]}
            if value not in meant:
                raise ProtocolError(
                    "%(name)s=%(value)s is no value here. %(advice)s",
                    name=name,
                    value=value[:60],
                    advice=_some(meant),
                )
            if meant[value] not in chosen.get(name, ()):
                chosen[name] = (*chosen.get(name, ()), meant[value])
        elif name == "q":
            view = replace(view, words=" ".join(value[:LONGEST_WORDS].split()))
        elif name == "sort":
            view = replace(view, order=_order(kind, value), descending=value.startswith("-"))
        elif name == "page":
            view = replace(view, page=_page(value))
    return replace(view, chosen=chosen)


def written(view: BrowseView, kind: BrowsedKind) -> list[tuple[str, str]]:
    """Return the parameters of the address of a view; what is usual is left out."""
    found = [(key, shown(value)) for key, values in view.chosen.items() for value in values]
    if view.words:
        found.append(("q", view.words))
    if view.order != kind.order or view.descending:
        found.append(("sort", ("-" if view.descending else "") + view.order))
    if view.page > 1:
        found.append(("page", str(view.page)))
    return found


def turned(view: BrowseView, key: str, value: str) -> BrowseView:
    """Return the view with a facet's value added, or taken away where it was chosen; page one."""
    values = view.chosen.get(key, ())
    changed = tuple(v for v in values if v != value) if value in values else (*values, value)
    chosen: Mapping[str, tuple[str, ...]] = {**view.chosen, key: changed}
    return replace(view, chosen={k: v for k, v in chosen.items() if v}, page=1)


def shown(value: str) -> str:
    """Return a value as addresses have it: an IRI as its CURIE."""
    return curie(value) or value


def orders(kind: BrowsedKind) -> tuple[str, ...]:
    """Return the keys of the properties that members can be put in the order of."""
    return tuple(each.key for each in kind.all if each.column)


def _order(kind: BrowsedKind, value: str) -> str:
    key = value.removeprefix("-")
    if key not in orders(kind):
        raise ProtocolError(
            "sort=%(value)s is no order of %(kind)s. Use %(orders)s, each with - before it "
            "to turn it round.",
            value=value[:40],
            kind=kind.name,
            orders=", ".join(orders(kind)),
        )
    return key


def _page(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not int(text[:9]) > 0:
        raise ProtocolError("page=%(page)s is no page. Use a number from 1.", page=text[:40])
    return int(text[:9])


def _some(values: Iterable[str]) -> Message:
    names = sorted(values)
    if not names:
        return message("There is none to choose.")
    listed = ", ".join(names[:TOLD])
    if len(names) <= TOLD:
        return message("Use %(names)s.", names=listed)
    more = len(names) - TOLD
    return message("Use %(names)s, or one of %(more)s others.", names=listed, more=more)


def _given(kind: BrowsedKind, members: Iterable[Member]) -> str:
    """Return a VALUES clause of members."""
    rows = " ".join(f"({' '.join(map(iriref, member))})" for member in members)
    return f"VALUES ({' '.join(f'?{key}' for key in kind.keys)}) {{ {rows} }}"


def _any_of(order: Mapping[Member, str | int]) -> str | int | None:
    return next(iter(order.values()), None)


def _text(term: Term) -> str:
    return str(getattr(term, "value", term))
