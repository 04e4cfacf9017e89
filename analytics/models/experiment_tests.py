"""
Whether arms of an experiment differ: estimates, intervals and p-values from sums.

Everything takes sums over customers, so that nothing but a few numbers per arm has
to leave the warehouse. Differences are the treated arm minus the control.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt
import scipy

ALPHA = 0.05
# On spending of which one in a hundred is not zero Welch's test finds something in 5.0% of
# splits without a difference at 10,600 customers an arm (95 buyers), in 3.1% at 1,000 and in
# 0.4% at 250: with fewer buyers an interval would be a number without a meaning.
FEWEST_BUYERS = 30
FEWEST_CUSTOMERS = 100
# Both outcomes must be there so often in each arm for the normal approximation of a rate.
FEWEST_OF_EACH = 10
# Of the always-valid test: its mixture's scale in standard errors at the planned end, which makes
# its interval there about half as wide again as the usual one.
MIXTURE = 2.5

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moments:
    """
    Sums of one measure over the customers of an arm.

    Attributes:
        customers: All of them, those with 0 too.
        nonzero: Whose value is not 0.
        total, squares: Sums of the value and of its square.
        before, before_squares, products: Sums of what was known of each customer
            before the start, of its square, and of its product with the value; 0 if
            nothing was.
    """

    customers: int
    nonzero: int
    total: float
    squares: float
    before: float = 0.0
    before_squares: float = 0.0
    products: float = 0.0

    @classmethod
    def of(cls, values: npt.ArrayLike, before: npt.ArrayLike | None = None) -> Self:
        """Return the sums of an array, and of what was known before in the same order."""
        found = np.asarray(values, dtype=float)
        past = np.zeros(len(found)) if before is None else np.asarray(before, dtype=float)
        return cls(
            len(found), int(np.count_nonzero(found)), math.fsum(found), math.fsum(found**2),
            math.fsum(past), math.fsum(past**2), math.fsum(found * past),
        )  # fmt: skip

    @property
    def mean(self) -> float:
        """Value per customer; 0 of nobody."""
        return self.total / self.customers if self.customers else 0.0

    @property
    def variance(self) -> float:
        """Sample variance (n - 1); 0 with fewer than two customers."""
        if self.customers < 2:
            return 0.0
        spread = self.squares - self.total * self.total / self.customers
        return max(0.0, spread / (self.customers - 1))

    def plus(self, other: Moments) -> Moments:
        """Return the sums over the customers of both."""
        return Moments(
            self.customers + other.customers, self.nonzero + other.nonzero,
            self.total + other.total, self.squares + other.squares, self.before + other.before,
            self.before_squares + other.before_squares, self.products + other.products,
        )  # fmt: skip

    def adjusted(self, slope: float) -> Moments:
        """Return the sums of `value - slope * before`."""
        return replace(
            self,
            total=self.total - slope * self.before,
            squares=self.squares - 2 * slope * self.products + slope**2 * self.before_squares,
        )


@dataclass(frozen=True, slots=True)
class Estimate:
    """
    A difference between two arms.

    Attributes:
        control, treated: Value per customer of each.
        difference: Treated minus control.
        low, high: Its confidence interval.
        p_value: Chance of a difference this large if there were none; NaN for an
            interval that comes without.
        statistic, degrees: Of the test; NaN degrees for a normal one.
        level: Confidence of the interval, in (0, 1).
    """

    control: float
    treated: float
    difference: float
    low: float
    high: float
    p_value: float
    statistic: float = float("nan")
    degrees: float = float("nan")
    level: float = 1 - ALPHA

    @property
    def error(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2

    @property
    def lift(self) -> float:
        """Difference as a share of the control; NaN when the control has nothing."""
        return self.difference / self.control if self.control else float("nan")

    @property
    def clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


def too_small(control: Moments, treated: Moments) -> str:
    """
    Return why two arms are too small for an interval, in words; empty if they are not.

    The bounds are `FEWEST_CUSTOMERS` an arm and `FEWEST_BUYERS` of them not at 0.
    """
    customers = min(control.customers, treated.customers)
    buyers = min(control.nonzero, treated.nonzero)
    if customers < FEWEST_CUSTOMERS:
        return (
            f"The smaller arm has {customers:,} customers; below {FEWEST_CUSTOMERS} an interval "
            "means nothing."
        )
    if buyers < FEWEST_BUYERS:
        return (
            f"Only {buyers:,} customers of an arm did it so far; with fewer than {FEWEST_BUYERS} "
            "the interval would look surer than it is. Wait, or use larger arms."
        )
    return ""


def welch(control: Moments, treated: Moments, alpha: float = ALPHA) -> Estimate:
    """
    Return the difference in means of two arms whose spread may differ.

    Args:
        control, treated: With at least two customers each.
        alpha: Two-sided false-positive rate.

    Raises:
        ValueError: An arm has fewer than two customers.

    References:
        Welch (1947), Biometrika 34, 28-35.
    """
    if min(control.customers, treated.customers) < 2:
        raise ValueError("each arm needs at least two customers")
    parts = (control.variance / control.customers, treated.variance / treated.customers)
    variance = sum(parts)
    difference = treated.mean - control.mean
    if variance == 0:
        chance = 1.0 if difference == 0 else 0.0
        return Estimate(
            control.mean, treated.mean, difference, difference, difference, chance, level=1 - alpha
        )
    degrees = variance**2 / (
        parts[0] ** 2 / (control.customers - 1) + parts[1] ** 2 / (treated.customers - 1)
    )
    statistic = difference / math.sqrt(variance)
    reach = float(scipy.stats.t.ppf(1 - alpha / 2, degrees)) * math.sqrt(variance)
    return Estimate(
        control.mean, treated.mean, difference, difference - reach, difference + reach,
        float(2 * scipy.stats.t.sf(abs(statistic), degrees)), statistic, degrees, 1 - alpha,
    )  # fmt: skip


def proportions(control: Moments, treated: Moments, alpha: float = ALPHA) -> Estimate:
    """
    Return the difference between two rates.

    The p-value is of the pooled test (Pearson's chi-square without correction), the
    interval Newcombe's hybrid of the two Wilson score intervals.

    Args:
        control, treated: Sums of a measure that is 0 or 1.
        alpha: Two-sided false-positive rate.

    Raises:
        ValueError: An arm is empty.

    References:
        Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.
    """
    if not (control.customers and treated.customers):
        raise ValueError("each arm needs a customer")
    rates = (control.mean, treated.mean)
    difference = rates[1] - rates[0]
    pooled = (control.total + treated.total) / (control.customers + treated.customers)
    error = math.sqrt(pooled * (1 - pooled) * (1 / control.customers + 1 / treated.customers))
    statistic = difference / error if error else 0.0
    (low0, high0), (low1, high1) = (
        wilson(arm.nonzero, arm.customers, alpha) for arm in (control, treated)
    )
    low = difference - math.hypot(rates[1] - low1, high0 - rates[0])
    high = difference + math.hypot(high1 - rates[1], rates[0] - low0)
    return Estimate(
        rates[0], rates[1], difference, low, high, float(2 * scipy.stats.norm.sf(abs(statistic))),
        statistic, level=1 - alpha,
    )  # fmt: skip


def wilson(successes: int, customers: int, alpha: float = ALPHA) -> tuple[float, float]:
    """
    Return the score interval of a rate.

    References:
        Wilson (1927), Journal of the American Statistical Association 22, 209-212.
    """
    z = float(scipy.stats.norm.ppf(1 - alpha / 2))
    rate = successes / customers
    middle = rate + z * z / (2 * customers)
    reach = z * math.sqrt(rate * (1 - rate) / customers + z * z / (4 * customers**2))
    scale = 1 + z * z / customers
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def mixture_scale(control: Moments, treated: Moments, progress: float = 1.0) -> float:
    """
    Return the scale for `always_valid` in units of the measure; 0 when nothing varies.

    What customers did adds up over time, and so do its variance and the difference: the
    scale for each day stays the same all the time, as the test asks for.

    Args:
        control, treated: The arms so far.
        progress: Share of the planned time that is over, in (0, 1].
    """
    variance = control.variance / control.customers + treated.variance / treated.customers
    return MIXTURE * math.sqrt(variance * progress)


def always_valid(
    control: Moments, treated: Moments, scale: float, alpha: float = ALPHA
) -> Estimate:
    """
    Return an interval that may be looked at as often as one likes.

    The mixture sequential probability ratio test with a normal mixture: over all looks
    together it leaves the truth out in at most `alpha` of experiments.

    Args:
        control, treated: The arms so far.
        scale: Standard deviation of the mixture, in units of the measure, above 0; see
            `mixture_scale`.
        alpha: Over all looks.

    Raises:
        ValueError: `scale` is not above 0, or an arm has fewer than two customers.

    References:
        Johari, Koomen, Pekelis, Walsh (2022), Operations Research 70, 1806-1821.
    """
    if scale <= 0:
        raise ValueError(f"the mixture's scale must be above 0, not {scale}")
    if min(control.customers, treated.customers) < 2:
        raise ValueError("each arm needs at least two customers")
    variance = control.variance / control.customers + treated.variance / treated.customers
    difference = treated.mean - control.mean
    if variance == 0:
        return Estimate(
            control.mean, treated.mean, difference, difference, difference,
            1.0 if difference == 0 else 0.0, level=1 - alpha,
        )  # fmt: skip
    mixed = variance + scale**2
    spread = math.log(mixed / variance)
    reach = math.sqrt(variance * mixed / scale**2 * (2 * math.log(1 / alpha) + spread))
    logarithm = scale**2 * difference**2 / (2 * variance * mixed) - spread / 2
    return Estimate(
        control.mean, treated.mean, difference, difference - reach, difference + reach,
        min(1.0, math.exp(-logarithm)), level=1 - alpha,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Adjusted:
    """
    A difference after what was known before the start is taken off.

    Attributes:
        estimate: Welch's of the adjusted values; its means are the adjusted ones.
        reduction: Share of the variance that the adjustment removed, in [0, 1].
        slope: What one unit before the start foretold.
    """

    estimate: Estimate
    reduction: float
    slope: float


def cuped(control: Moments, treated: Moments, alpha: float = ALPHA) -> Adjusted:
    """
    Return the difference with less noise, by each customer's own past.

    Raises:
        ValueError: An arm has fewer than two customers.

    References:
        Deng, Xu, Kohavi, Walker (2013), WSDM, 123-132.
    """
    slope, explained = _pooled_slope((control, treated))
    both = control.plus(treated)
    mean_before = both.before / both.customers if both.customers else 0.0
    found = welch(control.adjusted(slope), treated.adjusted(slope), alpha)
    shift = slope * mean_before
    estimate = replace(found, control=found.control + shift, treated=found.treated + shift)
    return Adjusted(estimate, explained, slope)


def _pooled_slope(arms: Sequence[Moments]) -> tuple[float, float]:
    """Return the regression on the past within arms, and the share of variance it explains."""
    past = own = cross = 0.0
    for arm in arms:
        if arm.customers < 2:
            continue
        past += arm.before_squares - arm.before**2 / arm.customers
        own += arm.squares - arm.total**2 / arm.customers
        cross += arm.products - arm.before * arm.total / arm.customers
    if past <= 0 or own <= 0:
        return 0.0, 0.0
    return cross / past, min(1.0, cross**2 / (past * own))
