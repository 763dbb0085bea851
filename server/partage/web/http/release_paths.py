"""
The address of every page in every release: `/release/2026.11.0/doc/org/facebook`.

The application does not know of it: it is mounted there a second time (PEP 3333, `SCRIPT_NAME`), so
that whatever it answers, and whatever that links to, stays in the release.
"""

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from partage.releases.catalog import Catalog

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Where the application finds the version that a request asks, and whether by the parameter.
RELEASE = "partage.release"
BY_PARAMETER = "partage.release.by-parameter"
PARAMETER = "version"
# What stands at such an address itself, and is no page of the release.
_MOUNTED = re.compile(r"(?P<prefix>/release/(?P<version>[^/]+))(?P<rest>/(?!diff(?:/|$)).*)", re.S)
# The same parameter may tell the version of the query language (SPARQL 1.2 Protocol §2.1).
_LANGUAGE = re.compile(r"1\.\d+(?:-[a-z]+)?")
# Addresses of the host that are those of no release, wherever a page links to them.
_UNMOUNTED = ("/release/", "/timemap/", "/query/")
MOVED = ("Location", "Content-Location")


class Versions:
    """A WSGI application in front of ours: mounts it below the address of each release."""

    def __init__(self, application: "WSGIApplication", catalog: Catalog) -> None:
        self._application = application
        self._known = {record.version for record in catalog}

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request, in the release that its address or its parameter names."""
        environ = _by_parameter(environ)
        mounted = _MOUNTED.fullmatch(environ.get("PATH_INFO", ""))
        if mounted is None or mounted["version"] not in self._known:
            return self._application(environ, start_response)  # it says which versions there are
        root = environ.get("SCRIPT_NAME", "") + mounted["prefix"]
        inner = {**environ, "SCRIPT_NAME": root, "PATH_INFO": mounted["rest"]}
        inner[RELEASE] = mounted["version"]

        def start(
            status: str, headers: list[tuple[str, str]], *failure: object
        ) -> Callable[[bytes], object]:
            moved = [(k, within(root, v) if k in MOVED else v) for k, v in headers]
            return start_response(status, moved, *failure)  # type: ignore[arg-type]

        return self._application(inner, start)


def named(value: str | None) -> str | None:
    """Return the release that a value of the parameter names: not a version of SPARQL."""
    return None if value is None or _LANGUAGE.fullmatch(value) else value


def within(root: str, href: str) -> str:
    """Return a link from the host's root as one that stays below `root`; others as they are."""
    path = href.partition("?")[0]
    if not href.startswith("/") or href.startswith((root + "/", "//")) or path == root:
        return href
    return href if path.startswith(_UNMOUNTED) else root + href


def _by_parameter(environ: "WSGIEnvironment") -> "WSGIEnvironment":
    """Return the request for `/path?version=v` as that for `/release/v/path`."""
    path = environ.get("PATH_INFO", "")
    parts = environ.get("QUERY_STRING", "").split("&")
    if path.startswith(_UNMOUNTED):
        return environ
    for part in parts:
        name, _, value = part.partition("=")
        if name == PARAMETER and (version := named(unquote_plus(value, "latin-1"))):
            rest = "&".join(other for other in parts if other != part)
            moved = f"/release/{version}{path}"
            return {**environ, "PATH_INFO": moved, "QUERY_STRING": rest, BY_PARAMETER: True}
    return environ
