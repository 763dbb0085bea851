"""Moments in the reader's words: `29 June 2018`, `été 2018`, `about May 2015`, `by 2015`."""

import datetime
import re

from flask_babel import format_date
from flask_babel import gettext as _

from partage.resources.edtf_dates import EdtfDate, moment

_CERTAIN = re.compile(r"\d{4}(-\d\d){0,2}")


def localized_date(moment: EdtfDate) -> str:
    """Return a moment as precisely as it is known, in the language of the page."""
    text = _without_qualifier(moment)
    if moment.about:
        text = str(_("about %(date)s", date=text))
    return str(_("by %(date)s", date=text)) if moment.by else text


def period(start: EdtfDate, end: EdtfDate | None) -> str:
    """Return a moment, or from when to when."""
    if end is None:
        return localized_date(start)
    return str(_("%(start)s to %(end)s", start=localized_date(start), end=localized_date(end)))


def dated(text: str) -> str:
    """Return an EDTF date in words, and other expressions as they are."""
    found = moment(text) if _CERTAIN.fullmatch(text) else None
    return localized_date(found) if found else text


def _without_qualifier(moment: EdtfDate) -> str:
    seasons = {21: _("spring"), 22: _("summer"), 23: _("autumn"), 24: _("winter")}
    if moment.season is not None:
        return f"{seasons[moment.season]} {moment.year}"
    if moment.month is None:
        return str(moment.year)
    date = datetime.date(moment.year, moment.month, moment.day or 1)
    return str(format_date(date, "d MMMM y" if moment.day else "MMMM y"))
