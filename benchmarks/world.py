"""
A synthetic world in our ontology: seeded, skewed, valid against the shapes.

It grows by *cells*: an agreement between two parties, its flows, the claims that state them, and
the passages and sources of the claims. No fact about a cell stands outside of it, so that what
follows from it is known with it and a world of any size is made in bounded memory. Parties and
sources are drawn by rank with a probability of about 1/rank; an agreement has flows by a power law.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random

from benchmarks.base import Base, Concept
from partage.rdf.namespaces import ID, iri

TYPE = f"<{iri('rdf:type')}>"
NAMES = ("Amber", "Blue", "Cedar", "Delta", "Ember", "Fjord", "Grove", "Harbor", "Ivory", "Juniper")
TRADES = (
    ("Analytics", "Analyse"), ("Bank", "Banque"), ("Devices", "Appareils"), ("Games", "Jeux"),
    ("Mail", "Courrier"), ("Media", "Médias"), ("Mobile", "Mobile"), ("Music", "Musique"),
    ("News", "Nouvelles"), ("Travel", "Voyages"),
)  # fmt: skip
EDTF = "^^<http://id.loc.gov/datatypes/edtf/EDTF>"
PRIVATE = f"<{iri('dc:private-communication')}>"
FRIENDS = f"<{iri('sg:friends-of-facebook-users')}>"
WRITE = f"<{iri('pm:write')}>"


def term(name: str) -> str:
    """Return a CURIE as N-Triples have it."""
    return f"<{iri(name)}>"


def triple(subject: str, predicate: str, value: str) -> str:
    """Return a statement without its full stop; CURIEs may stand for IRIs."""
    written = value if value.startswith(("<", '"')) else KNOWN[value]
    return f"{subject} {KNOWN[predicate]} {written}"


class _Known(dict[str, str]):
    def __missing__(self, name: str) -> str:
        self[name] = term(name)
        return self[name]


KNOWN = _Known(a=TYPE)


@dataclass(slots=True)
class Claim:
    """A claim: its name, its metadata, what its assertion states, and what that is about."""

    name: str
    metadata: list[tuple[str, str]]
    content: list[str]
    about: tuple[str, ...]


@dataclass(slots=True)
class Cell:
    """A part of the world that can be written by itself."""

    entities: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    inferred: list[str] = field(default_factory=list)
    derived: list[str] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)
    number_of_flows: int = 0


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow that was drawn: what a claim states of it, and what follows."""

    name: str
    provider: str
    recipient: str
    stated: list[str]
    inferred: list[str]
    kinds: frozenset[str]
    words: str


