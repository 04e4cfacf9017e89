"""Takes the change of a total apart: who contributed how much, adding up exactly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Money has four decimals in the warehouse: whole ten-thousandths add up without error.
_UNIT = 10_000


@dataclass(frozen=True, slots=True)
class Contribution:
    """
    One part of a change.

    Attributes:
        name: Of the part.
        before, now: Its amounts.
        change: now - before, exact to a ten-thousandth.
    """

    name: str
    before: float
    now: float
    change: float


@dataclass(frozen=True, slots=True)
class Contributions:
    """
    A change and its parts.

    Attributes:
        before, now, change: Of the whole.
        parts: The largest parts, from the most positive to the most negative.
        rest: What all other parts contributed together.
        others: How many parts the rest is made of; None if that is not known.
    """

    before: float
    now: float
    change: float
    parts: tuple[Contribution, ...]
    rest: Contribution
    others: int | None


def contributions(
    amounts: Iterable[tuple[str, float, float]],
    *,
    before: float,
    now: float,
    most: int,
    others: int | None = None,
) -> Contributions:
    """
    Take the change from `before` to `now` apart.

    Args:
        amounts: (name, amount before, amount now) of the parts known.
        before, now: Of the whole.
        most: How many parts stand alone, the largest changes; at least 1.
        others: How many more parts the whole has than `amounts`; None if unknown.

    Returns:
        Parts and rest whose changes, in ten-thousandths, add up exactly to the
        change of the whole.

    Raises:
        ValueError: `most` is below 1.
    """
    if most < 1:
        raise ValueError(f"most must be at least 1, not {most}")
    known = [(name, _whole(was), _whole(is_)) for name, was, is_ in amounts]
    known.sort(key=lambda one: (-abs(one[2] - one[1]), one[0]))
    kept = known[:most]
    kept.sort(key=lambda one: (one[1] - one[2], one[0]))
    total_before, total_now = _whole(before), _whole(now)
    rest_before = total_before - sum(was for _, was, _ in kept)
    rest_now = total_now - sum(is_ for _, _, is_ in kept)
    return Contributions(
        before=total_before / _UNIT,
        now=total_now / _UNIT,
        change=(total_now - total_before) / _UNIT,
        parts=tuple(_contribution(*one) for one in kept),
        rest=_contribution("", rest_before, rest_now),
        others=None if others is None else others + len(known) - len(kept),
    )


def _contribution(name: str, before: int, now: int) -> Contribution:
    return Contribution(name, before / _UNIT, now / _UNIT, (now - before) / _UNIT)


def _whole(amount: float) -> int:
    return round(amount * _UNIT)
