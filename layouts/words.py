"""Sentences about numbers: what a period is compared with, what made it change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from layouts.format import change, name_or_not_given, percent, period, signed_money
from layouts.format import money as money_text

NEUTRAL = 0.005  # a relative change below this is none
_WORTH_NAMING = 0.05  # of the change, for a part that goes against it
LABELS = {"countries": "country", "channels": "channel", "categories": "category"}
PLURALS = {
    "country": "countries",
    "channel": "channels",
    "category": "categories",
    "product": "products",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    What a period is compared with, in words.

    Attributes:
        short: On a card, after the change: `vs 30 days before`.
        long: In a sentence: `the 30 days before`.
        days: The days themselves: `1 – 30 Oct 2011`.
    """

    short: str
    long: str
    days: str


def comparison(start: date, end: date, before_start: date, before_end: date) -> Comparison:
    """Return in words how [before_start, before_end) stands to [start, end)."""
    days = period(before_start, before_end)
    if before_end != start:
        return Comparison("vs a year before", "the same days a year before", days)
    months = _whole_months(before_start, before_end)
    if months == 1:
        name = f"{before_start:%b %Y}"
        return Comparison(f"vs {name}", name, days)
    if months:
        return Comparison(f"vs {months} months before", f"the {months} months before", days)
    length = (before_end - before_start).days
    if length == 1:
        return Comparison("vs the day before", "the day before", days)
    return Comparison(f"vs {length} days before", f"the {length} days before", days)


def _whole_months(start: date, end: date) -> int:
    if start.day != 1 or end.day != 1:
        return 0
    return (end.year - start.year) * 12 + end.month - start.month


def joined(parts: Sequence[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def revenue_moved(now: float, before: float, currency: str) -> str:
    """Return how revenue moved: `Revenue fell by £120k (−4.1%)`."""
    difference = now - before
    if not before:
        return f"Revenue rose from nothing to {money_text(now, currency)}"
    relative = difference / before
    by = f"{money_text(abs(difference), currency)} ({change(relative)})"
    if abs(relative) < NEUTRAL:
        return f"Revenue hardly changed ({change(relative)})"
    return f"Revenue {'rose' if difference > 0 else 'fell'} by {by}"


def what_changed(
    now: float,
    before: float,
    parts: Iterable[tuple[str, float]],
    against: str,
    currency: str,
    rest: tuple[str, float] | None = None,
) -> str:
    """
    Return one sentence on a change of revenue and the parts that made it.

    Args:
        now, before: Revenue of the two periods.
        parts: (name, contribution to the change).
        against: What it is compared with.
        currency: ISO 4217 code.
        rest: What all other parts are called, and their contribution: told when
            it is more than half of the change.

    Returns:
        `Revenue fell by £120k (−4.1%) against the 30 days before: Germany −£80k and
        France −£30k, partly made up by Spain +£20k.`
    """
    difference = now - before
    sign = -1 if difference < 0 else 1
    ordered = sorted(parts, key=lambda part: -abs(part[1]))
    along = [part for part in ordered if part[1] * sign > 0][:2]
    counter = [part for part in ordered if -part[1] * sign > abs(difference) * _WORTH_NAMING][:1]
    said = f"{revenue_moved(now, before, currency)} against {against}"
    if not along:
        return f"{said}."
    named = joined([_named(*part, currency) for part in along])
    made_up = "partly made up by" if difference < 0 else "partly offset by"
    opposite = f", {made_up} {_named(*counter[0], currency)}" if counter else ""
    told = ""
    if rest is not None and rest[1] * sign > abs(difference) / 2:
        told = f"; {_named(*rest, currency)}"
    return f"{said}: {named}{opposite}{told}."


def _named(name: str, amount: float, currency: str) -> str:
    text = signed_money(amount, currency)
    # A word joiner keeps a sign and its amount on one line.
    return f"{name_or_not_given(name)} {text[0]}\u2060{text[1:]}"


def leader(names: Sequence[str], values: Sequence[float], kind: str, *, there_are: int) -> str:
    """
    Return who leads a ranking: `Germany brings 41.2% of revenue, the most of 8 countries`.

    Args:
        names: Those that a filter keeps, the best first.
        values: Their revenue.
        kind: What they are: `country`, `channel` or `category`.
        there_are: How many there are without the filter.
    """
    total = sum(values)
    if not names or total <= 0:
        return ""
    first = name_or_not_given(names[0])
    if len(names) == 1:
        return f"Only {first} is chosen, of {there_are} {PLURALS[kind]}"
    share = percent(values[0] / total)
    return f"{first} brings {share} of revenue, the most of {len(names)} {PLURALS[kind]}"


def nothing_sold(
    start: date,
    end: date,
    chosen: Mapping[str, Sequence[str]],
    known: bool,
    segment: str = "",
) -> str:
    """
    Return why a tile has nothing to show, and which filter to widen.

    Args:
        start, end: The period, [start, end).
        chosen: Filter -> names it keeps; empty when it keeps all.
        known: Whether only orders of known customers are kept.
        segment: Name of the segment whose customers are kept; empty for everybody.
    """
    said = f"Nothing was sold {period(start, end)} with these filters."
    widen = [
        f"the {LABELS[name]} {joined([name_or_not_given(one) for one in list(values)[:3]])}"
        for name, values in chosen.items()
        if values
    ]
    if known:
        widen.append("“Known customers only”")
    if segment:
        widen.append(f"the segment “{segment}”")
    if not widen:
        return f"Nothing was sold {period(start, end)}. Choose a longer or another period."
    return f"{said} Remove {' or '.join(widen)}, or choose a longer period."


def only_one(kind: str, name: str | None, *, chosen: bool) -> str:
    """
    Return why a dimension of one value is not drawn.

    Args:
        kind: `country`, `channel` or `category`.
        name: The one there is; None for none.
        chosen: Whether a filter leaves only that one.
    """
    if not name:
        return (
            f"The loaded data does not say the {kind} of an order, so there is nothing to "
            f"compare. Load a file with a {kind} column to see this."
        )
    if chosen:
        return f"Only {name} is chosen. Add or remove {kind} filters to compare {PLURALS[kind]}."
    return f"All of it is {name}: there is no other {kind} to compare it with."
