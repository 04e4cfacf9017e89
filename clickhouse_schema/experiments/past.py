"""What the members of a segment did in windows of the past, and since an experiment began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import pandas as pd

from clickhouse_schema.client import Warehouse, run_statement
from clickhouse_schema.clusters.features import Population
from clickhouse_schema.clusters.model import ClusterModel
from clickhouse_schema.experiments.statements import Whose, about_arms, about_past, plain
from clickhouse_schema.queries.clusters import placed
from clickhouse_schema.rules.compile import renamed
from clickhouse_schema.scoring import Cuts

Goal = Literal["conversion", "revenue", "orders", "margin"]
GOALS: tuple[Goal, ...] = ("conversion", "revenue", "orders", "margin")
MOST_VALUES = 100_000
COARSE, FINE = 4, 64  # bins of spending in each doubling
MEASURES = {
    "customers": "int64",
    "buyers": "int64",
    **{
        f"{name}_{what}": "float64"
        for name in ("orders", "revenue", "margin")
        for what in ("total", "squares", "before", "before_squares", "products")
    },
    "conversion_products": "float64",
    "revenue_nonzero": "int64",
    "margin_nonzero": "int64",
    "bin_buyers": "object",
    "bin_revenue": "object",
}
PAST_MOMENTS = {"cell": "int64"} | MEASURES
ARM_MOMENTS = {"arm": "int64", "cell": "int64"} | MEASURES
PAST_LENGTHS = {"weeks": "int64", "customers": "int64", "total": "float64", "squares": "float64"}
PAST_VALUES = {"value": "float64", "customers": "int64", "doers": "int64"}
PAST_CUTS = {
    "snapshot": "datetime64[s]",
    "recency_cuts": "object",
    "frequency_cuts": "object",
    "monetary_cuts": "object",
}


@dataclass(frozen=True, slots=True)
class Window:
    """
    A stretch of time and what is known before it.

    Attributes:
        start, end: [start, end), in the account's time zone; equal to ask for nothing after.
        before_days: Days before the start that tell of a customer's past.
    """

    start: datetime
    end: datetime
    before_days: int = 365

    def as_params(self) -> dict[str, Any]:
        """Return what is bound to `customer_outcomes`."""
        since = self.start - timedelta(days=self.before_days)
        return {"snapshot": self.start, "until": self.end, "since": since}


def past_cuts(
    warehouse: Warehouse, snapshots: Sequence[datetime], last_key: int
) -> dict[datetime, Cuts]:
    """
    Return where the scores of all customers were cut into fifths at several moments.

    Args:
        warehouse: Where to ask.
        snapshots: The moments; one before the first order is not in the answer.
        last_key: As of `Whose`.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    params = {"snapshots": list(dict.fromkeys(snapshots)), "last_key": last_key}
    frame = run_statement(warehouse, "past_cuts", plain("past_cuts"), params, PAST_CUTS)
    return {
        row.snapshot.to_pydatetime(): Cuts(
            tuple(row.recency_cuts), tuple(row.frequency_cuts), tuple(row.monetary_cuts)
        )
        for row in frame.itertuples()
    }


def past_moments(
    warehouse: Warehouse,
    whose: Whose,
    window: Window,
    cuts: Cuts,
    *,
    with_costs: bool = False,
    steps: int = COARSE,
) -> pd.DataFrame:
    """
    Return sums over customers who had ordered before the window, per pair of scores.

    Args:
        warehouse: Where to ask.
        whose: As judged when the window began, so that nobody is in for what they did in it.
        window: Whose outcomes are added up.
        cuts: Of the scores, as the window began.
        with_costs: Whether costs are looked up; if not, the margin is the revenue.
        steps: Bins of spending in each doubling.

    Returns:
        At most 25 rows: `cell` ((r - 1) * 5 + f), `customers`, `buyers`, and for orders,
        revenue and margin `..._total`, `..._squares`, and with what was known of the time
        before `..._before`, `..._before_squares`, `..._products` (currency; past orders for
        orders and, as `conversion_products`, for whether they bought); `bin_buyers` and
        `bin_revenue`, pairs of bins of spending with sums over their buyers.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    text, params = about_past("past_moments", whose)
    params |= window.as_params() | cuts.as_params()
    params |= {"steps": steps, "with_costs": int(with_costs)}
    return run_statement(warehouse, "past_moments", text, params, PAST_MOMENTS)


def past_groups(
    warehouse: Warehouse,
    whose: Whose,
    window: Window,
    cuts: Cuts,
    groups: tuple[ClusterModel, Population],
) -> pd.DataFrame:
    """
    Return the same sums per group of a grouping of customers; the margin is the revenue.

    Args:
        warehouse: Where to ask.
        whose, window, cuts: As of `past_moments`.
        groups: The grouping, and of whom it is asked; at the start of the window.

    Returns:
        One row per group that holds somebody: `cell` is its number, 0 for customers without a
        place; the other columns as `past_moments`.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    model, population = groups
    inner, bound = renamed(*placed(model, replace(population, last_key=whose.last_key)), "group_")
    text, params = about_past("past_groups", whose)
    params |= window.as_params() | cuts.as_params() | bound
    params |= {"steps": COARSE, "with_costs": 0}
    text = text.replace("{{placed}}", inner)
    return run_statement(warehouse, "past_groups", text, params, PAST_MOMENTS)


def arm_moments(
    warehouse: Warehouse, freeze_id: str, window: Window, steps: int = FINE
) -> pd.DataFrame:
    """
    Return the same sums over the customers of frozen arms.

    Returns:
        One row per `arm` and `cell` at the start; the other columns as `past_moments`.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    params = window.as_params() | {"freeze_id": freeze_id, "steps": steps}
    return run_statement(warehouse, "arm_moments", about_arms("arm_moments"), params, ARM_MOMENTS)


def past_lengths(
    warehouse: Warehouse,
    whose: Whose,
    start: datetime,
    cuts: Cuts,
    weeks: Sequence[int],
    goal: Goal,
) -> pd.DataFrame:
    """
    Return sums of a measure over windows of several lengths that begin at one moment.

    Args:
        warehouse: Where to ask.
        whose: As judged at `start`.
        start: Of all windows.
        cuts: Of the scores at `start`.
        weeks: Their lengths, ascending.
        goal: Which measure.

    Returns:
        One row per length: `weeks`, `customers`, `total`, `squares`.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    text, params = about_past("past_lengths", whose)
    until = start + timedelta(weeks=max(weeks))
    params |= Window(start, until).as_params() | cuts.as_params()
    params |= {"lengths": list(weeks), "goal": goal, "with_costs": 0}
    return run_statement(warehouse, "past_lengths", text, params, PAST_LENGTHS)


def past_values(
    warehouse: Warehouse, whose: Whose, window: Window, cuts: Cuts, goal: Goal
) -> pd.DataFrame:
    """
    Return what customers did in a window, those at 0 left out.

    Args:
        warehouse: Where to ask.
        whose, window, cuts: As of `past_moments`.
        goal: Which measure.

    Returns:
        At most `MOST_VALUES` rows: `value`, and in each how many `customers` and `doers`
        (not at 0) there are in all. No row when nobody did anything.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    text, params = about_past("past_values", whose)
    params |= window.as_params() | cuts.as_params()
    params |= {"goal": goal, "most": MOST_VALUES, "with_costs": int(goal == "margin")}
    return run_statement(warehouse, "past_values", text, params, PAST_VALUES)
