"""What the pages of agreements, organizations, flows, sources and concepts tell."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from partage.resources.pages.summaries import ClaimSummary, FlowSummary, StateSummary, Summarizer
from partage.resources.pages.term_texts import TermText

# The kinds of things that a concept is told to be used by, in the order of the page.
USES = (
    "ds:DataFlow",
    "ds:DataSharingAgreement",
    "ds:Party",
    "ds:Source",
    "ds:Claim",
    "ds:AccessState",
)
# With no more partners than this, all flows are told in full.
FEW = 3


@dataclass(frozen=True, slots=True)
class FlowDirection:
    """The flows from one party to another."""

    provider: TermText
    recipient: TermText
    flows: tuple[FlowSummary, ...]


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """What was agreed between whom: a direction beside the other, and what became of it."""

    parties: tuple[TermText, ...]
    reciprocal: bool
    directions: tuple[FlowDirection, ...]
    purposes: tuple[TermText, ...]
    means: tuple[TermText, ...]
    states: tuple[StateSummary, ...]
    claims: tuple[ClaimSummary, ...]
    sources: tuple[TermText, ...]
    beside: tuple[TermText, ...]


@dataclass(frozen=True, slots=True)
class PartnerFlows:
    """Another organization and what goes to and comes from it."""

    party: TermText
    given: tuple[FlowSummary, ...]
    received: tuple[FlowSummary, ...]
    agreements: tuple[TermText, ...]

    @property
    def flows(self) -> tuple[FlowSummary, ...]:
        """All flows between the two."""
        return (*self.given, *self.received)

    @property
    def speakers(self) -> tuple[TermText, ...]:
        """Who speaks of any of the flows, each once."""
        return tuple(dict.fromkeys(who for flow in self.flows for who in flow.speakers))

    @property
    def disputed(self) -> bool:
        """Whether a claim of any of the flows is disputed."""
        return any(flow.disputed for flow in self.flows)


@dataclass(frozen=True, slots=True)
class OrganizationPage:
    """What an organization is, whom it gives data to and gets data from, and what it says."""

    kinds: tuple[TermText, ...]
    countries: tuple[TermText, ...]
    other_names: tuple[TermText, ...]
    same: tuple[TermText, ...]
    homepages: tuple[TermText, ...]
    partners: tuple[PartnerFlows, ...]
    directions: tuple[FlowDirection, ...]
    given: int
    received: int
    agreements: tuple[TermText, ...]
    sets: tuple[TermText, ...]
    features: tuple[TermText, ...]
    says: tuple[ClaimSummary, ...]
    disputes: tuple[ClaimSummary, ...]
    about: tuple[ClaimSummary, ...]
    sources: tuple[TermText, ...]
    beside: tuple[TermText, ...]


@dataclass(frozen=True, slots=True)
class FlowPage:
    """A flow, with the flows that it reciprocates and those under the same agreement."""

    line: FlowSummary
    groups: tuple[TermText, ...]
    reciprocates: tuple[FlowSummary, ...]
    beside: tuple[FlowSummary, ...]
    sources: tuple[TermText, ...]


@dataclass(frozen=True, slots=True)
class SourcePage:
    """A source: what it is, and what is claimed in which passage by whom."""

    publishers: tuple[TermText, ...]
    creators: tuple[TermText, ...]
    issued: TermText | None
    languages: tuple[TermText, ...]
    kinds: tuple[TermText, ...]
    access: tuple[TermText, ...]
    addresses: tuple[TermText, ...]
    through: tuple[TermText, ...]
    cites: tuple[TermText, ...]
    passages: tuple[tuple[TermText, TermText | None, tuple[ClaimSummary, ...]], ...]
    speakers: tuple[tuple[TermText, int], ...]
    claims: int


@dataclass(frozen=True, slots=True)
class PassagePage:
    """A passage: its source, its place in it, and what is claimed there."""

    source: TermText | None
    place: TermText | None
    claims: tuple[ClaimSummary, ...]


@dataclass(frozen=True, slots=True)
class ConceptPage:
    """A concept: its place among others, and what is said with it."""

    schemes: tuple[TermText, ...]
    broader: tuple[TermText, ...]
    narrower: tuple[TermText, ...]
    other_names: tuple[TermText, ...]
    mappings: tuple[tuple[TermText, tuple[TermText, ...]], ...]
    flows: tuple[FlowSummary, ...]
    uses: tuple[tuple[str, tuple[TermText, ...]], ...]


def agreement_page(tell: Summarizer, iri: str) -> AgreementPage:
    """Return what the page of an agreement tells."""
    of = tell.facts.of
    flows = tell.flows(of(iri, "^ds:underAgreement"))
    states = of(iri, "ds:hasState")
    claims = {*of(iri, "^ds:about"), *of(iri, "^ds:underAgreement", "^ds:about")}
    stated = {name for flow in flows for name in of(flow.flow.name, "ds:hasState")}
    parties = tell.of(iri, "ds:hasParty")
    return AgreementPage(
        parties=parties,
        reciprocal=tell.facts.a(iri, "ds:ReciprocalAgreement"),
        directions=_directions(flows),
        purposes=tell.of(iri, "ds:hasPurpose"),
        means=tell.of(iri, "ds:viaMechanism"),
        states=tell.states({*states, *stated}),
        claims=tell.argued(claims),
        sources=_sources(tell, claims),
        beside=_reciprocal_first(
            tell, (other for other in of(iri, "ds:hasParty", "^ds:hasParty") if other != iri)
        ),
    )


def organization_page(tell: Summarizer, iri: str) -> OrganizationPage:
    """Return what the page of an organization tells."""
    of = tell.facts.of
    given = tell.flows(of(iri, "^ds:hasProvider"))
    received = tell.flows(of(iri, "^ds:hasRecipient"))
    says = of(iri, "^ds:assertedBy")
    kind = of(iri, "ds:organizationKind")
    partners = _partners(tell, iri, given, received)
    return OrganizationPage(
        kinds=tell.values(kind),
        countries=tell.of(iri, "ds:country"),
        other_names=tell.texts(iri, "skos:altLabel"),
        same=tell.of(iri, "skos:exactMatch"),
        homepages=tell.of(iri, "foaf:homepage"),
        partners=partners,
        directions=_directions((*given, *received)) if len(partners) <= FEW else (),
        given=len(given),
        received=len(received),
        agreements=tell.of(iri, "^ds:hasParty"),
        sets=tell.of(iri, "ds:isMemberOf"),
        features=tell.of(iri, "ds:operates"),
        says=tell.claims(claim for claim in says if not of(claim, "ds:disputes")),
        disputes=tell.claims(claim for claim in says if of(claim, "ds:disputes")),
        about=tell.argued(of(iri, "^ds:about")),
        sources=tell.of(iri, "^dct:publisher"),
        beside=tell.values(
            party
            for party in of(iri, "ds:isMemberOf", "^ds:isMemberOf")
            or [p for k in kind for p in of(k, "^ds:organizationKind")]
            if party != iri
        ),
    )


def flow_page(tell: Summarizer, iri: str) -> FlowPage:
    """Return what the page of a flow tells."""
    of = tell.facts.of
    under = [flow for flow in of(iri, "ds:underAgreement", "^ds:underAgreement") if flow != iri]
    back = of(iri, "ds:reciprocatesFlow")
    return FlowPage(
        line=tell.flow(iri),
        groups=tell.of(iri, "ds:concernsSubjectGroup"),
        reciprocates=tell.flows(back),
        beside=tell.flows(flow for flow in under if flow not in back),
        sources=_sources(tell, of(iri, "^ds:about")),
    )


def source_page(tell: Summarizer, iri: str) -> SourcePage:
    """Return what the page of a source tells."""
    of = tell.facts.of
    passages = sorted(of(iri, "^oa:hasSource"))
    told = [
        (
            tell.named(passage),
            tell.text(passage, "ds:locator"),
            tell.claims(of(passage, "^prov:wasDerivedFrom"), answers=True),
        )
        for passage in passages
    ]
    claims = of(iri, "^oa:hasSource", "^prov:wasDerivedFrom")
    said = [who for claim in claims for who in of(claim, "ds:assertedBy")]
    speakers = tell.values(said)
    publisher = tell.text(iri, "ds:publisherName")
    return SourcePage(
        publishers=tell.of(iri, "dct:publisher") or ((publisher,) if publisher else ()),
        creators=tell.texts(iri, "dct:creator"),
        issued=tell.text(iri, "dct:issued"),
        languages=tell.texts(iri, "dct:language"),
        kinds=tell.of(iri, "ds:sourceType"),
        access=tell.of(iri, "ds:accessLevel"),
        addresses=tuple(tell.write.value(term) for term in tell.facts.terms(iri, "schema:url")),
        through=tell.of(iri, "ds:citedThrough"),
        cites=tell.of(iri, "^ds:citedThrough"),
        passages=tuple((passage, place, lines) for passage, place, lines in told if lines),
        speakers=tuple(
            sorted(((who, said.count(who.name)) for who in speakers), key=lambda pair: -pair[1])
        ),
        claims=len(claims),
    )


def passage_page(tell: Summarizer, iri: str) -> PassagePage:
    """Return what the page of a passage tells."""
    return PassagePage(
        tell.one(iri, "oa:hasSource"),
        tell.text(iri, "ds:locator"),
        tell.claims(tell.facts.of(iri, "^prov:wasDerivedFrom"), answers=True),
    )


def concept_page(tell: Summarizer, iri: str) -> ConceptPage:
    """Return what the page of a concept tells."""
    facts = tell.facts
    using = dict.fromkeys(
        thing for things in facts.by_object.get(iri, {}).values() for thing in things
    )
    by_kind = {kind: [thing for thing in using if facts.a(thing, kind)] for kind in USES}
    return ConceptPage(
        schemes=tell.of(iri, "skos:inScheme"),
        broader=tell.of(iri, "skos:broader"),
        narrower=tell.of(iri, "^skos:broader"),
        other_names=tell.texts(iri, "skos:altLabel"),
        mappings=tuple(
            (tell.named(predicate), tell.values(getattr(term, "value", "") for term in terms))
            for predicate, terms in sorted(facts.by_subject.get(iri, {}).items())
            if predicate.endswith("Match")
        ),
        flows=tell.flows(by_kind.pop("ds:DataFlow")),
        uses=tuple((kind, tell.values(things)) for kind, things in by_kind.items() if things),
    )


def _reciprocal_first(tell: Summarizer, agreements: Iterable[str]) -> tuple[TermText, ...]:
    """Return agreements, those first under which data go both ways."""
    reciprocal = tell.facts.a
    found = tell.values(agreements)
    return tuple(sorted(found, key=lambda one: not reciprocal(one.name, "ds:ReciprocalAgreement")))


def _directions(flows: Iterable[FlowSummary]) -> tuple[FlowDirection, ...]:
    """Return flows by who gives to whom, the larger direction first."""

    def ends(flow: FlowSummary) -> tuple[str, str]:
        return (_text(flow.provider), _text(flow.recipient))

    found = []
    for _, group in groupby(sorted(flows, key=ends), ends):
        members = tuple(group)
        provider, recipient = members[0].provider, members[0].recipient
        if provider and recipient:
            found.append(FlowDirection(provider, recipient, members))
    return tuple(sorted(found, key=lambda direction: -len(direction.flows)))


def _partners(
    tell: Summarizer, iri: str, given: Iterable[FlowSummary], received: Iterable[FlowSummary]
) -> tuple[PartnerFlows, ...]:
    """Return who is at the other end of some flows, those with the most of them first."""
    out: dict[str, list[FlowSummary]] = {}
    back: dict[str, list[FlowSummary]] = {}
    for flows, end, by_party in ((given, "recipient", out), (received, "provider", back)):
        for flow in flows:
            other: TermText | None = getattr(flow, end)
            if other:
                by_party.setdefault(other.name, []).append(flow)
    between = set(tell.facts.of(iri, "^ds:hasParty"))
    found = [
        PartnerFlows(
            party,
            tuple(out.get(party.name, ())),
            tuple(back.get(party.name, ())),
            tell.values(a for a in tell.facts.of(party.name, "^ds:hasParty") if a in between),
        )
        for party in tell.values((*out, *back))
    ]
    return tuple(sorted(found, key=lambda partner: -len(partner.flows)))


def _sources(tell: Summarizer, claims: Iterable[str]) -> tuple[TermText, ...]:
    """Return the sources that some claims were found in."""
    path = ("prov:wasDerivedFrom", "oa:hasSource")
    return tell.values(source for claim in claims for source in tell.facts.of(claim, *path))


def _text(value: TermText | None) -> str:
    return value.text if value else ""
