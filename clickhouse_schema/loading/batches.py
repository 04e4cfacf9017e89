"""
What happens to a batch between its rows being staged and being taken out again.

Rows go to the staging twin of each table, where `derive` computes the coarser
grains; `publish` moves the batch's partitions over. Whatever a killed process
left behind is put right by `recover`, which runs when a warehouse is opened to
serve or to load.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import LoadError
from clickhouse_schema.loading import ledger
from clickhouse_schema.loading.derive import run_step
from clickhouse_schema.loading.ledger import Batch
from clickhouse_schema.loading.transform import template

# Empty but while a file is loaded, or the sample retailer made.
_WORKING_TABLES = ("staging_product_lines", "staging_sample_orders", "staging_sample_shelf")
# An owner on another machine is given up when its batch stood still for this long.
_GIVEN_UP = timedelta(hours=12)
log = logging.getLogger("clientele.load")


def batch_tables(warehouse: Warehouse) -> list[str]:
    """Return the tables that hold batches and have a staging twin."""
    rows = warehouse.rows(
        "SELECT name FROM system.tables WHERE database = {database:String}"
        " AND partition_key = 'batch_id'",
        {"database": warehouse.home.database},
    )
    names = {str(row[0]) for row in rows}
    return sorted(name for name in names if f"staging_{name}" in names)


def staging_tables(warehouse: Warehouse) -> list[str]:
    """Return the tables that a load fills on its way, all of them partitioned by batch."""
    return [*(f"staging_{table}" for table in batch_tables(warehouse)), *_WORKING_TABLES]


def publish(warehouse: Warehouse, batch: Batch, replaced: Sequence[Batch] = ()) -> Batch:
    """
    Show the staged batch to readers, and take out those it replaces.

    Returns:
        The batch, live.
    """
    batch = ledger.advance(warehouse, batch, "publishing")

    def move(table: str) -> None:
        """Show what the batch staged of one table."""
        warehouse.command(
            f"ALTER TABLE staging_{table} MOVE PARTITION {batch.batch_id} TO TABLE {table}"
        )

    # Each part is a folder of files to be linked anew: two tables at a time take less time.
    with ThreadPoolExecutor(max_workers=2) as pool:
        for _ in pool.map(move, batch_tables(warehouse)):
            pass
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
    dead = [batch for batch in found if not _still_at_it(warehouse, batch)]
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


def _still_at_it(warehouse: Warehouse, batch: Batch) -> bool:
    if batch.owner.startswith(ledger.OWNER):
        return True
    if warehouse.home.embedded:
        return False  # we hold the lock, so nobody else lives
    lives = ledger.owner_lives(batch)
    if lives is not None or batch.at is None:
        return bool(lives)
    at = batch.at if batch.at.tzinfo else batch.at.replace(tzinfo=UTC)
    return datetime.now(UTC) - at < _GIVEN_UP


def _drop(warehouse: Warehouse, batch_id: int) -> None:
    for table in [*batch_tables(warehouse), *staging_tables(warehouse)]:
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
