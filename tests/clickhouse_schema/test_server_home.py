"""Loading and asking on a ClickHouse server, as in the embedded home."""

from __future__ import annotations

from pathlib import Path

import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.loading.batches import unload
from clickhouse_schema.loading.info import loaded
from clickhouse_schema.loading.load import LoadOptions, load_file
from clickhouse_schema.queries.loads import data_state, data_version

CSV = """order_id;ordered_at;product_id;quantity;unit_price;customer_id;country
1;2024-05-01 10:00:00;fork;2;1,50;ann;Österreich
1;2024-05-01 10:00:00;knife;1;4,00;ann;Österreich
2;not a day;fork;1;1,50;bob;France
C3;2024-05-02 10:00:00;fork;-1;1,50;ann;Österreich
"""


def test_a_file_is_loaded_asked_and_taken_out(server_warehouse: Warehouse, tmp_path: Path):
    """The whole way of a batch over HTTP: staged, published, visible, unloaded."""
    file = tmp_path / "orders.csv"
    file.write_text(CSV, encoding="utf-8")
    summary = load_file(server_warehouse, file, LoadOptions())
    _, total = loaded(server_warehouse)
    state = data_state(server_warehouse)
    version = data_version(server_warehouse)

    assert summary.rejected == 1
    assert total is not None
    assert state.orders == 1
    assert server_warehouse.rows("SELECT DISTINCT country FROM order_lines") == [("Österreich",)]
    assert server_warehouse.rows("SELECT toString(sum(net_amount)) FROM orders") == [("7",)]

    unload(server_warehouse, summary.batch_id)

    assert data_state(server_warehouse).orders == 0
    assert data_version(server_warehouse) == version + 1


@pytest.mark.server
def test_the_published_set_has_its_published_totals(server_warehouse, shared_data):
    """Parquet over HTTP gives the same totals as embedded."""
    load_file(
        server_warehouse, shared_data / "online_retail" / "online_retail.parquet", LoadOptions()
    )
    facts = server_warehouse.rows(
        "SELECT count(), countIf(kind = 'sale' AND customer_key != 0),"
        " uniqExactIf(order_key, kind = 'sale' AND customer_key != 0),"
        " toString(sumIf(net_amount, kind = 'sale' AND customer_key != 0)) FROM order_lines"
    )

    assert facts == [(541_909, 397_884, 18_532, "8911407.904")]
