"""JSON-LD for programmers: nothing lost, nothing fetched, and readable."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

import reading_rdf
import small_dataset
from partage import assets
from partage.errors import IntegrityError
from partage.rdf.canonical import rdfc10
from partage.rdf.formats import by_key
from partage.rdf.jsonld import (
    CONTEXT,
    FORMS,
    Form,
    context_bytes,
    load_own_context,
    write_jsonld,
)
from partage.rdf.namespaces import ID, iri
from partage.rdf.parsing import read_rdf

JSONLD = by_key("jsonld")
ME = ID + "org/x"


def read_back(body: bytes) -> list[Quad]:
    assert JSONLD is not None
    return reading_rdf.quads(body, JSONLD)


@pytest.mark.parametrize("form", FORMS)
def test_the_small_dataset_comes_back_whole(form: Form) -> None:
    quads = small_dataset.quads()
    assert rdfc10(read_back(write_jsonld(quads, ID + "org/netflix", form))) == rdfc10(quads)


@pytest.mark.parametrize("form", FORMS)
def test_the_ontology_comes_back_whole_with_its_blank_nodes(form: Form) -> None:
    quads = list(read_rdf(assets.assets_root() / "ontology/partage.ttl"))
    body = write_jsonld(quads, "https://w3id.org/partage/ns", form)
    assert rdfc10(read_back(body)) == rdfc10(quads)


NODES = st.sampled_from(
    [NamedNode(ID + "org/x"), NamedNode(ID + "org/y"), BlankNode("a"), BlankNode("b")]
)
NAMES = ("ds:about", "skos:prefLabel", "rdf:type", "dct:issued", "oa:start")
PROPERTIES = st.sampled_from([NamedNode(iri(name)) for name in NAMES])
LITERALS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=5).map(Literal),
    st.sampled_from(
        [
            Literal("1", datatype=NamedNode(iri("xsd:integer"))),
            Literal("01", datatype=NamedNode(iri("xsd:integer"))),
            Literal("-0", datatype=NamedNode(iri("xsd:integer"))),
            Literal(str(2**53), datatype=NamedNode(iri("xsd:integer"))),
            Literal("true", datatype=NamedNode(iri("xsd:boolean"))),
            Literal("1", datatype=NamedNode(iri("xsd:boolean"))),
            Literal("1.0E0", datatype=NamedNode(iri("xsd:double"))),
            Literal("2020", datatype=NamedNode("http://id.loc.gov/datatypes/edtf/EDTF")),
            Literal("2020-01-01", datatype=NamedNode(iri("xsd:date"))),
            Literal("oui", language="fr"),
            Literal("yes", language="en"),
            Literal("@id"),
        ]
    ),
)
QUADS = st.lists(
    st.builds(Quad, NODES, PROPERTIES, st.one_of(NODES, LITERALS)), min_size=1, max_size=12
)


@given(QUADS, st.sampled_from(FORMS))
def test_any_graph_comes_back(quads: list[Quad], form: Form) -> None:
    assert rdfc10(read_back(write_jsonld(quads, ME, form))) == rdfc10(quads)


@pytest.mark.parametrize("name", ["org:x", "a:b", "urn:org:x", "x:", "ds:hasRecipient"])
@pytest.mark.parametrize("form", FORMS)
def test_an_iri_that_reads_as_a_short_name_comes_back(form: Form, name: str) -> None:
    node = NamedNode(name)
    quads = [Quad(node, node, node), Quad(NamedNode(ME), NamedNode(iri("rdfs:seeAlso")), node)]
    assert set(read_back(write_jsonld(quads, ME, form))) == set(quads)


def test_a_programmer_reads_it_with_dots() -> None:
    subject = NamedNode(ID + "source/s1")
    quads = [
        Quad(subject, NamedNode(iri("rdf:type")), NamedNode(iri("ds:Source"))),
        Quad(subject, NamedNode(iri("skos:prefLabel")), Literal("Paper", language="en")),
        Quad(subject, NamedNode(iri("skos:prefLabel")), Literal("Papier", language="fr")),
        Quad(NamedNode(ID + "passage/p1"), NamedNode(iri("oa:hasSource")), subject),
        Quad(NamedNode(ID + "passage/p1"), NamedNode(iri("oa:start")),
             Literal("7", datatype=NamedNode(iri("xsd:integer")))),
    ]  # fmt: skip
    told = json.loads(write_jsonld(quads, subject.value))
    assert list(told) == ["@context", "id", "type", "prefLabel", "linkedFrom"]
    assert told["@context"] == CONTEXT
    assert (told["id"], told["type"]) == ("s:s1", "Source")
    assert told["prefLabel"] == {"en": "Paper", "fr": "Papier"}
    assert told["linkedFrom"] == {"hasSource": {"id": "p:p1", "start": 7}}


def test_no_document_but_our_context_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def reach_out(*_arguments: object, **_named: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr("socket.socket.connect", reach_out)
    monkeypatch.setattr("socket.create_connection", reach_out)
    monkeypatch.setattr(jsonld, "get_document_loader", reach_out)
    told = json.loads(write_jsonld(small_dataset.quads(), ME, context="http://any.example/c"))
    assert told["@context"] == "http://any.example/c"
    with pytest.raises(IntegrityError, match=r"not http://other\.example"):
        load_own_context(CONTEXT, "http://other.example", {})


def test_the_context_has_a_short_name_for_every_term_of_the_ontology() -> None:
    context = json.loads(context_bytes())["@context"]
    meant = {value["@id"] if isinstance(value, dict) else value for value in context.values()}
    names = {
        quad.subject.value.removeprefix(iri("ds:"))
        for quad in read_rdf(assets.assets_root() / "ontology/partage.ttl")
        if quad.predicate.value == iri("rdf:type") and isinstance(quad.subject, NamedNode)
        and quad.subject.value.startswith(iri("ds:"))
    }  # fmt: skip
    assert names
    missing = {
        name for name in names if "ds:" + name not in meant and iri("ds:" + name) not in meant
    }
    assert missing == set()
