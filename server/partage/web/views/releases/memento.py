"""
Older releases of every page and of the endpoint by date (Memento, RFC 7089, https://www.rfc-editor.org/rfc/rfc7089).

Each original resource is its own TimeGate (pattern 1.1, §4.1.1): `Accept-Datetime` sends on to the
address of the release that was current then. Those addresses never change their answer.
"""

import re
from urllib.parse import parse_qs, quote

from flask import Flask, Response, current_app, redirect, request
from werkzeug.exceptions import HTTPException

from partage.citation.record_kinds import named as named_by
from partage.citation.record_kinds import unversioned
from partage.errors import ProtocolError, UnknownRelease
from partage.rdf.namespaces import BASE
from partage.releases.catalog import Catalog
from partage.releases.datetime_negotiation import (
    Memento,
    OriginalResource,
    TimeMapLink,
    accept_datetime,
    http_date,
    memento_links,
    original_links,
    timegate_links,
)
from partage.releases.record import ReleaseRecord
from partage.resources.identifiers import iri_of, split
from partage.web.dataset import served_dataset, served_datasets
from partage.web.http.release_paths import BY_PARAMETER, PARAMETER, RELEASE, named
from partage.web.views.citations import negotiation

YEAR = 31_536_000
IMMUTABLE = f"public, max-age={YEAR}, immutable"
DRAFT = "draft"
# What tells of the server or of all releases has no past; a thing sends on to its document.
TIMELESS = frozenset(
    {
        "operations",
        "queries",
        "querycite",
        "releases",
        "differences",
        "static",
        "downloads",
    }
)
TIMELESS_PAGES = frozenset(
    {
        "resources.thing",
        "statements.thing",
        "nanopublications.thing",
        "pages.corrections",
        "discovery.context",
        "discovery.robots",
    }
)
NAMED_BY_PARAMETER = frozenset({"/resource", "/cite"})
# Links repeat the address of a query; headers must not grow with it without end.
LONGEST_LINKED = 2_000
# These differ at each evaluation, SERVICE with the other endpoint: such an answer is not kept.
_UNSETTLED = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\b|SERVICE", re.IGNORECASE)
SAFE = "/?:@!$&'()*+,;=-._~%"


def install(app: Flask) -> None:
    """Make every page a TimeGate, and label what is answered from a release."""
    app.before_request(_travel)
    app.after_request(_label)


def original(path: str, query: str) -> OriginalResource:
    """Return the original resource at a path of this host."""
    address = quote(path, safe=SAFE) + (f"?{quote(query, safe=SAFE)}" if query else "")
    return OriginalResource(_host() + address, _host() + "/timemap" + address)


def mementos(first: OriginalResource, records: tuple[ReleaseRecord, ...]) -> list[Memento]:
    """Return a resource's mementos in the given releases."""
    local = first.uri.removeprefix(_host())
    return [
        Memento(f"{_host()}/release/{record.version}{local}", record.issued) for record in records
    ]


def timed(path: str) -> bool:
    """Say whether there is a page at a path whose answer depends on the release."""
    try:
        endpoint, _ = current_app.url_map.bind("").match(path)
    except HTTPException:
        return False
    return _timed(endpoint)


def holding(path: str, query: str) -> tuple[ReleaseRecord, ...]:
    """Return the releases that have the resource at a path; all, where it is none in the data."""
    subject = _subject(path, query)
    records = served_datasets().catalog.records
    if subject is None:
        return records
    return tuple(
        record for record in records if served_datasets().at_release(record.version).holds(subject)
    )


def _subject(path: str, query: str) -> str | None:
    if path in NAMED_BY_PARAMETER:
        iri = next(iter(parse_qs(query).get("iri", ())), "")
        return unversioned(named_by(iri))[0] if path == "/cite" else iri
    if not path.startswith("/doc/"):
        return None
    stem, _ = negotiation.split_citation_suffix(path) or split(path)
    return iri_of(stem) or BASE + "id/" + path.removeprefix("/doc/")


def choose(version: str | None) -> None:
    """
    Have the request ask the release that a parameter of its body, or beside its path, names.

    Raises
    ------
    ProtocolError
        Its address names another.
    UnknownRelease
        There is no such release.
    """
    chosen, asked = named(version), request.environ.get(RELEASE)
    if chosen is None or chosen == asked:
        return
    if asked is not None:
        raise ProtocolError(
            "The address asks release %(asked)s, version=%(chosen)s another. Use one.",
            asked=asked,
            chosen=chosen,
        )
    request.environ[RELEASE] = served_datasets().catalog.find(chosen).version


def _travel() -> Response | None:
    if request.environ.get(RELEASE):
        choose(request.args.get(PARAMETER))
    wish = request.headers.get("Accept-Datetime")
    if wish is None or not _gate() or request.environ.get(RELEASE):
        return None
    moment = accept_datetime(wish)
    query = request.query_string.decode("latin-1")
    records = holding(request.path, query)
    chosen = Catalog(served_datasets().catalog.directory, records).at(moment)
    if chosen is None:
        raise UnknownRelease(
            "No release has this resource. Ask without Accept-Datetime for what is current."
        )
    here = original(request.path, query)
    all_ = mementos(here, records)
    memento = all_[records.index(chosen)]
    # A query in the body must be sent again, with its method (RFC 9110 §15.4.8).
    response = redirect(memento.uri, 302 if request.method in {"GET", "HEAD"} else 307)
    _link(response, here, timegate_links(here, memento, all_))  # type: ignore[arg-type]
    return response  # type: ignore[return-value]  # Flask's redirect makes a Flask response


def _label(response: Response) -> Response:
    if not _gate():
        return response
    version = request.environ.get(RELEASE)
    if version is None:
        response.vary.add("accept-datetime")
    if response.status_code not in {200, 304, 410}:
        return response
    here = original(request.path, request.query_string.decode("latin-1"))
    _say_version(response)
    if version is None:
        _link(response, here, original_links(here))
    elif response.status_code != 410:
        _label_memento(response, here, version)
    return response


def _label_memento(response: Response, resource: OriginalResource, version: str) -> None:
    record = served_datasets().catalog.find(version)
    response.headers["Memento-Datetime"] = http_date(record.issued)
    if request.environ.get(BY_PARAMETER):
        address = mementos(resource, (record,))[0].uri.removeprefix(_host())
        response.headers["Content-Location"] = address
    if request.method in {"GET", "HEAD"}:
        if not _UNSETTLED.search(request.args.get("query", "")):
            response.headers["Cache-Control"] = IMMUTABLE
        records = holding(request.path, request.query_string.decode("latin-1"))
        all_ = mementos(resource, records)
        if record in records:
            _link(response, resource, memento_links(resource, all_[records.index(record)], all_))


def _say_version(response: Response) -> None:
    record = served_dataset().record
    if record is not None:
        response.headers["Dataset-Version"] = record.version
    elif served_dataset().release is not None:
        response.headers["Dataset-Version"] = DRAFT


def _link(response: Response, resource: OriginalResource, links: list[TimeMapLink]) -> None:
    if len(resource.uri) <= LONGEST_LINKED:
        response.headers.add("Link", ", ".join(map(str, links)))


def _gate() -> bool:
    """Say whether the request is for something that has a past, where there is a past at all."""
    return bool(served_datasets().catalog.records) and _timed(request.endpoint)


def _timed(endpoint: str | None) -> bool:
    if endpoint is None or endpoint in TIMELESS_PAGES:
        return False
    return endpoint.partition(".")[0] not in TIMELESS


def _host() -> str:
    return f"{request.scheme}://{request.host}"
