"""How the values of a file are written, judged from samples of its rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from clickhouse_schema.loading.sources import Source, open_text

_DATE_PARTS = re.compile(r"^\s*(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{2,4})")
_DATE_ANYWHERE = re.compile(rb"[^\d/.\-](\d{1,2})[/.\-](\d{1,2})[/.\-](?:19|20)\d\d")
_COMMA_DECIMAL = re.compile(r"^[^\d,]*\d{1,3}(?:[.\s'\u00a0]?\d{3})*,\d{1,2}\D*$|^-?\d+,\d+$")
_POINT_DECIMAL = re.compile(r"\.\d+\D*$")
_PLAIN_NUMBER = re.compile(r"^-?\d+(?:\.\d+)?$")
_LONG_FRACTION = re.compile(r"[.,]\d{5,}|\d[eE]-?\d")
_OFFSET = re.compile(r"\d(?:Z|[+-]\d\d:?\d\d)$")
_FLOAT_ID = re.compile(r"^\d+\.0$")
_CANCELLED = re.compile(r"^C\d")


@dataclass(frozen=True, slots=True)
class Hints:
    """
    How values are written.

    Attributes:
        month_first: Dates like 12/31/2010 rather than 31/12/2010.
        decimal_comma: Numbers like 1.234,50 rather than 1,234.50.
        plain_numbers: Numbers are digits, a sign and a point, as far as the samples tell: read
            so first, which is faster, and again with care if any row is refused for it.
        long_fractions: Numbers have more decimals than amounts do: they are rounded.
        zoned: Times carry an offset from UTC: they are turned into the account's time zone.
        float_customers: Customer ids were written as 17850.0 by a spreadsheet.
        cancel_mark: Order ids that begin with C and a digit are cancellations.
        notes: What a reader should know was assumed.
    """

    month_first: bool = False
    decimal_comma: bool = False
    plain_numbers: bool = False
    long_fractions: bool = False
    zoned: bool = False
    float_customers: bool = False
    cancel_mark: bool = True
    notes: tuple[str, ...] = field(default=())


def judge(source: Source, found: Mapping[str, int], dates: str = "") -> Hints:
    """
    Return how the values of `source` are written.

    Args:
        source: The file, with samples.
        found: Canonical name -> place of its column.
        dates: `day-first` or `month-first` to settle it; empty to judge.
    """

    def values(name: str) -> list[str]:
        place = found.get(name)
        if place is None:
            return []
        return [row[place].strip() for row in source.samples if row[place].strip()]

    notes: list[str] = []
    times = values("ordered_at")
    month_first = _month_first(source, times, dates, notes)
    numbers = [
        value
        for name in ("quantity", "unit_price", "unit_cost", "discount")
        for value in values(name)
    ]
    commas = sum(bool(_COMMA_DECIMAL.match(value)) for value in numbers)
    points = sum(bool(_POINT_DECIMAL.search(value)) for value in numbers)
    customers = values("customer_id")
    return Hints(
        month_first=month_first,
        decimal_comma=commas > points,
        plain_numbers=all(map(_PLAIN_NUMBER.match, numbers)),
        long_fractions=any(_LONG_FRACTION.search(value) for value in numbers),
        zoned=any(_OFFSET.search(value) for value in times),
        float_customers=bool(customers) and all(_FLOAT_ID.match(value) for value in customers),
        cancel_mark=_cancel_mark(
            [(row[found["order_id"]], row[found["quantity"]]) for row in source.samples], notes
        ),
        notes=tuple(notes),
    )


def _month_first(source: Source, times: Iterable[str], dates: str, notes: list[str]) -> bool:
    if dates:
        return dates == "month-first"
    parts = [_DATE_PARTS.match(value) for value in times]
    dated = [(int(part[1]), int(part[2])) for part in parts if part]
    if not dated:
        return False
    decided = _decide(dated)
    if decided is None and source.format in {"csv", "jsonl"}:
        decided = _decide(_dates_in(source))
    if decided is not None:
        return decided
    month_first = any("/" in value and value.upper().endswith("M") for value in times)
    shown = "month/day/year" if month_first else "day/month/year"
    notes.append(f"dates could be read either way; they were read as {shown} (see --dates)")
    return month_first


def _decide(dated: Iterable[tuple[int, int]]) -> bool | None:
    """Whether the month comes first: the first date with a number over 12 tells."""
    for first, second in dated:
        if first > 12:
            return False
        if second > 12:
            return True
    return None


def _dates_in(source: Source) -> Iterator[tuple[int, int]]:
    """Yield the first two numbers of what looks like a date, all through the file."""
    with open_text(source) as file:
        while chunk := file.read(1 << 20):
            text = chunk.replace(b"\0", b"") if source.encoding.startswith("utf-16") else chunk
            for first, second in _DATE_ANYWHERE.findall(text):
                yield int(first), int(second)


def _cancel_mark(orders: Iterable[tuple[str, str]], notes: list[str]) -> bool:
    marked = [quantity for order, quantity in orders if _CANCELLED.match(order)]
    bought = sum(not quantity.startswith(("-", "(")) for quantity in marked)
    if marked and bought > len(marked) / 2:
        notes.append(
            "order ids that begin with C were taken as ordinary: most have positive quantities"
        )
        return False
    return True
