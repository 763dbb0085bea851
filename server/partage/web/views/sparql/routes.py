"""The endpoint `/sparql` (SPARQL 1.1 Protocol, https://www.w3.org/TR/sparql11-protocol/)."""

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from itertools import chain
from types import MappingProxyType

from flask import Blueprint, Response, render_template, request

from partage.errors import EngineError, ProtocolError, UnsupportedMediaType
from partage.rdf.formats import COLUMNAR_FORMATS, GRAPH_FORMATS, by_key
from partage.rdf.namespaces import BASE
from partage.resources.labels import labels
from partage.resources.pages.term_texts import TermWriter
from partage.sparql.cited.cited_query import is_lasting
from partage.sparql.diagnosis.syntax_errors import TermHint, misspelt
from partage.sparql.protocol.evaluation import offers
from partage.sparql.protocol.operation import (
    FORM,
    QUERY,
    DescribeService,
    Method,
    QueryOperation,
    parse,
)
from partage.store.embedded.serialization import CHUNK
from partage.store.engine import Result, Solution
from partage.web.dataset import served_dataset
from partage.web.http import language
from partage.web.http.environ_keys import HEAD, LONGEST_KEPT
from partage.web.http.negotiation import HTML, first_writable, format_of, media_types, ranked
from partage.web.http.release_paths import PARAMETER
from partage.web.http.representation import redirect_with_query, represent
from partage.web.http.validators import tag_of_bytes, validate
from partage.web.views.cited_queries import cited_results
from partage.web.views.releases import memento
from partage.web.views.sparql import running_queries

# HEAD is a GET of which only the head is told.
METHODS: MappingProxyType[str, Method] = MappingProxyType({"POST": "POST", "QUERY": "QUERY"})
ACCEPT_QUERY = f"{QUERY}, {FORM}"
# More would take longer than 50 ms to name and to write.
MOST_ROWS_SHOWN = 200
MOST_TURTLE_SHOWN = 200_000

blueprint = Blueprint("sparql", __name__, template_folder="templates")


@blueprint.route("/sparql", methods=["GET", "POST", "QUERY"])
def endpoint() -> Response:
    """Answer a query, or describe the service."""
    operation = parse(
        METHODS.get(request.method, "GET"),
        request.query_string,
        request.headers.get("Content-Type", ""),
        request_body(),
        request.base_url,
        served_dataset().federation.allowed,
    )
    memento.choose(request.form.get(PARAMETER))
    response = (
        _service_description(operation)
        if isinstance(operation, DescribeService)
        else _answer(operation)
    )
    response.headers["Accept-Query"] = ACCEPT_QUERY
    return response


@blueprint.route("/sparql/", methods=["GET", "POST", "QUERY"])
def with_a_slash() -> Response:
    """Send a client that ends the address with a slash on to the endpoint, method and body kept."""
    return redirect_with_query("/sparql", 308)


def request_body() -> bytes:
    """Return the body, whole and as it was sent."""
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in {"", "identity"}:
        raise UnsupportedMediaType(
            "The body is encoded as %(encoding)s. Send it as it is.", encoding=encoding[:40]
        )
    body = request.get_data(cache=True)
    if len(body) < (request.content_length or 0):
        raise ProtocolError("The body ends before its Content-Length. Send it whole.")
    return body


def _service_description(operation: DescribeService) -> Response:
    offers = media_types(GRAPH_FORMATS)
    chosen = next(ranked(request.headers.get("Accept"), offers, operation.formats))
    if chosen == HTML:
        return represent(render_template("query.html", query=None).encode(), HTML)
    described = served_dataset().description(request.base_url, format_of(chosen, GRAPH_FORMATS))
    return represent(described, chosen)


def _answer(operation: QueryOperation) -> Response:
    """Answer a query in the first format that is accepted and can hold the answer."""
    types = media_types(offers(operation.kind))
    choices = ranked(request.headers.get("Accept"), types, operation.formats)
    return first_writable(choices, partial(_query_response, operation))


