"""The bounds of EDTF expressions: as wide as stated, never wider, never invented."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partage.pipeline.derivation.edtf import bounds


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2010", "2010-01-01", "2010-12-31"),
        ("2015-05", "2015-05-01", "2015-05-31"),
        ("2016-02", "2016-02-01", "2016-02-29"),
        ("2018-06-29", "2018-06-29", "2018-06-29"),
        ("2015-11~", "2015-11-01", "2015-11-30"),
        ("2010?", "2010-01-01", "2010-12-31"),
        ("201X", "2010-01-01", "2019-12-31"),
        ("2018-XX", "2018-01-01", "2018-12-31"),
        ("2018-06-XX", "2018-06-01", "2018-06-30"),
        ("[..2018-06-29]", None, "2018-06-29"),
        ("[..2010]", None, "2010-12-31"),
        ("[2014-05..]", "2014-05-01", None),
        ("2013/2015-04", "2013-01-01", "2015-04-30"),
        ("2013-08/..", "2013-08-01", None),
        ("../2013", None, "2013-12-31"),
        ("2013/", "2013-01-01", None),
        ("2010~/2011?", "2010-01-01", "2011-12-31"),
    ],
)
def test_a_date_lies_between_its_bounds(text: str, first: str | None, last: str | None) -> None:
    found = tuple(day.isoformat() if day else None for day in bounds(text))
    assert found == (first, last)


@pytest.mark.parametrize(
    "text",
    ["", "..", "[..]", "/", "2010-13", "2010-00", "2010-02-30", "2018-21", "201X-05", "2018-XX-03",
     "2015/2013", "20l8", "circa 2010", "2010-1", "2010/2011/2012", "0000"],
)  # fmt: skip
def test_what_is_no_such_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        bounds(text)


@given(st.dates())
def test_a_day_is_its_own_bounds(day: datetime.date) -> None:
    assert bounds(day.isoformat()) == (day, day)


@given(st.text(alphabet="0123456789X-/.[]?~%", max_size=14))
def test_any_text_has_ordered_bounds_or_is_refused(text: str) -> None:
    try:
        first, last = bounds(text)
    except ValueError:
        return
    assert first is None or last is None or first <= last
