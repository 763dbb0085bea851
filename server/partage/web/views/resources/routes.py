"""Things, and the documents about them (Cool URIs, https://www.w3.org/TR/cooluris/#r303gendocument)."""

import json
from collections.abc import Sequence
from pathlib import Path

from flask import Blueprint, Response, render_template, request
from pyoxigraph import Quad

from partage.errors import NotAcceptable, ProtocolError, UnknownResource
from partage.rdf.formats import GRAPH_FORMATS, Format, by_path
from partage.rdf.jsonld import CONTEXT, FORM_NAMESPACE, Form, write_jsonld
from partage.rdf.namespaces import BASE, RELEASES
from partage.rdf.sparql_terms import is_iri
from partage.resources.description.profiles import (
    ALT,
    FULL,
    PREFIXES,
    PROFILES,
    SCHEMA,
    Profile,
    alternates,
)
from partage.resources.description.retired import Tombstone
from partage.resources.description.shapes_graph import SHAPES
from partage.resources.identifiers import document, iri_of, split
from partage.resources.labels import labels, names
from partage.resources.ontology.term_reference import ONTOLOGY
from partage.resources.pages.claims_about import claims_about
from partage.resources.pages.resource import resource_page
from partage.resources.pages.term_texts import TermText, TermWriter
from partage.store.embedded.quads_writing import write_quads
from partage.web.dataset import served_dataset, served_datasets
from partage.web.http import language
from partage.web.http.links import Link, link_header, links_in_release
from partage.web.http.negotiation import (
    HTML,
    first_writable,
    form_of,
    format_of,
    media_types,
    profile_of,
)
from partage.web.http.representation import (
    negotiated_media_type,
    preferred_media_types,
    redirect_with_query,
    represent,
    respond,
)
from partage.web.http.validators import tag_of_quads
from partage.web.views.citations import negotiation
from partage.web.views.resources import page_templates, terminology
from partage.web.views.resources.document_metadata import (
    describes_link,
    document_links,
    document_quads,
    structured_data,
    web_page_json,
)
from partage.web.views.resources.documents import (
    SHIPPED,
    Document,
    find_document,
    has_canonical_digest,
    previous_ontology,
)

SAMPLE_TRIPLES = 100
WITH_GRAPHS = ("trig", "nquads", "jsonld")
# Longer graphs are written for each who asks, and not kept.
MOST_TRIPLES_CACHED = 100_000

blueprint = Blueprint("resources", __name__, template_folder="templates")


@blueprint.get("/id/<path:local>")
@blueprint.get("/voc/<path:local>")
@blueprint.get("/graph/<path:local>")
@blueprint.get("/<any(ns, shapes, profiles):local>")
def thing(local: str = "") -> Response:  # noqa: ARG001  # the path is read whole
    """Send a thing's visitor on to the document about it, whatever format is wanted."""
    iri = BASE + request.path.removeprefix("/")
    path = document(iri)
    retired = served_dataset().metadata.tombstones.get(iri)
    if path is None or not (retired or iri in SHIPPED or served_dataset().holds(iri)):
        raise UnknownResource(iri)
    if retired is not None:
        return _tombstone_response(retired, None)
    return redirect_with_query(path)


@blueprint.get("/<any(ns, shapes, profiles):local>.<suffix>")
def vocabulary(local: str, suffix: str) -> Response:
    """Send a request for `/ns.owl`, which ontology tools try, on to the document in that format."""
    fmt = by_path(Path(f"{local}.{suffix}"))
    if fmt not in GRAPH_FORMATS or suffix.endswith(".gz"):
        raise UnknownResource(f"{BASE}{local}.{suffix}")
    return redirect_with_query(f"/doc/{local}.{fmt.extension}")


@blueprint.get("/doc/<path:local>")
def page(local: str) -> Response:
    """Describe one of our resources, in the format of the suffix or of `Accept`."""
    path, suffix = negotiation.split_citation_suffix("/doc/" + local) or split("/doc/" + local)
    iri = iri_of(path)
    if iri is None:
        raise UnknownResource(BASE + "id/" + local)
    return document_response(iri, path, suffix)


@blueprint.get("/resource")
def any_resource() -> Response:
    """Describe any resource that the dataset knows, whoever named it: `/resource?iri=…`."""
    iri = request.args.get("iri", "")
    if not is_iri(iri):
        raise ProtocolError("Give the absolute IRI of a resource as the parameter `iri`.")
    return document_response(iri, None)


