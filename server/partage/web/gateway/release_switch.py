"""
One dataset with all that answers from it, and how another takes its place while requests come.

A request belongs from its first byte to its last to the application that was current when it came:
no answer is of two releases, and no connection has to end.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask

from partage.web.gateway.fast_path import FastPath
from partage.web.gateway.response_cache import Headers, ResponseCache, Scope, conditional


@dataclass(slots=True, eq=False)
class ReleaseApplication:
    """
    An application, the answers it gave, and the end of what it holds.

    `lookups` gives answers of its kind; `observe` is told of each answer that the application did
    not give: status, seconds. `trouble` returns why no query can be answered, None where they can.
    """

    application: Flask
    cache: ResponseCache
    observe: Callable[[Scope, int, float], None]
    close: Callable[[], None]
    fast_path: FastPath | None = None
    unavailable_reason: Callable[[], str | None] = lambda: None
    requests: int = 0

    def cached_response(self, scope: Scope) -> tuple[int, Headers, bytes] | None:
        """Return the answer to a request where the application need not be asked for it."""
        if (found := self.cache.find(scope)) is not None or self.fast_path is None:
            return found
        key = self.cache.key(scope)
        if key is None or (answered := self.fast_path.answer(scope, key)) is None:
            return None
        kept, once = answered
        if self.fast_path.has_seen(key):
            self.cache.kept.put(key, kept)
        status, headers, body = conditional(kept, scope["headers"])
        return status, headers + once, body

    def keep(self, scope: Scope, status: int, headers: Headers, body: bytes | None) -> None:
        """Keep an answer of the application, and how it was given, for the next who ask."""
        self.cache.keep(scope, status, headers, body)
        if self.fast_path is not None and body is not None and (key := self.cache.key(scope)):
            self.fast_path.learn(scope, key, status, headers)


class ReleaseSwitch:
    """Where the application stands that answers whoever comes."""

    def __init__(self, release_app: ReleaseApplication) -> None:
        self.current = release_app
        self._left = threading.Condition()

    def enter(self) -> ReleaseApplication:
        """Return the application for a request, which must `leave` it."""
        with self._left:
            self.current.requests += 1
            return self.current

    def leave(self, release_app: ReleaseApplication) -> None:
        """End a request."""
        with self._left:
            release_app.requests -= 1
            if release_app is not self.current:
                self._left.notify_all()

    def switch(self, release_app: ReleaseApplication) -> None:
        """Give it all requests from now on; return once the last one has given its last answer."""
        with self._left:
            former, self.current = self.current, release_app
            self._left.wait_for(lambda: not former.requests)
        former.close()

    def close(self) -> None:
        """Close the application on the switch, whatever it is answering."""
        self.current.close()
