"""Finished views of the Products tab beside the matrix: movement, range, watch list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analytics.reports.products import Classified, Options, classified
from analytics.reports.products_changes import categories, movement, named, pareto
from analytics.reports.products_life import life_cycle, stage_table
from analytics.reports.products_watch import REASONS, watch_list
from analytics.reports.shell import ShellFacts
from callbacks._products_views import rests_on, says_why
from clickhouse_schema.filters import Filters
from clickhouse_schema.recording import recording
from layouts.figures.products import (
    categories_figure,
    changed_figure,
    life_figure,
    movement_figure,
    pareto_figure,
    reasons_figure,
)
from layouts.format import (
    change,
    count,
    exact_money,
    money,
    name_or_not_given,
    percent,
    period,
    signed_money,
)
from layouts.products import VALUES
from layouts.products_watch import NAMES, STAKES
from layouts.views import ChartView, Trust

_MOST_SHOWN = 10
_MOST_CATEGORIES = 12
_MOST_TOLD = 200
_WIDTHS = {"products": "products", "revenue": "revenue, the mean of both periods"}


def _nothing(trust: Trust, words: str, title: str) -> ChartView:
    return ChartView(None, words, pd.DataFrame(), trust, title=title, empty=words)


def _compared(found: Classified) -> str:
    before = found.slice.before
    return "" if before is None else period(before.start, before.end)


@says_why
def movement_view(filters: Filters, facts: ShellFacts, options: Options, width: str) -> ChartView:
    """Return products' ways between cells since the comparison period."""
    with recording() as statements:
        found = classified(filters, options, facts.data)
        flows = movement(found).flows()
    currency = facts.data.currency
    moved = flows[flows["before"] != flows["now"]]
    stayed = flows["products"].sum() - moved["products"].sum()
    title = (
        f"{percent(moved['products'].sum() / flows['products'].sum())} of products are in another "
        f"cell than in {_compared(found)}"
    )
    told = pd.DataFrame(
        {
            "Cell before": flows["before"],
            "Cell now": flows["now"],
            "Products": flows["products"],
            "Revenue before": [exact_money(value, currency) for value in flows["revenue_before"]],
            "Revenue now": [exact_money(value, currency) for value in flows["revenue_now"]],
        }
    )
    return ChartView(
        figure=movement_figure(flows, width, currency),
        answer=f"{title}; {count(stayed)} stayed where they were.",
        table=told,
        trust=rests_on("product_movement", found, facts, statements),
        title=title,
        subtitle=f"Bands show {_WIDTHS[width]}; green comes into A, red leaves it. "
        "Ways under 0.2% of the whole are in the table only",
    )  # fmt: skip


@says_why
def of_a_view(filters: Filters, facts: ShellFacts, options: Options, joined: bool) -> ChartView:
    """Return the newcomers of A, or who left it."""
    with recording() as statements:
        found = classified(filters, options, facts.data)
        rows = named(movement(found).of_a(joined=joined))
    trust = rests_on("product_movement", found, facts, statements)
    verb, currency = ("came into A" if joined else "left A"), facts.data.currency
    if rows.empty:
        return _nothing(trust, f"No product {verb} since {_compared(found)}.", f"None {verb}")
    products = "1 product" if len(rows) == 1 else f"{count(len(rows))} products"
    total = float(rows["change"].sum())
    title = f"{products} {verb}: {signed_money(total, currency)}"
    told = pd.DataFrame(
        {
            "Product": rows["product_id"],
            "Description": rows["description"],
            "Before": rows["before"],
            "Now": rows["now"],
            "Revenue before": [exact_money(value, currency) for value in rows["revenue_before"]],
            "Revenue now": [exact_money(value, currency) for value in rows["revenue_now"]],
        }
    ).head(_MOST_TOLD)
    shown = rows.head(_MOST_SHOWN)
    return ChartView(
        figure=changed_figure(shown, currency),
        answer=f"{title} of revenue against {_compared(found)}.",
        table=told,
        trust=trust,
        title=title,
        subtitle=f"Change of revenue against {_compared(found)}, the {len(shown)} largest",
    )


