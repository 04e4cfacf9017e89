"""
Named segments of customers by their recency and frequency scores.

Everything here works on customers already counted by their scores, so a
repainted map needs no new look at the sales.

References:
    Hughes (1994), Strategic Database Marketing, for the scores;
    the ten names and their cells are the common ones of RFM literature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Self

import numpy as np
import pandas as pd

SCORES = (1, 2, 3, 4, 5)
# Best first: the order of tables, and the one spending should fall in.
SEGMENTS: dict[str, str] = {
    "champions": "Champions",
    "loyal_customers": "Loyal customers",
    "potential_loyalists": "Potential loyalists",
    "new_customers": "New customers",
    "promising": "Promising",
    "need_attention": "Need attention",
    "cant_lose": "Can't lose them",
    "at_risk": "At risk",
    "about_to_sleep": "About to sleep",
    "hibernating": "Hibernating",
}
NOT_YET = "not_yet"
# How many customers of the average a cell's own experience is mixed with, so that a cell of two
# customers promises nothing extreme.
AVERAGE_CUSTOMERS = 20
_SUMS = ["customers", "recency", "orders", "monetary", "revenue", "came_back", "year_revenue"]


@dataclass(frozen=True, slots=True)
class SegmentMap:
    """
    Which segment each pair of scores belongs to.

    Attributes:
        rows: Five rows for recency scores 1 to 5, each of five words of `SEGMENTS`
            for frequency scores 1 to 5.

    Raises:
        ValueError: Not five rows of five known words; the sentence says what is wrong.
    """

    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        rows = tuple(tuple(row) for row in self.rows)
        if len(rows) != len(SCORES) or any(len(row) != len(SCORES) for row in rows):
            raise ValueError("A segment map has five rows of five cells.")
        for r, f in product(SCORES, SCORES):
            if rows[r - 1][f - 1] not in SEGMENTS:
                raise ValueError(
                    f"Cell R{r} F{f} names no segment: {str(rows[r - 1][f - 1])[:40]!r}."
                )
        object.__setattr__(self, "rows", rows)

    def segment(self, r: int, f: int) -> str:
        """Return the word for a recency and a frequency score."""
        return self.rows[r - 1][f - 1]

    def painted(self, r: int, f: int, word: str) -> Self:
        """Return the map with one cell changed."""
        rows = [list(row) for row in self.rows]
        rows[r - 1][f - 1] = word
        return type(self)(tuple(map(tuple, rows)))

    def cells(self, word: str) -> tuple[tuple[int, int], ...]:
        """Return the (recency, frequency) scores of a segment, ascending."""
        return tuple((r, f) for r, f in product(SCORES, SCORES) if self.segment(r, f) == word)

    def changes(self, newer: SegmentMap) -> tuple[tuple[int, int, str, str], ...]:
        """Return the cells that differ: (recency, frequency, word here, word there)."""
        return tuple(
            (r, f, self.segment(r, f), newer.segment(r, f))
            for r, f in product(SCORES, SCORES)
            if self.segment(r, f) != newer.segment(r, f)
        )

    def to_list(self) -> list[list[str]]:
        """Return the rows as JSON holds them."""
        return [list(row) for row in self.rows]

    @classmethod
    def from_list(cls, given: Any) -> Self:
        """
        Return the map that `to_list` made, or that somebody says it made.

        Raises:
            ValueError: It is not one; the sentence says why.
        """
        if not isinstance(given, list) or not all(isinstance(row, list) for row in given):
            raise ValueError("A segment map has five rows of five cells.")
        return cls(tuple(tuple(str(word) for word in row) for row in given))


DEFAULT_MAP = SegmentMap(
    (
        ("hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"),
        ("hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"),
        ("about_to_sleep", "about_to_sleep", "need_attention", "loyal_customers",
         "loyal_customers"),
        ("promising", "potential_loyalists", "potential_loyalists", "loyal_customers",
         "loyal_customers"),
        ("new_customers", "potential_loyalists", "potential_loyalists", "champions", "champions"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prospects:
    """
    What customers of each pair of scores did in the period after an earlier snapshot.

    Each cell's own experience is mixed with `AVERAGE_CUSTOMERS` customers of the average.

    Attributes:
        lapse: Share that bought nothing, for R1F1, R1F2 ... R5F5.
        revenue: Mean revenue per customer, same order, account currency.
    """

    lapse: tuple[float, ...]
    revenue: tuple[float, ...]


def prospects(following: pd.DataFrame) -> Prospects | None:
    """
    Return what to expect of each cell.

    Args:
        following: As `rfm_cells` of an earlier snapshot with the period after it.

    Returns:
        None when that snapshot had no customers.
    """
    cells = by_cell(following, ["customers", "next_buyers", "next_revenue"])
    total = cells.sum()
    if not total["customers"]:
        return None
    weight = AVERAGE_CUSTOMERS / total["customers"]
    mixed = cells["customers"] + AVERAGE_CUSTOMERS
    buyers = (cells["next_buyers"] + weight * total["next_buyers"]) / mixed
    revenue = (cells["next_revenue"] + weight * total["next_revenue"]) / mixed
    return Prospects(tuple(map(float, 1 - buyers)), tuple(map(float, revenue)))


def by_cell(scored: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return `columns` summed for each of the 25 pairs of scores, R1F1 first, 0 where none."""
    every = pd.MultiIndex.from_product([SCORES, SCORES], names=["r", "f"])
    return scored.groupby(["r", "f"])[list(columns)].sum().reindex(every, fill_value=0)


