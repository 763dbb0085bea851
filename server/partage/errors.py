"""
Every error Partage raises on purpose.

::

    PartageError
    ├ PlacedError             of a query, at a place: QuerySyntaxError, ServiceError (line, column)
    ├ RequestError            the request is at fault
    │  ├ ProtocolError        SPARQL 1.1 Protocol §2.1: parameters, method or body
    │  ├ QuerySyntaxError     the query text does not parse (line, column)
    │  ├ NotAcceptable        no offered format satisfies Accept (offers)
    │  ├ Unwritable           the answer holds what its format cannot write
    │  ├ UnsupportedMediaType the body's media type is none we read
    │  ├ ContentTooLarge      the body is longer than the limit
    │  ├ UriTooLong           the URI is longer than the limit
    │  ├ HeaderFieldsTooLarge the header fields are longer, or more, than the limit
    │  ├ RangeNotSatisfiable  the range asked for holds none of the answer's bytes
    │  ├ IncompleteBody       the body breaks off
    │  ├ BodyTimeout          the body does not come in time
    │  ├ TooManyRequests      the client has too much under way (retry_after)
    │  ├ RegexNotSupported    the engine cannot evaluate a regular expression (line, column)
    │  ├ NotSupported         the method or transfer coding is none we know
    │  ├ UpdateRefused        the endpoint is read-only
    │  ├ ServiceRefused       the query would reach out to another endpoint
    │  ├ UnknownResource      nothing is known of this IRI
    │  ├ UnknownQuery         no query with this id is running
    │  ├ WithdrawnResource    the identifier was withdrawn
    │  ├ NotCitable           what the query answers could not be found again
    │  ├ UnknownCitation      no result was cited under this address
    │  ├ UnknownRelease       no release has this number
    │  ├ StatementsNotIndexed the dataset is too large to find statements by digest
    │  ├ DatasetTooLarge      the dataset is too large to be told or searched as a whole
    │  ├ UnknownStyle         no citation style has this name
    │  └ BudgetSpent          the client has used up its query time or share (retry_after)
    ├ EngineError             the store could not answer
    │  ├ QueryTimeout · QueryEnded · MemoryExceeded
    │  ├ EngineBusy (retry_after) · OutOfResources (retry_after)
    │  ├ EngineUnavailable
    │  ├ EngineFailure · QueryCrashed · UnorderedTerms · RemoteFailure
    │  ├ QueryStoreFull       no more results can be cited here
    │  └ ServiceError         another endpoint that the query calls (line, column)
    │     └ ServiceFailed · ServiceTimeout · ServiceLimitExceeded
    ├ BuildError              the data, ontology or shapes are at fault
    │  ├ RdfSyntaxError (file, line, column) · CanonicalFormError · IdentifierError
    │  ├ ShapesGraphError · ProfileViolation · InconsistentOntology
    │  ├ NonConformance (report) · CompetencyFailure · IntegrityError · ReleaseRefused
    └ SettingsError           a setting, path or port is unusable
       └ MissingPackage       an optional package is not installed (package, extra)

Classes carry facts; `partage.web.problems` alone knows HTTP status codes and `partage.cli` alone
knows exit codes. Every text says what is wrong, where, and what to do; it is written in English
with its values apart, so that pages can tell it in another language.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class UntranslatedText(str):
    """Words that somebody else wrote, in English: an engine, another endpoint."""

    __slots__ = ()


class GroupedNumber(int):
    """A number whose thousands stand apart as `%(…)s`, and do not as `%(…)d`."""

    def __str__(self) -> str:
        return f"{int(self):,}"


def as_english(value: object) -> object:
    """Return a value as an English text shows it."""
    return GroupedNumber(value) if type(value) is int else value


@dataclass(frozen=True, slots=True)
class Message:
    """An English text with `%(name)s` for each of its values, which may be messages."""

    text: str
    values: Mapping[str, object]

    def told(
        self,
        translate: Callable[[str], str] = str,
        show: Callable[[object], object] = as_english,
    ) -> str:
        """Return the text, by `translate` in another language, with its values by `show`."""
        if not self.values:
            return translate(self.text)
        return translate(self.text) % {
            name: value.told(translate, show) if isinstance(value, Message) else show(value)
            for name, value in self.values.items()
        }

    def __str__(self) -> str:
        return self.told()


def message(text: str, /, **values: object) -> Message:
    """Return an English text with its values; its translations are collected by this name."""
    return Message(text, values)


class PartageError(Exception):
    """Any error Partage raises on purpose; `message` is its text, to be told in any language."""

    def __init__(self, text: str | Message = "", /, **values: object) -> None:
        self.message = text if isinstance(text, Message) else Message(text, values)
        super().__init__(str(self.message))


class PlacedError(PartageError):
    """What is at fault stands at a place in a query, where line and column are known."""

    def __init__(
        self,
        text: str | Message,
        line: int | None = None,
        column: int | None = None,
        **values: object,
    ) -> None:
        place = {} if line is None else {"line": line, "column": column}
        super().__init__(text, **place, **values)
        self.line = line
        self.column = column


class RequestError(PartageError):
    """The request is at fault."""


class ProtocolError(RequestError):
    """The request breaks the SPARQL 1.1 Protocol."""


class QuerySyntaxError(PlacedError, RequestError):
    """The query does not parse; line and column count from 1."""


class RegexNotSupported(PlacedError, RequestError):
    """A regular expression holds what the engine cannot evaluate."""


class NotAcceptable(RequestError):
    """
    None of the offered media types satisfies the request's Accept header.

    `addresses` are pairs of a media type and an address that gives it to anybody.
    """

    def __init__(self, offers: Sequence[str], addresses: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(
            message(
                "None of the formats asked for is offered. Ask for one of: %(offers)s.",
                offers=", ".join(offers),
            )
        )
        self.offers = tuple(offers)
        self.addresses = tuple(addresses)


class Unwritable(RequestError):
    """An answer holds what its format has no way to write."""


class UnsupportedMediaType(RequestError):
    """The body's media type is none that this resource reads."""