@says_why
def pareto_view(filters: Filters, facts: ShellFacts, options: Options) -> ChartView:
    """Return the Pareto curve."""
    with recording() as statements:
        found = classified(filters, options, facts.data)
    trust = rests_on("abc_xyz", found, facts, statements)
    value = VALUES[options.by].lower()
    curve, cuts = pareto(found), found.options.cuts
    if not curve["value"].any():
        words = "No costs are loaded, so no product has a margin. Choose ABC by revenue or units."
        return _nothing(trust, words, "No margins")
    places = found.products[f"share_{options.by}"]
    ends = (float((places < cuts.a).mean()), float((places < cuts.b).mean()))
    title = f"{percent(ends[0])} of products bring {cuts.a}% of {value}"
    told = pd.DataFrame(
        {
            "Share of products": [percent(share) for share in curve["products"]],
            f"Share of {value}": [percent(share) for share in curve["value"]],
        }
    )
    return ChartView(
        figure=pareto_figure(curve, ends, value),
        answer=f"{title}, {percent(ends[1])} bring {cuts.b}%.",
        table=told,
        trust=trust,
        title=title,
        subtitle=f"Share of {value} by share of products; {percent(ends[1])} bring {cuts.b}%",
    )  # fmt: skip


@says_why
def life_view(filters: Filters, facts: ShellFacts, options: Options) -> ChartView:
    """Return how many products are introduced, grow, are mature or decline."""
    with recording() as statements:
        found = classified(filters, options, facts.data)
        lived = life_cycle(found, facts.data)
    table, currency = stage_table(found, lived), facts.data.currency
    row = table.set_index("stage").loc["decline"]
    title = (
        f"{percent(row['products_share'])} of products decline; they still bring "
        f"{percent(row['revenue_share'])} of revenue"
    )
    told = pd.DataFrame(
        {
            "Stage": [name.capitalize() for name in table["stage"]],
            "Products": table["products"],
            "Share of products": [percent(share) for share in table["products_share"]],
            "Revenue": [exact_money(value, currency) for value in table["revenue"]],
            "Share of revenue": [percent(share) for share in table["revenue_share"]],
            "Usual trend per year": [change(value) for value in table["trend"]],
        }
    )
    return ChartView(
        figure=life_figure(table, currency),
        answer=f"{title}.",
        table=told,
        trust=rests_on("life_cycle", found, facts, statements),
        title=title,
        subtitle=f"By the trend of units in {lived.months.count} whole months, and by age",
    )  # fmt: skip


@says_why
def categories_view(filters: Filters, facts: ShellFacts, options: Options) -> ChartView:
    """Return the categories with their classes."""
    with recording() as statements:
        found = classified(filters, options, facts.data)
    trust = rests_on("abc_xyz", found, facts, statements)
    table, currency = categories(found), facts.data.currency
    if len(table) == 1:
        name = name_or_not_given(str(table["category"].iloc[0]))
        words = f"All products are in one category ({name}): there is no other to compare it with."
        return _nothing(trust, words, "One category")
    best = table.iloc[0]
    title = (
        f"{name_or_not_given(best['category'])} brings the most, "
        f"{percent(best['A'] / best['revenue'])} of it with A products"
    )
    told = pd.DataFrame(
        {
            "Category": [name_or_not_given(name) for name in table["category"]],
            "Products": table["products"],
            "Revenue": [exact_money(value, currency) for value in table["revenue"]],
            **{
                f"From {letter}": [percent(value) for value in table[letter] / table["revenue"]]
                for letter in "ABC"
            },
            "Margin": [percent(value) for value in table["margin_rate"]],
            "Return rate": [percent(value) for value in table["return_rate"]],
            "Products that sell evenly (X)": [percent(value) for value in table["even"]],
            "Sold in 90 days": [percent(value) for value in table["moving"]],
        }
    )
    shown = table.head(_MOST_CATEGORIES)
    rest = "" if len(table) == len(shown) else f", the {len(shown)} largest of {len(table)}"
    return ChartView(
        figure=categories_figure(shown, currency),
        answer=f"{title}.",
        table=told,
        trust=trust,
        title=title,
        subtitle=f"Revenue by class, from A (dark) to C (light), new products grey{rest}",
    )


