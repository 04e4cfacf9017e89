"""Numbers are read plainly first, and with care once a row is not plain."""

from __future__ import annotations

from pathlib import Path

from clickhouse_schema.client import Warehouse
from clickhouse_schema.loading.load import LoadOptions, load_file


def test_a_late_thousands_mark_is_still_a_number(
    empty_warehouse: Warehouse, tmp_path: Path
) -> None:
    """What the samples did not show is read in a second pass; only what is no number is refused."""
    plain = [f"{number},2025-01-01 10:00:00,mug,1,2.50" for number in range(60_000)]
    late = ['x,2025-01-02 10:00:00,mug,2,"1,234.50"', "y,2025-01-02 10:00:00,mug,2,dear"]
    file = tmp_path / "late.csv"
    head = "order_id,ordered_at,product_id,quantity,unit_price"
    # Between two of the five places that are looked at before the file is read.
    file.write_text(
        "\n".join([head, *plain[:24_000], *late, *plain[24_000:]]) + "\n", encoding="utf-8"
    )

    summary = load_file(empty_warehouse, file, LoadOptions())

    assert (summary.lines, summary.rejected) == (60_001, 1)
    rows = empty_warehouse.rows("SELECT toString(net_amount) FROM order_lines WHERE order_id = 'x'")
    assert [float(amount) for (amount,) in rows] == [2469.0]
