"""What the frame is told of the data."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from analytics.reports.shell import ShellFacts
from clickhouse_schema.queries.loads import DataState


@pytest.mark.parametrize(
    ("first", "newest", "start"),
    [
        (datetime(2020, 1, 1), datetime(2025, 11, 30, 23, 59), date(2024, 12, 1)),
        (datetime(2025, 11, 1), datetime(2025, 11, 30), date(2025, 11, 1)),
        (datetime(2025, 11, 30, 8), datetime(2025, 11, 30, 9), date(2025, 11, 30)),
    ],
)
def test_the_usual_period_is_the_last_year_of_what_there_is(
    first: datetime, newest: datetime, start: date
) -> None:
    """It ends with the newest order's day and never begins before the first."""
    state = DataState(5, first, newest, False, "EUR", "UTC", datetime(2026, 1, 1))

    filters = ShellFacts(1, state, (), (), ()).default_filters()

    assert (filters.start, filters.end) == (start, date(2025, 12, 1))
