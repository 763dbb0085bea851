"""Short answers in plain text that the gateway gives itself, without a thread or a page."""

from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations

from partage.errors import HeaderFieldsTooLarge, PartageError
from partage.web.gateway.response_cache import Headers, Scope
from partage.web.http import cors
from partage.web.http.default_headers import SECURITY
from partage.web.http.language import shown
from partage.web.http.negotiation import LANGUAGES, languages
from partage.web.problems import retry_after, status_of

HEADERS: Headers = [
    (name.lower().encode(), value.encode())
    for name, value in (
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Cache-Control", "no-store"),
        *SECURITY.items(),
        *cors.HEADERS,
    )
]


def answer(status: int, text: str, *more: tuple[bytes, bytes]) -> tuple[int, Headers, bytes]:
    """Return an answer of one line."""
    body = text.encode() + b"\n"
    return status, [*HEADERS, (b"content-length", str(len(body)).encode()), *more], body


def refusal(error: PartageError, scope: Scope) -> tuple[int, Headers, bytes]:
    """Return what to tell of an error, in the language of whoever asked."""
    code = LANGUAGES[0]
    if not isinstance(error, HeaderFieldsTooLarge):  # then they must not be read
        told = [value for name, value in scope["headers"] if name == b"accept-language"]
        code = languages(b",".join(told).decode("latin-1"), None)[0]
    text = error.message.told(_texts(code).ugettext, lambda value: shown(value, code))
    more = [(b"content-language", code.encode())]
    if (seconds := retry_after(error)) is not None:
        more.append((b"retry-after", str(seconds).encode()))
    return answer(status_of(error), text, *more)


@cache
def _texts(code: str) -> NullTranslations:
    return Translations.load(Path(__file__).parents[1] / "translations", [code])
