"""The same files come to the same on a ClickHouse server, sent there in a stream."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.loading.batches import recover, unload
from clickhouse_schema.loading.info import loaded
from clickhouse_schema.loading.load import LoadOptions, load_file

pytestmark = pytest.mark.server
NAMES = ("order_id", "ordered_at", "product_id", "quantity", "unit_price", "customer_id")
ROWS = [(f"o{n // 3}", "2024-01-02 10:00:00", f"p{n % 7}", n % 5 - 1, 2.5, "c1") for n in range(90)]
OPTIONS = LoadOptions()


def write(folder: Path, kind: str) -> Path:
    """Write ROWS; texts get a row that cannot be used at its end."""
    path = folder / f"a.{kind}"
    text = "\n".join([";".join(NAMES), *(";".join(map(str, row)) for row in ROWS), "o;bad;p;1;2;c"])
    if kind == "csv":
        path.write_text(text + "\n")
    elif kind == "utf16":
        path.write_text(text + "\n", encoding="utf-16")
    elif kind == "csv.gz":
        path.write_bytes(gzip.compress(text.encode()))
    elif kind == "jsonl":
        made = [json.dumps(dict(zip(NAMES, row, strict=True))) for row in ROWS]
        path.write_text("\n".join([*made, "{broken"]) + "\n")
    else:
        frame = pd.DataFrame(ROWS, columns=NAMES)
        frame["ordered_at"] = pd.to_datetime(frame["ordered_at"])
        frame.to_parquet(path, row_group_size=40)
    return path


@pytest.mark.parametrize("kind", ["csv", "utf16", "csv.gz", "jsonl", "parquet"])
def test_every_format(server_warehouse: Warehouse, tmp_path: Path, kind: str) -> None:
    """Rows keep their numbers, the unusable one is refused, the grains agree."""
    summary = load_file(server_warehouse, write(tmp_path, kind), OPTIONS)

    assert (summary.lines, summary.rejected) == (90, 0 if kind == "parquet" else 1)
    numbers = server_warehouse.rows("SELECT line_no, order_id FROM order_lines ORDER BY line_no")
    assert numbers == [(n + 1, row[0]) for n, row in enumerate(ROWS)]
    if kind != "parquet":
        assert server_warehouse.rows("SELECT line_no FROM rejects") == [(91,)]
    sums = [
        server_warehouse.rows(f"SELECT sum({column}) FROM {table}")
        for table, column in (
            ("order_lines", "if(kind = 'sale', net_amount, 0)"),
            ("orders", "net_amount"),
            ("daily_sales", "net_amount"),
            ("product_days", "net_amount"),
            ("customer_totals", "net_amount"),
        )
    ]
    assert all(found == sums[0] for found in sums)


def test_stray_quotes(server_warehouse: Warehouse, tmp_path: Path) -> None:
    """A quote that never closes costs only its own row here, too."""
    path = write(tmp_path, "csv")
    lines = path.read_text().splitlines()
    lines.insert(40, 'x;"never')
    path.write_text("\n".join(lines) + "\n")

    summary = load_file(server_warehouse, path, OPTIONS)

    assert (summary.lines, summary.rejected) == (90, 2)


def test_published_totals_and_unload(server_warehouse: Warehouse, shared_data: Path) -> None:
    """Online Retail shows its published totals; taken out, nothing is left."""
    path = shared_data / "online_retail" / "online_retail.parquet"

    summary = load_file(server_warehouse, path, OPTIONS)
    _, total = loaded(server_warehouse)

    assert total is not None
    assert (total.raw.lines, str(total.raw.amount)) == (541_909, "9747747.934")
    assert (total.clean.lines, str(total.clean.amount)) == (397_884, "8911407.904")
    assert summary.duplicates == 5_268
    assert load_file(server_warehouse, path, OPTIONS).unchanged
    unload(server_warehouse, summary.batch_id)
    assert recover(server_warehouse) == []
    assert loaded(server_warehouse) == ([], None)
