"""Figures of the Products tab: frame in, figure out."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from layouts.figures.theme import ACCENT, INK, MUTED
from layouts.format import count, money, percent

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
