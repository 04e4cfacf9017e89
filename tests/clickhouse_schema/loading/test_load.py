"""Rows are judged by the rules: refused, recognised, counted once, across slices too."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.loading import derive
from clickhouse_schema.loading.info import loaded
from clickhouse_schema.loading.load import load_file
from tests.clickhouse_schema.loading.order_files import (
    OPTIONS,
    ROWS,
    write,
)


def test_rejects_tell_line_and_reason(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """Each row that cannot be used is kept with its number, its reason and its text."""
    path = write(
        tmp_path / "a.csv",
        ROWS[0],
        ",85123A,X,1,2010-12-01,1,c,X",
        "1,,X,1,2010-12-01,1,c,X",
        "1,p,X,1,yesterday,1,c,X",
        "1,p,X,many,2010-12-01,1,c,X",
        "1,p,X,1,2010-12-01,free,c,X",
        "1,p,X,1,2010-12-01,1e300,c,X",
        "1,p,X,1000000,2010-12-01,1000000,c,X",
        "1,p,X",
        "1,p,X,1,2010-12-01,1,c,X,more",
        "",
        "1,p,X,1,1812-12-01,1,c,X",
        "1,p,X,1,10:30:00,1,c,X",
        ROWS[1],
    )

    summary = load_file(empty_warehouse, path, OPTIONS)

    assert (summary.raw_lines, summary.lines, summary.rejected) == (14, 2, 12)
    found = empty_warehouse.rows("SELECT line_no, reason, raw FROM rejects ORDER BY line_no")
    assert [(row[0], row[1]) for row in found] == [
        (2, "no order id"),
        (3, "no product"),
        (4, "time cannot be read"),
        (5, "quantity is not a number"),
        (6, "price is not a number"),
        (7, "price is not a number"),
        (8, "amount is too large"),
        (9, "too few columns"),
        (10, "too many columns"),
        (11, "empty row"),
        (12, "time cannot be read"),
        (13, "time cannot be read"),
    ]
    assert "yesterday" in found[2][2]
    assert "more" in found[8][2]


def test_stray_quotes_cost_only_their_row(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """A quote that never closes does not swallow the rest; one inside a text is only a letter."""
    filler = [f"{n},p,FINE,1,2024-01-02,1.00,c,X" for n in range(1000)]
    filler[300] = '300,q,"NEVER CLOSED,1,2024-01-02,1.00,c,X'
    filler[500] = '500,r,6" PLATE,1,2024-01-02,1.00,c,X'
    filler[600] = '600,s,"SAID ""HI""",1,2024-01-02,1.00,c,X'
    filler[700] = '700,t,"TWO\nLINES",1,2024-01-02,1.00,c,X'
    filler[800] = '800,u,"CLOSED" TOO EARLY,"1,2024-01-02'
    path = write(tmp_path / "a.csv", *filler)

    summary = load_file(empty_warehouse, path, OPTIONS)

    assert (summary.lines, summary.rejected) == (999, 1)
    described = dict(empty_warehouse.rows("SELECT product_id, description FROM products FINAL"))
    assert described["q"] == '"NEVER CLOSED'
    assert described["r"] == '6" PLATE'
    assert described["s"] == 'SAID "HI"'
    assert described["t"] == "TWO LINES"


