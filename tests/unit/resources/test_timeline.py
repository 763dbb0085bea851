"""What happened when, from a small graph of dated states."""

import pytest
from pyoxigraph import RdfFormat, Store

from partage.resources.pictures.timeline import Event, by_party, by_year, timeline
from partage.store.embedded.oxigraph import EmbeddedEngine

GRAPHS = """
@prefix ds: <https://w3id.org/partage/ns#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix np: <http://www.nanopub.org/nschema#> . @prefix e: <http://e.example/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
e:g1 { e:s1 a ds:AccessState . } e:g2 { e:s2 a ds:AccessState . } e:g3 { e:s3 a ds:AccessState . }
e:s1 a ds:AccessState ; ds:startEdtf "2013" ; ds:endEdtf "2015" ; ds:isStateOf e:flow .
e:s2 a ds:AccessState ; ds:asOfEdtf "2012-06" ; ds:endEdtf "2012-06" ; ds:isStateOf e:order .
e:s3 a ds:AccessState ; ds:statedStatus "ended" ; ds:isStateOf e:flow .
e:flow a ds:DataFlow ; ds:hasProvider e:site ; ds:hasRecipient e:bank .
e:order a ds:RegulatoryAction ; ds:statedRecipient e:bank .
e:site a ds:PlatformOperator . e:bank skos:prefLabel "Bank" .
e:c1 a ds:Claim ; np:hasAssertion e:g1 ; ds:assertedBy e:bank .
e:c2 a ds:Claim ; np:hasAssertion e:g2 . e:c3 a ds:Claim ; np:hasAssertion e:g3 .
e:paper a ds:Source ; dct:issued "2018-12" ; ds:publisherName "Paper" .
"""


@pytest.fixture(scope="module")
def events() -> tuple[Event, ...]:
    store = Store()
    store.load(GRAPHS.encode(), format=RdfFormat.TRIG)
    return timeline(EmbeddedEngine(store), ("en", "")).events


def test_events_are_told_in_order_of_time_and_undated_ones_not_at_all(
    events: tuple[Event, ...],
) -> None:
    assert [(one.kind, one.name) for one in events] == [
        ("action", "c2"),
        ("access", "c1"),
        ("source", "paper"),
    ]


def test_a_period_has_an_end_and_what_stood_at_a_date_has_none(events: tuple[Event, ...]) -> None:
    order, access, _ = events
    assert (order.as_of, order.until) == (True, None)
    assert access.until is not None
    assert (access.as_of, access.until.year) == (False, 2015)


def test_the_operator_is_no_party_to_look_for(events: tuple[Event, ...]) -> None:
    lanes = by_party(events, 5)
    assert {party.text: len(members) for party, members in lanes.items()} == {"Bank": 2}


def test_years_without_events_are_left_out(events: tuple[Event, ...]) -> None:
    assert [*by_year(events)] == [2012, 2013, 2018]
