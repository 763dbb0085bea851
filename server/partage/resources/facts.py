"""
What the dataset says of its things, read once: the pages of things by kind are views of it.

It is held in memory, so it is for a dataset of claims, which are thousands, and not for any RDF.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from partage.rdf.namespaces import iri
from partage.resources.describe import ask
from partage.resources.labels import Labels, labels
from partage.resources.rows import TYPE
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
ASSERTED = (
    "SELECT DISTINCT ?s ?p ?o ?claim { ?claim a ds:Claim ; np:hasAssertion ?g . "
    "GRAPH ?g { ?s ?p ?o } FILTER(isIRI(?s)) }"
)

Fact = tuple[str, str, Term]


@dataclass(frozen=True, slots=True)
class Facts:
    """Statements by subject and by object, and the claims that make each of them."""

    by_subject: dict[str, dict[str, list[Term]]] = field(default_factory=dict)
    by_object: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    claims: dict[Fact, list[str]] = field(default_factory=dict)
    claimed: dict[str, list[str]] = field(default_factory=dict)

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


def read_facts(engine: Engine) -> Facts:
    """Read the things of our kinds and what claims state of them."""
    facts = Facts()
    for row in ask(engine, THINGS):
        facts.add((_name(row["s"]), _name(row["p"]), row["o"]))
    for row in ask(engine, ASSERTED):
        facts.add_claim((_name(row["s"]), _name(row["p"]), row["o"]), _name(row["claim"]))
    return facts


def name_all(engine: Engine, facts: Facts, languages: Sequence[str]) -> Labels:
    """Return the names of everything that the facts mention."""
    predicates = {name for found in facts.by_subject.values() for name in found}
    return labels(engine, {*facts.by_subject, *facts.by_object, *predicates}, languages)


def _name(term: Term) -> str:
    return str(getattr(term, "value", term))
