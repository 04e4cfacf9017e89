"""Filters: what they compare with, and that equal ones are equal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clickhouse_schema.filters import Filters

DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        # Seven days compare with the seven before.
        (date(2025, 3, 8), date(2025, 3, 15), (date(2025, 3, 1), date(2025, 3, 8))),
        # A whole month compares with the whole month before, however long.
        (date(2025, 3, 1), date(2025, 4, 1), (date(2025, 2, 1), date(2025, 3, 1))),
        # A quarter compares with the quarter before, over the turn of the year.
        (date(2025, 1, 1), date(2025, 4, 1), (date(2024, 10, 1), date(2025, 1, 1))),
    ],
)
def test_the_previous_period(start: date, end: date, expected: tuple[date, date]) -> None:
    """Whole months compare with whole months, everything else with as many days."""
    earlier = Filters(start, end).compared()

    assert earlier is not None
    assert (earlier.start, earlier.end) == expected


def test_last_year_survives_a_leap_day() -> None:
    """The 29th of February compares with the 28th."""
    earlier = Filters(date(2024, 2, 29), date(2024, 3, 1), compare="year").compared()

    assert earlier is not None
    assert (earlier.start, earlier.end) == (date(2023, 2, 28), date(2023, 3, 1))


def test_last_year_of_a_period_that_ends_before_a_leap_day() -> None:
    """The 28th alone compares with the 28th alone."""
    earlier = Filters(date(2024, 2, 28), date(2024, 2, 29), compare="year").compared()

    assert earlier is not None
    assert (earlier.start, earlier.end) == (date(2023, 2, 28), date(2023, 3, 1))


def test_no_comparison_is_none() -> None:
    """A reader may not want any."""
    assert Filters(date(2024, 1, 1), date(2024, 2, 1), compare="none").compared() is None


def test_an_empty_period_is_refused() -> None:
    """The message tells both days."""
    with pytest.raises(ValueError, match="2024-01-02"):
        Filters(date(2024, 1, 2), date(2024, 1, 2))


@given(start=DAYS, length=st.integers(1, 4000), compare=st.sampled_from(["previous", "year"]))
def test_a_comparison_lies_before_and_keeps_the_rest(
    start: date, length: int, compare: str
) -> None:
    """Only the days change, and "previous" ends where the period begins."""
    end = date.fromordinal(start.toordinal() + length)
    filters = Filters(start, end, countries=("DE",), compare=compare)  # type: ignore[arg-type]

    earlier = filters.compared()

    assert earlier is not None
    assert earlier.start < filters.start
    assert replace(earlier, start=start, end=end) == filters
    if compare == "previous":
        assert earlier.end == start
