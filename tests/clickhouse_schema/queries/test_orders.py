"""How many orders, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.orders import daily_orders, order_hours
from tests.filling import Line, fill

MAY = Filters(date(2024, 5, 1), date(2024, 6, 1))
APRIL = MAY.compared()


def test_orders_per_day_and_channel(shop: Warehouse) -> None:
    """Two lines of one order are one order; returns and free lines are none."""
    frame = daily_orders(shop, MAY, APRIL)

    assert [(f"{row.day:%m-%d}", row.channel, row.orders) for row in frame.itertuples()] == [
        ("04-10", "web", 1),
        ("04-30", "store", 1),
        ("05-01", "web", 1),
        ("05-06", "store", 1),
        ("05-06", "web", 1),
        ("05-31", "", 1),
        ("05-31", "web", 1),
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, 5),
        ({"countries": ("France",)}, 1),
        ({"channels": ("store",)}, 5),
        ({"known_only": True}, 4),
        ({"categories": ("Table",)}, 2),
        ({"categories": ("Kitchen", "Table")}, 5),
        ({"categories": ("Kitchen",), "known_only": True}, 3),
        ({"categories": ("Garden",)}, 0),
    ],
)
def test_filters_narrow(shop: Warehouse, change: dict[str, object], expected: int) -> None:
    """Every filter but that on channels holds, with categories and without."""
    assert daily_orders(shop, replace(MAY, **change), None)["orders"].sum() == expected


def test_weekday_and_hour(shop: Warehouse) -> None:
    """6 May 2024 was a Monday: two orders of 90 at 13 o'clock."""
    frame = order_hours(shop, MAY)

    assert [tuple(row) for row in frame.itertuples(index=False)] == [
        (1, 13, 2, 90.0),
        (3, 0, 1, 67.0 - 5.0),
        (5, 23, 2, 68.0),
    ]


def test_hours_of_a_category_and_a_channel(shop: Warehouse) -> None:
    """Only the lines of the category count."""
    frame = order_hours(shop, replace(MAY, categories=("Table",), channels=("web",)))

    assert [tuple(row) for row in frame.itertuples(index=False)] == [
        (1, 13, 1, 50.0),
        (3, 0, 1, 7.0),
    ]


def test_an_order_in_two_batches_counts_once(empty_warehouse: Warehouse) -> None:
    """The second batch adds its money, not another order."""
    fill(
        empty_warehouse,
        [
            Line("o1", "2024-05-03T10:00", "10", customer="ann"),
            Line("o1", "2024-05-03T10:00", "5", customer="ann", product="fork", batch=2),
        ],
    )

    assert daily_orders(empty_warehouse, MAY, None)["orders"].sum() == 1
    assert order_hours(empty_warehouse, MAY)["orders"].sum() == 1
    assert order_hours(empty_warehouse, MAY)["revenue"].sum() == 15.0
