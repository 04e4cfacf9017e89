"""A shop small enough to count by hand, and the published one."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from clickhouse_schema.client import Warehouse
from tests.conftest import empty
from tests.filling import Line, fill, fill_online_retail

# May is the period, April the one before, March is history.
SHOP = (
    Line("m1", "2024-03-02T09:00", "100", customer="ann"),
    Line("a1", "2024-04-10T10:00", "10", customer="ann"),
    Line("a2", "2024-04-30T23:59:59", "20", customer="bob", country="France", channel="store"),
    Line("b1", "2024-05-01T00:00", "30", customer="ann", quantity="2", discount="5"),
    Line("b1", "2024-05-01T00:00", "7", customer="ann", product="fork", category="Table"),
    Line("b2", "2024-05-06T13:10", "40", customer="ann", country="France", channel="store"),
    Line("b3", "2024-05-06T13:59", "50", customer="cat", product="fork", category="Table"),
    Line("b4", "2024-05-31T23:00", "60", country="Spain", channel=""),
    Line("b5", "2024-05-31T23:30", "8", customer="cat", product="POST", is_product=False),
    Line("Cb1", "2024-05-07T08:00", "30", customer="ann", quantity="-1", kind="return"),
    Line("x1", "2024-05-08T08:00", "0", customer="eve", kind="free"),
    Line("x2", "2024-05-08T09:00", "0", quantity="-4", kind="correction"),
    Line("j1", "2024-06-01T00:00", "500", customer="bob"),
)


@pytest.fixture
def shop(warehouse: Warehouse) -> Warehouse:
    """The warehouse with `SHOP` in it."""
    if not _holds(warehouse, len(SHOP), "b1"):
        empty(warehouse)
        fill(warehouse, SHOP)
    return warehouse


@pytest.fixture
def online_retail(warehouse: Warehouse, shared_data: Path) -> Warehouse:
    """The warehouse with the published Online Retail set in it; it stays for the next test."""
    if not _holds(warehouse, 541_909, "536365"):
        empty(warehouse)
        fill_online_retail(warehouse, shared_data)
    return warehouse


def _holds(warehouse: Warehouse, lines: int, order: str) -> bool:
    """Return whether these lines are what an earlier test left in all grains."""
    held = warehouse.rows(
        "SELECT count(), countIf(order_id = {order:String}) > 0, (SELECT count() FROM daily_sales)"
        " FROM order_lines",
        {"order": order},
    )
    return held[0][0] == lines and held[0][1] == 1 and held[0][2] > 0


@pytest.fixture(scope="module")
def raw_lines(shared_data: Path) -> pd.DataFrame:
    """The published Online Retail set as its file has it, with `amount` = quantity x price."""
    raw = pd.read_parquet(shared_data / "online_retail" / "online_retail.parquet")
    return raw.assign(amount=raw["Quantity"] * raw["UnitPrice"])


@pytest.fixture(scope="module")
def clean(raw_lines: pd.DataFrame) -> pd.DataFrame:
    """Its published clean view: known customers, no cancellations, positive quantity and price."""
    kept = (
        raw_lines["CustomerID"].notna()
        & ~raw_lines["InvoiceNo"].str.startswith("C")
        & (raw_lines["Quantity"] > 0)
        & (raw_lines["UnitPrice"] > 0)
    )
    return raw_lines[kept]
