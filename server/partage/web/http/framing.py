"""
What a request says of itself that the libraries below read in their own way
(RFC 9110 §9.1, RFC 9112 §6.1).

Werkzeug takes `get` for GET, though methods are case-sensitive; hyper undoes the last transfer
coding alone, and hands over a body that is still coded.
"""

from http import HTTPMethod

from flask import Flask, request

from partage.errors import NotSupported

METHODS = frozenset({*HTTPMethod.__members__, "QUERY"})
CODINGS = frozenset({"", "chunked", "identity"})


def install(app: Flask) -> None:
    """Have an application refuse methods and transfer codings that are not known here."""
    app.before_request(_check)


def _check() -> None:
    if request.environ["REQUEST_METHOD"] not in METHODS:
        raise NotSupported(
            "This method is not known here; methods are written in capitals. Use GET, HEAD, POST "
            "or OPTIONS."
        )
    codings = request.environ.get("HTTP_TRANSFER_ENCODING", "").lower().split(",")
    if not CODINGS.issuperset(coding.strip() for coding in codings):
        raise NotSupported(
            "The body has a transfer coding that is not known here. Send it with "
            "`Transfer-Encoding: chunked` alone, or with its `Content-Length`."
        )
