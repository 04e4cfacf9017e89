"""How likely each arm is the best, and what choosing it would cost if it were not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.models.experiment_robust import Spread
from analytics.models.experiment_tests import Array, Moments


@dataclass(frozen=True, slots=True)
class Choice:
    """
    What is known of an arm against all others.

    Attributes:
        best: Probability that its true value per customer is the highest.
        loss: What choosing it gives up per customer, on average over all it could be.
        low, high: Range that holds its value with a probability of 95%.
    """

    best: float
    loss: float
    low: float
    high: float


def conversion_choices(
    arms: Sequence[Moments],
    *,
    prior: tuple[float, float] = (1.0, 1.0),
    draws: int = 20_000,
    seed: int = 1,
) -> list[Choice]:
    """
    Return the choice between arms by a rate.

    Args:
        arms: Sums of a measure that is 0 or 1.
        prior: Successes and failures that are believed beforehand (Beta).
        draws: From the posterior.
        seed: The same seed gives the same answer.

    References:
        Stucchio (2015), Bayesian A/B Testing at VWO; Gelman and others (2013), Bayesian Data
        Analysis, 2.
    """
    generator = np.random.default_rng(seed)
    drawn = [
        generator.beta(prior[0] + arm.nonzero, prior[1] + arm.customers - arm.nonzero, draws)
        for arm in arms
    ]
    return _choices(np.array(drawn))


def revenue_choices(arms: Sequence[Spread], *, draws: int = 4000, seed: int = 1) -> list[Choice]:
    """
    Return the choice between arms by an amount per customer, zeros included.

    The posterior is the Bayesian bootstrap's: no shape of the spending is assumed.

    Args:
        arms: Values of each.
        draws: From the posterior.
        seed: The same seed gives the same answer.

    References:
        Rubin (1981), Annals of Statistics 9, 130-134.
    """
    generator = np.random.default_rng(seed)
    return _choices(np.array([_posterior_means(arm, draws, generator) for arm in arms]))


def _posterior_means(arm: Spread, draws: int, generator: np.random.Generator) -> Array:
    """Return draws of the mean: Dirichlet weights over customers, added up bin by bin."""
    if not arm.customers:
        return np.zeros(draws)
    weights = generator.standard_gamma(arm.counts, size=(draws, len(arm.counts)))
    rest = generator.standard_gamma(arm.zeros, size=draws) if arm.zeros else np.zeros(draws)
    means: Array = weights @ arm.values / (weights.sum(axis=1) + rest)
    return means


def _choices(drawn: Array) -> list[Choice]:
    best = drawn.max(axis=0)
    first = drawn.argmax(axis=0)
    bounds = np.quantile(drawn, [0.025, 0.975], axis=1)
    return [
        Choice(
            float((first == place).mean()), float((best - values).mean()),
            float(bounds[0, place]), float(bounds[1, place]),
        )
        for place, values in enumerate(drawn)
    ]  # fmt: skip
