"""Whole weeks or months of a slice: what demand is compared over."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from clickhouse_schema.filters import Filters

Step = Literal["week", "month"]
_YEAR_DAYS = 365.2425


@dataclass(frozen=True, slots=True)
class Periods:
    """
    The whole weeks (Monday to Sunday) or calendar months within a range of days.

    Attributes:
        step: Their length.
        start: First day of the first one.
        count: How many.
    """

    step: Step
    start: date
    count: int

    @classmethod
    def within(cls, filters: Filters, step: Step) -> Periods:
        """Return the whole periods of a slice; days of partial ones at its edges stay out."""
        if step == "week":
            start = filters.start + timedelta(days=-filters.start.weekday() % 7)
            return cls(step, start, max(0, (filters.end - start).days // 7))
        first = _month_number(filters.start) + (filters.start.day > 1)
        return cls(step, _month_start(first), max(0, _month_number(filters.end) - first))

    @property
    def end(self) -> date:
        """Day after the last one."""
        return self.starts_at(self.count)

    @property
    def turn(self) -> float:
        """Angle of one period in a yearly cycle, in radians."""
        return 2 * math.pi * (7 / _YEAR_DAYS if self.step == "week" else 1 / 12)

    @property
    def in_a_year(self) -> int:
        """How many whole periods a year has."""
        return 52 if self.step == "week" else 12

    def starts_at(self, number: int) -> date:
        """Return the first day of a period, counted from 0."""
        if self.step == "week":
            return self.start + timedelta(days=7 * number)
        return _month_start(_month_number(self.start) + number)

    def number_of(self, day: date) -> int:
        """Return which period a day falls in, counted from 0; negative before the first."""
        if self.step == "week":
            return (day - self.start).days // 7
        return _month_number(day) - _month_number(self.start)

    def as_params(self) -> dict[str, Any]:
        """Return the values bound to a statement's slots."""
        return {
            "whole_start": self.start,
            "whole_end": self.end,
            "months": int(self.step == "month"),
            "turn": self.turn,
        }


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _month_start(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
