"""
What happens to a batch between its rows being staged and being taken out again.

Rows go to the staging twin of each table; `derive` computes the coarser grains
there; `publish` moves the batch's partitions over. Whatever a killed process
left behind is put right by `recover`, which runs when a warehouse is opened to
serve or to load.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import LoadError
from clickhouse_schema.loading import ledger
from clickhouse_schema.loading.ledger import Batch
from clickhouse_schema.loading.transform import template

TABLES = (
    "order_lines", "orders", "daily_sales", "product_days", "customer_totals", "customers",
    "products", "rejects", "duplicate_lines", "sample_customers", "sample_products",
    "sample_pairs",
)  # fmt: skip
# What the sample retailer is made with; empty but while that happens.
_WORKING_TABLES = ("staging_sample_orders", "staging_sample_shelf")
# An owner on another machine is given up when its batch stood still for this long.
_GIVEN_UP = timedelta(minutes=30)
log = logging.getLogger("clientele.load")


def batch_tag(batch_id: int) -> str:
    """Return how statements of a load are marked in `system.processes`."""
    return f"load batch={int(batch_id)}"


def run_step(
    warehouse: Warehouse, name: str, batch_id: int, params: dict[str, Any], **settings: int
) -> None:
    """Run `sql/<name>.sql`, tagged as part of the batch's load."""
    parts = [f"{key} = {value}" for key, value in settings.items()]
    parts.append(f"log_comment = '{batch_tag(batch_id)}'")
    warehouse.command(f"{template(name).template}\nSETTINGS {', '.join(parts)}", params)


def derive(
    warehouse: Warehouse,
    batch_id: int,
    replaced: Collection[int] = (),
    told: Callable[[str], None] | None = None,
) -> None:
    """
    Compute the batch's coarser grains from its staged order lines.

    Args:
        batch_id: The batch.
        replaced: Batches that leave when it is published: their orders do not count.
        told: Called with what is being computed.
    """

    def orders_and_totals() -> None:
        params = {"batch": batch_id, "replaced": sorted(replaced)}
        run_step(warehouse, "derive_orders", batch_id, params, max_insert_threads=2)
        run_step(warehouse, "derive_customer_totals", batch_id, {"batch": batch_id})

    def sums() -> None:
        for name in ("derive_product_days", "derive_daily_sales"):
            run_step(warehouse, name, batch_id, {"batch": batch_id}, max_insert_threads=2)
        run_step(
            warehouse,
            "derive_duplicate_lines",
            batch_id,
            {"batch": batch_id},
            optimize_aggregation_in_order=1,
        )

    if told is not None:
        told("Adding up orders, customers, products and days")
    with ThreadPoolExecutor(max_workers=2) as pool:
        for running in [pool.submit(orders_and_totals), pool.submit(sums)]:
            running.result()


def publish(warehouse: Warehouse, batch: Batch, replaced: Sequence[Batch] = ()) -> Batch:
    """
    Show the staged batch to readers, and take out those it replaces.

    Returns:
        The batch, live.
    """
    batch = ledger.advance(warehouse, batch, "publishing")
    for table in TABLES:
        warehouse.command(
            f"ALTER TABLE staging_{table} MOVE PARTITION {batch.batch_id} TO TABLE {table}"
        )
    live = ledger.next_event(batch, "live")
    leaving = [ledger.next_event(old, "unloading") for old in replaced]
    ledger.write(warehouse, [live, *leaving])
    _take_out(warehouse, leaving)
    log.info(
        "batch live",
        extra={"fields": {"batch": live.batch_id, "lines": live.lines, "source": live.source_name}},
    )
    return live


def abandon(warehouse: Warehouse, batch: Batch, why: str) -> None:
    """Remove every trace of a batch that was not published."""
    _drop(warehouse, batch.batch_id)
    ledger.advance(warehouse, batch, "failed", detail={**batch.detail, "error": why})


def unload(warehouse: Warehouse, batch_id: int) -> Batch:
    """
    Take a batch out.

    Raises:
        LoadError: There is no such batch to be seen.
    """
    found = [batch for batch in ledger.batches(warehouse, "live") if batch.batch_id == batch_id]
    if not found:
        raise LoadError(f"There is no batch {batch_id}. 'python -m dashboard info' lists them.")
    leaving = ledger.advance(warehouse, found[0], "unloading")
    _take_out(warehouse, [leaving])
    return leaving


def recover(warehouse: Warehouse) -> list[Batch]:
    """
    Put right what a process left behind that died while loading or unloading.

    Returns:
        The batches concerned, as they were found.
    """
    found = ledger.batches(warehouse, "loading", "publishing", "unloading")
    dead = [batch for batch in found if not _still_at_it(batch)]
    for batch in dead:
        if batch.state != "unloading":
            abandon(warehouse, batch, "the process that loaded it ended")
    _take_out(warehouse, [batch for batch in dead if batch.state == "unloading"])
    for batch in dead:
        log.warning(
            "unfinished batch put right",
            extra={"fields": {"batch": batch.batch_id, "was": batch.state}},
        )
    return dead


def _still_at_it(batch: Batch) -> bool:
    if not ledger.owner_lives(batch):
        return False
    if batch.owner.startswith(ledger.OWNER) or batch.at is None:
        return batch.owner.startswith(ledger.OWNER)
    at = batch.at if batch.at.tzinfo else batch.at.replace(tzinfo=UTC)
    return datetime.now(UTC) - at < _GIVEN_UP


def _drop(warehouse: Warehouse, batch_id: int) -> None:
    for table in TABLES:
        for twin in (f"staging_{table}", table):
            warehouse.command(f"ALTER TABLE {twin} DROP PARTITION {int(batch_id)}")
    for table in _WORKING_TABLES:
        warehouse.command(f"ALTER TABLE {table} DROP PARTITION {int(batch_id)}")


def _take_out(warehouse: Warehouse, leaving: Sequence[Batch]) -> None:
    if not leaving:
        return
    for batch in leaving:
        _drop(warehouse, batch.batch_id)
    _hand_over_orders(warehouse)
    ledger.write(warehouse, [ledger.next_event(batch, "unloaded") for batch in leaving])


def _hand_over_orders(warehouse: Warehouse) -> None:
    """Let orders count in the batch that continued them when the one that counted them is gone."""
    for (batch_id,) in warehouse.rows(template("orphaned_orders").template):
        params = {"batch": batch_id}
        for table in ("orders", "customer_totals"):
            twin = f"staging_{table}"
            warehouse.command(f"ALTER TABLE {twin} DROP PARTITION {int(batch_id)}")
        run_step(warehouse, "recount_orders", batch_id, params)
        run_step(warehouse, "derive_customer_totals", batch_id, params)
        # Orders last: until they are replaced, a second try finds the batch again.
        for table in ("customer_totals", "orders"):
            warehouse.command(
                f"ALTER TABLE {table} REPLACE PARTITION {int(batch_id)} FROM staging_{table}"
            )
            warehouse.command(f"ALTER TABLE staging_{table} DROP PARTITION {int(batch_id)}")
