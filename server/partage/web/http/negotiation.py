"""
Which representation a request gets (RFC 9110 §12, https://www.rfc-editor.org/rfc/rfc9110#section-12).

One function reads `Accept`; nothing else in Partage does.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.http import (
    parse_accept_header,
    parse_list_header,
    parse_options_header,
)

from partage.errors import NotAcceptable, ProtocolError, Unwritable
from partage.rdf.formats import ALL_FORMATS, Format, by_key, by_media_type
from partage.rdf.jsonld import FORM_NAMESPACE, FORMS, Form
from partage.resources.description.profiles import Profile, find

HTML = "text/html"
LANGUAGES = ("en", "fr")
# Names that clients use for formats of ours; they get what they asked for under that name.
ALIASES = {
    "application/json": {"json", "jsonld"},
    "application/xml": {"xml", "rdfxml"},
    "text/xml": {"xml", "rdfxml"},
    "application/x-turtle": {"turtle"},
    "application/turtle": {"turtle"},
    "text/n3": {"turtle"},
    "text/rdf+n3": {"turtle"},
    "text/plain": {"ntriples"},
    "application/x-trig": {"trig"},
    "text/x-nquads": {"nquads"},
}
# What clients call formats in parameters; the first offer among them is meant.
CALLED = {
    "json": ("application/sparql-results+json", "application/ld+json", "application/json"),
    "json-ld": ("application/ld+json",),
    "xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "rdf": ("application/rdf+xml",),
    "rdf+xml": ("application/rdf+xml",),
    "rdf/xml": ("application/rdf+xml",),
    "n3": ("text/turtle",),
    "text": ("text/csv", "application/n-triples"),
}
JSONLD = frozenset({"application/json", "application/ld+json"})
# As in RFC 9110 §12.4.2, and as old clients of Java write it: `q=.2`.
_QUALITY = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
# Whatever is sent, this takes time in proportion to it: no part can match in two ways.
_PROFILE = re.compile(r"<([^<>]*)>\s*(?:;\s*q\s*=\s*([0-9.]+))?", re.IGNORECASE)

Made = TypeVar("Made")


def negotiate(accept: str | None, offers: Sequence[str], wish: str | None = None) -> str:
    """
    Return the media type to answer with, the first offer where the request does not care.

    `wish` is the suffix of an address, which names one representation whatever the header says.

    Raises
    ------
    NotAcceptable
        Nothing offered satisfies the request.
    """
    if wish is not None:
        wanted = _media_type(wish)
        if wanted is None or wanted not in offers:
            raise NotAcceptable(offers)
        return wanted
    return next(ranked(accept, offers))


def ranked(accept: str | None, offers: Sequence[str], wishes: Sequence[str] = ()) -> Iterator[str]:
    """
    Yield the media types to answer with, the best first; at equal quality, as they are offered.

    The first of the `wishes`, which are values of parameters, that means one of the offers is the
    only one, whatever the header says. One that names no format, or none that is offered, is passed
    over.

    Raises
    ------
    NotAcceptable
        Nothing offered satisfies the request.
    """
    if wished := next(filter(None, (offer_of(wish, offers) for wish in wishes)), None):
        yield wished
        return
    wanted = MIMEAccept(
        (name, min(float(quality), 1.0))
        for name, given in _ranges(accept)
        if _QUALITY.fullmatch(quality := given.get("q", "1"))
    )
    if not wanted:
        yield from offers
        return
    left = list(dict.fromkeys(offers))
    if (best := wanted.best_match(left)) is None:
        raise NotAcceptable(offers)
    while best is not None:
        yield best
        left.remove(best)
        best = wanted.best_match(left)


def offer_of(wish: str, offers: Sequence[str]) -> str | None:
    """Return the offer that the value of a parameter means: a key, suffix or media type."""
    key = wish.strip().lower()
    called = {*CALLED.get(key, ()), _media_type(key)}
    return next((offer for offer in offers if offer in called), None)


def first_writable(choices: Iterable[str], make: Callable[[str], Made]) -> Made:
    """
    Return what is made for the first media type that can hold it.

    Raises
    ------
    Unwritable
        None can.
    """
    refusal: Unwritable | None = None
    for choice in choices:
        try:
            return make(choice)
        except Unwritable as error:
            refusal = refusal or error
    assert refusal is not None  # there is at least one choice
    raise refusal


def media_types(formats: Sequence[Format], *, html: bool = True) -> list[str]:
    """Return the offers for some formats: their media types, the aliases, and HTML."""
    keys = {fmt.key for fmt in formats}
    own = [fmt.media_type for fmt in formats]
    aliases = [alias for alias, meant in ALIASES.items() if meant & keys]
    return [*own, *([HTML] if html else []), *aliases]


def format_of(media_type: str, formats: Sequence[Format]) -> Format:
    """Return the format among `formats` that a chosen media type means."""
    exact = by_media_type(media_type)
    meant = {exact.key} if exact else ALIASES[media_type]
    return next(fmt for fmt in formats if fmt.key in meant)


def form_of(accept: str | None) -> Form | None:
    """Return the form of JSON-LD that a media type's profile asks for (JSON-LD 1.1, appendix C)."""
    for media_type, parameters in _ranges(accept):
        if media_type.lower() not in JSONLD:
            continue
        for name in parameters.get("profile", "").split():
            for form in FORMS:
                if name == FORM_NAMESPACE + form:
                    return form
    return None


