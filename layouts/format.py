"""Numbers, money and dates as people read them; the one place that formats them."""

from __future__ import annotations

import math
from datetime import date, timedelta

MINUS = "\u2212"
DASH = "\u2013"
MISSING = "\u2013"
_SYMBOLS = {
    "EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "CNY": "¥", "INR": "₹", "KRW": "₩",
    "TRY": "₺", "UAH": "₴", "NGN": "₦", "ILS": "₪", "PHP": "₱", "VND": "₫",
    "AUD": "A$", "CAD": "C$", "NZD": "NZ$", "HKD": "HK$", "SGD": "S$", "MXN": "MX$", "BRL": "R$",
}  # fmt: skip
# From which size on, divided by what, with which letter and decimals.
_STEPS = ((1e9, 1e9, "B", 2), (1e6, 1e6, "M", 2), (1e4, 1e3, "k", 1))


def currency_sign(currency: str) -> str:
    """Return what stands before an amount: `£`, or the code and a space."""
    return _SYMBOLS.get(currency, f"{currency}\u00a0" if currency else "")


def _signed(value: float, text: str) -> str:
    return f"{MINUS}{text}" if value < 0 else text


def _short(size: float, below: str) -> str:
    for start, unit, letter, decimals in _STEPS:
        # What would round up to the next unit is shown in that unit.
        if round(size / start, decimals + 2) >= 1:
            return f"{size / unit:,.{decimals}f}{letter}"
    return format(size, below)


def money(value: float | None, currency: str) -> str:
    """Return an amount to read at a glance: `£8.91M`, `€704.9k`, `€4,210`, `€37.97`."""
    value = _number(value)
    if value is None:
        return MISSING
    size = abs(value)
    below = ",.2f" if size < 1000 else ",.0f"
    return _signed(value, currency_sign(currency) + _short(size, below))


def exact_money(value: float | None, currency: str) -> str:
    """Return an amount to the cent: `£8,911,407.90`."""
    value = _number(value)
    if value is None:
        return MISSING
    return _signed(value, f"{currency_sign(currency)}{abs(value):,.2f}")


def signed_money(value: float, currency: str) -> str:
    """Return a difference of amounts with its sign: `+€20.1k`, `−€1,204`."""
    text = money(abs(value), currency)
    return f"{MINUS if value < 0 else '+'}{text}"


def count(value: float | None) -> str:
    """Return a number of things: `476,671`, `8.50M`."""
    value = _number(value)
    if value is None:
        return MISSING
    size = abs(value)
    text = f"{size / 1e6:,.2f}M" if size >= 1e6 else f"{size:,.0f}"
    return _signed(value, text)


def percent(value: float | None) -> str:
    """Return a rate: `0.1234` is `12.3%`."""
    value = _number(value)
    if value is None:
        return MISSING
    return _signed(value, f"{abs(value):.1%}") if round(abs(value), 3) else "0.0%"


def change(value: float | None) -> str:
    """Return a relative change with its sign: `+1.2%`, `−4.1%`; large ones as `×3.4`."""
    value = _number(value)
    if value is None:
        return MISSING
    if value >= 9.995:
        return f"×{value + 1:,.0f}"
    text = f"{abs(value):.1%}"
    if text == "0.0%":
        return text
    return f"{MINUS if value < 0 else '+'}{text}"


def day(value: date) -> str:
    """Return a day: `9 Dec 2011`."""
    return f"{value.day} {value:%b %Y}"


def period(start: date, end: date) -> str:
    """Return [start, end) in words: `1 Jan – 30 Nov 2025`, `9 Dec 2011`."""
    last = end - timedelta(days=1)
    if last <= start:
        return day(start)
    if start.year != last.year:
        return f"{day(start)} {DASH} {day(last)}"
    if start.month != last.month:
        return f"{start.day} {start:%b} {DASH} {day(last)}"
    return f"{start.day} {DASH} {day(last)}"


def name_or_not_given(value: str) -> str:
    """Return a name from the data, with words for the empty one."""
    return value or "Not given"


def _number(value: float | None) -> float | None:
    """Return the value, or None for one that is no number."""
    return None if value is None or not math.isfinite(value) else value
