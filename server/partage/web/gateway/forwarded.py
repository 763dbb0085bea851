"""
Whose word counts for the address of this server and of its client.

Without settings only the request's own: `Host`, which must be one, and the connection. Behind
proxies also what the trusted ones forward; and where the operator names an origin, that alone.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Flask, request
from werkzeug.exceptions import BadRequest
from werkzeug.http import parse_list_header
from werkzeug.middleware.proxy_fix import ProxyFix

from partage.settings import Settings, is_host

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SCHEMES = ("http", "https")
TELLING_ORIGIN = (b"host", b"x-forwarded-proto", b"x-forwarded-host")


class FixedOrigin:
    """A WSGI application that is at this origin, whatever a request says."""

    def __init__(self, application: "WSGIApplication", origin: str) -> None:
        self._application = application
        self._scheme, _, self._host = origin.partition("://")

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        """Answer a request as if it had been sent to the origin."""
        environ["wsgi.url_scheme"], environ["HTTP_HOST"] = self._scheme, self._host
        return self._application(environ, start_response)


def install(app: Flask, settings: Settings) -> None:
    """Have an application believe the proxies and the origin that the settings name."""
    app.before_request(_refuse_nonsense)
    if settings.origin:
        app.wsgi_app = FixedOrigin(app.wsgi_app, settings.origin)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        trusted = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=trusted, x_proto=trusted, x_host=trusted
        )


def client_of(scope: Mapping[str, Any], trusted: int) -> str:
    """Return the address of who asks, as the outermost of so many trusted proxies saw it (ASGI)."""
    values = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return _forwarded(b",".join(values), trusted) or str(scope["client"][0])


def origin_of(
    scope: Mapping[str, Any], headers: Mapping[bytes, bytes], settings: Settings
) -> tuple[str, ...]:
    """
    Return what an application takes for the origin that a request is for, as far as it is believed.

    `scope` is that of ASGI, `told` the values of the headers `TELLING_ORIGIN`.
    """
    if settings.origin:
        return (settings.origin,)
    scheme, host = (
        _forwarded(headers.get(name, b""), settings.trusted_proxies)
        for name in (b"x-forwarded-proto", b"x-forwarded-host")
    )
    return scheme or scope["scheme"], host or headers.get(b"host", b"").decode("latin-1")


def _forwarded(value: bytes, trusted: int) -> str:
    """Return what the outermost of so many trusted proxies forwards, as `ProxyFix` reads it."""
    if not (trusted and value):
        return ""
    entries = parse_list_header(value.decode("latin-1"))
    return entries[-trusted] if len(entries) >= trusted else ""


def _refuse_nonsense() -> None:
    """Refuse a request whose address cannot be written into an answer."""
    host = request.environ.get("HTTP_HOST", "")
    if "HTTP_HOST" not in request.environ and request.environ["SERVER_PROTOCOL"] == "HTTP/1.0":
        host = request.host  # it need not say one; health checks do not
    # Where Werkzeug finds that the host is none, its own is empty.
    if request.scheme not in SCHEMES or not is_host(host) or not request.host:
        raise BadRequest("The Host header is no host. Send the name from the address, as it is.")
