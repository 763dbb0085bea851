"""What things can be narrowed by: the values that some have, by name, with how many have each."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar
from unicodedata import combining, normalize

from partage.rdf.sparql_terms import is_iri
from partage.resources.pages.term_texts import TermWriter

Facets = Mapping[str, frozenset[str]]


class Faceted(Protocol):
    """A thing with values by which it is found."""

    @property
    def facets(self) -> Facets:
        """Return its values, facet by facet."""


Thing = TypeVar("Thing", bound=Faceted)


@dataclass(frozen=True, slots=True)
class PictureChoice:
    """One value to narrow by, its key in addresses, and how many things have it."""

    key: str
    value: str
    text: str
    count: int


def choices(things: Iterable[Facets], facet: str, write: TermWriter) -> tuple[PictureChoice, ...]:
    """Return the values that things have, by name."""
    counts = Counter(value for facets in things for value in facets[facet])
    found = [
        PictureChoice(
            value.rpartition("/")[2],
            value,
            write.named(value).text if is_iri(value) else value,
            count,
        )
        for value, count in counts.items()
    ]
    return tuple(sorted(found, key=lambda choice: folded(choice.text)))


def narrowed(things: Iterable[Thing], wish: Mapping[str, str]) -> tuple[Thing, ...]:
    """Return the things that have every value wished for, facet by facet."""
    return tuple(
        thing
        for thing in things
        if all(value in thing.facets.get(facet, ()) for facet, value in wish.items())
    )


def folded(text: str) -> str:
    """Return a text without case and accents, to sort by."""
    return "".join(c for c in normalize("NFD", text.lower()) if not combining(c))