def document_response(iri: str, path: str | None, suffix: str | None = None) -> Response:
    """Answer with the document about an IRI, as negotiated."""
    if tombstone := served_dataset().metadata.tombstones.get(iri):
        return _tombstone_response(tombstone, suffix)
    number = _page_number()
    shown = find_document(served_dataset(), iri, path, number or 1, request.url_root)
    profile = profile_of(
        request.headers.get("Accept-Profile"), request.args.get("_profile"), shown.profiles
    )
    offers = media_types(profile.graph_formats, html=profile.html)
    if cited := negotiation.preferred_citation(iri, suffix, offers):
        return negotiation.citation_response(iri, cited)

    def represented(media_type: str) -> Response:
        if media_type == HTML or number is not None or not shown.is_truncated:
            return _representation(shown, profile, media_type)
        whole = find_document(
            served_dataset(), iri, path, None, request.url_root
        )  # data are whole where they can be
        return _representation(whole, profile, media_type)

    try:
        return first_writable(
            preferred_media_types([*offers, *negotiation.citation_media_types(iri)], suffix),
            represented,
        )
    except NotAcceptable as error:
        others = links_in_release(request.script_root, shown.alternates())
        addresses = [(link.type, link.href) for link in others if not link.profile]
        raise NotAcceptable(error.offers, addresses) from None


def _representation(shown: Document, profile: Profile, media_type: str) -> Response:
    """Return a document in a profile and a format."""
    links = document_links(shown, profile)
    if media_type == HTML:
        reader = language.reader_languages()
        body = _html(shown, profile, reader, links).encode()
        response = respond(body, HTML, modified=served_dataset().metadata.issued)
    else:
        links += describes_link(shown)
        response = _data_response(
            shown, profile, format_of(media_type, profile.graph_formats), media_type
        )
    response.vary.add("Accept-Profile")
    response.headers["Content-Profile"] = f"<{profile.iri}>"
    response.headers["Link"] = link_header(links, response.mimetype or "")
    return response


def _page_number() -> int | None:
    text = request.args.get("page")
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or not int(text[:9]) > 0:
        raise ProtocolError("page=%(page)s is no page. Use a number from 1.", page=text[:40])
    return int(text[:9])


def _data_response(shown: Document, profile: Profile, fmt: Format, media_type: str) -> Response:
    """Return a document in a format for programs."""
    known = served_dataset().metadata
    if profile is SCHEMA:
        reader = language.reader_languages()
        nodes = [*structured_data(shown, reader), *web_page_json(shown.iri, shown.address())]
        body = json.dumps(nodes, ensure_ascii=False, indent=2).encode()
        response = respond(body, media_type, modified=known.issued)
        response.vary.add("Accept-Language")
        return response
    form: Form | None = None
    if fmt.key == "jsonld":
        form = form_of(request.args.get("_mediatype") or request.headers.get("Accept"))
    content_type = f'{media_type}; profile="{FORM_NAMESPACE}{form}"' if form else media_type
    # A graph can be large and is the same for everybody; what is about a resource is small.
    if (
        shown.description is None
        and has_canonical_digest(profile)
        and len(shown.triples) <= MOST_TRIPLES_CACHED
    ):
        key = (shown.iri, fmt.key, profile.token, form)
        body, tag = served_dataset().cached(key, lambda: _serialized(shown, profile, fmt, form))
    else:
        body, tag = _serialized(shown, profile, fmt, form)
    if fmt.key == "jsonld":  # the context is read from the host that was asked
        body = body.replace(_quoted(CONTEXT), _quoted(request.host_url + "context.jsonld"), 1)
    return respond(body, content_type, tag=tag, modified=known.issued)


def _serialized(
    shown: Document, profile: Profile, fmt: Format, form: Form | None
) -> tuple[bytes, str]:
    """Return a document in a format, and the tag of its quads where they are of the dataset."""
    host = request.url_root
    quads = shown.quads(profile, host)
    if profile is FULL and shown.description is not None and not shown.is_publication:
        quads += names(served_dataset().engine, quads)
    if profile is ALT:
        quads = alternates(shown.iri, [r.at(host.rstrip("/")) for r in shown.representations()])
    # The graphs of a claim version have a digest, and tell their licence themselves.
    if profile is ALT or not (shown.is_publication and fmt.key in WITH_GRAPHS):
        quads += document_quads(shown.iri, shown.address())
    if fmt.key == "jsonld":
        body = write_jsonld(quads, shown.iri, form or "framed")
    else:
        body = write_quads(quads, fmt, PREFIXES if profile is ALT else {})
    return body, tag_of_quads(quads, fmt.key, profile.token, form) if has_canonical_digest(
        profile
    ) else ""


