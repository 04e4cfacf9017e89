"""What to believe of a hoped-for lift: past experiments, and the winner's curse."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

# Without past experiments: most campaigns move sales by less than a tenth, either way.
USUAL_MEAN, USUAL_DEVIATION = 0.0, 0.10
FEWEST_EXPERIMENTS = 3
_SMALLEST_DEVIATION = 0.01
# A range given for a lift is meant to hold it four times in five.
RANGE_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class LiftPrior:
    """
    Which lifts are usual before a campaign is known.

    Attributes:
        mean, deviation: Relative, normal.
        experiments: It was learned from; 0 for the cautious one everybody starts with.
    """

    mean: float = USUAL_MEAN
    deviation: float = USUAL_DEVIATION
    experiments: int = 0


@dataclass(frozen=True, slots=True)
class Lift:
    """
    A relative lift as it is believed in: normal.

    Attributes:
        mean, deviation: Of the belief.
    """

    mean: float
    deviation: float

    @property
    def low(self) -> float:
        """Lower end of the range that holds it four times in five."""
        return self.mean - self.deviation * _reach()

    @property
    def high(self) -> float:
        """Upper end of that range."""
        return self.mean + self.deviation * _reach()

    @classmethod
    def of_range(cls, low: float, likely: float, high: float) -> Lift:
        """
        Return the lift that somebody hopes for.

        Args:
            low, high: Range that holds it four times in five.
            likely: The best guess, between them.

        Raises:
            ValueError: They do not ascend.
        """
        if not low <= likely <= high:
            raise ValueError(f"the range must ascend: {low}, {likely}, {high}")
        return cls(likely, max((high - low) / (2 * _reach()), _SMALLEST_DEVIATION))


def _reach() -> float:
    return float(scipy.stats.norm.ppf((1 + RANGE_SHARE) / 2))


def prior_of(lifts: Sequence[float], errors: Sequence[float]) -> LiftPrior:
    """
    Return which lifts are usual, learned from measured ones.

    Args:
        lifts: Relative, one per experiment.
        errors: Their standard errors, above 0.

    Returns:
        The cautious prior when fewer than `FEWEST_EXPERIMENTS` are known.

    References:
        DerSimonian, Laird (1986), Controlled Clinical Trials 7, 177-188.
    """
    if len(lifts) < FEWEST_EXPERIMENTS:
        return LiftPrior()
    found = np.asarray(lifts, dtype=float)
    weights = 1 / np.maximum(np.asarray(errors, dtype=float), 1e-6) ** 2
    middle = float((weights * found).sum() / weights.sum())
    scatter = float((weights * (found - middle) ** 2).sum())
    scale = float(weights.sum() - (weights**2).sum() / weights.sum())
    between = max(0.0, (scatter - (len(found) - 1)) / scale) if scale > 0 else 0.0
    weights = 1 / (1 / weights + between)
    mean = float((weights * found).sum() / weights.sum())
    # The mean itself is not known exactly: that is part of what a new campaign may bring.
    deviation = math.sqrt(between + 1 / float(weights.sum()))
    return LiftPrior(mean, max(deviation, _SMALLEST_DEVIATION), len(found))


def shrunk(hoped: Lift, prior: LiftPrior) -> Lift:
    """
    Return what remains of a hope among all campaigns of its kind.

    The campaign chosen is the one that looked best, and what looks best is partly luck:
    the hope is drawn towards what is usual, the more the less it is founded.

    References:
        Efron (2011), Journal of the American Statistical Association 106, 1602-1614;
        van Zwet, Cator (2021), Statistica Neerlandica 75, 437-452.
    """
    weight = prior.deviation**2 / (prior.deviation**2 + hoped.deviation**2)
    return Lift(
        prior.mean + weight * (hoped.mean - prior.mean), math.sqrt(weight) * hoped.deviation
    )
