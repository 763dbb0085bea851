"""The endpoint `/sparql` (SPARQL 1.1 Protocol, https://www.w3.org/TR/sparql11-protocol/)."""

from typing import Literal

from flask import Blueprint, Response, render_template, request

from partage.rdf.formats import GRAPH_FORMATS, by_key
from partage.resources.labels import labels
from partage.resources.rows import Writer
from partage.sparql.description import PREFIXES
from partage.sparql.protocol import DescribeService, QueryOperation, parse
from partage.sparql.running import evaluate, offers
from partage.store.engine import Result, Solution
from partage.store.writing import write
from partage.web.negotiation import HTML, format_of, languages, media_types, negotiate
from partage.web.representation import represent
from partage.web.site import site

SHOWN = 500
SHOWN_BYTES = 200_000

blueprint = Blueprint("sparql", __name__)


@blueprint.route("/sparql", methods=["GET", "POST"])
def endpoint() -> Response:
    """Answer a query, or describe the service."""
    method: Literal["GET", "POST"] = "POST" if request.method == "POST" else "GET"
    operation = parse(
        method,
        request.query_string,
        request.headers.get("Content-Type", ""),
        request.get_data(cache=True),
        request.base_url,
    )
    if isinstance(operation, DescribeService):
        return _service()
    formats = offers(operation.kind)
    chosen = negotiate(request.headers.get("Accept"), media_types(formats), operation.format)
    result = evaluate(site().engine, operation.query)
    if chosen == HTML:
        return represent(_page(operation, result).encode(), HTML)
    fmt = format_of(chosen, formats)
    return represent(result.serialize(fmt), chosen, fmt)


def _service() -> Response:
    chosen = negotiate(request.headers.get("Accept"), media_types(GRAPH_FORMATS))
    if chosen == HTML:
        return represent(render_template("query.html", query=None).encode(), HTML)
    quads = site().description(request.base_url)
    return represent(write(quads, format_of(chosen, GRAPH_FORMATS), PREFIXES), chosen)


def _page(operation: QueryOperation, result: Result) -> str:
    """Return the query page with the answer below the query."""
    answer: dict[str, object] = {"query": operation.query.text, "kind": operation.kind}
    answer["dataset"] = (operation.query.default_graphs, operation.query.named_graphs)
    if operation.kind == "solutions":
        rows = result.solutions(SHOWN + 1)
        answer |= {
            "variables": result.variables,
            "rows": _table(rows[:SHOWN], result.variables),
            "more": len(rows) > SHOWN,
        }
    elif operation.kind == "boolean":
        answer["truth"] = result.answer
    else:
        answer |= _graph(result)
    return render_template("query.html", **answer)


def _table(rows: list[Solution], variables: tuple[str, ...]) -> list[list[object]]:
    names = {str(getattr(term, "value", "")) for row in rows for term in row.values()}
    reader = languages(request.headers.get("Accept-Language"), request.args.get("lang"))
    writer = Writer(labels(site().engine, names, reader))
    return [
        [writer.value(row[name]) if name in row else None for name in variables] for row in rows
    ]


def _graph(result: Result) -> dict[str, object]:
    """Return the beginning of a graph in Turtle, and whether there is more."""
    turtle = by_key("turtle")
    assert turtle is not None
    text = b""
    for chunk in result.serialize(turtle):
        text += chunk
        if len(text) > SHOWN_BYTES:
            whole = text[:SHOWN_BYTES].rpartition(b"\n")[0]
            return {"turtle": whole.decode(), "more": True}
    return {"turtle": text.decode(), "more": False}
