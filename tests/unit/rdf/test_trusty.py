"""Artifact codes and the rules of nanopublications, by published vectors."""

import base64
import hashlib
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from partage.errors import CanonicalFormError
from partage.rdf.namespaces import ID, iri
from partage.rdf.nanopublication import artifact_code, faults, nanopublication, nanopublication_iris
from partage.rdf.parsing import read_rdf
from partage.rdf.trusty import file_code, graph_code, rename_iris

SUITE = Path(__file__).with_name("nanopub-testsuite")
TRUSTY = sorted([*SUITE.glob("valid/trusty/*.trig"), *SUITE.glob("valid/signed/*.trig")])
VALID = sorted(SUITE.glob("valid/*/*.trig"))
INVALID = sorted(SUITE.glob("invalid/plain/*.trig"))
VERSION = ID + "claim/c0001/v1"


def name(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", TRUSTY, ids=name)
def test_published_nanopublications_have_the_code_that_we_compute(path: Path) -> None:
    quads = read_rdf(path)
    (own,) = nanopublication_iris(quads)
    code = artifact_code(own)
    assert code is not None
    assert graph_code(quads, code) == code


def test_a_changed_nanopublication_has_another_code() -> None:
    quads = read_rdf(SUITE / "invalid/trusty/trusty1.trig")
    code = artifact_code(nanopublication_iris(quads)[0])
    assert code is not None
    assert graph_code(quads, code) != code


@pytest.mark.parametrize("path", VALID, ids=name)
def test_valid_nanopublications_have_no_fault(path: Path) -> None:
    assert faults(read_rdf(path)) == []


@pytest.mark.parametrize("path", INVALID, ids=name)
def test_invalid_nanopublications_have_faults(path: Path) -> None:
    assert faults(read_rdf(path)) != []


def test_an_empty_file_has_the_code_of_the_specification() -> None:
    assert file_code(b"") == "FA47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"


def test_the_order_of_the_quads_and_the_case_of_a_language_do_not_matter() -> None:
    quads = graphs()
    other = [
        Quad(q.subject, q.predicate, Literal(q.object.value, language="FR"), q.graph_name)
        if isinstance(q.object, Literal) and q.object.language
        else q
        for q in reversed(quads)
    ]
    assert other != quads
    assert graph_code(other) == graph_code(quads)


def test_literals_of_another_type_language_or_with_a_line_break_differ() -> None:
    subject, predicate = NamedNode("http://example.org/s"), NamedNode("http://example.org/p")
    values = [
        Literal("a\nb"),
        Literal("a\\nb"),
        Literal("a\nb", language="en"),
        Literal("a\nb", language="fr"),
        Literal("a\nb", datatype=NamedNode(iri("xsd:token"))),
    ]
    assert len({graph_code([Quad(subject, predicate, value)]) for value in values}) == len(values)


def test_the_code_is_that_of_the_text_that_the_specification_describes() -> None:
    itself = "RA" + "x" * 43
    subject, predicate = NamedNode("http://example.org/" + itself), NamedNode("http://e.org/p")
    values: list[NamedNode | Literal] = [
        NamedNode("http://z.org/"),
        Literal("a\\\nb"),
        Literal("a", language="EN"),
        Literal("a"),
    ]
    string = "^http://www.w3.org/2001/XMLSchema#string "
    written = ["http://z.org/", "@en a", string + "a", string + "a\\\\\\nb"]
    text = "".join(f"\nhttp://example.org/ \nhttp://e.org/p\n{value}\n" for value in written)
    code = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
    assert graph_code([Quad(subject, predicate, value) for value in values], itself) == "RA" + code


def test_a_blank_node_is_refused() -> None:
    quad = Quad(BlankNode("b"), NamedNode(iri("rdf:type")), NamedNode(iri("ds:Claim")))
    with pytest.raises(CanonicalFormError, match="Give it an IRI"):
        graph_code([quad])


def graphs() -> list[Quad]:
    """Return the four graphs of one claim version."""

    def quad(part: str, subject: str, predicate: str, value: NamedNode | Literal) -> Quad:
        graph = NamedNode(f"{VERSION}#{part}")
        return Quad(NamedNode(subject), NamedNode(iri(predicate)), value, graph)

    return [
        quad("head", VERSION, "rdf:type", NamedNode(iri("np:Nanopublication"))),
        quad("head", VERSION, "np:hasAssertion", NamedNode(VERSION + "#assertion")),
        quad("head", VERSION, "np:hasProvenance", NamedNode(VERSION + "#provenance")),
        quad("head", VERSION, "np:hasPublicationInfo", NamedNode(VERSION + "#pubinfo")),
        quad("assertion", iri("f:f0001"), "skos:prefLabel", Literal("flux", language="fr")),
        quad("provenance", VERSION + "#assertion", "ds:assertedBy", NamedNode(ID + "org/x")),
        quad("pubinfo", VERSION, "npx:supersedes", NamedNode(ID + "claim/c0001/v0")),
    ]


def test_a_claim_version_becomes_a_nanopublication_that_proves_itself() -> None:
    made = nanopublication(VERSION, graphs(), {ID + "claim/c0001/v0": VERSION + ".RAbefore"})
    assert made.iri == f"{VERSION}.{made.code}"
    assert nanopublication_iris(made.quads) == [made.iri]
    assert faults(made.quads) == []
    assert graph_code(made.quads, made.code) == made.code
    told = {(q.predicate.value, getattr(q.object, "value", "")) for q in made.quads}
    assert (iri("dct:isFormatOf"), VERSION) in told
    assert (iri("npx:supersedes"), VERSION + ".RAbefore") in told


def test_every_statement_of_a_nanopublication_counts() -> None:
    made = nanopublication(VERSION, graphs())
    for quad in made.quads:
        rest = [other for other in made.quads if other != quad]
        assert graph_code(rest, made.code) != made.code


def test_renaming_leaves_literals_alone() -> None:
    text = Literal(VERSION)
    quad = Quad(NamedNode(VERSION), NamedNode(iri("dct:title")), text)
    (after,) = rename_iris([quad], lambda given: given + "x")
    assert (after.subject, after.object) == (NamedNode(VERSION + "x"), text)
