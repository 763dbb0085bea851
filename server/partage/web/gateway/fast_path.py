"""
The smallest queries, answered where requests come in.

Most queries of programs ask one triple pattern about one thing, and take a tenth of the time that
passing them to a thread, an application and a process does. Nothing need be able to kill them:
they do no more than write the triples they come by, and longer answers are left to the others.

What such an answer says besides its body the application decides. It is asked whenever somebody
asks in a new manner (another host, format or coding); from then on only what depends on the query
is written anew, and whatever is not as usual (a hint, a citation, a fault) is again its business.
"""

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote, unquote_plus
from weakref import ref

from flask import Flask

from partage.caching import BoundedCache
from partage.errors import BudgetSpent
from partage.rdf.formats import RESULT_FORMATS, Format
from partage.sparql.cited.cited_query import lasts
from partage.sparql.cited.query_store import QueryStore
from partage.sparql.diagnosis.syntax_errors import is_unknown
from partage.sparql.planner.single_pattern import SinglePatternQuery, lookup
from partage.store.embedded.serialization import AnswerTooLong
from partage.store.engine import Query
from partage.web.dataset import ServedDataset
from partage.web.gateway.forwarded import client_of
from partage.web.gateway.response_cache import (
    AFTER_QUERY,
    ONCE,
    CachedResponse,
    Headers,
    Key,
    Scope,
)
from partage.web.http import compression
from partage.web.http.budget import Budget, client
from partage.web.http.metrics import Metrics
from partage.web.http.negotiation import HTML, format_of
from partage.web.http.validators import tag_of_bytes
from partage.web.views.releases.memento import SAFE
from partage.web.views.sparql.running_queries import HEADER, server_timing

PATH = b"/sparql"
# Of a longer address the answer may not repeat it.
LONGEST = 1_000
MOST_SEEN = 20_000
QUERY_ID = HEADER.lower().encode()
_WISH = re.compile(rb"format=[\w.%/+-]+")
# What depends on the query or its answer; more is told ONCE.
ANEW = frozenset({b"content-length", b"etag", b"link"})
# How the application answers, of each dataset.
MANNERS = BoundedCache(2_000_000, "lookups")
AtOnce = Callable[[Query, Format], bytes]


@dataclass(frozen=True, slots=True)
class ResponseTemplate:
    """
    How the application answers.

    `link` tells of the address that `{}` stands for.
    """

    format: Format
    coding: str | None
    headers: Headers
    link: str | None
    modified: str | None


@dataclass(frozen=True, slots=True)
class _Asked:
    manner: Key
    query: SinglePatternQuery
    address: str


