"""
Where a product stands in its life, by a trend that a few odd months cannot bend.

References:
    Hirsch, Slack, Smith (1982), Techniques of trend analysis for monthly water quality data,
    Water Resources Research 18(1): the seasonal Kendall test and its slope. Sen (1968), Estimates
    of the regression coefficient based on Kendall's tau, JASA 63(324). Levitt (1965), Exploit the
    product life cycle, Harvard Business Review 43(6): the four stages.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.models.abc_xyz import Floats, Ints

STAGES = ("introduction", "growth", "maturity", "decline")
YOUNG_MONTHS = 6  # a younger product is being introduced
SILENT_DAYS = 90  # without a sale for longer, it is in decline
_YEAR = 12
_SURE = 1.96  # two-sided 5%


@dataclass(frozen=True, slots=True)
class Trends:
    """
    How demand moves.

    Attributes:
        yearly: Change per year as a share of mean demand, 0.2 for +20%; NaN when it
            cannot be told.
        score: Kendall's S in standard deviations, corrected for continuity.
    """

    yearly: Floats
    score: Floats

    @property
    def rising(self) -> npt.NDArray[np.bool_]:
        """Whether it rises beyond chance."""
        return (self.score > _SURE) & (self.yearly > 0)

    @property
    def falling(self) -> npt.NDArray[np.bool_]:
        """Whether it falls beyond chance."""
        return (self.score < -_SURE) & (self.yearly < 0)


def trends(months: npt.NDArray[np.float32], lived: Ints) -> Trends:
    """
    Return the trend of each product.

    With two years of life a month is only compared with the same month a year
    before (seasonal Kendall), so that a season is no trend; with less, every two
    months are compared (Mann-Kendall).

    Args:
        months: Products x whole months, at most 24 of them, the last one last.
        lived: Months since launch, the launch's own included.
    """
    products, count = months.shape
    yearly, score = np.full(products, np.nan), np.zeros(products)
    seasonal = (lived >= 2 * _YEAR) & (count >= 2 * _YEAR)
    if seasonal.any():
        _fill(yearly, score, seasonal, months[seasonal], [(m, m + _YEAR) for m in range(_YEAR)])
    for life in np.unique(lived[~seasonal & (lived >= YOUNG_MONTHS)]):
        rows = ~seasonal & (lived == life)
        own = months[rows][:, count - min(int(life), count) :]
        span = own.shape[1]
        pairs = [(one, other) for one in range(span) for other in range(one + 1, span)]
        _fill(yearly, score, rows, own, pairs)
    return Trends(yearly, score)


def _fill(
    yearly: Floats,
    score: Floats,
    rows: npt.NDArray[np.bool_],
    months: npt.NDArray[np.float32],
    pairs: list[tuple[int, int]],
) -> None:
    """Write slope and score of some products, from the pairs of months that are compared."""
    earlier, later = (np.array(side) for side in zip(*pairs, strict=True))
    steps = months[:, later] - months[:, earlier]
    mean = months.mean(axis=1)
    slopes = np.median(steps / (later - earlier), axis=1) * _YEAR
    with np.errstate(divide="ignore", invalid="ignore"):
        yearly[rows] = np.where(mean > 0, slopes / mean, np.nan)
    signs = np.sign(steps).sum(axis=1)
    variance = _variance(months, len(pairs))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (signs - np.sign(signs)) / np.sqrt(variance)
    score[rows] = np.where(variance > 0, found, 0.0)


def _variance(months: npt.NDArray[np.float32], pairs: int) -> Floats:
    """Return the variance of S without a trend: of a year against a year, or with ties."""
    count = months.shape[1]
    if pairs == _YEAR and count == 2 * _YEAR:
        differ = months[:, :_YEAR] != months[:, _YEAR:]
        return np.asarray(differ.sum(axis=1), dtype=np.float64)
    ordered = np.sort(months, axis=1)
    tied = np.zeros(len(months))
    run = np.ones(len(months))
    for place in range(1, count):
        same = ordered[:, place] == ordered[:, place - 1]
        tied += np.where(same, 0.0, run * (run - 1) * (2 * run + 5))
        run = np.where(same, run + 1, 1.0)
    tied += run * (run - 1) * (2 * run + 5)
    whole = count * (count - 1) * (2 * count + 5)
    found: Floats = (whole - tied) / 18
    return found


def stages(found: Trends, lived: Ints, days_since: Ints) -> Ints:
    """
    Return each product's place in `STAGES`.

    Introduction: younger than six months. Decline: falls beyond chance, or no sale
    for 90 days. Growth: rises beyond chance. Else maturity.
    """
    young = lived < YOUNG_MONTHS
    silent = days_since > SILENT_DAYS
    stage = np.where(found.falling | silent, 3, np.where(found.rising, 1, 2))
    placed: Ints = np.where(young & ~silent, 0, stage).astype(np.int64)
    return placed
