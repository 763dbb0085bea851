"""Why a query has no results: `/sparql/why`, as a page and as JSON."""

from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, Response, json, render_template, request

from partage.errors import ProtocolError
from partage.sparql.diagnosis.empty_results import diagnose
from partage.sparql.protocol.operation import DescribeService, QueryOperation, parse
from partage.sparql.syntax import opening
from partage.web.dataset import served_dataset
from partage.web.http.negotiation import HTML, ranked
from partage.web.http.release_paths import PARAMETER
from partage.web.http.representation import represent
from partage.web.views.releases import memento
from partage.web.views.sparql import running_queries
from partage.web.views.sparql.diagnosis_text import describe_diagnosis, marked_lines
from partage.web.views.sparql.routes import METHODS, request_body

JSON = "application/json"
MEDIA_TYPES = (HTML, JSON)
# Declarations that would push the patterns off a screen are folded away.
MOST_DECLARATIONS = 4

blueprint = Blueprint("why", __name__)


@blueprint.route("/sparql/why", methods=["GET", "POST", "QUERY"])
def why() -> Response:
    """Tell why a query has no results."""
    return _diagnosis_response()


@blueprint.route("/sparql/why.json", methods=["GET", "POST", "QUERY"])
def why_as_json() -> Response:
    """Tell the same as JSON, whatever is accepted."""
    return _diagnosis_response("json")


def _diagnosis_response(*wished: str) -> Response:
    operation = parse(
        METHODS.get(request.method, "GET"),
        request.query_string,
        request.headers.get("Content-Type", ""),
        request_body(),
        request.base_url.removesuffix(".json").removesuffix("/why"),
        served_dataset().federation.allowed,
    )
    memento.choose(request.form.get(PARAMETER))
    chosen = next(ranked(request.headers.get("Accept"), MEDIA_TYPES, wished or operation.formats))
    if isinstance(operation, DescribeService):
        if chosen != HTML:
            raise ProtocolError("There is no query. Send it as the parameter `query`.")
        return represent(render_template("why.html", query=None).encode(), HTML)
    return _diagnosis(operation, chosen)


def _diagnosis(operation: QueryOperation, chosen: str) -> Response:
    query = operation.query
    if operation.graphs is not None:
        query = served_dataset().dataset_parts.select(query, operation.graphs)
    # A form sends the end of a line as CR and LF, which count as one character.
    query = replace(query, text=query.text.replace("\r\n", "\n"))
    running = running_queries.begin_query()
    query = replace(query, handle=running.handle)
    found = diagnose(
        served_dataset().engine,
        query,
        served_dataset().term_suggestions,
        operation.calls,
        served_dataset().planner,
    )
    texts = describe_diagnosis(query.text, found)
    if chosen != HTML:
        text = json.dumps(texts.json(), ensure_ascii=False, indent=1)
        response = represent(text.encode(), JSON)
        response.vary.add("Accept-Language")
        return response
    declared = query.text[: opening(query.text).token.start].count("\n")
    default, named = operation.query.default_graphs, operation.query.named_graphs
    parameters = [
        ("query", query.text),
        *(("graphs", name) for name in (operation.graphs,) if name),
    ]
    parameters += [("default-graph-uri", graph) for graph in default or ()]
    parameters += [("named-graph-uri", graph) for graph in named or ()]
    page = render_template(
        "why.html", query=query.text, told=texts, lines=list(marked_lines(query.text, texts)),
        folded=declared if declared > MOST_DECLARATIONS else 0,
        left={join["upto"]: join for join in texts.joins}, graphs=operation.graphs,
        dataset=(default, named), asked=urlencode(parameters),
    )  # fmt: skip
    return represent(page.encode(), HTML)
