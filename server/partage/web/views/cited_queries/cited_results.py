"""Citing what a query answers: between the request and the query store."""

import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from flask import Flask, Response, current_app, request

from partage import __version__
from partage.citation.citation_formats import visible
from partage.citation.model import BilingualText, Citation, of_query, of_result
from partage.citation.reader import both
from partage.errors import BudgetSpent, NotCitable, ProtocolError, message
from partage.releases.catalog import Catalog
from partage.releases.record import ReleaseRecord
from partage.settings import Settings
from partage.sparql.cited.cited_query import (
    CITED,
    ResultVerification,
    asked,
    compare,
    may_be_planned,
    question,
)
from partage.sparql.cited.query_store import CitedQuery, CitedResult, QueryStore, refuse_large
from partage.sparql.cited.result_digest import digest, is_ordered
from partage.sparql.protocol.graph_selection import DatasetParts
from partage.sparql.protocol.operation import QueryOperation
from partage.store.engine import Query
from partage.web.dataset import served_dataset, served_datasets
from partage.web.http.budget import Budget, ClientAllowance, client
from partage.web.http.links import Link, link_header
from partage.web.views.sparql import running_queries

# Reading one of these takes some 30 ms; a longer query is not sought at every answer.
LONGEST_LOOKED_UP = 5_000
# Of a title, in characters.
LONGEST_TITLE = 200
# What one client may add in a day: a fiftieth of the store, a thousand queries at least.
SHARES_OF_STORE, LEAST_SHARE = 50, 1_000_000
DAY = 86_400

log = logging.getLogger("partage.web.views.cited_queries.cited_results")


@dataclass(frozen=True, slots=True)
class CitationStatus:
    """How an answer on the query page stands: can it be cited, and was it, under which id?"""

    citable: bool
    id: str | None


