"""
The whole in time: when sources were published, what state agreements and flows are claimed to have
had when, and what authorities did.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pyoxigraph import NamedNode

from partage.rdf.namespaces import iri
from partage.resources.browse.facets import PictureChoice, choices
from partage.resources.description.describe import ask
from partage.resources.edtf_dates import EdtfDate, moment
from partage.resources.labels import labels
from partage.resources.pages.term_texts import TermText, TermWriter
from partage.store.engine import Engine, Solution

Kind = Literal["source", "access", "action", "matter"]
KINDS: tuple[Kind, ...] = ("source", "access", "action", "matter")
_SOURCES = """SELECT ?source ?date ?publisher ?name {
    ?source a ds:Source ; dct:issued ?date .
    OPTIONAL { ?source dct:publisher ?publisher } OPTIONAL { ?source ds:publisherName ?name } }"""
_STATES = """SELECT ?state ?claim ?speaker ?key ?value {
    GRAPH ?assertion { ?state a ds:AccessState }
    ?claim np:hasAssertion ?assertion ; a ds:Claim .
    { ?claim ds:assertedBy ?value BIND("speaker" AS ?key) }
    UNION { ?state ds:startEdtf ?value BIND("start" AS ?key) }
    UNION { ?state ds:endEdtf ?value BIND("end" AS ?key) }
    UNION { ?state ds:asOfEdtf ?value BIND("as of" AS ?key) }
    UNION { ?state ds:stateKind ?value BIND("kind" AS ?key) }
    UNION { ?state ds:isStateOf ?value BIND("of" AS ?key) }
    UNION { ?state ds:isStateOf/rdf:type ?value BIND("type" AS ?key) }
    UNION { ?state ds:isStateOf/(ds:hasProvider|ds:hasRecipient|ds:hasParty
            |ds:statedProvider|ds:statedRecipient) ?value BIND("party" AS ?key)
            FILTER NOT EXISTS { ?value a ds:PlatformOperator } } }"""
# What the state of such a thing is: of what it is named first.
_KINDS: dict[str, Kind] = {
    iri("ds:RegulatoryAction"): "action",
    iri("ds:DataFlow"): "access",
    iri("ds:DataSharingAgreement"): "access",
    iri("ds:AgreementSet"): "access",
}


@dataclass(frozen=True, slots=True)
class Event:
    """
    Something at a moment, or from one until another; `as_of` where it is how things stood then.

    `what` is the claim or the source that tells it, `who` makes the claim or published the source.
    """

    kind: Kind
    what: TermText
    when: EdtfDate
    until: EdtfDate | None = None
    as_of: bool = False
    state: TermText | None = None
    who: tuple[TermText, ...] = ()
    parties: tuple[TermText, ...] = ()
    facets: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return its anchor: of a claim, `c0179`; of a source, `s0001`."""
        return self.what.name.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Timeline:
    """All events in the order of time, and what they can be narrowed by."""

    events: tuple[Event, ...]
    choices: dict[str, tuple[PictureChoice, ...]]


def timeline(engine: Engine, languages: Sequence[str]) -> Timeline:
    """Return what happened when, as sources tell."""
    published, stated = ask(engine, _SOURCES), ask(engine, _STATES)
    shown = {
        term.value
        for row in (*published, *stated)
        for term in row.values()
        if isinstance(term, NamedNode) and not term.value.endswith("#state")
    }
    write = TermWriter(labels(engine, shown, languages))
    found = [*_publications(published, write), *_states(stated, write)]
    events = tuple(sorted(found, key=lambda event: (event.when.first, event.kind, event.what.name)))
    facets = [event.facets for event in events]
    return Timeline(events, {name: choices(facets, name, write) for name in ("kind", "party")})


def by_year(events: Iterable[Event]) -> dict[int, tuple[Event, ...]]:
    """Return the events of each year that has some."""
    found: dict[int, list[Event]] = {}
    for event in events:
        found.setdefault(event.when.year, []).append(event)
    return {year: tuple(members) for year, members in found.items()}


def by_party(events: Iterable[Event], most: int) -> dict[TermText, tuple[Event, ...]]:
    """Return the dated states of those parties that have most, the earliest party first."""
    lanes: dict[TermText, list[Event]] = {}
    for event in events:
        for party in event.parties:
            lanes.setdefault(party, []).append(event)
    common = sorted(lanes, key=lambda party: -len(lanes[party]))[:most]
    return {party: tuple(members) for party, members in lanes.items() if party in common}


def _publications(rows: Sequence[Solution], write: TermWriter) -> Iterable[Event]:
    for row in {_text(row, "source"): row for row in rows}.values():
        when = moment(_text(row, "date"))
        if when is None:
            continue
        publisher = row.get("publisher") or row.get("name")
        publishers = (write.value(publisher),) if publisher else ()
        named = {value.name for value in publishers if value.name}
        yield Event(
            kind="source",
            what=write.named(_text(row, "source")),
            when=when,
            who=publishers,
            facets={"kind": frozenset({"source"}), "party": frozenset(named)},
        )


def _states(rows: Sequence[Solution], write: TermWriter) -> Iterable[Event]:
    states: dict[tuple[str, str], dict[str, list[str]]] = {}
    for row in rows:
        has = states.setdefault((_text(row, "state"), _text(row, "claim")), {})
        has.setdefault(_text(row, "key"), []).append(_text(row, "value"))
    for (_, claim), has in states.items():
        start, end, as_of = (
            next((found for text in has.get(key, ()) if (found := moment(text))), None)
            for key in ("start", "end", "as of")
        )
        when = start or as_of or end
        if when is None:
            continue
        types = has.get("type", ())
        kind: Kind = next((kind for name, kind in _KINDS.items() if name in types), "matter")
        parties = set(has.get("party", ()))
        yield Event(
            kind=kind,
            what=write.named(claim),
            when=when,
            until=end if start and end != start else None,
            as_of=start is None,
            state=next((write.named(name) for name in has.get("kind", ())), None),
            who=tuple(write.named(name) for name in sorted(set(has.get("speaker", ())))),
            parties=tuple(write.named(name) for name in sorted(parties)),
            facets={"kind": frozenset({kind}), "party": frozenset(parties)},
        )


def _text(row: Solution, key: str) -> str:
    return str(getattr(row.get(key), "value", ""))
