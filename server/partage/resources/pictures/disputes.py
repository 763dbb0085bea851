"""Who disputes whose claims: pairs of claims, how often one speaker disputes another, rebuttals."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from partage.resources.browse.facets import PictureChoice, choices
from partage.resources.description.describe import ask
from partage.resources.labels import labels
from partage.resources.pages.term_texts import TermText, TermWriter
from partage.store.engine import Engine, Solution

LOGIC, WORDS = "logic", "words"
_PAIRS = """SELECT DISTINCT ?by ?of ?logic {
    ?by ds:disputes ?of .
    BIND(EXISTS { ?by ds:logicallyContradicts|^ds:logicallyContradicts ?of } AS ?logic)
    FILTER EXISTS { ?by a ds:Claim } FILTER EXISTS { ?of a ds:Claim } }"""
_SIDES = """SELECT DISTINCT ?claim ?key ?value {
    { ?claim ds:disputes ?other } UNION { ?other ds:disputes ?claim }
    ?claim a ds:Claim .
    { ?claim ds:assertedBy ?value BIND("speaker" AS ?key) }
    UNION { ?claim prov:wasDerivedFrom ?value BIND("passage" AS ?key) }
    UNION { ?claim prov:wasDerivedFrom/oa:hasSource ?value BIND("source" AS ?key) }
    UNION { ?claim ds:deniedAspect ?value BIND("aspect" AS ?key) } }"""


@dataclass(frozen=True, slots=True)
class DisputeSide:
    """A claim in a dispute: who makes it, where it stands, and what of the other it denies."""

    claim: TermText
    speakers: tuple[TermText, ...] = ()
    sources: tuple[TermText, ...] = ()
    passages: tuple[TermText, ...] = ()
    aspects: tuple[TermText, ...] = ()

    @property
    def key(self) -> str:
        """Return its short name: `c0179`."""
        return self.claim.name.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Dispute:
    """One claim that disputes another; `in_logic` where they cannot both hold."""

    by: DisputeSide
    of: DisputeSide
    in_logic: bool
    facets: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return its anchor: `c0179-c0026`."""
        return f"{self.by.key}-{self.of.key}"


@dataclass(frozen=True, slots=True)
class DisputingPair:
    """How often one speaker disputes another, and how often in logic."""

    by: TermText
    of: TermText
    disputes: int
    in_logic: int
    first: str


@dataclass(frozen=True, slots=True)
class RebuttalNode:
    """A claim with those that dispute it, and so on; `in_logic` to the claim above."""

    side: DisputeSide
    in_logic: bool = False
    answers: tuple["RebuttalNode", ...] = ()

    @property
    def depth(self) -> int:
        """Return how many answers follow one another."""
        return 1 + max((answer.depth for answer in self.answers), default=-1)


@dataclass(frozen=True, slots=True)
class DisputeMap:
    """All disputes, in the order of the claims disputed, and what they can be narrowed by."""

    disputes: tuple[Dispute, ...]
    choices: dict[str, tuple[PictureChoice, ...]]


def dispute_map(engine: Engine, languages: Sequence[str]) -> DisputeMap:
    """Return every dispute between two claims."""
    pairs, sides = ask(engine, _PAIRS), ask(engine, _SIDES)
    shown = {
        term.value
        for row in (*pairs, *sides)
        for term in row.values()
        if isinstance(term, NamedNode)
    }
    write = TermWriter(labels(engine, shown, languages))
    told: dict[str, dict[str, set[str]]] = {}
    for row in sides:
        told.setdefault(_text(row, "claim"), {}).setdefault(_text(row, "key"), set()).add(
            _text(row, "value")
        )
    found = [
        _dispute(
            _side(_text(row, "by"), told, write),
            _side(_text(row, "of"), told, write),
            in_logic=_text(row, "logic") == "true",
        )
        for row in pairs
    ]
    disputes = tuple(sorted(found, key=lambda one: (one.of.claim.name, one.by.claim.name)))
    facets = [dispute.facets for dispute in disputes]
    return DisputeMap(disputes, {n: choices(facets, n, write) for n in ("speaker", "kind")})


def quarrels(disputes: Iterable[Dispute]) -> tuple[DisputingPair, ...]:
    """Return who disputes whom, most often first."""
    pairs: dict[tuple[TermText, TermText], list[Dispute]] = {}
    for dispute in disputes:
        for by in dispute.by.speakers:
            for of in dispute.of.speakers:
                pairs.setdefault((by, of), []).append(dispute)
    found = [
        DisputingPair(by, of, len(members), sum(one.in_logic for one in members), members[0].name)
        for (by, of), members in pairs.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.disputes, one.by.text, one.of.text)))


def speakers(disputes: Iterable[Dispute]) -> Counter[TermText]:
    """Return who takes part, and in how many disputes."""
    return Counter(
        who for one in disputes for who in dict.fromkeys((*one.by.speakers, *one.of.speakers))
    )


def rebuttals(disputes: Iterable[Dispute]) -> tuple[RebuttalNode, ...]:
    """Return the claims whose disputes are disputed in turn, as trees, the deepest first."""
    answers: dict[str, list[Dispute]] = {}
    for dispute in disputes:
        answers.setdefault(dispute.of.key, []).append(dispute)
    answering = {one.by.key for members in answers.values() for one in members}
    roots = {key: members[0].of for key, members in answers.items() if key not in answering}
    trees = [_tree(side, False, answers, frozenset()) for side in roots.values()]
    deep = [tree for tree in trees if tree.depth > 1]
    return tuple(sorted(deep, key=lambda tree: (-tree.depth, tree.side.key)))


def _tree(
    side: DisputeSide,
    in_logic: bool,
    answers: Mapping[str, Sequence[Dispute]],
    above: frozenset[str],
) -> RebuttalNode:
    """Return a claim with its answers; claims that dispute each other are told once each."""
    path = above | {side.key}
    below = [one for one in answers.get(side.key, ()) if one.by.key not in path]
    return RebuttalNode(
        side, in_logic, tuple(_tree(one.by, one.in_logic, answers, path) for one in below)
    )


def _dispute(by: DisputeSide, of: DisputeSide, *, in_logic: bool) -> Dispute:
    taking_part = frozenset(value.name for value in (*by.speakers, *of.speakers))
    kind = frozenset({LOGIC if in_logic else WORDS})
    return Dispute(by, of, in_logic, {"speaker": taking_part, "kind": kind})


def _side(
    claim: str, speakers: Mapping[str, Mapping[str, set[str]]], write: TermWriter
) -> DisputeSide:
    has = speakers.get(claim, {})

    def named(key: str) -> tuple[TermText, ...]:
        return tuple(write.named(name) for name in sorted(has.get(key, ())))

    return DisputeSide(
        write.named(claim), named("speaker"), named("source"), named("passage"), named("aspect")
    )


def _text(row: Solution, key: str) -> str:
    return str(getattr(row.get(key), "value", ""))
