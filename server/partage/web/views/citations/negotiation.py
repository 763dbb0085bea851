"""
Citations over HTTP: by suffix, by `Accept` as DOI resolvers do
(https://citation.doi.org/docs.html), and as the box and the metadata in pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from flask import Response, g, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_options_header

from partage.citation.citable import cite, cited_at
from partage.citation.citation_formats import (
    CITATION_FORMATS,
    CitationFormat,
    citation_format,
    printable,
    text,
)
from partage.citation.model import Citation, versioned
from partage.citation.record_kinds import kind_of, unversioned, whole
from partage.citation.statement_citation import cite_statement
from partage.citation.styles import DEFAULT_STYLE, STYLES
from partage.errors import NotAcceptable, UnknownResource
from partage.rdf.canonical import STATEMENTS
from partage.resources.pages.statement_details import makers
from partage.web.dataset import served_dataset, served_datasets
from partage.web.http.negotiation import languages, negotiate, offer_of
from partage.web.http.release_paths import RELEASE
from partage.web.http.representation import represent, requested_formats
from partage.web.views.cited_queries import cited_results

MEDIA_TYPES = tuple(dict.fromkeys(fmt.media_type for fmt in CITATION_FORMATS))
TEXT = "text/x-bibliography"
# The longest first: `.csl.json` and not what ends in `.json`.
_SUFFIXES = sorted((fmt.suffix for fmt in CITATION_FORMATS), key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class CitationBox:
    """What a page shows of its citation: formatted text, BibTeX, and what there is besides."""

    citation: Citation
    language: str
    text: str
    bibtex: str
    formats: tuple[CitationFormat, ...] = CITATION_FORMATS
    styles: tuple[tuple[str, str], ...] = STYLES


def citable(iri: str) -> bool:
    """Return whether a thing is of a kind that we cite."""
    thing = unversioned(iri)[0]
    return (
        cited_results.is_cited(iri)
        or thing.startswith(STATEMENTS)
        or kind_of(whole(thing)) is not None
    )


def citation_media_types(iri: str) -> Sequence[str]:
    """Return the media types of the citations of a thing, none where it is none of ours."""
    return MEDIA_TYPES if citable(iri) else ()


def split_citation_suffix(path: str) -> tuple[str, str] | None:
    """Split a citation format's suffix from a path, None where there is none."""
    for suffix in _SUFFIXES:
        if path.endswith("." + suffix):
            return path.removesuffix("." + suffix), suffix
    return None


def preferred_citation(
    iri: str, suffix: str | None, other_media_types: Sequence[str]
) -> CitationFormat | None:
    """
    Return the format of a citation that a request prefers, None where it prefers another answer.

    `others` is what is offered besides.
    """
    if not citable(iri):
        return None
    if suffix:
        return citation_format(suffix)
    for wish in requested_formats():
        if cited := citation_format(wish.replace(" ", "+")):
            return cited
        if offer_of(wish, other_media_types):
            return None
    try:
        return citation_format(
            negotiate(request.headers.get("Accept"), [*other_media_types, *MEDIA_TYPES])
        )
    except NotAcceptable:
        return None  # the caller offers the other formats


def citation(iri: str) -> Citation:
    """
    Return the citation of a thing in the release that the request or the IRI names.

    Raises
    ------
    UnknownResource
        It is none of ours, or nothing is said of it.
    UnknownRelease
        There is no such release.
    """
    if cited_results.is_cited(iri):
        return printable(cited_results.citation(iri))
    thing, version = unversioned(iri)
    if thing.startswith(STATEMENTS):
        return printable(_of_statement(thing, version))
    dataset = served_dataset() if version is None else served_datasets().at_release(version)
    return printable(cite(dataset.engine, thing, dataset.record))


def _of_statement(iri: str, version: str | None) -> Citation:
    found = served_datasets().statement(
        iri.removeprefix(STATEMENTS), version or request.environ.get(RELEASE)
    )
    if found is None:
        raise UnknownResource(iri)
    dataset, triple = found
    return cite_statement(dataset.engine, triple, makers(dataset.engine, triple), dataset.record)


def cited_address(iri: str) -> str:
    """
    Return the address that the citation of a thing names (RFC 8574); its IRI where none is made.

    It is the `url` of `citation`, found without making one.
    """
    if not citable(iri) or cited_results.is_cited(iri):
        return iri
    thing, version = unversioned(iri)
    if thing.startswith(STATEMENTS):
        release = version or request.environ.get(RELEASE)
        found = served_datasets().statement(thing.removeprefix(STATEMENTS), release)
        return versioned(thing, found[0].record) if found else iri
    dataset = served_dataset() if version is None else served_datasets().at_release(version)
    return cited_at(dataset.engine, thing, dataset.record)


def citation_response(iri: str, fmt: CitationFormat) -> Response:
    """Answer with the citation of a thing in a format; a draft tells the day it was looked at."""
    language = _language()
    cited = citation(iri)
    if cited.draft:
        cited = replace(cited, accessed=datetime.now(tz=UTC).date())
    body = text(cited, language, _style()) if fmt.key == "text" else fmt.render(cited, language)
    response = represent(body.encode(), fmt.media_type)
    response.vary.add("Accept-Language")
    name = f"{cited.key}.{fmt.suffix}"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def citation_box(iri: str) -> CitationBox | None:
    """Return what the page about a thing shows of its citation, None where there is none."""
    if not citable(iri):
        return None
    if "citation_box" not in g:  # once for the head of a page, once for its body
        g.citation_box = _make_citation_box(iri)
    found: CitationBox | None = g.citation_box
    return found


def _make_citation_box(iri: str) -> CitationBox | None:
    language = _language()
    try:
        made = citation(iri)
    except UnknownResource:  # others name it, but nothing is said of it
        return None
    bibtex = CITATION_FORMATS[0].render(made, language)
    return CitationBox(made, language, text(made, language, DEFAULT_STYLE), bibtex)


def _style() -> str:
    return request.args.get("style") or _bibliography_parameters().get("style") or DEFAULT_STYLE


def _language() -> str:
    wish = (
        request.args.get("lang")
        or _bibliography_parameters().get("locale", "").partition("-")[0].lower()
    )
    return languages(request.headers.get("Accept-Language"), wish or None)[0]


def _bibliography_parameters() -> dict[str, str]:
    """Return the parameters of the bibliography that `Accept` asks for."""
    for value, _ in parse_accept_header(request.headers.get("Accept", ""), MIMEAccept):
        kind, parameters = parse_options_header(value)
        if kind == TEXT:
            return parameters
    return {}
