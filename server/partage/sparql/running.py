"""One query, evaluated with its calls; from text to bytes for the command line."""

import re
from collections.abc import Iterator, Sequence

from partage.errors import NotAcceptable, QuerySyntaxError
from partage.rdf.formats import COLUMNAR_FORMATS, GRAPH_FORMATS, RESULT_FORMATS, Format, by_key
from partage.rdf.namespaces import BASE
from partage.sparql.calling import Federation
from partage.sparql.diagnosis import locate
from partage.sparql.federation import Call
from partage.sparql.guard import refuse_update
from partage.sparql.planning import Planner
from partage.sparql.protocol import QueryOperation, kind, prefixes
from partage.store.columnar import available
from partage.store.engine import Engine, Kind, Query, Result

# What answers otherwise each time; an escape may spell it (SPARQL 1.1 §19.2).
_PASSING = re.compile(r"NOW|RAND|UUID|\\u", re.IGNORECASE)


def offers(answered: Kind) -> tuple[Format, ...]:
    """Return the formats for an answer of this kind, the default first."""
    if answered == "graph":
        return GRAPH_FORMATS
    if answered == "solutions" and available():
        return RESULT_FORMATS + COLUMNAR_FORMATS
    return RESULT_FORMATS


def is_lasting(operation: QueryOperation) -> bool:
    """Return whether an operation is surely answered the same as long as the dataset is."""
    return not operation.calls and not _PASSING.search(operation.query.text)


def evaluate(engine: Engine, query: Query, planner: Planner | None = None) -> Result:
    """
    Evaluate a query, as the planner writes it; a syntax error says where it really is.

    Raises
    ------
    QuerySyntaxError, EngineError
        As `Engine.query`.
    """
    try:
        return engine.query(planner.plan(query) if planner else query)
    except QuerySyntaxError as error:
        raise locate(engine, query, error) from error


def answered(
    engine: Engine,
    query: Query,
    federation: Federation,
    calls: Sequence[Call] = (),
    planner: Planner | None = None,
) -> Result:
    """Evaluate a query with its calls to other endpoints, if any; see `Federation.query`."""
    return federation.query(engine, query, calls) if calls else evaluate(engine, query, planner)


def run_query(
    engine: Engine, text: str, key: str | None = None, federation: Federation | None = None
) -> Iterator[bytes]:
    """
    Answer a query in the format named `key`, else in the first that fits its form.

    Without a federation it may call no other endpoint.

    Raises
    ------
    UpdateRefused, ServiceRefused
        The text would change the dataset or reach out.
    NotAcceptable
        No format with this name fits the form of the query.
    QuerySyntaxError, EngineError
        As `Engine.query`.
    """
    refuse_update(text)
    federation = federation or Federation()
    calls = federation.calls(text, BASE)
    fitting = offers(kind(text))
    fmt = by_key(key) if key else fitting[0]
    if fmt is None or fmt not in fitting:
        raise NotAcceptable([offer.key for offer in fitting])
    query = Query(text, base=BASE, prefixes=prefixes(text))
    return answered(engine, query, federation, calls).serialize(fmt)
