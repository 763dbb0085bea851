"""
Datetime negotiation in HTTP, as far as it is a matter of values
(RFC 7089, https://www.rfc-editor.org/rfc/rfc7089; links by RFC 8288 and RFC 6690).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from partage.errors import ProtocolError

LINK_FORMAT = "application/link-format"
EXAMPLE = "Sun, 01 Nov 2026 12:00:00 GMT"


@dataclass(frozen=True, slots=True)
class Memento:
    """One release's answer for an original resource: its address, and since when it was current."""

    uri: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class OriginalResource:
    """An original resource, which is its own TimeGate, and the address of its TimeMap."""

    uri: str
    timemap: str


@dataclass(frozen=True, slots=True)
class TimeMapLink:
    """One link of a header or a TimeMap; attributes in order."""

    target: str
    rel: str
    attributes: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return "; ".join(
            [f"<{self.target}>", f'rel="{self.rel}"', *(f'{k}="{v}"' for k, v in self.attributes)]
        )


def accept_datetime(text: str) -> datetime:
    """
    Read the value of `Accept-Datetime`: an RFC 1123 date in GMT (RFC 7089 §2.1.1).

    Raises
    ------
    ProtocolError
        It is none.
    """
    try:
        parsed = parsedate_to_datetime(text.strip()).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        parsed = None
    # The library reads much more than the header may say: what it writes again must be the same.
    if parsed is None or http_date(parsed) != text.strip():
        raise ProtocolError(
            "Accept-Datetime is %(sent)r, no date as HTTP writes it. Send one as %(example)s.",
            sent=text[:60],
            example=EXAMPLE,
        )
    return parsed


def http_date(moment: datetime) -> str:
    """Write a time as `Memento-Datetime` and the attribute `datetime` do."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def original_links(original: OriginalResource) -> list[TimeMapLink]:
    """Return the links of an original resource's own answers (RFC 7089 §2.2.1)."""
    return [TimeMapLink(original.uri, "original timegate"), _timemap(original)]


def timegate_links(
    original: OriginalResource, chosen: Memento, mementos: Sequence[Memento]
) -> list[TimeMapLink]:
    """Return the links of a TimeGate's redirect: the memento chosen, the first and the last."""
    shown = [m for m in mementos if m in {mementos[0], chosen, mementos[-1]}]
    return [*original_links(original), *(_memento(m, _place(m, mementos)) for m in shown)]


def memento_links(
    original: OriginalResource, own: Memento, mementos: Sequence[Memento]
) -> list[TimeMapLink]:
    """Return the links of a memento: itself, the first, the last, and those beside it."""
    beside = {"prev": _before(own, mementos), "next": _after(own, mementos)}
    links = original_links(original)
    for memento in mementos:
        words = [word for word, other in beside.items() if other == memento]
        place = _place(memento, mementos)
        if words or place or memento == own:
            links.append(_memento(memento, " ".join(filter(None, (place, *words)))))
    return links


def timemap_as_link_format(original: OriginalResource, mementos: Sequence[Memento]) -> str:
    """Write a TimeMap as `application/link-format` (RFC 7089 §5)."""
    itself = TimeMapLink(
        original.timemap,
        "self",
        (
            ("type", LINK_FORMAT),
            ("from", http_date(mementos[0].moment)),
            ("until", http_date(mementos[-1].moment)),
        ),
    )
    links = [TimeMapLink(original.uri, "original timegate"), itself]
    links += [_memento(memento, _place(memento, mementos)) for memento in mementos]
    return ",\n".join(map(str, links)) + "\n"


def timemap_as_json(original: OriginalResource, all_: Sequence[Memento]) -> dict[str, object]:
    """Return a TimeMap in the JSON that Memento aggregators write."""
    mementos = [{"datetime": m.moment.isoformat(), "uri": m.uri} for m in all_]
    return {
        "original_uri": original.uri,
        "timegate_uri": original.uri,
        "timemap_uri": {"link_format": original.timemap, "json_format": original.timemap},
        "mementos": {"first": mementos[0], "last": mementos[-1], "list": mementos},
    }


def _timemap(original: OriginalResource) -> TimeMapLink:
    return TimeMapLink(original.timemap, "timemap", (("type", LINK_FORMAT),))


def _memento(memento: Memento, place: str) -> TimeMapLink:
    moment = http_date(memento.moment)
    return TimeMapLink(memento.uri, f"{place} memento".strip(), (("datetime", moment),))


def _place(memento: Memento, mementos: Sequence[Memento]) -> str:
    return " ".join(_ends(memento, mementos))


def _ends(memento: Memento, mementos: Sequence[Memento]) -> Iterator[str]:
    if memento == mementos[0]:
        yield "first"
    if memento == mementos[-1]:
        yield "last"


def _before(own: Memento, mementos: Sequence[Memento]) -> Memento | None:
    earlier = [memento for memento in mementos if memento.moment < own.moment]
    return earlier[-1] if earlier else None


def _after(own: Memento, mementos: Sequence[Memento]) -> Memento | None:
    return next((memento for memento in mementos if memento.moment > own.moment), None)
