"""Figures of the Products tab: frame in, figure out."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from layouts.figures.theme import ACCENT, BAD, GOOD, INK, MUTED, OTHER
from layouts.format import count, money, name_or_not_given, percent, signed_money

_ORDER = ("AX", "AY", "AZ", "BX", "BY", "BZ", "CX", "CY", "CZ", "new", "not sold")
OTHER_SOFT = "rgba(127,141,163,0.25)"
_PLACES = {"A": 3, "B": 2, "C": 1, "X": 1, "Y": 2, "Z": 3}


def matrix_figure(matrix: pd.DataFrame, currency: str) -> go.Figure:
    """
    Return the nine cells and the new products as a picture, darker where more revenue is.

    Args:
        matrix: As `analytics.reports.products.matrix`.
        currency: ISO 4217 code.
    """
    figure = go.Figure(go.Scatter(x=[0], y=[0], mode="markers", marker={"opacity": 0}))
    for row in matrix.itertuples():
        low, high, y = (0.55, 3.45, 0.1) if row.cell == "new" else _place(row.cell)
        half = 0.25 if row.cell == "new" else 0.46
        figure.add_shape(
            type="rect", x0=low, x1=high, y0=y - half, y1=y + half, fillcolor=ACCENT,
            opacity=0.06 + 0.4 * min(1.0, row.revenue_share * 1.6), line={"width": 0},
            layer="below",
        )  # fmt: skip
        amounts = (
            f"{count(row.products)} products ({percent(row.products_share)})",
            f"{money(row.revenue, currency)} ({percent(row.revenue_share)})",
        )
        figure.add_annotation(
            x=(low + high) / 2, y=y, showarrow=False,
            font={"color": INK, "size": 12},
            text=f"<b>{row.cell}</b> · {amounts[0]}<br>{amounts[1]}",
        )  # fmt: skip
    edge = {"showgrid": False, "zeroline": False, "fixedrange": True, "tickfont": {"color": MUTED}}
    figure.update_layout(
        xaxis={**edge, "range": [0.5, 3.5], "tickvals": [1, 2, 3], "ticktext": list("XYZ")},
        yaxis={**edge, "range": [-0.2, 3.5], "tickvals": [3, 2, 1], "ticktext": list("ABC")},
        showlegend=False,
    )
    return figure


def _place(cell: str) -> tuple[float, float, int]:
    middle = _PLACES[cell[1]]
    return middle - 0.46, middle + 0.46, _PLACES[cell[0]]


_NODES = {"A": ACCENT, "B": MUTED, "C": OTHER, "new": GOOD}
_INTO_A, _OUT_OF_A, _OTHER_WAY = "rgba(10,150,110,0.42)", "rgba(200,60,50,0.42)", OTHER_SOFT
_SMALLEST_BAND = 0.002


def movement_figure(flows: pd.DataFrame, width: str, currency: str) -> go.Figure:
    """
    Return products' ways between cells as bands, the earlier period on the left.

    Args:
        flows: As `analytics.reports.products_changes.Movement.flows`.
        width: `products` or `revenue`: what bands are as wide as.
        currency: ISO 4217 code.
    """
    shown = flows.assign(
        wide=flows["products"]
        if width == "products"
        else flows[["revenue_before", "revenue_now"]].mean(axis=1)
    )
    shown = shown[shown["wide"] >= shown["wide"].sum() * _SMALLEST_BAND]
    left = [name for name in _ORDER if (shown["before"] == name).any()]
    right = [name for name in _ORDER if (shown["now"] == name).any()]
    sums = [shown.groupby(side)["wide"].sum() for side in ("before", "now")]
    # What a cell is said to hold includes the bands that are too thin to be drawn.
    labels = [_told(flows, "before", name, width, currency) for name in left]
    labels += [_told(flows, "now", name, width, currency) for name in right]
    figure = go.Figure(
        go.Sankey(
            arrangement="fixed",
            node={
                "label": labels,
                "color": [_NODES.get(name, _NODES.get(name[0], OTHER)) for name in (*left, *right)],
                "x": [0.001] * len(left) + [0.999] * len(right),
                "y": [*_heights(sums[0], left), *_heights(sums[1], right)],
                "pad": 12,
                "thickness": 12,
                "line": {"width": 0},
                "hovertemplate": "%{label}<extra></extra>",
            },
            link={
                "source": [left.index(name) for name in shown["before"]],
                "target": [len(left) + right.index(name) for name in shown["now"]],
                "value": shown["wide"].tolist(),
                "color": [_way(row.before, row.now) for row in shown.itertuples()],
                "customdata": [
                    f"{row.before} → {row.now}: <b>{count(row.products)} products</b>, "
                    f"{money(row.revenue_before, currency)} → {money(row.revenue_now, currency)}"
                    for row in shown.itertuples()
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
            textfont={"size": 11.5},
        )
    )
    figure.update_layout(margin={"l": 2, "r": 2, "t": 8, "b": 8})
    return figure


def _told(flows: pd.DataFrame, side: str, name: str, width: str, currency: str) -> str:
    """Return what a cell held in one of the periods: `AX 1,922`, `New €54.1k`."""
    held = flows[flows[side] == name]
    called = name if name in _ORDER[:9] else name.capitalize()
    if width == "products":
        return f"{called} {count(int(held['products'].sum()))}"
    return f"{called} {money(float(held[f'revenue_{side}'].sum()), currency)}"


def _way(before: str, now: str) -> str:
    joins, leaves = now.startswith("A"), before.startswith("A")
    return _INTO_A if joins and not leaves else _OUT_OF_A if leaves and not joins else _OTHER_WAY


def _heights(sums: pd.Series, names: list[str]) -> list[float]:
    """Return the middle of each mark of one side, from 0 on top to 1, gaps between them."""
    gap = 0.018
    scale = (1 - gap * (len(names) - 1)) / float(sums[names].sum())
    middles, above = [], 0.0
    for name in names:
        part = float(sums[name]) * scale
        middles.append(min(0.999, max(0.001, above + part / 2)))
        above += part + gap
    return middles


def changed_figure(products: pd.DataFrame, currency: str) -> go.Figure:
    """
    Return products by the change of their revenue, the largest on top.

    Args:
        products: `description`, `before`, `now` (cells), `change` (account currency).
        currency: ISO 4217 code.
    """
    rising = bool((products["change"] > 0).all())
    figure = go.Figure(
        go.Bar(
            y=[
                f"{short(row.description)}<br>{row.before} → {row.now}"
                for row in products.itertuples()
            ],
            x=products["change"].abs(),
            orientation="h",
            marker={"color": GOOD if rising else BAD},
            text=[signed_money(value, currency) for value in products["change"]],
            textposition="outside",
            cliponaxis=False,
            customdata=products["description"],
            hovertemplate="%{customdata}: %{text}<extra></extra>",
        )
    )
    rows_of_bars(figure, float(products["change"].abs().max()), 1.55)
    return figure


def short(name: str, most: int = 30) -> str:
    """Return a name that fits beside a bar."""
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def pareto_figure(curve: pd.DataFrame, ends: tuple[float, float], value: str) -> go.Figure:
    """
    Return which share of the value the best products bring, with the ends of A and B.

    Args:
        curve: As `analytics.reports.products_changes.pareto`.
        ends: Shares of the products that are A, and A or B.
        value: What the value is called.
    """
    figure = go.Figure(
        go.Scatter(
            x=curve["products"], y=curve["value"], mode="lines", fill="tozeroy",
            line={"color": ACCENT}, fillcolor="rgba(47,91,215,0.10)",
            hovertemplate=f"%{{x:.1%}} of products bring %{{y:.1%}} of {value}<extra></extra>",
        )
    )  # fmt: skip
    for end, name in zip((*ends, 1.0), "ABC", strict=True):
        low = {"A": 0.0, "B": ends[0], "C": ends[1]}[name]
        figure.add_annotation(
            x=(low + end) / 2, y=1.04, text=f"<b>{name}</b>", showarrow=False, font={"color": MUTED}
        )
        if name != "C":
            figure.add_shape(
                type="line", x0=end, x1=end, y0=0, y1=1, line={"color": MUTED, "width": 1.2,
                                                               "dash": "dot"},
            )  # fmt: skip
    figure.update_layout(
        xaxis={"tickformat": ".0%", "range": [0, 1], "fixedrange": True,
               "tickvals": [0.2, 0.4, 0.6, 0.8, 1],
               "title": {"text": "Products, the best first"}},
        yaxis={"tickformat": ".0%", "range": [0, 1.09], "fixedrange": True,
               "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        showlegend=False,
    )  # fmt: skip
    return figure


def life_figure(table: pd.DataFrame, currency: str) -> go.Figure:
    """
    Return the stages of life with their share of products and of revenue.

    Args:
        table: As `analytics.reports.products_life.stage_table`.
        currency: ISO 4217 code.
    """
    names = [name.capitalize() for name in table["stage"]]
    figure = go.Figure()
    for column, label, colour in (
        ("revenue", "Revenue", ACCENT),
        ("products", "Products", OTHER),
    ):
        say = count if column == "products" else (lambda amount: money(amount, currency))
        figure.add_bar(
            y=names, x=table[f"{column}_share"], orientation="h", name=label,
            marker={"color": colour}, textposition="outside", cliponaxis=False,
            text=[f"{percent(share)} · {say(amount)}" for share, amount in
                  zip(table[f"{column}_share"], table[column], strict=True)],
            hovertemplate="%{y}: %{text}<extra>" + label + "</extra>",
        )  # fmt: skip
    rows_of_bars(figure, float(table[["products_share", "revenue_share"]].to_numpy().max()), 1.9)
    figure.update_layout(barmode="group", showlegend=True)
    return figure


def categories_figure(table: pd.DataFrame, currency: str) -> go.Figure:
    """
    Return each category's revenue by class.

    Args:
        table: As `analytics.reports.products_changes.categories`, the first ones.
        currency: ISO 4217 code.
    """
    names = [short(name_or_not_given(name), 26) for name in table["category"]]
    figure = go.Figure()
    for letter, label, colour, opacity in (
        ("A", "A", ACCENT, 1.0), ("B", "B", ACCENT, 0.6), ("C", "C", ACCENT, 0.3),
        ("new", "New", OTHER, 1.0),
    ):  # fmt: skip
        figure.add_bar(
            y=names, x=table[letter], orientation="h", name=label,
            marker={"color": colour, "opacity": opacity},
            customdata=[
                f"{money(value, currency)} of {count(many)} products"
                for value, many in zip(table[letter], table["products"], strict=True)
            ],
            hovertemplate="%{y}, " + label + ": %{customdata}<extra></extra>",
        )  # fmt: skip
    for name, row in zip(names, table.itertuples(), strict=True):
        figure.add_annotation(
            x=row.revenue,
            y=name,
            xanchor="left",
            showarrow=False,
            xshift=6,
            text=money(row.revenue, currency),
        )
    rows_of_bars(figure, float(table["revenue"].max()), 1.3)
    figure.update_layout(barmode="stack")
    return figure


def reasons_figure(
    names: list[str], amounts: list[float], texts: list[str], told: list[str]
) -> go.Figure:
    """Return reasons to look at products, as wide as what is at stake; `told` on hovering."""
    figure = go.Figure(
        go.Bar(
            y=names, x=amounts, orientation="h", marker={"color": ACCENT}, text=texts,
            textposition="outside", cliponaxis=False, customdata=told,
            hovertemplate="%{y}: %{text}, %{customdata}<extra></extra>",
        )
    )  # fmt: skip
    rows_of_bars(figure, max(amounts, default=0), 1.8)
    return figure


def rows_of_bars(figure: go.Figure, largest: float, room: float) -> None:
    """Set the axes of horizontal bars: labelled directly, the first row on top."""
    figure.update_layout(
        xaxis={"visible": False, "fixedrange": True, "range": [0, (largest or 1) * room]},
        yaxis={"autorange": "reversed", "showgrid": False, "fixedrange": True},
        showlegend=False,
    )
