"""Scales on which numbers of different units and skews can be compared before clustering."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

Floats = npt.NDArray[np.float64]
SKEWED = 0.5


@dataclass(frozen=True, slots=True)
class Scaling:
    """
    How numbers are made comparable; see `clickhouse_schema.clusters.model.ClusterModel`.

    Attributes:
        name: log, power or level.
        powers, means, deviations: Per feature.
    """

    name: str
    powers: tuple[float, ...]
    means: tuple[float, ...]
    deviations: tuple[float, ...]

    def applied(self, raw: Floats) -> Floats:
        """Return rows of numbers standardised."""
        found: Floats = _powered(raw, self.powers) - np.array(self.means)
        return np.asarray(found / np.array(self.deviations), dtype=np.float64)


def scaling_of(raw: Floats, name: str) -> Scaling:
    """
    Return how these numbers are made comparable.

    Args:
        raw: Row per customer, column per feature; not negative.
        name: log; power: Yeo and Johnson's, by maximum likelihood; level: logarithms that
            share one deviation, for features of one unit, where spread is a message itself.

    Raises:
        ValueError: A feature is the same for everybody.
    """
    powers = [0.0] * raw.shape[1]
    if name == "power":
        few = raw[:: max(1, len(raw) // 4_000)]
        powers = [_power(column) for column in few.T]
    numbers = _powered(raw, powers)
    means, deviations = numbers.mean(axis=0), numbers.std(axis=0)
    if (deviations < 1e-9).any():
        raise ValueError("A feature is the same for everybody.")
    if name == "level":
        deviations = np.full(len(deviations), np.sqrt((deviations**2).mean()))
    return Scaling(name, tuple(powers), _tuple(means), _tuple(deviations))


def _power(column: Floats) -> float:
    if np.ptp(column) == 0:
        return 0.0
    found = float(scipy.stats.yeojohnson_normmax(column / 1.0))
    return round(min(3.0, max(-3.0, found)), 3)


def _powered(raw: Floats, powers: Sequence[float]) -> Floats:
    found = np.empty(raw.shape, dtype=np.float64)
    for place, power in enumerate(powers):
        held = np.maximum(raw[:, place], 0)
        found[:, place] = np.log1p(held) if power == 0 else ((held + 1) ** power - 1) / power
    return found


def _tuple(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
