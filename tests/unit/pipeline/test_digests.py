"""Any digest of a citation, computed again from a downloaded file, with no server."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, Quad, RdfFormat, parse, serialize

import small_dataset
import three_releases
from partage.citation.citable import cite
from partage.cli import cli
from partage.pipeline.checks.digests import wanted
from partage.rdf.canonical import STATEMENTS, ntriples_line, rdfc10, statement_digest
from partage.rdf.formats import GRAPH_FORMATS, RESULT_FORMATS
from partage.rdf.namespaces import ID, iri
from partage.rdf.nanopublication import nanopublication
from partage.sparql.cited.result_digest import digest
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Query
from released_app import application

VERSION = ID + "claim/c0001/v1"


def verify(*arguments: str | Path, stdin: bytes = b"") -> Result:
    words = ["verify", *map(str, arguments)]
    return CliRunner().invoke(cli, words, input=stdin, catch_exceptions=False)


def version() -> list[Quad]:
    return [
        quad
        for quad in small_dataset.quads()
        if str(getattr(quad.graph_name, "value", "")).startswith(VERSION + "#")
    ]


@pytest.mark.parametrize("extension", ["trig", "nq", "jsonld", "trig.gz"])
def test_the_digest_in_the_citation_of_a_claim_version_is_found_in_any_format(
    tmp_path: Path, extension: str
) -> None:
    made = cite(EmbeddedEngine(small_dataset.store()), VERSION)
    assert made.digest is not None
    fmt = next(f.rdf for f in GRAPH_FORMATS if f.extension == extension.removesuffix(".gz"))
    data = serialize(version(), format=fmt)
    assert data is not None
    path = tmp_path / f"v1.{extension}"
    path.write_bytes(gzip.compress(data) if extension.endswith(".gz") else data)
    result = verify(path, made.digest)
    assert result.exit_code == 0, result.output
    assert f"= RDFC-1.0 SHA-256 of the four graphs of <{VERSION}>" in result.output


def test_a_claim_version_in_a_whole_release_is_found_too(tmp_path: Path) -> None:
    made = cite(EmbeddedEngine(small_dataset.store()), VERSION)
    release = small_dataset.release(tmp_path / "release")
    result = verify(release / "dataset.nq.gz", str(made.digest))
    assert result.exit_code == 0
    assert result.output.count("\n") == 1


def test_a_changed_claim_version_is_not_verified(tmp_path: Path) -> None:
    made = cite(EmbeddedEngine(small_dataset.store()), VERSION)
    other = Quad(
        NamedNode(iri("f:f0001")), NamedNode(iri("ds:hasRecipient")), NamedNode(iri("org:gazette")),
        NamedNode(VERSION + "#assertion"),
    )  # fmt: skip
    path = tmp_path / "v1.nq"
    path.write_bytes(serialize([*version(), other], format=RdfFormat.N_QUADS) or b"")
    result = verify(path, str(made.digest))
    assert result.exit_code == 1
    assert f"Nothing in {path} has the digest" in result.output


def test_what_a_server_gives_of_a_claim_version_verifies(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    client: FlaskClient = application(tmp_path_factory.mktemp("served")).test_client()
    cited = json.loads(client.get("/doc/claim/c0001/v1.csl.json").text)
    path = tmp_path / "v1.trig"
    path.write_bytes(client.get("/doc/claim/c0001/v1.trig").data)
    assert verify(path, wanted(json.dumps(cited)) or "").exit_code == 0


def test_a_nanopublication_verifies_itself_and_a_changed_one_does_not(tmp_path: Path) -> None:
    made = nanopublication(VERSION, version())
    data = serialize(made.quads, format=RdfFormat.TRIG) or b""
    path = tmp_path / "np.trig"
    path.write_bytes(data)
    assert verify(path).exit_code == 0
    assert f"= Trusty URI code of <{made.iri}>: {made.code}" in verify(path).output
    assert verify(path, made.iri).exit_code == 0
    path.write_bytes(data.replace(b"org/netflix", b"org/gazette"))
    assert path.read_bytes() != data
    assert verify(path).exit_code == 1
    assert f"≠ Trusty URI code of <{made.iri}>" in verify(path).output


def test_a_statement_is_verified_from_a_file_or_from_text(tmp_path: Path) -> None:
    quad = version()[-1]
    name = f"{STATEMENTS}{statement_digest(quad)}"
    assert verify("-", name, stdin=ntriples_line(quad).encode()).exit_code == 0
    assert (
        verify("-", name, stdin=ntriples_line(quad).replace("id/", "ID/").encode()).exit_code == 1
    )
    path = tmp_path / "many.nq"
    path.write_bytes(serialize(version(), format=RdfFormat.N_QUADS) or b"")
    assert f"SHA-256 of the statement {ntriples_line(quad)}" in verify(path, name).output


def test_a_manifest_checks_all_files_beside_it(tmp_path: Path) -> None:
    three_releases.build(tmp_path)
    manifest = tmp_path / "out/release/manifest.json"
    good = verify(manifest)
    assert good.exit_code == 0
    assert "= SHA-256 of dataset.nq.gz" in good.output
    assert "= RDFC-1.0 SHA-256 of the dataset" in good.output
    data = manifest.with_name("dataset.nq.gz")
    data.write_bytes(gzip.compress(gzip.decompress(data.read_bytes()).replace(b"Netflix", b"x")))
    bad = verify(manifest)
    assert bad.exit_code == 1
    assert "≠ SHA-256 of dataset.nq.gz" in bad.output
    assert "≠ RDFC-1.0 SHA-256 of the dataset" in bad.output
    data.unlink()
    assert "missing beside the manifest" in verify(manifest).output


def test_the_digest_of_a_release_is_that_of_its_data(tmp_path: Path) -> None:
    made = three_releases.build(tmp_path)
    newest = made.catalog.newest
    assert newest is not None
    assert verify(made.release / "dataset.nq.gz", newest.rdfc10).exit_code == 0


@pytest.mark.parametrize("fmt", ["json", "tsv", "xml"])
def test_a_query_result_is_verified_whatever_the_order_of_its_rows(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, fmt: str
) -> None:
    client = application(tmp_path_factory.mktemp("asked")).test_client()
    query = "SELECT ?s ?l { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?l } ORDER BY "
    ends = {"json": "srj", "tsv": "tsv", "xml": "srx"}
    found = set()
    for order in ("?l", "DESC(?l)"):
        path = tmp_path / f"result.{ends[fmt]}"
        asked = {"query": query + order, "format": fmt}
        path.write_bytes(client.get("/sparql", query_string=asked).data)
        text = next(row for row in verify(path).output.splitlines() if "sorted" in row)
        found.add(text.rpartition(": ")[2])
    assert len(found) == 1
    assert verify(path, found.pop()).exit_code == 0


def test_any_file_has_its_sha256_and_its_fa_code(tmp_path: Path) -> None:
    path = tmp_path / "empty.bin"
    path.write_bytes(b"")
    known = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert known in verify(path).output
    assert verify(path, "SHA-256 " + known.upper()).exit_code == 0
    assert verify(path, "FA47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU").exit_code == 0
    assert verify(path, "f" * 64).exit_code == 1


def test_graphs_are_the_same_whatever_their_blank_nodes_are_called(tmp_path: Path) -> None:
    path = tmp_path / "blank.ttl"
    path.write_text("_:a <http://example.org/p> _:b . _:b <http://example.org/p> 1 .")
    digest = rdfc10(parse(path.read_bytes(), format=RdfFormat.TURTLE))
    path.write_text("_:y <http://example.org/p> 1 . _:x <http://example.org/p> _:y .")
    assert verify(path, digest).exit_code == 0


@pytest.mark.parametrize("digest", ["", "abc", "RA", "ff" * 31])
def test_what_is_no_digest_is_a_usage_error(tmp_path: Path, digest: str) -> None:
    path = tmp_path / "x.ttl"
    path.write_text("")
    result = CliRunner().invoke(cli, ["verify", str(path), digest])
    assert result.exit_code == 2
    assert "is no digest" in result.output


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("broken.ttl", "broken.ttl"),
        ("broken.ttl.gz", "Not a gzipped file"),
        ("broken.srj", "broken.srj"),
        ("manifest.json", "is not the manifest of a release"),
    ],
)
def test_a_file_that_is_not_what_its_name_tells_is_refused(
    tmp_path: Path, name: str, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x00 is nothing {")
    result = verify(path)
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())


def test_all_nanopublications_are_exported_and_verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTAGE_RELEASE", str(small_dataset.release(tmp_path / "release")))
    out = tmp_path / "out"
    result = CliRunner().invoke(
        cli, ["nanopub", "--all", "--out", str(out)], catch_exceptions=False
    )
    assert result.output == f"2 nanopublications are in {out}.\n"
    files = sorted(out.iterdir())
    assert [file.name[:8] for file in files] == ["c0001.v1", "c0002.v1"]
    assert [verify(file).exit_code for file in files] == [0, 0]
    one = CliRunner().invoke(cli, ["nanopub", "c:c0001/v1"], catch_exceptions=False)
    assert one.output == files[0].read_text()


@pytest.mark.parametrize("arguments", [[], ["--all"], ["c:c0001/v1", "--all", "--out", "x"]])
def test_which_nanopublications_must_be_said(arguments: list[str]) -> None:
    result = CliRunner().invoke(cli, ["nanopub", *arguments])
    assert result.exit_code == 2
    assert "--all" in result.output


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("ending", ["srj", "tsv", "srx"])
def test_the_digest_of_a_cited_result_is_computed_again(
    tmp_path: Path, ending: str, *, ordered: bool
) -> None:
    fmt = next(fmt for fmt in RESULT_FORMATS if fmt.extension == ending)
    text = "SELECT ?s ?p ?o { GRAPH <https://w3id.org/partage/graph/entities> { ?s ?p ?o } }"
    ask = EmbeddedEngine(small_dataset.store()).query
    cited = digest(ask(Query(text)), ordered=ordered)
    path = tmp_path / f"result.{ending}"
    path.write_bytes(b"".join(ask(Query(text)).serialize(fmt)))
    assert verify(path, cited.sha256).exit_code == 0
    assert "of the 10 solutions" in verify(path, cited.sha256).output
