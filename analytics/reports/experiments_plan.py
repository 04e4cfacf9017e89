"""What a plan may bring, how large it must be, and which plans to make next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import scipy

from analytics.errors import NotEnoughData
from analytics.experiment_kinds import Experiment, Promise
from analytics.experiment_plans import Plan
from analytics.experiments import split_of
from analytics.models.experiment_lifts import Lift, LiftPrior, shrunk
from analytics.models.experiment_power import (
    customers_per_arm,
    detectable_difference,
    power_of,
    weeks_needed,
    why_too_small,
)
from analytics.models.experiment_sensitivity import Curve, Swing, over_depths, over_shares, tornado
from analytics.models.experiment_simulator import (
    Past,
    Simulation,
    break_even,
    pooled,
    simulate,
)
from analytics.reports._warehouse import warehouse
from analytics.reports.experiments import usual_lifts
from analytics.reports.experiments_past import SegmentPast, segment_past
from clickhouse_schema.experiments.arms import kept_out, split_balance
from clickhouse_schema.queries.loads import DataState


@dataclass(frozen=True, slots=True)
class Design:
    """
    How large the experiment must be.

    Attributes:
        arms: Customers expected in each.
        per_arm: Customers the smaller arm needs to find the lift hoped for with the
            wanted power; None when no lift is hoped for.
        power: With the customers there are.
        smallest_lift: Relative; the smallest that is found with the wanted power.
        weeks: After which the lift is found; None when none of those tried is enough.
        with_past: Smallest lift when each customer's own past is taken into account.
        too_small: Why nothing can be measured, in words; empty otherwise.
    """

    arms: tuple[float, ...]
    per_arm: int | None
    power: float
    smallest_lift: float
    weeks: int | None
    with_past: float
    too_small: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """
    What a plan may bring.

    Attributes:
        plan: The plan.
        past: The segment's.
        lift: As believed in, after the winner's curse.
        prior: Which lifts are usual.
        simulation: Draws.
        break_even: Lift at which nothing is won or lost; inf when none is.
        swings: What each assumption does.
        shares, order: Profit over the share contacted, and the sub-segments in order.
        depths: Profit over the discount; None for other offers.
        design: How large it must be.
    """

    plan: Plan
    past: SegmentPast
    lift: Lift
    prior: LiftPrior
    simulation: Simulation
    break_even: float
    swings: tuple[Swing, ...]
    shares: Curve
    order: tuple[int, ...]
    depths: Curve | None
    design: Design

    def promise(self) -> Promise:
        """Return what is to be held against the outcome."""
        low, high = self.simulation.band(self.simulation.profit, 0.8)
        return Promise(
            self.lift.mean, self.lift.low, self.lift.high, float(self.simulation.profit.mean()),
            low, high, float(self.simulation.revenue.mean()), self.simulation.profitable,
            self.past.moments.mean, self.past.customers,
        )  # fmt: skip


def forecast(plan: Plan, data: DataState) -> Forecast:
    """
    Return what a plan may bring; asks the warehouse only when its segment or time is new.

    Raises:
        InvalidThing, NotEnoughData, WarehouseError: As `segment_past`.
    """
    past = segment_past(plan, data)
    prior = usual_lifts(plan.offer)
    lift = shrunk(plan.hoped, prior)
    campaign = plan.campaign(lift)
    simulation = simulate(past.past, campaign, seed=plan.seed)
    shares, order = over_shares(simulation)
    return Forecast(
        plan, past, lift, prior, simulation, break_even(past.past, campaign),
        tuple(tornado(past.past, campaign)), shares, tuple(order),
        over_depths(past.past, campaign, seed=plan.seed), design(plan, past),
    )  # fmt: skip


def design(plan: Plan, past: SegmentPast) -> Design:
    """Return how large an experiment must be at the segment's real spread."""
    arms = tuple(past.customers * share for share in plan.shares)
    smallest, largest = min(arms[0], arms[1]), max(arms[0], arms[1])
    mean, deviation = past.moments.mean, past.deviation
    difference = plan.likely * mean
    seen = past.past.rate
    reach = detectable_difference(deviation, smallest, largest, power=plan.power)
    per_arm = None
    if difference and deviation:
        per_arm = customers_per_arm(
            deviation, difference, ratio=largest / smallest, power=plan.power
        )
    lift = abs(reach / mean) if mean else math.inf
    return Design(
        arms, per_arm, power_of(deviation, difference, smallest, largest), lift,
        weeks_needed(past.lengths, plan.likely, (smallest, largest), power=plan.power)
        if plan.likely
        else None,
        lift * math.sqrt(1 - past.reduction), why_too_small(arms, seen),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Balance:
    """
    How alike the arms of a split are.

    Attributes:
        customers: Per arm.
        rows: (what, value per arm, chance of such a difference); a mean of a measure, or
            the chi-square of a choice, of which the values are empty.
        members, taken, held: Of the segment; in other experiments; held back from all.
    """

    customers: tuple[int, ...]
    rows: tuple[tuple[str, tuple[float, ...], float], ...]
    members: int
    taken: int
    held: int


def balance(experiment: Experiment, start: date) -> Balance:
    """
    Return how an experiment would be split, without freezing anything.

    Raises:
        InvalidThing, NotEnoughData, WarehouseError: The segment is gone or has nobody left.
    """
    split = split_of(warehouse(), experiment, start)
    members, taken, held = kept_out(warehouse(), split)
    frame = split_balance(warehouse(), split)
    if len(frame) < len(split.shares):
        raise NotEnoughData(
            f"Of {members:,} members {taken:,} are in other experiments and {held:,} are held back "
            "from all: too few are left for every arm. Choose a larger segment."
        )
    rows = [
        (label, tuple(frame[name].tolist()), _same_means(frame, name))
        for label, name in (
            ("Days since last order", "recency"),
            ("Orders", "frequency"),
            ("Spent in all", "monetary"),
        )
    ]
    rows += [
        (label, (), _same_choices(frame[name].tolist()))
        for label, name in (
            ("RFM segment", "cells"),
            ("Country", "countries"),
            ("Channel", "channels"),
        )
    ]
    return Balance(tuple(frame["customers"].astype(int)), tuple(rows), members, taken, held)


def _same_means(frame: pd.DataFrame, name: str) -> float:
    """Return the chance of means this far apart (Welch's test of the outermost two)."""
    means, counts = frame[name].to_numpy(), frame["customers"].to_numpy()
    errors = frame[f"{name}_variance"].to_numpy() / counts
    low, high = int(np.argmin(means)), int(np.argmax(means))
    error = math.sqrt(errors[low] + errors[high])
    return float(2 * scipy.stats.norm.sf((means[high] - means[low]) / error)) if error else 1.0


def _same_choices(pairs: list[tuple[list[object], list[int]]]) -> float:
    """Return the chance of counts this uneven (chi-square); 1 when there is one choice."""
    named = [dict(zip(*pair, strict=True)) for pair in pairs]
    names = sorted({name for one in named for name in one}, key=str)
    table = np.array([[float(one.get(name, 0)) for name in names] for one in named])
    table = table[:, table.sum(axis=0) >= 5 * len(table)]
    if table.shape[1] < 2:
        return 1.0
    return float(scipy.stats.chi2_contingency(table, correction=False).pvalue)


def worth_by_segment(found: Forecast) -> pd.DataFrame:
    """Return in which RFM segments a plan pays, the best first; columns as `worth_of`."""
    return worth_of(found.past.past, found.simulation, found.order)


def worth_of(past: Past, simulation: Simulation, order: Sequence[int]) -> pd.DataFrame:
    """
    Return where the budget pays.

    Args:
        past: By sub-segment.
        simulation: Of it.
        order: Places of the sub-segments, the best first.

    Returns:
        One row for each that has customers: `name`, `customers`, `rate` (share that buys
        anyway), `spend` of a buyer, `profit` and its `low` and `high` (80%), `each` (profit per
        customer contacted).
    """
    beliefs = pooled(past)
    bounds = np.quantile(simulation.by_group, [0.1, 0.9], axis=1)
    profit = simulation.by_group.mean(axis=1)
    table = pd.DataFrame(
        {
            "name": past.names,
            "customers": past.customers.astype(int),
            "rate": np.clip(beliefs.rates * past.season, 0, 1),
            "spend": beliefs.spend,
            "profit": profit,
            "low": bounds[0],
            "high": bounds[1],
            "each": profit / np.maximum(simulation.treated, 1),
        }
    )
    ordered = table.iloc[list(order)]
    return ordered[ordered["customers"] > 0].reset_index(drop=True)
