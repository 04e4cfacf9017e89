"""What the profit of a campaign hangs on: assumptions one by one, depth of discount, contacts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analytics.models.experiment_simulator import (
    Array,
    Campaign,
    Past,
    Simulation,
    expected_profit,
    pooled,
)

DEPTHS = tuple(round(0.025 * step, 3) for step in range(1, 17))
SHARES = tuple(round(0.05 * step, 2) for step in range(1, 21))


@dataclass(frozen=True, slots=True)
class Swing:
    """
    What one assumption does to the mean profit.

    Attributes:
        name: Of the assumption.
        low, high: Profit with it at the lower and at the upper end.
        ends: The two ends themselves.
    """

    name: str
    low: float
    high: float
    ends: tuple[float, float]


def tornado(past: Past, campaign: Campaign) -> list[Swing]:
    """Return how much each assumption moves the mean profit, the most first."""
    beliefs = pooled(past)
    seen = float((beliefs.successes + beliefs.failures).sum())
    doubt = 1.2816 * math.sqrt(max(past.rate * (1 - past.rate), 1e-12) / seen) / past.rate
    doubt = max(doubt, 0.10)  # another year is another year
    swings = [
        _swing("Lift", past, campaign, (campaign.lift.low, campaign.lift.high), "lift"),
        _swing("How many buy anyway", past, campaign, (1 - doubt, 1 + doubt), "rate_factor"),
        _swing("What a buyer spends", past, campaign, (0.9, 1.1), "spend_factor"),
    ]
    for name, field, spread, most in (
        ("Margin", "margin", 0.1, 1.0),
        ("Cost per contact", "contact_cost", 0.2, math.inf),
        ("Cost per redemption", "redemption_cost", 0.2, math.inf),
        ("Offer used by those who buy anyway", "redeemed", 0.2, 1.0),
        ("Depth of the discount", "depth", 0.2, 0.99),
    ):
        value = float(getattr(campaign, field))
        if value > 0:
            ends = (value * (1 - spread), min(value * (1 + spread), most))
            profits = [
                float(expected_profit(past, replace(campaign, **{field: end})).sum())  # type: ignore[arg-type]
                for end in ends
            ]
            swings.append(Swing(name, profits[0], profits[1], ends))
    moved = [one for one in swings if one.low != one.high]
    return sorted(moved, key=lambda one: -abs(one.high - one.low))


def _swing(
    name: str, past: Past, campaign: Campaign, ends: tuple[float, float], word: str
) -> Swing:
    low, high = (float(expected_profit(past, campaign, **{word: end}).sum()) for end in ends)
    return Swing(name, low, high, ends)


@dataclass(frozen=True, slots=True)
class Curve:
    """
    Mean profit along one choice, with the range that holds it four times in five.

    Attributes:
        at: Values of the choice, ascending.
        mean, low, high: Profit at each.
    """

    at: tuple[float, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    @property
    def best(self) -> int:
        """Place of the highest mean."""
        return int(np.argmax(self.mean))


def over_shares(simulation: Simulation) -> tuple[Curve, list[int]]:
    """
    Return the profit over the share of the segment contacted, the best sub-segments first.

    Returns:
        The curve, and the places of the sub-segments in the order they are contacted.
    """
    each = simulation.by_group.mean(axis=1) / np.maximum(simulation.treated, 1)
    order = np.argsort(-each, kind="stable")
    treated = simulation.treated[order]
    reached = np.cumsum(treated) - treated
    rows = []
    for share in SHARES:
        wanted = share * treated.sum()
        taken = np.clip((wanted - reached) / np.maximum(treated, 1), 0, 1)
        rows.append(taken @ simulation.by_group[order])
    return _curve(SHARES, rows), [int(place) for place in order]


def over_depths(past: Past, campaign: Campaign, *, draws: int = 400, seed: int = 1) -> Curve | None:
    """
    Return the profit over the depth of the discount; None for other offers.

    The lift is taken to grow with the square root of the depth: twice the discount
    wins about 1.4 times as many.
    """
    if not campaign.depth:
        return None
    generator = np.random.default_rng(seed)
    lifts = generator.normal(campaign.lift.mean, campaign.lift.deviation, draws)
    rows = []
    for depth in DEPTHS:
        offered = replace(campaign, depth=depth)
        scale = math.sqrt(depth / campaign.depth)
        rows.append(_profits(past, offered, lifts * scale))
    return _curve(DEPTHS, rows)


def _profits(past: Past, campaign: Campaign, lifts: Array) -> Array:
    """Return the mean profit at each lift: it is piecewise linear in it."""
    knots = np.array([-1.0, 0.0, 1.0])
    at = [float(expected_profit(past, campaign, lift=float(knot)).sum()) for knot in knots]
    found: Array = np.interp(lifts, knots, at)
    return found


def _curve(at: Sequence[float], rows: Sequence[Array]) -> Curve:
    drawn = np.array(rows)
    low, high = np.quantile(drawn, [0.1, 0.9], axis=1)
    return Curve(
        tuple(at), tuple(drawn.mean(axis=1).tolist()), tuple(low.tolist()), tuple(high.tolist())
    )
