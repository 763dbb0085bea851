"""The committed data, read once."""

import pytest

from data_graph import Graph
from partage import assets
from partage.pipeline.checks import committed


@pytest.fixture(scope="session")
def data() -> Graph:
    graph = Graph()
    for file in committed.files(assets.assets_root()):
        if file.name not in committed.FREE_FORM:
            graph.add(file.quads)
    return graph
