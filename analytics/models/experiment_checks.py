"""Whether what an experiment found may be believed: an uneven split, and many tests at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

# Of a random split, less than this share of splits would look so uneven.
RATIO_ALARM = 0.001


@dataclass(frozen=True, slots=True)
class Ratio:
    """
    Whether arms have the sizes that were planned.

    Attributes:
        p_value: Chance of sizes this far from the plan in a working split.
        alarm: Whether it is below `RATIO_ALARM`: no result should be read then.
    """

    p_value: float
    alarm: bool


def sample_ratio(customers: Sequence[int], shares: Sequence[float]) -> Ratio:
    """
    Return whether the arms' sizes fit their shares (chi-square goodness of fit).

    Args:
        customers: Per arm.
        shares: Planned, per arm, all above 0; need not add up to 1.

    Raises:
        ValueError: The two differ in length, or nobody is there.

    References:
        Fabijan and others (2019), KDD, 2156-2164.
    """
    if len(customers) != len(shares) or not sum(customers):
        raise ValueError("as many shares as arms are needed, and a customer")
    expected = np.asarray(shares, dtype=float) / sum(shares) * sum(customers)
    p_value = float(scipy.stats.chisquare(np.asarray(customers, dtype=float), expected).pvalue)
    return Ratio(p_value, p_value < RATIO_ALARM)


def discoveries(p_values: Sequence[float], rate: float = 0.05) -> list[bool]:
    """
    Return which of several comparisons can be believed together.

    Args:
        p_values: One each; NaN ones are never believed and do not count.
        rate: Share of the believed that may be false, on average.

    References:
        Benjamini, Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300.
    """
    known = [place for place, one in enumerate(p_values) if not math.isnan(one)]
    if not known:
        return [False] * len(p_values)
    adjusted = scipy.stats.false_discovery_control(
        [p_values[place] for place in known], method="bh"
    )
    believed = {place for place, one in zip(known, adjusted, strict=True) if one <= rate}
    return [place in believed for place in range(len(p_values))]
