"""Numbers, money and dates as people read them."""

from __future__ import annotations

import math
from datetime import date

import pytest

from layouts import format as written


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (18_100_000, "€18.10M"),
        (704_900, "€704.9k"),
        (999_949, "€999.9k"),
        (999_999, "€1.00M"),
        (9_990, "€9,990"),
        (37.97, "€37.97"),
        (0, "€0.00"),
        (-4_210, "\u2212€4,210"),
        (1_234_567_890, "€1.23B"),
        (None, "\u2013"),
        (math.nan, "\u2013"),
    ],
)
def test_money_at_a_glance(value: float | None, text: str) -> None:
    """Large amounts are shortened in the unit they round to; a minus is a true minus."""
    assert written.money(value, "EUR") == text


def test_a_currency_without_a_sign_keeps_its_code() -> None:
    """Swiss francs have no sign of their own."""
    assert written.exact_money(8911407.904, "CHF") == "CHF\u00a08,911,407.90"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.012, "+1.2%"),
        (-0.0405, "\u22124.0%"),
        (0.0001, "0.0%"),
        (9.99, "+999.0%"),
        (34.2, "×35"),
        (None, "\u2013"),
    ],
)
def test_changes(value: float | None, text: str) -> None:
    """A change carries its sign; one of many times is told as a factor."""
    assert written.change(value) == text


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (date(2025, 1, 1), date(2025, 12, 1), "1 Jan \u2013 30 Nov 2025"),
        (date(2025, 11, 1), date(2025, 12, 1), "1 \u2013 30 Nov 2025"),
        (date(2024, 12, 1), date(2025, 12, 1), "1 Dec 2024 \u2013 30 Nov 2025"),
        (date(2011, 12, 9), date(2011, 12, 10), "9 Dec 2011"),
    ],
)
def test_periods_name_their_last_day(start: date, end: date, text: str) -> None:
    """The end of a half-open period is not shown to people."""
    assert written.period(start, end) == text


def test_counts() -> None:
    """Things are counted in full up to a million."""
    assert [written.count(n) for n in (0, 476_671, 8_500_000)] == ["0", "476,671", "8.50M"]
