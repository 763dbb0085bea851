"""Which queries a server plans."""

import pytest
from pyoxigraph import Store

from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Query
from partage.web.dataset import ServedDataset


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize(
    ("settings", "planned", "rewritten"),
    [
        (Settings(), True, True),
        (Settings(plan_joins=0), False, True),
        (Settings(engine="http://engine.example/sparql"), False, False),
    ],
)
def test_queries_are_planned_for_our_own_engine_unless_the_operator_says_no(
    settings: Settings, planned: bool, rewritten: bool
) -> None:
    planner = ServedDataset(settings, EmbeddedEngine(Store()), None).planner
    assert (planner is not None) is rewritten
    if planner is not None:
        joined = planner.plan(Query("SELECT * { ?a <a:p> ?b . ?b <a:q> ?c }")).plan
        assert (joined is not None) is planned
        assert planner.plan(Query("ASK { FILTER(TRUE) }")).plan == "ASK WHERE { FILTER (true) }"
