"""What reports on experiments share: sums as measures, spending as bins, which lifts are usual."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.experiment_kinds import Experiment
from analytics.experiments import all_experiments
from analytics.models.experiment_lifts import LiftPrior, prior_of
from analytics.models.experiment_robust import Spread
from analytics.models.experiment_tests import Moments
from analytics.reports._warehouse import warehouse
from clickhouse_schema.experiments.past import Goal


def goal_moments(frame: pd.DataFrame, goal: Goal) -> Moments:
    """Return the sums of a goal over rows of `past_moments` or `arm_moments`."""
    sums = frame.drop(columns=["bin_buyers", "bin_revenue"]).sum()
    customers = int(sums["customers"])
    if goal == "conversion":
        buyers = int(sums["buyers"])
        return Moments(
            customers, buyers, float(buyers), float(buyers), float(sums["orders_before"]),
            float(sums["orders_before_squares"]), float(sums["conversion_products"]),
        )  # fmt: skip
    nonzero = "buyers" if goal == "orders" else f"{goal}_nonzero"
    return Moments(
        customers, int(sums[nonzero]), float(sums[f"{goal}_total"]),
        float(sums[f"{goal}_squares"]), float(sums[f"{goal}_before"]),
        float(sums[f"{goal}_before_squares"]), float(sums[f"{goal}_products"]),
    )  # fmt: skip


def bins_of(
    buyers: tuple[list[int], list[int]], revenue: tuple[list[int], list[float]]
) -> list[tuple[int, float, float]]:
    """Return (bin, buyers, revenue) of the two pairs of lists a statement returns."""
    amounts = dict(zip(*revenue, strict=True))
    return [
        (int(one), float(count), float(amounts[one])) for one, count in zip(*buyers, strict=True)
    ]


def spread_of(frame: pd.DataFrame) -> Spread:
    """Return how spending is spread over rows of `arm_moments` or `result_moments`."""
    found: dict[int, list[float]] = {}
    for row in frame.itertuples():
        for one, count, revenue in bins_of(row.bin_buyers, row.bin_revenue):
            sums = found.setdefault(one, [0.0, 0.0])
            sums[0] += count
            sums[1] += revenue
    bins = sorted(found)
    counts = np.array([found[one][0] for one in bins])
    values = np.array([found[one][1] / found[one][0] for one in bins])
    return Spread(values, counts, int(frame["customers"].sum() - counts.sum()))


def measured_lifts(offer: str | None = None) -> list[Experiment]:
    """Return experiments whose verdict is written down, of one offer or of any."""
    return [
        one
        for one in all_experiments(warehouse())
        if one.verdict is not None
        and one.verdict.get("lift") is not None
        and offer in (None, one.plan.offer)
    ]


def usual_lifts(offer: str) -> LiftPrior:
    """Return which lifts are usual: of this offer, else of any, else the cautious prior."""
    for found in (measured_lifts(offer), measured_lifts()):
        prior = prior_of(
            [float(one.verdict["lift"]) for one in found if one.verdict],
            [float(one.verdict["error"]) for one in found if one.verdict],
        )
        if prior.experiments:
            return prior
    return LiftPrior()
