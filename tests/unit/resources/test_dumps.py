"""The files of a release: the same data in each, described and checksummed, byte for byte again."""

import csv
import gzip
import hashlib
import io
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from pyarrow import parquet
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, parse

import three_releases as three
from partage.errors import EngineUnavailable, SettingsError, UnknownRelease
from partage.rdf.namespaces import BASE, ID, LICENSE, SPDX, iri
from partage.releases.catalog import Catalog
from partage.resources.downloads import dcat, distributions, tables
from partage.resources.downloads import files as dumps
from partage.store.embedded import columnar

HERE = "https://files.example/partage/"
TABLES = [table.name for table in tables.TABLES]


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return three.write_archives(tmp_path_factory.mktemp("archives"))


@pytest.fixture(scope="module")
def files(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the third release."""
    directory = tmp_path_factory.mktemp("dumps") / "files"
    dumps.export(catalog, three.THIRD, directory)
    return directory


def current(version: str) -> set[str]:
    view = (q for q in three.quads(version) if isinstance(q.graph_name, DefaultGraph))
    return {str(quad.triple) for quad in view}


def rows(directory: Path, name: str) -> list[dict[str, str]]:
    text = (directory / f"{name}.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def row(directory: Path, name: str, thing: str) -> dict[str, str]:
    (found,) = [row for row in rows(directory, name) if row["iri"] == thing]
    return found


def described(directory: Path) -> Store:
    store = Store()
    store.load((directory / "dcat.ttl").read_bytes(), format=RdfFormat.TURTLE, base_iri=HERE)
    return store


def value(store: Store, subject: NamedNode, predicate: str) -> str:
    name = NamedNode(iri(predicate) if not predicate.startswith("http") else predicate)
    (quad,) = store.quads_for_pattern(subject, name, None)
    assert isinstance(quad.object, NamedNode | Literal)
    return str(quad.object.value)


def test_the_files_are_these(files: Path) -> None:
    assert {path.name for path in files.iterdir()} == {
        "dataset.nq.gz", "current-view.ttl.gz", "current-view.jsonld.gz", "record.json",
        "RELEASE-NOTES.md", "dcat.ttl", "SHA256SUMS",
        *(f"{name}.{ending}" for name in TABLES for ending in ("csv", "parquet")),
    }  # fmt: skip


@pytest.mark.meets("D7")
def test_every_form_holds_the_same_data(files: Path) -> None:
    whole = gzip.decompress((files / "dataset.nq.gz").read_bytes())
    assert whole.decode("utf-8") == three.dataset(three.THIRD)
    for name, form in (("ttl", RdfFormat.TURTLE), ("jsonld", RdfFormat.JSON_LD)):
        data = gzip.decompress((files / f"current-view.{name}.gz").read_bytes())
        assert {str(quad.triple) for quad in parse(data, format=form)} == current(three.THIRD)


def test_two_exports_are_the_same_byte_for_byte_from_another_process_too(
    files: Path, catalog: Catalog, tmp_path: Path
) -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from partage.resources.downloads import files as dumps;"
        "from partage.releases.catalog import Catalog;"
        "dumps.export(Catalog.read(Path(sys.argv[1])), sys.argv[2], Path(sys.argv[3]))"
    )
    root, again = str(catalog.directory.parents[1]), tmp_path / "again"
    command = [sys.executable, "-c", code, root, three.THIRD, str(again)]
    subprocess.run(command, check=True, env={"PYTHONHASHSEED": "7", "PYTHONPATH": _path()})
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        path.name: path.read_bytes() for path in files.iterdir()
    }


def _path() -> str:
    return str(Path(dumps.__file__).parents[3])


def test_a_row_is_a_thing_with_its_names_in_both_languages(files: Path) -> None:
    corrected = row(files, "organizations", three.CORRECTED)
    assert corrected["label_en"] == "The Gazette & <Co>"
    assert corrected["label_fr"] == "La Gazette & Cie"
    assert {found["iri"] for found in rows(files, "organizations")} >= {
        ID + "org/netflix", ID + "org/gazette"}  # fmt: skip
    assert [found["iri"] for found in rows(files, "claims")] == [
        ID + f"claim/c000{number}" for number in (1, 2, 3)
    ]


def test_a_flow_is_joined_with_its_parties_data_and_claims(files: Path) -> None:
    flow = row(files, "flows", ID + "flow/f0001")
    assert flow["provider"] == ID + "org/facebook"
    assert (flow["provider_en"], flow["recipient_fr"]) == ("Facebook", "Netflix")
    assert flow["principal_category_fr"] == "messages privés"
    assert flow["agreement"] == ID + "agreement/a0001"
    assert flow["state_as_reported"] == "ended"
    assert flow["types_en"] == "access grant | data flow | "


def test_a_claim_is_joined_with_who_says_so_and_where(files: Path) -> None:
    claim = row(files, "claims", ID + "claim/c0001")
    assert claim["description_en"].startswith("Netflix is said to have had access")
    assert claim["asserted_by_fr"] == "La Gazette & Cie"
    assert claim["disputed_by"] == ID + "claim/c0002"
    assert claim["source_titles"] == "Quand Facebook partageait"
    assert claim["source_urls"] == "https://gazette.example/2019/"
    source = row(files, "sources", ID + "source/s0001")
    assert (source["passages_count"], source["claims_count"]) == ("3", "3")
    passage = row(files, "passages", ID + "passage/p0001")
    assert (passage["start"], passage["end"], passage["claims"]) == ("124", "213", claim["iri"])


def test_several_values_and_their_labels_stand_in_the_same_order() -> None:
    view = tables.TableValues(
        [
            Quad(NamedNode(ID + "flow/f1"), NamedNode(iri("rdf:type")), NamedNode(iri("ds:F"))),
            *(_said("flow/f1", "ds:hasRecipient", NamedNode(ID + f"org/{n}")) for n in "bca"),
            _said("org/a", "skos:prefLabel", Literal("Zoo", language="en")),
            _said("org/c", "skos:prefLabel", Literal("Ant", language="en")),
        ]
    )
    columns = (tables.TableColumn("who", ("ds:hasRecipient",)),
               tables.TableColumn("name", ("ds:hasRecipient",), "en"),
               tables.TableColumn("nom", ("ds:hasRecipient",), "fr"),
               tables.TableColumn("count", ("ds:hasRecipient",), "count"))  # fmt: skip
    (cells,) = tables.rows(tables.ReleaseTable("t", ("ds:F",), columns), view)
    assert [cell and columnar.text_of(cell) for cell in cells] == [
        f"{ID}org/a | {ID}org/b | {ID}org/c", "Zoo |  | Ant", None, "3",
    ]  # fmt: skip


def _said(subject: str, predicate: str, value: NamedNode | Literal) -> Quad:
    return Quad(NamedNode(ID + subject), NamedNode(iri(predicate)), value)


def test_a_spreadsheet_reads_accents_commas_and_line_ends(files: Path) -> None:
    data = (files / "organizations.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfiri,label_en,")
    assert data.count(b"\n") == data.count(b"\r\n") == len(rows(files, "organizations")) + 1


@pytest.mark.parametrize("name", TABLES)
def test_parquet_holds_what_csv_does_with_types(files: Path, name: str) -> None:
    typed = parquet.read_table(files / f"{name}.parquet")
    text = pd.read_csv(files / f"{name}.csv", dtype=str, keep_default_na=False)
    assert typed.column_names == list(text.columns)
    told = [{k: "" if v is None else str(v) for k, v in r.items()} for r in typed.to_pylist()]
    assert told == text.to_dict("records")


def test_numbers_are_numbers_in_parquet(files: Path) -> None:
    schema = parquet.read_schema(files / "passages.parquet")
    assert str(schema.field("start").type) == "int64"
    assert str(parquet.read_schema(files / "flows.parquet").field("claims_count").type) == "int64"


def test_without_pyarrow_there_is_everything_else(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columnar, "available", lambda: False)
    paths = dumps.export(catalog, three.FIRST, tmp_path / "files")
    assert [path for path in paths if path.suffix == ".parquet"] == []
    assert "parquet" not in (tmp_path / "files/dcat.ttl").read_text()


@pytest.mark.meets("D4", "D7")
def test_the_description_tells_of_every_file_its_kind_size_digest_and_licence(
    files: Path,
) -> None:
    store = described(files)
    release = NamedNode(BASE + "release/" + three.THIRD)
    told = set()
    for quad in store.quads_for_pattern(release, NamedNode(iri("dcat:distribution")), None):
        node = quad.object
        assert isinstance(node, NamedNode)
        address = value(store, node, "dcat:downloadURL")
        path = files / address.removeprefix(HERE)
        data = path.read_bytes()
        assert value(store, node, "dcat:byteSize") == str(len(data))
        assert value(store, node, "dct:license") == LICENSE
        assert value(store, node, "dcat:accessURL") == release.value
        media = value(store, node, "dcat:mediaType").removeprefix(dcat.MEDIA_TYPES)
        expected = dict(distributions.MEDIA_TYPES)[Path(path.name.removesuffix(".gz")).suffix]
        assert media == expected
        (checksum,) = store.quads_for_pattern(node, NamedNode(SPDX + "checksum"), None)
        assert isinstance(checksum.object, NamedNode)
        digest = value(store, checksum.object, SPDX + "checksumValue")
        assert digest == hashlib.sha256(data).hexdigest()
        told.add(path.name)
    about = {"RELEASE-NOTES.md", "dcat.ttl", "SHA256SUMS", "record.json"}
    assert told == {path.name for path in files.iterdir()} - about


@pytest.mark.meets("D4", "D5")
def test_the_description_names_the_release_its_version_and_the_one_before(files: Path) -> None:
    store = described(files)
    release = NamedNode(BASE + "release/" + three.THIRD)
    assert value(store, release, "dcat:version") == three.THIRD
    assert value(store, release, "dcat:prev") == BASE + "release/" + three.SECOND
    assert value(store, release, "dcat:inSeries") == BASE
    assert value(store, release, "dct:issued") == "2027-01-20T08:15:30Z"
    assert value(store, release, "dct:publisher") == ID + "agent/editors"
    assert value(store, release, "foaf:page") == HERE + "RELEASE-NOTES.md"
    assert value(store, NamedNode(ID + "agent/editors"), "rdf:type") == iri("foaf:Group")


def test_the_checksums_are_those_of_all_other_files(files: Path) -> None:
    lines = [line.split("  ") for line in (files / "SHA256SUMS").read_text().splitlines()]
    assert {name: digest for digest, name in lines} == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files.iterdir()
        if path.name != "SHA256SUMS"
    }


@pytest.mark.meets("R6")
def test_the_release_notes_tell_terms_claims_and_queries_that_changed(files: Path) -> None:
    text = (files / "RELEASE-NOTES.md").read_text()
    assert text.startswith(f"# Partage data {three.THIRD}\n\n2026.12.0 → 2027.01.0: ")
    assert "\n- added: ds:DataTransfer (transfer)\n" in text
    assert "\n- withdrawn: c:c0004 (" in text
    assert "The source was misread." in text
    assert "\n- recipients (Who receives data?): 0 gained, 1 lost\n" in text


def test_the_notes_of_the_first_release_say_what_it_holds(catalog: Catalog, tmp_path: Path) -> None:
    dumps.export(catalog, three.FIRST, tmp_path / "files")
    quads = three.dataset(three.FIRST).count("\n")
    text = (tmp_path / "files/RELEASE-NOTES.md").read_text()
    assert text.startswith(f"# Partage data {three.FIRST}\n\nThe first release: {quads} quads")
    assert "\n- 4 claims\n- 1 sources\n- 3 passages\n" in text


def test_a_directory_in_use_is_left_alone(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SettingsError, match="not empty: name a new directory"):
        dumps.export(catalog, three.FIRST, tmp_path)
    with pytest.raises(SettingsError, match="cannot be written: Not a directory"):
        dumps.export(catalog, three.FIRST, tmp_path / "mine.txt/files")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_unknown_release_has_no_files(catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(UnknownRelease):
        dumps.export(catalog, "2030.01.0", tmp_path / "files")
    assert list(tmp_path.iterdir()) == []


def test_each_file_is_shown_as_it_is_written(catalog: Catalog, tmp_path: Path) -> None:
    shown: list[tuple[str, int, int]] = []
    dumps.export(catalog, three.FIRST, tmp_path / "files", lambda *step: shown.append(step))
    written = {path.name for path in (tmp_path / "files").iterdir()} - {"dcat.ttl", "SHA256SUMS"}
    restoring, *steps = shown
    assert restoring[0] == f"restore {three.FIRST}"
    assert {step for step, _, _ in steps} == {*written, "description and checksums"}
    assert [(done, total) for _, done, total in steps] == [
        (number, len(steps)) for number in range(len(steps))
    ]


def test_the_files_of_a_release_are_made_once_and_kept(catalog: Catalog, tmp_path: Path) -> None:
    kept = dumps.ReleaseFiles(catalog, tmp_path / "kept")
    place = kept.of(three.FIRST)
    before = (place / "SHA256SUMS").stat()
    assert kept.of(three.FIRST) == place
    assert dumps.ReleaseFiles(catalog, tmp_path / "kept").of(three.FIRST) == place
    assert (place / "SHA256SUMS").stat() == before
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [place.name]
    assert kept.of(three.THIRD) != place


def test_files_that_were_made_without_pyarrow_are_completed_with_it(
    catalog: Catalog, tmp_path: Path
) -> None:
    kept = dumps.ReleaseFiles(catalog, tmp_path / "kept")
    with pytest.MonkeyPatch.context() as without:
        without.setattr(columnar, "available", lambda: False)
        assert not list(kept.of(three.FIRST).glob("*.parquet"))
    assert len(list(kept.of(three.FIRST).glob("*.parquet"))) == len(TABLES)


def test_files_that_cannot_be_kept_are_told_with_what_to_do(
    catalog: Catalog, tmp_path: Path
) -> None:
    (tmp_path / "kept").write_text("in the way")
    with pytest.raises(EngineUnavailable, match="PARTAGE_ARCHIVE"):
        dumps.ReleaseFiles(catalog, tmp_path / "kept").of(three.FIRST)
