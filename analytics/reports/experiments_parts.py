"""The past of a segment by the sub-segments it falls into, as the simulator takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analytics.models.experiment_simulator import Past
from analytics.models.rfm import SEGMENTS, SegmentMap
from analytics.reports.experiments import bins_of


def past_of(
    now: pd.DataFrame, frames: Sequence[pd.DataFrame], names: Mapping[int, str], season: float
) -> Past:
    """
    Return what the simulator needs, per sub-segment.

    Args:
        now: `past_moments` of a window of no days: who is in now.
        frames: Of past windows.
        names: Of the sub-segment that each `cell` belongs to, in the order wanted.
        season: As in `Past`.
    """
    # Also those nobody is in now: their past is part of what all did.
    there = {names[int(cell)] for frame in (now, *frames) for cell in frame["cell"]}
    kept = [name for name in dict.fromkeys(names.values()) if name in there]
    place = {name: row for row, name in enumerate(kept)}
    customers, seen, buyers = (np.zeros(len(kept)) for _ in range(3))
    for row in now.itertuples():
        customers[place[names[int(row.cell)]]] += row.customers
    held: list[tuple[int, int, float, float]] = []
    for frame in frames:
        for row in frame.itertuples():
            at = place[names[int(row.cell)]]
            seen[at] += row.customers
            buyers[at] += row.buyers
            held += [(at, *one) for one in bins_of(row.bin_buyers, row.bin_revenue)]
    values, counts = _common_bins(held, len(kept))
    return Past(tuple(kept), customers, seen, buyers, values, counts, season)


def cell_names(segment_map: SegmentMap) -> dict[int, str]:
    """Return the named segment of each cell, in the order of the segments."""
    return {
        (r - 1) * 5 + f: name for word, name in SEGMENTS.items() for r, f in segment_map.cells(word)
    }


def _common_bins(
    held: Sequence[tuple[int, int, float, float]], groups: int
) -> tuple[
    np.ndarray[tuple[int], np.dtype[np.float64]], np.ndarray[tuple[int, int], np.dtype[np.float64]]
]:
    """Return the mean spend of each bin, ascending, and buyers per group and bin."""
    bins = sorted({one[1] for one in held})
    at = {one: place for place, one in enumerate(bins)}
    counts = np.zeros((groups, len(bins)))
    sums = np.zeros(len(bins))
    for group, one, count, revenue in held:
        counts[group, at[one]] += count
        sums[at[one]] += revenue
    return sums / np.maximum(counts.sum(axis=0), 1), counts


def part_of_past(past: Past, name: str) -> Past | None:
    """Return the past of one named RFM segment; None when nobody is in it."""
    if name not in past.names:
        return None
    at = [past.names.index(name)]
    return Past(
        (name,), past.customers[at], past.seen[at], past.buyers[at], past.values,
        past.counts[at], past.season,
    )  # fmt: skip
