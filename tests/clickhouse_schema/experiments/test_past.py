"""Sums over past windows and over arms, against the same sums in pandas."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from clickhouse_schema.experiments.arms import Split, freeze_arms
from clickhouse_schema.experiments.past import (
    Window,
    arm_moments,
    past_cuts,
    past_lengths,
    past_moments,
    past_values,
)
from clickhouse_schema.experiments.statements import LAST_KEY, Whose
from clickhouse_schema.queries.rfm import quintile_cuts, rfm_quantiles
from clickhouse_schema.scoring import Scope
from tests.conftest import empty
from tests.filling import fill

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
    found = past_moments(shop, Whose(), WINDOW, CUTS)
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
    found = past_moments(shop, Whose(), WINDOW, CUTS)
    buyers = sum(sum(map(int, pair[1])) for pair in found["bin_buyers"])
    revenue = sum(sum(map(float, pair[1])) for pair in found["bin_revenue"])

    assert buyers == found["buyers"].sum()
    assert revenue == pytest.approx(found["revenue_total"].sum())


def test_a_window_of_no_days_counts_who_is_in(shop):
    """It has the customers and nothing else."""
    found = past_moments(shop, Whose(), Window(START, START), CUTS)

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
    found = past_lengths(shop, Whose(), START, CUTS, [1, 2, 3], "revenue")
    held = by_customer()["revenue"]

    assert found["weeks"].tolist() == [1, 2, 3]
    assert found["total"].is_monotonic_increasing
    assert found["total"].iloc[2] == pytest.approx(held.sum())
    assert found["squares"].iloc[2] == pytest.approx((held**2).sum())
    rates = past_lengths(shop, Whose(), START, CUTS, [3], "conversion")
    assert rates["total"].tolist() == rates["squares"].tolist() == [(held > 0).sum()]


@pytest.mark.parametrize("goal", ["revenue", "orders", "conversion", "margin"])
def test_values_are_those_of_the_doers(shop, goal):
    """One number for each who did something; the others are only counted."""
    found = past_values(shop, Whose(), WINDOW, CUTS, goal)
    held = by_customer()
    of = held["revenue" if goal in ("revenue", "margin") else "orders"]
    expected = (of > 0).astype(float) if goal == "conversion" else of

    assert found["customers"].iloc[0] == 600
    assert len(found) == found["doers"].iloc[0] == (of > 0).sum()
    assert np.sort(found["value"]) == pytest.approx(np.sort(expected[expected > 0]))


def test_kept_histories_tell_what_the_orders_do(shop):
    """The past of everybody is that of an arm that has everybody, which is read from orders."""
    split = Split(EVERYBODY, START, CUTS, (0.5, 0.5), 5)
    freeze_id, _ = freeze_arms(shop, split)
    lists = ["bin_buyers", "bin_revenue"]
    of_orders = arm_moments(shop, freeze_id, WINDOW, steps=4).drop(columns=["arm", *lists])
    kept = past_moments(shop, Whose(), WINDOW, CUTS, with_costs=True).drop(columns=lists)
    expected = of_orders.groupby("cell").sum()

    pd.testing.assert_frame_equal(kept.set_index("cell"), expected[kept.columns[1:]])


def test_histories_of_several_batches_are_brought_together(shop):
    """A customer's orders of two loads are one past."""
    whole = past_moments(shop, Whose(), WINDOW, CUTS, with_costs=True)
    lines = orders()
    empty(shop)
    fill(shop, [replace(line, batch=1 + place % 2) for place, line in enumerate(lines)])
    parts = past_moments(shop, Whose(), WINDOW, CUTS, with_costs=True)
    cuts = past_cuts(shop, [START], LAST_KEY)[START]
    quantiles = rfm_quantiles(shop, Scope(), START)
    empty(shop)
    fill(shop, lines)

    pd.testing.assert_frame_equal(parts, whole)
    assert cuts == quintile_cuts(quantiles)


def test_scores_of_several_moments_are_cut_as_one_by_one(shop):
    """Quintiles of everybody at each moment; none at one before the first order."""
    later = datetime(2024, 5, 1)
    found = past_cuts(shop, [START, later, datetime(2024, 1, 1)], LAST_KEY)

    assert set(found) == {START, later}
    for at, cuts in found.items():
        assert cuts == quintile_cuts(rfm_quantiles(shop, Scope(), at))


def test_a_share_of_the_keys_is_that_share_of_the_customers(shop):
    """Half the keys are half the customers, give or take; cells and members narrow them."""
    half = past_moments(shop, Whose(last_key=LAST_KEY // 2), WINDOW, CUTS)
    whole = past_moments(shop, Whose(), WINDOW, CUTS)
    cell = int(whole["cell"].iloc[0])
    one = past_moments(shop, Whose(cells=[cell]), WINDOW, CUTS)
    some = past_moments(shop, Whose(EVERYBODY.selected_by(
        f"{EVERYBODY.text} AND country = 'France'", EVERYBODY.params)), WINDOW, CUTS)  # fmt: skip

    assert 240 < half["customers"].sum() < 360
    assert one["customers"].tolist() == whole.loc[whole["cell"] == cell, "customers"].tolist()
    assert 0 < some["customers"].sum() < 600
    lengths = past_lengths(shop, Whose(cells=[cell]), START, CUTS, [3], "revenue")
    assert lengths["customers"].tolist() == one["customers"].tolist()
    assert lengths["total"].iloc[0] == pytest.approx(one["revenue_total"].iloc[0])
    values = past_values(shop, Whose(cells=[cell]), WINDOW, CUTS, "revenue")
    assert values["value"].sum() == pytest.approx(one["revenue_total"].iloc[0])
