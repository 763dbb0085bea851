"""
Every IRI below our base, registered or only mentioned, leads to a document that names it
(Cool URIs, https://www.w3.org/TR/cooluris/): walked in process, over the committed data.

The reasoner takes half a minute and mints nothing, so the dataset is built here without it.
"""

import json
import re
from collections import Counter
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

import reading_rdf
import small_dataset
from partage import assets
from partage.pipeline import parse as reading
from partage.pipeline.checks import digests
from partage.pipeline.derivation import current_view, query_examples, void
from partage.pipeline.state import State
from partage.pipeline.writing import release_files
from partage.rdf.canonical import STATEMENTS, rdfc10, statement_digest
from partage.rdf.formats import GRAPH_FORMATS
from partage.rdf.namespaces import BASE, iri
from partage.rdf.namespaces import LICENSE as CC_BY
from partage.resources.identifiers import document
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.web.app import create_app
from partage.web.http.negotiation import HTML

pytestmark = pytest.mark.timeout(300)
NQUADS = "application/n-quads"
# Services, whose answers are about something else.
SERVICES = {BASE + "sparql", BASE + ".well-known/void"}
FILES = BASE + "download/"
# The namespace of the terms, which is no term.
SPACE = BASE + "ns#"


@pytest.fixture(scope="module")
def state() -> State:
    made = reading.parse(assets.assets_root())
    for step in (current_view.publish, query_examples.publish, void.publish):
        made = step(made)
    return made


@pytest.fixture(scope="module")
def dataset(state: State) -> list[Quad]:
    return list(release_files.canonical(state))


@pytest.fixture(scope="module")
def whole(dataset: list[Quad], tmp_path_factory: pytest.TempPathFactory) -> Flask:
    store = Store()
    store.extend(dataset)
    files: Path = small_dataset.release(tmp_path_factory.mktemp("files"))
    app = create_app(Settings(), EmbeddedEngine(store), files)
    app.testing = True
    return app


# What each document tells of itself.
LICENSE, IN_DATASET = f"<{iri('dct:license')}>", f"<{iri('void:inDataset')}>"
TOLD = {LICENSE, IN_DATASET}
# The graphs of a claim version have a digest: nothing is added to them.
FROZEN = re.compile(r"/id/claim/[^/]+/v\d+(?:#|$)")


def mentioned(dataset: list[Quad]) -> set[str]:
    terms = {t for q in dataset for t in (q.subject, q.predicate, q.object, q.graph_name)}
    names = {term.value for term in terms if isinstance(term, NamedNode)}
    return {name for name in names if name.startswith(BASE)}


@pytest.mark.meets("X1", "CU3")
def test_x1_cu3_no_owner_version_or_format_is_in_an_identifier(state: State) -> None:
    allowed = re.compile(r"(?:id|voc)/[a-z-]+(?:/[a-z0-9-]+(?:/v\d+)?)?|ns#[A-Za-z0-9]+|ns")
    odd = [row.iri for row in state.registry if not allowed.fullmatch(row.iri.removeprefix(BASE))]
    assert odd == []


@pytest.mark.meets("CU1", "CU2")
def test_cu1_cu2_every_iri_leads_to_a_document_that_names_it(
    whole: Flask, state: State, dataset: list[Quad]
) -> None:
    registered = {row.iri for row in state.registry}
    every = sorted(registered | mentioned(dataset))
    assert len(every) > len(registered) > 3000
    client = whole.test_client()

    @cache
    def answer(path: str) -> tuple[int, int, str, frozenset[str]]:
        with client.get(path, headers={"Accept": NQUADS}) as first:
            status, address = first.status_code, first.headers.get("Location", path)
        with client.get(address, headers={"Accept": NQUADS}) as last:
            data = last.data if last.mimetype == NQUADS else b""
            names = {str(t) for q in parse(data, format=RdfFormat.N_QUADS)
                     for t in (q.subject, q.predicate, q.object, q.graph_name)}  # fmt: skip
            return status, last.status_code, str(last.mimetype), frozenset(names)

    kinds: Counter[tuple[int, str]] = Counter()
    wrong = []
    for name in every:
        first, last, kind, names = answer("/" + name.removeprefix(BASE).partition("#")[0])
        kinds[first, kind] += 1
        service = name in SERVICES or name.startswith(FILES)
        told = service or name == SPACE or f"<{name}>" in names
        untold = TOLD - names - ({IN_DATASET} if FROZEN.search(name) else set())
        told = told and (service or not untold)
        if last != 200 or not told or (kind != NQUADS and not service):
            wrong.append((name, first, last, kind))
    assert wrong == []
    assert kinds[303, NQUADS] > 7000
    assert {first for first, _ in kinds} == {200, 303}


