"""Whatever a file holds: no row is lost, the grains agree, taking it out restores everything."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import LoadError
from clickhouse_schema.loading.batches import batch_tables, unload
from clickhouse_schema.loading.load import LoadOptions, load_file

NAMES = (
    "order_id", "ordered_at", "product_id", "quantity", "unit_price", "customer_id", "country",
    "description", "discount",
)  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
FIELDS = (
    st.sampled_from(["1", "2", "C3", "A4", "", " 5 "]),
    st.sampled_from(["2024-01-02 10:00", "2024-03-05", "2024-02-30", "soon", ""]),
    st.sampled_from(["p", "q", "POST", ""]),
    st.sampled_from(["1", "-2", "0", "1.5", "x", "", "99999999999"]),
    st.sampled_from(["2.50", "0", "-1", "0.0001", "1e9", "", "nan", "£3"]),
    st.sampled_from(["a", "b", ""]),
    st.sampled_from(["X", "Y", ""]),
    TEXT,
    st.sampled_from(["", "0", "0.25", "10%"]),
)
ROWS = st.lists(st.tuples(*FIELDS), min_size=1, max_size=30)
GOOD = ("9", "2024-01-02", "p", "1", "1", "", "", "", "")
SALES = "sumIf(net_amount, kind = 'sale')"
RETURNS = "-sumIf(net_amount, kind = 'return')"


def counts(warehouse: Warehouse) -> dict[str, object]:
    return {t: warehouse.rows(f"SELECT * FROM {t} ORDER BY ALL") for t in batch_tables(warehouse)}


@given(first=ROWS, second=ROWS, quoted=st.booleans())
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_holds_for_any_file(
    empty_warehouse: Warehouse,
    first: list[tuple[str, ...]],
    second: list[tuple[str, ...]],
    quoted: bool,
) -> None:
    """Loaded and refused rows add up to the file; every grain has the same sums; unload undoes."""
    made = []
    try:
        for rows in (first, second):
            before = counts(empty_warehouse)
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "a.csv"
                with path.open("w", newline="", encoding="utf-8") as file:
                    style = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
                    writer = csv.writer(file, quoting=style)
                    writer.writerows([NAMES, GOOD, *rows])
                summary = load_file(empty_warehouse, path, LoadOptions(non_products=("POST",)))
            if summary.unchanged:
                continue
            made.append((summary.batch_id, before))

            assert summary.lines + summary.rejected == summary.raw_lines == len(rows) + 1
            expect_agreement(empty_warehouse)
    except LoadError as error:
        raise AssertionError(str(error)) from error
    finally:
        for batch_id, before in reversed(made):
            unload(empty_warehouse, batch_id)

            assert counts(empty_warehouse) == before


def expect_agreement(warehouse: Warehouse) -> None:
    lines = warehouse.rows(
        f"SELECT count(), {SALES}, {RETURNS}, sumIf(quantity, kind = 'sale'),"
        " sumIf(discount_amount, kind = 'sale'), countIf(kind = 'sale') FROM order_lines"
    )
    for table in ("orders", "daily_sales"):
        sums = warehouse.rows(
            "SELECT sum(lines), sum(net_amount), sum(returned_amount), sum(units),"
            f" sum(discount_amount), sum(sale_lines) FROM {table}"
        )
        assert sums == lines
    sums = warehouse.rows(
        "SELECT sum(net_amount), sum(returned_amount), sum(units) FROM product_days"
    )
    assert sums == [lines[0][1:4]]
    (orders,) = warehouse.rows(
        "SELECT sum(is_order), uniqExactIf(order_key, sale_lines > 0) FROM orders"
    )
    assert orders[0] == orders[1]
    known = warehouse.rows("SELECT sumIf(net_amount, customer_key != 0) FROM orders")
    assert warehouse.rows("SELECT sum(net_amount) FROM customer_totals") == known
