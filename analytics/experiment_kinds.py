"""
An experiment as it is kept: what a body may hold, and how two of them differ in words.

The body is `{"state", "plan", "promise", "run", "result", "verdict"}`: the plan as
`experiment_plans.Plan`, what was promised when it was made, the frozen arms, the uploaded
result, and what was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from analytics.experiment_plans import STATES, Plan, readable_plan
from clickhouse_schema.made.things import Body, Kind, Made

HOLDOUT_ID = "holdout-of-all"
MOST_HELD_BACK = 0.2
_PARTS = {"state", "plan", "promise", "run", "result", "verdict"}


def _check(body: Body) -> None:
    if set(body) != _PARTS or body["state"] not in STATES:
        raise ValueError("it needs a state, a plan, and what came of it.")
    Plan.of(body["plan"])


def _differences(old: Body, new: Body) -> list[str]:
    told = []
    if old["state"] != new["state"]:
        told.append(f"State: {old['state']} → {new['state']}.")
    changed = [
        f"{name.replace('_', ' ')} {old['plan'].get(name)} → {value}"
        for name, value in new["plan"].items()
        if old["plan"].get(name) != value
    ]
    if changed:
        told.append(f"Plan: {'; '.join(changed)}.")
    if not old["run"] and new["run"]:
        told.append(f"Arms frozen: {sum(new['run']['customers']):,} customers.")
    if new["result"] and old["result"] != new["result"]:
        told.append(f"Results of {new['result']['file']}: {new['result']['rows']:,} rows.")
    if new["verdict"] and old["verdict"] != new["verdict"]:
        told.append("Verdict written down.")
    return told


def _check_holdout(body: Body) -> None:
    if set(body) != {"share"} or not 0 <= float(body["share"]) <= MOST_HELD_BACK:
        raise ValueError(f"it needs a share of 0 to {MOST_HELD_BACK:.0%}.")


EXPERIMENT = Kind("experiment", "experiment", check=_check, differences=_differences)
HOLDOUT = Kind("experiment_holdout", "holdout", check=_check_holdout)


@dataclass(frozen=True, slots=True)
class Promise:
    """
    What was expected when the experiment was planned.

    Attributes:
        lift, low, high: Relative, as believed in; the range holds it four times in five.
        profit, profit_low, profit_high: Currency; the range likewise.
        revenue: Incremental, after discounts.
        profitable: Probability that the profit is above 0.
        base: Value of the goal per customer without the campaign.
        customers: Of the segment.
    """

    lift: float
    low: float
    high: float
    profit: float
    profit_low: float
    profit_high: float
    revenue: float
    profitable: float
    base: float
    customers: int


@dataclass(frozen=True, slots=True)
class Run:
    """
    The frozen arms.

    Attributes:
        freeze_id: Of who is in which arm.
        start: First day of the experiment.
        customers: Per arm.
        members: Of the segment when it was split.
        taken, held: Of those, in other experiments and held back from all.
        end: Day it was stopped, left out; empty while it runs.
    """

    freeze_id: str
    start: date
    customers: tuple[int, ...]
    members: int
    taken: int
    held: int
    end: str = ""


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment as it stands: its newest version, read."""

    made: Made
    plan: Plan
    state: str
    promise: Promise | None
    run: Run | None
    result: Mapping[str, Any] | None
    verdict: Mapping[str, Any] | None

    @property
    def id(self) -> str:
        """Of every version."""
        return self.made.id

    @property
    def name(self) -> str:
        """As people call it."""
        return self.made.name


def experiment_of(made: Made) -> Experiment:
    """
    Return a kept experiment, read.

    Raises:
        InvalidThing: It cannot be read.
    """
    body = made.body
    run = body["run"]
    return Experiment(
        made, readable_plan(body["plan"]), body["state"],
        None if body["promise"] is None else Promise(**body["promise"]),
        None
        if run is None
        else Run(
            **{**run, "start": date.fromisoformat(run["start"]),
               "customers": tuple(run["customers"])}
        ),
        body["result"], body["verdict"],
    )  # fmt: skip
