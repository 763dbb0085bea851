"""What pages tell in one line: a claim, a state, a flow, each with who says so."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from pyoxigraph import Literal

from partage.resources.labels import Labels
from partage.resources.pages.facts import DatasetFacts
from partage.resources.pages.term_texts import TermText, TermWriter

# What a page tells of a flow, in its order: a key that templates word, and the properties.
TELLING = (
    ("data", ("ds:statedDataCategory", "ds:principalCategory")),
    ("purposes", ("ds:hasPurpose",)),
    ("means", ("ds:viaMechanism",)),
    ("conditions", ("ds:hasCondition",)),
    ("permissions", ("ds:grantsPermission",)),
    ("features", ("ds:feedsFeature",)),
)
_EDTF = re.compile(r"\[(\.\.)?([^.\]]*)(\.\.)?\]|(.*)")


@dataclass(frozen=True, slots=True)
class StateDate:
    """A time in EDTF, taken apart: `how` is `at`, `by` or `from`."""

    how: str
    text: str
    about: bool = False


@dataclass(frozen=True, slots=True)
class ClaimSummary:
    """A claim: what it says, by whom, in which sources, and the claims that dispute it."""

    claim: TermText
    gloss: TermText
    type: TermText | None
    speakers: tuple[TermText, ...]
    passages: tuple[tuple[TermText, TermText | None], ...]
    denial: bool
    disputed: bool
    answers: tuple["ClaimSummary", ...] = ()


@dataclass(frozen=True, slots=True)
class StateSummary:
    """A state of an access: its kind, the status in the source's words, its times, who says so."""

    state: TermText
    kind: TermText | None
    status: TermText | None
    since: StateDate | None
    until: StateDate | None
    seen: StateDate | None
    day: str
    claims: tuple[ClaimSummary, ...]


@dataclass(frozen=True, slots=True)
class FlowSummary:
    """A flow: from whom to whom, what is told of it by key, its states, and the claims."""

    flow: TermText
    provider: TermText | None
    recipient: TermText | None
    told: dict[str, tuple[TermText, ...]]
    states: tuple[StateSummary, ...]
    agreements: tuple[TermText, ...]
    reciprocates: tuple[TermText, ...]
    claims: tuple[ClaimSummary, ...]
    speakers: tuple[TermText, ...]
    disputed: bool