class FastPath:
    """Answers lookups about one dataset; used from one thread."""

    def __init__(self, app: Flask, at_once: AtOnce) -> None:
        """`at_once` raises what `partage.store.embedded.serialization.short` does."""
        self._site = cast("ServedDataset", app.extensions["partage"])
        self._cited = cast("QueryStore", app.extensions["partage.cited"])
        self._budget = cast("Budget | None", app.extensions["partage.budget"])
        self._metrics = cast("Metrics", app.extensions["partage.metrics"])
        self._at_once = at_once
        self._dataset = ref(self)
        self._has_learnt = False
        self._seen: set[int] = set()

    def answer(self, scope: Scope, key: Key) -> tuple[CachedResponse, Headers] | None:
        """
        Return the answer to a request, and what is told of it once.

        `key` is what it depends on. None where the answer is the application's to give.
        """
        if not self._has_learnt or (asked := _read(scope, key)) is None:
            return None
        began = time.perf_counter()
        short, long = (self._manner(asked, is_long) for is_long in (False, True))
        either = short or long
        if either is None or not self._is_usual(asked):
            return None
        account = client(client_of(scope, self._site.settings.trusted_proxies))
        try:
            if self._budget is not None:
                self._budget.admit(account, time.monotonic())
            body = self._at_once(Query(asked.query.text), either.format)
        except (BudgetSpent, AnswerTooLong, SyntaxError, ValueError, RuntimeError, OSError):
            return None
        manner = long if len(body) >= compression.WORTH_IT else short
        if manner is None:
            return None
        seconds = time.perf_counter() - began
        self._metrics.queries.observe(seconds)
        return _dressed(manner, asked, body), self._once(account, seconds)

    def has_seen(self, key: Key) -> bool:
        """
        Return whether this was asked lately, and remember that it was.

        An answer is worth keeping when it is asked again: whoever asks of each thing once must not
        drive pages out of the cache that take a hundred times as long.
        """
        number = hash(key)
        if number in self._seen:
            return True
        if len(self._seen) >= MOST_SEEN:
            self._seen.clear()
        self._seen.add(number)
        return False

    def learn(self, scope: Scope, key: Key, status: int, headers: Headers) -> None:
        """See how the application has answered a request."""
        fields = dict(headers)
        link = fields.get(b"link", b"").decode("latin-1")
        is_usual = status == 200 and b"etag" in fields and b"query-hint" not in fields
        if not is_usual or "cite-as" in link or (asked := _read(scope, key)) is None:
            return
        media_type = fields[b"content-type"].decode("latin-1").partition(";")[0]
        if media_type == HTML:
            return
        is_long = b"accept-encoding" in fields[b"vary"].lower()
        modified = fields.get(b"last-modified")
        manner = ResponseTemplate(
            format=format_of(media_type, RESULT_FORMATS),
            coding=fields[b"content-encoding"].decode() if b"content-encoding" in fields else None,
            headers=[pair for pair in headers if pair[0] not in ANEW | ONCE],
            link=link.replace(asked.address, "{}") or None,
            modified=modified.decode("latin-1") if modified else None,
        )
        MANNERS.put((self._dataset, *asked.manner, is_long), manner)
        self._has_learnt = True

    def _manner(self, request: _Asked, is_long: bool) -> ResponseTemplate | None:
        found: ResponseTemplate | None = MANNERS.find((self._dataset, *request.manner, is_long))
        return found

    def _is_usual(self, request: _Asked) -> bool:
        """Return whether the answer says of itself what others do: no hint, no citation."""
        if not self._site.is_warm:
            return False
        known, mentioned = self._site.vocabulary, self._cited.mentioned
        return not any(is_unknown(iri, known) or iri in mentioned for iri in request.query.iris)

    def _once(self, account: str, seconds: float) -> Headers:
        headers = [
            (QUERY_ID, secrets.token_urlsafe(24).encode()),
            (b"server-timing", server_timing(0, seconds).encode()),
        ]
        if self._budget is not None:
            now = time.monotonic()
            self._budget.charge(account, seconds, now)
            limits = self._budget.allowance.told(self._budget.left(account, now))
            headers += [(name.lower().encode(), value.encode()) for name, value in limits.items()]
        return headers


def _read(scope: Scope, key: Key) -> _Asked | None:
    """Return the lookup that a request asks, if it does."""
    string: bytes = scope["query_string"]
    if scope["raw_path"] != PATH or not string.startswith(b"query=") or len(string) > LONGEST:
        return None
    encoded, _, wish = string.removeprefix(b"query=").partition(b"&")
    if wish and not _WISH.fullmatch(wish):
        return None
    try:
        text = unquote_plus(encoded.decode("ascii"), errors="strict")
    except ValueError:
        return None
    query = lookup(text)
    if query is None or not lasts(text):
        return None
    return _Asked((wish, *key[AFTER_QUERY:]), query, f"/sparql?{quote(string, safe=SAFE)}")


def _dressed(manner: ResponseTemplate, request: _Asked, body: bytes) -> CachedResponse:
    tag = tag_of_bytes(body)
    if manner.coding is not None:
        body, tag = compression.whole(body, manner.coding), f"{tag}-{manner.coding}"
    tag = f'"{tag}"'
    headers = [
        *manner.headers,
        (b"content-length", str(len(body)).encode()),
        (b"etag", tag.encode()),
    ]
    if manner.link is not None:
        headers.append((b"link", manner.link.replace("{}", request.address).encode("latin-1")))
    return CachedResponse(headers, body, tag, manner.modified)
