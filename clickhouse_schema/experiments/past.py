"""What the members of a segment did in windows of the past, and since an experiment began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import pandas as pd

from clickhouse_schema.client import Warehouse, run_statement
from clickhouse_schema.experiments.statements import about, about_arms
from clickhouse_schema.members.facts import Members
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


def past_moments(
    warehouse: Warehouse, members: Members, window: Window, cuts: Cuts, steps: int = COARSE
) -> pd.DataFrame:
    """
    Return sums over members who had ordered before the window, per pair of scores.

    Args:
        warehouse: Where to ask.
        members: As judged when the window began, so that nobody is in for what they did in it.
        window: Whose outcomes are added up.
        cuts: Of the scores.
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
    text, params = about("past_moments", members)
    params |= window.as_params() | cuts.as_params() | {"steps": steps}
    return run_statement(warehouse, "past_moments", text, params, PAST_MOMENTS)


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
    warehouse: Warehouse, members: Members, start: datetime, weeks: Sequence[int], goal: Goal
) -> pd.DataFrame:
    """
    Return sums of a measure over windows of several lengths that begin at one moment.

    Args:
        warehouse: Where to ask.
        members: As judged at `start`.
        start: Of all windows.
        weeks: Their lengths, ascending.
        goal: Which measure.

    Returns:
        One row per length: `weeks`, `customers`, `total`, `squares`.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    text, params = about("past_lengths", members)
    params |= {
        "snapshot": start, "until": start + timedelta(weeks=max(weeks)),
        "lengths": list(weeks), "goal": goal,
    }  # fmt: skip
    return run_statement(warehouse, "past_lengths", text, params, PAST_LENGTHS)


def past_values(warehouse: Warehouse, members: Members, window: Window, goal: Goal) -> pd.DataFrame:
    """
    Return what members did in a window, those at 0 left out.

    Returns:
        At most `MOST_VALUES` rows: `value`, and in each how many `customers` and `doers`
        (not at 0) there are in all. No row when nobody did anything.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    text, params = about("past_values", members)
    params |= window.as_params() | {"goal": goal, "most": MOST_VALUES}
    return run_statement(warehouse, "past_values", text, params, PAST_VALUES)
