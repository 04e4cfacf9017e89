"""Product classes: equal to a dense panel, a partition under any filters, sure or flapping."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.errors import NotEnoughData
from analytics.models.abc_xyz import CELLS, Cuts
from analytics.reports.products import (
    Classified,
    Options,
    catalogue,
    classified,
    matrix,
    periods_of,
    steps,
)
from analytics.reports.products_certainty import (
    as_parameters,
    certainty,
    kept_certainty,
    panel,
    read_filters,
    read_parameters,
)
from analytics.reports.products_table import ColumnFilter, Page, product_page
from analytics.reports.shell import shell_facts
from clickhouse_schema.filters import ChosenSegment, Filters
from clickhouse_schema.periods import Periods
from dashboard.config import AppConfig

YEAR = Filters(date(2010, 12, 1), date(2011, 12, 10))


@pytest.fixture
def data(online_retail, state):
    """The published shop, loaded."""
    return state


@pytest.fixture(scope="module")
def sales(raw_lines) -> pd.DataFrame:
    """Sale lines of products, as the file has them: no cancellation, no fee, a price."""
    codes = AppConfig.from_env({}, None).non_product_codes
    fee = "|".join(re.escape(code).replace(r"\*", ".*") for code in codes)
    kept = (
        (raw_lines["Quantity"] > 0)
        & (raw_lines["UnitPrice"] > 0)
        & ~raw_lines["InvoiceNo"].str.startswith("C")
        & ~raw_lines["StockCode"].str.fullmatch(fee)
    )
    sold = raw_lines[kept]
    return sold.assign(day=sold["InvoiceDate"].dt.normalize())


@pytest.mark.parametrize("step", ["week", "month"])
@pytest.mark.parametrize("zeros", [True, False])
@pytest.mark.parametrize("by", ["revenue", "units"])
def test_every_product_equals_a_dense_panel(data, sales, step, zeros, by):
    """Variation and share of each product, against pandas with every zero materialised."""
    options = Options(by=by, step=step, in_money=by == "revenue", zeros=zeros)
    found = classified(YEAR, options, data)
    dense = dense_panel(sales, found.periods, "amount" if by == "revenue" else "Quantity")
    launch = sales.groupby("StockCode")["day"].min()
    shares = shares_by_hand(sales.groupby("StockCode")["amount" if by == "revenue" else "Quantity"])
    rows = found.products.assign(
        id=catalogue().frame["product_id"].to_numpy()[found.products["place"]]
    ).set_index("id")

    assert set(rows.index) == set(launch.index)
    for product, row in rows.iterrows():
        first = max(0, found.periods.number_of(launch[product].date()))
        own = dense.loc[product].to_numpy()[first:] if product in dense.index else np.zeros(0)
        own = own if zeros else own[own > 0]
        assert row["lived"] == found.periods.count - first
        if own.sum() > 0:
            assert row["cv"] == pytest.approx(own.std() / own.mean(), abs=1e-7), product
        assert row[f"share_{by}"] == shares[product], product


def dense_panel(sales: pd.DataFrame, periods: Periods, column: str) -> pd.DataFrame:
    """Return products x whole periods with a zero wherever nothing was sold."""
    inside = sales[
        (sales["day"] >= pd.Timestamp(periods.start)) & (sales["day"] < pd.Timestamp(periods.end))
    ]
    of_day = {day: periods.number_of(day.date()) for day in inside["day"].unique()}
    return inside.pivot_table(
        index="StockCode", columns=inside["day"].map(of_day), values=column, aggfunc="sum",
        fill_value=0,
    ).reindex(columns=range(periods.count), fill_value=0)  # fmt: skip


def shares_by_hand(grouped) -> dict[str, int]:  # type: ignore[no-untyped-def]
    """Return the whole per cents that larger products bring, one product after the other."""
    value = grouped.sum().round(6)
    whole = value.sum()
    larger = {amount: value[value > amount].sum() for amount in value.unique()}
    return {
        product: min(99, int(np.floor(round(larger[amount] / whole * 100, 7))))
        for product, amount in value.items()
    }


def test_the_season_is_taken_out_of_whole_years(data, sales):
    """Twelve whole months of 2011: the closed form equals least squares on the panel."""
    found = classified(YEAR, Options(season=True), data)
    dense = dense_panel(sales, found.periods, "Quantity")
    at = np.arange(found.periods.count)
    design = np.column_stack(
        [np.ones(len(at))] + [f(k * 2 * np.pi / 12 * at) for k in (1, 2) for f in (np.cos, np.sin)]
    )
    ids = catalogue().frame["product_id"].to_numpy()[found.products["place"]]
    whole = (found.products["lived"] == 12).to_numpy()

    assert found.periods.count == 12 and whole.sum() > 2000
    for product, row in found.products[whole].set_index(ids[whole]).iterrows():
        own = dense.loc[product].to_numpy() if product in dense.index else np.zeros(12)
        left = own - design @ np.linalg.lstsq(design, own, rcond=None)[0]
        if own.sum() > 0:
            expected = np.sqrt((left**2).sum() / 7 * 11 / 12) / own.mean()
            assert row["cv"] == pytest.approx(expected, abs=1e-7), product


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.integers(0, 250),
    st.integers(30, 370),
    st.lists(st.sampled_from(["United Kingdom", "Germany", "France", "EIRE"]), max_size=3),
    st.booleans(),
    st.sampled_from(["revenue", "units", "margin"]),
    st.sampled_from(["week", "month"]),
    st.tuples(st.integers(1, 99), st.integers(1, 40), st.booleans(), st.booleans()),
)
def test_cells_add_up_to_everything_under_any_filters(
    data, first, days, countries, known, by, step, more
):
    """Products and revenue of the cells are 100%, and the steps sum to the same cells."""
    start = YEAR.start + timedelta(days=first)
    filters = Filters(
        start, start + timedelta(days=days), countries=tuple(sorted(set(countries))),
        known_only=known,
    )  # fmt: skip
    a, x, zeros, season = more
    cuts = Cuts(a, min(100, a + 10), 5 * x, 5 * (x + 3))
    try:
        found = classified(filters, Options(by, step, False, zeros, season, cuts), data)
    except NotEnoughData:
        return
    cells = matrix(found)

    for column in ("products", "revenue", "units"):
        assert cells[f"{column}_share"].sum() == pytest.approx(1)
    assert cells["products"].sum() == len(found.products) == steps(found)["products"].sum()
    assert steps(found)["revenue"].sum() == pytest.approx(found.products["revenue"].sum())


def test_revenue_is_that_of_the_overview_without_fees(data, sales):
    """What products and fees bring is all that was sold."""
    found = classified(YEAR, Options(), data)

    assert found.products["revenue"].sum() == pytest.approx(sales["amount"].sum())
    assert found.fee_codes > 5 and found.fees > 100_000


def test_too_short_for_months_means_weeks_and_too_short_for_weeks_is_told():
    """A slice of thirty days is compared by weeks; one of ten days cannot be."""
    month = Filters(date(2011, 11, 1), date(2011, 12, 1))

    assert periods_of(month, "month").step == "week"
    with pytest.raises(NotEnoughData, match="longer period"):
        periods_of(replace(month, end=date(2011, 11, 11)), "month")


def test_nothing_sold_is_told(data):
    """Filters that leave nothing say so."""
    with pytest.raises(NotEnoughData, match="Widen"):
        classified(replace(YEAR, countries=("Atlantis",)), Options(), data)


@pytest.mark.parametrize(
    "options",
    [
        Options(),
        Options(step="week", in_money=True),
        Options(season=True),
        Options(by="units", zeros=False),
    ],
)
def test_how_sure_classes_are_is_found_out_once_and_kept(data, options):
    """Nothing is known before; afterwards every product has its share of draws."""
    found = classified(YEAR, options, data)
    assert kept_certainty(found) is None

    sure = certainty(found)
    again = kept_certainty(found)

    assert again is not None and (again.own == sure.own).all()
    assert len(sure.own) == len(found.products)
    assert ((sure.own >= 0) & (sure.own <= 1)).all()
    assert sure.own.mean() > 0.6


def test_the_panel_of_a_job_adds_up_to_the_sums_of_the_engine(data):
    """Dense and closed form describe the same demand."""
    found = classified(YEAR, Options(), data)
    units, revenue, _ = panel(found)
    whole = units.sum(axis=1)
    kept = whole > 0
    lived = np.maximum(found.products["lived"].to_numpy(), 1)
    mean = whole[kept] / lived[kept]
    spread = np.sqrt(np.maximum((units[kept] ** 2).sum(axis=1) / lived[kept] - mean**2, 0))

    assert spread / mean == pytest.approx(found.products["cv"].to_numpy()[kept], abs=2e-3)
    assert revenue.sum() <= found.products["revenue"].sum()


def test_a_page_is_sorted_narrowed_and_counted(data):
    """Rows of one cell, the largest first; filters hold; pages never overlap."""
    found = classified(YEAR, Options(), data)
    rows, demand, many = product_page(found, "AX", Page(rows=20))
    more, _, _ = product_page(found, "AX", Page(start=20, rows=20))
    red = Page(
        rows=500, sort="description", descending=False,
        filters=(ColumnFilter("description", "contains", "red"),
                 ColumnFilter("revenue", "at_least", 1000)),
    )  # fmt: skip
    narrowed, _, hits = product_page(found, None, red)

    assert many == (found.products["cell"] == CELLS.index("AX")).sum()
    assert set(rows["class"]) == {"AX"} and rows["revenue"].is_monotonic_decreasing
    assert not set(rows["product_id"]) & set(more["product_id"])
    assert [len(series) for series in demand] == [found.periods.count] * 20
    assert len(narrowed) == hits > 20
    assert narrowed["description"].str.contains("red", case=False).all()
    assert (narrowed["revenue"] >= 1000).all()
    assert narrowed["description"].str.casefold().is_monotonic_increasing


@pytest.mark.parametrize(
    "made",
    [
        lambda: Page(sort="password"),
        lambda: Page(rows=100_000),
        lambda: ColumnFilter("nothing", "equals", 1),
        lambda: ColumnFilter("revenue", "contains", 1),
        lambda: ColumnFilter("revenue", "at_least", "much"),
    ],
)
def test_a_page_that_cannot_be_is_refused(made):
    """What a browser sends is checked."""
    with pytest.raises(ValueError):
        made()


def test_products_are_found_again(data):
    """The same question is answered from memory, and shared arrays are not changed."""
    first: Classified = classified(YEAR, Options(), data)
    cut = classified(YEAR, Options(cuts=Cuts(50, 60, 20, 40)), data)

    assert first.products["revenue"].sum() == cut.products["revenue"].sum()
    assert (first.products["cell"] != cut.products["cell"]).any()
    assert classified(YEAR, Options(), data).products["cell"].equals(first.products["cell"])
    assert shell_facts().data.orders == data.orders


def test_what_a_job_is_asked_survives_its_way_through_json(data):
    """Filters with a segment, and options with cuts, are the same on the other side."""
    segment = ChosenSegment(7, "rfm-champions", "Champions", datetime(2011, 12, 10), 633)
    options = Options(by="units", season=True, cuts=Cuts(70, 90, 40, 80))
    found = classified(replace(YEAR, countries=("Germany",), known_only=True), options, data)
    view = replace(found.slice, now=replace(found.slice.now, segment=segment))
    asked = json.loads(json.dumps(as_parameters(replace(found, slice=view))))

    assert read_filters(asked["filters"]) == view.now
    assert read_parameters(asked) == found.options
