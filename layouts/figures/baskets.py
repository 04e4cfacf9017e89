"""The Baskets tab's figures: products that sell together, and categories that do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from layouts.figures.theme import INK, MUTED, OTHER, series
from layouts.format import money

_SMALLEST, _LARGEST = 9, 34
_COLOURED = 6
_LABELLED = 16
_WIDTHS = (1.0, 2.2, 4.0)
_LONGEST = 22
_LEFT, _RIGHT = -0.18, 1.18
# Of a drawing about 700 x 440 pixels, as shares: a letter's width, a line, a name's distance. On a
# phone it is half as wide.
_CHARACTER, _LINE, _OFF = 0.014, 0.045, 0.055
_ON_A_PHONE = 0.03


def network_figure(nodes: pd.DataFrame, edges: pd.DataFrame, currency: str) -> go.Figure:
    """
    Return products as discs and pairs as lines.

    Args:
        nodes: `label`, `revenue`, `x`, `y`, `community` (0 the largest).
        edges: `one`, `two` (rows of nodes), `lift`, `orders`.
        currency: ISO 4217 code.
    """
    figure = go.Figure()
    _add_edges(figure, nodes, edges)
    size = np.sqrt(nodes["revenue"].clip(lower=0) / max(float(nodes["revenue"].max()), 1e-9))
    sides, narrow = (_label_sides(nodes, edges, one) for one in (_CHARACTER, _ON_A_PHONE))
    many = nodes["community"].value_counts()
    for community in sorted(set(nodes["community"])):
        rows = nodes[nodes["community"] == community]
        coloured = community < _COLOURED and many[community] > 1
        figure.add_scatter(
            x=rows["x"], y=rows["y"], mode="markers+text",
            text=_names(rows, sides), meta={"narrow": _names(rows, narrow)},
            textposition=[sides.get(at, "top center") for at in rows.index],
            textfont={"size": 10.5, "color": INK},
            marker={
                "size": (_SMALLEST + (_LARGEST - _SMALLEST) * size[rows.index]).tolist(),
                "color": series(community) if coloured else OTHER,
                "line": {"width": 0}, "opacity": 0.92,
            },
            hovertext=[
                f"{row.label}<br>{money(row.revenue, currency)} revenue"
                for row in rows.itertuples()
            ],
            hoverinfo="text", showlegend=False,
        )  # fmt: skip
    hidden = {"visible": False, "fixedrange": True}
    figure.update_layout(
        xaxis={**hidden, "range": [_LEFT, _RIGHT]}, yaxis={**hidden, "range": [-0.1, 1.1]},
        margin={"l": 0, "r": 0, "t": 0, "b": 0}, showlegend=False,
    )  # fmt: skip
    return figure


def _add_edges(figure: go.Figure, nodes: pd.DataFrame, edges: pd.DataFrame) -> None:
    """Draw the pairs in three widths by their lift, and say each in the middle of its line."""
    third = edges["lift"].rank(pct=True)
    x, y = nodes["x"].to_numpy(), nodes["y"].to_numpy()
    for at, width in enumerate(_WIDTHS):
        rows = edges[(third > at / 3) & (third <= (at + 1) / 3)]
        ends = [(x[row.one], x[row.two], y[row.one], y[row.two]) for row in rows.itertuples()]
        figure.add_scatter(
            x=[value for one in ends for value in (one[0], one[1], None)],
            y=[value for one in ends for value in (one[2], one[3], None)],
            mode="lines", line={"color": MUTED, "width": width}, opacity=0.35,
            hoverinfo="skip", showlegend=False,
        )  # fmt: skip
    pairs = [(row.one, row.two) for row in edges.itertuples()]
    figure.add_scatter(
        x=[(x[one] + x[two]) / 2 for one, two in pairs],
        y=[(y[one] + y[two]) / 2 for one, two in pairs],
        mode="markers", marker={"size": 9, "color": MUTED, "opacity": 0},
        hovertext=[
            f"{nodes['label'][row.one]} + {nodes['label'][row.two]}<br>"
            f"Lift {row.lift:,.1f}, {row.orders:,} orders"
            for row in edges.itertuples()
        ],
        hoverinfo="text", showlegend=False,
    )  # fmt: skip


def _names(rows: pd.DataFrame, named: Mapping[int, str]) -> list[str]:
    return [_short(row.label) if row.Index in named else "" for row in rows.itertuples()]


def _label_sides(nodes: pd.DataFrame, edges: pd.DataFrame, character: float) -> dict[int, str]:
    """Return above or below which nodes their name has room, those of most revenue first."""
    x, y = nodes["x"].to_numpy(), nodes["y"].to_numpy()
    pulled = np.zeros(len(nodes))
    for row in edges.itertuples():
        pulled[row.one] += y[row.two] - y[row.one]
        pulled[row.two] += y[row.one] - y[row.two]
    taken: list[tuple[float, float]] = list(zip(x, y, strict=True))
    names: list[tuple[float, float, float]] = []
    sides: dict[int, str] = {}
    for at in nodes["revenue"].sort_values(ascending=False).index[: 2 * _LABELLED]:
        below = pulled[at] > 0
        middle = (x[at], y[at] + (-_OFF if below else _OFF))
        wide = character * len(_short(nodes["label"][at])) / 2
        if not _LEFT < middle[0] - wide < middle[0] + wide < _RIGHT:
            continue
        hits_name = any(
            abs(middle[0] - other[0]) < wide + other[2] and abs(middle[1] - other[1]) < _LINE
            for other in names
        )
        hits_node = any(
            abs(middle[0] - other[0]) < wide and abs(middle[1] - other[1]) < _LINE / 2
            for place, other in enumerate(taken)
            if place != at
        )
        if hits_name or hits_node:
            continue
        names.append((*middle, wide))
        sides[at] = "bottom center" if below else "top center"
    return sides


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1].rstrip()}…"


def categories_figure(
    names: Sequence[str], lift: Sequence[Sequence[float | None]], labels: Sequence[Sequence[str]]
) -> go.Figure:
    """
    Return how often categories are bought together, against chance.

    Args:
        names: Of the categories.
        lift: Of each pair; None on the diagonal and where nothing is known.
        labels: What hovering says, of the same shape.
    """
    cells = np.array([[np.nan if one is None else one for one in row] for row in lift], float)
    figure = go.Figure(
        go.Heatmap(
            z=cells, x=list(names), y=list(names), hovertext=labels, hoverinfo="text",
            text=[["" if np.isnan(one) else f"{one:.2f}" for one in row] for row in cells],
            texttemplate="%{text}" if len(names) <= 12 else "", textfont={"size": 10},
            showscale=False, hoverongaps=False,
        )
    )  # fmt: skip
    figure.update_layout(
        xaxis={"tickangle": -45, "showgrid": False, "fixedrange": True, "side": "bottom"},
        yaxis={"autorange": "reversed", "showgrid": False, "fixedrange": True},
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
    )
    return figure
