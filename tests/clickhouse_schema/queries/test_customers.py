"""Active, new and repeating customers, and what they ever spent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.customers import CUSTOMER_ACTIVITY, customer_activity
from tests.filling import Line, fill

MAY = Filters(date(2024, 5, 1), date(2024, 6, 1))
APRIL = MAY.compared()
FORTNIGHTS = [day // 14 for day in range(31)]
ALL_CATEGORIES = ("Kitchen", "Table")


def _rows(frame: pd.DataFrame, *columns: str) -> dict[int, tuple[float, ...]]:
    return {
        int(row["position"]): tuple(row[column] for column in columns)
        for row in frame.to_dict("records")
    }


@pytest.mark.parametrize("categories", [(), ALL_CATEGORIES])
def test_the_whole_period(shop: Warehouse, categories: tuple[str, ...]) -> None:
    """Ann and Cat were active, Cat new, both ordered twice; their past counts, June does not."""
    frame = customer_activity(shop, replace(MAY, categories=categories), APRIL, FORTNIGHTS)
    row = frame.iloc[0].to_dict()

    assert row == {
        "position": -1,
        "active": 2,
        "new": 1,
        "repeating": 2,
        "lifetime": 100.0 + 10 + 55 + 7 + 40 + 50 + 8,
        "active_before": 2,
        "new_before": 1,
        "repeating_before": 0,
        "lifetime_before": 100.0 + 10 + 20,
    }


@pytest.mark.parametrize("categories", [(), ALL_CATEGORIES])
def test_buckets(shop: Warehouse, categories: tuple[str, ...]) -> None:
    """A customer is new in the bucket of the first order ever and returns in later ones."""
    frame = customer_activity(shop, replace(MAY, categories=categories), APRIL, FORTNIGHTS)

    assert _rows(frame, "active", "new") == {-1: (2, 1), 0: (2, 1), 2: (1, 0)}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"countries": ("France",)}, (1, 0, 0, 212.0)),
        ({"channels": ("web",)}, (2, 1, 1, 270.0)),
        ({"categories": ("Table",)}, (2, 1, 0, 270.0)),
        ({"categories": ("Table",), "countries": ("Germany",)}, (2, 1, 0, 270.0)),
    ],
)
def test_lives_reach_beyond_the_slice(
    shop: Warehouse, change: dict[str, object], expected: tuple[float, ...]
) -> None:
    """The slice says who counts; first order and spending are of their whole life."""
    row = customer_activity(shop, replace(MAY, **change), None, FORTNIGHTS).iloc[0]

    assert tuple(row[["active", "new", "repeating", "lifetime"]]) == expected


@pytest.mark.parametrize("change", [{"channels": ("fax",)}, {"categories": ("Garden",)}])
def test_nobody(shop: Warehouse, change: dict[str, object]) -> None:
    """A slice without customers gives zeros, or no row, of the usual dtypes."""
    frame = customer_activity(shop, replace(MAY, **change), None, FORTNIGHTS)

    assert frame["active"].sum() == 0
    assert frame.dtypes.astype(str).to_dict() == CUSTOMER_ACTIVITY


def test_too_many_buckets(shop: Warehouse) -> None:
    """More buckets than a number has bits are refused rather than mixed up."""
    with pytest.raises(ValueError, match="at most 64 buckets, not 65"):
        customer_activity(shop, MAY, None, list(range(65)))


def test_against_pandas_on_the_published_set(online_retail: Warehouse, clean: pd.DataFrame) -> None:
    """Summer of 2011 against spring, in every figure, as pandas counts it."""
    summer = Filters(date(2011, 6, 1), date(2011, 9, 1))
    spring = summer.compared()
    assert spring is not None
    months = [(day.month - 6) for day in pd.date_range("2011-06-01", "2011-08-31")]

    frame = customer_activity(online_retail, summer, spring, months).set_index("position")

    for suffix, start, end in (("", "2011-06", "2011-09"), ("_before", "2011-03", "2011-06")):
        assert frame.loc[-1, [f"{name}{suffix}" for name in _NAMES]].tolist() == pytest.approx(
            _activity(clean, start, end)
        )
    for position, (start, end) in enumerate(
        [("2011-06", "2011-07"), ("2011-07", "2011-08"), ("2011-08", "2011-09")]
    ):
        assert frame.loc[position, ["active", "new"]].tolist() == _activity(clean, start, end)[:2]


_NAMES = ("active", "new", "repeating", "lifetime")


def _activity(clean: pd.DataFrame, start: str, end: str) -> list[float]:
    inside = clean[(clean["InvoiceDate"] >= start) & (clean["InvoiceDate"] < end)]
    orders = inside.groupby("CustomerID")["InvoiceNo"].nunique()
    first = clean.groupby("CustomerID")["InvoiceDate"].min()
    before_end = clean[clean["InvoiceDate"] < end]
    spent = before_end[before_end["CustomerID"].isin(orders.index)]["amount"].sum()
    new = (first[orders.index] >= start).sum()
    return [len(orders), int(new), int((orders > 1).sum()), spent]


@pytest.mark.parametrize("categories", [(), ("Kitchen",)])
def test_a_life_in_two_batches_is_one(
    empty_warehouse: Warehouse, categories: tuple[str, ...]
) -> None:
    """Orders of one customer in two batches are of one customer, and one in both counts once."""
    fill(
        empty_warehouse,
        [
            Line("m1", "2024-03-02T09:00", "100", customer="ann"),
            Line("b1", "2024-05-01T10:00", "10", customer="ann"),
            Line("b2", "2024-05-02T10:00", "20", customer="bob"),
            Line("b3", "2024-05-20T10:00", "30", customer="ann", batch=2),
            Line("b2", "2024-05-02T10:00", "40", customer="bob", batch=2),
        ],
    )
    frame = customer_activity(
        empty_warehouse, replace(MAY, categories=categories), None, FORTNIGHTS
    )

    assert _rows(frame, "active", "new", "repeating", "lifetime") == {
        -1: (2, 1, 1, 200),
        0: (2, 1, 1, 200),
        1: (1, 0, 1, 140),
    }