def test_kinds_products_and_duplicates(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """Returns, free lines, corrections, postage and repeated lines are told apart, none dropped."""
    path = write(
        tmp_path / "a.csv",
        "1,p,A,2,2024-01-02 10:00,3.00,c,X",
        "1,p,A,2,2024-01-02 10:00,3.00,c,X",
        "1,p,B,2,2024-01-02 10:00,3.00,c,X",
        "C2,p,A,-2,2024-01-03,3.00,c,X",
        "3,p,A,-1,2024-01-03,3.00,c,X",
        "4,p,A,-5,2024-01-03,0,,X",
        "5,p,A,1,2024-01-03,0,c,X",
        "A6,B,BAD DEBT,1,2024-01-03,-11.00,,X",
        "7,POST,POSTAGE,1,2024-01-03,4.00,c,X",
        "7,gift_0001_20,GIFT,1,2024-01-03,20.00,c,X",
    )

    summary = load_file(empty_warehouse, path, OPTIONS)

    assert summary.kinds == {"sale": 5, "return": 2, "correction": 2, "free": 1}
    assert summary.duplicates == 1
    assert empty_warehouse.rows("SELECT line_no FROM duplicate_lines") == [(2,)]
    services = empty_warehouse.rows("SELECT product_id FROM products FINAL WHERE NOT is_product")
    assert sorted(services) == [("POST",), ("gift_0001_20",)]
    assert empty_warehouse.command("SELECT sum(is_order) FROM orders") == 2


def test_c_is_no_mark_where_everything_has_it(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    """A shop whose order ids all begin with C is not a shop of cancellations."""
    path = write(tmp_path / "a.csv", *[f"C{n},p,A,2,2024-01-02,3.00,c,X" for n in range(20)])

    summary = load_file(empty_warehouse, path, OPTIONS)

    assert summary.kinds == {"sale": 20}
    assert "C" in summary.notes[0]


def test_published_totals(empty_warehouse: Warehouse, shared_data: Path) -> None:
    """Online Retail shows every figure published about it."""
    load_file(empty_warehouse, shared_data / "online_retail" / "online_retail.parquet", OPTIONS)
    each, total = loaded(empty_warehouse)

    assert total is not None
    assert len(each) == 1
    raw, clean = total.raw, total.clean
    assert (raw.lines, raw.invoices, raw.customers, raw.products) == (541_909, 25_900, 4_372, 4_070)
    assert raw.amount == Decimal("9747747.934")
    assert (raw.first_at, raw.last_at) == ("2010-12-01 08:26:00", "2011-12-09 12:50:00")
    assert (clean.lines, clean.invoices, clean.customers) == (397_884, 18_532, 4_338)
    assert clean.amount == Decimal("8911407.904")
    assert total.left_out["no customer"] == 135_080
    assert raw.lines - sum(total.left_out.values()) == clean.lines
    assert (total.duplicates, total.rejected) == (5_268, {})
    november = empty_warehouse.rows(
        "SELECT sum(net_amount), sum(is_order) FROM orders WHERE customer_key != 0"
        " AND ordered_at >= '2011-11-01' AND ordered_at < '2011-12-01'"
    )
    assert november == [(Decimal("1161817.3800"), 2_657)]


def test_slices_change_nothing(
    empty_warehouse: Warehouse, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Adding up slice by slice gives what adding up at once gives, orders across days included."""
    path = shared_data / "online_retail" / "online_retail.parquet"
    monkeypatch.setattr(derive, "_SLICE_LINES", 40_000)

    load_file(empty_warehouse, path, OPTIONS)

    found = empty_warehouse.rows(
        "SELECT count(), uniqExact(order_key), sumIf(is_order, customer_key != 0),"
        " sumIf(net_amount, customer_key != 0) FROM orders"
    )
    assert found == [(25_900, 25_900, 18_532, Decimal("8911407.9040"))]


def test_order_across_slices_is_one(
    empty_warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order whose lines lie weeks apart is one order, at its first time."""
    monkeypatch.setattr(derive, "_SLICE_LINES", 1)
    days = ("01", "05", "09")
    rows = [f"{order},p,A,1,2024-01-{day},1.00,c,X" for day in days for order in ("a", day)]
    path = write(tmp_path / "a.csv", *rows)

    load_file(empty_warehouse, path, OPTIONS)

    found = empty_warehouse.rows("SELECT toString(ordered_at), lines FROM orders ORDER BY ALL")
    assert found == [
        ("2024-01-01 00:00:00", 1),
        ("2024-01-01 00:00:00", 3),
        ("2024-01-05 00:00:00", 1),
        ("2024-01-09 00:00:00", 1),
    ]
    totals = empty_warehouse.rows("SELECT orders, net_amount FROM customer_totals")
    assert totals == [(4, Decimal("6.0000"))]
