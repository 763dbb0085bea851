"""Versions are ordered by their numbers, and a step is as large as its leftmost change."""

import pytest

from partage.pipeline.versioning import MAJOR, MINOR, NONE, PATCH, calendar, semantic, step


@pytest.mark.parametrize(
    ("version", "parts"),
    [
        ("2026.11.0", (2026, 11, 0)),
        ("2026.01.12", (2026, 1, 12)),
        ("2026.1.0", None),
        ("2026.13.0", None),
        ("2026.11.00", None),
        ("v2026.11.0", None),
    ],
)
def test_a_calendar_version_has_a_year_a_month_and_a_number(
    version: str, parts: tuple[int, int, int] | None
) -> None:
    assert calendar(version) == parts


def test_a_semantic_version_has_three_numbers() -> None:
    assert semantic("1.20.3") == (1, 20, 3)
    assert semantic("1.2") is None
    assert semantic("1.02.3") is None


@pytest.mark.parametrize(
    ("before", "after", "size"),
    [
        ((1, 2, 3), (2, 0, 0), MAJOR),
        ((1, 2, 3), (1, 3, 0), MINOR),
        ((1, 2, 3), (1, 2, 4), PATCH),
        ((0, 1, 0), (0, 2, 0), MAJOR),
        ((0, 1, 0), (0, 1, 1), PATCH),
        ((0, 9, 0), (1, 0, 0), MAJOR),
        ((1, 2, 3), (1, 2, 3), NONE),
        ((1, 2, 3), (1, 2, 2), NONE),
    ],
)
def test_a_step_is_as_large_as_its_leftmost_change(
    before: tuple[int, int, int], after: tuple[int, int, int], size: int
) -> None:
    assert step(before, after) == size
