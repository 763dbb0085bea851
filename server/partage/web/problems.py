"""
The one table from errors to HTTP statuses, and how an error looks to each reader
(RFC 9457, https://www.rfc-editor.org/rfc/rfc9457).
"""

import logging
import uuid

from flask import Flask, Response, make_response, render_template, request
from flask_babel import lazy_gettext as _
from werkzeug.exceptions import BadHost, HTTPException, InternalServerError

from partage.errors import (
    BodyTimeout,
    BudgetSpent,
    ContentTooLarge,
    DatasetTooLarge,
    EngineBusy,
    EngineError,
    EngineFailure,
    EngineUnavailable,
    HeaderFieldsTooLarge,
    IncompleteBody,
    MemoryExceeded,
    Message,
    NotAcceptable,
    NotCitable,
    NotSupported,
    OutOfResources,
    PartageError,
    PlacedError,
    ProtocolError,
    QueryCrashed,
    QueryEnded,
    QueryStoreFull,
    QuerySyntaxError,
    QueryTimeout,
    RangeNotSatisfiable,
    RegexNotSupported,
    RemoteFailure,
    RequestError,
    ServiceError,
    ServiceFailed,
    ServiceLimitExceeded,
    ServiceRefused,
    ServiceTimeout,
    StatementsNotIndexed,
    TooManyRequests,
    UnknownCitation,
    UnknownQuery,
    UnknownRelease,
    UnknownResource,
    UnknownStyle,
    UnorderedTerms,
    UnsupportedMediaType,
    UntranslatedText,
    Unwritable,
    UpdateRefused,
    UriTooLong,
    WithdrawnResource,
    message,
)
from partage.web.http import language
from partage.web.http.links import Link, link_header
from partage.web.http.negotiation import HTML, negotiate
from partage.web.http.representation import requested_formats
from partage.web.nearest_resources import nearest

STATUS: dict[type[PartageError], int] = {
    RequestError: 400,
    ProtocolError: 400,
    IncompleteBody: 400,
    QuerySyntaxError: 400,
    RegexNotSupported: 400,
    UnknownStyle: 400,
    ServiceRefused: 403,
    UpdateRefused: 403,
    UnknownQuery: 404,
    UnknownResource: 404,
    UnknownRelease: 404,
    StatementsNotIndexed: 404,
    DatasetTooLarge: 404,
    UnknownCitation: 404,
    NotAcceptable: 406,
    Unwritable: 406,
    BodyTimeout: 408,
    NotCitable: 409,
    WithdrawnResource: 410,
    ContentTooLarge: 413,
    UriTooLong: 414,
    UnsupportedMediaType: 415,
    RangeNotSatisfiable: 416,
    BudgetSpent: 429,
    TooManyRequests: 429,
    HeaderFieldsTooLarge: 431,
    EngineError: 500,
    EngineFailure: 500,
    QueryCrashed: 500,
    UnorderedTerms: 500,
    EngineUnavailable: 502,
    RemoteFailure: 502,
    QueryTimeout: 503,
    QueryEnded: 503,
    MemoryExceeded: 503,
    EngineBusy: 503,
    NotSupported: 501,
    OutOfResources: 503,
    ServiceFailed: 502,
    ServiceLimitExceeded: 503,
    ServiceTimeout: 504,
    QueryStoreFull: 507,
}
TITLES: dict[int, str] = {
    400: _("The request cannot be understood"),
    403: _("Not allowed here"),
    404: _("Nothing here"),
    405: _("This method is not for this address"),
    406: _("Not in this format"),
    408: _("The request came too slowly"),
    409: _("Cannot be cited"),
    410: _("Withdrawn"),
    413: _("Too large"),
    414: _("The address is too long"),
    415: _("Not a media type we read"),
    416: _("No such part"),
    429: _("Too much for now"),
    431: _("The request's header is too long"),
    500: _("The server failed"),
    501: _("Not known here"),
    502: _("The store cannot be reached"),
    503: _("The query took too long"),
    504: _("Another endpoint was too slow"),
    507: _("No room for more"),
}
# Where the error says more than its status.
NAMES: dict[type[PartageError], str] = {
    QuerySyntaxError: _("The query does not parse"),
    RegexNotSupported: _("The regular expression is not supported"),
    UnknownStyle: _("No such citation style"),
    Unwritable: _("This format cannot write the answer"),
    QueryEnded: _("The query was ended"),
    MemoryExceeded: _("The query needed too much memory"),
    EngineBusy: _("Too many queries at once"),
    OutOfResources: _("The server is short of resources"),
    QueryCrashed: _("The query crashed its process"),
    UnorderedTerms: _("The query crashed its process"),
    RemoteFailure: _("The store does not answer as it should"),
    ServiceFailed: _("Another endpoint failed"),
    ServiceLimitExceeded: _("Another endpoint answers too much"),
}
# What an engine says about its failure is for the log; about a limit, or an endpoint that the
# query itself names, for the reader.
TOLD = (
    QueryTimeout,
    RangeNotSatisfiable,
    QueryEnded,
    MemoryExceeded,
    EngineBusy,
    NotSupported,
    QueryStoreFull,
    ServiceError,
)
# Where a person mends the query and asks again.
ASKED = ("/sparql", "/sparql/why", "/query")
PROBLEM = "application/problem+json"
TEXT = "text/plain"
# Who asks for answers in JSON alone can read an error in JSON.
JSONS = ("application/json", "application/sparql-results+json", "application/ld+json")
# Registered by draft-ietf-httpapi-ratelimit-headers.
QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"

log = logging.getLogger(__name__)


