"""The terms to write a query with: those that are used, as the VoID description counts them."""

import pyoxigraph as ox
from pyoxigraph import Store

from partage.rdf.namespaces import iri
from partage.resources.description.statistics import statistics
from partage.resources.ontology.completion import CompletionTerms, as_completions, terms
from partage.store.embedded.oxigraph import EmbeddedEngine

PARTS = """
@prefix void: <http://rdfs.org/ns/void#> . @prefix ds: <https://w3id.org/partage/ns#> .
<#all> void:classPartition <#c1>, <#c2> ; void:propertyPartition <#p1>, <#p2> .
<#c1> void:class ds:DataFlow ; void:entities 3 ; void:propertyPartition <#c1p1> .
<#c1p1> void:property ds:hasRecipient ; void:triples 2 ; void:classPartition <#c1p1c2> .
<#c1p1c2> void:class ds:Party ; void:triples 2 .
<#c2> void:class <http://other.example/Thing> ; void:entities 7 .
<#p1> void:property ds:hasRecipient ; void:triples 5 .
<#p2> void:property ds:hasProvider ; void:triples 9 .
"""
DATA = """
@prefix ds: <https://w3id.org/partage/ns#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<http://x.example/f> a ds:DataFlow .
ds:DataFlow skos:prefLabel "data flow"@en, "flux de données"@fr ;
  skos:definition "Data go."@en, "Des données vont."@fr .
"""


def described() -> CompletionTerms:
    quads = [
        ox.Quad(t.subject, t.predicate, t.object)
        for t in ox.parse(PARTS, format=ox.RdfFormat.TURTLE, base_iri="http://void.example/")
    ]
    return terms(quads)


def engine() -> EmbeddedEngine:
    store = Store()
    store.load(DATA, format=ox.RdfFormat.TURTLE)
    return EmbeddedEngine(store)


def test_the_most_used_terms_come_first_and_parts_of_parts_are_none() -> None:
    found = described()
    assert [(term.name, term.count) for term in found.classes] == [
        ("<http://other.example/Thing>", 7),
        ("ds:DataFlow", 3),
    ]
    assert [(term.name, term.count) for term in found.properties] == [
        ("ds:hasProvider", 9),
        ("ds:hasRecipient", 5),
    ]


def test_a_class_tells_the_properties_that_its_members_have() -> None:
    assert {term.name: term.properties for term in described().classes} == {
        "<http://other.example/Thing>": (),
        "ds:DataFlow": ("ds:hasRecipient",),
    }


def test_terms_are_named_and_defined_in_the_readers_language() -> None:
    for languages, label, definition in (
        (("fr", "en", ""), "flux de données", "Des données vont."),
        (("en", "fr", ""), "data flow", "Data go."),
    ):
        flow = as_completions(engine(), described(), languages)["classes"][1]
        assert flow == {
            "name": "ds:DataFlow",
            "iri": iri("ds:DataFlow"),
            "count": 3,
            "label": label,
            "definition": definition,
            "properties": ["ds:hasRecipient"],
        }


def test_the_terms_of_any_other_dataset_are_counted() -> None:
    other = engine()
    found = terms(statistics(other))
    assert [(term.name, term.count) for term in found.classes] == [("ds:DataFlow", 1)]
    assert {term.name for term in found.properties} == {
        "rdf:type",
        "skos:prefLabel",
        "skos:definition",
    }
