"""
The reader's language: that of the address (`?lang=fr`), else of `Accept-Language`
(RFC 9110 §12.5.4, https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4).

Texts of pages are written in English, `_("…")`, and translated in `translations/`.
"""

from flask import Flask, Response, request
from flask_babel import Babel

from partage.web.negotiation import HTML, LANGUAGES, languages
from partage.web.versions import within


def install(app: Flask) -> None:
    """Write the pages of an application in the language of whoever reads them."""
    Babel(app, locale_selector=page_language)
    app.after_request(_tell)


def reader() -> tuple[str, ...]:
    """
    Return the languages to name things in, the reader's first.

    Raises
    ------
    ProtocolError
        The address asks for a language that we do not have.
    """
    return languages(request.headers.get("Accept-Language"), request.args.get("lang"))


def chosen() -> str | None:
    """Return the language in the address, where it is one of ours."""
    wish = request.args.get("lang")
    return wish if wish in LANGUAGES else None


def address(href: str) -> str:
    """Return a link of ours, in the release and with the language of this page's address."""
    href = within(request.script_root, href)
    if chosen() is None or not href.startswith("/"):
        return href
    path, mark, fragment = href.partition("#")
    joiner = "&" if "?" in path else "?"
    return f"{path}{joiner}lang={chosen()}{mark}{fragment}"


def page_language() -> str:
    """Return the language of the page; that of an error page, where the address asks for none."""
    return languages(request.headers.get("Accept-Language"), chosen())[0]


def _tell(response: Response) -> Response:
    if response.mimetype == HTML:
        response.vary.add("Accept-Language")
        response.headers["Content-Language"] = page_language()
    return response
