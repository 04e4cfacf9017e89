"""The slice of sales a reader is looking at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

Compare = Literal["previous", "year", "none"]


@dataclass(frozen=True, slots=True)
class ChosenSegment:
    """
    The customers that everything is narrowed to, written down by `members.sets`.

    Attributes:
        set_id: Which rows of `segment_members` and `segment_days` are theirs; never 0.
        word: How the address names the segment.
        name: How people do.
        as_of: The moment its members were judged at, in the account's time zone. They are
            the same customers in every period.
        customers: How many they are.
    """

    set_id: int
    word: str
    name: str
    as_of: datetime
    customers: int


@dataclass(frozen=True, slots=True)
class Filters:
    """
    A half-open range of days, and what is kept of it.

    Hashable and ordered, so that equal filters always give the same cache key.
    Days are days of the account's time zone.

    Attributes:
        start: First day kept.
        end: First day left out.
        countries: Names as loaded, sorted; empty keeps every country.
        channels: Names as loaded, sorted; empty keeps every channel.
        categories: Names as loaded, sorted; empty keeps every category.
        known_only: Keep only orders whose customer is known.
        compare: What a change is measured against: the period of equal length
            just before, the same days a year earlier, or nothing.
        segment: Keep only what these customers bought and returned; None keeps everybody.
    """

    start: date
    end: date
    countries: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    known_only: bool = False
    compare: Compare = "previous"
    segment: ChosenSegment | None = None

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"end ({self.end}) must be after start ({self.start})")

    @property
    def days(self) -> int:
        """Length of the period, in days."""
        return (self.end - self.start).days

    def compared(self) -> Filters | None:
        """
        Return the same slice in the comparison period; None when there is none.

        A whole calendar month compares with the whole month before, and whole
        months with as many whole months, so that February does not lose to
        January by its three days only in the count of days shown.
        """
        if self.compare == "none":
            return None
        if self.compare == "year":
            return replace(self, start=year_back(self.start), end=year_back(self.end, begins=False))
        months = _whole_months(self.start, self.end)
        if months:
            return replace(self, start=_months_back(self.start, months), end=self.start)
        return replace(self, start=self.start - timedelta(days=self.days), end=self.start)

    def as_params(self) -> dict[str, Any]:
        """Return the values bound to the `{name:Type}` slots of every query."""
        return {
            "start": self.start,
            "end": self.end,
            "countries": list(self.countries),
            "channels": list(self.channels),
            "categories": list(self.categories),
            "known_only": int(self.known_only),
            "segment": 0 if self.segment is None else self.segment.set_id,
        }


def year_back(day: date, *, begins: bool = True) -> date:
    """
    Return the same day a year earlier.

    A 29th of February that begins a period becomes the 28th; one that is left
    out at a period's end becomes the day after the 28th, the 1st of March.
    """
    if (day.month, day.day) != (2, 29):
        return day.replace(year=day.year - 1)
    return date(day.year - 1, 2, 28) if begins else date(day.year - 1, 3, 1)


def _months_back(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def _whole_months(start: date, end: date) -> int:
    if start.day != 1 or end.day != 1:
        return 0
    return (end.year - start.year) * 12 + end.month - start.month
