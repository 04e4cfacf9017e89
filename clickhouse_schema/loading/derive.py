"""Computes a staged batch's coarser grains from its order lines, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any

from clickhouse_schema.client import Warehouse
from clickhouse_schema.limits import cores
from clickhouse_schema.loading.numbered_words import (
    keys_of_days,
    number_words,
    words_of_orders,
)
from clickhouse_schema.loading.transform import template

# Lines added up at once, few enough for the processor's caches. A slice ends with a day, so sums
# per day need no second look; orders whose lines lie in two slices are added up by themselves.
_SLICE_LINES = 1_000_000


def batch_tag(batch_id: int) -> str:
    """Return how statements of a load are marked in `system.processes`."""
    return f"load batch={int(batch_id)}"


def run_step(
    warehouse: Warehouse,
    name: str,
    batch_id: int,
    params: Mapping[str, Any],
    slots: Mapping[str, str] | None = None,
    **settings: int,
) -> None:
    """Run `sql/<name>.sql`, its `$slots` filled if any, tagged as part of the batch's load."""
    parts = [f"{key} = {value}" for key, value in settings.items()]
    parts.append(f"log_comment = '{batch_tag(batch_id)}'")
    sql = template(name).substitute(slots) if slots else template(name).template
    warehouse.command(f"{sql}\nSETTINGS {', '.join(parts)}", dict(params))


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
    if told is not None:
        told("Adding up orders, customers, products and days")
    slices = _slices(warehouse, batch_id)
    words = number_words(warehouse, batch_id)
    params = {"batch": batch_id, "replaced": sorted(replaced)}
    settings = _step_settings(warehouse, len(slices))

    def orders() -> None:
        """Add up orders, then customers from them."""
        _derive_orders(warehouse, params, slices, words_of_orders(words), settings)
        run_step(warehouse, "derive_customer_totals", batch_id, params, max_insert_threads=2)

    def sums() -> None:
        """Add up what needs no orders."""
        # Before the customers, not beside them: each holds some hundred megabytes meanwhile.
        run_step(warehouse, "derive_duplicate_lines", batch_id, params)
        run_step(warehouse, "derive_products", batch_id, params)
        warehouse.command(f"ALTER TABLE staging_product_lines DROP PARTITION {int(batch_id)}")
        keys = keys_of_days(words)
        for start, end in slices:
            part = {**params, "start": start, "end": end}
            run_step(warehouse, "derive_product_days", batch_id, part, None, **settings)
            run_step(warehouse, "derive_daily_sales", batch_id, part, keys, **settings)

    with ThreadPoolExecutor(max_workers=2) as pool:
        for running in [pool.submit(orders), pool.submit(sums)]:
            running.result()


def _slices(warehouse: Warehouse, batch_id: int) -> list[tuple[datetime, datetime]]:
    """Return spans of whole days that hold all lines, about `_SLICE_LINES` each."""
    days = warehouse.rows(
        "SELECT toDate(ordered_at) AS day, count() FROM staging_order_lines"
        " WHERE batch_id = {batch:UInt32} GROUP BY day ORDER BY day",
        {"batch": batch_id},
    )
    if not days:
        return []
    starts, held = [days[0][0]], 0
    for day, lines in days:
        if held and held + lines > _SLICE_LINES:
            starts.append(day)
            held = 0
        held += lines
    ends = [*starts[1:], days[-1][0] + timedelta(days=1)]
    at = [datetime.combine(day, time()) for day in [*starts, ends[-1]]]
    return list(pairwise(at))


def _step_settings(warehouse: Warehouse, slices: int) -> dict[str, int]:
    """Return the settings of a step that adds up a slice while another step does so too."""
    settings = {"max_insert_threads": 2}
    if slices > 1:
        # Otherwise the engine compiles a step for its fourth slice.
        settings["min_count_to_compile_aggregate_expression"] = 0
    if warehouse.home.embedded:
        # Threads that share a slice must put their sums together afterwards; two steps beside
        # each other need not. How many cores a server has is not ours to say.
        half = max(1, cores() // 2)
        settings |= {"max_threads": half, "max_insert_threads": min(2, half)}
    return settings


def _derive_orders(
    warehouse: Warehouse,
    params: dict[str, Any],
    slices: list[tuple[datetime, datetime]],
    words: Mapping[str, str],
    settings: Mapping[str, int],
) -> None:
    cuts = [start for start, _ in slices[1:]]

    def add_up(start: datetime, end: datetime, which: str) -> None:
        """Add up the orders of a span for which the SQL of `which` is true."""
        part = {**params, "start": start, "end": end, "cuts": cuts}
        slots = {**words, "which": which}
        run_step(warehouse, "derive_orders", params["batch"], part, slots, **settings)

    for start, end in slices:
        add_up(start, end, "true")
    if not cuts or _each_order_once(warehouse, params):
        return
    # Rare, and looking for them first would cost every load a second look at all its lines.
    warehouse.command(f"ALTER TABLE staging_orders DROP PARTITION {int(params['batch'])}")
    spanning = template("spanning_orders").template
    for start, end in slices:
        add_up(start, end, f"order_key NOT IN ({spanning})")
    add_up(slices[0][0], slices[-1][1], f"order_key IN ({spanning})")


def _each_order_once(warehouse: Warehouse, params: Mapping[str, Any]) -> bool:
    found = warehouse.command(
        "SELECT count() = uniqExact(order_key) FROM staging_orders WHERE batch_id = {batch:UInt32}",
        dict(params),
    )
    return bool(int(found))