class World:
    """Draws cells without end, always the same for a seed."""

    def __init__(self, base: Base, parties: int, seed: int) -> None:
        self.base = base
        self.random = Random(seed)
        self.parties = base.organizations[:parties]
        self.pairs: set[tuple[str, str]] = set()
        self.roles: set[tuple[str, str]] = set()
        self.source_names: list[tuple[str, bool]] = []
        self.numbers = {kind: count(1) for kind in "afcps"}
        self.first = Cell(entities=[*self._organizations(parties)])
        self.first.inferred = [
            triple(name, "a", "ds:Party") for name, _ in self.parties[len(base.organizations) :]
        ]

    def cells(self) -> Iterator[Cell]:
        """Yield the organizations, then one agreement after another."""
        yield self.first
        while True:
            yield self._agreement()

    # ---- what is drawn by rank -------------------------------------------------------------------

    def rank(self, size: int) -> int:
        """Return a number below `size`, in proportion to 1/(number + 1) or nearly."""
        return int((size + 1) ** self.random.random()) - 1

    def concept(self, scheme: str) -> Concept:
        """Return a concept of a scheme, the first ones most often."""
        known = self.base.concepts[scheme]
        return known[self.rank(len(known))]

    def new(self, kind: str, letter: str) -> str:
        """Return the next identifier of a kind."""
        return f"<{ID}{kind}/{letter}{next(self.numbers[letter]):04d}>"

    def day(self, year: int) -> str:
        """Return an EDTF year, or a month of it."""
        month = self.random.randrange(24)
        return f'"{year}-{month + 1:02d}"{EDTF}' if month < 12 else f'"{year}"{EDTF}'

    # ---- parties and sources ---------------------------------------------------------------------

    def _organizations(self, parties: int) -> Iterator[str]:
        for number in range(len(self.parties), parties):
            name, (english, french) = self.random.choice(NAMES), self.random.choice(TRADES)
            slug = f"company-{number}"
            one = f"<{ID}org/{slug}>"
            label = f"{name} {english} {number}"
            self.parties.append((one, label))
            yield triple(one, "a", "ds:Organization")
            yield triple(one, "dct:identifier", f'"{slug}"')
            yield triple(one, "skos:prefLabel", f'"{label}"@en')
            yield triple(one, "skos:prefLabel", f'"{french} {name} {number}"@fr')
            yield triple(one, "ds:organizationKind", self.concept("organization-kind").term)
            yield triple(one, "ds:country", self.concept("country").term)
            yield triple(one, "foaf:homepage", f"<https://{slug}.example/>")

    def _source(self, cell: Cell) -> tuple[str, bool]:
        """Return a source, new or known, and whether it was captured."""
        if self.source_names and self.random.random() > 0.15:
            return self.source_names[self.rank(len(self.source_names))]
        one = self.new("source", "s")
        captured = self.random.random() < 0.1
        self.source_names.append((one, captured))
        publisher = self.parties[self.rank(len(self.parties))][1]
        slug = f"synthetic-{len(self.source_names)}"
        title = f"{publisher} on {self.concept('data-category').label}, {len(self.source_names)}"
        facts = [
            ("a", "ds:Source"),
            ("dct:identifier", f'"{slug}"'),
            ("dct:title", f'"{title}"@en'),
            ("ds:publisherName", f'"{publisher}"'),
            ("dct:issued", self.day(2010 + self.random.randrange(12))),
            ("dct:language", '"en"'),
            ("ds:sourceType", self.concept("source-type").term),
            ("ds:accessLevel", self.concept("access-level").term),
            ("schema:url", f'"https://news.example/{slug}"^^{KNOWN["xsd:anyURI"]}'),
        ]
        if captured:
            facts += [
                ("ds:captureSha256", f'"{self.random.getrandbits(256):064x}"'),
                ("ds:captureLength", f'"1000000000"^^{KNOWN["xsd:integer"]}'),
            ]
        cell.sources += [triple(one, *fact) for fact in facts]
        return one, captured

    def _passage(self, cell: Cell) -> str:
        source, captured = self._source(cell)
        one = self.new("passage", "p")
        number = int(one[:-1].rpartition("/p")[2])
        facts = [(one, "a", "ds:Passage"), (one, "oa:hasSource", source)]
        if captured:
            place, integer = f"{one[:-1]}#position>", f"^^{KNOWN['xsd:integer']}"
            words = 5 + self.random.randrange(40)
            facts += [
                (one, "oa:hasSelector", place),
                (place, "a", "oa:TextPositionSelector"),
                (place, "oa:start", f'"{number}"{integer}'),
                (place, "oa:end", f'"{number + 6 * words}"{integer}'),
                (place, "ds:sha256", f'"{self.random.getrandbits(256):064x}"'),
                (place, "ds:tokenCount", f'"{words}"{integer}'),
                (place, "ds:tokenSha256", f'"{self.random.getrandbits(256):064x}"'),
            ]
        else:
            facts.append((one, "ds:locator", f'"paragraph {number}"@en'))
        cell.sources += [triple(*fact) for fact in facts]
        return one

    # ---- agreements and flows --------------------------------------------------------------------

    def _pair(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Return two parties that have no agreement yet."""
        while True:
            one, two = (self.parties[self.rank(len(self.parties))] for _ in range(2))
            pair = (min(one, two)[0], max(one, two)[0])
            if one != two and pair not in self.pairs:
                self.pairs.add(pair)
                return one, two

    def _agreement(self) -> Cell:
        cell = Cell()
        parties = self._pair()
        agreement = self.new("agreement", "a")
        both_ways = self.random.random() < 0.25
        size = min(40, int((1 - self.random.random()) ** -0.7))
        # A flow is who, to whom, which category and under what: two of them differ in one of these.
        drawn = {self.rank(len(self.base.concepts["data-category"])) for _ in range(size)}
        flows = []
        for number in sorted(drawn):
            one, two = parties[:: -1 if both_ways and self.random.random() < 0.5 else 1]
            flows.append(self._flow(agreement, one, two, number))
        cell.number_of_flows = len(flows)
        of_agreement = [triple(agreement, "a", "ds:DataSharingAgreement")]
        of_agreement += [triple(agreement, "ds:hasParty", one) for one, _ in parties]
        for flow in flows:
            cell.flows += flow.stated
            cell.inferred += flow.inferred
            self._claims_of(cell, flow, agreement, of_agreement)
        cell.flows += of_agreement
        self._inferred_of(cell, agreement, parties, flows)
        return cell

    def _flow(
        self, agreement: str, provider: tuple[str, str], recipient: tuple[str, str], number: int
    ) -> Flow:
        one = self.new("flow", "f")
        kind = "ds:AccessGrant" if self.random.random() < 0.9 else "ds:DataTransfer"
        category = self.base.concepts["data-category"][number]
        group, mechanism = self.concept("subject-group"), self.concept("mechanism")
        facts = [
            ("a", kind),
            ("ds:hasProvider", provider[0]),
            ("ds:hasRecipient", recipient[0]),
            ("ds:principalCategory", category.term),
            ("ds:statedDataCategory", category.term),
            ("ds:concernsSubjectGroup", group.term),
            ("ds:viaMechanism", mechanism.term),
            ("ds:underAgreement", agreement),
        ]
        follows = [("a", "ds:DataFlow"), ("a", "ds:ReportedMatter")]
        follows += [("ds:concernsDataCategory", c) for c in (category.term, *category.above)]
        follows += [("ds:concernsSubjectGroup", c) for c in group.above]
        kinds = set()
        if self.random.random() < 0.6:
            purpose = self.concept("purpose").term
            facts.append(("ds:hasPurpose", purpose))
            follows += [("ds:feedsFeature", ft) for ft in self.base.features.get(purpose, ())]
        if kind == "ds:AccessGrant" and self.random.random() < 0.5:
            permission = self.concept("permission")
            facts.append(("ds:grantsPermission", permission.term))
            follows += [("ds:grantsPermission", c) for c in permission.above]
            if WRITE in (permission.term, *permission.above):
                kinds.add("ds:WriteCapableGrant")
        if PRIVATE in (category.term, *category.above):
            kinds.add("ds:PrivateCommunicationsFlow")
        if FRIENDS in (group.term, *group.above):
            kinds.add("ds:ThirdPartySubjectFlow")
        if provider[0] in self.base.operators:
            kinds.add("ds:OutboundFlow")
        if recipient[0] in self.base.operators:
            kinds.add("ds:InboundFlow")
        follows += [("a", one_kind) for one_kind in sorted(kinds)]
        return Flow(
            one, provider[0], recipient[0],
            [triple(one, *fact) for fact in facts],
            [triple(one, *fact) for fact in follows],
            frozenset(kinds),
            f"{provider[1]} gave {recipient[1]} {category.label} by {mechanism.label}",
        )  # fmt: skip

    def _inferred_of(
        self,
        cell: Cell,
        agreement: str,
        parties: tuple[tuple[str, str], tuple[str, str]],
        flows: list[Flow],
    ) -> None:
        """Add what follows from the flows of an agreement together."""
        found = [(agreement, "a", "ds:ReportedMatter")]
        found += [(one, "ds:isPartyTo", agreement) for one, _ in parties]
        kinds = {kind for flow in flows for kind in flow.kinds}
        if {"ds:OutboundFlow", "ds:InboundFlow"} <= kinds:
            found.append((agreement, "a", "ds:ReciprocalAgreement"))
        for flow in flows:
            found += [
                (agreement, "ds:coversFlow", flow.name),
                (flow.provider, "ds:isProviderOf", flow.name),
                (flow.recipient, "ds:isRecipientOf", flow.name),
                (flow.provider, "ds:sharesDataWith", flow.recipient),
                (flow.recipient, "ds:receivesDataFrom", flow.provider),
            ]
            fed = [line.split(" ")[2] for line in flow.inferred if KNOWN["ds:feedsFeature"] in line]
            roles = [
                (flow.provider, "a", "ds:DataProvider"),
                (flow.recipient, "a", "ds:DataRecipient"),
                *((flow.provider, "ds:feeds", feature) for feature in fed),
            ]
            new = [role for role in roles if (role[0], role[2]) not in self.roles]
            self.roles.update((role[0], role[2]) for role in new)
            found += new
            cell.derived += [
                triple(flow.name, "ds:reciprocatesFlow", other.name)
                for other in flows
                if other.provider == flow.recipient
            ]
        for claim in cell.claims:
            found += [(thing, "ds:isSubjectOfClaim", claim.name) for thing in claim.about]
        cell.inferred += dict.fromkeys(triple(*fact) for fact in found)

    # ---- claims ----------------------------------------------------------------------------------

    def _claims_of(self, cell: Cell, flow: Flow, agreement: str, of_agreement: list[str]) -> None:
        """Add the claims that state a flow, and sometimes a denial."""
        stating = 1 + int(self.random.random() < 0.3) + int(self.random.random() < 0.1)
        first = ""
        for number in range(stating):
            claim = self._claim(cell, "data-flow", f"{flow.words}.", (flow.name, agreement))
            claim.content += flow.stated + of_agreement
            if self.random.random() < 0.4:
                self._state(cell, claim, flow.name)
            if number:
                relation = "supports" if self.random.random() < 0.7 else "qualifies"
                past = "Supported" if relation == "supports" else "Qualified"
                claim.metadata.append((f"ds:{relation}", first))
                cell.inferred.append(triple(first, f"ds:is{past}By", claim.name))
            first = first or claim.name
        if self.random.random() < 0.06:
            self._denial(cell, flow, first)

    def _claim(self, cell: Cell, kind: str, words: str, about: tuple[str, ...]) -> Claim:
        one = self.new("claim", "c")
        year = 2008 + self.random.randrange(12)
        claim = Claim(one, [], [], about)
        claim.metadata += [
            ("dct:identifier", f'"g-{one[:-1].rpartition("/c")[2]}"'),
            ("ds:claimType", f"ct:{kind}"),
            ("ds:confidence", "cf:explicit" if self.random.random() < 0.8 else "cf:inferred"),
            ("dct:description", f'"In {year} {words}"@en'),
            ("ds:assertedBy", self.parties[self.rank(len(self.parties))][0]),
            ("prov:wasDerivedFrom", self._passage(cell)),
        ]
        if self.random.random() < 0.3:
            claim.metadata.append(("prov:wasDerivedFrom", self._passage(cell)))
        if self.random.random() < 0.3:
            claim.metadata.append(("ds:mood", self.concept("mood").term))
        cell.claims.append(claim)
        return claim

    def _state(self, cell: Cell, claim: Claim, flow: str) -> None:
        one = f"{claim.name[:-1]}#state>"
        year, kind = 2008 + self.random.randrange(10), self.concept("state")
        day = f"^^{KNOWN['xsd:date']}"
        facts = [
            ("a", "ds:AccessState"),
            ("ds:stateKind", kind.term),
            ("ds:statedStatus", f'"{kind.label} since {year}"@en'),
            ("ds:startEdtf", f'"{year}"{EDTF}'),
        ]
        cell.derived.append(triple(one, "ds:notBefore", f'"{year}-01-01"{day}'))
        if self.random.random() < 0.3:
            last = year + self.random.randrange(5)
            facts.append(("ds:endEdtf", f'"{last}"{EDTF}'))
            cell.derived.append(triple(one, "ds:notAfter", f'"{last}-12-31"{day}'))
        claim.content.append(triple(flow, "ds:hasState", one))
        claim.content += [triple(one, *fact) for fact in facts]
        cell.inferred.append(triple(one, "ds:isStateOf", flow))

    def _denial(self, cell: Cell, flow: Flow, disputed: str) -> None:
        claim = self._claim(cell, "denial", f"it was denied that {flow.words}.", (flow.name,))
        logical = self.random.random() < 0.5
        statement, denial = f"{claim.name[:-1]}#statement>", f"{claim.name[:-1]}#denial>"
        claim.metadata += [
            ("ds:disputes", disputed),
            ("ds:deniedAspect", "da:flow" if logical else "da:other"),
        ]
        claim.content.append(triple(statement, "a", "ds:Denial"))
        claim.content.append(triple(statement, "ds:concerns", flow.name))
        if logical:
            claim.content += [
                triple(denial, "a", "owl:NegativePropertyAssertion"),
                triple(denial, "owl:sourceIndividual", flow.name),
                triple(denial, "owl:assertionProperty", "ds:hasRecipient"),
                triple(denial, "owl:targetIndividual", flow.recipient),
            ]
        kind = "ds:logicallyContradicts" if logical else "ds:rhetoricallyDisputes"
        cell.derived.append(triple(claim.name, kind, disputed))
        cell.inferred += [
            triple(statement, "a", "ds:Statement"),
            triple(statement, "a", "ds:ReportedMatter"),
            triple(disputed, "ds:isDisputedBy", claim.name),
            triple(disputed, "a", "ds:ContestedClaim"),
        ]
