"""
How much query time each client may use, reading queries and writing answers included
(https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/).

A bucket of query seconds for each client, as large as what flows into it in a minute. A query
begins while something is left, and may take more; then its client waits until the debt is paid.
A client is an address, and of IPv6 the network of 64 bits that one subscriber has.

The draft registers no unit of time, but says what has none to count requests: so ours is named.
"""

import ipaddress
import math
import threading
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

from flask import Flask, Response, current_app, g, request

from partage.errors import BudgetSpent
from partage.store.workers.query_handle import waited

POLICY = "query-time"
WINDOW = 60
MOST_CLIENTS = 10_000
SUBSCRIBER_BITS = 64
# IPv6 takes 45 signs, besides brackets, zone and port.
LONGEST_ADDRESS = 100
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Bucket:
    """So many seconds were left at a time."""

    level: float
    at: float


@dataclass(frozen=True, slots=True)
class ClientAllowance:
    """How many seconds of query time a client gets in a minute, or what else in which time."""

    seconds: int
    window: int = WINDOW

    def left(self, bucket: Bucket | None, now: float) -> float:
        """Return what is left; below zero, what is owed."""
        if bucket is None:
            return float(self.seconds)
        return min(self.seconds, bucket.level + (now - bucket.at) * self.seconds / self.window)

    def wait(self, left: float) -> int:
        """Return the whole seconds until something is left again."""
        return max(1, math.floor(-left * self.window / self.seconds) + 1)

    def told(self, left: float) -> dict[str, str]:
        """Return the headers that tell a client its allowance and what is left of it."""
        return {"RateLimit-Policy": self.policy(), "RateLimit": self.state(left)}

    def policy(self) -> str:
        """Return the allowance as the header `RateLimit-Policy` has it."""
        return f'"{POLICY}";q={self.seconds};qu="seconds";w={self.window}'

    def state(self, left: float) -> str:
        """Return what is left as the header `RateLimit` has it."""
        whole = max(0, math.floor(left))
        return f'"{POLICY}";r={whole};t={self.window if whole else self.wait(left)}'


class Budget:
    """The buckets of all clients; the clock is the caller's."""

    def __init__(self, allowance: ClientAllowance, most: int = MOST_CLIENTS) -> None:
        self.allowance = allowance
        self.refused = 0
        self._most = most
        self._buckets: dict[str, Bucket] = {}
        self._lock = threading.Lock()

    @property
    def clients(self) -> int:
        """How many clients are remembered."""
        return len(self._buckets)

    def left(self, client: str, now: float) -> float:
        """Return how many seconds a client has left."""
        return self.allowance.left(self._buckets.get(client), now)

    def admit(self, client: str, now: float) -> None:
        """
        Let a client begin a query.

        Raises
        ------
        BudgetSpent
            Nothing is left to this client.
        """
        left = self.left(client, now)
        if left > 0:
            return
        with self._lock:
            self.refused += 1
        wait = self.allowance.wait(left)
        raise BudgetSpent(
            "Your queries have taken more than the %(seconds)s seconds a minute that a "
            "client may use here. Ask again in %(wait)s seconds, or ask for less.",
            wait,
            seconds=self.allowance.seconds,
            wait=wait,
        )

    def charge(self, client: str, seconds: float, now: float) -> None:
        """Take what a query has cost from what its client has left."""
        with self._lock:
            left = self.left(client, now) - max(0.0, seconds)
            self._buckets[client] = Bucket(left, now)
            if len(self._buckets) > self._most:
                self._forget(now)

    def _forget(self, now: float) -> None:
        """Forget who has a full bucket, and where that is not half of all, who has most left."""
        poorest = sorted(self._buckets, key=lambda client: self.left(client, now))
        self._buckets = {
            client: self._buckets[client]
            for client in poorest[: self._most // 2]
            if self.left(client, now) < self.allowance.seconds
        }


@dataclass(slots=True)
class RequestAccount:
    """
    One request's share in the budget.

    It is charged for the time since it was `admitted`: reading what is asked, evaluating it and
    writing the answer, but not waiting for a query process.
    """

    budget: Budget
    client: str
    admitted: bool = False
    _began: float = field(default_factory=time.perf_counter)
    _waited: float = field(default_factory=waited)

    def cost(self) -> float:
        """Return the seconds that the request has taken; asked in its own thread."""
        if not self.admitted:
            return 0.0
        return time.perf_counter() - self._began - (waited() - self._waited)

    def charge(self, seconds: float) -> None:
        """Take what the request's query has cost."""
        self.budget.charge(self.client, seconds, time.monotonic())

    def advertise(self, response: Response, seconds: float) -> None:
        """Tell the client what is left, when its query has cost so much already."""
        left = self.budget.left(self.client, time.monotonic()) - seconds
        response.headers.update(self.budget.allowance.told(left))


def install(app: Flask, seconds: int) -> None:
    """Give an application a budget of so many seconds a minute for each client; 0 for none."""
    app.extensions["partage.budget"] = Budget(ClientAllowance(seconds)) if seconds else None


def budget() -> Budget | None:
    """Return the current application's budget, where it has one."""
    return cast("Budget | None", current_app.extensions["partage.budget"])


def admit() -> None:
    """
    Let the current request begin what it asks, from which moment on it is charged.

    Raises
    ------
    BudgetSpent
        Its client has used up its time.
    """
    kept = budget()
    if kept is not None:
        if account() is None:
            g.account = RequestAccount(kept, client(request.remote_addr or ""))
        kept.admit(g.account.client, time.monotonic())
        g.account.admitted = True


def account() -> RequestAccount | None:
    """Return the current request's share, where it asks a query and there is a budget."""
    return cast("RequestAccount | None", g.get("account"))


def client(address: str) -> str:
    """Return whose address this is; a proxy may have left a port at its end."""
    return _client(address) if len(address) <= LONGEST_ADDRESS else UNKNOWN


@lru_cache(MOST_CLIENTS)
def _client(address: str) -> str:
    host = address.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        parsed = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, SUBSCRIBER_BITS), strict=False))
