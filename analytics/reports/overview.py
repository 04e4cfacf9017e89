"""The Overview's figures over time: the eight headline numbers, revenue, customers, hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from analytics.models.buckets import Bucket, Grain, add_up, alongside, cut, grain_for, places
from analytics.reports._slice import Slice, shared, slice_of
from analytics.reports._warehouse import warehouse
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.customers import WHOLE_PERIOD, customer_activity
from clickhouse_schema.queries.loads import DataState
from clickhouse_schema.queries.orders import daily_orders, order_hours
from clickhouse_schema.queries.revenue import daily_revenue

METRICS = (
    "revenue",
    "orders",
    "active_customers",
    "average_order_value",
    "new_customers",
    "repeat_rate",
    "return_rate",
    "lifetime_revenue",
)
_FEWEST_WHOLE = 3  # buckets a sparkline needs before partial ones are dropped from it


@dataclass(frozen=True, slots=True)
class Measure:
    """
    One number, what it was before, and its course.

    Attributes:
        now: In the period; None where it would be a division by nothing.
        before: In the comparison period; None when there is none, or no value.
        course: Per bucket, oldest first.
    """

    now: float | None
    before: float | None
    course: tuple[float, ...]

    @property
    def change(self) -> float | None:
        """Relative change, 0.01 for one per cent; None without a value to compare with."""
        if self.now is None or not self.before:
            return None
        return (self.now - self.before) / self.before


@dataclass(frozen=True, slots=True)
class Headline:
    """
    The eight numbers.

    Attributes:
        slice: What they are about.
        measures: By the names in `METRICS`; amounts in account currency, rates in [0, 1].
        empty: Whether nothing at all was sold or came back.
    """

    slice: Slice
    measures: dict[str, Measure]
    empty: bool


@dataclass(frozen=True, slots=True)
class Course:
    """
    Something over time, with the comparison laid behind it.

    Attributes:
        slice: What it is about.
        grain: By what it is drawn.
        buckets: Of the period.
        behind: Stretches of the comparison, one for each bucket; empty when there is none.
        values: One value per bucket, by name: `revenue`, and `before` when compared
            (NaN where the comparison is shorter); or `active`, `new` and `returning`
            customers.
    """

    slice: Slice
    grain: Grain
    buckets: tuple[Bucket, ...]
    behind: tuple[Bucket, ...]
    values: dict[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Hours:
    """
    The week by hours.

    Attributes:
        slice: What it is about.
        orders, revenue: Shape (7, 24): Monday first, midnight first.
    """

    slice: Slice
    orders: np.ndarray
    revenue: np.ndarray


@dataclass(frozen=True, slots=True)
class _Totals:
    """Sums of one period, from which the four sales metrics follow."""

    revenue: float
    returned: float
    orders: float


def headline(filters: Filters, data: DataState) -> Headline:
    """
    Return the eight numbers of a slice, each with its comparison and course.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    view = slice_of(filters, data)
    _, buckets = _buckets(view)
    money, orders = daily_money(view), chosen_orders(view)
    now = _totals(money, orders, view.now)
    before = None if view.before is None else _totals(money, orders, view.before)
    activity = _activity(view, buckets)
    measures = _sales_measures(now, before, _sales_courses(money, orders, buckets))
    measures |= _customer_measures(activity, buckets, compared=before is not None)
    return Headline(
        slice=view,
        measures={name: measures[name] for name in METRICS},
        empty=now.revenue == 0 and now.returned == 0 and now.orders == 0,
    )


def revenue_course(filters: Filters, data: DataState) -> Course:
    """
    Return revenue per bucket, and the comparison's laid behind by position.

    Days without a sale are 0.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    view = slice_of(filters, data)
    grain, buckets = _buckets(view)
    days = _column(daily_money(view), "revenue")
    values = {"revenue": add_up(days, buckets)}
    behind: tuple[Bucket, ...] = ()
    if view.before is not None:
        same_day = view.before.start.day == view.now.start.day
        behind = alongside(
            buckets,
            view.before.start,
            view.before.end,
            by_month=grain not in ("day", "week") and same_day,
        )
        sums = add_up(days, behind)
        values["before"] = tuple(
            value if one.end > one.start else np.nan
            for value, one in zip(sums, behind, strict=True)
        )
    return Course(view, grain, buckets, behind, values)


def customers_course(filters: Filters, data: DataState) -> Course:
    """
    Return new and returning customers per bucket.

    A customer is new in the bucket of the first order ever and returning in any other.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    view = slice_of(filters, data)
    grain, buckets = _buckets(view)
    activity = _activity(view, buckets)
    active = _by_position(activity, "active", len(buckets))
    new = _by_position(activity, "new", len(buckets))
    returning = tuple(all_ - first for all_, first in zip(active, new, strict=True))
    return Course(view, grain, buckets, (), {"active": active, "new": new, "returning": returning})


