"""
When things were, as the dataset writes it: dates and seasons of the Extended Date/Time Format
(https://www.loc.gov/standards/datetime/), read for putting them in order, not for checking them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Months in which the seasons 21 to 24 (spring to winter, north of the equator) begin.
_SEASONS = {21: 3, 22: 6, 23: 9, 24: 12}
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?([~?%]?)")


@dataclass(frozen=True, slots=True)
class EdtfDate:
    """
    A day, month, season or year; `about` where it is uncertain, `by` where it was then or before.

    `season` is the number of EDTF, and `month` the one in which it begins.
    """

    year: int
    month: int | None = None
    day: int | None = None
    season: int | None = None
    about: bool = False
    by: bool = False

    @property
    def first(self) -> str:
        """Return its first day as ISO 8601, to sort by and to draw at."""
        return f"{self.year:04}-{self.month or 1:02}-{self.day or 1:02}"


def moment(text: str) -> EdtfDate | None:
    """Return the first moment that an EDTF expression names, None where there is none."""
    found = _DATE.search(text)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups()[:3])
    assert year is not None
    return EdtfDate(
        year,
        _SEASONS.get(month, month) if month else None,
        day,
        month if month in _SEASONS else None,
        about=bool(found[4]),
        by=text.startswith("[.."),
    )


def years(texts: Iterable[str]) -> range:
    """Return the years from the first to the last that some EDTF expressions name."""
    named = [found.year for text in texts if (found := moment(text))]
    return range(min(named), max(named) + 1) if named else range(0)
