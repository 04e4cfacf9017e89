"""Whole weeks and months of a slice."""

from __future__ import annotations

from datetime import date

import pytest

from clickhouse_schema.filters import Filters
from clickhouse_schema.periods import Periods


@pytest.mark.parametrize(
    ("start", "end", "step", "first", "count"),
    [
        (date(2024, 1, 1), date(2024, 4, 1), "month", date(2024, 1, 1), 3),
        (date(2024, 1, 2), date(2024, 3, 31), "month", date(2024, 2, 1), 1),
        (date(2024, 12, 15), date(2025, 1, 10), "month", date(2025, 1, 1), 0),
        (date(2024, 1, 1), date(2024, 1, 15), "week", date(2024, 1, 1), 2),
        (date(2024, 1, 2), date(2024, 1, 21), "week", date(2024, 1, 8), 1),
        (date(2024, 1, 2), date(2024, 1, 4), "week", date(2024, 1, 8), 0),
    ],
)
def test_only_whole_periods_count(start, end, step, first, count):
    """A month or week that is cut by the slice is none; an end on its last day is whole."""
    found = Periods.within(Filters(start, end), step)

    assert (found.start, found.count) == (first, count)
    assert found.end <= max(end, first)


def test_days_fall_into_their_period():
    """Numbers run on over a year's end, and are negative before."""
    months = Periods("month", date(2023, 11, 1), 4)
    weeks = Periods("week", date(2024, 1, 1), 3)

    assert [months.number_of(day) for day in (date(2023, 10, 31), date(2024, 1, 31))] == [-1, 2]
    assert [weeks.number_of(day) for day in (date(2023, 12, 31), date(2024, 1, 14))] == [-1, 1]
    assert (months.end, weeks.end) == (date(2024, 3, 1), date(2024, 1, 22))