def _quoted(text: str) -> bytes:
    return json.dumps(text).encode()


def _html(  # noqa: PLR0911  # one return for each template
    shown: Document, profile: Profile, reader: tuple[str, ...], links: Sequence[Link]
) -> str:
    engine, iri = served_dataset().engine, shown.iri
    common: dict[str, object] = {
        "iri": iri,
        "path": shown.path,
        "language": reader[0],
        "links": links,
        "structured": structured_data(shown, reader),
        "told": shown,
    }
    if profile is ALT:
        return render_template("alternates-page.html", **common)
    if iri == ONTOLOGY and (terms := terminology.ontology_markup(tuple(reader))):
        return render_template(
            "ontology.html", terms=terms, prior=previous_ontology(served_dataset()), **common
        )
    if iri == SHAPES:
        return render_template(
            "shapes.html", shapes=terminology.shapes_markup(tuple(reader)), **common
        )
    if iri in SHIPPED:
        return render_template("profiles.html", profiles=PROFILES, **common)
    description = shown.description
    if description is None:
        sample = _sample(shown.triples, reader)
        return render_template("graph.html", size=len(shown.triples), sample=sample, **common)
    if kind := page_templates.page_template_of(description):
        return kind.render(shown, reader, common)
    common["page"] = resource_page(engine, description, reader)
    if description.page > 1:
        return render_template("incoming.html", **common)
    common["claims"] = claims_about(engine, description, reader)
    return render_template("resource.html", publication=description.is_publication, **common)


def _tombstone_response(tombstone: Tombstone, suffix: str | None) -> Response:
    """Send on to what an identifier was merged into, or say why it was withdrawn."""
    onward = document(tombstone.successor) if tombstone.successor else None
    if cited := negotiation.preferred_citation(tombstone.iri, suffix, media_types(GRAPH_FORMATS)):
        return negotiation.citation_response(tombstone.iri, cited)
    if tombstone.status == "merged" and onward:
        return redirect_with_query(onward + (f".{suffix}" if suffix else ""), 301)
    links = [Link("cite-as", negotiation.cited_address(tombstone.iri))]
    if onward:
        links += links_in_release(request.script_root, [Link("successor-version", onward)])
    offers = media_types(GRAPH_FORMATS)
    media_type = negotiated_media_type(
        [*offers, *negotiation.citation_media_types(tombstone.iri)], suffix
    )
    if media_type == HTML:
        reader = language.reader_languages()
        names = {tombstone.iri, *([tombstone.successor] if tombstone.successor else [])}
        found = TermWriter(labels(served_dataset().engine, names, reader))
        successor = found.named(tombstone.successor) if tombstone.successor else None
        version = tombstone.text("dct:isPartOf").removeprefix(RELEASES)
        has_release = any(record.version == version for record in served_datasets().catalog)
        past = f"/release/{version}{document(tombstone.iri)}" if has_release else None
        body = render_template(
            "tombstone.html",
            stone=tombstone,
            successor=successor,
            version=version,
            past=past,
            links=links,
        ).encode()
    else:
        fmt = format_of(media_type, GRAPH_FORMATS)
        quads = [*tombstone.quads, *document_quads(tombstone.iri, str(document(tombstone.iri)))]
        context = request.host_url + "context.jsonld"
        body = (
            write_jsonld(quads, tombstone.iri, context=context)
            if fmt.key == "jsonld"
            else write_quads(quads, fmt)
        )
    response = represent(body, media_type)
    response.status_code = 410
    response.headers["Link"] = link_header(links)
    return response


def _sample(contents: Sequence[Quad], reader: Sequence[str]) -> list[tuple[TermText, ...]]:
    """Return the first triples of a graph as values to show."""
    triples = [(quad.subject, quad.predicate, quad.object) for quad in contents[:SAMPLE_TRIPLES]]
    names = {str(getattr(term, "value", "")) for triple in triples for term in triple}
    writer = TermWriter(labels(served_dataset().engine, names, reader))
    return [tuple(writer.value(term) for term in triple) for triple in triples]
