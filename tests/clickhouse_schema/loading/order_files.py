"""Small files of order lines, and what must be in the warehouse once they are loaded."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from clickhouse_schema.client import Warehouse
from clickhouse_schema.loading.batches import batch_tables
from clickhouse_schema.loading.load import LoadOptions, LoadSummary

OPTIONS = LoadOptions(non_products=("POST", "M", "gift_*"))
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
ROWS = (
    "536365,85123A,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom",
    "536365,71053,LANTERN,6,2010-12-01 08:26:00,3.39,17850,United Kingdom",
    "536366,22633,HAND WARMER,2,2010-12-13 08:28:00,1.85,,France",
    "C536367,71053,LANTERN,-1,2010-12-14 09:00:00,3.39,17850,United Kingdom",
)


def write(path: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path.write_bytes(("\n".join([header, *rows]) + "\n").encode(encoding))
    return path


def frame() -> pd.DataFrame:
    made = pd.DataFrame([row.split(",") for row in ROWS], columns=HEADER.split(","))
    made["Quantity"] = made["Quantity"].astype(int)
    made["UnitPrice"] = made["UnitPrice"].astype(float)
    made["InvoiceDate"] = pd.to_datetime(made["InvoiceDate"])
    made["CustomerID"] = pd.to_numeric(made["CustomerID"])
    return made


def lines(warehouse: Warehouse, columns: str) -> list[tuple[Any, ...]]:
    return warehouse.rows(f"SELECT {columns} FROM order_lines ORDER BY batch_id, line_no")


def expect_four(warehouse: Warehouse, summary: LoadSummary) -> None:
    """The four rows of `ROWS` are there, whatever form they came in."""
    assert (summary.lines, summary.rejected) == (4, 0)
    assert lines(warehouse, "line_no, order_id, toString(ordered_at), quantity, unit_price") == [
        (1, "536365", "2010-12-01 08:26:00", Decimal("6.000"), Decimal("2.5500")),
        (2, "536365", "2010-12-01 08:26:00", Decimal("6.000"), Decimal("3.3900")),
        (3, "536366", "2010-12-13 08:28:00", Decimal("2.000"), Decimal("1.8500")),
        (4, "C536367", "2010-12-14 09:00:00", Decimal("-1.000"), Decimal("3.3900")),
    ]
    assert [row[0] for row in lines(warehouse, "toString(kind)")] == [*["sale"] * 3, "return"]
    known = warehouse.rows("SELECT DISTINCT customer_id FROM customers")
    assert known == [("17850",)]
    described = dict(warehouse.rows("SELECT product_id, description FROM products FINAL"))
    assert described["85123A"] == "WHITE HEART"


def everything(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: warehouse.rows(f"SELECT * FROM {table} ORDER BY ALL")
        for table in batch_tables(warehouse)
    }
