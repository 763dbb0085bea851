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
from partage.web.views.citations import responses
from partage.web.views.cited_queries import addresses
from partage.web.views.cited_queries import citing as querystore
from partage.web.views.releases import memento
from partage.web.views.sparql import running_queries
from partage.web.views.sparql.routes import body, table

JSON = "application/json"
SHOWN = 10
SHOWN_BYTES = 4_000
# The result is for ever; how its page looks is not.
CACHED = "public, max-age=3600"

blueprint = Blueprint("querycite", __name__, template_folder="templates")


@blueprint.post("/query")
def cite() -> Response:
    """Cite what a query answers, and send on to the citation's page."""
    media_type = request.headers.get("Content-Type", "")
    allowed = served_dataset().federation.allowed
    operation = parse("POST", request.query_string, media_type, body(), request.base_url, allowed)
    memento.choose(request.form.get(PARAMETER))
    if not isinstance(operation, QueryOperation):
        raise ProtocolError("There is no query. Send it as the parameter `query`.")
    cited = querystore.cite(operation, request.values.get("title", ""))
    response = redirect(addresses.path(cited), 303)
    response.headers["Cache-Control"] = "no-store"
    return response  # type: ignore[return-value]  # Flask's redirect makes a Flask response


@blueprint.get("/query/<name>")
def page(name: str) -> Response:
    """Show a cited result; with `verify=1` it is answered again and compared."""
    identifier, suffix = responses.split(name) or _split(name)
    cited = querystore.store().find(identifier)
    if cited is None:
        raise UnknownCitation(
            "No result is cited here as %(identifier)s. Check the address; a result is "
            "cited by `Cite this result` on the query page, or by sending the query to "
            "/query by POST.",
            identifier=identifier[:80],
        )
    verification = querystore.verify(cited) if _verifying() else None
    suffix = JSON if suffix == "json" else suffix
    types = [HTML, JSON, *media_types(GRAPH_FORMATS, html=False)]
    if citation := responses.asked(CITED + identifier, suffix, types):
        return responses.answer(CITED + identifier, citation)
    media_type = negotiated_media_type([*types, *responses.MEDIA_TYPES], suffix)
    lasting = verification is None
    if media_type == HTML:
        beginning = _beginning(cited)
        lasting = lasting and "unanswered" not in beginning
        response = represent(_html(cited, verification, beginning).encode(), HTML)
        response.vary.add("Accept-Language")
    elif media_type == JSON:
        facts = _json(cited, verification)
        text = json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
        response = represent(text.encode(), JSON)
    else:
        fmt = format_of(media_type, GRAPH_FORMATS)
        response = represent(write_quads(describe(cited), fmt, PREFIXES), media_type)
    links = addresses.links(cited)
    if media_type != HTML:
        links.append(Link("describes", addresses.path(cited)))
    for link in links:
        response.headers.add("Link", link_header([link]))
    if not lasting:
        response.headers["Cache-Control"] = "no-store"
        return response
    response.headers["Cache-Control"] = CACHED
    response.last_modified = cited.cited
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]  # it returns itself


def _verifying() -> bool:
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
    made = cited.asked
    facts: dict[str, object] = {
        "id": CITED + made.id,
        **({"title": cited.title} if cited.title else {}),
        "query": cited.text,
        "normalForm": made.normal,
        "release": {"version": made.release, "rdfc10": cited.rdfc10},
        "dataset": {
            "graphs": made.graphs,
            "defaultGraphs": made.default_graphs,
            "namedGraphs": made.named_graphs,
        },
        "cited": cited.cited.isoformat(),
        "software": cited.software,
        "kind": cited.kind,
        "rows": cited.rows,
        "sha256": cited.sha256,
        "caveat": str(warning) if (warning := caveat(made.normal)) else None,
        "downloads": {key: address for key, _, address in addresses.downloads(cited)},
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
        path=addresses.path(cited),
        links=addresses.links(cited),
        caveat=caveat(cited.asked.normal),
        downloads=addresses.downloads(cited),
        asking=addresses.asking(cited),
        dataset=addresses.dataset(cited),
        verification=verification,
        **beginning,
    )


def _beginning(cited: CitedResult) -> dict[str, object]:
    """Return the first rows; a page that cannot show them shows the rest."""
    try:
        query = querystore.repeated(cited.asked)
        query = replace(query, prefixes=prefixes(cited.text))
        result = running_queries.run(query, planned=may_be_planned(cited.asked.normal))
    except (BudgetSpent, EngineError, UnknownRelease, ProtocolError) as error:
        return {"unanswered": error_message(error)}
    try:
        return _shown(result)
    except EngineError as error:
        return {"unanswered": error_message(error)}
    finally:
        result.close()


def _shown(result: Result) -> dict[str, object]:
    if result.kind == "boolean":
        return {"truth": result.answer}
    if result.kind == "solutions":
        rows = result.solutions(SHOWN + 1)
        shown = table(rows[:SHOWN], result.variables)
        return {"variables": result.variables, "shown": shown, "more": len(rows) > SHOWN}
    turtle = by_key("turtle")
    assert turtle is not None
    chunks = result.serialize(turtle)
    text = next(chunks, b"").decode("utf-8", "ignore")
    if len(text) <= SHOWN_BYTES and next(chunks, None) is None:
        return {"turtle": text}
    return {"turtle": text[:SHOWN_BYTES].rpartition("\n")[0] + "\n…", "more": True}
