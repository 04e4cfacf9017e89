"""A segment's own past: what its members did in windows of a campaign's length."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from analytics.errors import NotEnoughData
from analytics.experiment_kinds import Experiment
from analytics.experiment_plans import Plan, tree_of
from analytics.experiments import all_experiments, scores_cut_at, segment_members
from analytics.models.experiment_lifts import LiftPrior, prior_of
from analytics.models.experiment_robust import Spread
from analytics.models.experiment_simulator import Past
from analytics.models.experiment_tests import Moments
from analytics.models.rfm import SEGMENTS, SegmentMap
from analytics.reports._slice import shared
from analytics.reports._warehouse import warehouse
from analytics.saved_segments import kept_map, kept_trees
from clickhouse_schema.experiments.past import (
    Goal,
    Window,
    past_lengths,
    past_moments,
)
from clickhouse_schema.queries.loads import DataState
from clickhouse_schema.scoring import Cuts

RECENT_WINDOWS = 3
LENGTHS = (1, 2, 4, 8, 13, 26)
_YEAR = 364  # 52 weeks: the same weekdays
_LEAST_SEASON, _MOST_SEASON = 0.3, 3.0


@dataclass(frozen=True, slots=True)
class PastWindow:
    """
    One past window of a segment.

    Attributes:
        start, end: [start, end).
        customers: Who were in the segment when it began.
        buyers: Of those, who bought in it.
        value: Of the goal, per customer.
    """

    start: date
    end: date
    customers: int
    buyers: int
    value: float


@dataclass(frozen=True, slots=True)
class SegmentPast:
    """
    What can be expected of a segment if nothing is done.

    Attributes:
        customers: In it now.
        past: For the simulator, per named RFM segment.
        windows: Recent ones, the newest first.
        moments: Of the goal over the recent windows.
        reduction: Share of its variance that a customer's own past year explains.
        season: What the next window's time of the year does, judged a year ago; 1 when
            there is not enough history to tell.
        season_known: Whether it could be judged.
        margin: Share of revenue, of the newest window; None when no costs are loaded.
        lengths: Weeks -> (mean, standard deviation) of the goal per customer.
    """

    customers: int
    past: Past
    windows: tuple[PastWindow, ...]
    moments: Moments
    reduction: float
    season: float
    season_known: bool
    margin: float | None
    lengths: dict[int, tuple[float, float]]

    @property
    def deviation(self) -> float:
        """Standard deviation of the goal over customers, zeros included."""
        return math.sqrt(self.moments.variance)


def segment_past(plan: Plan, data: DataState) -> SegmentPast:
    """
    Return the past of a plan's segment; members are judged as each window began.

    Raises:
        InvalidThing: The segment is gone.
        NotEnoughData: No whole window lies behind, or nobody was in it, or nobody bought.
        WarehouseError: The warehouse could not answer.
    """
    tree = tree_of(plan.segment, kept_trees(warehouse()))
    asked = {"tree": repr(tree), "segment": plan.segment, "days": plan.days, "goal": plan.goal,
             "map": kept_map(warehouse()).version}  # fmt: skip
    return shared("experiment_past", asked, lambda: _segment_past(plan, data))


def _segment_past(plan: Plan, data: DataState) -> SegmentPast:
    if data.orders == 0:
        raise NotEnoughData("There are no orders yet. Load your sales first.")
    starts = recent_starts(plan.days, data)
    cuts = scores_cut_at(warehouse(), data.newest_at + timedelta(hours=24))
    segment_map = kept_map(warehouse()).map
    now = _moments(plan, data.today, 0, cuts)
    frames = [_moments(plan, start, plan.days, cuts) for start in starts]
    customers = int(now["customers"].sum())
    if not customers or not sum(int(frame["customers"].sum()) for frame in frames):
        raise NotEnoughData(
            "Nobody is in this segment, or nobody was when the past windows began. Choose another."
        )
    season, known = _season(plan, data, cuts)
    past = past_of(now, frames, segment_map, season)
    if not past.buyers.sum():
        raise NotEnoughData(
            f"Nobody of this segment bought in the past {plan.days} days. Choose a longer time or "
            "another segment."
        )
    moments = [goal_moments(frame, plan.goal) for frame in frames]
    total = moments[0]
    for one in moments[1:]:
        total = total.plus(one)
    return SegmentPast(
        customers, past,
        tuple(
            PastWindow(start, start + timedelta(days=plan.days), one.customers,
                       int(frame["buyers"].sum()), one.mean)
            for start, frame, one in zip(starts, frames, moments, strict=True)
        ),
        total, _explained(total), season, known, _margin(frames[0]), _lengths(plan, data),
    )  # fmt: skip


def recent_starts(days: int, data: DataState) -> list[date]:
    """
    Return when recent whole windows began, the newest first.

    Raises:
        NotEnoughData: The data does not reach back far enough for one.
    """
    starts = [data.today - timedelta(days=days * back) for back in range(1, RECENT_WINDOWS + 1)]
    whole = [start for start in starts if start > data.first_day]
    if not whole:
        raise NotEnoughData(
            f"The data covers less than {days} days. Choose a shorter time for the experiment."
        )
    return whole


def _moments(plan: Plan, start: date, days: int, cuts: Cuts) -> pd.DataFrame:
    """Return sums over a window; of a window of no days only the customers mean something."""
    at = datetime.combine(start, time())
    window = Window(at, at + timedelta(days=days))
    return past_moments(warehouse(), segment_members(warehouse(), plan, start), window, cuts)


def _season(plan: Plan, data: DataState, cuts: Cuts) -> tuple[float, bool]:
    """Return how the buying of the coming window differed a year ago from that before it."""
    start = data.today - timedelta(days=_YEAR)
    before = start - timedelta(days=plan.days)
    if before <= data.first_day + timedelta(days=plan.days):
        return 1.0, False
    rates = []
    for begin in (before, start):
        frame = _moments(plan, begin, plan.days, cuts)
        customers, buyers = int(frame["customers"].sum()), int(frame["buyers"].sum())
        if buyers < 30:
            return 1.0, False
        rates.append(buyers / customers)
    return float(np.clip(rates[1] / rates[0], _LEAST_SEASON, _MOST_SEASON)), True


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


def _explained(one: Moments) -> float:
    own = one.squares - one.total**2 / one.customers
    past = one.before_squares - one.before**2 / one.customers
    if own <= 0 or past <= 0:
        return 0.0
    return min(1.0, (one.products - one.before * one.total / one.customers) ** 2 / (own * past))


def _margin(frame: pd.DataFrame) -> float | None:
    revenue, margin = float(frame["revenue_total"].sum()), float(frame["margin_total"].sum())
    if revenue <= 0 or margin >= revenue * 0.9999:
        return None
    return max(0.01, margin / revenue)


def _lengths(plan: Plan, data: DataState) -> dict[int, tuple[float, float]]:
    weeks = [one for one in LENGTHS if data.today - timedelta(weeks=one) > data.first_day]
    if not weeks:
        return {}
    start = data.today - timedelta(weeks=max(weeks))
    frame = past_lengths(
        warehouse(), segment_members(warehouse(), plan, start),
        datetime.combine(start, time()), weeks, plan.goal,
    )  # fmt: skip
    found = {}
    for row in frame.itertuples():
        one = Moments(int(row.customers), 0, float(row.total), float(row.squares))
        if one.customers > 1:
            found[int(row.weeks)] = (one.mean, math.sqrt(one.variance))
    return found


def past_of(
    now: pd.DataFrame, frames: Sequence[pd.DataFrame], segment_map: SegmentMap, season: float
) -> Past:
    """
    Return what the simulator needs, per named RFM segment.

    Args:
        now: `past_moments` of a window of no days: who is in now.
        frames: Of past windows.
        segment_map: The names.
        season: As in `Past`.
    """
    names = {
        cell: segment_map.segment((cell - 1) // 5 + 1, (cell - 1) % 5 + 1) for cell in range(1, 26)
    }
    # Also those nobody is in now: their past is part of what all did.
    there = {names[int(cell)] for frame in (now, *frames) for cell in frame["cell"]}
    words = [word for word in SEGMENTS if word in there]
    place = {word: row for row, word in enumerate(words)}
    customers, seen, buyers = (np.zeros(len(words)) for _ in range(3))
    for row in now.itertuples():
        customers[place[names[int(row.cell)]]] += row.customers
    held: list[tuple[int, int, float, float]] = []
    for frame in frames:
        for row in frame.itertuples():
            at = place[names[int(row.cell)]]
            seen[at] += row.customers
            buyers[at] += row.buyers
            held += [(at, *one) for one in bins_of(row.bin_buyers, row.bin_revenue)]
    values, counts = _common_bins(held, len(words))
    return Past(
        tuple(SEGMENTS[word] for word in words), customers, seen, buyers, values, counts, season
    )


def bins_of(
    buyers: tuple[list[int], list[int]], revenue: tuple[list[int], list[float]]
) -> list[tuple[int, float, float]]:
    """Return (bin, buyers, revenue) of the two pairs of lists a statement returns."""
    amounts = dict(zip(*revenue, strict=True))
    return [
        (int(one), float(count), float(amounts[one])) for one, count in zip(*buyers, strict=True)
    ]


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


def part_of_past(past: Past, name: str) -> Past | None:
    """Return the past of one named RFM segment; None when nobody is in it."""
    if name not in past.names:
        return None
    at = [past.names.index(name)]
    return Past(
        (name,), past.customers[at], past.seen[at], past.buyers[at], past.values,
        past.counts[at], past.season,
    )  # fmt: skip


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
