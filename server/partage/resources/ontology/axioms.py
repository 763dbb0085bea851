"""
The axioms of an ontology as expressions that can be put into words
(OWL 2 Mapping to RDF Graphs, https://www.w3.org/TR/owl2-mapping-to-rdf/).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from partage.rdf.namespaces import iri
from partage.store.engine import Term

TYPE = NamedNode(iri("rdf:type"))
FIRST, REST, NIL = (NamedNode(iri("rdf:" + name)) for name in ("first", "rest", "nil"))
NOTHING = NamedNode(iri("owl:Nothing"))
ON, MEMBERS = NamedNode(iri("owl:onProperty")), NamedNode(iri("owl:members"))
# What says something of its subject alone, and of its object as well.
ABOUT = {
    iri("rdfs:subClassOf"): "subclass",
    iri("owl:equivalentClass"): "equivalent",
    iri("rdfs:subPropertyOf"): "subproperty",
    iri("rdfs:domain"): "domain",
    iri("rdfs:range"): "range",
    iri("owl:propertyChainAxiom"): "chain",
}
MUTUAL = {
    iri("owl:inverseOf"): "inverse",
    iri("owl:disjointWith"): "disjoint",
    iri("owl:propertyDisjointWith"): "disjoint-property",
}
# Hints for readers, outside the logic.
HINTS = {iri("schema:domainIncludes"): "used-of", iri("schema:rangeIncludes"): "values-of"}
CHARACTERISTICS = {
    iri("owl:FunctionalProperty"): "functional",
    iri("owl:TransitiveProperty"): "transitive",
    iri("owl:SymmetricProperty"): "symmetric",
}
JOINED = {iri("owl:intersectionOf"): "and", iri("owl:unionOf"): "or"}
RESTRICTED = {
    iri("owl:someValuesFrom"): "some",
    iri("owl:allValuesFrom"): "only",
    iri("owl:hasValue"): "value",
}
# In the order in which a term is told.
ORDER = (
    "equivalent", "subclass", "subproperty", "domain", "range", "used-of", "values-of", "inverse",
    "chain", "functional", "transitive", "symmetric", "disjoint", "disjoint-property",
)  # fmt: skip
LOGICAL = tuple(iri(prefix + ":") for prefix in ("rdf", "rdfs", "owl"))
DECLARING = {
    iri("owl:" + name)
    for name in (
        "Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "Ontology",
        "versionIRI", "versionInfo",
    )
} | {
    iri("rdfs:" + name) for name in ("Datatype", "isDefinedBy", "label", "comment", "seeAlso")
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AxiomExpression:
    """What is said, as the key of its words, of which parts; a part without any is a `term`."""

    key: str
    parts: tuple["AxiomExpression", ...] = ()
    term: NamedNode | Literal | None = None


@dataclass(frozen=True, slots=True)
class Axioms:
    """What an ontology says of each term, and the axioms that it could not be told in."""

    of: Mapping[str, tuple[AxiomExpression, ...]]
    untold: frozenset[Quad]


def named(term: Term) -> AxiomExpression:
    """Return a name or a value as an expression."""
    return AxiomExpression("term", term=term if isinstance(term, NamedNode | Literal) else None)


def axioms(triples: Iterable[Quad]) -> Axioms:
    """Read what the triples of an ontology say of each of its terms."""
    reader = _AxiomReader(triples)
    found: dict[str, list[AxiomExpression]] = defaultdict(list)
    for quad in reader.quads:
        for name, expression in reader.said(quad):
            found[name].append(expression)
    return Axioms(
        {name: _in_order(said) for name, said in found.items()},
        frozenset(quad for quad in reader.quads if _is_logical(quad)) - reader.told,
    )


class Graph:
    """Triples by subject, with the lists among them."""

    def __init__(self, triples: Iterable[Quad]) -> None:
        self.quads = sorted(triples, key=str)
        self.told: set[Quad] = set()
        self._by_subject: dict[Term, list[Quad]] = defaultdict(list)
        for quad in self.quads:
            self._by_subject[quad.subject].append(quad)

    def of(self, node: Term) -> list[Quad]:
        """Return the triples about a node, which are thereby told."""
        quads = self._by_subject.get(node, [])
        self.told.update(quads)
        return quads

    def members(self, node: Term) -> list[Term]:
        """Return the members of a list (RDF Schema §5.2)."""
        found: list[Term] = []
        while node != NIL:
            cell = {quad.predicate: quad.object for quad in self.of(node)}
            if FIRST not in cell:
                break
            found.append(cell[FIRST])
            node = cell.get(REST, NIL)
        return found


class _AxiomReader(Graph):
    """Reads axioms from a graph."""

    def said(self, quad: Quad) -> list[tuple[str, AxiomExpression]]:
        """Return what one triple says, of which terms."""
        subject, predicate, value = quad.subject, quad.predicate.value, quad.object
        if predicate == MEMBERS.value:
            self.of(subject)
            return self._disjoint(self.members(value))
        if not isinstance(subject, NamedNode):
            return []
        if key := CHARACTERISTICS.get(getattr(value, "value", "")):
            self.told.add(quad)
            return [(subject.value, AxiomExpression(key))]
        key = ABOUT.get(predicate) or MUTUAL.get(predicate) or HINTS.get(predicate)
        if key is None:
            return []
        self.told.add(quad)
        part = self._list(value, "chained") if key == "chain" else self._expression(value)
        found = [(subject.value, AxiomExpression(key, (part,)))]
        if predicate in MUTUAL and isinstance(value, NamedNode):
            found.append((value.value, AxiomExpression(key, (named(subject),))))
        return found

    def _disjoint(self, members: list[Term]) -> list[tuple[str, AxiomExpression]]:
        return [
            (one.value, AxiomExpression("disjoint", tuple(named(m) for m in members if m != one)))
            for one in members
            if isinstance(one, NamedNode)
        ]

    def _list(self, node: Term, key: str) -> AxiomExpression:
        return AxiomExpression(
            key, tuple(self._expression(member) for member in self.members(node))
        )

    def _expression(self, node: Term) -> AxiomExpression:
        if isinstance(node, NamedNode | Literal):
            return named(node)
        said = {quad.predicate.value: quad.object for quad in self.of(node)}
        for predicate, key in JOINED.items():
            if predicate in said:
                return self._list(said[predicate], key)
        for predicate, key in RESTRICTED.items():
            if predicate in said:
                on = named(said[ON.value])
                if key == "only" and said[predicate] == NOTHING:
                    return AxiomExpression("none", (on,))
                return AxiomExpression(key, (on, self._expression(said[predicate])))
        self.told.difference_update(self.of(node))
        return named(node)


def _is_logical(quad: Quad) -> bool:
    """Say whether a triple has a meaning in OWL that is more than the declaration of a name."""
    declared = {quad.predicate.value, str(getattr(quad.object, "value", ""))} & DECLARING
    foreign = not quad.predicate.value.startswith(LOGICAL) and quad.predicate.value not in HINTS
    return not (foreign or declared)


def _in_order(said: list[AxiomExpression]) -> tuple[AxiomExpression, ...]:
    """Sort what is said, each thing once, hints of one kind together."""
    together = {
        key: tuple(part for one in said if one.key == key for part in one.parts)
        for key in HINTS.values()
    }
    rest = [one for one in dict.fromkeys(said) if one.key not in together]
    merged = [AxiomExpression(key, parts) for key, parts in together.items() if parts]
    return tuple(sorted([*rest, *merged], key=lambda one: ORDER.index(one.key)))
