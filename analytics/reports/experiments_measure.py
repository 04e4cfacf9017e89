"""What an experiment brought: every comparison of its arms, and whether it beat the plan."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd

from analytics.errors import NotEnoughData
from analytics.experiment_kinds import Experiment, Run
from analytics.experiment_plans import GOAL_LABELS, Plan
from analytics.models.experiment_bayes import Choice, conversion_choices, revenue_choices
from analytics.models.experiment_checks import Ratio, discoveries, sample_ratio
from analytics.models.experiment_robust import Spread, bootstrapped, winsorised
from analytics.models.experiment_tests import (
    Adjusted,
    Estimate,
    Moments,
    always_valid,
    cuped,
    mixture_scale,
    proportions,
    too_small,
    welch,
)
from analytics.models.rfm import SEGMENTS
from analytics.reports._slice import shared
from analytics.reports._warehouse import warehouse
from analytics.reports.experiments import goal_moments, spread_of
from analytics.saved_segments import kept_map
from clickhouse_schema.experiments.past import Goal, Window, arm_moments
from clickhouse_schema.experiments.results import result_moments
from clickhouse_schema.queries.loads import DataState

VISITS = "visits"
_RATES = {"conversion", VISITS}


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    One arm against the control by one measure.

    Attributes:
        goal: Of `GOAL_LABELS`, or `visits`.
        label: What readers call it.
        arm: Name of the treated arm.
        usual: Welch's, or for rates that of two proportions; right when one looks once,
            at the end.
        early: Always valid, however often one looks.
        past: With each customer's own past taken into account; None without.
        drawn, robust: Of revenue: bootstrapped; with the few largest held at a limit.
        too_small: Why no interval is shown, in words; empty otherwise.
    """

    goal: str
    label: str
    arm: str
    usual: Estimate
    early: Estimate
    past: Adjusted | None
    drawn: Estimate | None
    robust: Estimate | None
    too_small: str


@dataclass(frozen=True, slots=True)
class PartLift:
    """
    One sub-segment by the goal, the best arm against the control.

    Attributes:
        name: Of the sub-segment.
        customers: In both arms.
        estimate: Of the goal; None when it is too small.
        believed: Whether it stands when all sub-segments are looked at together.
    """

    name: str
    customers: int
    estimate: Estimate | None
    believed: bool


@dataclass(frozen=True, slots=True)
class Total:
    """
    What an arm brought in all, with 95% intervals.

    Attributes:
        revenue, revenue_low, revenue_high: Incremental.
        cost: Of contacts and redemptions.
        profit, profit_low, profit_high: After margin, discounts and cost.
        from_costs: Whether the margin is that of the loaded costs, not the planned one.
    """

    revenue: float
    revenue_low: float
    revenue_high: float
    cost: float
    profit: float
    profit_low: float
    profit_high: float
    from_costs: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """
    What came of an experiment.

    Attributes:
        source: `orders` or `file`.
        start, end: Days that count, [start, end).
        complete: Whether the planned time is over, so that the usual interval holds.
        arms, customers: Names and sizes, the control first.
        ratio: Whether the sizes fit the plan.
        comparisons: Per measure and treated arm.
        choices: Per arm by the goal.
        best: Place of the arm with the highest goal, of the treated ones.
        parts: Sub-segments by the goal.
        total: Of the best arm.
    """

    source: str
    start: date
    end: date
    complete: bool
    arms: tuple[str, ...]
    customers: tuple[int, ...]
    ratio: Ratio
    comparisons: tuple[Comparison, ...]
    choices: tuple[Choice, ...]
    best: int
    parts: tuple[PartLift, ...]
    total: Total

    def of(self, goal: str, arm: str) -> Comparison | None:
        """Return a comparison; None if there is none."""
        return next((o for o in self.comparisons if (o.goal, o.arm) == (goal, arm)), None)

    def headline(self, goal: str) -> Comparison:
        """Return the best arm's comparison by the goal, or by what the file says instead."""
        best = self.arms[self.best]
        found = self.of(goal, best)
        return found or next(one for one in self.comparisons if one.arm == best)


@dataclass(frozen=True, slots=True)
class _Arms:
    """Sums of each arm: what both sources come to."""

    measures: dict[str, list[Moments]]
    spreads: list[Spread]
    parts: dict[str, dict[str, list[Moments]]]
    has_past: bool
    has_costs: bool


