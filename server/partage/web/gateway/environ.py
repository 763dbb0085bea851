"""
From an ASGI scope to a WSGI environment, and from a WSGI answer to what can be sent by ASGI
(PEP 3333, https://peps.python.org/pep-3333/).
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from werkzeug.wsgi import FileWrapper

from partage.store.workers.query_handle import QueryHandle
from partage.web.gateway.ranges import ACCEPTED, RANGE
from partage.web.gateway.release_switch import ReleaseApplication
from partage.web.gateway.response_cache import Headers, Scope
from partage.web.http.environ_keys import HANDLE, HEAD, LONGEST_KEPT

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

BODILESS = frozenset({204, 304})
PROTOCOLS = {"1": "HTTP/1.0"}  # as Granian says it
# So much of a file, or of a longer answer, is in memory for each who reads it.
PART = 1 << 17


@dataclass(slots=True)
class WsgiResponse:
    """The start of an answer, and all of it (`whole`) or what gives the rest."""

    status: int
    headers: Headers
    whole: bytes | None
    chunks: Iterator[bytes]
    close: Callable[[], None]


def begin_response(release_app: ReleaseApplication, environ: "WSGIEnvironment") -> WsgiResponse:
    """Return the application's answer as far as it is known when it begins."""
    said: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], _: object = None
    ) -> Callable[..., object]:
        said.append((status, headers))
        return lambda _: None

    body: Iterable[bytes] = release_app.application(environ, start_response)
    close: Callable[[], None] = getattr(body, "close", lambda: None)
    status, headers = said[-1]
    number = int(status.split(" ", 1)[0])
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    fields = dict(encoded)
    whole = None
    if number in BODILESS:
        whole = b""
    elif b"content-length" in fields:
        kept = fields.get(b"cache-control", b"").startswith(b"public")
        if int(fields[b"content-length"]) <= (LONGEST_KEPT if kept else PART):
            whole = b"".join(body)
            close()  # here, while there is a thread for it
            close = closed
            if number == 200 and fields.get(b"etag", b"").startswith(b'"'):
                encoded = [*(pair for pair in encoded if pair[0] != ACCEPTED[0]), ACCEPTED]
    return WsgiResponse(number, encoded, whole, iter(body), close)


def closed() -> None:
    """Close nothing: for answers that are closed already."""


def environ_of(scope: Scope, body: bytes, handle: QueryHandle) -> "WSGIEnvironment":
    """
    Return a request as WSGI has it, with the handle that ends its query.

    HEAD is GET to the application, so that it says the same (RFC 9110 §9.3.2); `HEAD` tells it.
    """
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": "GET" if scope["method"] == "HEAD" else scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": scope["server"][0],
        "SERVER_PORT": str(scope["server"][1]),
        "SERVER_PROTOCOL": PROTOCOLS.get(scope["http_version"], f"HTTP/{scope['http_version']}"),
        "REMOTE_ADDR": scope["client"][0],
        "REMOTE_PORT": str(scope["client"][1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": lambda file, _=0: FileWrapper(file, PART),
        HANDLE: handle,
        HEAD: scope["method"] == "HEAD",
    }
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1")
        if "_" in name:
            continue  # it would pass for the header that is spelt with a hyphen
        if raw == b"range" and (scope["method"] != "GET" or not RANGE.fullmatch(value)):
            continue
        key = name.upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    if environ.get("HTTP_HOST") == "":
        del environ["HTTP_HOST"]  # that is how Granian says that there is none
    return environ
