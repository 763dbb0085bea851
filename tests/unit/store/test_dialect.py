"""What is read of a query before it is sent to a remote engine."""

import time

import pytest

from partage.store.remote.dialect import asked_graphs, kind

BASE = "http://e.example/sparql"


@pytest.mark.parametrize(
    ("text", "graphs", "variable"),
    [
        ("SELECT * { GRAPH <g> { } GRAPH ?g { } }", ["http://e.example/g"], True),
        ("PREFIX e: # c\n <x:> ASK { GRAPH#c\n e:a { } # GRAPH\n GRAPH e:b { } }", ["x:a", "x:b"],
         False),
        ("PREFIX PREFIX: <x:> PREFIX e:<y:> ASK { graph PREFIX:a {} GRAPH e:b {} }", ["x:a", "y:b"],
         False),
        ("PREFIX : <> ASK { GRAPH :a {} }", ["a"], False),
        ("ASK { ?s <x:GRAPH> 'GRAPH' }", [], False),
    ],
)  # fmt: skip
def test_the_graphs_that_a_query_names_are_found(
    text: str, graphs: list[str], variable: bool
) -> None:
    assert asked_graphs(text, BASE) == (tuple(graphs), variable)


@pytest.mark.parametrize("unit", ["GRAPH#", "PREFIX#", "PREFIX a:#", "GRAPH.", "#", "GRAPH "])
def test_a_hostile_text_takes_no_time_that_grows_with_its_square(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    began = time.monotonic()
    asked_graphs(text, BASE)
    kind(text)
    assert time.monotonic() - began < 60  # it takes a second; a square would take minutes
