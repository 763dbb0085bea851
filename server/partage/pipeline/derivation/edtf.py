"""
The days an EDTF expression lies between.

Extended Date/Time Format (Library of Congress, 2019; ISO 8601-2): dates and intervals of levels 0
and 1, seasons aside, and the open choices `[..2018-06-29]` and `[2018-06-29..]` of level 2. The
qualifiers `?`, `~` and `%` do not widen the bounds: they are kept in the expression, which is
published too.
"""

import calendar
import datetime
import re

Bounds = tuple[datetime.date | None, datetime.date | None]

_DATE = re.compile(
    r"(?P<year>\d{4}|\d{3}X|\d\dXX)(?:-(?P<month>\d\d|XX)(?:-(?P<day>\d\d|XX))?)?[?~%]?"
)
_CHOICE = re.compile(r"\[(?P<first>[^\[\],.]*)\.\.(?P<last>[^\[\],.]*)\]")


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
        raise ValueError(f"{text!r} is no EDTF date of level 0 or 1 (seasons aside)")
    year, month, day = match["year"], match["month"] or "XX", match["day"] or "XX"
    first_year, last_year = (int(year.replace("X", digit)) for digit in "09")
    if (first_year != last_year and match["month"]) or (month == "XX" and day != "XX"):
        raise ValueError(f"{text!r} leaves open a larger unit than it gives")
    first_month, last_month = (1, 12) if month == "XX" else (int(month), int(month))
    if not 1 <= last_month <= 12:
        raise ValueError(f"{text!r} has no month from 01 to 12")
    days = calendar.monthrange(last_year, last_month)[1]
    first_day, last_day = (1, days) if day == "XX" else (int(day), int(day))
    try:
        begin = datetime.date(first_year, first_month, first_day)
        return begin, datetime.date(last_year, last_month, last_day)
    except ValueError as error:
        raise ValueError(f"{text!r} is no day of the calendar ({error})") from error
