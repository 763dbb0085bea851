"""What changed between two releases, in all or of one thing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from partage.errors import ProtocolError, UnknownResource
from partage.rdf.sparql_terms import is_iri
from partage.releases.descriptions import described_resource
from partage.releases.diff import Difference
from partage.releases.notes import as_json
from partage.resources.identifiers import document
from partage.resources.labels import labels
from partage.resources.pages.changes import (
    ORDER,
    altered,
    named_in,
    named_within,
    properties,
    sections,
)
from partage.web.dataset import served_datasets
from partage.web.http import language
from partage.web.http.negotiation import HTML
from partage.web.http.representation import negotiated_media_type, represent
from partage.web.views.releases.memento import IMMUTABLE, holding

JSON = "application/json"

blueprint = Blueprint("differences", __name__)


@blueprint.get("/release/<before>/diff/<after>")
def difference(before: str, after: str) -> Response:
    """Tell what changed between two releases, or between them of the thing that `iri` names."""
    older, newer = (served_datasets().catalog.find(version) for version in (before, after))
    iri = request.args.get("iri")
    if iri is not None and not is_iri(iri):
        raise ProtocolError("Give the absolute IRI of a thing as the parameter `iri`.")
    media_type = negotiated_media_type((HTML, JSON))
    found = served_datasets().difference_cache.difference(before, after)
    if iri is not None:
        found = replace(found, changes=tuple(filter(None, (found.about(described_resource(iri)),))))
        if not found.changes and not any(
            served_datasets().at_release(v).holds(iri) for v in (before, after)
        ):
            raise UnknownResource(iri)
    if media_type == JSON:
        response = represent(as_json(found).encode(), JSON)
        response.headers["Cache-Control"] = IMMUTABLE
        return response
    reader = language.reader_languages()
    facts = (
        _difference_context(found, reader) if iri is None else _history_context(found, iri, reader)
    )
    template = "difference.html" if iri is None else "history.html"
    page = render_template(template, older=older, newer=newer, difference=found, iri=iri, **facts)
    return represent(page.encode(), HTML)


def _difference_context(found: Difference, reader: Sequence[str]) -> dict[str, Any]:
    named = labels(
        served_datasets().at_release(found.after).engine, named_in(found.changes), reader
    )
    shown = sections(found, named, reader)
    counted: Counter[str] = Counter(change.what for change in found.changes)
    counts = [(what, counted[what]) for what in ORDER if counted[what]]
    return {"sections": shown, "counts": counts}


def _history_context(found: Difference, iri: str, reader: Sequence[str]) -> dict[str, Any]:
    """Return what a page shows of one thing: what changed, and the releases that have it."""
    change = next(iter(found.changes), None)
    names = named_within(change) if change else {iri}
    old, new = (
        labels(served_datasets().at_release(v).engine, names, reader)
        for v in (found.before, found.after)
    )
    path = (document(iri) or "/resource?" + urlencode({"iri": iri})).partition("#")[0]
    holders = holding(*path.partition("?")[::2])
    versions = {record.version for record in holders}
    steps = [(r, r.previous if r.previous in versions else None) for r in reversed(holders)]
    return {
        "change": altered(change, new, reader) if change else None,
        "label": new[iri] if new[iri].known or change is None else old[iri],
        "properties": properties(change, old, new) if change else (),
        "path": path,
        "steps": steps,
    }
