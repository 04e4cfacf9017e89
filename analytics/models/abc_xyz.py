"""
ABC by share of value, XYZ by variation of demand, and the classes beside them.

Everything is an array with one place per product. A share of value is a whole
percent and a variation a step of five, so that a cut moved in a browser and
one used here put every product into the same class.

References:
    Silver, Pyke, Thomas (2017), Inventory and Production Management in Supply
    Chains, 4th ed., ch. 2 (ABC). Syntetos, Boylan, Croston (2005), On the
    categorization of demand patterns, J. Oper. Res. Soc. 56(5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CELLS = ("AX", "AY", "AZ", "BX", "BY", "BZ", "CX", "CY", "CZ", "new")
NEW = CELLS.index("new")
LEAST_PERIODS = 3  # a younger product is new: a variation over less says nothing
CV_STEP = 0.05
HIGHEST_CV = 101  # in steps: more than 500%
LAST_SHARE = 100  # the place of a product without value
_ADI, _SQUARED_CV = 1.32, 0.49
_HARMONICS = 2


@dataclass(frozen=True, slots=True)
class Cuts:
    """
    Where classes end.

    Attributes:
        a, b: A is made of the products that bring the first `a` per cent of the
            value, B of those up to `b`; whole per cents, 1 <= a < b <= 100.
        x, y: X are products whose coefficient of variation is at most `x` per
            cent, Y at most `y`; multiples of 5, 5 <= x < y <= 500.

    Raises:
        ValueError: A cut is out of bounds or of order.
    """

    a: int = 80
    b: int = 95
    x: int = 50
    y: int = 100

    def __post_init__(self) -> None:
        if not 1 <= self.a < self.b <= 100:
            raise ValueError(f"shares of A and B must rise from 1 to 100: {self.a}, {self.b}")
        if self.x % 5 or self.y % 5 or not 5 <= self.x < self.y <= 500:
            raise ValueError(f"X and Y must rise from 5 to 500 in steps of 5: {self.x}, {self.y}")


@dataclass(frozen=True, slots=True)
class Sums:
    """
    The sums that a product's variation is made of, over whole periods.

    Attributes:
        total, squares: Of demand and of its square.
        sold: Periods with a sale.
        lived: Periods since launch, the launch's own included.
        cycle: (cos, sin, cos of the half, sin of the half) sums against a yearly
            cycle; zeros when they were not asked for.
    """

    total: Floats
    squares: Floats
    sold: Ints
    lived: Ints
    cycle: tuple[Floats, Floats, Floats, Floats]


def share_places(value: Floats) -> Ints:
    """
    Return how much of the value the larger products bring, in whole per cents from 0 to 99.

    Equal products get equal places, whatever their order. Products without value
    (nothing, or a loss) get 100: they are no part of any share below all.
    """
    # Amounts that are equal to the last digit kept may differ as sums of floats.
    counted = np.round(np.where(value > 0, value, 0.0), 4)
    whole = counted.sum()
    if whole <= 0:
        return np.full(len(value), LAST_SHARE, dtype=np.int64)
    ordered, inverse, many = np.unique(counted, return_inverse=True, return_counts=True)
    sums = ordered * many
    larger = sums[::-1].cumsum()[::-1] - sums
    places = np.floor(np.round(larger / whole * 100, 9)).astype(np.int64)
    found: Ints = np.where(counted > 0, np.minimum(places[inverse], 99), LAST_SHARE)
    return found


def variation(sums: Sums, *, zeros: bool = True) -> Floats:
    """
    Return the coefficient of variation of demand, NaN without demand.

    CV = sqrt(sum(u^2)/N - (sum(u)/N)^2) / (sum(u)/N): the deviation over N periods,
    not N - 1. Periods without a sale count when `zeros`, and need not be there.
    """
    periods = np.where(zeros, np.maximum(sums.lived, sums.sold), sums.sold)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums.total / periods
        spread = np.maximum(sums.squares / periods - mean**2, 0.0)
        found: Floats = np.sqrt(spread) / mean
    return np.where(sums.total > 0, found, np.nan)


def seasonless_variation(sums: Sums, turn: float, count: int, year: int) -> Floats:
    """
    Return the coefficient of variation that is left when a yearly cycle is taken out.

    A cycle of two harmonics is fitted to each product's demand since launch by least
    squares; its residual variance, corrected for the five fitted numbers, takes the
    place of the variance. Zero periods enter through the normal equations alone.

    Args:
        sums: Of demand, with `cycle`; zero periods count.
        turn: Angle of one period in the cycle, radians.
        count: Periods of the slice; a product's own are the last `lived`.
        year: Periods in a year: with fewer nobody can tell a season, and NaN is returned.

    References:
        Hyndman, Athanasopoulos (2021), Forecasting: Principles and Practice, 7.4.
    """
    found = np.full(len(sums.total), np.nan)
    for lived in np.unique(sums.lived[(sums.lived >= year) & (sums.total > 0)]):
        rows = (sums.lived == lived) & (sums.total > 0)
        design = _cycle(np.arange(count - lived, count), turn)
        moments = np.column_stack([sums.total[rows], *(part[rows] for part in sums.cycle)])
        fitted = np.linalg.solve(design.T @ design, moments.T)
        residual = np.maximum(sums.squares[rows] - (fitted * moments.T).sum(axis=0), 0.0)
        free = lived - design.shape[1]
        variance = residual / free * (lived - 1) / lived
        found[rows] = np.sqrt(variance) / (sums.total[rows] / lived)
    return found


def without_cycle(
    demand: npt.NDArray[np.float32], lived: Ints, turn: float, year: int
) -> npt.NDArray[np.float32]:
    """
    Return demand with each product's yearly cycle taken out, its mean kept.

    As `seasonless_variation`, period by period: what is left is scaled so that its plain
    variation is the corrected one.

    Args:
        demand: Products x periods.
        lived, turn, year: As there; products that lived less than a year stay as they are.
    """
    left = demand.copy()
    count = demand.shape[1]
    for life in np.unique(lived[lived >= year]):
        rows = lived == life
        design = _cycle(np.arange(count - life, count), turn)
        own = demand[rows, count - life :].astype(np.float64)
        fitted = design @ np.linalg.lstsq(design, own.T, rcond=None)[0]
        scale = np.sqrt((life - 1) / (life - design.shape[1]))
        mean = own.mean(axis=1, keepdims=True)
        left[rows, count - life :] = mean + (own - fitted.T) * scale
    return left


def _cycle(periods: npt.NDArray[Any], turn: float) -> Floats:
    columns = [np.ones(len(periods))]
    for harmonic in range(1, _HARMONICS + 1):
        angle = harmonic * turn * periods
        columns += [np.cos(angle), np.sin(angle)]
    return np.column_stack(columns)


def variation_places(cv: Floats, lived: Ints) -> Ints:
    """
    Return a variation in steps of 5%, rounded up, 101 for more than 500%; -1 for new products.

    A product with a history but no demand in whole periods has the highest place.
    """
    steps = np.ceil(np.round(np.nan_to_num(cv, nan=np.inf) / CV_STEP, 6))
    places = np.clip(steps, 0, HIGHEST_CV).astype(np.int64)
    return np.where(lived < LEAST_PERIODS, -1, places)


def cells(shares: Ints, variations: Ints, cuts: Cuts) -> Ints:
    """Return each product's place in `CELLS`, from the places of the functions above."""
    abc = (shares >= cuts.a).astype(np.int64) + (shares >= cuts.b)
    abc = np.where(shares == LAST_SHARE, 2, abc)
    per_step = round(CV_STEP * 100)
    xyz = (variations * per_step > cuts.x).astype(np.int64) + (variations * per_step > cuts.y)
    found: Ints = np.where(variations < 0, NEW, abc * 3 + xyz)
    return found


def demand_classes(sums: Sums) -> npt.NDArray[np.str_]:
    """
    Return the Syntetos-Boylan class of demand: which kind of forecast suits.

    Mean interval between sales (ADI) from 1.32 is intermittent, squared variation of
    the demand of periods with a sale from 0.49 is erratic; both together lumpy.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        interval = np.maximum(sums.lived, sums.sold) / sums.sold
        squared = variation(sums, zeros=False) ** 2
    often, even = interval < _ADI, np.nan_to_num(squared, nan=0.0) < _SQUARED_CV
    named = np.where(
        often, np.where(even, "smooth", "erratic"), np.where(even, "intermittent", "lumpy")
    )
    return np.where(sums.sold == 0, "none", named)


def moving_classes(days_since_sale: Ints, fast: int = 30, slow: int = 90) -> npt.NDArray[np.str_]:
    """Return FSN: `fast` up to so many days since the last sale, `slow`, or else `non-moving`."""
    found: npt.NDArray[np.str_] = np.where(
        days_since_sale <= fast, "fast", np.where(days_since_sale <= slow, "slow", "non-moving")
    )
    return found
