"""
Cited results of queries: `/query` cites one, `/query/{hash}` is its landing page
(RDA Data Citation R8-R12, https://doi.org/10.15497/RDA00016).
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

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
from partage.sparql.citing import CITED, PREFIXES, Verification, caveat, describe, may_be_planned
from partage.sparql.normalize import normalize
from partage.sparql.protocol import QueryOperation, parse, prefixes
from partage.sparql.query_store import CitedResult
from partage.sparql.running import offers
from partage.store.engine import Result
from partage.store.writing import write
from partage.web import citing, memento, queries, querystore
from partage.web.blueprints.sparql import body, table
from partage.web.errors import told
from partage.web.linking import Link, header
from partage.web.negotiation import HTML, format_of, media_types
from partage.web.representation import chosen, represent
from partage.web.site import site
from partage.web.versions import PARAMETER

JSON = "application/json"
SHOWN = 10
SHOWN_BYTES = 4_000
# The result is for ever; how its page looks is not.
CACHED = "public, max-age=3600"
# A longer address is not made: the query is sent in a body instead.
LONGEST_ADDRESS = 8_000
# A base of nobody: with it a query means the same only if it has no relative names.
ELSEWHERE = "a://b/"

blueprint = Blueprint("querycite", __name__)


@blueprint.post("/query")
def cite() -> Response:
    """Cite what a query answers, and send on to the citation's page."""
    media_type = request.headers.get("Content-Type", "")
    allowed = site().federation.allowed
    operation = parse("POST", request.query_string, media_type, body(), request.base_url, allowed)
    memento.choose(request.form.get(PARAMETER))
    if not isinstance(operation, QueryOperation):
        raise ProtocolError("There is no query. Send it as the parameter `query`.")
    response = redirect(f"/query/{querystore.cite(operation).asked.id}", 303)
    response.headers["Cache-Control"] = "no-store"
    return response  # type: ignore[return-value]  # Flask's redirect makes a Flask response


@blueprint.get("/query/<name>")
def page(name: str) -> Response:
    """Show a cited result; with `verify=1` it is answered again and compared."""
    identifier, suffix = citing.split(name) or _split(name)
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
    if citation := citing.asked(CITED + identifier, suffix, types):
        return citing.answer(CITED + identifier, citation)
    media_type = chosen([*types, *citing.MEDIA_TYPES], suffix)
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
        response = represent(write(describe(cited), fmt, PREFIXES), media_type)
    _link(response, cited)
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


def _link(response: Response, cited: CitedResult) -> None:
    """Name the lasting address, the release it comes from, and the other formats."""
    path = f"/query/{cited.asked.id}"
    formats = [("json", JSON), *((fmt.extension, fmt.media_type) for fmt in GRAPH_FORMATS)]
    links = [Link("cite-as", CITED + cited.asked.id)]
    links += [Link("describedby", f"{path}.{extension}", kind) for extension, kind in formats]
    for link in links:
        response.headers.add("Link", header([link]))


def _json(cited: CitedResult, verification: Verification | None) -> dict[str, object]:
    made = cited.asked
    facts: dict[str, object] = {
        "id": CITED + made.id,
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
        "downloads": {key: address for key, _, address in _downloads(cited)},
    }
    if verification is not None:
        found = verification.found
        facts["verification"] = {
            "matches": verification.matches,
            "rows": found.rows,
            "sha256": found.sha256,
        }
    return facts


def _downloads(cited: CitedResult) -> list[tuple[str, str, str]]:
    """Return key, label and address of each format to get the result in, from its release."""
    asking = _asking(cited)
    addresses = [(fmt.key, fmt.label, f"{asking}&format={fmt.key}") for fmt in offers(cited.kind)]
    return addresses if len(addresses[0][2]) <= LONGEST_ADDRESS else []


def _asking(cited: CitedResult) -> str:
    """Return the address that asks it again: as it was typed, where that means the same there."""
    alike = normalize(cited.text, ELSEWHERE) == cited.asked.normal
    query = cited.text if alike else cited.asked.normal
    parameters = urlencode([("query", query), *_dataset(cited)])
    return f"/release/{cited.asked.release}/sparql?{parameters}"


def _dataset(cited: CitedResult) -> list[tuple[str, str]]:
    made = cited.asked
    return [
        *([("graphs", made.graphs)] if made.graphs else ()),
        *(("default-graph-uri", graph) for graph in made.default_graphs or ()),
        *(("named-graph-uri", graph) for graph in made.named_graphs or ()),
    ]


def _html(
    cited: CitedResult, verification: Verification | None, beginning: Mapping[str, object]
) -> str:
    return render_template(
        "cited.html",
        result=cited,
        iri=CITED + cited.asked.id,
        path=f"/query/{cited.asked.id}",
        caveat=caveat(cited.asked.normal),
        downloads=_downloads(cited),
        asking=_asking(cited),
        dataset=_dataset(cited),
        verification=verification,
        **beginning,
    )


def _beginning(cited: CitedResult) -> dict[str, object]:
    """Return the first rows; a page that cannot show them shows the rest."""
    try:
        query = querystore.repeated(cited.asked)
        query = replace(query, prefixes=prefixes(cited.text))
        result = queries.run(query, planned=may_be_planned(cited.asked.normal))
    except (BudgetSpent, EngineError, UnknownRelease, ProtocolError) as error:
        return {"unanswered": told(error)}
    try:
        return _shown(result)
    except EngineError as error:
        return {"unanswered": told(error)}
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
