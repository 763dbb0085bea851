"""Browsing: `/browse/`, and each kind of things by facets, as a page and as data."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _

from partage.rdf.formats import Format, by_key
from partage.rdf.namespaces import PREFIXES
from partage.resources.browse.kinds import KINDS, BrowsedKind
from partage.resources.browse.table import BrowsedTable, BrowseResult, page, read_view, written
from partage.resources.browse.view import BrowseView, construct, select, some
from partage.store.engine import Query
from partage.web.dataset import served_dataset
from partage.web.http import language
from partage.web.http.links import Link, links_in_release
from partage.web.http.negotiation import HTML, format_of
from partage.web.http.representation import PARAMETERS, negotiated_media_type, respond
from partage.web.views.browse.page import browse_page

# By the suffix of the address. A table is what it is in SPARQL too, hence its JSON is that of a
# query's results, which the same readers know; a graph tells all that is stated of the members.
DATA_FORMATS: dict[str, Format] = {
    suffix: fmt
    for suffix, key in (("csv", "csv"), ("json", "json"), ("ttl", "turtle"))
    if (fmt := by_key(key))
}
OFFERS = (HTML, *(fmt.media_type for fmt in DATA_FORMATS.values()), "application/json")

blueprint = Blueprint("browse", __name__, template_folder="templates")


@blueprint.get("/browse/")
def index() -> Response:
    """Say what there is to browse, and how much of it."""
    _require_partage()
    body = render_template("browse-index.html", counts=served_dataset().member_counts).encode()
    return respond(body, HTML, modified=served_dataset().metadata.issued)


@blueprint.get("/browse/<name>")
def kind(name: str) -> Response:
    """Show the members of a kind that a view leaves: its page, or all of them as data."""
    _require_partage()
    stem, suffix = name.partition(".")[::2]
    if stem not in KINDS:
        abort(
            404,
            _(
                "%(name)s cannot be browsed. There are: %(kinds)s.",
                name=stem[:40],
                kinds=", ".join(KINDS),
            ),
        )
    dataset, reader, browsed = served_dataset(), language.reader_languages(), KINDS[stem]
    in_memory = dataset.table(stem) if dataset.is_in_memory else None
    view = read_view(browsed, in_memory.holders if in_memory else None, _facet_parameters())
    media_type = negotiated_media_type(OFFERS, suffix)
    fmt = None
    if media_type == HTML:
        if in_memory:
            table, found = in_memory, in_memory.find(view, reader)
        else:
            table, found = page(dataset.engine, browsed, view, reader[0])
        if view.page > found.pages:
            abort(
                404,
                _(
                    "There is no page %(page)s of %(name)s: the last is %(last)s.",
                    page=view.page,
                    name=stem,
                    last=found.pages,
                ),
            )
        links = _links(browsed, view, found)
        body = _page(table, view, found, reader, links)
    else:
        links = [Link("alternate", _address(browsed, view), HTML)]
        fmt = format_of(media_type, tuple(DATA_FORMATS.values()))
        body = _data(browsed, view, reader[0], fmt)
    links = links_in_release(request.script_root, links)
    response = respond(body, media_type, modified=served_dataset().metadata.issued, links=links)
    response.vary.add("Accept-Language")
    if fmt is not None:
        suffix = next(key for key, known in DATA_FORMATS.items() if known is fmt)
        response.headers["Content-Disposition"] = f'inline; filename="{stem}.{suffix}"'
    return response


def _facet_parameters() -> list[tuple[str, str]]:
    """Return the parameters that narrow: not those that name a format."""
    given = request.args.items(multi=True)
    return [(name, value) for name, value in given if name not in PARAMETERS]


def _require_partage() -> None:
    if not served_dataset().is_partage:
        abort(
            404, _("This dataset tells of no data-sharing agreements to browse. Query it instead.")
        )


def _page(
    table: BrowsedTable,
    view: BrowseView,
    found: BrowseResult,
    reader: Sequence[str],
    links: Sequence[Link],
) -> bytes:
    query = (select if found.facets else some)(table.kind, view, reader[0])
    shown = browse_page(table, view, found, reader)
    return render_template("browse.html", listing=shown, query=query, links=links).encode()


def _data(kind: BrowsedKind, view: BrowseView, code: str, fmt: Format) -> bytes:
    """Return all members that a view leaves, as the answer of its query."""
    text = (
        construct(kind, view, code) if fmt.kind == "graph" else select(kind, view, code, whole=True)
    )
    prefixes = tuple(PREFIXES.items()) if fmt.kind == "graph" else ()
    return b"".join(served_dataset().engine.query(Query(text, prefixes=prefixes)).serialize(fmt))


def _links(kind: BrowsedKind, view: BrowseView, found: BrowseResult) -> list[Link]:
    """Return the links to the other pages of a view, and to its data."""
    pages = [
        Link(rel, _address(kind, view, number))
        for rel, number in (
            ("first", 1), ("prev", view.page - 1), ("next", view.page + 1), ("last", found.pages),
        )
        if 1 <= number <= found.pages
    ]  # fmt: skip
    return pages + [
        Link("alternate", _address(kind, view, 1, f".{suffix}"), fmt.media_type)
        for suffix, fmt in DATA_FORMATS.items()
    ]


def _address(kind: BrowsedKind, view: BrowseView, number: int = 1, suffix: str = "") -> str:
    given = written(replace(view, page=number), kind)
    if code := language.chosen():
        given.append(("lang", code))
    query = urlencode(given)
    return f"/browse/{kind.name}{suffix}" + (f"?{query}" if query else "")
