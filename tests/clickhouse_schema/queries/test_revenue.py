"""Money per day and per dimension."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.revenue import DAILY_REVENUE, daily_revenue, revenue_by

MAY = Filters(date(2024, 5, 1), date(2024, 6, 1))
APRIL = MAY.compared()


def _days(frame: pd.DataFrame) -> dict[str, tuple[float, float]]:
    return {
        f"{row.day:%m-%d}": (row.revenue, row.returned) for row in frame.itertuples(index=False)
    }


def test_days_of_both_periods(shop: Warehouse) -> None:
    """Sales add up after discount, returns stand beside them, the bounds are half open."""
    days = _days(daily_revenue(shop, MAY, APRIL))

    assert days == {
        "04-10": (10.0, 0.0),
        "04-30": (20.0, 0.0),
        "05-01": (62.0, 0.0),
        "05-06": (90.0, 0.0),
        "05-07": (0.0, 30.0),
        "05-08": (0.0, 0.0),
        "05-31": (68.0, 0.0),
    }


def test_one_period_alone(shop: Warehouse) -> None:
    """Without a comparison only the period's own days come back."""
    assert daily_revenue(shop, MAY, None)["day"].min() == pd.Timestamp("2024-05-01")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"countries": ("France",)}, 40.0),
        ({"countries": ("France", "Spain")}, 100.0),
        ({"channels": ("",)}, 60.0),
        ({"categories": ("Table",)}, 57.0),
        ({"known_only": True}, 160.0),
        ({"countries": ("x' OR 1 --",)}, 0.0),
    ],
)
def test_filters_narrow(shop: Warehouse, change: dict[str, object], expected: float) -> None:
    """Each filter keeps its names; a hostile name is only a name."""
    frame = daily_revenue(shop, replace(MAY, **change), None)

    assert frame["revenue"].sum() == expected


def test_nothing_matches(shop: Warehouse) -> None:
    """An empty answer has the same columns and dtypes."""
    frame = daily_revenue(shop, replace(MAY, channels=("fax",)), None)

    assert frame.empty
    assert frame.dtypes.astype(str).to_dict() == DAILY_REVENUE


def test_a_dimension_leaves_its_own_filter_out(shop: Warehouse) -> None:
    """Countries not chosen are still listed; the other filters hold."""
    chosen = replace(MAY, countries=("France",), known_only=True)

    countries = revenue_by(shop, chosen, None, "country").set_index("name")["revenue"]
    channels = revenue_by(shop, chosen, None, "channel").set_index("name")["revenue"]

    assert countries.to_dict() == {"Germany": 120.0, "France": 40.0}
    assert channels.to_dict() == {"store": 40.0}


@pytest.mark.parametrize("dimension", ["country", "channel", "category"])
def test_parts_of_a_dimension_are_the_whole(shop: Warehouse, dimension: str) -> None:
    """Each dimension adds up to the same revenue and returns, now and before."""
    frame = revenue_by(shop, MAY, APRIL, dimension)

    assert frame.drop(columns="name").sum().to_dict() == {
        "revenue": 220.0,
        "revenue_before": 30.0,
        "returned": 30.0,
        "returned_before": 0.0,
    }
