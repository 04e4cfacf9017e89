"""A segment's past by the groups of a grouping of customers, beside that by RFM segment."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from analytics.cluster_members import GROUPING, model_of
from analytics.cluster_models import in_use, population_at
from analytics.errors import NotEnoughData
from analytics.experiment_plans import Plan
from analytics.models.experiment_sensitivity import over_shares
from analytics.models.experiment_simulator import Past, simulate
from analytics.reports._slice import shared
from analytics.reports._warehouse import warehouse
from analytics.reports.experiments_parts import past_of
from analytics.reports.experiments_past import (
    Windows,
    midnight,
    recent_starts,
    whose_at,
    windows_of,
)
from analytics.reports.experiments_plan import Forecast, worth_of
from clickhouse_schema.experiments.past import Window, past_groups
from clickhouse_schema.experiments.statements import LAST_KEY
from clickhouse_schema.made.reading import current
from clickhouse_schema.made.things import Made
from clickhouse_schema.queries.loads import DataState

NO_GROUP = "In no group"


def grouping_in_use() -> Made | None:
    """Return the grouping in use; None when none is."""
    id_ = in_use(warehouse())
    return None if id_ is None else current(warehouse(), GROUPING, id_)


def group_past(plan: Plan, season: float, grouping: Made, data: DataState) -> Past:
    """
    Return what the simulator needs per group; who is in which is judged as each window began.

    Args:
        plan: Whose segment and length are asked for.
        season: Of the segment, as its past says.
        grouping: Of customers.
        data: What is loaded.

    Raises:
        InvalidThing, NotEnoughData, WarehouseError: As `segment_past`.
    """
    windows = windows_of(plan, data)
    starts = recent_starts(plan.days, data)
    asked = {"plan": [plan.segment, plan.days], "grouping": grouping.id, "from": repr(starts),
             "last_key": windows.last_key, "cuts": repr(windows.cuts)}  # fmt: skip

    def found() -> list[pd.DataFrame]:
        days = [(data.today, 0), *[(start, plan.days) for start in starts]]
        return [_groups(plan, start, length, grouping, windows) for start, length in days]

    now, *frames = shared("experiment_groups", asked, found)
    names = {
        place: str(one["name"]) for place, one in enumerate(grouping.body["clusters"], 1)
    } | {0: NO_GROUP}  # fmt: skip
    past = past_of(now, frames, names, season)
    if not past.buyers.sum():
        raise NotEnoughData("Nobody of these groups bought in the past windows.")
    return past


def _groups(plan: Plan, start: date, days: int, grouping: Made, windows: Windows) -> pd.DataFrame:
    """Return sums per group; all customers count in a window of no days, which is now."""
    at = midnight(start)
    key = windows.last_key if days else LAST_KEY
    groups = (model_of(grouping.body), population_at(grouping.body, at))
    window = Window(at, at + timedelta(days=days))
    return past_groups(warehouse(), whose_at(plan, start, key), window, windows.cuts[start], groups)


def worth_by_group(found: Forecast, grouping: Made, data: DataState) -> pd.DataFrame:
    """
    Return which groups a plan pays in, the best first; columns as `worth_of`.

    Raises:
        InvalidThing, NotEnoughData, WarehouseError: As `group_past`.
    """
    past = group_past(found.plan, found.past.past.season, grouping, data)
    simulation = simulate(past, found.plan.campaign(found.lift), seed=found.plan.seed)
    return worth_of(past, simulation, over_shares(simulation)[1])
