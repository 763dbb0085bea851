"""The ontology as its tools load it: by its IRI, mapped to the host, and by every suffix."""

from collections.abc import Callable

import httpx
import pytest
from pyoxigraph import RdfFormat, parse
from rdflib import OWL, RDF, Graph, URIRef

from partage.pipeline.reasoning import jvm
from partage.rdf.namespaces import BASE

ONTOLOGY = BASE + "ns"
CLASS = ONTOLOGY + "#DataFlow"


def by_rdflib(address: str) -> set[str]:
    graph = Graph().parse(address)
    assert (URIRef(ONTOLOGY), RDF.type, OWL.Ontology) in graph
    return {str(name) for name in graph.subjects(RDF.type, OWL.Class)}


def by_owlready2(address: str) -> set[str]:
    import owlready2

    loaded = owlready2.World().get_ontology(address).load()
    return {found.iri for found in loaded.classes()}


def by_owl_api(address: str) -> set[str]:
    """With the OWL API of HermiT's jar, on which Protégé is built, mapped as its catalogs do."""
    jvm.start()
    manager = jvm.java_class("org.semanticweb.owlapi.apibinding.OWLManager")
    iri = jvm.java_class("org.semanticweb.owlapi.model.IRI")
    mapper = jvm.java_class("org.semanticweb.owlapi.util.SimpleIRIMapper")
    made = manager.createOWLOntologyManager()
    made.addIRIMapper(mapper(iri.create(ONTOLOGY), iri.create(address)))
    ontology = made.loadOntology(iri.create(ONTOLOGY))
    return {str(found.getIRI().toString()) for found in ontology.getClassesInSignature()}


Loader = Callable[[str], set[str]]
LOADERS: list[Loader] = [by_rdflib, by_owlready2, by_owl_api]


SUFFIXES = ["", ".owl", ".rdf", ".xml", ".ttl", ".nt"]
UNKNOWN = [(by_owlready2, ".ttl")]  # it has no parser for Turtle
LOADED = [(by, suffix) for by in LOADERS for suffix in SUFFIXES if (by, suffix) not in UNKNOWN]


@pytest.mark.parametrize(("loader", "suffix"), LOADED)
def test_the_ontology_is_loaded(host: str, loader: Loader, suffix: str) -> None:
    assert CLASS in loader(f"{host}/ns{suffix}")


@pytest.mark.parametrize(
    ("suffix", "form"),
    [("owl", RdfFormat.RDF_XML), ("xml", RdfFormat.RDF_XML), ("rdf", RdfFormat.RDF_XML),
     ("ttl", RdfFormat.TURTLE), ("nt", RdfFormat.N_TRIPLES), ("trig", RdfFormat.TRIG),
     ("nq", RdfFormat.N_QUADS), ("jsonld", RdfFormat.JSON_LD), ("json", RdfFormat.JSON_LD)],
)  # fmt: skip
@pytest.mark.parametrize("name", ["ns", "shapes", "profiles"])
def test_each_suffix_leads_to_its_format(
    client: httpx.Client, name: str, suffix: str, form: RdfFormat
) -> None:
    answer = client.get(f"/{name}.{suffix}", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].partition(";")[0] == form.media_type
    if form != RdfFormat.JSON_LD:  # its context is elsewhere
        assert list(parse(answer.content, form))


@pytest.mark.parametrize("suffix", ["csv", "srj", "exe", "gz", "owl.gz"])
def test_other_suffixes_lead_nowhere(client: httpx.Client, suffix: str) -> None:
    assert client.get(f"/ns.{suffix}").status_code == 404
