"""Two things of one kind side by side, property by property, with the claims behind each value."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from pyoxigraph import NamedNode, Triple

from partage.rdf.canonical import statement_iri
from partage.rdf.namespaces import BASE, ID, PREFIXES, iri
from partage.resources.pages.facts import Fact
from partage.resources.pages.summaries import Summarizer
from partage.resources.pages.term_texts import TermText
from partage.store.engine import Term

Path = tuple[str, ...]
# A step `^p` goes backwards, `=C` keeps the things of a class; the last step makes the statement.
OF_FLOWS: dict[str, Path] = {
    "purposes": ("ds:hasPurpose",),
    "means": ("ds:viaMechanism",),
    "conditions": ("ds:hasCondition",),
    "permissions": ("ds:grantsPermission",),
    "groups": ("ds:concernsSubjectGroup",),
    "features": ("ds:feedsFeature",),
    "states": ("ds:hasState", "ds:stateKind"),
    "speakers": ("^ds:about", "ds:assertedBy"),
}
UNDER, GIVES, GETS = "^ds:underAgreement", "^ds:hasProvider", "^ds:hasRecipient"
AGREEMENT: dict[str, tuple[Path, ...]] = {
    "parties": (("ds:hasParty",),),
    "outbound": ((UNDER, "=ds:OutboundFlow", "ds:statedDataCategory"),),
    "inbound": ((UNDER, "=ds:InboundFlow", "ds:statedDataCategory"),),
    **{key: (path, (UNDER, *path)) for key, path in OF_FLOWS.items()},
}
FLOW: dict[str, tuple[Path, ...]] = {
    "provider": (("ds:hasProvider",),),
    "recipient": (("ds:hasRecipient",),),
    "data": (("ds:statedDataCategory",),),
    **{key: (path,) for key, path in OF_FLOWS.items()},
    "agreements": (("ds:underAgreement",),),
}
ORGANIZATION: dict[str, tuple[Path, ...]] = {
    "kind": (("ds:organizationKind",),),
    "country": (("ds:country",),),
    "gives to": ((GIVES, "ds:hasRecipient"),),
    "data given": ((GIVES, "ds:statedDataCategory"),),
    "gets from": ((GETS, "ds:hasProvider"),),
    "data received": ((GETS, "ds:statedDataCategory"),),
    **{key: ((GIVES, *path), (GETS, *path)) for key, path in OF_FLOWS.items()},
    "sets": (("ds:isMemberOf",),),
    "operates": (("ds:operates",),),
}
# What may be compared, and by what; without aspects, by every property.
COMPARED: dict[str, dict[str, tuple[Path, ...]]] = {
    "ds:DataSharingAgreement": AGREEMENT,
    "ds:DataFlow": FLOW,
    "ds:Party": ORGANIZATION,
    "ds:Organization": ORGANIZATION,
    "ds:PlatformOperator": ORGANIZATION,
    "ds:Claim": {},
    "ds:Source": {},
    "skos:Concept": {},
    "ds:DataCategory": {},
}
# Classes whose things can be compared with each other go by the name of one of them.
PARTY, CONCEPT = (
    ("ds:Party", "ds:Organization", "ds:PlatformOperator"),
    ("skos:Concept", "ds:DataCategory"),
)
GROUPS = {kind: next((g[0] for g in (PARTY, CONCEPT) if kind in g), kind) for kind in COMPARED}
# What tells two things apart without saying anything of them.
PASSED_OVER = {
    iri(name)
    for name in ("dct:identifier", "np:hasAssertion", "pav:hasCurrentVersion", "skos:inScheme",
                 "skos:broaderTransitive", "skos:editorialNote")
}  # fmt: skip
NEAREST = 5


@dataclass(frozen=True, slots=True)
class ComparedValue:
    """A value with the statements that give it and the claims that make them."""

    value: TermText
    statements: tuple[str, ...]
    claims: tuple[TermText, ...]
    disputed: bool


@dataclass(frozen=True, slots=True)
class ComparedProperty:
    """One property of both: what they share (told twice), and what only one has."""

    key: str
    label: TermText | None
    left: tuple[ComparedValue, ...]
    right: tuple[ComparedValue, ...]

    @property
    def shared(self) -> frozenset[tuple[str, str]]:
        """The values that both have."""
        return frozenset(map(_identity, self.left)) & frozenset(map(_identity, self.right))

    @property
    def verdict(self) -> str:
        """Say whether both are the `same`, only `left` or `right` has values, or they `differ`."""
        if not self.right:
            return "left"
        if not self.left:
            return "right"
        shared = len(self.shared)
        return "same" if shared == len(self.left) == len(self.right) else "differ"

    def is_shared(self, cell: ComparedValue) -> bool:
        """Say whether the other one has this value, too."""
        return _identity(cell) in self.shared


class ComparisonIndex:
    """What can be compared in a dataset: the class and the names of each thing."""

    def __init__(self, tell: Summarizer) -> None:
        self.kinds = {
            thing: kind
            for thing in tell.facts.by_subject
            if (kind := next((kind for kind in COMPARED if tell.facts.a(thing, kind)), None))
        }
        self.called: dict[str, dict[str, str]] = {}
        for thing, kind in self.kinds.items():
            called = self.called.setdefault(GROUPS[kind], {})
            for name in _names(tell, thing):
                called.setdefault(folded(name), thing)

    def alike(self, iri: str, other: str) -> bool:
        """Say whether two things can be compared."""
        return GROUPS[self.kinds[iri]] == GROUPS[self.kinds[other]]

    def beside(self, thing: str | None) -> list[str]:
        """Return what could be compared with a thing; with none, the agreements and parties."""
        groups = {GROUPS[self.kinds[thing]]} if thing else {"ds:DataSharingAgreement", "ds:Party"}
        return [
            name for name, kind in self.kinds.items() if GROUPS[kind] in groups and name != thing
        ]

    def find(self, text: str, beside: str | None = None) -> tuple[str | None, list[str]]:
        """
        Return what an IRI, an identifier or a name means, else the things of a name like it.

        Only things like that which it stands `beside` are meant by a name; an agreement also has
        the names of its parties.
        """
        wanted = text.strip()
        for name in (wanted, ID + wanted, _expanded(wanted)):
            if name in self.kinds:
                return name, []
        first = GROUPS[self.kinds[beside]] if beside else "ds:Party"
        groups = [first, *(group for group in self.called if group != first)]
        key = folded(wanted)
        for group in groups:
            if found := self.called.get(group, {}).get(key):
                return found, []
        called = self.called.get(first, {})
        near = get_close_matches(key, called, n=NEAREST, cutoff=0.6)
        near += [name for name in called if key and key in name]
        return None, list(dict.fromkeys(called[name] for name in near))[:NEAREST]


@lru_cache(maxsize=8)
def index(tell: Summarizer) -> ComparisonIndex:
    """Return what can be compared in a summarizer's dataset, computed once."""
    return ComparisonIndex(tell)


