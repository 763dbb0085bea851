"""What the page of a statement shows, and what other pages tell of the statements on them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from partage.errors import Message, message
from partage.rdf.canonical import statement_iri
from partage.resources.description.describe import Statement
from partage.resources.identifiers import document
from partage.resources.labels import Labels, labels
from partage.resources.pages.inference import Reason, reasons
from partage.resources.pages.statement_details import (
    ASSERTION,
    StatementClaim,
    StatementRecord,
    disputed,
)
from partage.resources.pages.term_texts import TermText, TermWriter
from partage.store.engine import Engine


@dataclass(frozen=True, slots=True)
class ShownStatement:
    """A statement in three values, and its own page."""

    subject: TermText
    predicate: TermText
    object: TermText
    href: str | None


@dataclass(frozen=True, slots=True)
class ShownReason:
    """A reason: the sentence `words` about the axiom's term, the rule's name, the premises."""

    axiom: TermText
    words: str
    rule: str
    premises: tuple[ShownStatement, ...]


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """Where a claim was found."""

    passage: TermText
    source: TermText | None
    locator: Message | None


@dataclass(frozen=True, slots=True)
class ShownSaying:
    """A claim in its relation to the statement, with the chain that leads to it."""

    relation: str
    claim: TermText
    version: TermText
    current: bool
    speakers: tuple[TermText, ...]
    links: tuple[tuple[Message, tuple[TermText, ...]], ...]
    places: tuple[ShownPlace, ...]
    to: TermText | None


@dataclass(frozen=True, slots=True)
class StatementPage:
    """All that the page of a statement shows."""

    statement: ShownStatement
    graphs: tuple[TermText, ...]
    sayings: tuple[ShownSaying, ...]
    reason: ShownReason | None

    def related(self, *relations: str) -> tuple[ShownSaying, ...]:
        """Return the claims in these relations, those with a current version first."""
        chosen = [saying for saying in self.sayings if saying.relation in relations]
        return tuple(sorted(chosen, key=lambda saying: not saying.current))


@dataclass(frozen=True, slots=True)
class Notes:
    """What a page tells of its statements by their IRIs: why they hold, and which are disputed."""

    reasons: dict[str, ShownReason]
    disputed: frozenset[str]


def statement_page(
    engine: Engine, found: StatementRecord, languages: Sequence[str]
) -> StatementPage:
    """Return what the page of a statement shows."""
    names = _names(found.triple) | _of_reason(found.reason)
    names |= {graph.removesuffix(ASSERTION).rpartition("/")[0] for graph in found.statement.graphs}
    for saying in found.sayings:
        names |= {saying.claim, saying.version, *saying.speakers}
        names |= {name for _, linked in saying.links for name in linked}
        names |= {name for place in saying.places for name in (place.passage, place.source) if name}
        names |= {saying.to} if saying.to else set()
    write = TermWriter(labels(engine, names, languages))
    return StatementPage(
        statement=_shown(found.triple, write),
        graphs=tuple(write.graph(name) for name in sorted(found.statement.graphs)),
        sayings=tuple(_saying(saying, write) for saying in found.sayings),
        reason=_reason(found.reason, write) if found.reason else None,
    )


def notes(
    engine: Engine,
    statements: Iterable[Statement],
    languages: Sequence[str],
) -> Notes:
    """Return what a page tells of the statements that it shows."""
    shown = list(statements)
    why = reasons(engine, [s.triple().triple for s in shown if s.origin != "asserted"])
    contested = disputed(engine, {graph for s in shown for graph in s.graphs})
    found = labels(engine, {name for r in why.values() for name in _of_reason(r)}, languages)
    write = TermWriter(found)
    return Notes(
        {
            name: _reason(reason, write)
            for triple, reason in why.items()
            if (name := statement_iri(triple))
        },
        frozenset(
            name
            for s in shown
            if not s.graphs.isdisjoint(contested) and (name := statement_iri(s.triple()))
        ),
    )


def title(triple: Triple, found: Labels) -> str:
    """Return a statement as a sentence in the words of some labels."""
    write = TermWriter(found)
    return " ".join(
        write.value(term).text for term in (triple.subject, triple.predicate, triple.object)
    )


def _names(triple: Triple) -> set[str]:
    terms = (triple.subject, triple.predicate, triple.object)
    return {term.value for term in terms if isinstance(term, NamedNode)}


def _of_reason(reason: Reason | None) -> set[str]:
    if reason is None:
        return set()
    return {reason.axiom.value}.union(*(_names(premise) for premise in reason.premises))


def _shown(triple: Triple, write: TermWriter) -> ShownStatement:
    name = statement_iri(triple)
    return ShownStatement(
        write.value(triple.subject),
        write.value(triple.predicate),
        write.value(triple.object),
        document(name) if name else None,
    )


def _reason(reason: Reason, write: TermWriter) -> ShownReason:
    premises = tuple(_shown(premise, write) for premise in reason.premises)
    return ShownReason(write.value(reason.axiom), reason.rule.words, reason.rule.name, premises)


def _saying(saying: StatementClaim, write: TermWriter) -> ShownSaying:
    places = tuple(
        ShownPlace(
            write.named(place.passage),
            write.named(place.source) if place.source else None,
            _locator([term.value for term in place.locators]),
        )
        for place in saying.places
    )
    return ShownSaying(
        saying.relation,
        write.named(saying.claim),
        write.named(saying.version),
        saying.current,
        tuple(write.named(name) for name in saying.speakers),
        tuple((words, tuple(map(write.named, linked))) for words, linked in saying.links),
        places,
        write.named(saying.to) if saying.to else None,
    )


def _locator(texts: Sequence[str]) -> Message | None:
    """Say where in a source: in words, or as the code points from one number to another."""
    if len(texts) == 2 and all(text.isdecimal() for text in texts):
        return message("characters %(start)s–%(end)s", start=texts[0], end=texts[1])
    return message("%(text)s", text=", ".join(texts)) if texts else None