def install(app: Flask, settings: Settings) -> None:
    """Give an application its query store, and each client a share in what is left of it."""
    query_store = QueryStore(settings.query_store, settings.query_store_bytes)
    if query_store.damaged:
        log.warning(
            "%s lines of %s cannot be read: passed over. A backup may have them whole.",
            query_store.damaged,
            settings.query_store,
        )
    app.extensions["partage.cited"] = query_store
    share = max(LEAST_SHARE, settings.query_store_bytes // SHARES_OF_STORE)
    app.extensions["partage.citing"] = Budget(ClientAllowance(share, DAY))


def store() -> QueryStore:
    """Return the query store of the current application."""
    return cast("QueryStore", current_app.extensions["partage.cited"])


def cite(operation: QueryOperation, title: str = "") -> CitedResult:
    """
    Return the cited result of an operation; the first to cite it has it answered, and titles it.

    Raises
    ------
    ProtocolError
        The title is too long.
    NotCitable
        The dataset is no release, or the answer could not be found again.
    PayloadTooLarge
        It is too long to be kept.
    BudgetSpent
        The client has had its share of the query store for today.
    QueryStoreFull
        It cannot be noted down.
    ProtocolError, QuerySyntaxError, EngineError
        As for any query.
    """
    title = checked_title(title)
    record = _cited_release()
    cited_query = asked(operation, record.version)
    if (found := store().find(cited_query.id)) is not None:
        return found
    text = operation.query.text.replace("\r\n", "\n")
    refuse_large(cited_query, text)
    _check_share()
    result = running_queries.run_query(
        repeated_query(cited_query), planned=may_be_planned(cited_query.normal)
    )
    answered = digest(result, ordered=is_ordered(cited_query.normal))
    new = CitedResult(
        asked=cited_query,
        text=text,
        rdfc10=record.rdfc10,
        cited=datetime.now(tz=UTC).replace(microsecond=0),
        software=__version__,
        kind=operation.kind,
        rows=answered.rows,
        sha256=answered.sha256,
        title=title or None,
    )
    cited = store().add(new)
    if cited is new:
        _budget().charge(_client(), len(new.to_json().encode()), time.monotonic())
    if (answers := current_app.extensions.get("partage.cache")) is not None:
        answers.kept.clear()  # this one names its citation from now on
    return cited


def checked_title(text: str) -> str:
    """
    Return a text as the title of a result: in one line, without control characters.

    Raises
    ------
    ProtocolError
        It is too long.
    """
    title = " ".join(visible(text).split())
    if len(title) > LONGEST_TITLE:
        raise ProtocolError(
            "The title has %(count)s characters. Shorten it to %(most)s at most.",
            count=len(title),
            most=LONGEST_TITLE,
        )
    return title


def _check_share() -> None:
    """Let a client cite while something is left of its share, as of its query time."""
    left = _budget().left(_client(), time.monotonic())
    if left > 0:
        return
    allowance = _budget().allowance
    wait = allowance.wait(left)
    raise BudgetSpent(
        "The results that you have cited take %(bytes)s bytes, which is what a client may add to "
        "the query store in a day. Cite more in %(wait)s seconds.",
        wait,
        policy="cited-bytes",
        bytes=allowance.seconds,
        wait=wait,
    )


def _budget() -> Budget:
    return cast("Budget", current_app.extensions["partage.citing"])


def _client() -> str:
    return client(request.remote_addr or "")


def verify(cited: CitedResult) -> ResultVerification:
    """Answer a cited query again; raises as `partage.sparql.cited.cited_query.verify`."""
    planned = may_be_planned(cited.asked.normal)
    return compare(cited, running_queries.run_query(repeated_query(cited.asked), planned=planned))


def repeated_query(cited_query: CitedQuery) -> Query:
    """Return the query that asks again what was asked."""
    dataset = served_datasets().current
    # Asked below the address of a release, the engine would take none for that one.
    at_hand = dataset.record.version if dataset.record and served_dataset() is dataset else None
    return question(cited_query, at_hand, _parts)


def is_cited(iri: str) -> bool:
    """Return whether an IRI is the address of a result that was cited here."""
    return iri.startswith(CITED) and iri.removeprefix(CITED) in store()


def citation(iri: str) -> Citation:
    """Return the citation of a result that was cited here."""
    cited = store().find(iri.removeprefix(CITED))
    assert cited is not None  # callers have found it before
    return citation_of(cited, served_datasets().catalog)


def citation_of(cited: CitedResult, catalog: Catalog) -> Citation:
    """Return the citation of a cited result; `catalog` knows the release that was asked."""
    cited_query = cited.asked
    title = (
        both(cited.title)
        if cited.title
        else BilingualText(
            f"Result of the query {cited_query.normal}",
            f"Résultat de la requête {cited_query.normal}",
        )
    )
    release = next((known for known in catalog if known.version == cited_query.release), None)
    query = of_query(CITED + cited_query.id, title, release=release)
    digest = f"SHA-256 {cited.sha256}"
    return of_result(query, executed=cited.cited, digest=digest, rows=cited.rows)


def citation_status(operation: QueryOperation, *, page: bool) -> CitationStatus:
    """
    Tell how the answer to an operation stands; a long query is told to be new.

    Who is not on a page is not told whether it could be cited, only by which address it has been.
    """
    if not page and not len(store()):
        return CitationStatus(citable=False, id=None)
    with suppress(NotCitable):
        version = _cited_release().version
        if len(operation.query.text) > LONGEST_LOOKED_UP:
            return CitationStatus(citable=True, id=None)
        cited_query = asked(operation, version)
        return CitationStatus(
            citable=True, id=cited_query.id if cited_query.id in store() else None
        )
    return CitationStatus(citable=False, id=None)


def add_cite_as(response: Response, cited: CitationStatus) -> None:
    """Name the address that an answer is cited by, where it has been cited."""
    if cited.id is not None:
        response.headers.add("Link", link_header([Link("cite-as", CITED + cited.id)]))


def _parts(version: str | None) -> DatasetParts:
    return (
        served_datasets().current.dataset_parts
        if version is None
        else served_datasets().at_release(version).dataset_parts
    )


def _cited_release() -> ReleaseRecord:
    record = served_dataset().record
    if record is None:
        known = served_dataset().manifest.get("rdfc10")
        what = (
            message("the dataset with the digest %(digest)s", digest=known)
            if known
            else message("a dataset without a manifest")
        )
        raise NotCitable(
            "This server holds %(what)s, which is no release: what it answers today could "
            "not be asked again. Cite results of a release (`partage release` makes one).",
            what=what,
        )
    return record
