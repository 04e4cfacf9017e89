"""How many customers a difference needs to be seen, and which difference can be seen at all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import scipy

from analytics.models.experiment_tests import FEWEST_BUYERS, FEWEST_CUSTOMERS


def detectable_difference(
    deviation: float,
    control: float,
    treated: float,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
) -> float:
    """
    Return the smallest difference in means that is found with the wanted power.

    Args:
        deviation: Standard deviation of the measure over customers, zeros included.
        control, treated: Customers of the two arms, above 0.
        power: Probability of finding it when it is there, in (0.5, 1).
        alpha: Two-sided false-positive rate.

    Raises:
        ValueError: A number is out of bounds.

    References:
        Fleiss, Levin, Paik (2003), Statistical Methods for Rates and Proportions, 4.
    """
    if deviation < 0 or min(control, treated) <= 0:
        raise ValueError("the deviation must not be below 0, and both arms need customers")
    return _reach(power, alpha) * deviation * math.sqrt(1 / control + 1 / treated)


def customers_per_arm(
    deviation: float,
    difference: float,
    *,
    ratio: float = 1.0,
    power: float = 0.8,
    alpha: float = 0.05,
) -> int:
    """
    Return the customers the smaller arm needs for a difference in means to be found.

    Args:
        deviation: Standard deviation of the measure over customers, above 0.
        difference: To be found, in the measure's unit; not 0.
        ratio: Customers of the larger arm for each of the smaller, at least 1.
        power, alpha: As above.

    Raises:
        ValueError: A number is out of bounds.

    References:
        Fleiss, Levin, Paik (2003), Statistical Methods for Rates and Proportions, 4.
    """
    if deviation <= 0 or difference == 0 or ratio < 1:
        raise ValueError("deviation and difference must not be 0, the ratio at least 1")
    spread = (1 + 1 / ratio) * (_reach(power, alpha) * deviation / difference) ** 2
    return math.ceil(spread)


def power_of(
    deviation: float, difference: float, control: float, treated: float, alpha: float = 0.05
) -> float:
    """Return how likely a difference in means is found; arguments as above."""
    if deviation <= 0:
        return 1.0 if difference else alpha
    shift = abs(difference) / (deviation * math.sqrt(1 / control + 1 / treated))
    z = float(scipy.stats.norm.ppf(1 - alpha / 2))
    return float(scipy.stats.norm.sf(z - shift) + scipy.stats.norm.cdf(-z - shift))


def weeks_needed(
    deviations: Mapping[int, tuple[float, float]],
    lift: float,
    arms: tuple[float, float],
    *,
    power: float = 0.8,
    alpha: float = 0.05,
) -> int | None:
    """
    Return the shortest window after which a relative lift is found with the wanted power.

    Args:
        deviations: Weeks -> (mean, standard deviation) of the measure over customers in a
            window of that length, as it was in the past.
        lift: Relative, not 0.
        arms: Customers of control and treated.
        power, alpha: As above.

    Returns:
        One of the weeks given; None when none is long enough.
    """
    for weeks in sorted(deviations):
        mean, deviation = deviations[weeks]
        if mean > 0 and power_of(deviation, lift * mean, *arms, alpha) >= power:
            return weeks
    return None


def why_too_small(customers: Sequence[float], base_rate: float) -> str:
    """
    Return why arms of these sizes cannot be measured, in words; empty if they can.

    Args:
        customers: Expected in each arm.
        base_rate: Share of customers who buy in the window, in [0, 1].
    """
    smallest = min(customers, default=0.0)
    if smallest < FEWEST_CUSTOMERS:
        return (
            f"The smallest arm would have {smallest:,.0f} customers; at least {FEWEST_CUSTOMERS} "
            "are needed. Choose a larger segment, fewer arms or a larger control group."
        )
    buyers = smallest * base_rate
    if buyers < FEWEST_BUYERS:
        return (
            f"Only about {buyers:,.0f} customers of the smallest arm would buy in this time; at "
            f"least {FEWEST_BUYERS} are needed for an honest answer. Choose a larger segment or a "
            "longer time."
        )
    return ""


def _reach(power: float, alpha: float) -> float:
    if not 0.5 < power < 1 or not 0 < alpha < 1:
        raise ValueError(f"power must be in (0.5, 1), alpha in (0, 1): {power}, {alpha}")
    return float(scipy.stats.norm.ppf(1 - alpha / 2) + scipy.stats.norm.ppf(power))
