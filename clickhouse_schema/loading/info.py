"""What is loaded: per batch and in all, before any rule and after those of the cleaned view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from clickhouse_schema.client import Warehouse
from clickhouse_schema.loading import ledger
from clickhouse_schema.loading.ledger import Batch
from clickhouse_schema.loading.transform import template

_RULES = ("no customer", "cancelled or returned", "quantity not positive", "price not positive")


@dataclass(frozen=True, slots=True)
class Totals:
    """
    Some lines, added up.

    Attributes:
        lines, invoices, customers, products: Counts; customers are known ones.
        first_at, last_at: Times of the first and last line; empty without lines.
        amount: Sum of quantity x price, exact.
    """

    lines: int
    invoices: int
    customers: int
    products: int
    first_at: str
    last_at: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Loaded:
    """
    What one batch holds, or all of them.

    Attributes:
        batch_id: The batch; 0 for all of them.
        source_name: Name of its file; empty for all of them.
        loaded_at: When, UTC; empty for all of them.
        is_sample: Whether this is the sample retailer.
        currency, time_zone: Of amounts and times.
        raw: Every line, before any rule.
        clean: Lines of a known customer, no cancellation, quantity and price positive.
        left_out: What each rule leaves out of what the rules before it kept.
        duplicates: Lines that repeat another exactly; they count.
        rejected: Rows of the file that could not be used, per reason.
    """

    batch_id: int
    source_name: str
    loaded_at: str
    is_sample: bool
    currency: str
    time_zone: str
    raw: Totals
    clean: Totals
    left_out: dict[str, int]
    duplicates: int
    rejected: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON; amounts as numbers."""
        told = asdict(self)
        for part in ("raw", "clean"):
            told[part]["amount"] = float(told[part]["amount"])
        told["rejected_rows"] = sum(self.rejected.values())
        return told


def loaded(warehouse: Warehouse) -> tuple[list[Loaded], Loaded | None]:
    """Return every live batch, and all of them together; None when nothing is loaded."""
    live = {batch.batch_id: batch for batch in ledger.batches(warehouse, "live")}
    if not live:
        return [], None
    rows = warehouse.rows(template("info_totals").template, {"batches": list(live)})
    rejected = _rejected(warehouse, list(live))
    each = []
    total = None
    for row in rows:
        batch = live.get(int(row[0]))
        if batch is None:
            total = _total(row, list(live.values()), rejected)
        else:
            each.append(_one(row, batch, rejected.get(batch.batch_id, {})))
    return each, total


def _one(row: Sequence[Any], batch: Batch, rejected: dict[str, int]) -> Loaded:
    return Loaded(
        batch_id=batch.batch_id,
        source_name=batch.source_name,
        loaded_at=str(batch.at or "")[:19],
        is_sample=batch.is_sample,
        currency=batch.currency,
        time_zone=batch.time_zone,
        raw=_totals(row[1:8]),
        clean=_totals(row[12:19]),
        left_out=dict(zip(_RULES, row[8:12], strict=True)),
        duplicates=batch.duplicates,
        rejected=rejected,
    )


def _total(
    row: Sequence[Any], live: Sequence[Batch], rejected: dict[int, dict[str, int]]
) -> Loaded:
    reasons: Counter[str] = Counter()
    for counted in rejected.values():
        reasons.update(counted)
    newest = live[-1]
    return Loaded(
        batch_id=0,
        source_name="",
        loaded_at="",
        is_sample=any(batch.is_sample for batch in live),
        currency=newest.currency,
        time_zone=newest.time_zone,
        raw=_totals(row[1:8]),
        clean=_totals(row[12:19]),
        left_out=dict(zip(_RULES, row[8:12], strict=True)),
        duplicates=sum(batch.duplicates for batch in live),
        rejected=dict(reasons),
    )


def _totals(cells: Sequence[Any]) -> Totals:
    lines, invoices, customers, products, first_at, last_at, amount = cells
    return Totals(
        lines=int(lines),
        invoices=int(invoices),
        customers=int(customers),
        products=int(products),
        first_at=str(first_at) if lines else "",
        last_at=str(last_at) if lines else "",
        amount=_amount(str(amount)),
    )


def _amount(text: str) -> Decimal:
    value = Decimal(text)
    return value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()


def _rejected(warehouse: Warehouse, batch_ids: list[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for batch_id, reason, count in warehouse.rows(
        "SELECT batch_id, reason, count() FROM rejects WHERE batch_id IN {batches:Array(UInt32)}"
        " GROUP BY batch_id, reason ORDER BY batch_id, count() DESC, reason",
        {"batches": batch_ids},
    ):
        found.setdefault(int(batch_id), {})[str(reason)] = int(count)
    return found
