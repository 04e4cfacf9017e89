"""Recency, frequency and monetary value, against the published table and brute force."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.queries.rfm import (
    RFM_CELLS,
    quintile_cuts,
    rfm_cells,
    rfm_coverage,
    rfm_fine_scores,
    rfm_following_sample,
    rfm_histograms,
    rfm_movement,
    rfm_quantiles,
)
from clickhouse_schema.scoring import Cuts, Scope

PUBLISHED = datetime(2011, 12, 10, 12, 50)
ALL = Scope()
JUNE = datetime(2024, 6, 1)
CUTS = Cuts((10, 20, 30, 40), (1, 2, 3, 4), (50, 100, 150, 200))
# Days at whose beginning the published set is cut off.
DAYS = [datetime(2011, 1, 7) + timedelta(days=35 * step) for step in range(9)] + [PUBLISHED]


def _rfm(clean: pd.DataFrame, at: datetime) -> pd.DataFrame:
    known = clean[clean["InvoiceDate"] < at]
    customers = known.groupby("CustomerID").agg(
        last=("InvoiceDate", "max"), frequency=("InvoiceNo", "nunique"), monetary=("amount", "sum")
    )
    customers["recency"] = (at - customers["last"]).dt.days
    customers["monetary"] = customers["monetary"].round(4)
    return customers


def _scores(values: pd.Series, cuts: tuple[float, ...]) -> np.ndarray:
    return 1 + (values.to_numpy()[:, None] > np.array(cuts)[None]).sum(axis=1)


def test_the_published_cuts(online_retail: Warehouse) -> None:
    """The cuts are those printed in the description of the set."""
    quantiles = rfm_quantiles(online_retail, ALL, PUBLISHED)
    cuts = quintile_cuts(quantiles)

    assert set(quantiles["customers"]) == {4338}
    assert cuts.recency == pytest.approx((13.4, 33, 72, 179))
    assert cuts.frequency == (1, 2, 3, 6)
    assert [round(cut, 3) for cut in cuts.monetary] == [250.194, 490.096, 942.276, 2058.426]


def test_the_published_totals(online_retail: Warehouse) -> None:
    """Over the cells stand 4,338 customers, 18,532 orders, 8,911,407.904 and the F scores."""
    cuts = quintile_cuts(rfm_quantiles(online_retail, ALL, PUBLISHED))
    cells = rfm_cells(online_retail, ALL, PUBLISHED, cuts)

    assert cells.dtypes.astype(str).to_dict() == RFM_CELLS
    assert cells["customers"].sum() == 4338
    assert cells["orders"].sum() == 18532
    assert cells["revenue"].sum() == pytest.approx(8_911_407.904, abs=1e-6)
    assert cells.groupby("f")["customers"].sum().tolist() == [1493, 835, 508, 802, 700]


@pytest.mark.parametrize("at", DAYS, ids=lambda day: f"{day:%Y-%m-%d}")
def test_the_time_machine(online_retail: Warehouse, clean: pd.DataFrame, at: datetime) -> None:
    """A snapshot equals the same reckoning on sales that end there, customer by customer."""
    expected = _rfm(clean, at)
    cuts = quintile_cuts(rfm_quantiles(online_retail, ALL, at))
    for measure in ("recency", "frequency", "monetary"):
        levels = expected[measure].quantile([0.2, 0.4, 0.6, 0.8])
        assert getattr(cuts, measure) == pytest.approx(levels.tolist(), abs=1e-6)
    scored = pd.DataFrame(
        {
            "r": 6 - _scores(expected["recency"], cuts.recency),
            "f": _scores(expected["frequency"], cuts.frequency),
            "m": _scores(expected["monetary"], tuple(np.round(cuts.monetary, 5))),
            "orders": expected["frequency"],
            "recency": expected["recency"],
            "monetary": expected["monetary"],
        }
    )
    sums = scored.groupby(["r", "f", "m"]).agg(
        customers=("orders", "size"),
        recency=("recency", "sum"),
        orders=("orders", "sum"),
        monetary=("monetary", "sum"),
    )

    cells = rfm_cells(online_retail, ALL, at, cuts).set_index(["r", "f", "m"])

    pd.testing.assert_frame_equal(cells[list(sums)], sums, check_exact=False, rtol=1e-9)


def test_the_period_that_follows(online_retail: Warehouse, clean: pd.DataFrame) -> None:
    """What customers of a snapshot bought next is their own, and only of the period given."""
    at, until = datetime(2011, 6, 1), datetime(2011, 9, 1)
    cuts = quintile_cuts(rfm_quantiles(online_retail, ALL, at))
    customers = _rfm(clean, at)
    after = clean[(clean["InvoiceDate"] >= at) & (clean["InvoiceDate"] < until)]
    after = after[after["CustomerID"].isin(customers.index)]

    cells = rfm_cells(online_retail, ALL, at, cuts, until)
    sample = rfm_following_sample(online_retail, ALL, at, cuts, until)

    assert cells["next_buyers"].sum() == after["CustomerID"].nunique()
    assert cells["next_orders"].sum() == after["InvoiceNo"].nunique()
    assert cells["next_revenue"].sum() == pytest.approx(after["amount"].sum())
    assert len(sample) == len(customers)
    assert sample["spent"].sum() == pytest.approx(after["amount"].sum())


def test_movement_adds_up(online_retail: Warehouse) -> None:
    """Each side of a movement is that snapshot's own count; newcomers come from nowhere."""
    early = datetime(2011, 9, 1)
    before = quintile_cuts(rfm_quantiles(online_retail, ALL, early))
    now = quintile_cuts(rfm_quantiles(online_retail, ALL, PUBLISHED))
    moved = rfm_movement(online_retail, ALL, (early, before), (PUBLISHED, now))

    old = rfm_cells(online_retail, ALL, early, before).groupby(["r", "f"])
    new = rfm_cells(online_retail, ALL, PUBLISHED, now).groupby(["r", "f"])
    known = moved[moved["r"] > 0].groupby(["r", "f"])
    reached = moved.groupby(["later_r", "later_f"])
    assert known["customers"].sum().to_dict() == old["customers"].sum().to_dict()
    assert known["worth"].sum().to_dict() == pytest.approx(old["year_revenue"].sum().to_dict())
    assert reached["customers"].sum().to_dict() == new["customers"].sum().to_dict()
    assert moved.loc[moved["r"] == 0, "worth"].sum() == 0
    assert set(moved.loc[moved["r"] == 0, "f"]) == {0}


