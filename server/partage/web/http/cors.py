"""
Every answer may be read by every page of the Web (Fetch, https://fetch.spec.whatwg.org/#http-cors-protocol).

The data are public and there is nothing to log in to: any origin, without credentials.
"""

from flask import Flask, Response, request

# What a script may read of an answer, beyond what it always may.
EXPOSED = (
    "Accept-Query",
    "Accept-Ranges",
    "Allow",
    "Content-Disposition",
    "Content-Location",
    "Content-Profile",
    "Content-Range",
    "Dataset-Version",
    "ETag",
    "Last-Modified",
    "Link",
    "Location",
    "Memento-Datetime",
    "Query-Hint",
    "Query-Id",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Server-Timing",
    "Vary",
)
HEADERS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", ", ".join(EXPOSED)),
    ("Timing-Allow-Origin", "*"),
)
DAY = 86_400


def install(app: Flask) -> None:
    """Let every answer, errors too, be read from everywhere."""
    app.after_request(_open)


def _open(response: Response) -> Response:
    for name, value in HEADERS:
        response.headers[name] = value
    if request.method == "OPTIONS" and response.status_code < 400:
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET")
        # A star does not cover Authorization, which carries the right to end a query.
        response.headers["Access-Control-Allow-Headers"] = "*, Authorization"
        response.headers["Access-Control-Max-Age"] = str(DAY)
        response.status_code = 204
    return response