def _query_response(operation: QueryOperation, chosen: str) -> Response:
    """Run the query and answer it: the one place where that is done."""
    query = operation.query
    if operation.graphs is not None:
        query = served_dataset().dataset_parts.select(query, operation.graphs)
    hints = _hints(operation)
    fmt = None if chosen == HTML else format_of(chosen, offers(operation.kind))
    standing = cited_results.citation_status(operation, page=chosen == HTML)
    result = running_queries.run_query(query, operation.calls, serialized_as=fmt)
    if fmt is None:
        response = represent(_page(operation, result, hints, standing).encode(), HTML)
    else:
        # Who asks for the head wants the length, and comes back for parts of what is kept then.
        is_whole = fmt in COLUMNAR_FORMATS or request.environ.get(HEAD)
        answer = _buffered(result.serialize(fmt), LONGEST_KEPT if is_whole else CHUNK)
        response = represent(answer, chosen, fmt)
        if isinstance(answer, bytes) and request.method not in METHODS and is_lasting(operation):
            validate(response, tag_of_bytes(answer), served_dataset().metadata.issued)
    cited_results.add_cite_as(response, standing)
    if hints:
        response.headers["Query-Hint"] = ", ".join(hint.header for hint in hints)
    return response


def _buffered(chunks: Iterator[bytes], longest: int) -> bytes | Iterator[bytes]:
    """Return an answer shorter than `longest` whole, a longer one as it comes."""
    gathered = bytearray()
    for chunk in chunks:
        gathered += chunk
        if len(gathered) >= longest:
            return chain((bytes(gathered),), chunks)
    return bytes(gathered)


def _hints(operation: QueryOperation) -> list[TermHint]:
    """Return what may be misspelt; found before the query takes an evaluation of its own."""
    if BASE not in operation.query.text:
        return []
    try:
        return misspelt(operation.query.text, served_dataset().vocabulary)
    except EngineError:
        return []  # the query is answered without hints


def _page(
    operation: QueryOperation,
    result: Result,
    hints: list[TermHint],
    standing: cited_results.CitationStatus,
) -> str:
    """Return the query page with the answer below the query."""
    answer: dict[str, object] = {"query": operation.query.text, "kind": operation.kind}
    answer["hints"] = [asdict(hint) for hint in hints]
    answer["standing"] = standing
    answer["graphs"] = operation.graphs
    answer["dataset"] = (operation.query.default_graphs, operation.query.named_graphs)
    if operation.kind == "solutions":
        rows = result.solutions(MOST_ROWS_SHOWN + 1)
        answer |= {
            "variables": result.variables,
            "rows": solution_rows(rows[:MOST_ROWS_SHOWN], result.variables),
            "lines": [tsv_line(row, result.variables) for row in rows[:MOST_ROWS_SHOWN]],
            "more": len(rows) > MOST_ROWS_SHOWN,
        }
    elif operation.kind == "boolean":
        answer["truth"] = result.answer
    else:
        answer |= _graph(result)
    return render_template("query.html", **answer)


def solution_rows(rows: list[Solution], variables: tuple[str, ...]) -> list[list[object]]:
    """Return solutions as values to show, named in the reader's language."""
    names = {str(getattr(term, "value", "")) for row in rows for term in row.values()}
    reader = language.reader_languages()
    writer = TermWriter(labels(served_dataset().engine, names, reader))
    return [
        [writer.value(row[name]) if name in row else None for name in variables] for row in rows
    ]


def tsv_line(row: Solution, variables: tuple[str, ...]) -> str:
    """Return a solution for the page's script: as in SPARQL TSV, terms as in N-Triples."""
    terms = (str(row[name]) if name in row else "" for name in variables)
    return "\t".join(term.replace("\t", "\\t") for term in terms)


def _graph(result: Result) -> dict[str, object]:
    """Return the beginning of a graph in Turtle, and whether there is more."""
    turtle = by_key("turtle")
    assert turtle is not None
    text = b""
    for chunk in result.serialize(turtle):
        text += chunk
        if len(text) > MOST_TURTLE_SHOWN:
            whole = text[:MOST_TURTLE_SHOWN].rpartition(b"\n")[0]
            return {"turtle": whole.decode(), "more": True}
    return {"turtle": text.decode(), "more": False}
