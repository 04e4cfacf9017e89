"""Which plans to make next: segments and offers by the profit that can be expected of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import scipy

from analytics.errors import AnalysisError
from analytics.experiment_plans import CLUSTER, EVERYONE, Plan, describe_offer
from analytics.experiments import running, segment_name
from analytics.models.experiment_lifts import Lift, shrunk
from analytics.models.experiment_simulator import Past, expected_profit
from analytics.models.rfm import SEGMENTS
from analytics.reports._warehouse import warehouse
from analytics.reports.experiments import usual_lifts
from analytics.reports.experiments_groups import group_past, grouping_in_use
from analytics.reports.experiments_parts import part_of_past
from analytics.reports.experiments_past import SegmentPast, segment_past
from analytics.saved_segments import kept_trees
from clickhouse_schema.errors import MadeError
from clickhouse_schema.queries.loads import DataState

MOST_STRATEGIES = 12
_FEWEST_SPLIT = 200
_MOST_KEPT = 4


@dataclass(frozen=True, slots=True)
class Strategy:
    """
    A segment and an offer that may pay.

    Attributes:
        plan: To be made a draft.
        segment: What readers call it.
        offer: In a few words.
        customers: Of the segment.
        lift: As believed in.
        profit: Expected.
        profitable: Probability that it is above 0.
        basis: Where the lift comes from.
    """

    plan: Plan
    segment: str
    offer: str
    customers: int
    lift: float
    profit: float
    profitable: float
    basis: str


# What can be done, with a range that holds its lift four times in five.
OFFERS: tuple[Plan, ...] = (
    Plan(offer="message", depth=0.0, low=0.0, likely=0.02, high=0.05),
    Plan(offer="discount", depth=0.05, low=0.0, likely=0.03, high=0.07),
    Plan(offer="discount", depth=0.10, low=0.01, likely=0.05, high=0.10),
    Plan(offer="gift", depth=0.0, redemption_cost=2.0, low=0.01, likely=0.05, high=0.10),
)


def strategies(data: DataState) -> list[Strategy]:
    """
    Return which segment and offer to try next, the largest expected profit first.

    Segments are all customers, named RFM segments, groups of the grouping in use, and the saved
    segments that were changed last. Those that a running experiment has are left out.

    Raises:
        NotEnoughData, WarehouseError: As `segment_past`.
    """
    everybody = segment_past(Plan(), data)
    busy = {one.plan.segment for one in running(warehouse())}
    parts: list[tuple[str, Past, float | None]] = []
    for word, name in SEGMENTS.items():
        part = part_of_past(everybody.past, name)
        if part is not None and part.buyers.sum() and part.customers.sum() >= _FEWEST_SPLIT:
            parts.append((f"rfm:{word}", part, everybody.margin))
    parts += [
        (EVERYONE, everybody.past, everybody.margin),
        *_groups(everybody, data),
        *_kept_segments(data),
    ]
    found = [
        _strategy(segment, past, margin, offer)
        for segment, past, margin in parts
        if segment not in busy
        for offer in OFFERS
    ]
    return sorted(found, key=lambda one: -one.profit)[:MOST_STRATEGIES]


def _groups(everybody: SegmentPast, data: DataState) -> list[tuple[str, Past, float | None]]:
    grouping = grouping_in_use()
    if grouping is None:
        return []
    try:
        past = group_past(Plan(), everybody.past.season, grouping, data)
    except (AnalysisError, MadeError):
        return []
    found = []
    for place, one in enumerate(grouping.body["clusters"], 1):
        part = part_of_past(past, str(one["name"]))
        if part is not None and part.buyers.sum() and part.customers.sum() >= _FEWEST_SPLIT:
            found.append((f"{CLUSTER}:{grouping.id}:{place}", part, everybody.margin))
    return found


def _kept_segments(data: DataState) -> list[tuple[str, Past, float | None]]:
    found = []
    for id_ in list(kept_trees(warehouse()))[:_MOST_KEPT]:
        segment = f"saved:{id_}"
        try:
            past = segment_past(Plan(segment=segment), data)
        except (AnalysisError, MadeError):
            continue
        if past.customers >= _FEWEST_SPLIT:
            found.append((segment, past.past, past.margin))
    return found


def _strategy(segment: str, past: Past, margin: float | None, offer: Plan) -> Strategy:
    prior = usual_lifts(offer.offer)
    hoped = offer.hoped if not prior.experiments else Lift(prior.mean, prior.deviation)
    basis = "An assumption: nothing like it has been measured here yet"
    if prior.experiments:
        basis = f"Measured in {prior.experiments} experiments here"
    plan = replace(
        offer, segment=segment, basis=basis, margin=margin or offer.margin,
        low=round(hoped.low, 4), likely=round(hoped.mean, 4), high=round(hoped.high, 4),
    )  # fmt: skip
    # What was measured many times needs no shrinking towards itself.
    lift = hoped if prior.experiments else shrunk(hoped, prior)
    campaign = plan.campaign(lift)
    spread = lift.deviation * _slope(past, plan)
    profit = float(expected_profit(past, campaign).sum())
    return Strategy(
        plan, segment_name(warehouse(), segment), describe_offer(plan),
        int(past.customers.sum()), lift.mean, profit,
        float(scipy.stats.norm.cdf(profit / spread)) if spread else float(profit > 0), basis,
    )  # fmt: skip


def _slope(past: Past, plan: Plan) -> float:
    """Return what one unit of lift adds to the profit."""
    campaign = plan.campaign(Lift(0.0, 0.01))
    ends = [float(expected_profit(past, campaign, lift=lift).sum()) for lift in (0.0, 0.1)]
    return abs(ends[1] - ends[0]) / 0.1
