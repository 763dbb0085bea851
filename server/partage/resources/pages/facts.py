"""
What the dataset says of its things: the pages of things by kind are views of it.

Of a dataset that fits it is read once and held in memory; of a larger one, what is around the
things that a page tells of, up to so many of each kind.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from pyoxigraph import Literal, NamedNode

from partage.rdf.namespaces import iri
from partage.rdf.sparql_terms import iriref, string, values
from partage.resources.description.describe import ask
from partage.resources.labels import BATCH, Labels, labels
from partage.resources.pages.term_texts import TYPE
from partage.store.engine import Engine, Term

KINDS = (
    "ds:Claim", "ds:DataFlow", "ds:DataSharingAgreement", "ds:Source", "ds:Passage", "ds:Party",
    "ds:Organization", "ds:PlatformOperator", "ds:Person", "ds:PartySet", "ds:AccessState",
    "ds:Feature", "ds:AgreementSet", "skos:Concept", "ds:DataCategory", "ds:ClaimType",
)  # fmt: skip
THINGS = (
    "SELECT DISTINCT ?s ?p ?o { "
    + " UNION ".join(f"{{ ?s a {kind} }}" for kind in KINDS)
    + " ?s ?p ?o FILTER(isIRI(?s)) }"
)
CLAIMING = "GRAPH ?g { ?s ?p ?o } ?claim np:hasAssertion ?g ; a ds:Claim"
ASSERTED = (
    "SELECT DISTINCT ?s ?p ?o ?claim { ?claim a ds:Claim ; np:hasAssertion ?g . "
    "GRAPH ?g { ?s ?p ?o } FILTER(isIRI(?s)) }"
)

# What a page tells of things that are so linked to its own: of each no more than `MOST_LINKED`.
LINKING = (
    "ds:hasProvider", "ds:hasRecipient", "ds:underAgreement", "ds:hasParty", "ds:about",
    "ds:assertedBy", "ds:isMemberOf", "ds:disputes", "ds:supports", "ds:qualifies",
    "ds:citedThrough", "dct:publisher", "oa:hasSource", "prov:wasDerivedFrom", "skos:broader",
    "ds:principalCategory", "ds:statedDataCategory", "ds:hasPurpose", "ds:viaMechanism",
    "ds:claimType", "ds:sourceType", "ds:stateKind", "ds:organizationKind",
)  # fmt: skip
MOST_LINKED = 25
# And of these, again and again, what they lead to: what makes a line about a flow or a claim.
ARGUED = ("ds:about", "ds:disputes", "ds:supports", "ds:qualifies", "prov:wasDerivedFrom")
LEADING = (
    "ds:hasState", "ds:reciprocatesFlow", "ds:underAgreement", "ds:disputes", "ds:supports",
    "ds:qualifies", "prov:wasDerivedFrom",
)  # fmt: skip
RINGS = 4
MOST_AROUND = 600

Fact = tuple[str, str, Term]


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """
    Statements by subject and by object, and the claims that make each of them.

    `cut` says that there is more than was read.
    """

    by_subject: dict[str, dict[str, list[Term]]] = field(default_factory=dict)
    by_object: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    claims: dict[Fact, list[str]] = field(default_factory=dict)
    claimed: dict[str, list[str]] = field(default_factory=dict)
    cut: bool = False

    def add(self, fact: Fact) -> None:
        """Add a statement."""
        subject, predicate, value = fact
        self.by_subject.setdefault(subject, {}).setdefault(predicate, []).append(value)
        if isinstance(value, NamedNode):
            self.by_object.setdefault(value.value, {}).setdefault(predicate, []).append(subject)

    def add_claim(self, fact: Fact, claim: str) -> None:
        """Add that a claim makes a statement."""
        self.claims.setdefault(fact, []).append(claim)
        said = self.claimed.setdefault(fact[0], [])
        if claim not in said:
            said.append(claim)

    def terms(self, thing: str, curie: str) -> Sequence[Term]:
        """Return the values of a property named by its CURIE."""
        return self.by_subject.get(thing, {}).get(iri(curie), ())

    def literals(self, thing: str, curie: str) -> list[Literal]:
        """Return the values of a property that are literals."""
        return [term for term in self.terms(thing, curie) if isinstance(term, Literal)]

    def of(self, thing: str, *path: str) -> list[str]:
        """Return the things at the end of a path of CURIEs, each once; `^` goes backwards."""
        reached = [thing]
        for step in path:
            reached = list(dict.fromkeys(far for near in reached for far in self._step(near, step)))
        return reached

    def first(self, thing: str, *path: str) -> str | None:
        """Return the first thing at the end of a path, or None."""
        return next(iter(self.of(thing, *path)), None)

    def a(self, thing: str, curie: str) -> bool:
        """Say whether a thing is of a class."""
        return NamedNode(iri(curie)) in self.by_subject.get(thing, {}).get(TYPE, ())

    def _step(self, thing: str, step: str) -> Iterable[str]:
        if step.startswith("^"):
            return self.by_object.get(thing, {}).get(iri(step[1:]), ())
        return (term.value for term in self.terms(thing, step) if isinstance(term, NamedNode))


def read_facts(engine: Engine) -> DatasetFacts:
    """Read the things of our kinds and what claims state of them."""
    facts = DatasetFacts()
    for row in ask(engine, THINGS):
        facts.add((_name(row["s"]), _name(row["p"]), row["o"]))
    for row in ask(engine, ASSERTED):
        facts.add_claim((_name(row["s"]), _name(row["p"]), row["o"]), _name(row["claim"]))
    return facts


def facts_around(engine: Engine, things: Iterable[str]) -> DatasetFacts:
    """Read what the pages of some things tell; of what is very many, only the first."""
    facts, read = DatasetFacts(), list(dict.fromkeys(things))
    found, cut = _of_things(engine, facts, read, speaking=False), False
    for thing in read:
        linked = _linked(engine, thing)
        cut |= any(len(names) > MOST_LINKED for names in linked)
        found += [name for names in linked for name in names[:MOST_LINKED]]
    for _ in range(RINGS):
        known, room = set(read), MOST_AROUND - len(read)
        ring = [name for name in dict.fromkeys(found) if name not in known]
        cut |= len(ring) > room
        found = _of_things(engine, facts, ring[:room], speaking=True)
        read += ring[:room]
    return replace(facts, cut=cut)


def _linked(engine: Engine, thing: str) -> Iterable[list[str]]:
    """Return what is linked to a thing, by the property, and one more than is read of each."""
    branches = " UNION ".join(
        f"{{ {{ SELECT ?s {{ ?s {name} {iriref(thing)} }} LIMIT {MOST_LINKED + 1} }} "
        f"BIND({string(name)} AS ?by) }}"
        for name in LINKING
    )
    found: dict[str, list[str]] = {}
    for row in ask(engine, f"SELECT ?s ?by {{ {branches} }}"):
        found.setdefault(_name(row["by"]), []).append(_name(row["s"]))
    return found.values()


def _of_things(
    engine: Engine, facts: DatasetFacts, things: Sequence[str], *, speaking: bool
) -> list[str]:
    """Add what is said of some things; return those that they lead to, and `speaking` of them."""
    leading = {iri(curie) for curie in LEADING}
    found = []
    for start in range(0, len(things), BATCH):
        batch = things[start : start + BATCH]
        given, objects = values("s", batch), values("o", batch)
        for row in ask(engine, f"SELECT ?s ?p ?o {{ {given} ?s ?p ?o }}"):
            fact = _name(row["s"]), _name(row["p"]), row["o"]
            facts.add(fact)
            if fact[1] in leading and isinstance(row["o"], NamedNode):
                found.append(row["o"].value)
        for row in ask(engine, f"SELECT DISTINCT ?s ?p ?o ?claim {{ {given} {CLAIMING} }}"):
            claim = _name(row["claim"])
            facts.add_claim((_name(row["s"]), _name(row["p"]), row["o"]), claim)
            found.append(claim)
        if speaking:
            # One branch a property: the engine looks each up, fifty times as fast as VALUES.
            branches = " UNION ".join(f"{{ ?s {name} ?o }}" for name in ARGUED)
            text = f"SELECT DISTINCT ?s {{ {objects} {branches} }} LIMIT {MOST_AROUND}"
            rows = ask(engine, text)
            found += [_name(row["s"]) for row in rows]
    return found


def name_all(engine: Engine, facts: DatasetFacts, languages: Sequence[str]) -> Labels:
    """Return the names of everything that the facts mention."""
    predicates = {name for found in facts.by_subject.values() for name in found}
    return labels(engine, {*facts.by_subject, *facts.by_object, *predicates}, languages)


def _name(term: Term) -> str:
    return str(getattr(term, "value", term))
