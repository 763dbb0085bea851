"""
Settings: one frozen value, made once at the rim and passed on.

Each field is read from `PARTAGE_<NAME>`; a command-line flag overrides it. Nothing else in the
package reads the environment.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Self

from partage.errors import SettingsError

PREFIX = "PARTAGE_"
POSITIVE = (
    "port", "max_body", "query_seconds", "query_workers", "worker_memory", "queue_length",
    "query_store_bytes",
    "service_seconds", "service_rows", "service_bytes",
)  # fmt: skip
NON_NEGATIVE = (
    "client_seconds", "client_connections", "client_requests", "trusted_proxies", "cache_bytes",
    "plan_joins",
)  # fmt: skip
# No name of the DNS is longer (RFC 1035 §2.3.4).
HOST_PATTERN = re.compile(
    r"(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::(?P<port>[1-9][0-9]{0,4}))?", re.I
)
CONTACT_PATTERN = re.compile(
    r"mailto:[^\s<>\"{}|\\^`@]+@[^\s<>\"{}|\\^`@]+|https://[^\s<>\"{}|\\^`]+"
)
# More than a browser asks at once, and less than half of what may be under way here.
CLIENT_REQUESTS = 16
# More than a browser or a whole office behind one address holds, and a small part of what fits.
CLIENT_CONNECTIONS = 100
ACCESS_LOGS = ("none", "json")


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may choose; `metadata["help"]` is the one-line explanation."""

    host: str = field(default="127.0.0.1", metadata={"help": "Address to listen on."})
    port: int = field(default=8000, metadata={"help": "Port to listen on, 1 to 65535."})
    release: Path = field(
        default=Path("out/release"), metadata={"help": "Directory of the built release."}
    )
    archive: Path = field(
        default=Path("out/archive"),
        metadata={"help": "Directory for the stores of releases; each is made when first asked."},
    )
    max_body: int = field(default=1_000_000, metadata={"help": "Largest request body, in bytes."})
    query_seconds: int = field(
        default=30, metadata={"help": "Longest a query may run; a request can only ask for less."}
    )
    query_workers: int = field(
        default=2, metadata={"help": "Processes for queries; two more take only short ones."}
    )
    worker_memory: int = field(
        default=2_000_000_000, metadata={"help": "Most memory of a query process, in bytes."}
    )
    queue_length: int = field(
        default=32, metadata={"help": "Most queries that wait for a process; others get a 503."}
    )
    query_store: Path = field(
        default=Path("out/queries.jsonl"),
        metadata={"help": "File of the cited query results, which only grows: back it up."},
    )
    query_store_bytes: int = field(
        default=100_000_000, metadata={"help": "Most bytes of it; then nothing more is cited."}
    )
    client_seconds: int = field(
        default=0,
        metadata={"help": "Seconds of query time a minute for each client; 0 sets no limit."},
    )
    client_connections: int | None = field(
        default=None,
        metadata={
            "help": "Connections of one client, 0 for any number; if not given, 100 on a "
            "[public server](#a-public-server)."
        },
    )
    client_requests: int | None = field(
        default=None,
        metadata={
            "help": "Requests of one client at once, 0 for any number; if not given, 16 on a "
            "[public server](#a-public-server)."
        },
    )
    trusted_proxies: int = field(
        default=0,
        metadata={"help": "Proxies before the server whose `X-Forwarded-*` headers are believed."},
    )
    origin: str = field(
        default="",
        metadata={"help": "Public origin in absolute addresses, if not what a request says."},
    )
    contact: str = field(
        default="",
        metadata={"help": "Whom readers may write to about a fault: a mailto: or https: address."},
    )
    access_log: str = field(
        default="none", metadata={"help": "`json` writes a line for each request to stderr."}
    )
    cache_bytes: int = field(
        default=50_000_000,
        metadata={"help": "Most bytes of answers kept to be given again; 0 keeps none."},
    )
    plan_joins: int = field(
        default=1, metadata={"help": "1 writes queries so that joins are fast; 0 asks as written."}
    )
    engine: str = field(
        default="",
        metadata={"help": "Address of a SPARQL 1.1 service that holds the dataset, if not here."},
    )
    engine_default_graph: str = field(
        default="",
        metadata={"help": "Graph that is its default graph, where it has none of its own."},
    )
    service_allowed: str = field(
        default="",
        metadata={"help": "Endpoints that a query may call with SERVICE, between spaces."},
    )
    service_seconds: int = field(
        default=10, metadata={"help": "Longest a query may wait for them, of its own time."}
    )
    service_rows: int = field(
        default=10_000, metadata={"help": "Most solutions that a query may take from them."}
    )
    service_bytes: int = field(
        default=10_000_000, metadata={"help": "Most bytes that a query may take from them."}
    )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """
        Read the settings that `environ` names; the others keep their defaults.

        Raises
        ------
        SettingsError
            A value has the wrong type or is out of range.
        """
        values: dict[str, str | int | Path] = {}
        for setting in fields(cls):
            name = PREFIX + setting.name.upper()
            if name in environ:
                kind = int if setting.default is None else type(setting.default)
                values[setting.name] = _cast(name, environ[name], kind)
        settings = cls(**values)  # type: ignore[arg-type]  # _cast gives each field its own type
        settings.check()
        return settings

    def check(self) -> None:
        """
        Refuse values that cannot be meant.

        Raises
        ------
        SettingsError
            A value is out of range.
        """
        for name in POSITIVE + NON_NEGATIVE:
            value, least = getattr(self, name), 1 if name in POSITIVE else 0
            if value is None:
                continue
            if not least <= value < (65536 if name == "port" else 2**40):
                raise SettingsError(f"{PREFIX}{name.upper()} is {value}: out of range.")
        if self.access_log not in ACCESS_LOGS:
            raise SettingsError(
                f"{PREFIX}ACCESS_LOG is {self.access_log!r}: give one of {', '.join(ACCESS_LOGS)}."
            )
        if self.contact and not CONTACT_PATTERN.fullmatch(self.contact):
            raise SettingsError(
                f"{PREFIX}CONTACT is {self.contact!r}: give an address like "
                "mailto:editors@partage.example or https://partage.example/contact."
            )
        if self.origin and not is_origin(self.origin):
            raise SettingsError(
                f"{PREFIX}ORIGIN is {self.origin!r}: give http:// or https:// and a host, "
                "without a path or a slash at the end, as https://partage.example."
            )

    def most_client_connections(self) -> int:
        """Return how many connections one client may hold; 0 for any number."""
        if self.trusted_proxies:
            return 0  # they all come from the proxy
        if self.client_connections is not None:
            return self.client_connections
        return 0 if is_loopback(self.host) else CLIENT_CONNECTIONS

    def most_client_requests(self) -> int:
        """Return how many requests one client may have under way at once; 0 for any number."""
        if self.client_requests is not None:
            return self.client_requests
        return CLIENT_REQUESTS if self.trusted_proxies or not is_loopback(self.host) else 0

    def override(
        self, *, host: str | None = None, port: int | None = None, engine: str | None = None
    ) -> Self:
        """Return the settings with what the command line chose."""
        return replace(
            self,
            host=host or self.host,
            port=port or self.port,
            engine=self.engine if engine is None else engine,
        )


def is_host(text: str) -> bool:
    """Whether this is a host, perhaps with a port, as a `Host` header has it (RFC 9110 §7.2)."""
    found = HOST_PATTERN.fullmatch(text)
    return found is not None and int(found["port"] or 0) < 65536


def is_loopback(host: str) -> bool:
    """Whether what listens at this host can be reached from the same machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_origin(text: str) -> bool:
    """Whether this is an origin of the Web, as `https://partage.example`."""
    scheme, _, host = text.partition("://")
    return scheme in {"http", "https"} and is_host(host)


def _cast(name: str, text: str, kind: type) -> str | int | Path:
    try:
        return kind(text)  # type: ignore[no-any-return]
    except ValueError as error:
        raise SettingsError(f"{name} is {text!r}: give a {kind.__name__}.") from error
