"""The Overview's figures over time."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analytics.reports.overview import (
    METRICS,
    customers_course,
    headline,
    hours,
    revenue_course,
)
from clickhouse_schema.client import Warehouse
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.loads import DataState

MAY = Filters(date(2024, 5, 1), date(2024, 6, 1))
NOVEMBER = Filters(date(2011, 11, 1), date(2011, 12, 1), known_only=True)


def test_eight_numbers(shop: Warehouse, state: DataState) -> None:
    """May and April of the small shop, counted by hand."""
    measures = headline(MAY, state).measures

    assert tuple(measures) == METRICS
    assert {name: (one.now, one.before) for name, one in measures.items()} == {
        "revenue": (220.0, 30.0),
        "orders": (5.0, 2.0),
        "active_customers": (2.0, 2.0),
        "average_order_value": (44.0, 15.0),
        "new_customers": (1.0, 1.0),
        "repeat_rate": (1.0, 0.0),
        "return_rate": (pytest.approx(30 / 220), 0.0),
        "lifetime_revenue": (135.0, 65.0),
    }


def test_the_course_of_a_number(shop: Warehouse, state: DataState) -> None:
    """Days without a sale are 0 in sums, and have no rate at all."""
    measures = headline(MAY, state).measures

    assert len(measures["revenue"].course) == 31
    assert sum(measures["revenue"].course) == 220.0
    assert measures["average_order_value"].course == (62.0, 45.0, 34.0)


def test_no_history_is_no_fall(shop: Warehouse, state: DataState) -> None:
    """March is the first month: nothing to compare with, rather than growth from nothing."""
    march = headline(Filters(date(2024, 3, 2), date(2024, 4, 1)), state)

    assert march.slice.missing == "no earlier data"
    assert all(one.change is None and one.before is None for one in march.measures.values())


def test_a_change_from_nothing_is_none(shop: Warehouse, state: DataState) -> None:
    """Spain had no sale in April: there is no percentage of nothing."""
    measures = headline(replace(MAY, countries=("Spain",)), state).measures

    assert measures["revenue"].before == 0.0
    assert measures["revenue"].change is None


def test_an_empty_slice(shop: Warehouse, state: DataState) -> None:
    """Unknown names give zeros and no rates, without a warning."""
    found = headline(replace(MAY, countries=("x' OR 1 --",)), state)

    assert found.empty
    assert found.measures["revenue"].now == 0
    assert found.measures["average_order_value"].now is None
    assert found.measures["repeat_rate"].now is None
    assert sum(revenue_course(replace(MAY, channels=("fax",)), state).values["revenue"]) == 0
    assert hours(replace(MAY, categories=("Garden",)), state).orders.sum() == 0


def test_revenue_with_its_comparison_behind(shop: Warehouse, state: DataState) -> None:
    """By day for a month, April's 30 days laid behind May's first 30."""
    course = revenue_course(MAY, state)

    assert course.grain == "day"
    assert course.values["revenue"][0] == 62.0
    assert course.values["before"][9] == 10.0
    assert course.values["before"][29] == 20.0
    assert math.isnan(course.values["before"][30])


def test_new_and_returning_are_the_active(shop: Warehouse, state: DataState) -> None:
    """On 6 May Ann returned and Cat came for the first time."""
    course = customers_course(MAY, state)

    assert course.values["new"][5] == 1
    assert course.values["returning"][5] == 1
    assert np.allclose(
        np.add(course.values["new"], course.values["returning"]), course.values["active"]
    )


def test_hours_add_up(shop: Warehouse, state: DataState) -> None:
    """The week by hours holds every order and all revenue."""
    week = hours(MAY, state)

    assert week.orders.shape == week.revenue.shape == (7, 24)
    assert (week.orders.sum(), week.revenue.sum()) == (5, 220.0)
    assert week.orders[0, 13] == 2


def test_published_best_month(
    online_retail: Warehouse, state: DataState, clean: pd.DataFrame
) -> None:
    """November 2011 against October, as pandas counts them."""
    measures = headline(NOVEMBER, state).measures

    assert measures["revenue"].now == pytest.approx(1_161_817.38)
    assert measures["orders"].now == 2_657
    for end, name in (("2011-12", "now"), ("2011-11", "before")):
        start = str(pd.Period(end) - 1)
        month = clean[(clean["InvoiceDate"] >= start) & (clean["InvoiceDate"] < end)]
        orders = month["InvoiceNo"].nunique()
        assert getattr(measures["revenue"], name) == pytest.approx(month["amount"].sum())
        assert getattr(measures["orders"], name) == orders
        assert getattr(measures["active_customers"], name) == month["CustomerID"].nunique()
        assert getattr(measures["average_order_value"], name) == pytest.approx(
            month["amount"].sum() / orders
        )


def test_return_rate_of_the_published_set(
    online_retail: Warehouse, state: DataState, raw_lines: pd.DataFrame
) -> None:
    """Cancellations and other negative lines with a price, over revenue."""
    whole = Filters(date(2010, 12, 1), date(2011, 12, 10))
    returned = raw_lines[
        (raw_lines["UnitPrice"] > 0)
        & (raw_lines["InvoiceNo"].str.startswith("C") | (raw_lines["Quantity"] < 0))
    ]
    sold = raw_lines[
        (raw_lines["UnitPrice"] > 0)
        & (raw_lines["Quantity"] > 0)
        & ~raw_lines["InvoiceNo"].str.startswith("C")
    ]

    measures = headline(whole, state).measures

    assert measures["return_rate"].now == pytest.approx(
        -returned["amount"].sum() / sold["amount"].sum()
    )


def test_months_and_hours_of_the_published_set(
    online_retail: Warehouse, state: DataState, clean: pd.DataFrame
) -> None:
    """The whole set by week, and its week by hours, as pandas counts them."""
    whole = Filters(date(2010, 12, 1), date(2011, 12, 10), known_only=True)

    course = revenue_course(whole, state)
    week = hours(whole, state)

    weekly = clean.groupby(clean["InvoiceDate"].dt.to_period("W"))["amount"].sum()
    weekly = weekly.reindex(pd.period_range(weekly.index.min(), weekly.index.max()), fill_value=0)
    assert course.grain == "week"
    assert course.values["revenue"] == pytest.approx(weekly.tolist())
    assert not course.buckets[0].whole
    first = clean.groupby("InvoiceNo")["InvoiceDate"].min()
    by_hour = first.groupby([first.dt.day_of_week, first.dt.hour]).size()
    assert {(day, hour): week.orders[day, hour] for day, hour in by_hour.index} == by_hour.to_dict()
    assert week.orders.sum() == 18_532
