"""Computes a staged batch's coarser grains from its order lines, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any

from clickhouse_schema.client import Warehouse
from clickhouse_schema.loading.transform import sql_text, template

# Lines added up at once, few enough for the processor's caches. A slice ends with a day, so sums
# per day need no second look; orders whose lines lie in two slices are added up by themselves.
_SLICE_LINES = 1_000_000
# More different words than this are kept as texts.
_MOST_NUMBERED = 250
_WORDS = ("country", "channel", "store", "payment_method")


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
    slices = _slices(warehouse, batch_id)
    params = {"batch": batch_id, "replaced": sorted(replaced)}

    def orders() -> None:
        _derive_orders(warehouse, params, slices)
        run_step(warehouse, "derive_customer_totals", batch_id, params)

    def sums() -> None:
        for start, end in slices:
            part = {**params, "start": start, "end": end}
            run_step(warehouse, "derive_product_days", batch_id, part, max_insert_threads=2)
            run_step(warehouse, "derive_daily_sales", batch_id, part)
        run_step(warehouse, "derive_duplicate_lines", batch_id, params)

    if told is not None:
        told("Adding up orders, customers, products and days")
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


def _derive_orders(
    warehouse: Warehouse, params: dict[str, Any], slices: list[tuple[datetime, datetime]]
) -> None:
    words = _words(warehouse, int(params["batch"]))
    cuts = [start for start, _ in slices[1:]]

    def add_up(start: datetime, end: datetime, which: str) -> None:
        part = {**params, "start": start, "end": end, "cuts": cuts}
        slots = {**words, "which": which}
        run_step(warehouse, "derive_orders", params["batch"], part, slots, max_insert_threads=2)

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


def _words(warehouse: Warehouse, batch_id: int) -> dict[str, str]:
    """
    Return how an order gets its words.

    While the lines of an order are added up, a word is held by its number: a
    number is much cheaper to keep for millions of orders than a text.
    """
    # Grouping tells a word's rows by their numbers; groupUniqArray would read every text.
    each = [
        f"(SELECT groupArray(toString(word)) FROM (SELECT {name} AS word FROM staging_order_lines"
        " WHERE batch_id = {batch:UInt32} GROUP BY word))"
        for name in _WORDS
    ]
    (found,) = warehouse.rows(f"SELECT {', '.join(each)}", {"batch": batch_id})
    return {
        name: _word(f"l.{name}", sorted(words)) for name, words in zip(_WORDS, found, strict=True)
    }


def _word(column: str, words: list[str]) -> str:
    if len(words) == 1:
        return sql_text(words[0])
    if not 1 < len(words) <= _MOST_NUMBERED:
        return f"any({column})"
    texts = f"[{', '.join(map(sql_text, words))}]"
    return (
        f"arrayElement({texts}, any(transform({column}, {texts}, range(1, {len(words) + 1}), 0)))"
    )
