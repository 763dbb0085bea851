"""
Every IRI below our base, registered or only mentioned, leads to a document that names it
(Cool URIs, https://www.w3.org/TR/cooluris/): walked in process, over the committed data.

The reasoner takes half a minute and mints nothing, so the dataset is built here without it.
"""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

import small_dataset
from partage import assets
from partage.pipeline import examples, release, view, void
from partage.pipeline import parse as reading
from partage.pipeline.state import State
from partage.rdf.namespaces import BASE
from partage.settings import Settings
from partage.store.embedded import EmbeddedEngine
from partage.web.app import create_app
from partage.web.negotiation import HTML

NQUADS = "application/n-quads"
# Services, whose answers are about something else.
SERVICES = {BASE + "sparql", BASE + ".well-known/void"}
FILES = BASE + "download/"
# The namespace of the terms, which is no term.
SPACE = BASE + "ns#"


@pytest.fixture(scope="module")
def state() -> State:
    made = reading.parse(assets.root())
    for step in (view.publish, examples.publish, void.publish):
        made = step(made)
    return made


@pytest.fixture(scope="module")
def dataset(state: State) -> list[Quad]:
    return list(release.canonical(state))


@pytest.fixture(scope="module")
def whole(dataset: list[Quad], tmp_path_factory: pytest.TempPathFactory) -> Flask:
    store = Store()
    store.extend(dataset)
    files: Path = small_dataset.release(tmp_path_factory.mktemp("files"))
    app = create_app(Settings(), EmbeddedEngine(store), files)
    app.testing = True
    return app


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
        graph = name.startswith(BASE + "graph/") and "#" not in name
        told = service or graph or name == SPACE or f"<{name}>" in names
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
        document, _, fragment = name.partition("#")
        assert document in page.text
        assert not fragment or f'id="{fragment}"' in page.text
