"""
Cited results of queries: `/query` cites one, `/query/{hash}` is its landing page
(RDA Data Citation R8-R12, https://doi.org/10.15497/RDA00016).
"""

import json
from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, Response, redirect, render_template, request

from partage.errors import (
    BudgetSpent,
    EngineError,
    ProtocolError,
    UnknownCitation,
    UnknownRelease,
)
from partage.rdf.formats import GRAPH_FORMATS, by_key
from partage.resources.identifiers import split
from partage.sparql.cited.cited_query import (
    CITED,
    PREFIXES,
    ResultVerification,
    caveat,
    describe,
    may_be_planned,
)
from partage.sparql.cited.query_store import CitedResult
from partage.sparql.protocol.operation import QueryOperation, parse, prefixes
from partage.store.embedded.quads_writing import write_quads
from partage.store.engine import Result
from partage.web.dataset import served_dataset
from partage.web.http.links import Link, link_header
from partage.web.http.negotiation import HTML, format_of, media_types
from partage.web.http.release_paths import PARAMETER
from partage.web.http.representation import negotiated_media_type, represent
from partage.web.problems import error_message
from partage.web.views.citations import negotiation
from partage.web.views.cited_queries import cited_results as querystore
from partage.web.views.cited_queries import result_links
from partage.web.views.releases import memento
from partage.web.views.sparql import running_queries
from partage.web.views.sparql.routes import request_body, solution_rows

JSON = "application/json"
MOST_ROWS = 10
MOST_TURTLE = 4_000
# The result does not change; its page may.
PAGE_CACHE_CONTROL = "public, max-age=3600"

blueprint = Blueprint("querycite", __name__, template_folder="templates")


@blueprint.post("/query")
def cite() -> Response:
    """Cite what a query answers, and send on to the citation's page."""
    media_type = request.headers.get("Content-Type", "")
    allowed = served_dataset().federation.allowed
    operation = parse(
        "POST", request.query_string, media_type, request_body(), request.base_url, allowed
    )
    memento.choose(request.form.get(PARAMETER))
    if not isinstance(operation, QueryOperation):
        raise ProtocolError("There is no query. Send it as the parameter `query`.")
    cited = querystore.cite(operation, request.values.get("title", ""))
    response = redirect(result_links.page_path(cited), 303)
    response.headers["Cache-Control"] = "no-store"
    return response  # type: ignore[return-value]  # Flask's redirect makes a Flask response


@blueprint.get("/query/<name>")
def page(name: str) -> Response:
    """Show a cited result; with `verify=1` it is answered again and compared."""
    identifier, suffix = negotiation.split_citation_suffix(name) or _split(name)
    cited = querystore.store().find(identifier)
    if cited is None:
        raise UnknownCitation(
            "No result is cited here as %(identifier)s. Check the address; a result is "
            "cited by `Cite this result` on the query page, or by sending the query to "
            "/query by POST.",
            identifier=identifier[:80],
        )
    verification = querystore.verify(cited) if _wants_verification() else None
    suffix = JSON if suffix == "json" else suffix
    types = [HTML, JSON, *media_types(GRAPH_FORMATS, html=False)]
    if citation := negotiation.preferred_citation(CITED + identifier, suffix, types):
        return negotiation.citation_response(CITED + identifier, citation)
    media_type = negotiated_media_type([*types, *negotiation.MEDIA_TYPES], suffix)
    lasting = verification is None
    if media_type == HTML:
        beginning = _first_rows(cited)
        lasting = lasting and "unanswered" not in beginning
        response = represent(_html(cited, verification, beginning).encode(), HTML)
    elif media_type == JSON:
        facts = _json(cited, verification)
        text = json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
        response = represent(text.encode(), JSON)
    else:
        fmt = format_of(media_type, GRAPH_FORMATS)
        response = represent(write_quads(describe(cited), fmt, PREFIXES), media_type)
    links = result_links.links(cited)
    if media_type != HTML:
        links.append(Link("describes", result_links.page_path(cited)))
    for link in links:
        response.headers.add("Link", link_header([link]))
    if not lasting:
        response.headers["Cache-Control"] = "no-store"
        return response
    response.headers["Cache-Control"] = PAGE_CACHE_CONTROL
    response.last_modified = cited.cited
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]  # it returns itself


def _wants_verification() -> bool:
    wish = request.args.get("verify", "0")
    if wish not in {"0", "1"}:
        raise ProtocolError(
            "verify=%(wish)s says nothing to us. Use verify=1 to verify.", wish=wish[:40]
        )
    return wish == "1"


def _split(name: str) -> tuple[str, str | None]:
    stem, _, suffix = name.rpartition(".")
    return (stem, suffix) if suffix == "json" and stem else split(name)


def _json(cited: CitedResult, verification: ResultVerification | None) -> dict[str, object]:
    cited_query = cited.asked
    facts: dict[str, object] = {
        "id": CITED + cited_query.id,
        **({"title": cited.title} if cited.title else {}),
        "query": cited.text,
        "normalForm": cited_query.normal,
        "release": {"version": cited_query.release, "rdfc10": cited.rdfc10},
        "dataset": {
            "graphs": cited_query.graphs,
            "defaultGraphs": cited_query.default_graphs,
            "namedGraphs": cited_query.named_graphs,
        },
        "cited": cited.cited.isoformat(),
        "software": cited.software,
        "kind": cited.kind,
        "rows": cited.rows,
        "sha256": cited.sha256,
        "caveat": str(warning) if (warning := caveat(cited_query.normal)) else None,
        "downloads": {key: address for key, _, address in result_links.downloads(cited)},
    }
    if verification is not None:
        found = verification.found
        facts["verification"] = {
            "matches": verification.matches,
            "rows": found.rows,
            "sha256": found.sha256,
        }
    return facts


def _html(
    cited: CitedResult, verification: ResultVerification | None, beginning: Mapping[str, object]
) -> str:
    return render_template(
        "cited.html",
        result=cited,
        iri=CITED + cited.asked.id,
        path=result_links.page_path(cited),
        links=result_links.links(cited),
        caveat=caveat(cited.asked.normal),
        downloads=result_links.downloads(cited),
        asking=result_links.query_address(cited),
        dataset=result_links.dataset_parameters(cited),
        verification=verification,
        **beginning,
    )


def _first_rows(cited: CitedResult) -> dict[str, object]:
    """Return the first rows; a page that cannot show them shows the rest."""
    try:
        query = querystore.repeated_query(cited.asked)
        query = replace(query, prefixes=prefixes(cited.text))
        result = running_queries.run_query(query, planned=may_be_planned(cited.asked.normal))
    except (BudgetSpent, EngineError, UnknownRelease, ProtocolError) as error:
        return {"unanswered": error_message(error)}
    try:
        return _result_context(result)
    except EngineError as error:
        return {"unanswered": error_message(error)}
    finally:
        result.close()


def _result_context(result: Result) -> dict[str, object]:
    if result.kind == "boolean":
        return {"truth": result.answer}
    if result.kind == "solutions":
        rows = result.solutions(MOST_ROWS + 1)
        shown = solution_rows(rows[:MOST_ROWS], result.variables)
        return {"variables": result.variables, "shown": shown, "more": len(rows) > MOST_ROWS}
    turtle = by_key("turtle")
    assert turtle is not None
    chunks = result.serialize(turtle)
    text = next(chunks, b"").decode("utf-8", "ignore")
    if len(text) <= MOST_TURTLE and next(chunks, None) is None:
        return {"turtle": text}
    return {"turtle": text[:MOST_TURTLE].rpartition("\n")[0] + "\n…", "more": True}
