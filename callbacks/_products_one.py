"""Finished views of one product."""

from __future__ import annotations

import pandas as pd

from analytics.models.abc_xyz import CELLS, Cuts
from analytics.reports.products import Classified, Options, classified
from analytics.reports.products_life import class_history
from analytics.reports.products_one import One, buyers, course, find_product, partners
from analytics.reports.products_table import three_classes
from analytics.reports.shell import ShellFacts
from callbacks._products_views import rests_on, says_why
from clickhouse_schema.filters import Filters
from clickhouse_schema.recording import recording
from layouts.figures.one_product import (
    buyers_figure,
    course_figure,
    history_figure,
    partners_figure,
)
from layouts.format import count, day, exact_money, money, percent
from layouts.views import ChartView, Trust

_MOST_BARS = 8
_MOST_BUYERS = 12


def _found(
    filters: Filters, facts: ShellFacts, options: Options, product: str
) -> tuple[Classified, One]:
    found = classified(filters, options, facts.data)
    return found, find_product(found, product)


def _empty(words: str, title: str, trust: Trust) -> ChartView:
    return ChartView(None, words, pd.DataFrame(), trust, title=title, empty=words)


def _state(one: One, cuts: Cuts, currency: str) -> str:
    """Return class, worth and price of a product in a line."""
    if one.row is None:
        return "Not sold in this period"
    row = one.row
    low, high = (money(float(row[name]), currency) for name in ("price_low", "price_high"))
    price = low if low == high else f"{low} to {high}"
    classes = three_classes(row.to_frame().T, cuts)[0]
    return (
        f"{CELLS[int(row['cell'])]}; ABC by revenue, margin, units: {classes}; "
        f"{money(float(row['revenue']), currency)} of revenue; price {price}"
    )


@says_why
def course_view(filters: Filters, facts: ShellFacts, options: Options, product: str) -> ChartView:
    """Return a product's sales, returns and price over time."""
    with recording() as statements:
        found, one = _found(filters, facts, options, product)
        rows = course(found, one)
    currency = facts.data.currency
    trust = rests_on("one_product", found, facts, statements)
    title = f"{one.description or one.product_id} ({one.product_id})"
    if not rows["units"].any():
        return _empty(f"{title} did not sell in whole {found.periods.step}s here.", title, trust)
    told = pd.DataFrame(
        {
            f"{found.periods.step.capitalize()} from": [day(start) for start in rows["start"]],
            "Units": rows["units"],
            "Revenue": [exact_money(value, currency) for value in rows["revenue"]],
            "Came back": [exact_money(value, currency) for value in rows["returned"]],
            "Mean price": [exact_money(value, currency) for value in rows["price"]],
        }
    )
    return ChartView(
        figure=course_figure(rows, currency),
        answer=f"{title}: {_state(one, found.options.cuts, currency)}.",
        table=told,
        trust=trust,
        title=title,
        subtitle=f"{_state(one, found.options.cuts, currency)}; per {found.periods.step}",
    )


@says_why
def history_view(filters: Filters, facts: ShellFacts, options: Options, product: str) -> ChartView:
    """Return which class a product had at each month's end."""
    with recording() as statements:
        found, one = _found(filters, facts, options, product)
        rows = class_history(found, facts.data, one.place)
    trust = rests_on("one_product", found, facts, statements)
    rows = rows[rows["cell"] != ""].reset_index(drop=True)
    if rows.empty:
        return _empty("It had no class in any month of these.", "No class yet", trust)
    last = rows["cell"].iloc[-1]
    before = rows["cell"][rows["cell"] != last]
    months = "1 month" if len(rows) == 1 else f"{len(rows)} months"
    title = f"{last} for {months}" if before.empty else f"{last} since it was {before.iloc[-1]}"
    told = pd.DataFrame(
        {
            "Month": [f"{month:%b %Y}" for month in rows["month"]],
            "Class": rows["cell"],
            "Variation": [percent(value) for value in rows["cv"]],
            "Share of larger ones": [percent(value / 100) for value in rows["share"]],
        }
    )
    return ChartView(
        figure=history_figure(rows),
        answer=f"{one.product_id} is {title}.",
        table=told,
        trust=trust,
        title=title,
        subtitle="Class at each month's end by revenue and units of twelve months; letters: XYZ",
    )


@says_why
def partners_view(filters: Filters, facts: ShellFacts, options: Options, product: str) -> ChartView:
    """Return what a product sells with."""
    with recording() as statements:
        found, one = _found(filters, facts, options, product)
        rows = partners(found, one)
    trust = rests_on("one_product", found, facts, statements)
    if rows.empty:
        return _empty(
            f"Nothing is bought with {one.product_id} more often than chance would have it.",
            "It sells alone", trust,
        )  # fmt: skip
    best = rows.iloc[0]
    title = f"Sells with {best['description']}, {best['lift']:,.1f} times as often as by chance"
    told = pd.DataFrame(
        {
            "Product": rows["product_id"],
            "Description": rows["description"],
            "Orders with both": rows["together"],
            "Share of its orders": [percent(value) for value in rows["rate"]],
            "Lift": [f"{value:,.1f}" for value in rows["lift"]],
            "At least": [f"{value:,.1f}" for value in rows["sure"]],
        }
    )
    return ChartView(
        figure=partners_figure(rows.head(_MOST_BARS)),
        answer=f"{title}.",
        table=told,
        trust=trust,
        title=title,
        subtitle="Times what chance would give · share of its orders; the surest first",
    )


@says_why
def buyers_view(filters: Filters, facts: ShellFacts, options: Options, product: str) -> ChartView:
    """Return who buys a product."""
    with recording() as statements:
        found, one = _found(filters, facts, options, product)
        rows = buyers(found, one)
    trust = rests_on("one_product", found, facts, statements)
    if rows.empty:
        return _empty("No order with it names a customer in this period.", "No known buyer", trust)
    many, again = int(rows["buyers"].iloc[0]), int(rows["again"].iloc[0])
    title = f"{count(many)} known customers buy it, {percent(again / many)} more than once"
    if many == 1:
        title = f"1 known customer buys it, {'more than once' if again else 'once so far'}"
    currency = facts.data.currency
    told = pd.DataFrame(
        {
            "Customer": rows["customer_id"],
            "Last bought": [day(at.date()) for at in rows["last_bought_on"]],
            "Orders": rows["orders"],
            "Units": rows["units"].map(lambda value: f"{value:,.12g}"),
            "Revenue": [exact_money(value, currency) for value in rows["revenue"]],
        }
    )  # fmt: skip
    return ChartView(
        figure=buyers_figure(rows.head(_MOST_BUYERS), currency),
        answer=f"{title}.",
        table=told,
        trust=trust,
        title=title,
        subtitle="Those who spent most on it",
    )
