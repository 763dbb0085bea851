"""Reading: every fault names its place."""

import gzip
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from partage.errors import RdfSyntaxError
from partage.rdf import canonical, formats, namespaces, parsing


def test_a_syntax_error_names_file_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "broken.ttl"
    file.write_text("@prefix ds: <https://w3id.org/partage/ns#> .\nds:a ds:b ds:c ds:d .\n")
    with pytest.raises(RdfSyntaxError) as caught:
        parsing.read_rdf(file)
    assert (caught.value.line, caught.value.column) == (2, 16)
    assert str(caught.value).startswith(f"{file}:2:16: ")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("table.csv", b"a,b", "no RDF format has this ending"),
        ("broken.nt.gz", b"not gzip", "cannot be read"),
        ("latin.ttl", "<a> <b> 'é' .".encode("latin-1"), "UTF-8"),
    ],
)
def test_an_unreadable_file_says_why(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RdfSyntaxError, match=message):
        parsing.read_rdf(tmp_path / name)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RdfSyntaxError, match=r"none\.ttl.*cannot be read"):
        parsing.read_rdf(tmp_path / "none.ttl")


def test_compressed_files_read_as_plain_ones(tmp_path: Path) -> None:
    text = b'<http://example.org/a> <http://example.org/b> "c" .\n'
    (tmp_path / "a.nt").write_bytes(text)
    (tmp_path / "a.nt.gz").write_bytes(gzip.compress(text))
    assert parsing.read_rdf(tmp_path / "a.nt.gz") == parsing.read_rdf(tmp_path / "a.nt")


def test_subjects_and_graphs_are_found_on_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "claim.trig"
    file.write_text(
        "@base <https://w3id.org/partage/id/> .\n"
        "@prefix f: <https://w3id.org/partage/id/flow/> .\n"
        "@prefix ds: <https://w3id.org/partage/ns#> .\n\n"
        "<claim/c0001/v1> a ds:ClaimVersion ;\n"
        "    ds:about f:f0002 .\n"
        "<claim/c0001/v1#assertion> {\n"
        "    f:f0001 a ds:AccessGrant .\n"
        "}\n"
    )
    claim = namespaces.ID + "claim/c0001/v1"
    assert parsing.line_of(file, claim) == 5
    assert parsing.line_of(file, claim + "#assertion") == 7
    assert parsing.line_of(file, namespaces.iri("f:f0001")) == 8
    assert parsing.line_of(file, namespaces.iri("f:f0002")) is None


def test_curies_and_iris_are_each_other_s_inverse() -> None:
    for prefix in namespaces.PREFIXES:
        iri = namespaces.iri(f"{prefix}:a-name")
        assert namespaces.curie(iri) == f"{prefix}:a-name"
    assert namespaces.curie("http://example.org/other") is None
    for local in ("", "a/b", "a#b", "a.b", "a b", "é·", "½", "-a"):
        assert namespaces.curie(namespaces.VOC + local) is None, local
    assert namespaces.curie(namespaces.VOC + "e-1_") == "voc:e-1_"
    assert all(space.endswith(("#", "/")) for space in namespaces.PREFIXES.values())
    assert parsing.short_iri(namespaces.BASE + "graph/a/b") == "graph/a/b"


@pytest.mark.parametrize("fmt", formats.ALL_FORMATS, ids=lambda fmt: fmt.key)
def test_a_format_is_found_by_key_media_type_and_extension(fmt: formats.Format) -> None:
    assert formats.by_key(fmt.key) is fmt
    assert formats.by_media_type(fmt.media_type.upper()) is fmt
    assert formats.by_path(Path(f"a.{fmt.extension}.gz")) is fmt
    written_by_the_engine = (fmt.rdf is None) != (fmt.results is None)
    assert written_by_the_engine != (fmt in formats.COLUMNAR_FORMATS)


def test_canonical_quads_are_sorted_once_each_and_their_digest_is_rdfc_1_0() -> None:
    b, p = NamedNode("http://example.org/b"), NamedNode("http://example.org/p")
    a = NamedNode("http://example.org/a")
    quads = [Quad(b, p, Literal("x")), Quad(a, p, b), Quad(b, p, Literal("x"))]
    assert canonical.canonical_nquads(quads) == (
        "<http://example.org/a> <http://example.org/p> <http://example.org/b> .\n"
        '<http://example.org/b> <http://example.org/p> "x" .\n'
    )
    assert canonical.nquads_digest(quads) == canonical.rdfc10(quads)


def test_rdfc10_does_not_depend_on_blank_node_names() -> None:
    p = NamedNode("http://example.org/p")
    one = [Quad(BlankNode("x"), p, BlankNode("y"))]
    two = [Quad(BlankNode("q"), p, BlankNode("r"))]
    assert canonical.rdfc10(one) == canonical.rdfc10(two)
