"""Which queries a server plans."""

import pytest
from pyoxigraph import Store

from partage.settings import Settings
from partage.store.embedded import EmbeddedEngine
from partage.web.site import Site


@pytest.mark.parametrize(
    ("settings", "planned"),
    [
        (Settings(), True),
        (Settings(plan_joins=0), False),
        (Settings(engine="http://engine.example/sparql"), False),
    ],
)
def test_queries_are_planned_for_our_own_engine_unless_the_operator_says_no(
    settings: Settings, planned: bool
) -> None:
    site = Site(settings, EmbeddedEngine(Store()), None)
    assert (site.planner is not None) is planned
