"""The slice a report is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from analytics.reports._slice import shared, slice_of
from clickhouse_schema.client import Warehouse
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.loads import DataState
from clickhouse_schema.queries.trust import line_counts
from clickhouse_schema.recording import recording

DATA = DataState(
    orders=9,
    first_at=datetime(2023, 1, 10, 9),
    newest_at=datetime(2024, 5, 20, 18),
    is_sample=False,
    currency="EUR",
    time_zone="Europe/Berlin",
    loaded_at=datetime(2024, 6, 1),
)
APRIL = Filters(date(2024, 4, 1), date(2024, 5, 1))


def test_a_whole_comparison() -> None:
    """A period whose comparison has all its days keeps both."""
    view = slice_of(APRIL, DATA)

    assert view.now == APRIL
    assert view.before == replace(APRIL, start=date(2024, 3, 1), end=date(2024, 4, 1))
    assert view.missing == ""


def test_days_to_come_are_cut_off() -> None:
    """May has 20 days of data: they are compared with the 20 days before."""
    view = slice_of(replace(APRIL, start=date(2024, 5, 1), end=date(2024, 6, 1)), DATA)

    assert view.now.end == date(2024, 5, 21)
    assert view.before is not None
    assert view.before.start == date(2024, 4, 11)


@pytest.mark.parametrize(
    ("filters", "missing"),
    [
        (replace(APRIL, compare="none"), "not asked"),
        (Filters(date(2023, 1, 1), date(2023, 3, 1)), "no earlier data"),
        (Filters(date(2023, 6, 1), date(2024, 5, 1), compare="year"), "no earlier data"),
        (Filters(date(2023, 1, 15), date(2023, 1, 25)), "no earlier data"),
    ],
)
def test_no_comparison(filters: Filters, missing: str) -> None:
    """Not asked for, or reaching back to before the first day that is loaded."""
    view = slice_of(filters, DATA)

    assert (view.before, view.missing) == (None, missing)


def test_a_period_without_any_data_stays(warehouse: Warehouse) -> None:
    """A period wholly outside of the data is kept as asked for, to be told empty."""
    later = Filters(date(2030, 1, 1), date(2030, 2, 1))

    assert slice_of(later, DATA).now == later


def test_shared_answers_keep_their_statements(empty_warehouse: Warehouse) -> None:
    """A view that finds an answer ready is told what made it as the first one was."""
    heard = []
    for _ in range(2):
        with recording() as statements:
            shared("line_counts", {"now": APRIL}, lambda: line_counts(empty_warehouse, APRIL))
        heard.append([statement.name for statement in statements])

    assert heard == [["line_counts"], ["line_counts"]]
