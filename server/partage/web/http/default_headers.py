"""The headers of every answer, errors too."""

from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Response
from werkzeug.datastructures import Headers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Pages need nothing from elsewhere; what a script fetches, it fetches here. A picture that a script
# draws can be saved.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "font-src 'self'; img-src 'self' data: blob:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


class PartageResponse(Response):
    """A response whose headers say what browsers may do with it, and hold ASCII only."""

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        """
        Return the headers as they are sent, whatever became of the functions after the request.

        A value should be ASCII (RFC 9110 §5.5); other characters are percent-encoded as UTF-8,
        which is what they become in an address.
        """
        headers = super().get_wsgi_headers(environ)
        for name, value in SECURITY.items():
            headers.setdefault(name, value)
        return Headers([(name, _ascii(value)) for name, value in headers])


def _ascii(value: str) -> str:
    return value if value.isascii() else quote(value, safe=PRINTABLE)