def hours(filters: Filters, data: DataState) -> Hours:
    """
    Return orders and revenue per weekday and hour.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    view = slice_of(filters, data)
    frame = order_hours(warehouse(), view.now)
    orders, revenue = np.zeros((7, 24), dtype=np.int64), np.zeros((7, 24))
    cells = frame["weekday"].to_numpy() - 1, frame["hour"].to_numpy()
    orders[cells] = frame["orders"]
    revenue[cells] = frame["revenue"]
    return Hours(view, orders, revenue)


def daily_money(view: Slice) -> pd.DataFrame:
    """Return `daily_revenue` of a slice, shared by the views that need it."""
    return shared(
        "daily_revenue",
        {"now": view.now, "before": view.before},
        lambda: daily_revenue(warehouse(), view.now, view.before),
    )


def orders_by_channel(view: Slice) -> pd.DataFrame:
    """Return `daily_orders` of a slice, of every channel, shared by the views that need it."""
    return shared(
        "daily_orders",
        {"now": view.now, "before": view.before},
        lambda: daily_orders(warehouse(), view.now, view.before),
    )


def chosen_orders(view: Slice) -> pd.DataFrame:
    """Return orders per day and channel of the chosen channels."""
    frame = orders_by_channel(view)
    return frame[frame["channel"].isin(view.now.channels)] if view.now.channels else frame


def inside(frame: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    """Return the rows whose `day` lies in the period."""
    day = frame["day"]
    return frame[(day >= pd.Timestamp(filters.start)) & (day < pd.Timestamp(filters.end))]


def _buckets(view: Slice) -> tuple[Grain, tuple[Bucket, ...]]:
    grain = grain_for(view.now.days)
    return grain, cut(view.now.start, view.now.end, grain)


def _activity(view: Slice, buckets: Sequence[Bucket]) -> pd.DataFrame:
    return shared(
        "customer_activity",
        {"now": view.now, "before": view.before},
        lambda: customer_activity(warehouse(), view.now, view.before, places(buckets)),
    )


def _column(frame: pd.DataFrame, name: str) -> list[tuple[date, float]]:
    days = [day.date() for day in frame["day"]]
    return list(zip(days, frame[name].astype(float), strict=True))


def _totals(money: pd.DataFrame, orders: pd.DataFrame, filters: Filters) -> _Totals:
    sums = inside(money, filters)[["revenue", "returned"]].sum()
    return _Totals(
        revenue=round(float(sums["revenue"]), 4),
        returned=round(float(sums["returned"]), 4),
        orders=float(inside(orders, filters)["orders"].sum()),
    )


def _sales_measures(
    now: _Totals, before: _Totals | None, courses: dict[str, tuple[float, ...]]
) -> dict[str, Measure]:
    def measure(name: str) -> Measure:
        return Measure(
            _sales_metric(name, now),
            None if before is None else _sales_metric(name, before),
            courses[name],
        )

    return {name: measure(name) for name in courses}


def _sales_metric(name: str, totals: _Totals) -> float | None:
    if name == "revenue":
        return totals.revenue
    if name == "orders":
        return totals.orders
    if name == "average_order_value":
        return ratio(totals.revenue, totals.orders)
    return ratio(totals.returned, totals.revenue)


def _sales_courses(
    money: pd.DataFrame, orders: pd.DataFrame, buckets: Sequence[Bucket]
) -> dict[str, tuple[float, ...]]:
    revenue = np.array(add_up(_column(money, "revenue"), buckets))
    returned = np.array(add_up(_column(money, "returned"), buckets))
    number = np.array(add_up(_column(orders, "orders"), buckets))
    kept = _kept_in_course(buckets)
    return {
        "revenue": tuple(revenue[kept]),
        "orders": tuple(number[kept]),
        "average_order_value": _rates(revenue, number, kept),
        "return_rate": _rates(returned, revenue, kept),
    }


def _customer_measures(
    activity: pd.DataFrame, buckets: Sequence[Bucket], *, compared: bool
) -> dict[str, Measure]:
    whole = activity[activity["position"] == WHOLE_PERIOD].sum()
    active, active_before = float(whole["active"]), float(whole["active_before"])
    per_bucket = {
        name: np.array(_by_position(activity, name, len(buckets)))
        for name in ("active", "new", "repeating", "lifetime")
    }
    kept = _kept_in_course(buckets)

    def count(name: str) -> Measure:
        before = float(whole[f"{name}_before"]) if compared else None
        return Measure(float(whole[name]), before, tuple(per_bucket[name][kept]))

    def per_customer(name: str) -> Measure:
        before = ratio(float(whole[f"{name}_before"]), active_before) if compared else None
        course = _rates(per_bucket[name], per_bucket["active"], kept)
        return Measure(ratio(float(whole[name]), active), before, course)

    return {
        "active_customers": count("active"),
        "new_customers": count("new"),
        "repeat_rate": per_customer("repeating"),
        "lifetime_revenue": per_customer("lifetime"),
    }


def _by_position(activity: pd.DataFrame, name: str, many: int) -> tuple[float, ...]:
    values = [0.0] * many
    for position, value in zip(activity["position"], activity[name], strict=True):
        if position != WHOLE_PERIOD:
            values[position] = float(value)
    return tuple(values)


def _kept_in_course(buckets: Sequence[Bucket]) -> np.ndarray:
    """Return which buckets a sparkline shows: whole ones, if there are enough."""
    whole = np.array([bucket.whole for bucket in buckets])
    return whole if whole.sum() >= _FEWEST_WHOLE else np.ones(len(buckets), dtype=bool)


def _rates(above: np.ndarray, below: np.ndarray, kept: np.ndarray) -> tuple[float, ...]:
    """Return the ratios of the kept buckets that have one."""
    usable = kept & (below > 0)
    return tuple(above[usable] / below[usable])


def ratio(above: float, below: float) -> float | None:
    """Return `above / below`, or None when there is nothing to divide by."""
    return above / below if below else None
