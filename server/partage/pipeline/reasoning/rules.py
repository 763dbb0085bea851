"""
The ontology as rules: each axiom becomes SPARQL queries that add what follows from the data.

These are the OWL 2 RL/RDF rules (https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF
_Graphs_using_Rules) with the terminology compiled in, so that a rule asks only about individuals.
Names are unique, so nothing is ever derived to be the same. That something *exists* or is *one of*
two kinds (a restriction or a union as superclass) derives nothing of named things, and what cannot
hold is for HermiT to say: such axioms are read and passed over. Every other construct is refused.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, product

from pyoxigraph import BlankNode, NamedNode, Triple

from partage.errors import ProfileViolation
from partage.pipeline.reasoning.projection import TYPE, Terminology
from partage.rdf.namespaces import PREFIXES, iri

Atom = tuple[str, str, str]
"""A triple pattern; what begins with `?` is a variable, all else an IRI."""
Body = tuple[Atom, ...]

THING, NOTHING = iri("owl:Thing"), iri("owl:Nothing")
SELF = "?x"

PASSED_OVER = frozenset(
    iri(f"owl:{name}")
    for name in (
        "Ontology", "versionIRI", "versionInfo", "priorVersion", "imports", "deprecated",
        "backwardCompatibleWith", "incompatibleWith", "Class", "ObjectProperty", "Restriction",
        "AnnotationProperty", "DatatypeProperty", "NamedIndividual", "Thing", "Nothing",
        # what cannot hold
        "FunctionalProperty", "InverseFunctionalProperty", "AsymmetricProperty",
        "IrreflexiveProperty", "AllDisjointClasses", "members", "disjointWith",
        "propertyDisjointWith", "AllDifferent", "distinctMembers", "differentFrom",
    )
)  # fmt: skip
"""The words of OWL that derive nothing here."""

OF_PROPERTIES = frozenset({iri(f"rdfs:{name}") for name in ("domain", "range", "subPropertyOf")})


@dataclass(frozen=True, slots=True)
class InferenceRule:
    """What follows (`head`) wherever all of `body` holds."""

    head: Atom
    body: Body

    @property
    def query(self) -> str:
        """The query that constructs what follows and is not yet there."""
        head, body = _pattern([self.head]), _pattern(self.body)
        names = " ".join(sorted({term for term in self.head if term.startswith("?")}))
        new = f"SELECT DISTINCT {names} WHERE {{ {body} FILTER NOT EXISTS {{ {head} }} }}"
        return f"CONSTRUCT {{ {head} }} WHERE {{ {new} }}"

    @property
    def writes(self) -> tuple[str, str]:
        """The kind of statement that the rule adds."""
        return _kind(self.head)

    @property
    def reads(self) -> frozenset[tuple[str, str]]:
        """The kinds of statement that the rule looks for."""
        return frozenset(map(_kind, self.body))


def _kind(atom: Atom) -> tuple[str, str]:
    return (TYPE, atom[2]) if atom[1] == TYPE else (atom[1], "")


def _pattern(atoms: Iterable[Atom]) -> str:
    return " ".join(f"{' '.join(map(_term, atom))} ." for atom in atoms)


def _term(term: str) -> str:
    return term if term.startswith("?") else f"<{term}>"


def rules(terms: Terminology) -> tuple[InferenceRule, ...]:
    """
    Return the rules that the terminology amounts to, each once.

    Raises
    ------
    ProfileViolation
        An axiom is of a kind that the compiler does not know.
    """
    return _Compiler(terms).rules()


class _Compiler:
    """The terminology by subject, and a supply of variables."""

    def __init__(self, terms: Terminology) -> None:
        self.said: Mapping[object, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
        self.terms = terms
        self.numbers = count()
        for triple in terms.triples:
            self.said[triple.subject][triple.predicate.value].append(triple.object)

    def rules(self) -> tuple[InferenceRule, ...]:
        found: dict[InferenceRule, None] = {}
        for triple in self.terms.triples:
            self._refuse_unknown(triple)
            word = triple.object if triple.predicate.value == TYPE else triple.predicate
            axiom = _AXIOMS.get(getattr(word, "value", ""))
            if axiom and not self._annotates(triple):
                found.update((rule, None) for rule in axiom(self, triple))
        return tuple(rule for rule in found if rule.head not in rule.body)

    def _annotates(self, triple: Triple) -> bool:
        """Return whether this is about an annotation property, which has no meaning in logic."""
        return (
            triple.predicate.value in OF_PROPERTIES
            and isinstance(triple.subject, NamedNode)
            and triple.subject.value not in self.terms.properties
        )

    def _refuse_unknown(self, triple: Triple) -> None:
        for word in (triple.predicate, triple.object):
            name = word.value if isinstance(word, NamedNode) else ""
            known = name in PASSED_OVER or name in _AXIOMS or name in _EXPRESSIONS
            if name.startswith(PREFIXES["owl"]) and not known:
                raise ProfileViolation(
                    f"No rule is known for {name} ({triple.subject}). Choose another axiom in "
                    "ontology/partage.ttl, or add its rule to "
                    "server/partage/pipeline/reasoning/rules.py."
                )

    def fresh(self) -> str:
        """Return a variable that no rule has used."""
        return f"?v{next(self.numbers)}"

    def items(self, head: object) -> list[object]:
        """Return the members of an RDF list."""
        found = []
        while firsts := self.said[head][iri("rdf:first")]:
            found.append(firsts[0])
            head = self.said[head][iri("rdf:rest")][0]
        return found

    def implied(self, lower: object, upper: object) -> Iterator[InferenceRule]:
        """Yield the rules of one class being below another, whatever expressions they are."""
        for (known, head), body in product(self.heads(upper, SELF), self.bodies(lower, SELF)):
            yield InferenceRule(head, body + known)

    def bodies(self, node: object, x: str) -> list[Body]:
        """Return what may hold of `x` so that it surely is of the class, each way by itself."""
        if isinstance(node, NamedNode):
            return [()] if node.value == THING else [((x, TYPE, node.value),)]
        said = self.said[node]
        if parts := said[iri("owl:intersectionOf")]:
            ways = product(*(self.bodies(part, x) for part in self.items(parts[0])))
            return [sum(way, ()) for way in ways]
        if parts := said[iri("owl:unionOf")]:
            return [body for part in self.items(parts[0]) for body in self.bodies(part, x)]
        if values := said[iri("owl:hasValue")]:
            return [(self.step(node, x, _name(values[0])),)]
        if fillers := said[iri("owl:someValuesFrom")]:
            y = self.fresh()
            return [(self.step(node, x, y), *body) for body in self.bodies(fillers[0], y)]
        return []  # all values of an open world: nothing named ever shows it

    def heads(self, node: object, x: str) -> list[tuple[Body, Atom]]:
        """Return what is known of an `x` of the class, with what else has to hold for it."""
        if isinstance(node, NamedNode):
            return [] if node.value in (THING, NOTHING) else [((), (x, TYPE, node.value))]
        said = self.said[node]
        if parts := said[iri("owl:intersectionOf")]:
            return [head for part in self.items(parts[0]) for head in self.heads(part, x)]
        if values := said[iri("owl:hasValue")]:
            return [((), self.step(node, x, _name(values[0])))]
        if fillers := said[iri("owl:allValuesFrom")]:
            y = self.fresh()
            step = self.step(node, x, y)
            return [((step, *body), head) for body, head in self.heads(fillers[0], y)]
        return []  # something exists, or is one of several: it has no name

    def step(self, restriction: object, x: str, y: str) -> Atom:
        """Return the pattern of a restriction's property."""
        return self.property(self.said[restriction][iri("owl:onProperty")][0], x, y)

    def property(self, node: object, x: str, y: str) -> Atom:
        """Return the pattern of a property, or of the inverse of one."""
        if isinstance(node, NamedNode):
            return (x, node.value, y)
        return self.property(self.said[node][iri("owl:inverseOf")][0], y, x)

    def subclass(self, triple: Triple) -> Iterator[InferenceRule]:
        yield from self.implied(triple.subject, triple.object)

    def same_class(self, triple: Triple) -> Iterator[InferenceRule]:
        yield from self.implied(triple.subject, triple.object)
        yield from self.implied(triple.object, triple.subject)

    def domain(self, triple: Triple) -> Iterator[InferenceRule]:
        step = self.property(triple.subject, SELF, "?y")
        yield from (
            InferenceRule(head, (step, *body)) for body, head in self.heads(triple.object, SELF)
        )

    def range(self, triple: Triple) -> Iterator[InferenceRule]:
        step = self.property(triple.subject, "?y", SELF)
        yield from (
            InferenceRule(head, (step, *body)) for body, head in self.heads(triple.object, SELF)
        )

    def subproperty(self, triple: Triple) -> Iterator[InferenceRule]:
        one, other = (self.property(end, SELF, "?y") for end in (triple.subject, triple.object))
        yield InferenceRule(other, (one,))

    def same_property(self, triple: Triple) -> Iterator[InferenceRule]:
        yield from self.subproperty(triple)
        yield from self.subproperty(Triple(triple.object, triple.predicate, triple.subject))  # type: ignore[arg-type]

    def inverse(self, triple: Triple) -> Iterator[InferenceRule]:
        if isinstance(triple.subject, BlankNode):
            return  # a nameless inverse, part of another axiom
        one, other = (self.property(end, SELF, "?y") for end in (triple.subject, triple.object))
        yield InferenceRule(_turned(other), (one,))
        yield InferenceRule(_turned(one), (other,))

    def symmetric(self, triple: Triple) -> Iterator[InferenceRule]:
        step = self.property(triple.subject, SELF, "?y")
        yield InferenceRule(_turned(step), (step,))

    def transitive(self, triple: Triple) -> Iterator[InferenceRule]:
        one, two, both = (
            self.property(triple.subject, x, y)
            for x, y in ((SELF, "?y"), ("?y", "?z"), (SELF, "?z"))
        )
        yield InferenceRule(both, (one, two))

    def chain(self, triple: Triple) -> Iterator[InferenceRule]:
        links = self.items(triple.object)
        ends = [SELF, *(self.fresh() for _ in links)]
        body = tuple(
            self.property(link, x, y) for link, x, y in zip(links, ends, ends[1:], strict=False)
        )
        yield InferenceRule(self.property(triple.subject, SELF, ends[-1]), body)


