"""
The days an EDTF expression lies between.

Extended Date/Time Format (Library of Congress, 2019; ISO 8601-2): level 0 and 1 dates and
intervals, and the open choices `[..2018-06-29]` and `[2018-06-29..]` of level 2. The qualifiers
`?`, `~` and `%` do not widen the bounds: they are kept in the expression, which is published too.
"""

import calendar
import datetime
import re

Bounds = tuple[datetime.date | None, datetime.date | None]

_DATE = re.compile(
    r"(?P<year>\d{4}|\d{3}X|\d\dXX)(?:-(?P<month>\d\d|XX)(?:-(?P<day>\d\d|XX))?)?[?~%]?"
)
_CHOICE = re.compile(r"\[(?P<first>[^\[\],.]*)(?:\.\.)(?P<last>[^\[\],.]*)\]")
_SEASONS = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (12, 12)}


def bounds(text: str) -> Bounds:
    """
    Return the earliest and the latest day that `text` allows; None where it is open.

    Raises
    ------
    ValueError
        The text is no EDTF expression of the kinds above, or names no possible day.
    """
    choice = _CHOICE.fullmatch(text)
    if choice:
        first, last = choice["first"], choice["last"]
    elif "/" in text:
        first, last = (part.replace("..", "") for part in text.split("/", 1))
    else:
        return _date(text)
    if not first and not last:
        raise ValueError(f"{text!r} has neither beginning nor end")
    begin = _date(first)[0] if first else None
    end = _date(last)[1] if last else None
    if begin and end and begin > end:
        raise ValueError(f"{text!r} ends before it begins")
    return begin, end


def _date(text: str) -> tuple[datetime.date, datetime.date]:
    match = _DATE.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is no EDTF date of level 0 or 1")
    year, month, day = match["year"], match["month"], match["day"]
    first_year, last_year = (int(year.replace("X", digit)) for digit in "09")
    if month is None or month == "XX":
        if "X" in year and month:
            raise ValueError(f"{text!r} leaves the year open but not the month")
        return datetime.date(first_year, 1, 1), datetime.date(last_year, 12, 31)
    first_month, last_month = _SEASONS.get(int(month), (int(month), int(month)))
    if day is not None and day != "XX":
        only = datetime.date(first_year, int(month), int(day))
        return only, only
    end = calendar.monthrange(last_year, last_month)[1]
    return datetime.date(first_year, first_month, 1), datetime.date(last_year, last_month, end)
