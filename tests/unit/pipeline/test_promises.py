"""What a release promised is kept, or the build says what breaks it and what to do."""

from dataclasses import replace

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

import three_releases as three
from partage.errors import IntegrityError
from partage.pipeline.checks import compatibility
from partage.pipeline.checks.registry import RegistryRow
from partage.rdf.namespaces import GRAPH, ID, PREFIXES, iri
from partage.releases import archive
from partage.releases.catalog import DIRECTORY, Catalog
from partage.releases.descriptions import ONTOLOGY

GONE = (three.WITHDRAWN, three.WITHDRAWN + "/v1", three.WITHDRAWN_FLOW)
AFTER = three.quads(three.THIRD)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return three.write_archives(tmp_path_factory.mktemp("archives"))


@pytest.fixture(scope="module")
def rows() -> list[RegistryRow]:
    return three.registry(three.THIRD)


def graph_of(quad: Quad) -> str:
    return str(getattr(quad.graph_name, "value", ""))


def ontology(quads: list[Quad]) -> list[Quad]:
    return [quad for quad in quads if graph_of(quad) == GRAPH + "ontology"]


def findings(catalog: Catalog, rows: list[RegistryRow], quads: list[Quad] = AFTER) -> list[str]:
    return compatibility.check(catalog, rows, quads, ontology(quads))


def changed(rows: list[RegistryRow], name: str, **fields: str) -> list[RegistryRow]:
    return [replace(row, **fields) if row.iri == name else row for row in rows]


@pytest.mark.meets("X4")
def test_the_three_releases_keep_their_promises(catalog: Catalog, rows: list[RegistryRow]) -> None:
    assert findings(catalog, rows) == []


def test_before_the_first_release_nothing_was_promised(rows: list[RegistryRow]) -> None:
    draft = replace(rows[0], first_release="")
    assert compatibility.check(Catalog(DIRECTORY), [draft], [], []) == []


@pytest.mark.meets("X4")
def test_releases_that_vanish_are_told(catalog: Catalog, rows: list[RegistryRow]) -> None:
    told = findings(Catalog(catalog.directory), rows)
    assert [version for version in three.VERSIONS if f"release {version}" in str(told)] == [
        *three.VERSIONS
    ]
    (found,) = findings(Catalog(catalog.directory, catalog.records[:2]), rows)[:1]
    assert f"names the release {three.THIRD}, which is not there. Restore it" in found
    with pytest.raises(IntegrityError, match=f"it changes {three.FIRST}, and none is there"):
        findings(Catalog(catalog.directory, catalog.records[1:]), rows)


@pytest.mark.meets("X4")
def test_an_identifier_that_vanishes_is_told_with_its_release(
    catalog: Catalog, rows: list[RegistryRow]
) -> None:
    (found,) = findings(catalog, [row for row in rows if row.iri != three.MERGED])
    assert found == (
        f"{three.MERGED}: released in 2026.11.0, gone from the registry; put its row back."
    )


@pytest.mark.parametrize("said", ["", "2026.12.0", "soon"])
def test_a_first_release_that_is_missing_or_late_is_told(
    catalog: Catalog, rows: list[RegistryRow], said: str
) -> None:
    (found,) = findings(catalog, changed(rows, three.MERGED, first_release=said))
    assert f"but the registry says {said or 'nothing'}; write 2026.11.0." in found


@pytest.mark.meets("CU5")
def test_a_claim_version_whose_digest_was_replaced_is_told(
    catalog: Catalog, rows: list[RegistryRow]
) -> None:
    (found,) = findings(catalog, changed(rows, three.CHANGED + "/v1", sha256="0" * 64))
    assert found.startswith(f"{three.CHANGED}/v1: 2026.11.0 published it with the digest")
    assert "write a new version of the claim" in found


@pytest.mark.meets("X4", "CU5")
def test_an_identifier_is_never_used_again(catalog: Catalog, rows: list[RegistryRow]) -> None:
    (found,) = findings(catalog, changed(rows, three.WITHDRAWN, status="active"))
    assert "retired since 2027.01.0, yet active now" in found
    assert "partage ids allocate" in found


@pytest.mark.meets("CU5")
def test_a_released_flow_takes_no_other_party(catalog: Catalog, rows: list[RegistryRow]) -> None:
    more = Quad(NamedNode(ID + "flow/f0001"), NamedNode(iri("ds:hasRecipient")),
                NamedNode(ID + "org/gazette"), DefaultGraph())  # fmt: skip
    (found,) = findings(catalog, rows, [*AFTER, more])
    assert "ds:hasRecipient org:gazette is new to a released flow (org:netflix so far)" in found