def profile_of(accept: str | None, wish: str | None, offered: Sequence[Profile]) -> Profile:
    """
    Return the profile to keep to, the first offered where none asked for is known: a profile is
    a wish, never a condition (https://www.w3.org/TR/dx-prof-conneg/#http).
    """
    if wish is not None:
        return find(wish.strip("<>"), offered) or offered[0]
    wanted = [
        (float(quality or 1), profile)
        for name, quality in _PROFILE.findall(accept or "")
        if re.fullmatch(r"(?:[01](?:\.[0-9]*)?)?", quality) and (profile := find(name, offered))
    ]
    best = max(wanted, key=lambda pair: pair[0], default=(0.0, offered[0]))
    return best[1] if best[0] > 0 else offered[0]


def languages(accept_language: str | None, wish: str | None) -> tuple[str, ...]:
    """
    Return the languages to name things in, the reader's first.

    Raises
    ------
    ProtocolError
        The address asks for a language that we do not have.
    """
    if wish is not None and wish not in LANGUAGES:
        raise ProtocolError(
            "lang=%(wish)s is not offered. Use one of: %(offered)s.",
            wish=wish,
            offered=", ".join(LANGUAGES),
        )
    # Werkzeug's best match would take a worse language over the general form of a better one.
    accepted = parse_accept_header(accept_language or "", LanguageAccept)
    general = [tag.partition("-")[0].lower() for tag, quality in accepted if quality > 0]
    first = wish or next((code for code in general if code in LANGUAGES), LANGUAGES[0])
    return (first, *(code for code in LANGUAGES if code != first), "")


def _ranges(accept: str | None) -> Iterator[tuple[str, dict[str, str]]]:
    """
    Yield the media ranges of `Accept` with their parameters, in order.

    No parameter but `q` counts in the choice: everything here is UTF-8, and the forms of JSON-LD
    and of bibliographies are chosen apart.
    """
    # Where Werkzeug divides a media type it tries each space of a run as the first: so none is one.
    for item in parse_list_header(" ".join((accept or "").split())):
        name, given = parse_options_header(item)
        if name:
            yield "*/*" if name == "*" else name, given


def _media_type(key: str) -> str | None:
    if key == "html":
        return HTML
    if "/" in key:  # a plus sign that was not encoded has become a space
        return key.partition(";")[0].strip().replace(" ", "+").lower()
    named = by_key(key) or next((fmt for fmt in ALL_FORMATS if fmt.extension == key), None)
    return named.media_type if named else None
