"""Figures of one product: its course, its classes, what it sells with, who buys it."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from layouts.figures.products import rows_of_bars, short
from layouts.figures.theme import ACCENT, BAD, MUTED
from layouts.format import count, currency_sign, money, percent

_SHARES = ((0.58, 1.0), (0.3, 0.52), (0.0, 0.24))
_COURSES = (
    ("revenue", "Revenue", "bar"),
    ("returned", "Came back", "bar"),
    ("price", "Price", "line"),
)
_LETTERS = {"C": 1, "B": 2, "A": 3}


def course_figure(course: pd.DataFrame, currency: str) -> go.Figure:
    """
    Return revenue, what came back, and the price paid, below one another over time.

    Args:
        course: As `analytics.reports.products_one.course`.
        currency: ISO 4217 code.
    """
    figure = go.Figure()
    for place, (column, name, kind) in enumerate(_COURSES):
        axis = "" if place == 0 else str(place + 1)
        say = [money(value, currency) for value in course[column]]
        some = bool(course[column].any())
        common = {
            "x": course["start"], "y": course[column], "name": name, "yaxis": f"y{axis}",
            "customdata": say, "hovertemplate": name + " %{customdata}<extra></extra>",
        }  # fmt: skip
        if kind == "bar":
            figure.add_bar(**common, marker={"color": BAD if column == "returned" else ACCENT})
        else:
            figure.add_scatter(**common, mode="lines+markers", line={"color": MUTED, "shape": "hv"},
                               connectgaps=False)  # fmt: skip
        figure.add_annotation(
            x=0, xref="paper", xanchor="left", y=_SHARES[place][1], yref="paper", yanchor="bottom",
            text=name if some else f"{name}: nothing", showarrow=False,
            font={"color": MUTED, "size": 11.5},
        )  # fmt: skip
        figure.update_layout(
            {
                f"yaxis{axis}": {
                    "domain": _SHARES[place], "fixedrange": True, "nticks": 4,
                    "tickprefix": currency_sign(currency), "tickformat": "~s",
                    "showticklabels": some,
                    "rangemode": "normal" if column == "price" else "tozero",
                }
            }
        )  # fmt: skip
    figure.update_layout(
        xaxis={"fixedrange": True, "anchor": "y3"},
        hovermode="x unified",
        showlegend=False,
        margin={"t": 22},
    )
    return figure


def history_figure(history: pd.DataFrame) -> go.Figure:
    """
    Return the ABC class over months as steps, the XYZ letter above each.

    Args:
        history: As `analytics.reports.products_life.class_history`, without empty cells.
    """
    heights = [_LETTERS.get(cell[0], 0) for cell in history["cell"]]
    figure = go.Figure(
        go.Scatter(
            x=[f"{month:%b %Y}" for month in history["month"]], y=heights,
            mode="lines+markers+text",
            line={"color": ACCENT, "shape": "hv"}, textposition="top center",
            text=[cell[1] if cell != "new" else "" for cell in history["cell"]],
            textfont={"color": MUTED, "size": 11},
            customdata=[
                f"{cell}, variation {percent(cv)}"
                for cell, cv in zip(history["cell"], history["cv"], strict=True)
            ],
            hovertemplate="%{x}: %{customdata}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(
        yaxis={"tickvals": [0, 1, 2, 3], "ticktext": ["New", "C", "B", "A"], "range": [-0.3, 3.6],
               "fixedrange": True},
        xaxis={"fixedrange": True, "type": "category", "nticks": 4, "tickangle": 0},
        showlegend=False,
    )  # fmt: skip
    return figure


def partners_figure(partners: pd.DataFrame) -> go.Figure:
    """
    Return what a product sells with, as wide as how many times chance it is.

    Args:
        partners: As `analytics.reports.products_one.partners`, the first ones.
    """
    figure = go.Figure(
        go.Bar(
            y=[f"{short(row.description)}<br>{row.product_id}" for row in partners.itertuples()],
            x=partners["lift"],
            width=0.75 * min(1.0, len(partners) / 6),  # few bars are no thicker than many
            orientation="h",
            marker={"color": ACCENT},
            text=[f"×{row.lift:,.1f} · {percent(row.rate)}" for row in partners.itertuples()],
            textposition="outside",
            cliponaxis=False,
            customdata=[
                f"{row.description}: {count(row.together)} orders with both"
                for row in partners.itertuples()
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    rows_of_bars(figure, float(partners["lift"].max()), 1.7)
    return figure


def buyers_figure(buyers: pd.DataFrame, currency: str) -> go.Figure:
    """
    Return the customers who spent most on a product.

    Args:
        buyers: As `analytics.reports.products_one.buyers`, the first ones.
        currency: ISO 4217 code.
    """
    figure = go.Figure(
        go.Bar(
            y=[f"\u200b{name}" for name in buyers["customer_id"]],  # an id is no number
            x=buyers["revenue"],
            orientation="h",
            marker={"color": ACCENT},
            text=[money(value, currency) for value in buyers["revenue"]],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )
    rows_of_bars(figure, float(buyers["revenue"].max()), 1.3)
    return figure