def measured(experiment: Experiment, data: DataState) -> Measured:
    """
    Return what came of an experiment, from its file if it has one, else from the orders.

    Raises:
        NotEnoughData: It has not begun, or no order lies after its start.
        WarehouseError: The warehouse could not answer.
    """
    run = experiment.run
    if run is None:
        raise NotEnoughData("This experiment has not begun: there is nothing to measure yet.")
    key = {"id": experiment.id, "version": experiment.made.version,
           "map": kept_map(warehouse()).version}  # fmt: skip
    return shared("experiment_measured", key, lambda: _measured(experiment, run, data))


def _measured(experiment: Experiment, run: Run, data: DataState) -> Measured:
    plan = experiment.plan
    end = min(
        date.fromisoformat(run.end) if run.end else data.today,
        run.start + timedelta(days=plan.days), data.today,
    )  # fmt: skip
    if experiment.result is not None:
        source, arms = "file", _from_file(experiment.result)
        complete, progress = True, 1.0
    else:
        if end <= run.start:
            raise NotEnoughData(
                f"No order is loaded yet from {run.start:%-d %B %Y} on. Load newer sales, or "
                "upload a file of results."
            )
        source, arms = "orders", _from_orders(experiment.plan, run, end)
        progress = min(1.0, (end - run.start).days / plan.days)
        complete = progress >= 1
    goal = plan.goal if plan.goal in arms.measures else "revenue"
    sums = arms.measures[goal]
    best = 1 + max(range(len(sums) - 1), key=lambda place: sums[place + 1].mean)
    customers = tuple(one.customers for one in sums)
    return Measured(
        source, run.start, end, complete, plan.arms, customers,
        sample_ratio(customers, plan.shares), _comparisons(experiment, arms, progress),
        tuple(_choices(goal, arms)), best, _parts(goal, best, arms),
        _total(experiment, arms, best),
    )  # fmt: skip


