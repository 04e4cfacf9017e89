"""Cuts a period into days, weeks, months, quarters or years to draw it over time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Grain = Literal["day", "week", "month", "quarter", "year"]
# The longest period, in days, that is drawn by each grain: never more than 63 buckets.
_LONGEST: tuple[tuple[int, Grain], ...] = (
    (62, "day"),
    (400, "week"),
    (1_860, "month"),
    (5_580, "quarter"),
)


@dataclass(frozen=True, slots=True)
class Bucket:
    """
    One stretch of a period.

    Attributes:
        start: First day in it and in the period.
        end: First day after it or after the period.
        whole: Whether it is a whole day, week (from Monday), month, quarter or year.
    """

    start: date
    end: date
    whole: bool


def grain_for(days: int) -> Grain:
    """Return by what a period of so many days is drawn: at most 63 buckets for 60 years."""
    return next((grain for longest, grain in _LONGEST if days <= longest), "year")


def cut(start: date, end: date, grain: Grain) -> tuple[Bucket, ...]:
    """
    Return the buckets of [start, end), ascending and without a gap.

    Raises:
        ValueError: The period has no day.
    """
    if end <= start:
        raise ValueError(f"end ({end}) must be after start ({start})")
    found = []
    opening = _opening(start, grain)
    while opening < end:
        closing = _next(opening, grain)
        found.append(
            Bucket(
                max(opening, start), min(closing, end), whole=start <= opening and closing <= end
            )
        )
        opening = closing
    return tuple(found)


def alongside(
    buckets: Sequence[Bucket], start: date, end: date, *, by_month: bool
) -> tuple[Bucket, ...]:
    """
    Return the stretches of another period that stand behind `buckets`, one for each.

    Args:
        buckets: Of the period looked at.
        start, end: The other period, [start, end).
        by_month: Whether its months are laid behind the months in their order;
            otherwise days are, so that the stretches are as long as the buckets.

    Returns:
        As many stretches as buckets, none beyond `end`: those of a shorter period
        that have no day left are empty (`start == end`).
    """
    if by_month:
        starts = [_add_months(start, _months_apart(buckets[0], one)) for one in buckets]
        starts[0] = start
        ends = [*starts[1:], end]
    else:
        starts = [start + (one.start - buckets[0].start) for one in buckets]
        ends = [start + (one.end - buckets[0].start) for one in buckets]
    return tuple(
        Bucket(min(first, end), min(after, end), whole=one.whole)
        for first, after, one in zip(starts, ends, buckets, strict=True)
    )


def add_up(days: Iterable[tuple[date, float]], buckets: Sequence[Bucket]) -> tuple[float, ...]:
    """
    Return the sum of the days' values in each bucket; days in none are left out.

    A bucket without a day is 0: nothing was sold.
    """
    sums = [0.0] * len(buckets)
    starts = [bucket.start for bucket in buckets]
    for day, value in days:
        position = bisect_right(starts, day) - 1
        # Days past the last stretch, and stretches without a day, take nothing.
        if position >= 0 and day < buckets[position].end:
            sums[position] += value
    return tuple(sums)


def places(buckets: Sequence[Bucket]) -> list[int]:
    """Return for each day of the period the position of the bucket it is in."""
    return [
        position
        for position, bucket in enumerate(buckets)
        for _ in range((bucket.end - bucket.start).days)
    ]


def _opening(day: date, grain: Grain) -> date:
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return date(day.year, 1, 1)


def _next(opening: date, grain: Grain) -> date:
    if grain == "day":
        return opening + timedelta(days=1)
    if grain == "week":
        return opening + timedelta(days=7)
    return _add_months(opening, {"month": 1, "quarter": 3, "year": 12}[grain])


def _add_months(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _months_apart(first: Bucket, other: Bucket) -> int:
    return (other.start.year - first.start.year) * 12 + other.start.month - first.start.month
