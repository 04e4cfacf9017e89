"""The RFM view's charts: segments as areas and bars, the map, spreads, the holdout."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from layouts.figures.segment_colours import (
    SEGMENT_NAMES,
    fill,
    ink,
)
from layouts.figures.theme import ACCENT, MUTED, OTHER, SURFACE
from layouts.format import count, money, percent

SHORT_NAMES = {
    "champions": "Champions",
    "loyal_customers": "Loyal",
    "potential_loyalists": "Potential",
    "new_customers": "New",
    "promising": "Promising",
    "need_attention": "Attention",
    "cant_lose": "Can't lose",
    "at_risk": "At risk",
    "about_to_sleep": "To sleep",
    "hibernating": "Hibernating",
}
# Distances of the map's cells from the edges of the drawing, in pixels; the buttons over the
# cells (`.rfm-cells` in the style sheet) keep the same.
MAP_MARGIN = {"l": 34, "r": 4, "t": 4, "b": 40}
_MOST_TICKS = 6
_SMALL_AREA = 0.035  # of all: smaller areas have room for a short name only


def treemap_figure(segments: pd.DataFrame, size: str, currency: str) -> go.Figure:
    """
    Return the segments as areas.

    Args:
        segments: As `analytics.models.rfm.segment_table`.
        size: Column that gives the area: `customers` or `revenue`.
        currency: ISO 4217 code.
    """
    shown = segments[segments[size] > 0]
    words = shown["segment"].tolist()
    figure = go.Figure(
        go.Treemap(
            ids=words,
            labels=[SEGMENT_NAMES[word] for word in words],
            parents=[""] * len(words),
            values=shown[size].tolist(),
            marker={
                "colors": [fill(word) for word in words],
                "line": {"color": SURFACE, "width": 2},
                "pad": {"t": 0, "l": 0, "r": 0, "b": 0},
                "cornerradius": 4,
            },
            text=[_area_text(row, size, currency) for row in shown.itertuples()],
            texttemplate="%{text}",
            insidetextfont={"size": 12.5, "color": [ink(word) for word in words]},
            # A lone segment is the whole, which Plotly writes on in this font instead.
            **(
                {"outsidetextfont": {"size": 12.5, "color": ink(words[0])}}
                if len(words) == 1
                else {}
            ),
            textposition="top left",
            customdata=words,
            hovertext=[
                f"<b>{SEGMENT_NAMES[row.segment]}</b><br>{_area_lines(row, currency)}"
                for row in shown.itertuples()
            ],
            hovertemplate="%{hovertext}<extra></extra>",
            tiling={"packing": "squarify", "pad": 2},
            pathbar={"visible": False},
            sort=True,
        )
    )
    figure.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0})
    return figure


def _area_text(row: Any, size: str, currency: str) -> str:
    part = row.share if size == "customers" else row.revenue_share
    if part < _SMALL_AREA:
        return f"<b>{SHORT_NAMES[row.segment]}</b>"
    return f"<b>{SEGMENT_NAMES[row.segment]}</b><br>{_area_lines(row, currency)}"


def _area_lines(row: Any, currency: str) -> str:
    return (
        f"{count(row.customers)} · {percent(row.share)}<br>"
        f"{money(row.revenue, currency)} · {percent(row.revenue_share)}"
    )


def shares_figure(segments: pd.DataFrame) -> go.Figure:
    """Return each segment's share of revenue over its share of customers, best segment on top."""
    words = segments["segment"].tolist()
    names = [SEGMENT_NAMES[word] for word in words]
    figure = go.Figure()
    figure.add_bar(
        y=names,
        x=segments["share"],
        orientation="h",
        name="Share of customers",
        marker={"color": OTHER},
        text=[percent(value) for value in segments["share"]],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{text} of customers<extra></extra>",
    )
    figure.add_bar(
        y=names,
        x=segments["revenue_share"],
        orientation="h",
        name="Share of revenue",
        marker={"color": [fill(word) for word in words]},
        text=[percent(value) for value in segments["revenue_share"]],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{text} of revenue<extra></extra>",
    )
    _rows(figure)
    figure.update_layout(barmode="group", showlegend=True, legend={"traceorder": "normal"})
    return figure


def map_figure(grid: pd.DataFrame) -> go.Figure:
    """
    Return the 5 x 5 map: recency upwards, frequency to the right, a cell in its segment's colour.

    Args:
        grid: As `analytics.models.rfm.grid`.
    """
    figure = go.Figure(
        go.Scatter(
            x=grid["f"],
            y=grid["r"],
            mode="markers",
            marker={"opacity": 0},
            text=[
                f"R{row.r} F{row.f}: {SEGMENT_NAMES[row.segment]}, {count(row.customers)} customers"
                for row in grid.itertuples()
            ],
            hovertemplate="%{text}<extra></extra>",
        )
    )
    for row in grid.itertuples():
        figure.add_shape(
            type="rect", x0=row.f - 0.48, x1=row.f + 0.48, y0=row.r - 0.47, y1=row.r + 0.47,
            fillcolor=fill(row.segment), line={"width": 0}, layer="below",
        )  # fmt: skip
        figure.add_annotation(
            x=row.f, y=row.r, showarrow=False, font={"color": ink(row.segment), "size": 11.5},
            text=f"<b>{count(row.customers)}</b><br>"
            f"<span style='font-size:9.5px'>{SHORT_NAMES[row.segment]}</span>",
        )  # fmt: skip
    score = {
        "range": [0.5, 5.5], "tickvals": [1, 2, 3, 4, 5], "showgrid": False, "zeroline": False,
        "fixedrange": True, "automargin": False, "showline": False,
    }  # fmt: skip
    figure.update_layout(
        xaxis={**score, "title": {"text": "Frequency score →", "standoff": 4}},
        yaxis={**score, "title": {"text": "Recency score →", "standoff": 4}},
        margin=MAP_MARGIN,
        showlegend=False,
    )
    return figure


