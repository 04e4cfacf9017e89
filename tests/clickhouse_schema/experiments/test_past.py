"""Sums over past windows and over arms, against the same sums in pandas."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from clickhouse_schema.experiments.arms import Split, freeze_arms
from clickhouse_schema.experiments.past import (
    Window,
    arm_moments,
    past_lengths,
    past_moments,
    past_values,
)

from .conftest import CUTS, EVERYBODY, orders

START, END = datetime(2024, 6, 1), datetime(2024, 6, 22)
WINDOW = Window(START, END, before_days=60)


def by_customer() -> pd.DataFrame:
    """Return what each customer did before and in the window."""
    lines = orders()
    frame = pd.DataFrame(
        {
            "customer": [line.customer for line in lines],
            "at": pd.to_datetime([line.at for line in lines]),
            "price": [float(line.price) for line in lines],
        }
    )
    inside = frame[(frame["at"] >= START) & (frame["at"] < END)].groupby("customer")["price"]
    lately = (frame["at"] < START) & (frame["at"] >= pd.Timestamp(START) - pd.Timedelta(days=60))
    before = frame[lately].groupby("customer")["price"]
    known = frame.loc[frame["at"] < START, "customer"].unique()
    return pd.DataFrame(
        {"revenue": inside.sum(), "orders": inside.count(), "before": before.sum(),
         "before_orders": before.count()}, index=sorted(known),
    ).fillna(0.0)  # fmt: skip


def test_moments_are_the_sums_over_customers(shop):
    """Customers, buyers, totals, squares and products with the past, those at 0 included."""
    found = past_moments(shop, EVERYBODY, WINDOW, CUTS)
    sums = found.drop(columns=["bin_buyers", "bin_revenue"]).sum()
    held = by_customer()

    assert sums["customers"] == len(held) == 600
    assert sums["buyers"] == (held["orders"] > 0).sum()
    assert sums["revenue_total"] == pytest.approx(held["revenue"].sum())
    assert sums["revenue_squares"] == pytest.approx((held["revenue"] ** 2).sum())
    assert sums["revenue_before"] == pytest.approx(held["before"].sum())
    assert sums["revenue_products"] == pytest.approx((held["revenue"] * held["before"]).sum())
    assert sums["orders_squares"] == pytest.approx((held["orders"] ** 2).sum())
    assert sums["conversion_products"] == held.loc[held["orders"] > 0, "before_orders"].sum()
    assert found["cell"].between(1, 25).all()


def test_bins_hold_all_spending(shop):
    """Buyers and revenue of the bins add up to those of the customers."""
    found = past_moments(shop, EVERYBODY, WINDOW, CUTS)
    buyers = sum(sum(map(int, pair[1])) for pair in found["bin_buyers"])
    revenue = sum(sum(map(float, pair[1])) for pair in found["bin_revenue"])

    assert buyers == found["buyers"].sum()
    assert revenue == pytest.approx(found["revenue_total"].sum())


def test_a_window_of_no_days_counts_who_is_in(shop):
    """It has the customers and nothing else."""
    found = past_moments(shop, EVERYBODY, Window(START, START), CUTS)

    assert found["customers"].sum() == 600
    assert found["buyers"].sum() == 0


def test_arms_keep_customers_who_do_nothing(shop):
    """Both arms together are everybody, with the revenue of the window."""
    split = Split(EVERYBODY, START, CUTS, (0.3, 0.7), 5)
    freeze_id, customers = freeze_arms(shop, split)
    found = arm_moments(shop, freeze_id, WINDOW)

    assert found.groupby("arm")["customers"].sum().tolist() == customers
    assert found["revenue_total"].sum() == pytest.approx(by_customer()["revenue"].sum())
    assert arm_moments(shop, "no such freeze", WINDOW).empty


def test_longer_windows_hold_the_shorter_ones(shop):
    """Totals grow with the weeks; three weeks are those of the moments."""
    found = past_lengths(shop, EVERYBODY, START, [1, 2, 3], "revenue")
    held = by_customer()["revenue"]

    assert found["weeks"].tolist() == [1, 2, 3]
    assert found["total"].is_monotonic_increasing
    assert found["total"].iloc[2] == pytest.approx(held.sum())
    assert found["squares"].iloc[2] == pytest.approx((held**2).sum())
    rates = past_lengths(shop, EVERYBODY, START, [3], "conversion")
    assert rates["total"].tolist() == rates["squares"].tolist() == [(held > 0).sum()]


@pytest.mark.parametrize("goal", ["revenue", "orders", "conversion", "margin"])
def test_values_are_those_of_the_doers(shop, goal):
    """One number for each who did something; the others are only counted."""
    found = past_values(shop, EVERYBODY, WINDOW, goal)
    held = by_customer()
    of = held["revenue" if goal in ("revenue", "margin") else "orders"]
    expected = (of > 0).astype(float) if goal == "conversion" else of

    assert found["customers"].iloc[0] == 600
    assert len(found) == found["doers"].iloc[0] == (of > 0).sum()
    assert np.sort(found["value"]) == pytest.approx(np.sort(expected[expected > 0]))