class Summarizer:
    """Writes lines about things from facts, in a reader's names."""

    def __init__(self, facts: DatasetFacts, names: Labels, languages: Sequence[str]) -> None:
        self.facts = facts
        self.names = names
        self.write = TermWriter(names)
        self.languages = languages
        # The facts never change: each line is written once.
        self.named = cache(self.write.named)
        self.flow = cache(self._flow)
        self._brief = cache(self._claim)

    def values(self, things: Iterable[str]) -> tuple[TermText, ...]:
        """Return things as values, in the order of their names."""
        found = (self.named(name) for name in dict.fromkeys(things))
        return tuple(sorted(found, key=lambda value: value.text.lower()))

    def of(self, thing: str, *path: str) -> tuple[TermText, ...]:
        """Return the things at the end of a path, in the order of their names."""
        return self.values(self.facts.of(thing, *path))

    def one(self, thing: str, *path: str) -> TermText | None:
        """Return the first thing at the end of a path, or None."""
        return next(iter(self.of(thing, *path)), None)

    def text(self, thing: str, curie: str) -> TermText | None:
        """Return the literal of a property in the reader's best language, or None."""
        found = self.facts.literals(thing, curie)
        best = min(found, key=self._rank, default=None)
        return TermText(best.value, None, (best.language or "").lower()) if best else None

    def texts(self, thing: str, curie: str) -> tuple[TermText, ...]:
        """Return all literals of a property, each text once, the reader's language first."""
        found = sorted(self.facts.literals(thing, curie), key=self._rank)
        texts = {term.value: (term.language or "").lower() for term in reversed(found)}
        return tuple(
            TermText(text, None, texts[text]) for text in dict.fromkeys(t.value for t in found)
        )

    def when(self, thing: str, curie: str) -> StateDate | None:
        """Return a time of a property."""
        text = self.text(thing, curie)
        return when(text.text) if text else None

    def claim(self, claim: str, answers: bool = False) -> ClaimSummary:
        """Return the line of a claim, with the claims that dispute it where they are wanted."""
        line = self._brief(claim)
        disputing = self.facts.of(claim, "^ds:disputes") if answers else ()
        return replace(line, answers=self.claims(disputing)) if disputing else line

    def _claim(self, claim: str) -> ClaimSummary:
        facts, named = self.facts, self.named
        return ClaimSummary(
            claim=named(claim),
            gloss=self.text(claim, "dct:description") or named(claim),
            type=self.one(claim, "ds:claimType"),
            speakers=self.of(claim, "ds:assertedBy"),
            passages=tuple(
                (named(passage), self.one(passage, "oa:hasSource"))
                for passage in sorted(facts.of(claim, "prov:wasDerivedFrom"))
            ),
            denial=facts.a(claim, "ds:Denial"),
            disputed=bool(facts.of(claim, "^ds:disputes")),
        )

    def claims(self, claims: Iterable[str], answers: bool = False) -> tuple[ClaimSummary, ...]:
        """Return the lines of claims, in the order of their identifiers."""
        return tuple(self.claim(name, answers) for name in sorted(set(claims)))

    def argued(self, claims: Iterable[str]) -> tuple[ClaimSummary, ...]:
        """Return claims with those that dispute them beside them, and not again on their own."""
        wanted = set(claims)
        beside = {name for claim in wanted for name in self.facts.of(claim, "^ds:disputes")}
        alone = {c for c in wanted & beside if not wanted & set(self.facts.of(c, "ds:disputes"))}
        return self.claims(wanted - (beside - alone) or wanted, answers=True)

    def state(self, state: str) -> StateSummary:
        """Return the line of a state of an access."""
        since, until = self.when(state, "ds:startEdtf"), self.when(state, "ds:endEdtf")
        seen = self.when(state, "ds:asOfEdtf")
        first = since or until or seen
        return StateSummary(
            state=self.named(state),
            kind=self.one(state, "ds:stateKind"),
            status=self.text(state, "ds:statedStatus"),
            since=since,
            until=until,
            seen=seen,
            day=first.text if first else "",
            claims=self.claims(self.facts.claimed.get(state, ())),
        )

    def states(self, states: Iterable[str]) -> tuple[StateSummary, ...]:
        """Return the lines of states in the order of time, those without any time last."""
        found = (self.state(name) for name in sorted(set(states)))
        return tuple(sorted(found, key=lambda line: (not line.day, line.day)))

    def _flow(self, flow: str) -> FlowSummary:
        """Return the line of a flow."""
        facts = self.facts
        about = {*facts.of(flow, "^ds:about"), *facts.claimed.get(flow, ())}
        claims = self.argued(about)
        said = (
            who for claim in facts.claimed.get(flow, ()) for who in facts.of(claim, ASSERTED_BY)
        )
        return FlowSummary(
            flow=self.named(flow),
            provider=self.one(flow, "ds:hasProvider"),
            recipient=self.one(flow, "ds:hasRecipient"),
            told={
                key: next(filter(None, (self.of(flow, path) for path in paths)), ())
                for key, paths in TELLING
            },
            states=self.states(facts.of(flow, "ds:hasState")),
            agreements=self.of(flow, "ds:underAgreement"),
            reciprocates=self.of(flow, "ds:reciprocatesFlow"),
            claims=claims,
            speakers=self.values(said),
            disputed=any(claim.disputed or claim.denial for claim in claims),
        )

    def flows(self, flows: Iterable[str]) -> tuple[FlowSummary, ...]:
        """Return the lines of flows in the order of their names."""
        found = (self.flow(name) for name in sorted(set(flows)))
        return tuple(sorted(found, key=lambda line: line.flow.text.lower()))

    def _rank(self, term: Literal) -> tuple[int, str]:
        language = (term.language or "").lower()
        known = language in self.languages
        return (self.languages.index(language) if known else len(self.languages), term.value)


ASSERTED_BY = "ds:assertedBy"


def when(text: str) -> StateDate:
    """
    Take an EDTF time apart (https://www.loc.gov/standards/datetime/): `[..2018-06]` is by June.

    Examples
    --------
    >>> when("[..2018-06]").how, when("2015~").about
    ('by', True)
    """
    found = _EDTF.fullmatch(text)
    before, bounded, after, plain = found.groups() if found else (None, None, None, text)
    moment = bounded if bounded is not None else plain or ""
    bare = moment.rstrip("~?%")
    how = "by" if before else "from" if after else "at"
    return StateDate(how, bare, bare != moment)
