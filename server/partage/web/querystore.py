"""Citing what a query answers: between the request and the query store."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from flask import Flask, Response, current_app

from partage import __version__
from partage.errors import NotCitable
from partage.releases.record import Record
from partage.settings import Settings
from partage.sparql.citing import CITED, Verification, asked, compare, question
from partage.sparql.digest import digest, is_ordered
from partage.sparql.protocol import QueryOperation
from partage.sparql.query_store import Asked, CitedResult, QueryStore
from partage.store.engine import Query
from partage.web import queries
from partage.web.site import site


@dataclass(frozen=True, slots=True)
class Standing:
    """How an answer on the query page stands: can it be cited, and was it, under which id?"""

    citable: bool
    id: str | None


def install(app: Flask, settings: Settings) -> None:
    """Give an application its query store."""
    app.extensions["partage.cited"] = QueryStore(settings.query_store, settings.query_store_bytes)


def store() -> QueryStore:
    """Return the query store of the current application."""
    return cast("QueryStore", current_app.extensions["partage.cited"])


def cite(operation: QueryOperation) -> CitedResult:
    """
    Return the cited result of an operation; the first to cite it has it answered.

    Raises
    ------
    NotCitable
        The dataset is no release, or the answer could not be found again.
    QueryStoreFull
        It cannot be noted down.
    ProtocolError, QuerySyntaxError, EngineError
        As for any query.
    """
    record = _release(operation)
    made = asked(operation, record.version)
    if (found := store().find(made.id)) is not None:
        return found
    result = queries.run(repeated(made))
    answered = digest(result, ordered=is_ordered(made.normal))
    return store().add(
        CitedResult(
            asked=made,
            text=operation.query.text.replace("\r\n", "\n"),
            rdfc10=record.rdfc10,
            cited=datetime.now(tz=UTC).replace(microsecond=0),
            software=__version__,
            kind=operation.kind,
            rows=answered.rows,
            sha256=answered.sha256,
        )
    )


def verify(cited: CitedResult) -> Verification:
    """Answer a cited query again and compare; raises as `partage.sparql.citing.verify`."""
    return compare(cited, queries.run(repeated(cited.asked)))


def repeated(made: Asked) -> Query:
    """Return the query that asks again what was asked."""
    current = site().current
    return question(site().engine, made, current.version if current else None)


def standing(operation: QueryOperation) -> Standing:
    """Tell how the answer to an operation stands."""
    with suppress(NotCitable):
        made = asked(operation, _release(operation).version)
        return Standing(citable=True, id=made.id if made.id in store() else None)
    return Standing(citable=False, id=None)


def link(response: Response, cited: Standing) -> None:
    """Name the address that an answer is cited by, where it has been cited."""
    if cited.id is not None:
        response.headers.add("Link", f'<{CITED}{cited.id}>; rel="cite-as"')


def _release(operation: QueryOperation) -> Record:
    version = operation.query.release
    record = site().catalog.find(version) if version is not None else site().current
    if record is None:
        known = site().manifest.get("rdfc10")
        what = f"the dataset with the digest {known}" if known else "a dataset without a manifest"
        raise NotCitable(
            f"This server holds {what}, which is no release: what it answers today could not be "
            "asked again. Cite results of a release (`partage release` makes one)."
        )
    return record
