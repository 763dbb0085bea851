"""Every row of the evidence dossier is in the graph, with all that its fields say and no more."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from data_graph import Graph
from partage.rdf.namespaces import VOC, iri

TABLES = Path(__file__).parent / "dossier"

Row = dict[str, str]


def table(name: str) -> list[Row]:
    lines = (TABLES / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    header = lines[0].split("\t")
    return [dict(zip(header, line.split("\t"), strict=True)) for line in lines[1:]]


CLAIMS, SOURCES, PARTIES = table("claims"), table("sources"), table("organizations")


def several(field: str) -> set[str]:
    return {part.strip() for part in field.split(";") if part.strip()}


def by_identifier(data: Graph, *types: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for curie in types:
        for subject in data.of_type(curie):
            for name in data.values(subject, "dct:identifier"):
                assert name not in found, f"{name} is on {subject} and {found[name]}; keep one"
                found[name] = subject
    return found


@pytest.fixture(scope="session")
def versions(data: Graph) -> dict[str, str]:
    return by_identifier(data, "ds:ClaimVersion")


@pytest.fixture(scope="session")
def parties(data: Graph) -> dict[str, str]:
    kinds = ("Organization", "PlatformOperator", "Person", "PartySet")
    return by_identifier(data, *(f"ds:{kind}" for kind in kinds))


@pytest.fixture(scope="session")
def sources(data: Graph) -> dict[str, str]:
    return by_identifier(data, "ds:Source")


@pytest.fixture(scope="session")
def concept(data: Graph) -> Callable[[str, str], str]:
    """Find the one concept of a scheme that a raw string of the dossier names."""
    named: dict[tuple[str, str], str] = {}
    for subject, row in data.rows[""].items():
        for scheme in row[iri("skos:inScheme")]:
            for label in row[iri("skos:prefLabel")] + row[iri("skos:altLabel")]:
                named[scheme.removeprefix(VOC), label] = subject

    def find(scheme: str, label: str) -> str:
        return named[scheme, label]

    return find


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@pytest.mark.parametrize("row", CLAIMS, ids=lambda row: row["claim_id"])
def test_a_claim_says_what_its_row_says(
    row: Row,
    data: Graph,
    versions: dict[str, str],
    parties: dict[str, str],
    concept: Callable[[str, str], str],
) -> None:
    version = versions[row["claim_id"]]
    graph = version + "#assertion"
    stated = {
        "type": data.values(version, "ds:claimType"),
        "confidence": data.values(version, "ds:confidence"),
        "by": data.values(version, "ds:assertedBy"),
        "note": {digest(text) for text in data.values(version, "dct:description")},
        "providers": data.all_values(graph, "ds:hasProvider", "ds:statedProvider"),
        "recipients": data.all_values(graph, "ds:hasRecipient", "ds:statedRecipient"),
        "categories": data.all_values(graph, "ds:statedDataCategory"),
        "subjects": data.all_values(graph, "ds:concernsSubjectGroup"),
        "purposes": data.all_values(graph, "ds:hasPurpose"),
        "mechanisms": data.all_values(graph, "ds:viaMechanism"),
        "conditions": data.all_values(graph, "ds:grantsPermission", "ds:hasCondition"),
        "start": data.all_values(graph, "ds:startEdtf"),
        "end": data.all_values(graph, "ds:endEdtf"),
        "status": data.all_values(graph, "ds:statedStatus"),
    }

    def concepts(scheme: str, field: str) -> set[str]:
        return {concept(scheme, label) for label in several(row[field])}

    def condition(label: str) -> str:
        plain = {"read", "write", "delete", "view", "obtain"}
        return concept("permission" if label in plain else "condition", label)

    assert stated == {
        "type": {concept("claim-type", row["claim_type"])},
        "confidence": {concept("confidence", row["confidence"])},
        "by": {parties[name] for name in several(row["stated_by"])},
        "note": {row["note_sha256"]},
        "providers": {parties[name] for name in several(row["provider"])},
        "recipients": {parties[name] for name in several(row["recipient"])},
        "categories": concepts("data-category", "data_categories"),
        "subjects": concepts("subject-group", "data_subjects"),
        "purposes": concepts("purpose", "purpose"),
        "mechanisms": concepts("mechanism", "mechanism"),
        "conditions": {condition(label) for label in several(row["permission"])},
        "start": {row["start"]} - {""},
        "end": {row["end"]} - {""},
        "status": {row["status_as_of"]} - {""},
    }


@pytest.mark.parametrize("row", CLAIMS, ids=lambda row: row["claim_id"])
def test_a_claim_cites_its_row_s_sources_and_relates_as_it_does(
    row: Row, data: Graph, versions: dict[str, str], sources: dict[str, str]
) -> None:
    version = versions[row["claim_id"]]
    passages = data.values(version, "prov:wasDerivedFrom")
    cited = {source for passage in passages for source in data.values(passage, "oa:hasSource")}
    assert cited == {sources[name] for name in several(row["source_ids"])}
    for passage in passages:
        assert place(data, passage) == row["locator"]
    related = {
        (relation, version_of)
        for relation in ("supports", "disputes", "qualifies")
        for version_of in data.values(version, f"ds:{relation}")
    }
    assert related == {
        (row["relation"], versions[name].rpartition("/")[0]) for name in several(row["about_claim"])
    }


def place(data: Graph, passage: str) -> str:
    for selector in data.values(passage, "oa:hasSelector"):
        (start,), (end,) = data.values(selector, "oa:start"), data.values(selector, "oa:end")
        return f"chars {start}-{end}"
    locators = data.values(passage, "ds:locator")
    assert len(locators) <= 1
    return "".join(locators)


@pytest.mark.parametrize("row", SOURCES, ids=lambda row: row["source_id"])
def test_a_source_says_what_its_row_says(
    row: Row, data: Graph, sources: dict[str, str], concept: Callable[[str, str], str]
) -> None:
    source = sources[row["source_id"]]
    cited = re.fullmatch(r"cited by (\S+), not read", row["accessed_as"])
    level = "cited, not read" if cited else row["accessed_as"]
    for curie, wanted in {
        "dct:title": {row["title"]},
        "dct:creator": several(row["author(s)"]),
        "ds:publisherName": {row["publisher"]},
        "dct:issued": {row["date"]} - {""},
        "schema:url": {row["url"]} - {""},
        "dct:language": {row["language"]},
        "ds:sourceType": {concept("source-type", row["type"])},
        "ds:accessLevel": {concept("access-level", level)},
        "ds:citedThrough": {sources[cited[1]]} if cited else set(),
    }.items():
        assert data.values(source, curie) == wanted, curie


@pytest.mark.parametrize("row", PARTIES, ids=lambda row: row["org_id"])
def test_a_party_says_what_its_row_says(
    row: Row, data: Graph, parties: dict[str, str], concept: Callable[[str, str], str]
) -> None:
    party = parties[row["org_id"]]
    labels = data.values(party, "skos:prefLabel")
    assert row["preferred_name_en"] in labels
    assert not row["name_fr"] or row["name_fr"] in labels
    assert several(row["other_names"]) <= data.values(party, "skos:altLabel") | labels
    for curie, wanted in {
        "ds:country": {concept("country", name) for name in several(row["country"])},
        "ds:organizationKind": {concept("organization-kind", row["kind"])},
        "foaf:homepage": {row["homepage"]} - {""},
        "skos:exactMatch": {iri("wd:") + qid for qid in several(row["wikidata_qid"])},
    }.items():
        assert data.values(party, curie) == wanted, curie
    notes = {digest(note) for note in data.values(party, "skos:editorialNote")}
    assert notes == ({row["note_sha256"]} - {digest("")})


def test_the_graph_holds_no_claim_source_or_party_without_a_row(
    versions: dict[str, str], sources: dict[str, str], parties: dict[str, str], data: Graph
) -> None:
    assert versions.keys() == {row["claim_id"] for row in CLAIMS}
    assert sources.keys() == {row["source_id"] for row in SOURCES}
    assert parties.keys() == {row["org_id"] for row in PARTIES}
    assert len(set(data.of_type("ds:ClaimVersion"))) == len(versions) == 578
    assert len(sources) == 269
    assert len(parties) == 198
