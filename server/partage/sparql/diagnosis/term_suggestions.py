"""Which term of a dataset was meant by one that it does not know."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Literal

from pyoxigraph import NamedNode
from rapidfuzz import fuzz, process

from partage.rdf.namespaces import SPARQL_PREFIXES
from partage.store.engine import Engine, Query

Role = Literal["property", "class", "any"]
# More of them would cost more than a hint is worth.
MOST_NAMES = 60_000
NEAREST = 4
LIKE, VERY_LIKE = 68, 80
LONGEST = 120
PROPERTIES = "SELECT DISTINCT ?thing { ?s ?thing ?o }"
CLASSES = "SELECT DISTINCT ?thing { ?s a ?thing }"
DECLARED = (
    "SELECT DISTINCT ?thing { ?thing a ?kind FILTER(?kind IN (owl:ObjectProperty, "
    "owl:DatatypeProperty, owl:AnnotationProperty, rdf:Property)) }"
)
NAMES = (
    "SELECT ?thing ?name { ?thing ?naming ?name "
    "FILTER(?naming IN (skos:prefLabel, skos:altLabel, rdfs:label)) }"
)
THINGS = "SELECT DISTINCT ?thing { ?thing a ?class }"


class TermSuggestions:
    """The terms of a dataset by their spelling and by what they are called, looked up once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @cached_property
    def properties(self) -> frozenset[str]:
        """The properties that are used or declared."""
        return frozenset((*self._asked(PROPERTIES), *self._asked(DECLARED)))

    @cached_property
    def classes(self) -> frozenset[str]:
        """The classes that have members."""
        return frozenset(self._asked(CLASSES))

    @cached_property
    def things(self) -> frozenset[str]:
        """Everything that has a type or a use as property or class."""
        return frozenset((*self._asked(THINGS), *self.properties, *self.classes))

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """The namespaces of all terms."""
        return frozenset(split(name)[0] for name in self.things)

    def nearest(self, iri: str, role: Role = "any") -> list[str]:
        """Return the terms that may have been meant by an IRI, the likeliest first."""
        space, local = split(iri)
        wanted = {"property": self.properties, "class": self.classes}.get(role, self.things)
        ours = _by_local(name for name in wanted if split(name)[0] == space)
        everywhere = self._locals[role]
        found = [
            *self._alike[role].get(_plain(iri), ()),
            *everywhere.get(_folded(local), ()),
            *self._called(local, wanted),
            *_close(local, ours, LIKE),
            *_close(local, everywhere, VERY_LIKE),
        ]
        return [name for name in dict.fromkeys(found) if name != iri][:NEAREST]

    def _called(self, local: str, wanted: frozenset[str]) -> Iterator[str]:
        for name in self._names.get(_folded(local), ()):
            if name in wanted:
                yield name

    @cached_property
    def _alike(self) -> dict[str, dict[str, list[str]]]:
        """The terms by their IRIs without what slips: scheme, case, `#` or `/`."""
        return {role: _grouped((_plain(n), n) for n in names) for role, names in self._roles}

    @cached_property
    def _locals(self) -> dict[str, dict[str, list[str]]]:
        return {role: _by_local(names) for role, names in self._roles}

    @property
    def _roles(self) -> tuple[tuple[str, frozenset[str]], ...]:
        return (("property", self.properties), ("class", self.classes), ("any", self.things))

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        rows = self._engine.query(Query(SPARQL_PREFIXES + NAMES)).solutions(MOST_NAMES)
        return _grouped(
            (_folded(str(getattr(row["name"], "value", ""))), thing.value)
            for row in rows
            if isinstance(thing := row["thing"], NamedNode)
        )

    def _asked(self, text: str) -> Iterator[str]:
        for row in self._engine.query(Query(SPARQL_PREFIXES + text)).solutions(MOST_NAMES):
            if isinstance(thing := row["thing"], NamedNode):
                yield thing.value


def split(iri: str) -> tuple[str, str]:
    """Split an IRI into its namespace and its local name."""
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    return iri[:cut], iri[cut:]


def _plain(iri: str) -> str:
    bare = iri.partition("://")[2] or iri
    return bare.replace("#", "/").replace("www.", "").rstrip("/").lower()


def _folded(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def _by_local(names: Iterable[str]) -> dict[str, list[str]]:
    return _grouped((_folded(split(name)[1]), name) for name in names)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for key, name in sorted(pairs):
        if key:
            found[key][name] = None
    return {key: list(names) for key, names in found.items()}


def _close(local: str, names: dict[str, list[str]], cutoff: int) -> Iterator[str]:
    wanted = _folded(local[:LONGEST])
    near = process.extract(wanted, names.keys(), scorer=fuzz.ratio, limit=3, score_cutoff=cutoff)
    for key, _, _ in near:
        yield from names[key]
