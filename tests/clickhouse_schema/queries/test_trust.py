"""What every figure rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.orders import daily_orders
from clickhouse_schema.queries.revenue import daily_revenue
from clickhouse_schema.queries.trust import invoices_loaded, line_counts, lines_by_kind
from tests.filling import Line, fill

MAY = Filters(date(2024, 5, 1), date(2024, 6, 1))
WHOLE = Filters(date(2010, 12, 1), date(2011, 12, 10))


def test_kinds(shop: Warehouse) -> None:
    """Each kind stands apart; what is listed is the price before the discount."""
    frame = lines_by_kind(shop, MAY)

    assert [tuple(row) for row in frame.itertuples(index=False)] == [
        ("correction", False, 1, 0.0, 0.0, 0.0),
        ("free", True, 1, 0.0, 0.0, 0.0),
        ("return", True, 1, -30.0, 0.0, -30.0),
        ("sale", False, 1, 60.0, 0.0, 60.0),
        ("sale", True, 5, 165.0, 5.0, 160.0),
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, [9, 1, 2, 5, 1]),
        ({"known_only": True}, [9, 1, 2, 5, 1]),
        ({"countries": ("France",)}, [1, 0, 0, 1, 0]),
        ({"channels": ("fax",)}, [0, 0, 0, 0, 0]),
    ],
)
def test_counts(shop: Warehouse, change: dict[str, object], expected: list[int]) -> None:
    """The small table counts as the lines do, with nothing too."""
    assert line_counts(shop, replace(MAY, **change)).iloc[0].tolist() == expected


def test_invoices(shop: Warehouse) -> None:
    """Whatever its lines are, an invoice counts, once in each of the two ways."""
    assert invoices_loaded(shop, MAY) == 8
    assert invoices_loaded(shop, replace(MAY, categories=("Kitchen", "Table"))) == 8


def test_an_invoice_in_two_batches_counts_once(empty_warehouse: Warehouse) -> None:
    """A sale in one batch and a return of the same number in the next are one invoice."""
    line = Line("o1", "2024-05-03T10:00", "10")
    back = replace(line, quantity="-1", kind="return", batch=2)
    fill(empty_warehouse, [line, back, replace(back, order="o2"), replace(back, order="o2")])

    assert invoices_loaded(empty_warehouse, MAY) == 2


def test_published_totals(online_retail: Warehouse, raw_lines: pd.DataFrame) -> None:
    """The whole file, as published before any rule."""
    frame = lines_by_kind(online_retail, WHOLE)

    assert frame["lines"].sum() == 541_909
    assert frame["listed"].sum() == pytest.approx(9_747_747.934, abs=1e-3)
    assert invoices_loaded(online_retail, WHOLE) == 25_900 == raw_lines["InvoiceNo"].nunique()


def test_published_clean_view(online_retail: Warehouse) -> None:
    """Known customers' sale lines are the published clean view."""
    known = replace(WHOLE, known_only=True)
    frame = lines_by_kind(online_retail, known)
    sale = frame[(frame["kind"] == "sale") & frame["known_customer"]].iloc[0]

    assert sale["lines"] == 397_884 == line_counts(online_retail, known)["known_sale_lines"].iloc[0]
    assert sale["net"] == pytest.approx(8_911_407.904, abs=1e-3)
    assert daily_revenue(online_retail, known, None)["revenue"].sum() == pytest.approx(sale["net"])
    assert daily_orders(online_retail, known, None)["orders"].sum() == 18_532


def test_published_best_month(online_retail: Warehouse) -> None:
    """November 2011: 1,161,817.38 in 2,657 invoices."""
    november = Filters(date(2011, 11, 1), date(2011, 12, 1), known_only=True)

    assert daily_revenue(online_retail, november, None)["revenue"].sum() == pytest.approx(
        1_161_817.38
    )
    assert daily_orders(online_retail, november, None)["orders"].sum() == 2_657
