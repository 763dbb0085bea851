"""The committed form: one way to write each graph."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse

from partage.errors import CanonicalFormError
from partage.rdf import canonical, layout
from partage.rdf.namespaces import ID, PREFIXES, iri

CLAIM = ID + "claim/c0024/v1"
GRAPH = NamedNode(CLAIM + "#assertion")


def triple(subject: str, predicate: str, value: NamedNode | Literal) -> Quad:
    return Quad(NamedNode(subject), NamedNode(iri(predicate)), value, DefaultGraph())


def quads() -> list[Quad]:
    flow = NamedNode(iri("f:f0012"))
    return [
        triple(CLAIM, "dct:description", Literal("Said to have had access.", language="en")),
        triple(CLAIM, "rdf:type", NamedNode(iri("ds:ClaimVersion"))),
        triple(CLAIM, "dct:identifier", Literal("s-msg")),
        Quad(flow, NamedNode(iri("ds:hasProvider")), NamedNode(iri("org:facebook")), GRAPH),
        Quad(flow, NamedNode(iri("rdf:type")), NamedNode(iri("ds:AccessGrant")), GRAPH),
    ]


def test_a_claim_stands_with_its_assertion_and_declares_only_the_prefixes_it_uses() -> None:
    assert layout.committed_form(quads()) == (
        "@base <https://w3id.org/partage/id/> .\n"
        f"@prefix ds: <{PREFIXES['ds']}> .\n"
        f"@prefix org: <{PREFIXES['org']}> .\n"
        f"@prefix f: <{PREFIXES['f']}> .\n"
        f"@prefix dct: <{PREFIXES['dct']}> .\n"
        "\n"
        '<claim/c0024/v1> a ds:ClaimVersion ; dct:identifier "s-msg" ;\n'
        '    dct:description "Said to have had access."@en .\n'
        "<claim/c0024/v1#assertion> {\n"
        "    f:f0012 a ds:AccessGrant ; ds:hasProvider org:facebook .\n"
        "}\n"
    )


def test_the_order_of_the_quads_does_not_matter() -> None:
    assert layout.committed_form(reversed(quads())) == layout.committed_form(quads())


def test_serials_sort_by_their_number() -> None:
    numbers = ("c10000", "c0009", "c0100")
    text = layout.committed_form(
        triple(ID + "claim/" + n, "dct:identifier", Literal(n)) for n in numbers
    )
    assert [n for n in ("c0009", "c0100", "c10000") if n in text] == sorted(numbers, key=text.index)


def test_blank_nodes_are_refused_with_what_to_do() -> None:
    quad = Quad(BlankNode("b"), NamedNode(iri("ds:about")), NamedNode(CLAIM))
    with pytest.raises(CanonicalFormError, match="partage ids allocate"):
        layout.committed_form([quad])


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
LITERALS = st.one_of(
    TEXTS.map(Literal),
    TEXTS.map(lambda text: Literal(text, language="fr")),
    st.integers().map(lambda n: Literal(str(n), datatype=NamedNode(iri("xsd:integer")))),
    st.sampled_from(["2015-11~", "[..2018-06-29]"]).map(
        lambda text: Literal(text, datatype=NamedNode(iri("edtf:EDTF")))
    ),
)
NAMES = st.sampled_from(
    [iri("org:facebook"), ID + "claim/c0001#state", iri("voc:state"), "http://example.org/a?b=c"]
).map(NamedNode)
QUADS = st.builds(
    Quad,
    NAMES,
    st.sampled_from([NamedNode(iri(c)) for c in ("rdf:type", "ds:about", "skos:prefLabel")]),
    st.one_of(NAMES, LITERALS),
    st.sampled_from([DefaultGraph(), GRAPH]),
)


@given(st.lists(QUADS, max_size=12))
def test_what_is_written_reads_back_the_same(rows: list[Quad]) -> None:
    text = layout.committed_form(rows)
    again = list(parse(text.encode(), format=RdfFormat.TRIG))
    assert canonical.canonical_nquads(again) == canonical.canonical_nquads(rows)
    assert layout.committed_form(again) == text
