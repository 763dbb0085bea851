"""
HermiT over the OWL API: is it consistent, and which class is below which?

One `Hermit` holds a terminology; each question builds a small ontology of it and some facts. The
facts go in as axioms through the OWL API's data factory: no file, no process and no text to parse
in between. Unique names are assumed of every individual: a functional data property with a key of
its own each is linear, where `owl:AllDifferent` is quadratic. What follows of individuals is
computed in `closure`.

OWL 2 Direct Semantics: https://www.w3.org/TR/owl2-direct-semantics/
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from pyoxigraph import RdfFormat, Triple, serialize

from partage.errors import ProfileViolation
from partage.pipeline.reasoning.jvm import java_class
from partage.pipeline.reasoning.projection import TYPE, Fact, Terminology, individuals
from partage.rdf.namespaces import BASE, iri

T = TypeVar("T")
UNIQUE_KEY = BASE + "reasoner#uniqueKey"
NOTHING = iri("owl:Nothing")
POOL = ThreadPoolExecutor(max_workers=1)  # one for all questions: Java is slow to meet a thread


class Hermit:
    """The reasoner over one terminology; every method may be called any number of times."""

    def __init__(self, terms: Terminology) -> None:
        self.terms = terms
        self._manager = java_class("org.semanticweb.owlapi.apibinding.OWLManager")
        self._reasoner = java_class("org.semanticweb.HermiT.Reasoner")
        self._configuration = java_class("org.semanticweb.HermiT.Configuration")
        self._factory = self._manager.getOWLDataFactory()
        self._names: dict[str, Any] = {}
        self._axioms: dict[Fact, Any] = {}
        self._terminology = self.document(terms.triples).getAxioms()
        self._key = self._factory.getOWLDataProperty(self._name(UNIQUE_KEY))

    def document(self, triples: Iterable[Triple]) -> Any:
        """Return the triples of an ontology document as the OWL API reads them."""
        text = serialize(triples, format=RdfFormat.RDF_XML)
        assert text is not None  # without an output, serialize returns bytes
        source = java_class("org.semanticweb.owlapi.io.StringDocumentSource")(text.decode("utf-8"))
        return self._manager.createOWLOntologyManager().loadOntologyFromOntologyDocument(source)

    def ontology(self, facts: Iterable[Fact], *, unique_names: bool = True) -> Any:
        """Return an ontology of the terminology and the facts."""
        known = frozenset(facts)
        axioms = java_class("java.util.HashSet")(self._terminology)
        for fact in known:
            axioms.add(self._axiom(fact))
        if unique_names:
            axioms.add(self._factory.getOWLFunctionalDataPropertyAxiom(self._key))
            for name in individuals(known):
                axioms.add(self._unique(name))
        return self._manager.createOWLOntologyManager().createOntology(axioms)

    def consistent(self, facts: Iterable[Fact]) -> bool:
        """Return whether the facts agree with the terminology and with one another."""
        reasoner = self._open(facts)
        try:
            return attended(reasoner, lambda: bool(reasoner.isConsistent()))
        finally:
            reasoner.dispose()

    def superclasses(self) -> frozenset[tuple[str, str]]:
        """
        Return each class with its direct named superclasses, as the terminology alone has them.

        Raises
        ------
        ProfileViolation
            A class can have no member.
        """
        reasoner = self._open(())
        try:
            empty = self._unsatisfiable(reasoner)
            if empty:
                raise ProfileViolation(
                    f"No individual can belong to {', '.join(f'<{name}>' for name in empty)}. "
                    "Mend the class's axioms in ontology/partage.ttl."
                )
            return frozenset(self._superclasses(reasoner))
        finally:
            reasoner.dispose()

    def _open(self, facts: Iterable[Fact]) -> Any:
        import jpype

        try:
            return self._reasoner(self._configuration(), self.ontology(facts))
        except jpype.JException as error:
            raise ProfileViolation(
                f"HermiT refuses the ontology: {error}. Mend the axiom in ontology/partage.ttl."
            ) from error

    def _unsatisfiable(self, reasoner: Any) -> list[str]:
        node = reasoner.getUnsatisfiableClasses().getEntities()
        return sorted(name for cls in node if (name := str(cls.getIRI())) != NOTHING)

    def _superclasses(self, reasoner: Any) -> Iterable[tuple[str, str]]:
        for name in self.terms.classes:
            for cls in reasoner.getSuperClasses(self._class(name), True).getFlattened():
                if (above := str(cls.getIRI())) in self.terms.classes:
                    yield name, above

    def _axiom(self, fact: Fact) -> Any:
        axiom = self._axioms.get(fact)
        if axiom is None:
            axiom = self._axioms[fact] = self._new_axiom(fact)
        return axiom

    def _new_axiom(self, fact: Fact) -> Any:
        subject = self._individual(fact.subject)
        if fact.predicate == TYPE:
            return self._factory.getOWLClassAssertionAxiom(self._class(fact.object), subject)
        make = (
            self._factory.getOWLNegativeObjectPropertyAssertionAxiom
            if fact.negative
            else self._factory.getOWLObjectPropertyAssertionAxiom
        )
        return make(self._property(fact.predicate), subject, self._individual(fact.object))

    def _unique(self, name: str) -> Any:
        literal = self._factory.getOWLLiteral(name)
        subject = self._individual(name)
        return self._factory.getOWLDataPropertyAssertionAxiom(self._key, subject, literal)

    def _name(self, text: str) -> Any:
        if text not in self._names:
            self._names[text] = java_class("org.semanticweb.owlapi.model.IRI").create(text)
        return self._names[text]

    def _individual(self, name: str) -> Any:
        return self._factory.getOWLNamedIndividual(self._name(name))

    def _class(self, name: str) -> Any:
        return self._factory.getOWLClass(self._name(name))

    def _property(self, name: str) -> Any:
        return self._factory.getOWLObjectProperty(self._name(name))


def attended(reasoner: Any, work: Callable[[], T]) -> T:
    """
    Return the result of `work`, done in another thread so that Ctrl-C stops the reasoner.

    Python hears of Ctrl-C only between its own steps, and one step of Java may take many seconds.
    """
    try:
        return POOL.submit(work).result()
    except KeyboardInterrupt:
        reasoner.interrupt()
        raise
