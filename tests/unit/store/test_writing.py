import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from partage.errors import Unwritable
from partage.rdf.formats import Format, by_key
from partage.rdf.namespaces import ID, iri
from partage.store.embedded.quads_writing import write_quads

NETFLIX = NamedNode(ID + "org/netflix")
QUADS = [
    Quad(NETFLIX, NamedNode(iri("skos:prefLabel")), Literal("Netflix", language="en")),
    Quad(NETFLIX, NamedNode(iri("rdf:type")), NamedNode(iri("ds:Organization"))),
    Quad(NETFLIX, NamedNode(iri("rdf:type")), NamedNode(iri("ds:Organization")), NamedNode("g:1")),
]


def fmt(key: str) -> Format:
    found = by_key(key)
    assert found is not None
    return found


def test_turtle_has_the_type_first_and_only_the_prefixes_in_use() -> None:
    lines = write_quads(QUADS, fmt("turtle")).decode().splitlines()
    assert sorted(line.split()[1] for line in lines[:-2]) == ["ds:", "org:", "skos:"]
    assert lines[-2:] == ["org:netflix a ds:Organization ;", '\tskos:prefLabel "Netflix"@en .']


def test_a_dataset_format_keeps_the_graphs_and_a_graph_format_drops_them() -> None:
    trig = list(parse(write_quads(QUADS, fmt("trig")), format=RdfFormat.TRIG))
    ntriples = list(parse(write_quads(QUADS, fmt("ntriples")), format=RdfFormat.N_TRIPLES))
    assert set(trig) == set(QUADS)
    assert set(ntriples) == set(QUADS[:2])


@pytest.mark.parametrize(
    "quad",
    [
        Quad(NETFLIX, NamedNode(iri("rdf:li")), Literal(1)),
        Quad(BlankNode("0"), NamedNode("http://e.example/p"), Literal(1)),
        Quad(NETFLIX, NamedNode("http://e.example/p"), Triple(NETFLIX, NamedNode("a:b"), NETFLIX)),
    ],
    ids=str,
)
def test_what_a_format_cannot_hold_is_refused(quad: Quad) -> None:
    key = "jsonld" if isinstance(quad.object, Triple) else "rdfxml"
    with pytest.raises(Unwritable):
        write_quads([quad], fmt(key))
    assert list(parse(write_quads([quad], fmt("ntriples")), format=RdfFormat.N_TRIPLES)) == [quad]
