"""The registry: append-only, serials never reused, frozen versions never change."""

from dataclasses import replace
from pathlib import Path

import pytest

from partage.errors import IdentifierError
from partage.pipeline.checks import registry as ids
from partage.rdf.namespaces import ID, PREFIXES, VOC

CLAIM = ids.RegistryRow(ID + "claim/c0007", "claim", "2026-01-01")
VERSION = ids.RegistryRow(ID + "claim/c0007/v1", "version", "2026-01-01", sha256="f" * 64)
ORG = ids.RegistryRow(ID + "org/facebook", "org", "2026-01-01")
ROWS = [CLAIM, VERSION, ORG]
USED = {row.iri for row in ROWS}
DIGESTS = {VERSION.iri: VERSION.sha256}


def test_a_sound_registry_has_no_findings() -> None:
    assert ids.check(ROWS, USED, DIGESTS) == []


@pytest.mark.parametrize(
    ("rows", "used", "digests", "finding"),
    [
        (ROWS, USED | {ID + "claim/c0008"}, DIGESTS, "used but not registered"),
        (ROWS, USED - {ORG.iri}, DIGESTS, "nothing speaks of it"),
        (ROWS, USED, {VERSION.iri: "0" * 64}, "content changed after it was frozen"),
        (ROWS, USED, {}, "content changed after it was frozen"),
        (ROWS, USED | {ID + "claim/seven"}, DIGESTS, "no kind of identifier"),
        ([*ROWS, ORG], USED, DIGESTS, "registered twice"),
        ([VERSION, CLAIM, ORG], USED, DIGESTS, "out of order"),
        ([CLAIM, VERSION, replace(ORG, kind="person")], USED, DIGESTS, "not an identifier of kind"),
        ([CLAIM, VERSION, replace(ORG, status="gone")], USED, DIGESTS, "unknown status"),
        ([CLAIM, VERSION, replace(ORG, status="withdrawn", reason="x")], USED, DIGESTS,
         "withdrawn, yet still used"),
        ([CLAIM, VERSION, replace(ORG, status="withdrawn")], USED, DIGESTS, "without a reason"),
        ([CLAIM, VERSION, replace(ORG, status="merged", reason="x")], USED, DIGESTS,
         "merged into nothing"),
    ],
)  # fmt: skip
def test_each_fault_is_found_and_named(
    rows: list[ids.RegistryRow], used: set[str], digests: dict[str, str], finding: str
) -> None:
    found = ids.check(rows, used, digests)
    assert any(finding in text for text in found), found


def test_the_next_serial_follows_the_highest_even_a_withdrawn_one() -> None:
    rows = [replace(CLAIM, status="withdrawn", reason="duplicate"), VERSION]
    minted = ids.allocate(rows, "claim", "2026-02-02", count=2)
    assert [row.iri.removeprefix(ID) for row in minted] == [
        "claim/c0008", "claim/c0008/v1", "claim/c0009", "claim/c0009/v1",
    ]  # fmt: skip
    assert {row.minted for row in minted} == {"2026-02-02"}


def test_a_claim_gets_its_next_version() -> None:
    (row,) = ids.allocate(ROWS, "version", "2026-02-02", slugs=["c0007"])
    assert row.iri == ID + "claim/c0007/v2"


@pytest.mark.parametrize(
    ("kind", "slugs", "message"),
    [
        ("org", ["facebook"], "minted before"),
        ("org", ["Face Book"], "is no name for kind"),
        ("org", [], "give at least one name"),
        ("planet", ["x"], "No kind of identifier"),
        ("version", ["c0099"], "no claim 'c0099'"),
    ],
)
def test_a_wrong_request_is_refused_with_what_to_do(
    kind: str, slugs: list[str], message: str
) -> None:
    with pytest.raises(IdentifierError, match=message):
        ids.allocate(ROWS, kind, "2026-02-02", slugs=slugs)


def test_freezing_records_each_digest_once() -> None:
    new = replace(VERSION, iri=ID + "claim/c0008/v1", sha256="")
    frozen = ids.freeze([VERSION, new], {VERSION.iri: "0" * 64, new.iri: "a" * 64})
    assert [row.sha256 for row in frozen] == ["f" * 64, "a" * 64]


def test_the_registry_is_written_and_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "identifiers.tsv"
    path.write_text(ids.format_registry(reversed(ROWS)), encoding="utf-8")
    assert ids.read_registry(path) == ROWS


@pytest.mark.parametrize("text", ["", "iri\tkind\n", "\t".join(ids.HEADER) + "\na\tb\n"])
def test_a_damaged_registry_names_its_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "identifiers.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(IdentifierError, match=r"identifiers\.tsv:\d"):
        ids.read_registry(path)


@pytest.mark.parametrize(
    ("iri", "kind"),
    [
        (ID + "flow/f0001", "flow"),
        (ID + "flow/f1", None),
        (VOC + "state", "scheme"),
        (VOC + "state/ended", "concept"),
        (PREFIXES["ds"] + "DataFlow", "term"),
        ("http://example.org/claim/c0001", None),
    ],
)
def test_the_kind_of_an_identifier_is_told_by_its_form(iri: str, kind: str | None) -> None:
    assert ids.kind_of(iri) == kind


def test_only_our_own_identifiers_count_without_their_fragments() -> None:
    assert ids.mentioned([CLAIM.iri + "#state", "http://example.org/x", PREFIXES["ds"] + "about"]) \
        == {CLAIM.iri, PREFIXES["ds"] + "about"}  # fmt: skip


@pytest.mark.parametrize(
    ("after", "finding"),
    [
        ([VERSION, ORG], "vanished"),
        ([CLAIM, replace(VERSION, sha256="0" * 64), ORG], "its sha256 changed"),
        ([CLAIM, VERSION, replace(ORG, minted="2026-02-02")], "its minted changed"),
        ([CLAIM, VERSION, replace(ORG, kind="person")], "its kind changed"),
    ],
)
def test_what_was_promised_may_not_change(after: list[ids.RegistryRow], finding: str) -> None:
    assert any(finding in text for text in ids.retained(ROWS, after))


def test_an_identifier_may_be_released_withdrawn_and_joined_by_others() -> None:
    gone = replace(ORG, first_release="2026.12.0", status="withdrawn", reason="no such party")
    added = ids.RegistryRow(ID + "org/netflix", "org", "2026-02-02")
    assert ids.retained(ROWS, [CLAIM, VERSION, gone, added]) == []
    assert ids.retained([gone], [replace(gone, status="active")]) != []
