"""What a bundle of products would earn, from the baskets that hold some of them but not all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Part:
    """
    A product of a bundle.

    Attributes:
        value: What a basket that holds it spends on it, on average (account currency).
        cost: What that costs the shop; None if not known.
    """

    value: float
    cost: float | None


@dataclass(frozen=True, slots=True)
class Holding:
    """
    Baskets that hold the same products of a bundle.

    Attributes:
        held: Which: bit 0 for the first product.
        baskets: How many.
        spend: What they spent on these products together, a sum over baskets.
        spend_squared: Sum over baskets of its square.
    """

    held: int
    baskets: int
    spend: float
    spend_squared: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """An amount with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bundle:
    """
    What a bundle would bring in a period like the one looked at.

    Attributes:
        whole: Baskets that hold all its products anyway, and would now pay less.
        partial: Baskets that hold some but not all: those it is offered to.
        taken: Of those, how many are expected to take it.
        revenue: Additional revenue, after the discount.
        margin: Additional margin; None if a cost is not known.
        break_even: Take-up from which on the margin (revenue, where costs are not known) is
            above zero; None if no take-up reaches that.
    """

    whole: int
    partial: int
    taken: float
    revenue: Estimate
    margin: Estimate | None
    break_even: float | None


def simulate(
    parts: Sequence[Part], holdings: Sequence[Holding], discount: float, take_up: float
) -> Bundle:
    """
    Return what a bundle would bring.

    A basket that holds some of the products takes the bundle with the probability `take_up`: it
    then adds the missing ones at their usual value, and the discount applies to all of them. A
    basket that holds all of them anyway gets the discount too, which only costs. The period
    to come has Poisson as many baskets of each kind as this one had; from that, from chance
    in who takes it and from how unlike their spends are comes the interval.

    Args:
        parts: The products, at least two.
        holdings: Baskets by what they hold.
        discount: Share off the bundle, 0 to below 1.
        take_up: Share of partial baskets that take it, 0 to 1.

    Raises:
        ValueError: A share leaves its bounds, or there are fewer than two products.
    """
    if len(parts) < 2:
        raise ValueError("a bundle has at least two products")
    if not (0 <= discount < 1 and 0 <= take_up <= 1):
        raise ValueError(f"shares lie between 0 and 1, not {discount} and {take_up}")
    everything = (1 << len(parts)) - 1
    costs = [part.cost for part in parts if part.cost is not None]
    known = len(costs) == len(parts)
    whole = sum(one.baskets for one in holdings if one.held == everything)
    given = discount * sum(one.spend for one in holdings if one.held == everything)
    given_variance = discount**2 * sum(
        one.spend_squared for one in holdings if one.held == everything
    )
    partial, gains, variances = _taken_by_all(parts, holdings, discount)
    estimates = [
        _estimate(take_up * gain - given, take_up * variance + given_variance)
        for gain, variance in zip(gains, variances, strict=True)
    ]
    decisive = gains[1] if known else gains[0]
    even = given / decisive if decisive > 0 else None
    return Bundle(
        whole=whole,
        partial=partial,
        taken=take_up * partial,
        revenue=estimates[0],
        margin=estimates[1] if known else None,
        break_even=even if even is not None and even <= 1 else None,
    )


def _taken_by_all(
    parts: Sequence[Part], holdings: Sequence[Holding], discount: float
) -> tuple[int, list[float], list[float]]:
    """
    Return the partial baskets, and what they would bring if every one took the bundle.

    The lists hold revenue and margin: the sums gained, and their variances.
    """
    gains, variances, partial = [0.0, 0.0], [0.0, 0.0], 0
    for one in holdings:
        missing = [parts[at] for at in range(len(parts)) if not one.held >> at & 1]
        if not missing:
            continue
        partial += one.baskets
        added = (1 - discount) * sum(part.value for part in missing)
        cost = sum(part.cost or 0.0 for part in missing)
        for place, worth in enumerate((added, added - cost)):
            gains[place] += one.baskets * worth - discount * one.spend
            variances[place] += (
                one.baskets * worth**2
                - 2 * worth * discount * one.spend
                + discount**2 * one.spend_squared
            )
    return partial, gains, variances


def _estimate(value: float, variance: float) -> Estimate:
    reach = _Z * sqrt(max(variance, 0.0))
    return Estimate(value, value - reach, value + reach)


def usual_take_up(both: int, expected: float, left: int, right: int) -> float:
    """
    Return a take-up to begin with: the share of buyers who already take both beyond chance.

    The smaller of the two products' shares, between 1% and 30%.

    Args:
        both: Baskets that hold both.
        expected: Those by chance.
        left, right: Baskets that hold the one, and the other.
    """
    beyond = max(both - expected, 0.0) / max(left, right, 1)
    return min(max(beyond, 0.01), 0.3)
