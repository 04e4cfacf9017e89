"""Periods cut into buckets."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.models.buckets import Bucket, add_up, alongside, cut, grain_for, places

DAYS = st.dates(date(1990, 1, 1), date(2040, 1, 1))
LENGTHS = st.integers(1, 366 * 60)


@pytest.mark.parametrize(
    ("days", "grain"),
    [(1, "day"), (62, "day"), (63, "week"), (400, "week"), (401, "month"), (1861, "quarter")],
)
def test_grain(days: int, grain: str) -> None:
    """Up to 62 days by day, up to 400 by week, then by month."""
    assert grain_for(days) == grain


@given(DAYS, LENGTHS)
def test_buckets_cover_the_period_once(start: date, days: int) -> None:
    """Without a gap or an overlap, at most 64, and only the outer two may be partial."""
    end = start + timedelta(days=days)
    buckets = cut(start, end, grain_for(days))

    assert len(buckets) <= 64
    assert buckets[0].start == start
    assert buckets[-1].end == end
    assert all(a.end == b.start for a, b in itertools.pairwise(buckets))
    assert all(bucket.whole for bucket in buckets[1:-1])
    assert len(places(buckets)) == days


def test_partial_weeks() -> None:
    """A week is whole from Monday to Sunday: 1 May 2024 is a Wednesday."""
    buckets = cut(date(2024, 5, 1), date(2024, 5, 20), "week")

    assert [(one.start.day, one.end.day, one.whole) for one in buckets] == [
        (1, 6, False),
        (6, 13, True),
        (13, 20, True),
    ]


def test_partial_months_and_quarters() -> None:
    """Months and quarters are whole by the calendar."""
    months = cut(date(2024, 5, 1), date(2024, 7, 9), "month")
    quarters = cut(date(2024, 2, 1), date(2024, 7, 1), "quarter")

    assert [one.whole for one in months] == [True, True, False]
    assert [one.whole for one in quarters] == [False, True]


def test_no_day() -> None:
    """A period without a day cannot be cut."""
    with pytest.raises(ValueError, match="must be after start"):
        cut(date(2024, 5, 1), date(2024, 5, 1), "day")


def test_days_behind_days() -> None:
    """February behind March: the last three days of March have nothing behind them."""
    march = cut(date(2023, 3, 1), date(2023, 4, 1), "day")
    behind = alongside(march, date(2023, 2, 1), date(2023, 3, 1), by_month=False)

    assert len(behind) == 31
    assert behind[27] == Bucket(date(2023, 2, 28), date(2023, 3, 1), whole=True)
    assert all(one.start == one.end for one in behind[28:])


def test_a_longer_month_behind_a_shorter_one() -> None:
    """January behind February: no bucket holds more than its one day."""
    february = cut(date(2023, 2, 1), date(2023, 3, 1), "day")
    behind = alongside(february, date(2023, 1, 1), date(2023, 2, 1), by_month=False)

    assert {(one.end - one.start).days for one in behind} == {1}


def test_months_behind_months() -> None:
    """Months stand behind months in their order, however long they are."""
    year = cut(date(2023, 1, 1), date(2024, 3, 1), "month")
    behind = alongside(year, date(2021, 11, 1), date(2023, 1, 1), by_month=True)

    assert [one.start.month for one in behind] == [11, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert behind[-1].end == date(2023, 1, 1)


@given(DAYS, LENGTHS, st.data())
def test_sums_keep_the_total(start: date, days: int, data: st.DataObject) -> None:
    """Every day inside counts once, days outside do not."""
    end = start + timedelta(days=days)
    picked = data.draw(st.lists(st.dates(start - timedelta(9), end + timedelta(9)), max_size=20))

    sums = add_up([(day, 1.0) for day in picked], cut(start, end, grain_for(days)))

    assert sum(sums) == sum(start <= day < end for day in picked)


def test_empty_stretches_take_nothing() -> None:
    """A comparison that is over leaves its later stretches at 0."""
    march = cut(date(2023, 3, 1), date(2023, 4, 1), "day")
    behind = alongside(march, date(2023, 2, 1), date(2023, 3, 1), by_month=False)

    sums = add_up([(date(2023, 2, 28), 5.0), (date(2023, 3, 1), 7.0)], behind)

    assert sums[27] == 5.0
    assert sum(sums) == 5.0
