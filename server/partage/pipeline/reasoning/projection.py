"""
The reasoner's projection: what of the dataset is logic, as terminology and facts.

Annotation properties, labels and dates stay out (OWL 2 Structural Specification §10.1: annotations
have no meaning in logic, and HermiT refuses `xsd:date` and EDTF outside of them). A denial,
committed as an `owl:NegativePropertyAssertion` with an IRI, becomes one negative fact (§9.6.5).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, Triple

from partage.rdf.namespaces import iri

TYPE = iri("rdf:type")
CLASS = iri("owl:Class")
OBJECT_PROPERTY = iri("owl:ObjectProperty")
DENIAL = iri("owl:NegativePropertyAssertion")
SOURCE = iri("owl:sourceIndividual")
PROPERTY = iri("owl:assertionProperty")
TARGET = iri("owl:targetIndividual")
IMPORTS = iri("owl:imports")


@dataclass(frozen=True, slots=True, order=True)
class Fact:
    """One assertion about individuals; `negative` when a party denies it."""

    subject: str
    predicate: str
    object: str
    negative: bool = False


@dataclass(frozen=True, slots=True)
class Terminology:
    """The ontology's triples, and the classes and object properties it declares."""

    triples: tuple[Triple, ...]
    classes: frozenset[str]
    properties: frozenset[str]


def terminology(quads: Iterable[Quad]) -> Terminology:
    """Return the terminology of the ontology graph; imports are dropped, a build has no network."""
    triples = tuple(quad.triple for quad in quads if quad.predicate.value != IMPORTS)
    return Terminology(triples, _declared(triples, CLASS), _declared(triples, OBJECT_PROPERTY))


def _declared(triples: Iterable[Triple], kind: str) -> frozenset[str]:
    return frozenset(
        triple.subject.value
        for triple in triples
        if triple.predicate.value == TYPE
        and isinstance(triple.subject, NamedNode)
        and isinstance(triple.object, NamedNode)
        and triple.object.value == kind
    )


def facts(quads: Iterable[Quad], terms: Terminology) -> frozenset[Fact]:
    """Return the facts in the quads: types and object properties that the ontology declares."""
    found = set()
    denials: dict[str, dict[str, str]] = defaultdict(dict)
    for quad in quads:
        if not isinstance(quad.subject, NamedNode) or not isinstance(quad.object, NamedNode):
            continue
        subject, predicate, value = quad.subject.value, quad.predicate.value, quad.object.value
        if predicate in terms.properties or (predicate == TYPE and value in terms.classes):
            found.add(Fact(subject, predicate, value))
        elif predicate in (SOURCE, PROPERTY, TARGET):
            denials[subject][predicate] = value
    for parts in denials.values():
        if len(parts) == 3:
            found.add(Fact(parts[SOURCE], parts[PROPERTY], parts[TARGET], negative=True))
    return frozenset(found)


def affirmed(known: Iterable[Fact]) -> frozenset[Fact]:
    """Return the facts that are not denials."""
    return frozenset(fact for fact in known if not fact.negative)


def individuals(known: Iterable[Fact]) -> frozenset[str]:
    """Return the individuals that the facts speak of."""
    return frozenset(
        name
        for fact in known
        for name in ((fact.subject,) if fact.predicate == TYPE else (fact.subject, fact.object))
    )


@dataclass(frozen=True, slots=True)
class Background:
    """Facts beyond dispute (vocabulary, entities), by the individual they speak of."""

    by_subject: Mapping[str, tuple[Fact, ...]]

    @classmethod
    def of(cls, known: Iterable[Fact]) -> "Background":
        """Index the facts by their subject."""
        rows: dict[str, list[Fact]] = defaultdict(list)
        for fact in known:
            rows[fact.subject].append(fact)
        return cls({subject: tuple(group) for subject, group in rows.items()})

    def around(self, known: Iterable[Fact]) -> frozenset[Fact]:
        """Return the background that can be reached from the individuals of some facts."""
        reached: set[str] = set()
        waiting = list(individuals(known))
        found: set[Fact] = set()
        while waiting:
            name = waiting.pop()
            if name in reached:
                continue
            reached.add(name)
            rows = self.by_subject.get(name, ())
            found.update(rows)
            waiting += [fact.object for fact in rows if fact.predicate != TYPE]
        return frozenset(found)