def status_of(error: PartageError) -> int:
    """Return the status of an error: that of its class or its nearest base."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def retry_after(error: PartageError) -> int | None:
    """Return in how many seconds to ask again; None where that is not known."""
    seconds = getattr(error, "retry_after", None)
    assert seconds is None or isinstance(seconds, int)
    return seconds


def install(app: Flask) -> None:
    """Answer every error of ours and of HTTP through one representation."""
    app.register_error_handler(PartageError, _answer_ours)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(InternalServerError, _answer_unforeseen)


def _answer_ours(error: PartageError) -> Response:
    if not isinstance(error, RequestError | EngineError):
        return _represent(500, _generic(error))
    status = status_of(error)
    facts: dict[str, object] = {}
    if isinstance(error, PlacedError) and error.line is not None:
        facts = {"line": error.line, "column": error.column}
    if isinstance(error, NotAcceptable):
        facts = {"offers": list(error.offers)}
        if error.addresses:
            facts["alternates"] = [{"type": kind, "href": href} for kind, href in error.addresses]
    if isinstance(error, UnknownResource):
        facts = {"nearest": nearest(error.iri)}
    if isinstance(error, BudgetSpent):
        facts = {"type": QUOTA_EXCEEDED, "violated-policies": [error.policy]}
    response = _represent(status, error_message(error), facts, NAMES.get(type(error)))
    if isinstance(error, NotAcceptable) and error.addresses:
        links = [Link("alternate", href, kind) for kind, href in error.addresses]
        response.headers["Link"] = link_header(links)
    if (seconds := retry_after(error)) is not None:
        response.headers["Retry-After"] = str(seconds)
    return response


def _answer_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:  # a redirect of the routing is an answer, not a fault
        return make_response(error.get_response())
    response = _represent(status, _http_message(error, status))
    for name, value in error.get_headers():
        if name in {"Allow", "Content-Range"}:
            response.headers[name] = value
    return response


def _answer_unforeseen(error: InternalServerError) -> Response:
    """Answer an unhandled exception: by a page, or by plain text where the page fails as well."""
    detail = _generic(error.original_exception or error)
    try:
        return _represent(500, detail)
    except Exception:
        log.exception("The error could not be represented.")
        response = make_response(f"{detail}\n", 500)
        response.mimetype = TEXT
        response.headers["Cache-Control"] = "no-store"
        return response


def _http_message(error: HTTPException, status: int) -> Message:
    """Return what to tell of an error of HTTP: our words, where nobody of us chose others."""
    if error.description != type(error).description:
        return message("%(reason)s", reason=error.description)
    match status:
        case 404:
            return message(
                "There is no page at %(path)s. Start from the home page, or query.",
                path=request.path,
            )
        case 405:
            return message(
                "%(method)s is not for %(path)s. Use %(allowed)s.",
                method=request.method,
                path=request.path,
                allowed=", ".join(sorted(getattr(error, "valid_methods", None) or ())),
            )
        case 413:
            most = request.max_content_length
            return message("The body is longer than %(most)s bytes. Send less.", most=most)
    return message("%(reason)s", reason=UntranslatedText(error.description))


def error_message(error: PartageError) -> Message:
    """Return what to tell of an error of ours: its own words, unless they are for the log."""
    if isinstance(error, QueryCrashed):
        return message(
            "%(reason)s If that does not help, report it: "
            "it was noted here under the number %(number)s.",
            reason=error.message,
            number=_note(error),
        )
    if isinstance(error, EngineUnavailable | RemoteFailure):
        return message(
            "The store of the data did not answer as it should; that was noted here under the "
            "number %(number)s. Try again later.",
            number=_note(error),
        )
    if status_of(error) >= 500 and not isinstance(error, TOLD):
        return _generic(error)
    return error.message


def _generic(error: BaseException) -> Message:
    return message(
        "Something went wrong here; it was noted under the number %(number)s.", number=_note(error)
    )


def _note(error: BaseException) -> str:
    """Log an error under a number, and return the number."""
    number = uuid.uuid4().hex[:12]
    log.error("%s %s %s", number, request.method, request.path, exc_info=error)
    return number


def _represent(
    status: int, detail: Message, facts: dict[str, object] | None = None, name: str | None = None
) -> Response:
    title = str(name or TITLES.get(status, _("This did not work")))
    chosen = _chosen()
    if chosen == HTML:
        query = _query() if request.path in ASKED and status != 413 else None
        template = "query.html" if query is not None else "error.html"
        page = render_template(
            template,
            status=status,
            title=title,
            detail=language.marked(detail),
            facts=facts or {},
            query=query,
        )
        response = make_response(page, status)
    elif chosen == TEXT:
        response = make_response(language.plain(detail) + "\n", status)
        response.mimetype = TEXT
    else:
        problem = {"type": "about:blank", "title": title, "status": status}
        problem["detail"] = language.plain(detail)
        response = make_response({**problem, **(facts or {})}, status)
        response.mimetype = PROBLEM
    response.vary.update(["Accept", "Accept-Language"])
    response.headers["Content-Language"] = language.page_language()
    response.headers["Cache-Control"] = "no-store"
    return response


def _chosen() -> str:
    """Return how to tell an error: as the address asks for answers, else as the header does."""
    if isinstance(request.routing_exception, BadHost):
        return TEXT  # a page would link to others, and has no address to do so from
    for wish in requested_formats():
        if wish == "html":
            return HTML
        if "json" in wish:
            return PROBLEM
    try:
        return negotiate(request.headers.get("Accept"), [TEXT, HTML, PROBLEM, *JSONS])
    except NotAcceptable:
        return TEXT  # where nothing is acceptable, plain text is sent (RFC 9110 §12.1)


def _query() -> str | None:
    """Return the text of the query that failed, for its author to mend."""
    return request.values.get("query") if request.method in {"GET", "POST"} else None