def _name(term: object) -> str:
    if not isinstance(term, NamedNode):
        raise ProfileViolation(f"A rule cannot have the value {term}: only named individuals.")
    return term.value


def _turned(atom: Atom) -> Atom:
    return (atom[2], atom[1], atom[0])


_AXIOMS: Mapping[str, Callable[[_Compiler, Triple], Iterable[InferenceRule]]] = {
    iri("rdfs:subClassOf"): _Compiler.subclass,
    iri("owl:equivalentClass"): _Compiler.same_class,
    iri("rdfs:domain"): _Compiler.domain,
    iri("rdfs:range"): _Compiler.range,
    iri("rdfs:subPropertyOf"): _Compiler.subproperty,
    iri("owl:equivalentProperty"): _Compiler.same_property,
    iri("owl:inverseOf"): _Compiler.inverse,
    iri("owl:SymmetricProperty"): _Compiler.symmetric,
    iri("owl:TransitiveProperty"): _Compiler.transitive,
    iri("owl:propertyChainAxiom"): _Compiler.chain,
}
_EXPRESSIONS = frozenset(
    iri(f"owl:{name}")
    for name in (
        "onProperty", "someValuesFrom", "allValuesFrom", "hasValue", "intersectionOf", "unionOf",
    )
)  # fmt: skip
