"""The slice a report is about, and answers that keep the statements that made them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, TypeVar

from analytics.reports._cache import remembered
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.loads import DataState
from clickhouse_schema.recording import Statement, recording, replay

Answer = TypeVar("Answer")
Missing = Literal["", "not asked", "no earlier data"]


@dataclass(frozen=True, slots=True)
class Slice:
    """
    A period and the one it is compared with, as far as there is data.

    Attributes:
        now: The filters, their period cut to the days that have data.
        before: The same in the comparison period; None when there is none.
        missing: Why there is none; empty when there is one.
    """

    now: Filters
    before: Filters | None
    missing: Missing


def slice_of(filters: Filters, data: DataState) -> Slice:
    """
    Return what of `filters` has data, and a comparison that has all of its days.

    Days before the first order and days still to come are cut off, so that a
    month of nine days is not held against a whole one. A comparison that begins
    before the first loaded day would show growth where only history is missing:
    there is none then.
    """
    now = _cut(filters, data.first_day, data.today)
    before = now.compared()
    if before is None:
        return Slice(now, None, "not asked")
    if before.start < data.first_day:
        return Slice(now, None, "no earlier data")
    return Slice(now, before, "")


def _cut(filters: Filters, first: date, today: date) -> Filters:
    start, end = max(filters.start, first), min(filters.end, today)
    return filters if end <= start else replace(filters, start=start, end=end)


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    statements: tuple[Statement, ...]


def shared(
    name: str, asked: Mapping[str, Any], compute: Callable[[], Answer], *, bulky: bool = False
) -> Answer:
    """
    Return the remembered answer that several views are made of.

    Its statements are told to the view's recording, whether they ran just now
    for this view, earlier, or for another.

    Args:
        name: Which answer; part of the key.
        asked: What it depends on besides the data.
        compute: Makes it; the result must be picklable.
        bulky: As `remembered`.
    """

    def _compute() -> _Kept:
        with recording() as statements:
            value = compute()
        return _Kept(value, tuple(statements))

    kept = remembered(name, asked, _compute, bulky=bulky)
    replay(kept.statements)
    value: Answer = kept.value
    return value
