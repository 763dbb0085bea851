"""
What machines look for first: the context, the links as sets, the map of the site, who may crawl
(RFC 9264, https://www.rfc-editor.org/rfc/rfc9264; Sitemaps, https://www.sitemaps.org/protocol.html).
"""

from collections.abc import Sequence

from flask import Blueprint, Response, redirect, render_template, request

from partage.errors import UnknownResource
from partage.rdf.jsonld import context_bytes
from partage.rdf.namespaces import BASE
from partage.resources.identifiers import document, iri_of
from partage.web.dataset import served_dataset, served_datasets
from partage.web.http.links import (
    LINKSETS,
    Anchored,
    Link,
    link_format,
    link_json,
    links_in_release,
)
from partage.web.http.release_paths import RELEASE, within
from partage.web.http.representation import negotiated_media_type, respond
from partage.web.http.validators import tag_of_bytes, validate
from partage.web.views.cited_queries import cited_results, result_links
from partage.web.views.resources.documents import (
    Document,
    find_document,
    release_document,
    statement_document,
)

XML = "application/xml"
ROBOTS = "User-agent: *\nDisallow: /sparql\nDisallow: /resource\n\n"
LARGEST_SITEMAP = 50_000

blueprint = Blueprint("discovery", __name__, template_folder="templates")


@blueprint.get("/context.jsonld")
def context() -> Response:
    """Send the JSON-LD context that our JSON-LD refers to."""
    body = context_bytes()
    response = Response(body, content_type="application/ld+json")
    return validate(response, tag_of_bytes(body), None)


@blueprint.get("/dcat")
def dcat() -> Response:
    """Send on to the document about the dataset, which is its DCAT description."""
    return redirect("/doc/dataset", 303)  # type: ignore[return-value]  # a Flask response


@blueprint.get("/linkset/<path:local>")
def linkset(local: str) -> Response:
    """Return the links of a document, and of what describes it, as a set."""
    root = request.script_root
    if local.startswith("query/"):
        anchor, links = _query_links(local)
        found = None
    else:
        found = _document(local)
        anchor, links = (
            within(root, str(found.path)),
            links_in_release(root, found.links(served_dataset())),
        )
    links = [link for link in links if link.rel != "linkset"]
    anchored: dict[str, Sequence[Link]] = {anchor: links}
    for link in links:
        if link.rel == "describedby":
            anchored[link.href] = [Link("describes", anchor, "text/html")]
    if found and found.iri == BASE:
        anchored |= {within(root, "/"): links, **_collection_links(links)}
    media_type = negotiated_media_type(LINKSETS)
    write = link_json if media_type == LINKSETS[0] else link_format
    body = write(anchored, request.url_root).encode()
    return respond(body, media_type, modified=served_dataset().metadata.issued)


def _query_links(local: str) -> tuple[str, list[Link]]:
    cited = cited_results.store().find(local.removeprefix("query/"))
    if cited is None:
        raise UnknownResource(BASE + local)
    return result_links.page_path(cited), result_links.links(cited, whole=True)


def _document(local: str) -> Document:
    space, _, name = local.partition("/")
    if space == "release":
        return release_document(served_datasets().catalog.find(name).version)
    iri = iri_of("/doc/" + local)
    if iri is None:
        raise UnknownResource(BASE + "id/" + local)
    if space != "statement":
        return find_document(served_dataset(), iri, "/doc/" + local, None, request.url_root)
    if served_datasets().statement(name, request.environ.get(RELEASE)) is None:
        raise UnknownResource(iri)
    return statement_document(name)


def _collection_links(links: list[Link]) -> Anchored:
    """Return the things of the dataset as its items, and it as their collection."""
    things = [thing for thing in served_dataset().metadata.things if thing != BASE]
    links += [Link("item", thing) for thing in things]
    return {thing: [Link("collection", BASE)] for thing in things}


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """List every document for crawlers; an index of lists where one would be too long."""
    documents = _documents()
    if len(documents) <= LARGEST_SITEMAP:
        return _xml(_urls(documents))
    numbers = range(1, -(-len(documents) // LARGEST_SITEMAP) + 1)
    return _xml(
        render_template(
            "sitemap.xml",
            index=True,
            addresses=[f"{request.url_root}sitemap-{number}.xml" for number in numbers],
            modified=served_dataset().metadata.issued,
        )
    )


@blueprint.get("/sitemap-<int:number>.xml")
def sitemap_part(number: int) -> Response:
    """Return one list of the index."""
    start = (number - 1) * LARGEST_SITEMAP
    documents = _documents()[start : start + LARGEST_SITEMAP] if number else []
    if not documents:
        raise UnknownResource(f"{BASE}sitemap-{number}.xml")
    return _xml(_urls(documents))


def _documents() -> list[str]:
    found = [path for thing in served_dataset().metadata.things if (path := document(thing))]
    return ["/", *found]


def _urls(paths: list[str]) -> str:
    host = request.url_root.rstrip("/")
    return render_template(
        "sitemap.xml",
        index=False,
        addresses=[host + path for path in paths],
        modified=served_dataset().metadata.issued,
    )


def _xml(text: str) -> Response:
    body = text.encode()
    response = Response(body, content_type=XML)
    return validate(response, tag_of_bytes(body), served_dataset().metadata.issued)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Let everybody read every document, and nobody crawl the endpoint."""
    return Response(
        ROBOTS + f"Sitemap: {request.host_url}sitemap.xml\n",
        content_type="text/plain; charset=utf-8",
    )