class ContentTooLarge(RequestError):
    """The body is longer than the limit."""


class UriTooLong(RequestError):
    """The address is longer than the limit; a body may be longer."""


class HeaderFieldsTooLarge(RequestError):
    """The header fields are longer than the limit, or more."""


class RangeNotSatisfiable(RequestError):
    """The range asked for holds none of the answer's bytes."""


class IncompleteBody(RequestError):
    """The body of the request breaks off."""


class BodyTimeout(RequestError):
    """The body of the request does not come in time."""


class TooManyRequests(RequestError):
    """The client has too much under way at once; `retry_after` is in seconds."""

    def __init__(self, text: str, retry_after: int = 1, **values: object) -> None:
        super().__init__(text, **values)
        self.retry_after = retry_after


class NotSupported(RequestError):
    """The method or the transfer coding is none that is known here."""


class UpdateRefused(RequestError):
    """The endpoint is read-only."""


class ServiceRefused(RequestError):
    """The query would reach out to an endpoint that the operator has not allowed."""


class UnknownResource(RequestError):
    """Nothing is known of this IRI."""

    def __init__(self, iri: str) -> None:
        super().__init__(
            message(
                "Nothing is known of <%(iri)s>. Check the identifier, or search for it.", iri=iri
            )
        )
        self.iri = iri


class UnknownQuery(RequestError):
    """No query with this id is running."""


class WithdrawnResource(RequestError):
    """The identifier was withdrawn; it keeps a tombstone."""


class UnknownRelease(RequestError):
    """No release has this number."""


class StatementsNotIndexed(RequestError):
    """The dataset is too large for its statements to be found by their digests."""


class DatasetTooLarge(RequestError):
    """The dataset is too large to be read whole for this page."""


class NotCitable(RequestError):
    """What the query answers could not be found again, so it cannot be cited."""


class UnknownCitation(RequestError):
    """No result was cited under this address."""


