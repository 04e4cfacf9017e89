"""Whether segments mean anything: what their customers did after they were named."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from analytics.models.rfm import SEGMENTS, SegmentMap, by_cell

# Fewer customers than this say too little of a segment to be ranked.
FEWEST_CUSTOMERS = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """
    Whether segments differ by more than chance.

    Attributes:
        statistic: Of the test.
        degrees: Of freedom.
        p_value: Chance of a difference this large if there were none.
        effect: From 0 (none) to 1: Cramer's V for chi-square, epsilon squared for
            Kruskal-Wallis. With many customers any difference is beyond chance;
            this says whether it matters.
        customers: Compared.
    """

    statistic: float
    degrees: int
    p_value: float
    effect: float
    customers: int


@dataclass(frozen=True, slots=True)
class Holdout:
    """
    How segments named at an earlier snapshot spent in the period after it.

    Attributes:
        table: Ten rows, best segment first: `segment`, `customers`, `buyers` and
            `buyer_share` of the period, `revenue` and `revenue_per_customer` in it,
            `revenue_share`.
        rank_agreement: Spearman correlation over the segments of their mean score
            with their spend per customer; 1: the ranking held, NaN: too few segments.
        best_tenth: Share of the period's revenue that the tenth of customers with the
            best scores spent; NaN when nothing was spent.
        buying: Chi-square: whether the share that bought again differs; None when
            there is nothing to compare.
        spending: Kruskal-Wallis: whether what they spent differs; None likewise.
    """

    table: pd.DataFrame
    rank_agreement: float
    best_tenth: float
    buying: Difference | None
    spending: Difference | None


def holdout(
    following: pd.DataFrame, places: pd.DataFrame, sample: pd.DataFrame, segment_map: SegmentMap
) -> Holdout:
    """
    Return how the ranking of an earlier snapshot held.

    Args:
        following: As `rfm_cells` of that snapshot with the period after it.
        places: As `rfm_fine_scores` of the same.
        sample: As `rfm_following_sample` of the same.
        segment_map: The names.
    """
    cells = by_cell(following, ["customers", "next_buyers", "next_revenue"])
    cells["score"] = [(r + f) * count for (r, f), count in cells["customers"].items()]
    named = [segment_map.segment(r, f) for r, f in cells.index]
    sums = cells.groupby(named).sum().reindex(list(SEGMENTS), fill_value=0)
    present = sums["customers"].where(sums["customers"] > 0)
    table = pd.DataFrame(
        {
            "segment": list(SEGMENTS),
            "customers": sums["customers"].to_numpy(),
            "buyers": sums["next_buyers"].to_numpy(),
            "buyer_share": (sums["next_buyers"] / present).fillna(0.0).to_numpy(),
            "revenue": sums["next_revenue"].to_numpy(),
            "revenue_per_customer": (sums["next_revenue"] / present).fillna(0.0).to_numpy(),
            "revenue_share": sums["next_revenue"].to_numpy()
            / max(float(sums["next_revenue"].sum()), 1e-9),
        }
    )
    words = [segment_map.segment(r, f) for r, f in zip(sample["r"], sample["f"], strict=True)]
    return Holdout(
        table=table,
        rank_agreement=_rank_agreement(sums),
        best_tenth=share_of_best(places, 0.1),
        buying=chi_square(sums["next_buyers"].to_numpy(), sums["customers"].to_numpy()),
        spending=kruskal_wallis(sample["spent"].groupby(words)),
    )


def _rank_agreement(sums: pd.DataFrame) -> float:
    ranked = sums[sums["customers"] >= FEWEST_CUSTOMERS]
    if len(ranked) < 3:
        return float("nan")
    score = ranked["score"] / ranked["customers"]
    spent = ranked["next_revenue"] / ranked["customers"]
    if score.nunique() == 1 or spent.nunique() == 1:
        return float("nan")
    return float(scipy.stats.spearmanr(score, spent).statistic)


def share_of_best(places: pd.DataFrame, share: float) -> float:
    """
    Return the part of the revenue that the best `share` of customers brought.

    Args:
        places: `place`, `customers`, `next_revenue`; customers of one place are
            alike, so of the place the limit falls into a part counts.
        share: In (0, 1].
    """
    best = places.sort_values("place", ascending=False)
    customers = best["customers"].to_numpy(dtype=float)
    revenue = best["next_revenue"].to_numpy(dtype=float)
    if revenue.sum() <= 0:
        return float("nan")
    wanted = share * customers.sum()
    passed = np.cumsum(customers) - customers
    taken = np.clip((wanted - passed) / customers, 0, 1)
    return float((taken * revenue).sum() / revenue.sum())


def chi_square(
    successes: np.ndarray[tuple[int], np.dtype[np.int64]],
    customers: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> Difference | None:
    """
    Return whether a share differs between groups (Pearson's chi-square, Cramer's V).

    Args:
        successes: Customers who did it, per group.
        customers: All, per group; empty groups are left out.
    """
    kept = customers > 0
    table = np.array([successes[kept], customers[kept] - successes[kept]])
    if table.shape[1] < 2 or (table.sum(axis=1) == 0).any():
        return None
    found = scipy.stats.chi2_contingency(table, correction=False)
    count = int(table.sum())
    return Difference(
        statistic=float(found.statistic),
        degrees=int(found.dof),
        p_value=float(found.pvalue),
        effect=float(np.sqrt(found.statistic / count)),
        customers=count,
    )


def kruskal_wallis(groups: pd.core.groupby.SeriesGroupBy) -> Difference | None:
    """Return whether values differ between groups (Kruskal-Wallis, epsilon squared)."""
    values = [group.to_numpy() for _, group in groups if len(group)]
    count = sum(map(len, values))
    if len(values) < 2 or count <= len(values) or np.unique(np.concatenate(values)).size < 2:
        return None
    found = scipy.stats.kruskal(*values)
    return Difference(
        statistic=float(found.statistic),
        degrees=len(values) - 1,
        p_value=float(found.pvalue),
        effect=float(found.statistic / (count - 1)),
        customers=count,
    )
