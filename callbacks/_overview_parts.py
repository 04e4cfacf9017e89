"""The Overview's views by part: rankings, channels, what changed, the way from the file."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from analytics.models.contributions import Contributions
from analytics.reports.overview_parts import By, Ranking, channels, products, ranking, what_changed
from analytics.reports.overview_trust import Reconciliation, Step, reconciliation
from analytics.reports.shell import ShellFacts
from callbacks._overview_views import empty_view, trusted
from callbacks._trust import compared_with
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.revenue import Dimension
from clickhouse_schema.recording import recording
from layouts.figures.rows import (
    Bar,
    Cell,
    Column,
    change_figure,
    colour_of,
    ranking_figure,
    table_figure,
)
from layouts.figures.theme import ACCENT, MUTED, OTHER
from layouts.format import (
    change,
    count,
    exact_money,
    money,
    name_or_not_given,
    percent,
    signed_money,
)
from layouts.views import ChartView
from layouts.words import PLURALS, leader, only_one
from layouts.words import what_changed as what_changed_in_words

_MOST_ROWS = {"country": 10, "category": 12, "channel": 6}
_CLICKS = {"country": "countries", "channel": "channels", "category": "categories"}
_NO_COMPARISON = {
    "not asked": "Choose a comparison above to see what changed.",
    "no earlier data": "There is no earlier data to compare with: the comparison would begin "
    "before the first loaded day. Choose a shorter or later period.",
}


def ranking_view(filters: Filters, facts: ShellFacts, dimension: Dimension) -> ChartView:
    """Return revenue per country or category, best first, the others pale when one is chosen."""
    with recording() as statements:
        found = ranking(filters, facts.data, dimension)
    trust = trusted("revenue", found.slice, facts, statements)
    rows = found.rows[found.rows["revenue"] > 0]
    if found.total <= 0 and rows.empty:
        return empty_view(found.slice, trust)
    if len(rows) < 2:
        name = str(rows["name"].iloc[0]) if len(rows) else None
        return empty_view(found.slice, trust, only_one(dimension, name, chosen=False))
    against = compared_with(found.slice)
    chosen = rows[rows["chosen"]]
    named, amounts = chosen["name"].tolist(), chosen["revenue"].tolist()
    return ChartView(
        figure=ranking_figure(
            _bars(rows, dimension, facts.data.currency, compared=against is not None)
        ),
        answer=_listing(found, facts.data.currency),
        table=_ranking_table(found, dimension.capitalize(), facts.data.currency),
        trust=trust,
        title=leader(named, amounts, dimension, there_are=len(rows)),
        subtitle=f"Revenue per {dimension}"
        + (f", change against {against.long}" if against else "")
        + ". Click a bar to filter.",
    )


def _bars(rows: pd.DataFrame, dimension: str, currency: str, *, compared: bool) -> list[Bar]:
    most = _MOST_ROWS[dimension]
    single = rows if len(rows) <= most + 1 else rows.head(most)
    bars = [
        Bar(
            name=name_or_not_given(row.name),
            value=row.revenue,
            label=money(row.revenue, currency),
            change=None if math.isnan(row.change) else row.change,
            key=row.name,
            chosen=bool(row.chosen),
            note="new" if compared else "",
        )
        for row in single.itertuples(index=False)
    ]
    rest = rows.iloc[len(single) :]
    if len(rest):
        sold = float(rest["revenue"].sum())
        name = f"{len(rest)} other {PLURALS[dimension]}"
        chosen = bool(rest["chosen"].any())
        bars.append(Bar(name, sold, money(sold, currency), other=True, chosen=chosen))
    return bars


def _ranking_table(found: Ranking, heading: str, currency: str) -> pd.DataFrame:
    rows = found.rows
    table = pd.DataFrame(
        {
            heading: [name_or_not_given(name) for name in rows["name"]],
            f"Revenue ({currency})": rows["revenue"].round(2),
            "Share of revenue": [
                percent(value / found.total) if kept and found.total else "\u2013"
                for value, kept in zip(rows["revenue"], rows["chosen"], strict=True)
            ],
        }
    )
    if found.slice.before is not None:
        table[f"Before ({currency})"] = rows["revenue_before"].round(2)
        table["Change"] = [change(value) for value in rows["change"]]
    return table


def _listing(found: Ranking, currency: str) -> str:
    kept = found.rows[found.rows["chosen"]].head(3)
    named = ", ".join(
        f"{name_or_not_given(row.name)} {money(row.revenue, currency)}"
        for row in kept.itertuples(index=False)
    )
    return f"By revenue: {named}."


def products_view(filters: Filters, facts: ShellFacts) -> ChartView:
    """Return the best products by revenue."""
    with recording() as statements:
        found = products(filters, facts.data)
    trust = trusted("revenue", found.slice, facts, statements)
    rows, currency = found.rows, facts.data.currency
    if rows.empty:
        return empty_view(found.slice, trust)
    bars = [
        Bar(
            name=row.name,
            value=row.revenue,
            label=money(row.revenue, currency),
            change=None if math.isnan(row.change) else row.change,
            note="new" if found.slice.before else "",
        )
        for row in rows.itertuples(index=False)
    ]
    table = _ranking_table(found, "Product", currency)
    table.insert(1, "Product id", rows["product_id"])
    share = percent(rows["revenue"].sum() / found.total) if found.total else ""
    against = compared_with(found.slice)
    return ChartView(
        figure=ranking_figure(bars, names_above=True),
        answer=_listing(found, currency),
        table=table,
        trust=trust,
        title=f"The {len(rows)} best products bring {share} of revenue",
        subtitle="Revenue per product"
        + (f", change against {against.long}" if against else "")
        + ". Postage, fees and the like are not products.",
    )


def channels_view(filters: Filters, facts: ShellFacts) -> ChartView:
    """Return revenue, orders, average order value and return rate per channel."""
    with recording() as statements:
        found = channels(filters, facts.data)
    trust = trusted("revenue", found.slice, facts, statements)
    sold = found.rows[found.rows["revenue"] > 0]
    if sold.empty:
        return empty_view(found.slice, trust)
    if len(sold) < 2:
        name = str(sold["name"].iloc[0])
        return empty_view(found.slice, trust, only_one("channel", name, chosen=False))
    rows = sold.head(_MOST_ROWS["channel"])
    currency, against = facts.data.currency, compared_with(found.slice)
    chosen = sold[sold["chosen"]]
    return ChartView(
        figure=_channels_figure(rows, currency, compared=against is not None),
        answer=_listing(found, currency),
        table=_channels_table(found, currency),
        trust=trust,
        title=leader(
            chosen["name"].tolist(), chosen["revenue"].tolist(), "channel", there_are=len(sold)
        ),
        subtitle=(f"Below each figure its change against {against.long}. " if against else "")
        + "Click a bar to filter.",
    )


def _channels_figure(rows: pd.DataFrame, currency: str, *, compared: bool) -> object:
    bars = [
        Bar(
            name=name_or_not_given(row.name),
            value=row.revenue,
            label=money(row.revenue, currency),
            change=None if math.isnan(row.change) else row.change,
            key=row.name,
            chosen=bool(row.chosen),
        )
        for row in rows.itertuples(index=False)
    ]
    shown = (
        ("Revenue", 0.42, "revenue", lambda value: money(value, currency), True),
        ("Orders", 0.6, "orders", count, True),
        ("Per order", 0.82, "order_value", lambda value: money(value, currency), True),
        ("Returns", 1.0, "return_rate", percent, False),
    )
    columns = []
    for heading, at, name, text, up_is_good in shown:
        cells = []
        for now, before in zip(rows[name], rows[f"{name}_before"], strict=True):
            moved = (now - before) / before if compared and before else None
            moved = None if moved is None or math.isnan(moved) else moved
            below = change(moved) if moved is not None else ""
            cells.append(Cell(text(now), below, colour_of(moved, up_is_good=up_is_good)))
        columns.append(Column(heading, at, tuple(cells)))
    return table_figure(bars, columns, bars_to=0.2)


def _channels_table(found: Ranking, currency: str) -> pd.DataFrame:
    rows = found.rows
    table = _ranking_table(found, "Channel", currency)
    table["Orders"] = rows["orders"].astype(int)
    table[f"Average order value ({currency})"] = rows["order_value"].round(2)
    table["Return rate"] = [percent(value) for value in rows["return_rate"]]
    if found.slice.before is not None:
        table["Orders before"] = rows["orders_before"].astype(int)
        table[f"Average order value before ({currency})"] = rows["order_value_before"].round(2)
        table["Return rate before"] = [percent(value) for value in rows["return_rate_before"]]
    return table


def changed_view(filters: Filters, facts: ShellFacts, by: By = "country") -> ChartView:
    """Return what the change of revenue is made of."""
    with recording() as statements:
        found = what_changed(filters, facts.data, by)
    trust = trusted("revenue", found.slice, facts, statements)
    against = compared_with(found.slice)
    if against is None:
        return empty_view(found.slice, trust, _NO_COMPARISON[found.slice.missing])
    parts = found.parts
    if parts is None:
        return empty_view(found.slice, trust)
    if found.names is not None and found.names < 2:
        only = parts.parts[0].name if parts.parts else None
        chosen = bool({"country": filters.countries, "channel": filters.channels,
                       "category": filters.categories}.get(by))  # fmt: skip
        return empty_view(found.slice, trust, only_one(by, only, chosen=chosen))
    currency = facts.data.currency
    named = [(part.name, part.change) for part in parts.parts]
    rest = (_rest_name(parts, by), parts.rest.change)
    sentence = what_changed_in_words(parts.now, parts.before, named, against.long, currency, rest)
    return ChartView(
        figure=change_figure(_change_bars(parts, by, currency)),
        answer=sentence,
        table=_change_table(parts, by, currency),
        trust=trust,
        title="What changed?",
        subtitle=sentence + (" Click a bar to filter." if by in _CLICKS else ""),
    )


def _change_bars(parts: Contributions, by: By, currency: str) -> list[Bar]:
    bars = [
        Bar(
            name=name_or_not_given(part.name),
            value=part.change,
            label=signed_money(part.change, currency),
            key=part.name if by in _CLICKS else None,
            clicks=_CLICKS.get(by, ""),
        )
        for part in parts.parts
    ]
    if parts.others == 0 and not parts.rest.change:
        return bars
    label = signed_money(parts.rest.change, currency)
    return [*bars, Bar(_rest_name(parts, by), parts.rest.change, label, other=True)]


def _rest_name(parts: Contributions, by: By) -> str:
    if parts.others is None:
        return f"All other {PLURALS[by]}"
    return f"{count(parts.others)} other {PLURALS[by] if parts.others != 1 else by}"


def _change_table(parts: Contributions, by: By, currency: str) -> pd.DataFrame:
    rows = [
        (name_or_not_given(part.name), part.before, part.now, part.change) for part in parts.parts
    ]
    if parts.others != 0 or parts.rest.change:
        rest = parts.rest
        rows.append((_rest_name(parts, by), rest.before, rest.now, rest.change))
    rows.append(("All together", parts.before, parts.now, parts.change))
    heads = [by.capitalize(), f"Before ({currency})", f"Now ({currency})", f"Change ({currency})"]
    table = pd.DataFrame(rows, columns=heads)
    table[heads[1:]] = table[heads[1:]].round(2)
    return table


_RULES = {
    "return": ("Returns", "Cancelled orders and returned lines"),
    "correction": ("Corrections", "Stock and price corrections"),
    "free": ("No price", "Lines without a price"),
    "unknown customer": ("No customer", "Sale lines that name no customer"),
    "discount": ("Discounts", "Discounts on sale lines"),
}


def reconciliation_view(filters: Filters, facts: ShellFacts) -> ChartView:
    """Return the way from the loaded file to the figures."""
    with recording() as statements:
        way = reconciliation(filters, facts.data)
    trust = trusted("revenue", way.slice, facts, statements)
    if not way.lines:
        return empty_view(way.slice, trust)
    currency = facts.data.currency
    share = percent(way.lines_used / way.lines)
    said = (
        f"Of {way.lines:,} loaded lines {way.lines_used:,} ({share}) make up "
        f"{exact_money(way.revenue, currency)} of revenue"
    )
    return ChartView(
        figure=_reconciliation_figure(way, currency),
        answer=f"{said}; {way.orders:,} orders, {way.customers:,} customers.",
        table=_reconciliation_table(way, currency),
        trust=trust,
        title=f"{share} of the loaded lines make these figures",
        subtitle="From the file to these figures: every loaded line of this period and these "
        "filters, and what each rule leaves out.",
    )


def _reconciliation_figure(way: Reconciliation, currency: str) -> object:
    ends = _lines_left(way.lines, way.steps)
    names = ["In the file", *(_RULES[step.rule][0] for step in way.steps), "Used here"]
    lengths = [way.lines, *(step.lines for step in way.steps), way.lines_used]
    starts = [0, *ends, 0]
    colours = [ACCENT, *(OTHER for _ in way.steps), ACCENT]
    bars = [
        Bar(name, float(length), f"{length:,} lines")
        for name, length in zip(names, lengths, strict=True)
    ]
    lines = (
        Cell(f"{way.lines:,}", f"{way.invoices:,} invoices", MUTED),
        *(Cell(f"\u2212{step.lines:,}" if step.lines else "\u2013") for step in way.steps),
        Cell(f"{way.lines_used:,}", f"{way.orders:,} orders", MUTED),
    )
    amounts = (
        Cell(exact_money(way.amount, currency), "quantity × price", MUTED),
        *(Cell(_taken(step.amount, currency)) for step in way.steps),
        Cell(exact_money(way.revenue, currency), f"{way.customers:,} customers", MUTED),
    )
    columns = (Column("Lines", 0.58, lines), Column("Amount", 1.0, amounts))
    return table_figure(bars, columns, bars_to=0.17, starts=starts, colours=colours)


def _lines_left(lines: int, steps: tuple[Step, ...]) -> list[float]:
    """Return how many lines are left after each step."""
    taken = np.cumsum([step.lines for step in steps]) if steps else np.array([])
    return [float(lines - one) for one in taken]


def _taken(amount: float, currency: str) -> str:
    """Return what taking an amount away does: taking returns away adds."""
    if round(amount, 2) == 0:
        return exact_money(0, currency)
    sign = "\u2212" if amount > 0 else "+"
    return f"{sign}{exact_money(abs(amount), currency)}"


def _reconciliation_table(way: Reconciliation, currency: str) -> pd.DataFrame:
    blank = None
    rows: list[tuple[object, ...]] = [
        ("Loaded", way.lines, way.invoices, blank, round(way.amount, 3))
    ]
    rows += [
        (
            f"Left out: {_RULES[step.rule][1].lower()}",
            -step.lines,
            blank,
            blank,
            round(-step.amount, 3),
        )
        for step in way.steps
    ]
    rows.append(("Used", way.lines_used, way.orders, way.customers, round(way.revenue, 3)))
    heads = ["Step", "Lines", "Invoices or orders", "Customers", f"Amount ({currency})"]
    return pd.DataFrame(rows, columns=heads).astype(object)