class UnknownStyle(RequestError):
    """No citation style has this name."""


class BudgetSpent(RequestError):
    """
    The client has used up what it may take for now; `retry_after` is in seconds.

    `policy` is the name of what is limited (draft-ietf-httpapi-ratelimit-headers).
    """

    def __init__(
        self, text: str, retry_after: int, policy: str = "query-time", **values: object
    ) -> None:
        super().__init__(text, **values)
        self.retry_after = retry_after
        self.policy = policy


class EngineError(PartageError):
    """The store could not answer."""


class QueryTimeout(EngineError):
    """The query did not finish in its time."""


class QueryEnded(EngineError):
    """Whoever asked the query ended it."""


class MemoryExceeded(EngineError):
    """The query needed more memory than a query may have."""


class EngineBusy(EngineError):
    """Too many queries are waiting; `retry_after` is in seconds."""

    def __init__(self, text: str | Message, retry_after: int = 1, **values: object) -> None:
        super().__init__(text, **values)
        self.retry_after = retry_after


class OutOfResources(EngineBusy):
    """The machine lacks memory, processes, open files or room on its disk for the moment."""


class EngineUnavailable(EngineError):
    """The store cannot be reached or opened."""


class EngineFailure(EngineError):
    """The store failed while it answered."""


class QueryStoreFull(EngineError):
    """The query store has reached its size, or cannot be written."""


class RemoteFailure(EngineFailure):
    """A remote engine answered, but not as it should."""


class QueryCrashed(EngineFailure):
    """The query ended the process that evaluated it; the cause is a note, for the log."""


class UnorderedTerms(QueryCrashed):
    """The engine could not sort terms that it cannot compare."""


class ServiceError(PlacedError, EngineError):
    """An endpoint that the query calls did not answer; line and column are those of the call."""


class ServiceFailed(ServiceError):
    """It cannot be reached, or what it says cannot be used."""


class ServiceTimeout(ServiceError):
    """It was too slow."""


class ServiceLimitExceeded(ServiceError):
    """It answered more than a query may take from others."""


class BuildError(PartageError):
    """The data, the ontology or the shapes are at fault."""


class RdfSyntaxError(BuildError):
    """An RDF file does not parse; line and column count from 1."""

    def __init__(
        self, file: Path, reason: str, line: int | None = None, column: int | None = None
    ) -> None:
        place = ":".join(str(part) for part in (file, line, column) if part is not None)
        super().__init__(f"{place}: {reason}")
        self.file = file
        self.line = line
        self.column = column


class CanonicalFormError(BuildError):
    """A data file is not in the committed form."""


class IdentifierError(BuildError):
    """An identifier is malformed, unregistered, reused or changed."""


class ShapesGraphError(BuildError):
    """The shapes themselves are at fault."""


class ProfileViolation(BuildError):
    """The ontology leaves OWL 2 DL."""


class InconsistentOntology(BuildError):
    """The union of the claims, or one speaker's claims, contradict the ontology."""


class NonConformance(BuildError):
    """The data do not conform to the shapes; `report` is the validation report."""

    def __init__(self, message: str, report: object) -> None:
        super().__init__(message)
        self.report = report


class CompetencyFailure(BuildError):
    """A competency question has another answer than the expected one."""


class IntegrityError(BuildError):
    """Bytes differ from the digest recorded for them."""


class ReleaseRefused(BuildError):
    """The release cannot be frozen as things stand."""


class SettingsError(PartageError):
    """A setting, path or port is unusable."""


class MissingPackage(SettingsError):
    """A package that one of the extras brings is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"This needs {package}, which is not installed. "
            f'Install it with: pip install "partage[{extra}]"'
        )
        self.package = package
        self.extra = extra


def escape_invisible(text: str) -> str:
    """Return a text with the characters that are not seen, as U+00A0, by number and name."""
    return "".join(
        char
        if char.isprintable() or char in "\t\r\n"
        else f"U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip()
        for char in text
    )
