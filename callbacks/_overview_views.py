"""The Overview's views: a report drawn, said in a sentence, laid out as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd

from analytics.models.buckets import Bucket
from analytics.reports._slice import Slice
from analytics.reports.overview import (
    METRICS,
    Course,
    Measure,
    customers_course,
    headline,
    hours,
    revenue_course,
)
from analytics.reports.overview_trust import lines_used
from analytics.reports.shell import ShellFacts
from callbacks._trust import Rests, compared_with, trust_of
from clickhouse_schema.filters import Filters
from clickhouse_schema.recording import Statement, recording
from layouts.figures.overview import (
    WEEKDAYS,
    Stretch,
    customers_figure,
    hours_figure,
    revenue_figure,
)
from layouts.format import count, exact_money, money, percent, period
from layouts.views import ChartView, GoodDirection, KpiView, Trust
from layouts.words import nothing_sold, revenue_moved

_MONEY = {"revenue", "average_order_value", "lifetime_revenue"}
_RATES = {"repeat_rate", "return_rate"}
_OF_CUSTOMERS = {"active_customers", "new_customers", "repeat_rate", "lifetime_revenue"}
# Which statements make a card's number, by the beginning of their names.
_MADE_BY = {
    "revenue": ("daily_revenue",),
    "orders": ("daily_orders",),
    "average_order_value": ("daily_revenue", "daily_orders"),
    "return_rate": ("daily_revenue",),
}
_BY = {"day": "By day", "week": "By week", "month": "By month", "quarter": "By quarter",
       "year": "By year"}  # fmt: skip


def trusted(
    metric: str,
    view: Slice,
    facts: ShellFacts,
    statements: Sequence[Statement],
    rests_on: Rests = "sales",
) -> Trust:
    """Return what a view rests on: the statements that made it, then the one that counts rows."""
    with recording() as counted:
        lines = lines_used(view)
        everybody = lines_used(replace(view, now=replace(view.now, segment=None)))
    made_by = [*statements, *counted]
    return trust_of(metric, view, lines, facts, made_by, rests_on=rests_on, everybody=everybody)


def empty_view(view: Slice, trust: Trust, words: str = "") -> ChartView:
    """Return a tile that says why it shows nothing; `words` if something else is the reason."""
    said = words or _nothing(view)
    return ChartView(None, said, pd.DataFrame(), trust, empty=said)


def kpi_views(filters: Filters, facts: ShellFacts) -> list[KpiView]:
    """Return the eight cards, in the order of `METRICS`."""
    with recording() as statements:
        found = headline(filters, facts.data)
    views = []
    for metric in METRICS:
        rests_on: Rests = "customers" if metric in _OF_CUSTOMERS else "sales"
        made_by = _MADE_BY.get(metric, ("customer_activity",))
        made = [one for one in statements if one.name.startswith(made_by)]
        trust = trusted(metric, found.slice, facts, made, rests_on)
        measure = found.measures[metric]
        views.append(_kpi(metric, measure, found.slice, trust, facts.data.currency))
    return views


def _kpi(metric: str, measure: Measure, view: Slice, trust: Trust, currency: str) -> KpiView:
    good: GoodDirection = "down" if metric == "return_rate" else "up"
    nothing = measure.now is None
    return KpiView(
        value=_short(metric, measure.now, currency),
        exact=_exact(metric, measure.now, currency),
        change=measure.change,
        compared=_compared(measure, view),
        good=good,
        spark=measure.course,
        trust=trust,
        empty="Nothing sold here" if nothing else "",
    )


def _compared(measure: Measure, view: Slice) -> str:
    before = compared_with(view)
    if before is None:
        return "no earlier data" if view.missing == "no earlier data" else ""
    if measure.change is None:
        return f"none {before.short.removeprefix('vs ')}"
    return before.short


def _short(metric: str, value: float | None, currency: str) -> str:
    if metric in _MONEY:
        return money(value, currency)
    return percent(value) if metric in _RATES else count(value)


def _exact(metric: str, value: float | None, currency: str) -> str:
    if metric in _MONEY:
        return exact_money(value, currency)
    if value is None or metric in _RATES:
        return percent(value)
    return f"{value:,.0f}"


def revenue_view(filters: Filters, facts: ShellFacts) -> ChartView:
    """Return revenue over time with its comparison behind."""
    with recording() as statements:
        course = revenue_course(filters, facts.data)
    view, currency = course.slice, facts.data.currency
    trust = trusted("revenue", view, facts, statements)
    now = float(np.sum(course.values["revenue"]))
    if now <= 0:
        return empty_view(view, trust)
    stretches, behind = _stretches(course.buckets), _stretches(course.behind)
    before = course.values.get("before", ())
    against = compared_with(view)
    names = (period(view.now.start, view.now.end), against.days if against else "")
    return ChartView(
        figure=revenue_figure(stretches, course.values["revenue"], currency, behind, before, names),
        answer=_revenue_answer(course, facts),
        table=_revenue_table(course, currency),
        trust=trust,
        title=_revenue_title(filters, facts, course),
        subtitle=_over_time(course, currency),
    )


def _revenue_title(filters: Filters, facts: ShellFacts, course: Course) -> str:
    against = compared_with(course.slice)
    if against is None:
        return "Revenue over time"
    revenue = headline(filters, facts.data).measures["revenue"]
    moved = revenue_moved(revenue.now or 0, revenue.before or 0, facts.data.currency)
    return f"{moved} against {against.long}"


def _revenue_answer(course: Course, facts: ShellFacts) -> str:
    values, currency = course.values["revenue"], facts.data.currency
    best = int(np.argmax(values))
    top = course.buckets[best]
    total = exact_money(sum(values), currency)
    return (
        f"Revenue {period(course.slice.now.start, course.slice.now.end)}: {total}. The best "
        f"{course.grain} was {period(top.start, top.end)} with "
        f"{exact_money(values[best], currency)}."
    )


def _revenue_table(course: Course, currency: str) -> pd.DataFrame:
    table = {
        "From": [one.start.isoformat() for one in course.buckets],
        "To": [_last(one) for one in course.buckets],
        f"Revenue ({currency})": np.round(course.values["revenue"], 2),
    }
    if course.behind:
        table["Compared from"] = [one.start.isoformat() for one in course.behind]
        table["Compared to"] = [_last(one) for one in course.behind]
        table[f"Compared revenue ({currency})"] = np.round(course.values["before"], 2)
    table["Complete"] = ["yes" if one.whole else "no" for one in course.buckets]
    return pd.DataFrame(table)


def customers_view(filters: Filters, facts: ShellFacts) -> ChartView:
    """Return new and returning customers over time."""
    with recording() as statements:
        course = customers_course(filters, facts.data)
        measures = headline(filters, facts.data).measures
    view, values = course.slice, course.values
    trust = trusted("new_customers", view, facts, statements, "customers")
    active = measures["active_customers"].now or 0
    if not active:
        return empty_view(view, trust, _no_customers(view))
    new = measures["new_customers"].now or 0
    share = f"{percent(new / active)} of {count(active)} active customers were new"
    return ChartView(
        figure=customers_figure(_stretches(course.buckets), values["returning"], values["new"]),
        answer=f"{share}.",
        table=pd.DataFrame(
            {
                "From": [one.start.isoformat() for one in course.buckets],
                "To": [_last(one) for one in course.buckets],
                "New customers": np.array(values["new"], dtype=int),
                "Returning customers": np.array(values["returning"], dtype=int),
                "Complete": ["yes" if one.whole else "no" for one in course.buckets],
            }
        ),
        trust=trust,
        title=share,
        subtitle=_over_time(course, "active customers", pale=True),
    )


def hours_view(filters: Filters, facts: ShellFacts, of: str = "orders") -> ChartView:
    """Return the week by hours, of orders or revenue."""
    with recording() as statements:
        week = hours(filters, facts.data)
    trust = trusted("revenue" if of == "revenue" else "orders", week.slice, facts, statements)
    cells = week.revenue if of == "revenue" else week.orders
    if cells.sum() <= 0:
        return empty_view(week.slice, trust)
    currency = facts.data.currency
    used = np.flatnonzero(week.orders.sum(axis=0))
    shown = range(int(used[0]), int(used[-1]) + 1)
    day, hour = np.unravel_index(int(np.argmax(cells)), cells.shape)
    busiest = f"{WEEKDAYS[int(day)]} {hour}:00–{hour + 1}:00"
    most = money(cells[day, hour], currency) if of == "revenue" else count(float(cells[day, hour]))
    what = "revenue" if of == "revenue" else "orders"
    labels = [
        [
            f"{WEEKDAYS[row]} {column}:00–{column + 1}:00<br>{week.orders[row, column]:,} orders, "
            f"{money(float(week.revenue[row, column]), currency)}"
            for column in shown
        ]
        for row in range(7)
    ]
    return ChartView(
        figure=hours_figure(cells[:, shown.start : shown.stop], labels, shown),
        answer=f"The busiest hour of the week is {busiest} with {most} {what}.",
        table=_hours_table(week.orders, week.revenue, currency),
        trust=trust,
        title=f"Busiest on {busiest}",
        subtitle=f"{what.capitalize()} by weekday and hour ({facts.data.time_zone}); "
        "stronger colour is more.",
    )


def _hours_table(orders: np.ndarray, revenue: np.ndarray, currency: str) -> pd.DataFrame:
    rows = [
        (WEEKDAYS[day], f"{hour}:00", int(orders[day, hour]), round(float(revenue[day, hour]), 2))
        for day in range(7)
        for hour in range(24)
        if orders[day, hour] or revenue[day, hour]
    ]
    return pd.DataFrame(rows, columns=["Day", "Hour", "Orders", f"Revenue ({currency})"])


def _stretches(buckets: Sequence[Bucket]) -> list[Stretch]:
    return [Stretch(one.start, one.end, one.whole) for one in buckets]


def _last(one: Bucket) -> str:
    return (one.end - timedelta(days=1)).isoformat()


def _over_time(course: Course, unit: str, *, pale: bool = False) -> str:
    """Return the subtitle of a chart over time: grain, unit, what is incomplete."""
    said = f"{_BY[course.grain]}, {unit}."
    ends = [
        name
        for name, one in (("first", course.buckets[0]), ("last", course.buckets[-1]))
        if not one.whole
    ]
    if not ends:
        return said
    how = "pale" if pale else "dotted"
    if len(course.buckets) == 1:
        return f"{said} The {course.grain} is incomplete ({how})."
    verb = "is" if len(ends) == 1 else "are"
    return f"{said} The {' and '.join(ends)} {course.grain} {verb} incomplete ({how})."


def _nothing(view: Slice) -> str:
    now = view.now
    chosen = {"countries": now.countries, "channels": now.channels, "categories": now.categories}
    segment = "" if now.segment is None else now.segment.name
    return nothing_sold(now.start, now.end, chosen, now.known_only, segment)


def _no_customers(view: Slice) -> str:
    return (
        f"{_nothing(view)} Orders that name no customer are not counted here."
        if view.now.known_only or view.now.segment
        else "No order here names a customer. Widen the period or the filters; orders without a "
        "customer count in revenue only."
    )
