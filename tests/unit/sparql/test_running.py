from collections.abc import Iterator

import pytest
from pyoxigraph import Store

import small_dataset
from partage.errors import (
    NotAcceptable,
    QuerySyntaxError,
    ServiceRefused,
    UnorderedTerms,
    UpdateRefused,
)
from partage.rdf.formats import ALL_FORMATS, Format
from partage.sparql.protocol.evaluation import evaluate, offers, rewriter, run_query
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Engine, Query, Result, Solution


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


class Unsorting:
    """An engine that fails to sort as long as it is asked in the query's own words."""

    def __init__(self, store: Store, *, late: bool) -> None:
        self._engine = EmbeddedEngine(store)
        self._late = late
        self.asked: list[str | None] = []

    def query(self, query: Query) -> Result:
        self.asked.append(query.plan)
        if query.plan is not None:
            return self._engine.query(query)
        if not self._late:
            raise UnorderedTerms("It cannot be sorted.")
        return Late(self._engine.query(query))


class Late:
    """An answer that fails when it is read."""

    def __init__(self, result: Result) -> None:
        self.kind, self.variables, self.answer = result.kind, result.variables, result.answer

    def serialize(self, _: Format) -> Iterator[bytes]:
        raise UnorderedTerms("It cannot be sorted.")

    def solutions(self, _: int | None = None) -> list[Solution]:
        raise UnorderedTerms("It cannot be sorted.")

    def close(self) -> None:
        pass


@pytest.mark.parametrize("late", [False, True])
def test_what_the_engine_cannot_sort_is_asked_again_in_another_way(late: bool) -> None:
    engine = Unsorting(Store(), late=late)
    text = "SELECT ?v { VALUES ?v { 2 'a' 1 } } ORDER BY ?v"
    assert b"".join(run_query(engine, text, "csv")) == b"v\r\n1\r\n2\r\na\r\n"  # type: ignore[arg-type]
    assert len(engine.asked) == 2
    with pytest.raises(UnorderedTerms):
        b"".join(run_query(engine, "SELECT ?v { VALUES ?v { 2 } }", "csv"))  # type: ignore[arg-type]
    solutions = evaluate(engine, Query(text), rewriter(engine)).solutions()  # type: ignore[arg-type]
    assert len(solutions) == 3
