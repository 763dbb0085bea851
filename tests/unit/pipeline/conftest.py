"""A small dataset over the real ontology; the Java machine and the reasoner are shared."""

import shutil
from pathlib import Path

import pytest

from partage import assets
from partage.pipeline import parse
from partage.pipeline.checks import committed, registry
from partage.pipeline.derivation import current_view
from partage.pipeline.reasoning import owl_profiles
from partage.pipeline.reasoning.entailment import reasoner, undisputed
from partage.pipeline.reasoning.hermit import Hermit
from partage.pipeline.reasoning.projection import Fact, facts
from partage.pipeline.state import State
from partage.rdf import layout
from partage.rdf.namespaces import ID

SMALL = Path(__file__).parent / "small"
AGENT = registry.RegistryRow(ID + "agent/editors", "agent", "2026-01-01")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source tree: five claims, one of them with two versions, in the committed form."""
    root = tmp_path_factory.mktemp("small")
    shutil.copytree(SMALL, root, dirs_exist_ok=True)
    shutil.copy(assets.assets_root() / "ontology/partage.ttl", root / "ontology")
    shutil.copytree(assets.assets_root() / "ontology/rules", root / "ontology/rules")
    for file in committed.files(root):
        if file.name not in committed.FREE_FORM:
            file.path.write_text(layout.committed_form(file.quads), encoding="utf-8")
    mentioned = committed.mentioned(committed.files(root))
    rows = [
        registry.RegistryRow(name, str(registry.kind_of(name)), "2026-01-01") for name in mentioned
    ]
    (root / "data/registry").mkdir()
    (root / registry.PATH).write_text(registry.format_registry(rows), encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def published(small: Path) -> State:
    """The small dataset, parsed and published."""
    return current_view.publish(parse.parse(small))


@pytest.fixture(scope="session")
def state(published: State) -> State:
    """The small dataset with its reasoner."""
    return owl_profiles.check(published)


@pytest.fixture(scope="session")
def hermit(state: State) -> Hermit:
    return reasoner(state)


@pytest.fixture(scope="session")
def words(state: State, hermit: Hermit) -> frozenset[Fact]:
    """The facts that are nobody's claim."""
    return undisputed(state, hermit)


@pytest.fixture(scope="session")
def flows(state: State, hermit: Hermit) -> frozenset[Fact]:
    """What is reported of flows, agreements and states."""
    return facts(
        (quad for version in state.current.values() for quad in version.assertion), hermit.terms
    )