def test_counting_by_hand(shop: Warehouse) -> None:
    """Ann: 4 orders, the last 25 days ago; free, returned and nameless lines make no customer."""
    cells = rfm_cells(shop, ALL, JUNE, CUTS)

    assert cells[["r", "f", "m", "customers", "recency", "orders", "monetary"]].values.tolist() == [
        [2, 1, 1, 1, 31, 1, 20.0],  # Bob, without the order of June
        [3, 4, 5, 1, 25, 4, 212.0],  # Ann
        [5, 2, 2, 1, 0, 2, 58.0],  # Cat
    ]
    assert cells["came_back"].tolist() == [0, 30, 0]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(net_of_returns=True), [[2, 1, 20.0], [3, 4, 182.0], [5, 2, 58.0]]),
        (Scope(countries=("France",)), [[2, 1, 20.0], [3, 1, 40.0]]),
        (Scope(channels=("web",)), [[2, 3, 172.0], [5, 2, 58.0]]),
        (Scope(categories=("Table",)), [[2, 1, 7.0], [3, 1, 50.0]]),
        (Scope(categories=("Table",), countries=("Spain",)), []),
        (Scope(countries=("x' OR 1",)), []),
    ],
)
def test_filters_say_which_orders_count(
    shop: Warehouse, scope: Scope, expected: list[list[float]]
) -> None:
    """Outside of the filters nothing happened; a hostile name is only a name."""
    cells = rfm_cells(shop, scope, JUNE, CUTS)

    assert cells[["r", "orders", "monetary"]].values.tolist() == expected


def test_all_categories_change_nothing(shop: Warehouse) -> None:
    """Read from the lines or from the orders, customers are the same."""
    every = replace(ALL, categories=("Kitchen", "Table"))

    left, right = (rfm_cells(shop, scope, JUNE, CUTS) for scope in (ALL, every))
    pd.testing.assert_frame_equal(left, right)


def test_nobody(empty_warehouse: Warehouse) -> None:
    """Without customers there is no row, of the usual columns."""
    assert rfm_quantiles(empty_warehouse, ALL, JUNE).empty
    assert rfm_cells(empty_warehouse, ALL, JUNE, CUTS).dtypes.astype(str).to_dict() == RFM_CELLS


def test_histograms(shop: Warehouse) -> None:
    """Each customer stands in one bin of each measure; an edge begins its bin."""
    edges = {"recency": [0, 25, 31], "frequency": [1, 2, 3], "monetary": [0, 20, 58.5]}
    frame = rfm_histograms(shop, ALL, JUNE, edges)

    assert frame[["measure", "bin", "customers", "amount"]].values.tolist() == [
        ["frequency", 0, 1, 20.0],
        ["frequency", 1, 1, 58.0],
        ["frequency", 2, 1, 212.0],
        ["monetary", 1, 2, 78.0],
        ["monetary", 2, 1, 212.0],
        ["recency", 0, 1, 58.0],
        ["recency", 1, 1, 212.0],
        ["recency", 2, 1, 20.0],
    ]


def test_coverage(shop: Warehouse) -> None:
    """One order names nobody, one comes after the snapshot."""
    assert rfm_coverage(shop, JUNE).iloc[0].to_dict() == {"orders": 9, "unknown": 1, "later": 1}


def test_fine_scores_hold_everybody(online_retail: Warehouse) -> None:
    """Places lie within their range and hold all customers once."""
    frame = rfm_fine_scores(online_retail, ALL, datetime(2011, 6, 1), PUBLISHED)

    assert frame["place"].is_unique
    assert frame["place"].between(0, 594).all()
    cuts = quintile_cuts(rfm_quantiles(online_retail, ALL, datetime(2011, 6, 1)))
    cells = rfm_cells(online_retail, ALL, datetime(2011, 6, 1), cuts, PUBLISHED)
    assert frame["customers"].sum() == cells["customers"].sum()
    assert frame["next_revenue"].sum() == pytest.approx(cells["next_revenue"].sum())