def test_a_flow_follows_its_party_into_the_one_it_was_merged_into(
    catalog: Catalog, rows: list[RegistryRow]
) -> None:
    first = Catalog(catalog.directory, catalog.records[:1])
    known = [row for row in rows if row.first_release == three.FIRST]
    second = three.quads(three.SECOND)
    assert findings(first, known, second) == []
    unmerged = changed(known, three.MERGED, status="withdrawn", successor="")
    assert "is new to a released flow" in findings(first, unmerged, second)[0]


def versioned(quads: list[Quad], version: str) -> list[Quad]:
    info = NamedNode(iri("owl:versionInfo"))
    kept = [quad for quad in quads if quad.predicate != info]
    prior = NamedNode(f"{ONTOLOGY}/{three.ONTOLOGY[three.THIRD]}")
    return [*kept, term("owl:versionInfo", Literal(version), ONTOLOGY),
            term("owl:priorVersion", prior, ONTOLOGY)]  # fmt: skip


def term(predicate: str, value: NamedNode | Literal, name: str = three.NEW_TERM) -> Quad:
    return Quad(NamedNode(name), NamedNode(iri(predicate)), value, NamedNode(GRAPH + "ontology"))


AXIOM = term("rdfs:subClassOf", NamedNode(PREFIXES["ds"] + "Claim"))
WORDING = term("skos:definition", Literal("Clearer.", language="en"))
NEW = term("rdf:type", NamedNode(iri("owl:Class")), PREFIXES["ds"] + "Leak")


@pytest.mark.meets("D4")
@pytest.mark.parametrize(
    ("change", "enough", "too_little", "level"),
    [
        ([AXIOM], ["0.3.0", "1.0.0"], ["0.2.0", "0.2.1"], "major"),
        ([NEW], ["0.3.0", "1.0.0"], ["0.2.0", "0.2.1"], "minor"),
        ([WORDING], ["0.2.1", "0.3.0"], ["0.2.0"], "patch"),
    ],
)
def test_the_ontology_s_version_grows_with_what_changed(
    catalog: Catalog, rows: list[RegistryRow], change: list[Quad], enough: list[str],
    too_little: list[str], level: str,
) -> None:  # fmt: skip
    for version in enough:
        assert findings(catalog, rows, versioned([*AFTER, *change], version)) == []
    for version in too_little:
        (found,) = findings(catalog, rows, versioned([*AFTER, *change], version))
        assert f"needs a {level} step, but the version is {version}" in found


@pytest.mark.meets("CU5")
def test_a_removed_term_is_a_major_step(catalog: Catalog, rows: list[RegistryRow]) -> None:
    kept = [quad for quad in AFTER if quad.subject != NamedNode(three.NEW_TERM)]
    (found,) = findings(catalog, rows, versioned(kept, "0.2.1"))
    assert "ds:DataTransfer: changed since ontology 0.2.0 (2027.01.0)" in found
    assert "needs a major step" in found


@pytest.mark.meets("R6")
def test_a_new_version_of_the_ontology_names_the_released_one_before(
    catalog: Catalog, rows: list[RegistryRow]
) -> None:
    quads = versioned([*AFTER, NEW], "0.3.0")
    silent = [quad for quad in quads if quad.predicate != NamedNode(iri("owl:priorVersion"))]
    assert findings(catalog, rows, quads) == []
    (found,) = findings(catalog, rows, silent)
    assert found == (
        "ontology: 0.3.0 does not name the released version before it; write "
        "owl:priorVersion <https://w3id.org/partage/ns/0.2.0> in ontology/partage.ttl."
    )


@pytest.mark.meets("D4")
def test_the_ontology_never_gets_younger(catalog: Catalog, rows: list[RegistryRow]) -> None:
    (found,) = findings(catalog, rows, versioned(AFTER, "0.1.9"))
    assert found == "ontology: 0.1.9 is older than the released 0.2.0; versions only grow."


def test_the_archives_were_read_in_one_pass(catalog: Catalog) -> None:
    released = compatibility.read(catalog)
    assert released.newest == three.THIRD
    assert released.first[three.CHANGED + "/v2"] == three.SECOND
    assert released.retired == dict.fromkeys(GONE, three.THIRD) | {three.MERGED: three.SECOND}
    assert len(list(archive.history(catalog))) == 3
