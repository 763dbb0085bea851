import pytest

import small_dataset
from partage.errors import NotAcceptable, QuerySyntaxError, ServiceRefused, UpdateRefused
from partage.rdf.formats import ALL_FORMATS, Format
from partage.sparql.running import offers, run_query
from partage.store.embedded import EmbeddedEngine
from partage.store.engine import Engine


@pytest.fixture(scope="module")
def engine() -> Engine:
    return EmbeddedEngine(small_dataset.store())


def test_the_default_format_fits_the_query_form(engine: Engine) -> None:
    assert b'"boolean":true' in b"".join(run_query(engine, "ASK {}"))
    turtle = b"".join(
        run_query(engine, "PREFIX g: <https://w3id.org/partage/graph/> DESCRIBE <id/org/netflix>")
    )
    assert turtle.startswith(b"@prefix g: ")
    assert b"Netflix" in turtle


TEXTS = {
    offers("solutions"): "SELECT ?o { <id/org/netflix> ?p ?o }",
    offers("graph"): "DESCRIBE <id/org/netflix>",
}


@pytest.mark.parametrize("fmt", ALL_FORMATS, ids=lambda fmt: fmt.key)
@pytest.mark.parametrize("formats", TEXTS, ids=["SELECT", "DESCRIBE"])
def test_each_format_is_given_where_it_fits_and_refused_where_not(
    engine: Engine, fmt: Format, formats: tuple[Format, ...]
) -> None:
    if fmt in formats:
        assert b"Netflix" in b"".join(run_query(engine, TEXTS[formats], fmt.key))
    else:
        with pytest.raises(NotAcceptable) as caught:
            run_query(engine, TEXTS[formats], fmt.key)
        assert caught.value.offers == tuple(offer.key for offer in formats)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("CLEAR ALL", UpdateRefused),
        ("ASK { SERVICE ?x {} }", ServiceRefused),
        ("SELECT", QuerySyntaxError),
        ("", QuerySyntaxError),
    ],
)
def test_what_the_endpoint_refuses_the_command_line_refuses(
    engine: Engine, text: str, fault: type[Exception]
) -> None:
    with pytest.raises(fault):
        run_query(engine, text)