def grid(scored: pd.DataFrame, segment_map: SegmentMap) -> pd.DataFrame:
    """
    Return the 5 x 5 grid.

    Args:
        scored: As `rfm_cells` returns.
        segment_map: The names.

    Returns:
        25 rows, R1F1 first: `r`, `f`, `segment`, `customers`, `share` of customers,
        `monetary` in all, `mean_monetary` (0 where nobody is).
    """
    cells = by_cell(scored, ["customers", "monetary"]).reset_index()
    cells["segment"] = [
        segment_map.segment(r, f) for r, f in zip(cells["r"], cells["f"], strict=True)
    ]
    cells["share"] = _share(cells["customers"])
    cells["mean_monetary"] = _ratio(cells["monetary"], cells["customers"])
    return cells[["r", "f", "segment", "customers", "share", "monetary", "mean_monetary"]]


def segment_table(
    scored: pd.DataFrame, segment_map: SegmentMap, expected: Prospects | None
) -> pd.DataFrame:
    """
    Return what there is to know of each segment.

    Args:
        scored: As `rfm_cells` returns.
        segment_map: The names.
        expected: What to expect of each cell; None when the past is too short.

    Returns:
        Ten rows, best segment first: `segment`, `customers`, `share` (of customers),
        `mean_recency` (days), `mean_frequency` (orders), `mean_monetary`, `revenue`,
        `revenue_share`, `average_order_value`, `year_revenue` (twelve months before
        the snapshot), `return_rate`, `expected_revenue` (of the next period:
        customers x what such customers spent after the earlier snapshot) and
        `revenue_at_risk` (year_revenue x the share of such customers who bought
        nothing then), both NaN without `expected`. Account currency; a mean over
        nobody is 0.
    """
    cells = by_cell(scored, _SUMS)
    cells["expected_revenue"] = cells["customers"] * np.array(
        expected.revenue if expected else np.nan
    )
    cells["revenue_at_risk"] = cells["year_revenue"] * np.array(
        expected.lapse if expected else np.nan
    )
    named = [segment_map.segment(r, f) for r, f in cells.index]
    # min_count keeps what nobody knows unknown, where plain sums would make it 0.
    sums = cells.groupby(named).sum(min_count=1).reindex(list(SEGMENTS))
    sums[_SUMS] = sums[_SUMS].fillna(0)
    if expected:
        sums = sums.fillna(0)
    table = pd.DataFrame({"segment": sums.index, "customers": sums["customers"].astype("int64")})
    table["share"] = _share(sums["customers"])
    table["mean_recency"] = _ratio(sums["recency"], sums["customers"])
    table["mean_frequency"] = _ratio(sums["orders"], sums["customers"])
    table["mean_monetary"] = _ratio(sums["monetary"], sums["customers"])
    table["revenue"] = sums["revenue"]
    table["revenue_share"] = _share(sums["revenue"])
    table["average_order_value"] = _ratio(sums["revenue"], sums["orders"])
    table["year_revenue"] = sums["year_revenue"]
    table["return_rate"] = _ratio(sums["came_back"], sums["revenue"])
    table["expected_revenue"] = sums["expected_revenue"]
    table["revenue_at_risk"] = sums["revenue_at_risk"]
    return table.reset_index(drop=True)


def movement(moved: pd.DataFrame, earlier: SegmentMap, later: SegmentMap) -> pd.DataFrame:
    """
    Return who went from which segment to which between two snapshots.

    Args:
        moved: As `rfm_movement` returns.
        earlier, later: The names at either snapshot.

    Returns:
        One row per pair that somebody is in, best segments first: `before` (a word of
        `SEGMENTS` or `NOT_YET`), `now`, `customers`, `worth` (revenue in the twelve
        months before the earlier snapshot), `since` (revenue between the two).
    """
    before = [
        earlier.segment(r, f) if r else NOT_YET for r, f in zip(moved["r"], moved["f"], strict=True)
    ]
    now = [later.segment(r, f) for r, f in zip(moved["later_r"], moved["later_f"], strict=True)]
    frame = moved[["customers", "worth", "since"]].assign(before=before, now=now)
    sums = frame.groupby(["before", "now"], as_index=False).sum()
    place: Mapping[str, int] = {word: place for place, word in enumerate([*SEGMENTS, NOT_YET])}
    sums = sums.sort_values(["before", "now"], key=lambda words: words.map(place))
    return sums[["before", "now", "customers", "worth", "since"]].reset_index(drop=True)


def _share(values: pd.Series[Any]) -> pd.Series[Any]:
    total = values.sum()
    return values / total if total else values * 0.0


def _ratio(above: pd.Series[Any], below: pd.Series[Any]) -> pd.Series[Any]:
    return (above / below.where(below != 0)).fillna(0.0)
