"""What every answer tells browsers not to do with it."""

from flask import Flask, Response

# Pages need nothing from elsewhere; what a script fetches, it fetches here. A picture that a script
# draws can be saved.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "font-src 'self'; img-src 'self' data: blob:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
)


def install(app: Flask) -> None:
    """Have every answer of an application say so, unless it says something else."""
    app.after_request(_harden)


def _harden(response: Response) -> Response:
    for name, value in HEADERS:
        response.headers.setdefault(name, value)
    return response