def test_every_kind_of_thing_has_a_page_that_names_it(whole: Flask, state: State) -> None:
    client = whole.test_client()
    first_of_kind = {row.kind: row.iri for row in reversed(state.registry)}
    assert len(first_of_kind) > 10
    for name in [*first_of_kind.values(), BASE + "ns", BASE + "shapes", BASE + "profiles",
                 BASE + "graph/claims"]:  # fmt: skip
        path = "/" + name.removeprefix(BASE).partition("#")[0]
        page = client.get(path, headers={"Accept": HTML}, follow_redirects=True)
        assert page.status_code == 200, name
        assert page.mimetype == HTML
        there, _, fragment = name.partition("#")
        assert there in page.text
        assert not fragment or f'id="{fragment}"' in page.text


def test_every_kind_of_document_tells_its_topic_licence_and_dataset_in_every_format(
    whole: Flask, state: State, dataset: list[Quad]
) -> None:
    client = whole.test_client()
    statement = next(q.triple for q in dataset if isinstance(q.subject, NamedNode) and isinstance(
        q.object, NamedNode))  # fmt: skip
    things = {row.kind: row.iri for row in reversed(state.registry) if row.status != "merged"}
    names = [*things.values(), BASE + "ns", BASE + "shapes", BASE + "profiles", BASE,
             BASE + "graph/claims", f"{STATEMENTS}{statement_digest(statement)}"]  # fmt: skip
    for name, fmt in product(names, GRAPH_FORMATS):
        topic = name.partition("#")[0]
        path = str(document(topic))
        answer = client.get(f"{path}.{fmt.extension}")
        assert answer.status_code in {200, 410}, (name, fmt.key)
        found = {(str(q.subject), q.predicate.value, str(q.object))
                 for q in reading_rdf.quads(answer.data, fmt)}  # fmt: skip
        here = f"<{BASE.rstrip('/')}{path}>"
        by_itself = {p: o for s, p, o in found if s == here}
        if FROZEN.search(topic) and fmt.key in {"trig", "nquads", "jsonld"}:
            assert by_itself == {}
            assert (f"<{topic}>", iri("dct:license"), f"<{CC_BY}>") in found, (name, fmt.key)
            continue
        assert by_itself == {
            iri("rdf:type"): f"<{iri('foaf:Document')}>",
            iri("foaf:primaryTopic"): f"<{topic}>",
            iri("void:inDataset"): f"<{BASE}>",
            iri("dct:license"): f"<{CC_BY}>",
        }, (name, fmt.key)
        alt = client.get(f"{path}.{fmt.extension}?_profile=alt")
        if not topic.startswith(STATEMENTS):
            assert iri("void:inDataset") in {
                quad.predicate.value for quad in reading_rdf.quads(alt.data, fmt)
            }
    schema = json.loads(client.get("/doc/org/facebook.jsonld?_profile=schema").data)
    assert schema[-1]["mainEntity"] == {"@id": BASE + "id/org/facebook"}
    assert schema[-1]["license"] == [CC_BY]
    assert schema[-1]["isPartOf"]["@id"] == BASE


def test_a_claim_version_is_still_verified_by_the_digest_of_its_citation(whole: Flask) -> None:
    client = whole.test_client()
    (item,) = json.loads(client.get("/doc/claim/c0001/v1.csl.json").data)
    assert digests.wanted(item["note"]) == rdfc10(
        parse(client.get("/doc/claim/c0001/v1.nq").data, format=RdfFormat.N_QUADS)
    )