def fact_in_words(reason: str, fact: float) -> str:
    """Return the number behind a reason, in words."""
    return {
        "erratic": f"varies by {percent(fact)}",
        "falling": f"{change(fact)} a year",
        "growing": f"{change(fact)} a year",
        "dead": f"no sale for {fact:,.0f} days",
        "loss": f"margin {percent(fact)}",
        "returns": f"{percent(fact)} came back in 60 days",
    }[reason]


@says_why
def reasons_view(filters: Filters, facts: ShellFacts, options: Options) -> ChartView:
    """Return the reasons to look at products, with what is at stake."""
    with recording() as statements:
        found = classified(filters, options, facts.data)
        listed = watch_list(found, facts.data)
    trust = rests_on("watch_list", found, facts, statements)
    currency = facts.data.currency
    if listed.empty:
        return _nothing(trust, "No product stands out.", "Nothing to look at")
    sums = listed.groupby("reason")["amount"].agg(["size", "sum"]).reindex(list(REASONS))
    sums = sums.fillna(0).sort_values("sum", ascending=False)
    many = listed["place"].nunique()
    title = f"{count(many)} {'product needs' if many == 1 else 'products need'} a look"
    sums = sums[sums["size"] > 0]
    texts = [
        f"{money(total, currency)} · {count(many)}"
        for many, total in zip(sums["size"], sums["sum"], strict=True)
    ]
    stakes = [STAKES[str(reason)] for reason in sums.index]
    told = pd.DataFrame(
        {
            "Reason": [NAMES[str(reason)] for reason in sums.index],
            "Products": sums["size"].astype(int).to_numpy(),
            "At stake": [exact_money(value, currency) for value in sums["sum"]],
            "What that is": [stake.capitalize() for stake in stakes],
        }
    )
    return ChartView(
        figure=reasons_figure(
            [NAMES[str(one)] for one in sums.index], sums["sum"].tolist(), texts, stakes
        ),
        answer=f"{title}, for {int((sums['size'] > 0).sum())} reasons.",
        table=told,
        trust=trust,
        title=title,
        subtitle="Money at stake · products, by reason; a product may have several",
    )


def watched_rows(found: Classified, facts: ShellFacts) -> tuple[list[dict[str, Any]], str]:
    """
    Return the watch list as a grid wants it, and what is listed, in words.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    listed = watch_list(found, facts.data)
    if listed.empty:
        return [], "No product stands out."
    shown = named(listed.groupby("reason").head(_MOST_TOLD))
    rows = [
        {
            "product_id": row.product_id,
            "description": row.description,
            "reason": NAMES[row.reason],
            "fact": fact_in_words(row.reason, row.fact),
            "amount": round(float(row.amount), 2),
            "stake": STAKES[row.reason],
        }
        for row in shown.itertuples()
    ]
    rest = "" if len(shown) == len(listed) else f"; the {_MOST_TOLD} largest of each reason"
    return rows, f"{count(len(listed))} reasons{rest}"


def watched_columns(sign: str) -> Sequence[dict[str, Any]]:
    """Return the columns of the watch list."""
    amount = f"'{sign}' + d3.format(',.2f')(params.value)"
    return [
        {"field": "product_id", "headerName": "Product", "pinned": "left", "width": 118,
         "flex": 0, "cellClass": "key-cell"},
        {"field": "description", "headerName": "Description", "flex": 2, "minWidth": 200},
        {"field": "reason", "headerName": "Reason", "minWidth": 136},
        {"field": "fact", "headerName": "Why", "minWidth": 190},
        {"field": "amount", "headerName": "At stake", "type": "rightAligned",
         "sort": "desc", "minWidth": 136,
         "filter": "agNumberColumnFilter", "valueFormatter": {"function": amount}},
        {"field": "stake", "headerName": "What that is", "flex": 2, "minWidth": 240},
    ]  # fmt: skip
