"""What the documents say is so: each query in them has the answer printed below it."""

import gzip
import io
import re
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from partage import assets
from partage.pipeline.checks import competency
from partage.settings import Settings
from partage.store.factory import DATASET

ROOT = assets.assets_root()
EXAMPLE = re.compile(r"```sparql\n(.*?)```(?:(?!```).)*?```csv\n(.*?)```", re.DOTALL)
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXAMPLES = [
    pytest.param(*found, id=f"{document.stem}-{number}")
    for document in DOCUMENTS
    for number, found in enumerate(EXAMPLE.findall(document.read_text(encoding="utf-8")), 1)
]


@pytest.fixture(scope="session")
def released() -> Store:
    dataset = ROOT / Settings().release / DATASET
    assert dataset.is_file(), "run `make build` first (`make test` does)"
    store = Store()
    content = gzip.decompress(dataset.read_bytes())
    store.bulk_load(io.BytesIO(content), format=RdfFormat.N_QUADS)
    return store


@pytest.mark.parametrize(("query", "printed"), EXAMPLES)
def test_a_printed_answer_is_the_answer(query: str, printed: str, released: Store) -> None:
    assert competency.answer(released, query) == competency.rows(printed)


def test_there_are_examples_to_check() -> None:
    assert len(EXAMPLES) >= 4


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (document.parent / target).exists(), f"{document.name} links to missing {target}"
