"""
The reader's language: that of the address (`?lang=fr`), else of `Accept-Language`
(RFC 9110 §12.5.4, https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4).

Texts of pages are written in English, `_("…")`, and translated in `translations/`.
"""

from datetime import date, datetime
from typing import Any, cast

from flask import Flask, Response, g, request
from flask_babel import Babel, format_date, format_datetime, get_translations, gettext
from markupsafe import Markup, escape

from partage.errors import GroupedNumber, Message, UntranslatedText
from partage.web.http.dates import dated
from partage.web.http.negotiation import HTML, LANGUAGES, languages
from partage.web.http.release_paths import within


def install(app: Flask) -> None:
    """Write the pages of an application in the language of whoever reads them."""
    Babel(app, locale_selector=page_language)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of its extension
        lambda text: _texts().ugettext(text),
        lambda one, many, number: _texts().ungettext(one, many, number),
        newstyle=True,
    )
    app.add_template_filter(_day, "day")
    app.add_template_filter(dated)
    app.add_template_filter(_moment, "moment")
    app.add_template_filter(marked, "told")
    app.after_request(_tell)


def _texts() -> Any:
    """Return the texts in the language of the page: looked up once, for some hundred of them."""
    if "texts" not in g:
        g.texts = get_translations()
    return g.texts


def reader_languages() -> tuple[str, ...]:
    """
    Return the languages to name things in, the reader's first.

    Raises
    ------
    ProtocolError
        The address asks for a language that we do not have.
    """
    return languages(request.headers.get("Accept-Language"), request.args.get("lang"))


def chosen() -> str | None:
    """Return the language in the address, where it is one of ours; read once for all links."""
    if "chosen" not in g:
        wish = request.args.get("lang")
        g.chosen = wish if wish in LANGUAGES else None
    return cast("str | None", g.chosen)


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


def plain(message: Message) -> str:
    """Return a message in the language of the page, as text."""
    return message.told(gettext, lambda value: shown(value, page_language()))


def marked(message: Message) -> Markup:
    """Return a message in the language of the page, where what stays English is marked as such."""
    return Markup(message.told(_escaped, _marked))  # noqa: S704  # both escape


def _escaped(text: str) -> str:
    return escape(gettext(text))


def _marked(value: object) -> object:
    if isinstance(value, UntranslatedText) and page_language() != "en":
        return Markup('<span lang="en">{}</span>').format(value)
    return shown(value, page_language())


class _Spaced(GroupedNumber):
    """A number whose thousands stand apart as in French and in ISO 80000-1."""

    def __str__(self) -> str:
        return super().__str__().replace(",", "\u202f")


def shown(value: object, code: str) -> object:
    """Return a value as a text in a language shows it."""
    if type(value) is int:
        return GroupedNumber(value) if code == "en" else _Spaced(value)
    return value


def _day(value: date) -> str:
    """Write a day out, the same way round in both languages."""
    return str(format_date(value, "d MMMM y"))


def _moment(value: datetime) -> str:
    """Write a moment out, in coordinated universal time."""
    return str(format_datetime(value, "d MMMM y, HH:mm:ss 'UTC'"))


def _tell(response: Response) -> Response:
    if response.mimetype == HTML and "Location" not in response.headers:
        response.vary.add("Accept-Language")
        response.headers["Content-Language"] = page_language()
    return response
