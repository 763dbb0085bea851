"""What the citation of a thing says, from the small dataset."""

import pytest
from pyoxigraph import Literal, NamedNode, Quad

import small_dataset
from citation_cases import RECORD
from partage.citation.citable import cite
from partage.citation.model import BilingualText, RelatedIdentifier
from partage.citation.record_kinds import named, unversioned
from partage.errors import UnknownRelease, UnknownResource
from partage.rdf.canonical import nquads_digest
from partage.rdf.namespaces import BASE, GRAPH, ID, iri
from partage.store.embedded.oxigraph import EmbeddedEngine


@pytest.fixture(scope="module")
def engine() -> EmbeddedEngine:
    return EmbeddedEngine(small_dataset.store())


def told(subject: str, predicate: str, value: NamedNode | Literal) -> Quad:
    return Quad(NamedNode(subject), NamedNode(iri(predicate)), value, NamedNode(GRAPH + "registry"))


def test_a_publisher_who_reports_another_s_claim_is_told(engine: EmbeddedEngine) -> None:
    made = cite(engine, ID + "claim/c0002", RECORD)
    assert made.title.en == (
        "Netflix denies having had that access (claim of Netflix, as reported by Gazette.net)"
    )
    assert made.note == BilingualText(
        "Claim of Netflix, as reported by Gazette.net, source s0001 "
        "(“Quand Facebook partageait”, 2019-01-06), last paragraph",
        "Assertion de Netflix, rapportée par Gazette.net, source s0001 "
        "(« Quand Facebook partageait », 2019-01-06), last paragraph",
    )


def test_a_publisher_does_not_report_its_own_claim(engine: EmbeddedEngine) -> None:
    made = cite(engine, ID + "claim/c0001", RECORD)
    assert made.note.en == (
        "Claim of The Gazette & <Co>, source s0001 (“Quand Facebook partageait”, 2019-01-06), "
        "code points 124–213"
    )
    assert made.related == (
        RelatedIdentifier("IsPartOf", BASE + "release/2026.11.0"),
        RelatedIdentifier("HasVersion", ID + "claim/c0001/v1"),
        RelatedIdentifier("IsDerivedFrom", ID + "source/s0001"),
    )


def test_a_claim_says_whose_work_it_cites_and_through_what() -> None:
    store = small_dataset.store()
    for predicate, value in (
        ("ds:reportedBy", ID + "org/facebook"),
        ("ds:citesWork", ID + "org/gazette"),
        ("ds:citedThrough", ID + "source/s0009"),
    ):
        store.add(told(ID + "claim/c0001", predicate, NamedNode(value)))
    assert cite(EmbeddedEngine(store), ID + "claim/c0001").note.en == (
        "Claim of The Gazette & <Co>, as reported by Facebook, "
        "citing the work of The Gazette & <Co>, "
        "source s0001 (“Quand Facebook partageait”, 2019-01-06), code points 124–213, "
        "cited through s0009"
    )


def test_a_claim_version_keeps_its_address_and_has_the_digest_of_its_graphs(
    engine: EmbeddedEngine,
) -> None:
    version = ID + "claim/c0001/v1"
    made = cite(engine, version, RECORD)
    graphs = [
        quad for quad in small_dataset.quads() if str(quad.graph_name).startswith(f"<{version}#")
    ]
    assert made.url == version
    assert made.digest == f"RDFC-1.0 SHA-256 {nquads_digest(graphs)}"
    assert RelatedIdentifier("IsVersionOf", ID + "claim/c0001") in made.related


def test_a_node_within_a_claim_is_cited_as_the_claim(engine: EmbeddedEngine) -> None:
    assert cite(engine, ID + "claim/c0001#state").iri == ID + "claim/c0001"


def test_what_belongs_to_no_release_is_a_draft(engine: EmbeddedEngine) -> None:
    made = cite(engine, ID + "org/gazette")
    assert made.draft
    assert made.url == made.iri
    assert made.issued is None


def test_a_flow_is_called_after_who_gives_what_to_whom(engine: EmbeddedEngine) -> None:
    assert cite(engine, ID + "flow/f0001").title == BilingualText(
        "Data flow f0001: Facebook → Netflix: private messages",
        "Flux de données f0001 : Facebook → Netflix : messages privés",
    )


def test_a_source_s_record_points_to_the_source(engine: EmbeddedEngine) -> None:
    made = cite(engine, ID + "source/s0001")
    assert RelatedIdentifier("IsMetadataFor", "https://gazette.example/2019/") in made.related


def test_a_retired_identifier_says_why_and_what_replaces_it() -> None:
    store = small_dataset.store()
    gone = ID + "org/gone"
    store.extend(
        [
            told(gone, "owl:deprecated", Literal(value=True)),
            told(gone, "schema:creativeWorkStatus", Literal("merged")),
            told(gone, "rdfs:comment", Literal("Named twice.")),
            told(gone, "rdfs:label", Literal("Gone Inc.", language="en")),
            told(gone, "dct:isReplacedBy", NamedNode(ID + "org/netflix")),
            told(gone, "dct:isPartOf", NamedNode(BASE + "release/2026.10.0")),
        ]
    )
    made = cite(EmbeddedEngine(store), gone, RECORD)
    assert made.note.en == (
        "Merged identifier; last held by release 2026.10.0; replaced by "
        "https://w3id.org/partage/id/org/netflix: Named twice"
    )
    assert made.note.fr.startswith("Identifiant fusionné ; présent pour la dernière fois")
    assert RelatedIdentifier("IsObsoletedBy", ID + "org/netflix") in made.related


@pytest.mark.parametrize(
    "unknown",
    [ID + "org/nobody", BASE + "nothing", "https://example.org/x", ID + "org/x> ?p ?o } #", ""],
)
def test_what_is_not_ours_or_not_there_cannot_be_cited(
    engine: EmbeddedEngine, unknown: str
) -> None:
    with pytest.raises(UnknownResource):
        cite(engine, unknown, RECORD)


def test_another_release_cannot_be_cited_from_this_one(engine: EmbeddedEngine) -> None:
    with pytest.raises(UnknownRelease, match="is not the release at hand"):
        cite(engine, BASE + "release/2020.01.0", RECORD)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("c:c0001", ID + "claim/c0001"),
        ("ds:Claim", BASE + "ns#Claim"),
        ("/doc/claim/c0001/v1", ID + "claim/c0001/v1"),
        ("/doc/voc/data-category", BASE + "voc/data-category"),
        ("/id/org/facebook", ID + "org/facebook"),
        ("id/org/facebook", ID + "org/facebook"),
        ("/release/2026.11.0", BASE + "release/2026.11.0"),
        ("/", BASE),
        (BASE, BASE),
        ("https://example.org/", "https://example.org/"),
    ],
)
def test_a_person_s_name_for_a_thing_is_understood(text: str, meant: str) -> None:
    assert named(text) == meant


@pytest.mark.parametrize(
    ("iri_", "thing", "version"),
    [
        (BASE + "release/2026.11.0/id/org/x", ID + "org/x", "2026.11.0"),
        (BASE + "release/2026.11.0", BASE + "release/2026.11.0", "2026.11.0"),
        (ID + "org/x", ID + "org/x", None),
    ],
)
def test_a_versioned_address_names_a_thing_and_a_release(
    iri_: str, thing: str, version: str | None
) -> None:
    assert unversioned(iri_) == (thing, version)
