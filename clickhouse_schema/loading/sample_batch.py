"""Makes the sample retailer a batch that readers see."""

from __future__ import annotations

import json
import os
import socket

from clickhouse_schema.client import Warehouse
from clickhouse_schema.loading.sample import SampleSpec, write_sample
from clickhouse_schema.loading.sample_plan import Told

_SUMS = """sumIf(quantity, kind = 'sale'), sumIf(net_amount + discount_amount, kind = 'sale'),
sumIf(discount_amount, kind = 'sale'), sumIf(net_amount, kind = 'sale'),
sumIf(cost_amount, kind = 'sale'), -sumIf(net_amount, kind = 'return')"""
_DERIVE = (
    "INSERT INTO staging_orders SELECT {batch:UInt32}, order_key, max(customer_key),"
    " min(ordered_at), any(country), any(channel), any(store), any(payment_method),"
    " countIf(kind = 'sale') > 0, count(), countIf(kind = 'sale'), countIf(kind = 'return'),"
    f" {_SUMS} FROM staging_order_lines WHERE batch_id = {{batch:UInt32}} GROUP BY order_key",
    "INSERT INTO staging_daily_sales SELECT {batch:UInt32}, toDate(ordered_at) AS day, country,"
    " channel, category, customer_key != 0 AS known, count(), countIf(kind = 'sale'),"
    f" countIf(kind = 'return'), {_SUMS} FROM staging_order_lines"
    " WHERE batch_id = {batch:UInt32} GROUP BY day, country, channel, category, known",
    "INSERT INTO staging_product_days SELECT {batch:UInt32}, product_key,"
    " toDate(ordered_at) AS day,"
    " countIf(kind = 'sale'), sumIf(quantity, kind = 'sale'), sumIf(net_amount, kind = 'sale'),"
    " sumIf(cost_amount, kind = 'sale'), -sumIf(quantity, kind = 'return'),"
    " -sumIf(net_amount, kind = 'return') FROM staging_order_lines"
    " WHERE batch_id = {batch:UInt32} AND kind IN ('sale', 'return') GROUP BY product_key, day",
    "INSERT INTO staging_customer_totals SELECT {batch:UInt32}, customer_key,"
    " minIf(ordered_at, is_order), maxIf(ordered_at, is_order), countIf(is_order), sum(units),"
    " sum(net_amount), sum(returned_amount) FROM staging_orders"
    " WHERE batch_id = {batch:UInt32} AND customer_key != 0 GROUP BY customer_key"
    " HAVING countIf(is_order) > 0",
    "INSERT INTO staging_duplicate_lines SELECT {batch:UInt32}, order_key, max(line_no)"
    " FROM staging_order_lines WHERE batch_id = {batch:UInt32} GROUP BY order_key, line_hash"
    " HAVING count() > 1",
)
_TABLES = (
    "order_lines", "orders", "daily_sales", "product_days", "customer_totals", "customers",
    "products", "rejects", "duplicate_lines", "sample_customers", "sample_products",
    "sample_pairs",
)  # fmt: skip
_LEDGER = ("batch_id", "event_no", "state", "source_name", "content_hash", "is_sample", "currency",
           "time_zone", "raw_lines", "lines", "duplicates", "owner", "detail")  # fmt: skip


def load_sample(
    warehouse: Warehouse,
    spec: SampleSpec,
    *,
    currency: str = "EUR",
    time_zone: str = "UTC",
    told: Told | None = None,
) -> int:
    """Make the sample retailer and show it to readers; return its batch."""
    batch = int(warehouse.command("SELECT max(batch_id) FROM load_ledger")) + 1
    detail = json.dumps(spec.as_detail())
    events = []

    def enter(state: str, lines: int = 0, duplicates: int = 0) -> None:
        events.append(state)
        row = (batch, len(events), state, "Sample retailer", spec.content_hash, True, currency,
               time_zone, lines, lines, duplicates, f"{socket.gethostname()}:{os.getpid()}",
               detail)  # fmt: skip
        warehouse.insert_rows("load_ledger", [row], _LEDGER)

    enter("loading")
    lines = write_sample(warehouse, batch, spec, told)
    for statement in _DERIVE:
        warehouse.command(statement, {"batch": batch})
    duplicates = int(
        warehouse.command(
            "SELECT count() FROM staging_duplicate_lines WHERE batch_id = {batch:UInt32}",
            {"batch": batch},
        )
    )
    enter("publishing", lines, duplicates)
    for table in _TABLES:
        warehouse.command(f"ALTER TABLE staging_{table} MOVE PARTITION {batch} TO TABLE {table}")
    enter("live", lines, duplicates)
    return batch