def compare(tell: Summarizer, left: str, right: str) -> tuple[ComparedProperty, ...]:
    """Return what two things of one kind have, property by property, where either has any."""
    aspects = COMPARED[index(tell).kinds[left]]
    if aspects:
        compared = [
            ComparedProperty(key, None, _cells(tell, left, paths), _cells(tell, right, paths))
            for key, paths in aspects.items()
        ]
    else:
        compared = [
            ComparedProperty(
                predicate,
                tell.named(predicate),
                _direct(tell, left, predicate),
                _direct(tell, right, predicate),
            )
            for predicate in _predicates(tell, left, right)
        ]
    return tuple(aspect for aspect in compared if aspect.left or aspect.right)


def folded(text: str) -> str:
    """Return a text without case, accents and punctuation, for comparing names."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", bare))


def _expanded(text: str) -> str:
    """Return the IRI of a CURIE, of a document's address here, or the text itself."""
    prefix, colon, local = text.partition(":")
    if colon and prefix in PREFIXES:
        return PREFIXES[prefix] + local
    path = text.partition("/doc/")[2]
    return (BASE if path.startswith("voc/") else ID) + path if path else text


def _names(tell: Summarizer, thing: str) -> Iterator[str]:
    yield tell.named(thing).text
    yield thing.rpartition("/")[2]
    for curie in ("skos:prefLabel", "skos:altLabel"):
        yield from (term.value for term in tell.facts.literals(thing, curie))
    for party in tell.facts.of(thing, "ds:hasParty"):
        if len(tell.facts.of(party, "^ds:hasParty")) == 1:
            yield tell.named(party).text


def _predicates(tell: Summarizer, *things: str) -> list[str]:
    found = {name for thing in things for name in tell.facts.by_subject.get(thing, {})}
    return sorted(found - PASSED_OVER, key=lambda name: tell.named(name).text.lower())


def _direct(tell: Summarizer, thing: str, predicate: str) -> tuple[ComparedValue, ...]:
    terms = tell.facts.by_subject.get(thing, {}).get(predicate, ())
    return _written(tell, [(thing, predicate, term) for term in terms])


def _cells(tell: Summarizer, thing: str, paths: Iterable[Path]) -> tuple[ComparedValue, ...]:
    return _written(tell, [fact for path in paths for fact in _facts(tell, thing, path)])


def _facts(tell: Summarizer, thing: str, path: Path) -> Iterator[Fact]:
    """Yield the statements that the last step of a path makes."""
    facts = tell.facts
    near = [thing]
    for step in path[:-1]:
        if step.startswith("="):
            near = [name for name in near if facts.a(name, step[1:])]
        else:
            near = list(dict.fromkeys(far for name in near for far in facts.of(name, step)))
    for name in near:
        for term in facts.terms(name, path[-1]):
            yield name, iri(path[-1]), term


def _written(tell: Summarizer, found: Sequence[Fact]) -> tuple[ComparedValue, ...]:
    """Return statements as cells, one for each value."""
    by_value: dict[Term, list[Fact]] = {}
    for fact in dict.fromkeys(found):
        by_value.setdefault(fact[2], []).append(fact)
    cells = []
    for term, members in by_value.items():
        claims = dict.fromkeys(c for fact in members for c in tell.facts.claims.get(fact, ()))
        statements = (statement_iri(_triple(fact)) for fact in members)
        cells.append(
            ComparedValue(
                tell.write.value(term),
                tuple(name for name in statements if name),
                tell.values(claims),
                any(tell.facts.of(claim, "^ds:disputes") for claim in claims),
            )
        )
    return tuple(sorted(cells, key=lambda cell: cell.value.text.lower()))


def _triple(fact: Fact) -> Triple:
    subject, predicate, value = fact
    return Triple(NamedNode(subject), NamedNode(predicate), value)


def _identity(cell: ComparedValue) -> tuple[str, str]:
    return (cell.value.name or cell.value.text, cell.value.language)
