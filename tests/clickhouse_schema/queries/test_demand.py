"""What products sold per period: sums by hand, and the same from both grains."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from clickhouse_schema.filters import Filters
from clickhouse_schema.periods import Periods
from clickhouse_schema.queries.demand import (
    Demand,
    product_catalogue,
    product_demand,
    product_demand_of_slice,
    product_panel,
    product_series,
)
from tests.filling import Line, fill, key

# Two whole months, April and May, and a week of June.
SLICE = Filters(date(2024, 4, 1), date(2024, 6, 8))
MONTHS = Periods.within(SLICE, "month")
LINES = (
    Line("a", "2024-04-03T10:00", "10", quantity="2", customer="ann"),
    Line("b", "2024-04-20T10:00", "12", quantity="3", customer="bob", country="France"),
    Line("c", "2024-05-31T23:59", "11", quantity="1", discount="1"),
    Line("d", "2024-06-02T10:00", "9", quantity="4", customer="ann"),
    Line("Ca", "2024-05-02T10:00", "10", quantity="-1", kind="return", customer="ann"),
    Line("e", "2024-03-31T23:59", "10", quantity="7"),
    Line("f", "2024-06-08T00:00", "10", quantity="7"),
    Line("g", "2024-05-05T10:00", "5", product="POST", is_product=False),
    Line("Cb", "2024-05-06T10:00", "3", quantity="-1", product="fork", kind="return"),
)


@pytest.fixture
def sold(empty_warehouse):
    """A mug that sold in April, May and the first days of June; a fork that only came back."""
    fill(empty_warehouse, LINES)
    return empty_warehouse


def test_days_of_partial_periods_count_for_value_but_not_for_variation(sold):
    """June's units are in the sum of all and in no square; a return is no demand."""
    rows = product_demand(sold, SLICE, Demand(MONTHS)).set_index("product_key")
    mug = rows.loc[key("mug")]

    assert (MONTHS.start, MONTHS.count) == (date(2024, 4, 1), 2)
    assert (mug["all_units"], mug["all_revenue"], mug["all_returned"]) == (10, 102, 10)
    assert (mug["whole_demand"], mug["squares"], mug["sold_periods"]) == (6, 26, 2)
    assert (mug["price_low"], mug["price_high"]) == (9, pytest.approx(56 / 5))
    assert mug["last_sold_on"] == datetime(2024, 6, 2)
    assert set(rows.index) == {key("mug"), key("POST")}


def test_demand_can_be_money(sold):
    """Revenue takes the place of units in the sums of variation."""
    mug = product_demand(sold, SLICE, Demand(MONTHS, in_money=True)).set_index("product_key").loc[
        key("mug")
    ]  # fmt: skip

    assert (mug["whole_demand"], mug["squares"]) == (66, 56**2 + 10**2)


def test_the_yearly_cycle_is_summed_only_when_asked(sold):
    """5 units in period 0 and 1 in period 1, against cosine and sine."""
    plain = product_demand(sold, SLICE, Demand(MONTHS)).set_index("product_key").loc[key("mug")]
    season = product_demand(sold, SLICE, Demand(MONTHS, seasonal=True))
    mug = season.set_index("product_key").loc[key("mug")]

    assert (plain["cos_1"], plain["sin_2"]) == (0, 0)
    assert mug["cos_1"] == pytest.approx(5 + 0.8660254)
    assert mug["sin_1"] == pytest.approx(0.5)
    assert mug["cos_2"] == pytest.approx(5.5)
    assert mug["sin_2"] == pytest.approx(0.8660254)


@pytest.mark.parametrize("step", ["week", "month"])
def test_both_grains_say_the_same(sold, step):
    """Products and days, and the lines, give equal rows."""
    demand = Demand(Periods.within(SLICE, step), seasonal=True)
    days = product_demand(sold, SLICE, demand).sort_values("product_key", ignore_index=True)
    lines = product_demand_of_slice(sold, SLICE, demand)

    assert days.equals(lines.sort_values("product_key", ignore_index=True))


def test_filters_narrow_what_is_sold(sold):
    """Countries and known customers reach the lines; a hostile name is only a name."""
    asked = {
        "France": replace(SLICE, countries=("France",)),
        "known": replace(SLICE, known_only=True),
        "hostile": replace(SLICE, countries=("x' OR 1",)),
        "kitchen": replace(SLICE, categories=("Kitchen",)),
    }
    found = {
        name: product_demand(sold, filters, Demand(MONTHS))["all_units"].sum()
        for name, filters in asked.items()
    }

    assert found == {"France": 3, "known": 9, "hostile": 0, "kitchen": 11}


def test_a_series_has_the_periods_with_a_sale(sold):
    """Only asked products, only whole periods, in order; narrowed, the lines answer."""
    all_of_it = product_series(sold, SLICE, MONTHS, [key("mug"), key("fork")])
    france = product_series(sold, replace(SLICE, countries=("France",)), MONTHS, [key("mug")])

    assert all_of_it[["period", "units", "revenue"]].to_numpy().tolist() == [[0, 5, 56], [1, 1, 10]]
    assert france[["period", "units"]].to_numpy().tolist() == [[0, 3]]


def test_the_panel_holds_every_product(sold):
    """One row for each product and whole period with a sale, also when narrowed."""
    panel = product_panel(sold, SLICE, MONTHS)
    france = product_panel(sold, replace(SLICE, countries=("France",)), MONTHS)

    assert sorted(panel[["period", "units"]].to_numpy().tolist()) == [[0, 5], [1, 1], [1, 1]]
    assert france["units"].tolist() == [3]


def test_a_product_is_launched_on_its_first_sale(sold):
    """Also when a later batch has only a return of it; the epoch for one never sold."""
    sold.insert_rows(
        "products",
        [(2, key("mug"), "mug", "Mug, new words", "Kitchen", True, 0)],
        ["batch_id", "product_key", "product_id", "description", "category", "is_product",
         "unit_cost"],
    )  # fmt: skip
    known = product_catalogue(sold).set_index("product_id")

    assert known.loc["mug", "launched_on"] == datetime(2024, 3, 31)
    assert known.loc["fork", "launched_on"] == datetime(1970, 1, 1)
    assert known["is_product"].to_dict() == {"mug": True, "POST": False, "fork": True}
    assert product_catalogue(sold)["product_key"].is_monotonic_increasing
