"""
A plan tried on the past: many random splits of what customers really did, with a known lift.

A customer at 0 is only counted: which of them fall into an arm does not matter. So half a
million customers are as many numbers as there were buyers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from analytics.models.experiment_tests import ALPHA, MIXTURE, Array, Moments, welch

REPLAYS = 500
LOOKS = 100
PEEKED = 200  # of the replays, at each of which all looks are taken
_TOLD_EVERY = 25
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """
    What customers did in a past window.

    Attributes:
        values: Of those who did not stay at 0.
        zeros: How many did.
    """

    values: Array
    zeros: int

    @property
    def customers(self) -> int:
        """All of them."""
        return len(self.values) + self.zeros

    @property
    def mean(self) -> float:
        """Value per customer."""
        return float(self.values.sum()) / self.customers if self.customers else 0.0


@dataclass(frozen=True, slots=True)
class Proof:
    """
    How an experiment would have fared in the past.

    Attributes:
        replays: Random splits that were tried.
        false_positives: Share of splits without a lift in which one was "found".
        power: Share of splits with the lift in which it was found.
        coverage: Share of splits with the lift whose interval held it.
        truth: The lift put in, per customer.
        detected: Differences measured with the lift in, one per split.
        peeking: False positives of the usual test looked at `LOOKS` times, over the
            first `PEEKED` splits.
        peeking_valid: The same of the always-valid one.
    """

    replays: int
    false_positives: float
    power: float
    coverage: float
    truth: float
    detected: tuple[float, ...]
    peeking: float
    peeking_valid: float


def replay(
    past: Outcomes,
    shares: tuple[float, float],
    lift: float,
    *,
    replays: int = REPLAYS,
    seed: int = 1,
    alpha: float = ALPHA,
    told: Told | None = None,
) -> Proof:
    """
    Split the past at random again and again, and judge the test by what is known.

    Args:
        past: The segment's own outcomes.
        shares: Of control and treated; together at most 1.
        lift: Relative, put in by making so many more buy, who spend as buyers do.
        replays: How many splits.
        seed: The same seed gives the same answer.
        alpha: Of the tests.
        told: Called with the splits done.

    Raises:
        ValueError: Nobody bought, everybody did, or the shares do not fit.
    """
    if not len(past.values) or not past.zeros:
        raise ValueError("some customers must have bought, and some not")
    if min(shares) <= 0 or sum(shares) > 1 + 1e-9:
        raise ValueError(f"the shares must be above 0 and at most 1 together: {shares}")
    generator = np.random.default_rng(seed)
    truth = lift * past.mean
    scale = _scale(past, shares)
    counts = np.zeros(5)
    detected = []
    for done in range(replays):
        split = _Split(generator, past, shares)
        without = welch(split.control, split.treated, alpha)
        found = welch(split.control, split.lifted(lift), alpha)
        usual, valid = split.peek(scale, alpha) if done < PEEKED else (False, False)
        counts += (
            without.p_value < alpha, found.p_value < alpha, found.low <= truth <= found.high,
            usual, valid,
        )  # fmt: skip
        detected.append(found.difference)
        if told is not None and done % _TOLD_EVERY == 0:
            told(done)
    rates = counts / np.array([replays] * 3 + [min(replays, PEEKED)] * 2)
    return Proof(
        replays, float(rates[0]), float(rates[1]), float(rates[2]), truth, tuple(detected),
        float(rates[3]), float(rates[4]),
    )  # fmt: skip


def _scale(past: Outcomes, shares: tuple[float, float]) -> float:
    """Return the scale of the always-valid test, known before the first look."""
    whole = _moments(past.values, past.zeros)
    sizes = sum(1 / (share * past.customers) for share in shares)
    return MIXTURE * math.sqrt(whole.variance * sizes)


class _Split:
    """One random split of the past."""

    def __init__(
        self, generator: np.random.Generator, past: Outcomes, shares: tuple[float, float]
    ) -> None:
        self.generator, self.past = generator, past
        drawn = generator.random(len(past.values))
        control, treated = shares
        self.groups = (past.values[drawn < control], past.values[drawn >= 1 - treated])
        rest = max(0.0, 1 - control - treated)
        self.zeros = generator.multinomial(past.zeros, [control, treated, rest])[:2]
        self.control, self.treated = (
            _moments(values, int(zeros))
            for values, zeros in zip(self.groups, self.zeros, strict=True)
        )

    def lifted(self, lift: float) -> Moments:
        """Return the treated arm with so many more (or fewer) buyers."""
        rate = len(self.past.values) / self.past.customers
        values = self.groups[1]
        if lift < 0:
            kept = values[self.generator.random(len(values)) >= -lift]
            return _moments(kept, int(self.zeros[1]) + len(values) - len(kept))
        won = int(self.generator.binomial(self.zeros[1], min(1.0, lift * rate / (1 - rate))))
        spent = self.generator.choice(self.past.values, won)
        return _moments(np.concatenate([values, spent]), int(self.zeros[1]) - won)

    def peek(self, scale: float, alpha: float) -> tuple[bool, bool]:
        """Return whether a difference was "found" at any of many looks: usual and always-valid."""
        parts = [
            _arrivals(self.generator, values, int(zeros))
            for values, zeros in zip(self.groups, self.zeros, strict=True)
        ]
        return looked_at(parts[0], parts[1], scale, alpha)


def _moments(values: Array, zeros: int) -> Moments:
    return Moments(len(values) + zeros, len(values), float(values.sum()), float(values @ values))


def _arrivals(generator: np.random.Generator, values: Array, zeros: int) -> Array:
    """Return customers, sums and sums of squares known at each look, customers in any order."""
    look = generator.integers(0, LOOKS, len(values))
    come = np.bincount(look, minlength=LOOKS) + generator.multinomial(
        zeros, np.full(LOOKS, 1 / LOOKS)
    )
    sums = [np.bincount(look, weights=values**power, minlength=LOOKS) for power in (1, 2)]
    found: Array = np.cumsum(np.array([come, *sums], dtype=float), axis=1)
    return found


def looked_at(
    control: npt.NDArray[np.float64],
    treated: npt.NDArray[np.float64],
    scale: float,
    alpha: float = ALPHA,
) -> tuple[bool, bool]:
    """
    Return whether a difference was "found" at any look, by the usual and the always-valid test.

    Args:
        control, treated: Rows of customers, sums and sums of squares; a column per look.
        scale: Of the always-valid test's mixture, above 0.
        alpha: Of both.
    """
    means, parts = [], []
    for customers, total, squares in (control, treated):
        held = np.maximum(customers, 2)
        means.append(total / held)
        parts.append(np.maximum(squares - total**2 / held, 0) / (held - 1) / held)
    variance = parts[0] + parts[1]
    ready = (control[0] >= 2) & (treated[0] >= 2) & (variance > 0)
    difference = np.abs(means[1] - means[0])[ready]
    variance = variance[ready]
    usual = difference > float(scipy.stats.norm.ppf(1 - alpha / 2)) * np.sqrt(variance)
    mixed = variance + scale**2
    reach = np.sqrt(
        variance * mixed / scale**2 * (2 * math.log(1 / alpha) + np.log(mixed / variance))
    )
    return bool(usual.any()), bool((difference > reach).any())
