"""
Makes the rows of the sample retailer, inside the warehouse.

Everything is drawn from hashes of (seed, what, number), never from a random
generator: the same `SampleSpec` gives the same rows in either home. The truth
it was made from stays in `sample_customers`, `sample_products` and
`sample_pairs`, so that analyses can be judged against it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clickhouse_schema.client import Warehouse
from clickhouse_schema.loading.derive import run_step
from clickhouse_schema.loading.sample_plan import CHANNEL_BASKETS, SampleSpec, plan
from clickhouse_schema.loading.transform import template

Say = Callable[..., None]
# Lines that one statement makes, about: bounds the memory.
_STRETCH_LINES = 400_000
_STRETCHES = 6
_WORKING_TABLES = ("staging_sample_orders", "staging_sample_shelf")


def write_sample(warehouse: Warehouse, batch_id: int, spec: SampleSpec, say: Say) -> int:
    """
    Write the sample's lines, customers, products and truth to the staging tables.

    Args:
        warehouse: Where to.
        batch_id: The batch, to derive the coarser grains of and to publish.
        spec: What to make.
        say: Called with what is being done and the lines made so far; may raise to stop.

    Returns:
        Lines written.

    Raises:
        WarehouseError: The warehouse refused or could not be reached.
    """
    maker = _Maker(warehouse, batch_id, spec, say)
    say("Making products and customers")
    maker.run("sample_products")
    maker.run(
        "sample_pairs",
        paired_products=max(20, min(spec.products // 20, 800)),
        lines_per_order=spec.wished_basket,
        base_lift=2 * (1 - 1 / spec.wished_basket),
    )
    maker.run("sample_customers")
    say("Making orders")
    maker.run("sample_orders")
    lines = maker.lines()
    maker.run("sample_dimensions_customers")
    maker.run("sample_dimensions_products")
    maker.tidy()
    return lines


class _Maker:
    """The statements of one batch, with what they share."""

    def __init__(self, warehouse: Warehouse, batch_id: int, spec: SampleSpec, say: Say) -> None:
        self.warehouse, self.batch_id, self.spec, self.say = warehouse, batch_id, spec, say
        self.params: dict[str, Any] = {"batch": batch_id, **plan(spec)}

    def run(self, name: str, **more: Any) -> None:
        """Run `sql/<name>.sql` with the plan and what this call adds."""
        params = self.params | more
        used = {
            key: value for key, value in params.items() if f"{{{key}:" in template(name).template
        }
        run_step(self.warehouse, name, self.batch_id, used, max_threads=2, max_insert_threads=1)

    def lines(self) -> int:
        """
        Make the lines, a stretch of weeks at a time, and return how many.

        How many lines an order yields after returns, postage and repeated products is not known
        beforehand: each stretch aims at what is left, by what the ones before yielded.
        """
        waiting = self._orders_by_week()
        corrections = max(1, self.spec.lines // 2500)
        wished = self.spec.lines - corrections
        made, orders_done, expected = 0, 0.0, 0.0
        whole = sum(sum(week.values()) for week in waiting)
        for first, last in self._stretches(waiting):
            orders = _total(waiting[first:last])
            weighted = sum(CHANNEL_BASKETS[name] * count for name, count in orders.items())
            count = sum(orders.values())
            # Lines per base line so far; the first guess holds for the usual return rate.
            gain = made / expected if expected else 1.0
            basket = max(1.02, (wished - made) / (whole - orders_done) / gain)
            extra = (basket - 1) * count / max(weighted, 1)
            sizes = [1 + extra * factor for factor in CHANNEL_BASKETS.values()]
            made += self._stretch(first, last, sizes, made)
            expected += basket * count
            orders_done += count
            self.say("Making lines", made)
        self.run("sample_corrections", corrections=corrections, lines_before=made)
        return made + corrections

    def _stretch(self, first: int, last: int, sizes: list[float], before: int) -> int:
        stretch = {"week_from": first, "week_to": last}
        self._drop("staging_sample_shelf")
        self.run("sample_shelf", **stretch)
        self.run("sample_lines", **stretch, basket_sizes=sizes, lines_before=before)
        newest = self.warehouse.command(
            "SELECT max(line_no) FROM staging_order_lines WHERE batch_id = {batch:UInt32}",
            {"batch": self.batch_id},
        )
        return int(newest) - before

    def _orders_by_week(self) -> list[dict[str, int]]:
        """Return, for each week, the orders of each channel."""
        rows = self.warehouse.rows(
            "SELECT week, toString(channel), count() FROM staging_sample_orders"
            " WHERE batch_id = {batch:UInt32} GROUP BY week, channel ORDER BY week, channel",
            {"batch": self.batch_id},
        )
        weeks: list[dict[str, int]] = [{} for _ in range(self.spec.weeks)]
        for week, channel, count in rows:
            weeks[week][channel] = count
        return weeks

    def _stretches(self, waiting: list[dict[str, int]]) -> list[tuple[int, int]]:
        """Return [first, last) weeks of similar numbers of lines, at least six stretches."""
        per_order = self.spec.lines / max(1, sum(sum(week.values()) for week in waiting))
        most = min(_STRETCH_LINES, self.spec.lines / _STRETCHES)
        stretches, first, held = [], 0, 0.0
        for week, orders in enumerate(waiting):
            held += sum(orders.values()) * per_order
            if held >= most or week == len(waiting) - 1:
                stretches.append((first, week + 1))
                first, held = week + 1, 0.0
        return stretches

    def tidy(self) -> None:
        """Empty the working tables of this batch."""
        for table in _WORKING_TABLES:
            self._drop(table)

    def _drop(self, table: str) -> None:
        self.warehouse.command(f"ALTER TABLE {table} DROP PARTITION {int(self.batch_id)}")


def _total(weeks: list[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for week in weeks:
        for channel, count in week.items():
            total[channel] = total.get(channel, 0) + count
    return total
