"""When things were, read from EDTF."""

import pytest

from partage.resources.edtf_dates import EdtfDate, moment, years


@pytest.mark.parametrize(
    ("text", "expected", "first"),
    [
        ("2018-06-29", EdtfDate(2018, 6, 29), "2018-06-29"),
        ("2018-12", EdtfDate(2018, 12), "2018-12-01"),
        ("2018", EdtfDate(2018), "2018-01-01"),
        ("2018-22", EdtfDate(2018, 6, None, 22), "2018-06-01"),
        ("2015-05~", EdtfDate(2015, 5, about=True), "2015-05-01"),
        ("[..2015-11]", EdtfDate(2015, 11, by=True), "2015-11-01"),
    ],
)
def test_a_moment_is_as_precise_as_it_was_written(
    text: str, expected: EdtfDate, first: str
) -> None:
    assert moment(text) == expected
    assert expected.first == first


def test_what_names_no_year_is_no_moment() -> None:
    assert moment("..") is None


def test_years_reach_from_the_first_to_the_last() -> None:
    assert [*years(["2015-05", "[..2013]"])] == [2013, 2014, 2015]
    assert [*years([".."])] == []
