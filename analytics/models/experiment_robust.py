"""Comparisons that a few very large orders do not decide, from how spending is spread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from analytics.models.experiment_tests import ALPHA, Array, Estimate, Moments, welch

# Customers beyond this share of the pooled spending are counted as if they had spent its limit.
WINSORISED = 0.999


@dataclass(frozen=True, slots=True)
class Spread:
    """
    How the values of an arm that are not 0 are spread.

    Attributes:
        values: Mean of each bin, ascending.
        counts: Customers in it.
        zeros: Customers at 0.
    """

    values: Array
    counts: Array
    zeros: int

    @classmethod
    def of(cls, values: npt.ArrayLike) -> Self:
        """Return the spread of an array, each different value a bin of its own."""
        found = np.asarray(values, dtype=float)
        kept, counts = np.unique(found[found != 0], return_counts=True)
        return cls(kept, counts.astype(float), int((found == 0).sum()))

    @property
    def customers(self) -> int:
        """All customers, those at 0 too."""
        return int(self.counts.sum()) + self.zeros

    def capped(self, limit: float) -> Moments:
        """Return the sums with no value above `limit`."""
        values = np.minimum(self.values, limit)
        return Moments(
            self.customers, int(self.counts.sum()), float((values * self.counts).sum()),
            float((values**2 * self.counts).sum()),
        )  # fmt: skip


def spending_limit(spreads: Sequence[Spread], share: float = WINSORISED) -> float:
    """Return the value that `share` of the customers with one do not exceed; inf of none."""
    values = np.concatenate([one.values for one in spreads]) if spreads else np.empty(0)
    counts = np.concatenate([one.counts for one in spreads]) if spreads else np.empty(0)
    if not counts.sum():
        return math.inf
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(counts[order]) / counts.sum()
    place = min(int(np.searchsorted(reached, share)), len(order) - 1)
    return float(values[order][place])


def winsorised(control: Spread, treated: Spread, alpha: float = ALPHA) -> Estimate:
    """
    Return Welch's difference with the few largest values held at a limit common to both arms.

    References:
        Tukey (1962), Annals of Mathematical Statistics 33, 1-67.
    """
    limit = spending_limit((control, treated))
    return welch(control.capped(limit), treated.capped(limit), alpha)


def bootstrapped(
    control: Spread, treated: Spread, *, draws: int = 2000, alpha: float = ALPHA, seed: int = 1
) -> Estimate:
    """
    Return the difference in means with the percentile interval of resampled customers.

    Args:
        control, treated: Values of the arms.
        draws: Times that the customers are drawn anew, with replacement.
        alpha: Two-sided.
        seed: The same seed gives the same interval.

    Raises:
        ValueError: An arm is empty.

    References:
        Efron, Tibshirani (1993), An Introduction to the Bootstrap, 13.
    """
    generator = np.random.default_rng(seed)
    drawn = [_resampled_means(arm, draws, generator) for arm in (control, treated)]
    differences = drawn[1] - drawn[0]
    low, high = np.quantile(differences, [alpha / 2, 1 - alpha / 2])
    tail = min(float((differences <= 0).mean()), float((differences >= 0).mean()))
    means = [float((arm.values * arm.counts).sum() / arm.customers) for arm in (control, treated)]
    return Estimate(
        means[0], means[1], means[1] - means[0], float(low), float(high),
        min(1.0, max(2 * tail, 2 / draws)), level=1 - alpha,
    )  # fmt: skip


def _resampled_means(arm: Spread, draws: int, generator: np.random.Generator) -> Array:
    customers = arm.customers
    if not customers:
        raise ValueError("each arm needs a customer")
    chances = np.append(arm.counts, arm.zeros) / customers
    counts = generator.multinomial(customers, chances / chances.sum(), size=draws)
    means: Array = counts[:, :-1] @ arm.values / customers
    return means
