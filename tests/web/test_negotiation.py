import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from partage.errors import NotAcceptable, ProtocolError, Unwritable
from partage.rdf.formats import GRAPH_FORMATS, RESULT_FORMATS
from partage.web.http.negotiation import (
    HTML,
    first_writable,
    format_of,
    languages,
    media_types,
    negotiate,
    ranked,
)

GRAPHS = media_types(GRAPH_FORMATS)
RESULTS = media_types(RESULT_FORMATS)
JSON = "application/sparql-results+json"


@pytest.mark.parametrize(
    ("accept", "offers", "chosen"),
    [
        (None, GRAPHS, "text/turtle"),
        ("", RESULTS, JSON),
        ("*/*", GRAPHS, "text/turtle"),
        ("*/*", RESULTS, JSON),
        ("text/*", RESULTS, "text/csv"),
        ("text/csv", RESULTS, "text/csv"),
        ("Text/CSV", RESULTS, "text/csv"),
        ("text/turtle;charset=utf-8", GRAPHS, "text/turtle"),
        ("text/turtle; charset=UTF-8; q=0.5, application/n-triples;q=0.4", GRAPHS, "text/turtle"),
        ('application/ld+json; charset="utf-8"', GRAPHS, "application/ld+json"),
        ("text/turtle;q=0.3, application/rdf+xml;q=0.7", GRAPHS, "application/rdf+xml"),
        ("text/turtle;q=0, */*", GRAPHS, "application/ld+json"),
        ("application/json", RESULTS, "application/json"),
        ("application/xml", GRAPHS, "application/xml"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", RESULTS, HTML),
        (
            "application/sparql-results+xml, application/xml",
            RESULTS,
            "application/sparql-results+xml",
        ),
        # As Java's HttpURLConnection sends it by itself.
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", RESULTS, HTML),
        ("image/gif, *; q=.2", RESULTS, JSON),
        ("*", GRAPHS, "text/turtle"),
        ("text/csv;charset=utf-8;header=present", RESULTS, "text/csv"),
        ("text/turtle; version=1.2", GRAPHS, "text/turtle"),
        ("application/rdf+xml;q=1., text/turtle;q=.9", GRAPHS, "application/rdf+xml"),
    ],
)
def test_a_request_gets_what_it_prefers(accept: str | None, offers: list[str], chosen: str) -> None:
    assert negotiate(accept, offers) == chosen


@pytest.mark.parametrize("accept", ["image/png", "text/turtle;q=0", "*/*;q=0", "text/csv"])
def test_what_cannot_be_served_is_told_with_the_offers(accept: str) -> None:
    with pytest.raises(NotAcceptable) as caught:
        negotiate(accept, GRAPHS)
    assert caught.value.offers == tuple(GRAPHS)


@pytest.mark.parametrize(
    ("wish", "chosen"),
    [
        ("csv", "text/csv"),
        ("json", JSON),
        ("srx", "application/sparql-results+xml"),
        ("html", HTML),
    ],
)
def test_the_address_beats_the_header(wish: str, chosen: str) -> None:
    assert negotiate("image/png", RESULTS, wish) == chosen
    assert list(ranked("image/png", RESULTS, [wish])) == [chosen]


@pytest.mark.parametrize(
    ("wishes", "offers", "chosen"),
    [
        (["csv"], RESULTS, "text/csv"),
        (["CSV"], RESULTS, "text/csv"),
        (["text/csv; charset=utf-8"], RESULTS, "text/csv"),
        (["sparql results json", "tsv"], RESULTS, "text/tab-separated-values"),
        (["turtle", "", "xml", "csv"], RESULTS, "application/sparql-results+xml"),
        (["xml"], GRAPHS, "application/rdf+xml"),
        (["application/rdf xml"], GRAPHS, "application/rdf+xml"),
        (["json"], [HTML, "application/json"], "application/json"),
        (["json"], GRAPHS, "application/ld+json"),
        (["json"], [HTML, "application/json", *GRAPHS], "application/json"),
        (["text"], GRAPHS, "application/n-triples"),
        (["text"], RESULTS, "text/csv"),
    ],
)
def test_the_first_parameter_that_fits_is_taken(
    wishes: list[str], offers: list[str], chosen: str
) -> None:
    assert list(ranked("image/png", offers, wishes)) == [chosen]


@pytest.mark.parametrize("wish", ["turtle", "nonsense", "", "application/x-trig", "Ünsinn"])
def test_a_parameter_that_does_not_fit_vetoes_nothing(wish: str) -> None:
    assert next(ranked("text/csv", RESULTS, [wish])) == "text/csv"
    assert next(ranked(None, RESULTS, [wish])) == JSON
    with pytest.raises(NotAcceptable):
        list(ranked("image/png", RESULTS, [wish]))


def test_what_is_accepted_is_ranked_and_the_rest_is_not_there() -> None:
    accept = "application/rdf+xml, application/n-triples;q=0.5, text/*;q=0.7, text/html;q=0"
    assert list(ranked(accept, GRAPHS)) == [
        "application/rdf+xml", "text/turtle", "text/xml", "text/n3", "text/rdf+n3", "text/plain",
        "text/x-nquads", "application/n-triples",
    ]  # fmt: skip
    everything = list(ranked("*/*", GRAPHS))
    assert everything == list(dict.fromkeys(GRAPHS))
    assert everything.index("text/turtle") < everything.index("application/trig")


def test_the_next_format_is_tried_where_one_cannot_hold_the_answer() -> None:
    def make(media_type: str) -> str:
        if media_type in {"a", "b"}:
            raise Unwritable("%(which)s cannot", which=media_type)
        return media_type

    assert first_writable(["a", "b", "c"], make) == "c"
    with pytest.raises(Unwritable, match="a cannot"):
        first_writable(["a", "b"], make)


@pytest.mark.parametrize("wish", ["turtle", "nonsense", ""])
def test_a_suffix_cannot_ask_for_what_does_not_fit(wish: str) -> None:
    with pytest.raises(NotAcceptable):
        negotiate("*/*", RESULTS, wish)


MEDIA = st.sampled_from([*GRAPHS, "*/*", "text/*", "application/*", "image/png"])
QUALITY = st.sampled_from(["", ";q=0", ";q=0.0", ";q=0.5", ";q=1", ";q=x", ";charset=utf-8;q=0.2"])


@given(st.lists(st.tuples(MEDIA, QUALITY).map("".join), max_size=6).map(", ".join))
def test_what_is_refused_with_q_0_is_never_served(accept: str) -> None:
    try:
        chosen = negotiate(accept, GRAPHS)
    except NotAcceptable:
        return
    wishes = parse_accept_header(accept.replace(";charset=utf-8", ""), MIMEAccept)
    assert not wishes or wishes.quality(chosen) > 0


def test_each_media_type_offered_means_a_format() -> None:
    for formats in (GRAPH_FORMATS, RESULT_FORMATS):
        for offer in media_types(formats, html=False):
            assert format_of(offer, formats) in formats


@pytest.mark.parametrize(
    ("header", "wish", "first"),
    [
        (None, None, "en"),
        ("fr-CA, en;q=0.5", None, "fr"),
        ("de", None, "en"),
        ("en", "fr", "fr"),
        ("fr", "en", "en"),
    ],
)
def test_the_readers_language_comes_first(header: str | None, wish: str | None, first: str) -> None:
    found = languages(header, wish)
    assert found[0] == first
    assert set(found) == {"en", "fr", ""}


def test_a_language_that_we_do_not_have_is_refused() -> None:
    with pytest.raises(ProtocolError, match="en, fr"):
        languages(None, "de")
