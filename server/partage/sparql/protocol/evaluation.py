"""One query, evaluated with its calls; from text to bytes for the command line."""

from collections.abc import Iterator, Sequence

from partage.errors import NotAcceptable, QuerySyntaxError, UnorderedTerms
from partage.rdf.formats import COLUMNAR_FORMATS, GRAPH_FORMATS, RESULT_FORMATS, Format, by_key
from partage.rdf.namespaces import BASE
from partage.sparql.diagnosis.syntax_errors import locate
from partage.sparql.federation.service_calls import Federation
from partage.sparql.federation.service_clauses import ServiceCall
from partage.sparql.planner.planner import Planner
from partage.sparql.protocol.guard import refuse_update
from partage.sparql.protocol.operation import BOM, kind, prefixes
from partage.store.embedded.columnar import available
from partage.store.engine import Engine, Query, Result, ResultKind, Solution
from partage.store.remote.remote_engine import RemoteEngine


def offers(answered: ResultKind) -> tuple[Format, ...]:
    """Return the formats for an answer of this kind, the default first."""
    if answered == "graph":
        return GRAPH_FORMATS
    if answered == "solutions" and available():
        return RESULT_FORMATS + COLUMNAR_FORMATS
    return RESULT_FORMATS


def evaluate(
    engine: Engine, query: Query, planner: Planner | None = None, *, joins: bool = True
) -> Result:
    """
    Evaluate a query, as the planner writes it; a syntax error says where it really is.

    Raises
    ------
    QuerySyntaxError, EngineError
        As `Engine.query`.
    """
    try:
        if planner is None:
            return engine.query(query)
        return _Sorted(engine, planner.plan(query, joins=joins), planner)
    except QuerySyntaxError as error:
        raise locate(engine, query, error) from error


def rewriter(engine: Engine) -> Planner | None:
    """Return what mends the faults of our own engine in queries; None for an engine elsewhere."""
    return None if isinstance(engine, RemoteEngine) else Planner(engine, joins=False)


class _Sorted:
    """An answer that is asked again, sorted in another way, where the engine fails to sort it."""

    def __init__(self, engine: Engine, query: Query, planner: Planner) -> None:
        self._engine = engine
        self._query = query
        self._planner = planner
        try:
            self._result = engine.query(query)
        except UnorderedTerms as error:
            self._result = self._again(error)
        self.kind = self._result.kind
        self.variables = self._result.variables
        self.answer = self._result.answer

    def serialize(self, fmt: Format) -> Iterator[bytes]:
        """Return the answer in chunks; see `Result.serialize`."""
        try:
            return self._result.serialize(fmt)
        except UnorderedTerms as error:
            self._result = self._again(error)
            return self._result.serialize(fmt)

    def solutions(self, limit: int | None = None) -> list[Solution]:
        """Return the solutions, at most `limit`."""
        try:
            return self._result.solutions(limit)
        except UnorderedTerms as error:
            self._result = self._again(error)
            return self._result.solutions(limit)

    def close(self) -> None:
        """End the evaluation."""
        self._result.close()

    def _again(self, error: UnorderedTerms) -> Result:
        query = self._planner.sorted(self._query)
        if query is None:
            raise error
        return self._engine.query(query)


def answered(  # noqa: PLR0913  # each is a fact of the request or of the endpoint
    engine: Engine,
    query: Query,
    federation: Federation,
    calls: Sequence[ServiceCall] = (),
    planner: Planner | None = None,
    *,
    joins: bool = True,
) -> Result:
    """Evaluate a query with its calls to other endpoints, if any; see `Federation.query`."""
    if calls:
        return federation.query(engine, query, calls)
    return evaluate(engine, query, planner, joins=joins)


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
    ModuleNotFoundError
        pyarrow, which writes the format, is not installed.
    QuerySyntaxError, EngineError
        As `Engine.query`.
    """
    text = text.removeprefix(BOM)
    refuse_update(text)
    federation = federation or Federation()
    calls = federation.calls(text, BASE)
    fitting = offers(kind(text))
    fmt = by_key(key) if key else fitting[0]
    if fmt in COLUMNAR_FORMATS and kind(text) == "solutions" and not available():
        raise ModuleNotFoundError(name="pyarrow")
    if fmt is None or fmt not in fitting:
        raise NotAcceptable([offer.key for offer in fitting])
    query = Query(text, base=BASE, prefixes=prefixes(text))
    return answered(engine, query, federation, calls, rewriter(engine)).serialize(fmt)