def _from_orders(plan: Plan, run: Run, end: date) -> _Arms:
    window = Window(datetime.combine(run.start, time()), datetime.combine(end, time()))
    frame = arm_moments(warehouse(), run.freeze_id, window)
    segment_map = kept_map(warehouse()).map
    names = [
        SEGMENTS[segment_map.segment((int(cell) - 1) // 5 + 1, (int(cell) - 1) % 5 + 1)]
        for cell in frame["cell"]
    ]
    goals: list[Goal] = ["revenue", "conversion", "orders"]
    sold, kept = float(frame["revenue_total"].sum()), float(frame["margin_total"].sum())
    has_costs = sold > 0 and kept < sold * 0.9999
    if has_costs or plan.goal == "margin":
        goals.append("margin")
    by_arm = [frame[frame["arm"] == place] for place in range(len(plan.arms))]
    parts: dict[str, dict[str, list[Moments]]] = {
        name: {
            goal: [
                goal_moments(rows[[one == name for one in _names_of(rows, frame, names)]], goal)
                for rows in by_arm
            ]
            for goal in goals
        }
        for name in dict.fromkeys(names)
    }
    return _Arms(
        {goal: [goal_moments(rows, goal) for rows in by_arm] for goal in goals},
        [spread_of(rows) for rows in by_arm], parts, True, has_costs,
    )  # fmt: skip


def _names_of(rows: pd.DataFrame, frame: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """Return the sub-segment of each of some rows of a frame."""
    place = {index: at for at, index in enumerate(frame.index)}
    return [names[place[index]] for index in rows.index]


def _from_file(result: Mapping[str, Any]) -> _Arms:
    frame = result_moments(warehouse(), result["id"])
    by_arm = [frame[frame["arm"] == name] for name in result["arms"]]
    has_past = bool((frame["before_known"] == frame["customers"]).all())
    known = {"revenue": "revenue" in result["columns"], "conversion": True,
             VISITS: bool(frame["visits_known"].sum())}  # fmt: skip
    goals = [goal for goal, held in known.items() if held]
    parts = {
        str(part): {
            goal: [_file_moments(rows[rows["part"] == part], goal) for rows in by_arm]
            for goal in goals
        }
        for part in dict.fromkeys(frame["part"])
        if part
    }
    return _Arms(
        {goal: [_file_moments(rows, goal) for rows in by_arm] for goal in goals},
        [spread_of(rows) for rows in by_arm], parts, has_past, False,
    )  # fmt: skip


def _file_moments(rows: pd.DataFrame, goal: str) -> Moments:
    sums = rows.drop(columns=["arm", "part", "bin_buyers", "bin_revenue"]).sum()
    customers, buyers = int(sums["customers"]), int(sums["buyers"])
    past = (float(sums["before_total"]), float(sums["before_squares"]))
    if goal == "revenue":
        return Moments(
            customers, int(sums["revenue_nonzero"]), float(sums["revenue_total"]),
            float(sums["revenue_squares"]), *past, float(sums["revenue_products"]),
        )  # fmt: skip
    if goal == VISITS:
        visitors = int(sums["visitors"])
        return Moments(int(sums["visits_known"]), visitors, float(visitors), float(visitors))
    return Moments(
        customers, buyers, float(buyers), float(buyers), *past, float(sums["conversion_products"])
    )


def _comparisons(experiment: Experiment, arms: _Arms, progress: float) -> tuple[Comparison, ...]:
    plan = experiment.plan
    found = []
    for goal, sums in arms.measures.items():
        control = sums[0]
        for place, treated in enumerate(sums[1:], 1):
            small = too_small(control, treated)
            scale = mixture_scale(control, treated, progress) or 1.0
            has_past = arms.has_past and control.before_squares > 0
            spreads = (arms.spreads[0], arms.spreads[place])
            counted = goal == "revenue" and not small
            found.append(
                Comparison(
                    goal, GOAL_LABELS.get(goal, "Customers who visit"), plan.arms[place],  # type: ignore[call-overload]
                    _usual(goal, control, treated), always_valid(control, treated, scale),
                    cuped(control, treated) if has_past and goal != VISITS else None,
                    bootstrapped(*spreads) if counted else None,
                    winsorised(*spreads) if counted else None, small,
                )
            )  # fmt: skip
    return tuple(found)


def _usual(goal: str, control: Moments, treated: Moments) -> Estimate:
    return (proportions if goal in _RATES else welch)(control, treated)


def _choices(goal: str, arms: _Arms) -> list[Choice]:
    if goal == "revenue":
        return revenue_choices(arms.spreads)
    if goal in _RATES:
        return conversion_choices(arms.measures[goal])
    return []


def _parts(goal: str, best: int, arms: _Arms) -> tuple[PartLift, ...]:
    rows: list[tuple[str, int, Estimate | None]] = []
    for name, measures in arms.parts.items():
        control, treated = measures[goal][0], measures[goal][best]
        small = too_small(control, treated)
        rows.append(
            (name, control.customers + treated.customers,
             None if small else _usual(goal, control, treated))
        )  # fmt: skip
    chances = [float("nan") if one is None else one.p_value for _, _, one in rows]
    return tuple(
        PartLift(*row, believed) for row, believed in zip(rows, discoveries(chances), strict=True)
    )


def _total(experiment: Experiment, arms: _Arms, best: int) -> Total:
    """Return revenue and profit of the best arm against what its customers would have spent."""
    plan = experiment.plan
    if "revenue" not in arms.measures:
        nothing = float("nan")
        return Total(nothing, nothing, nothing, nothing, nothing, nothing, nothing, False)
    control, treated = arms.measures["revenue"][0], arms.measures["revenue"][best]
    lift = welch(control, treated)
    size = treated.customers
    redeemed = plan.redeemed if plan.offer != "message" else 0.0
    cost = plan.contact_cost * size + plan.redemption_cost * redeemed * treated.nonzero
    if arms.has_costs:
        gain = welch(arms.measures["margin"][0], arms.measures["margin"][best])
        worth = (gain.difference, gain.low, gain.high)
    else:
        # Revenue is net of the discount, the cost of goods is not.
        depth = plan.depth * redeemed if plan.offer == "discount" else 0.0
        kept = 1 - (1 - plan.margin) / (1 - depth)
        gap = kept * treated.mean - plan.margin * control.mean
        reach = math.hypot(
            kept * math.sqrt(treated.variance / size),
            plan.margin * math.sqrt(control.variance / control.customers),
        ) * lift.error / max(
            math.sqrt(treated.variance / size + control.variance / control.customers), 1e-300
        )  # fmt: skip
        worth = (gap, gap - reach, gap + reach)
    profit, low, high = (one * size - cost for one in worth)
    return Total(
        lift.difference * size,
        lift.low * size,
        lift.high * size,
        cost,
        profit,
        low,
        high,
        arms.has_costs,
    )


def verdict_of(experiment: Experiment, found: Measured) -> dict[str, float | str | None]:
    """Return what is written down of a finished experiment."""
    head = found.headline(experiment.plan.goal)
    usual = head.usual
    lift = usual.lift if math.isfinite(usual.lift) else None
    base = usual.control
    return {
        "goal": head.goal, "arm": head.arm, "lift": lift,
        "low": usual.low / base if base else None, "high": usual.high / base if base else None,
        "error": usual.error / 1.96 / base if base else None, "p_value": usual.p_value,
        "revenue": _plain(found.total.revenue), "profit": _plain(found.total.profit),
        "profit_low": _plain(found.total.profit_low),
        "profit_high": _plain(found.total.profit_high),
        "alarm": str(found.ratio.alarm), "source": found.source,
    }  # fmt: skip


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None
