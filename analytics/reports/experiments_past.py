"""A segment's own past: what its members did in windows of a campaign's length."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from analytics.errors import NotEnoughData
from analytics.experiment_plans import RFM, Plan, tree_of
from analytics.experiments import scores_cut_at, segment_members
from analytics.models.experiment_simulator import Past
from analytics.models.experiment_tests import Moments
from analytics.reports._slice import shared
from analytics.reports._warehouse import warehouse
from analytics.reports.experiments import goal_moments
from analytics.reports.experiments_parts import cell_names, past_of
from analytics.saved_segments import KeptMap, kept_map, kept_trees
from clickhouse_schema.experiments.past import (
    Window,
    past_cuts,
    past_lengths,
    past_moments,
)
from clickhouse_schema.experiments.statements import LAST_KEY, Whose
from clickhouse_schema.queries.loads import DataState
from clickhouse_schema.scoring import Cuts

RECENT_WINDOWS = 3
LENGTHS = (1, 2, 4, 8, 13, 26)
# Of larger segments so many members, drawn at random, tell the past; all of smaller ones do.
MOST_LOOKED_AT = 150_000
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
        looked_at: Share of the customers, drawn at random, whose past was looked at.
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
    looked_at: float = 1.0

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
    return shared("experiment_past", _asked(plan) | {"goal": plan.goal},
                  lambda: _segment_past(plan, data))  # fmt: skip


def _asked(plan: Plan) -> dict[str, object]:
    return {**_segment_asked(plan), "days": plan.days}


def _segment_asked(plan: Plan) -> dict[str, object]:
    tree = tree_of(plan.segment, kept_trees(warehouse()))
    return {"tree": repr(tree), "segment": plan.segment, "map": kept_map(warehouse()).version}


@dataclass(frozen=True, slots=True)
class Windows:
    """
    Sums over the members of a segment, as `past_moments` has them.

    Attributes:
        now: Of a window of no days: who is in now, all of them.
        recent: Of the windows of `recent_starts`.
        year_ago: Of the window before that of the season a year ago, and of that; none when
            history does not reach so far.
        last_key: Of the customers that were looked at.
        cuts: Of the scores as each moment began.
    """

    now: pd.DataFrame
    recent: tuple[pd.DataFrame, ...]
    year_ago: tuple[pd.DataFrame, ...]
    last_key: int
    cuts: dict[date, Cuts]


def _segment_past(plan: Plan, data: DataState) -> SegmentPast:
    if data.orders == 0:
        raise NotEnoughData("There are no orders yet. Load your sales first.")
    starts = recent_starts(plan.days, data)
    found = windows_of(plan, data)
    frames = found.recent
    customers = int(found.now["customers"].sum())
    if not customers or not sum(int(frame["customers"].sum()) for frame in frames):
        raise NotEnoughData(
            "Nobody is in this segment, or nobody was when the past windows began. Choose another."
        )
    season, known = _season(found.year_ago)
    past = past_of(found.now, frames, cell_names(kept_map(warehouse()).map), season)
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
        total, _explained(total), season, known, _margin(frames[0]),
        _lengths(plan, data, found), (found.last_key + 1) / (LAST_KEY + 1),
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


def windows_of(plan: Plan, data: DataState) -> Windows:
    """
    Return the sums of a plan's segment over its past windows.

    Raises:
        InvalidThing, NotEnoughData, WarehouseError: As `segment_past`.
    """
    starts = recent_starts(plan.days, data)
    asked = _asked(plan) | {"costs": plan.goal == "margin"}
    return shared("experiment_windows", asked, lambda: _windows(plan, data, starts))


def midnight(day: date) -> datetime:
    """Return the moment a day begins."""
    return datetime.combine(day, time())


def whose_at(plan: Plan, start: date, last_key: int = LAST_KEY) -> Whose:
    """
    Return who is in a plan's segment as a day begins.

    Named RFM segments are told by the scores that are looked up anyway, so nobody needs to
    be found first.

    Raises:
        InvalidThing: The segment is gone.
        NotEnoughData: Nothing had been ordered before.
    """
    kind, _, word = plan.segment.partition(":")
    if kind == RFM:
        cells = kept_map(warehouse()).map.cells(word)
        # A segment that the map gives no cell has nobody in it.
        return Whose(None, [(r - 1) * 5 + f for r, f in cells] or [0], last_key)
    if not word:
        return Whose(None, (), last_key)
    return Whose(segment_members(warehouse(), plan, start), (), last_key)


def _windows(plan: Plan, data: DataState, starts: Sequence[date]) -> Windows:
    kept = kept_map(warehouse())
    now, cuts_now = shared("experiment_now", _segment_asked(plan), lambda: _now(plan, data, kept))
    customers = int(now["customers"].sum())
    last_key = LAST_KEY
    if customers > MOST_LOOKED_AT:
        last_key = LAST_KEY * MOST_LOOKED_AT // customers
    before = _year_ago(plan, data)
    first = _longest(data)
    moments = [*starts, *before, *([] if first is None else [first])]
    cuts = _cuts(kept, moments, last_key)
    # What was earned is asked of the newest window only, unless it is what counts.
    recent = tuple(
        _moments(plan, start, plan.days, cuts, last_key,
                 with_costs=start == starts[0] or plan.goal == "margin")
        for start in starts
    )  # fmt: skip
    year_ago = tuple(_moments(plan, start, plan.days, cuts, last_key) for start in before)
    return Windows(now, recent, year_ago, last_key, cuts | cuts_now)


def _now(plan: Plan, data: DataState, kept: KeptMap) -> tuple[pd.DataFrame, dict[date, Cuts]]:
    cuts = _cuts(kept, [data.today], LAST_KEY)
    return _moments(plan, data.today, 0, cuts, LAST_KEY), cuts


def _cuts(kept: KeptMap, days: Sequence[date], last_key: int) -> dict[date, Cuts]:
    if kept.cuts is not None:
        return dict.fromkeys(days, kept.cuts)
    found = past_cuts(warehouse(), [midnight(day) for day in days], last_key)
    return {at.date(): cuts for at, cuts in found.items()}


def _moments(
    plan: Plan,
    start: date,
    days: int,
    cuts: dict[date, Cuts],
    last_key: int,
    *,
    with_costs: bool = False,
) -> pd.DataFrame:
    """Return sums over a window; of a window of no days only the customers mean something."""
    if start not in cuts:
        raise NotEnoughData("Nobody had ordered before the past windows. Load more history.")
    at = midnight(start)
    window = Window(at, at + timedelta(days=days))
    return past_moments(
        warehouse(), whose_at(plan, start, last_key), window, cuts[start], with_costs=with_costs
    )


def _year_ago(plan: Plan, data: DataState) -> list[date]:
    """Return when the window of the season began a year ago, after the one before it."""
    start = data.today - timedelta(days=_YEAR)
    before = start - timedelta(days=plan.days)
    return [] if before <= data.first_day + timedelta(days=plan.days) else [before, start]


def _season(frames: Sequence[pd.DataFrame]) -> tuple[float, bool]:
    """Return how the buying of the coming window differed a year ago from that before it."""
    rates = []
    for frame in frames:
        customers, buyers = int(frame["customers"].sum()), int(frame["buyers"].sum())
        if buyers < 30:
            return 1.0, False
        rates.append(buyers / customers)
    if not rates:
        return 1.0, False
    return float(np.clip(rates[1] / rates[0], _LEAST_SEASON, _MOST_SEASON)), True


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


def _longest(data: DataState) -> date | None:
    """Return when windows of all lengths begin; None when there is no history for one."""
    weeks = _lengths_known(data)
    return data.today - timedelta(weeks=max(weeks)) if weeks else None


def _lengths_known(data: DataState) -> list[int]:
    return [one for one in LENGTHS if data.today - timedelta(weeks=one) > data.first_day]


def _lengths(plan: Plan, data: DataState, windows: Windows) -> dict[int, tuple[float, float]]:
    start = _longest(data)
    if start is None or start not in windows.cuts:
        return {}
    frame = past_lengths(
        warehouse(), whose_at(plan, start, windows.last_key), midnight(start),
        windows.cuts[start], _lengths_known(data), plan.goal,
    )  # fmt: skip
    found = {}
    for row in frame.itertuples():
        one = Moments(int(row.customers), 0, float(row.total), float(row.squares))
        if one.customers > 1:
            found[int(row.weeks)] = (one.mean, math.sqrt(one.variance))
    return found


def cuts_at(day: date) -> Cuts:
    """
    Return where the scores of all customers are cut as a day begins.

    Raises:
        NotEnoughData: Nobody had ordered before.
    """
    return scores_cut_at(warehouse(), midnight(day))