@dataclass(frozen=True, slots=True)
class Spread:
    """
    How many customers have which value.

    Attributes:
        edges: Where bins begin, ascending, and where the last ends (inf: open).
        customers: Per bin.
        cuts: Where the scores are cut.
        even: `equal` bins, `whole` numbers, or `ratio`: even on a logarithmic scale.
        unit: What stands before an amount, or behind a number.
    """

    edges: tuple[float, ...]
    customers: tuple[int, ...]
    cuts: tuple[float, ...]
    even: str


def spread_figure(spread: Spread, labels: Sequence[str], *, best_first: bool) -> go.Figure:
    """
    Return a spread with the cuts drawn and the scores between them named.

    Args:
        spread: Bins, customers, cuts.
        labels: Of the bins, for reading and hovering.
        best_first: Whether small values score 5.
    """
    bins = len(spread.customers)
    figure = go.Figure(
        go.Bar(
            x=list(range(bins)),
            y=list(spread.customers),
            offset=0.04,
            width=0.92,
            marker={"color": ACCENT, "cornerradius": 2},
            customdata=[
                f"{label}: {count(number)} customers"
                for label, number in zip(labels, spread.customers, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    places = [cut_place(spread, cut) for cut in spread.cuts]
    for place in sorted(set(places)):
        figure.add_shape(
            type="line", x0=place, x1=place, y0=0, y1=1, yref="paper",
            line={"color": MUTED, "width": 1.2, "dash": "dot"},
        )  # fmt: skip
    between = [0.0, *places, float(bins)]
    for score in range(5):
        low, high = between[score], between[score + 1]
        if high - low > bins * 0.03:
            figure.add_annotation(
                x=(low + high) / 2, y=1, yref="paper", yanchor="bottom", showarrow=False,
                text=str(5 - score if best_first else score + 1),
                font={"color": MUTED, "size": 11.5},
            )  # fmt: skip
    step = max(1, math.ceil(bins / _MOST_TICKS))
    shown = list(range(0, bins, step))
    middle = 0.5 if spread.even == "whole" else 0.0
    figure.update_layout(
        xaxis={
            "tickvals": [place + middle for place in shown],
            "ticktext": [labels[place].split(" – ")[0] for place in shown],
            "range": [0, bins], "fixedrange": True, "showgrid": False, "tickangle": 0,
        },
        yaxis={
            "rangemode": "tozero",
            "fixedrange": True,
            "tickformat": "~s",
            **({"dtick": 1} if max(spread.customers, default=0) < 5 else {"nticks": 5}),
        },
        margin={"l": 8, "r": 8, "t": 22, "b": 8},
        showlegend=False,
    )  # fmt: skip
    return figure


def cut_place(spread: Spread, cut: float) -> float:
    """Return where a cut stands on the axis of bins: 2.5 is in the middle of the third."""
    starts = spread.edges[:-1]
    if spread.even == "whole":
        return float(sum(edge <= cut for edge in starts))
    at = max(0, sum(edge <= cut for edge in starts) - 1)
    low, high = spread.edges[at], spread.edges[at + 1]
    if not math.isfinite(high):
        return at + 0.5
    if spread.even == "ratio" and low > 0:
        return at + min(1.0, max(0.0, math.log(cut / low) / math.log(high / low)))
    return at + min(1.0, max(0.0, (cut - low) / (high - low)))


def holdout_figure(following: pd.DataFrame, currency: str) -> go.Figure:
    """
    Return what a customer of each segment spent afterwards, best segment on top.

    Args:
        following: `Holdout.table`; segments without customers are left out.
        currency: ISO 4217 code.
    """
    shown = following[following["customers"] > 0]
    words = shown["segment"].tolist()
    figure = go.Figure(
        go.Bar(
            y=[SEGMENT_NAMES[word] for word in words],
            x=shown["revenue_per_customer"],
            orientation="h",
            marker={"color": [fill(word) for word in words]},
            text=[
                f"{money(row.revenue_per_customer, currency)} · {percent(row.buyer_share)}"
                for row in shown.itertuples()
            ],
            textposition="outside",
            cliponaxis=False,
            customdata=[
                f"{count(row.buyers)} of {count(row.customers)} customers bought, "
                f"for {money(row.revenue, currency)}"
                for row in shown.itertuples()
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    _rows(figure)
    top = float(shown["revenue_per_customer"].max())
    figure.update_layout(showlegend=False, xaxis={"range": [0, (top or 1) * 1.7]})
    return figure


def _rows(figure: go.Figure) -> None:
    """Set the axes of horizontal bars: labelled directly, the first row on top."""
    figure.update_layout(
        xaxis={"visible": False, "fixedrange": True, "rangemode": "tozero"},
        yaxis={"autorange": "reversed", "showgrid": False, "fixedrange": True},
    )
