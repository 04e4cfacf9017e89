"""Figures of experiments: what a plan may bring, what came of it, the two side by side."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from layouts.figures.theme import ACCENT, BAD, FADED, GOOD, INK, MUTED
from layouts.format import MINUS, percent, signed_money

_ROOM = 0.22  # of the width, for what is written beside the marks


def signed_percent(value: float) -> str:
    """Return a relative difference with its sign: `+4.2%`, `−1.0%`."""
    if not math.isfinite(value):
        return "–"
    text = f"{abs(value):.1%}"
    return text if text == "0.0%" else f"{MINUS if value < 0 else '+'}{text}"


def spread_figure(
    edges: Sequence[float],
    counts: Sequence[int],
    bands: tuple[tuple[float, float], tuple[float, float]],
    currency: str,
) -> go.Figure:
    """
    Return how likely each outcome is.

    Args:
        edges: Where bins begin, and where the last ends.
        counts: Draws per bin.
        bands: Ranges that hold 80% and 95% of the draws.
        currency: Of the amounts.
    """
    middles = [(low + high) / 2 for low, high in pairwise(edges)]
    total = sum(counts) or 1
    (low, high), (outer_low, outer_high) = bands
    opacity = [
        1.0 if low <= at <= high else 0.6 if outer_low <= at <= outer_high else FADED
        for at in middles
    ]
    figure = go.Figure(
        go.Bar(
            x=middles,
            y=[count / total for count in counts],
            width=[b - a for a, b in pairwise(edges)],
            hovertext=[
                f"{signed_money(a, currency)} to {signed_money(b, currency)}<br>{count / total:.1%}"
                for (a, b), count in zip(pairwise(edges), counts, strict=True)
            ],
            hoverinfo="text",
            marker={"color": [GOOD if at > 0 else BAD for at in middles], "opacity": opacity,
                    "cornerradius": 0},
        )
    )  # fmt: skip
    figure.update_layout(
        xaxis={"tickprefix": "", "fixedrange": True, "nticks": 6, "tickformat": "~s"},
        yaxis={"visible": False, "fixedrange": True},
        bargap=0,
        shapes=[_line(0)],
        showlegend=False,
        margin={"l": 8, "r": 8, "t": 24, "b": 8},
    )
    for at, text, anchor in (
        (low, f"80%: {signed_money(low, currency)}", "right"),
        (high, f"to {signed_money(high, currency)}", "left"),
    ):
        figure.add_annotation(
            x=at, y=1, yref="paper", yanchor="bottom", text=text, xanchor=anchor, showarrow=False,
            font={"color": MUTED, "size": 11.5},
        )  # fmt: skip
    return figure


def _line(at: float, colour: str = MUTED) -> dict[str, Any]:
    return {
        "type": "line", "x0": at, "x1": at, "xref": "x", "y0": 0, "y1": 1, "yref": "paper",
        "line": {"color": colour, "width": 1},
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class SwingRow:
    """An assumption: its name, the profit at either end, and the ends as text."""

    name: str
    low: float
    high: float
    ends: tuple[str, str]


def tornado_figure(rows: Sequence[SwingRow], middle: float, currency: str) -> go.Figure:
    """
    Return how far each assumption moves the profit, the most on top.

    Args:
        rows: The assumptions.
        middle: Profit as planned.
        currency: Of the amounts.
    """
    places = list(range(len(rows)))
    figure = go.Figure()
    for side, colour in (("worse", BAD), ("better", GOOD)):
        ends = [
            min(row.low, row.high) if side == "worse" else max(row.low, row.high) for row in rows
        ]
        figure.add_bar(
            orientation="h", x=[end - middle for end in ends], base=[middle] * len(rows), y=places,
            marker={"color": colour}, width=0.56, hoverinfo="text",
            hovertext=[
                f"{html.escape(row.name)}: {row.ends[0]} to {row.ends[1]}<br>profit "
                f"{signed_money(row.low, currency)} to {signed_money(row.high, currency)}"
                for row in rows
            ],
        )  # fmt: skip
    every = [end for row in rows for end in (row.low, row.high)] or [middle]
    room = (max(every) - min(every) or 1) * 0.58  # for the labels, on a narrow screen too
    for row, place in zip(rows, places, strict=True):
        for end, anchor in ((min(row.low, row.high), "right"), (max(row.low, row.high), "left")):
            figure.add_annotation(
                x=end, y=place, text=signed_money(end, currency), xanchor=anchor, showarrow=False,
                xshift=4 if anchor == "left" else -4, font={"color": MUTED, "size": 11},
            )  # fmt: skip
    figure.update_layout(
        barmode="overlay",
        xaxis={"visible": False, "fixedrange": True,
               "range": [min(every) - room, max(every) + room]},
        yaxis=_names([row.name for row in rows]),
        shapes=[_line(middle)],
        showlegend=False,
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
    )  # fmt: skip
    return figure


def _names(names: Sequence[str]) -> dict[str, Any]:
    return {
        "tickmode": "array", "tickvals": list(range(len(names))),
        "ticktext": [html.escape(_wrapped(name), quote=False).replace("\n", "<br>")
                     for name in names],
        "tickfont": {"color": INK, "size": 12}, "range": [len(names) - 0.5, -0.5],
        "showgrid": False, "zeroline": False, "fixedrange": True, "ticks": "outside",
        "ticklen": 6, "tickcolor": "rgba(0,0,0,0)",
    }  # fmt: skip


def _wrapped(name: str) -> str:
    if len(name) <= 22:
        return name
    middle = len(name) // 2
    at = min((place for place, sign in enumerate(name) if sign == " "),
             key=lambda place: abs(place - middle), default=0)  # fmt: skip
    return f"{name[:at]}\n{name[at + 1 :]}" if at else name


def curve_figure(
    at: Sequence[float],
    mean: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    chosen: float,
    currency: str,
) -> go.Figure:
    """
    Return profit along a choice with the range that holds it four times in five.

    Args:
        at: Values of the choice, shares.
        mean, low, high: Profit.
        chosen: The value that is planned; marked.
        currency: Of the amounts.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=[*at, *reversed(at)], y=[*high, *reversed(low)], fill="toself", mode="lines",
        line={"width": 0, "color": ACCENT}, fillcolor=ACCENT, opacity=0.18, hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=list(at), y=list(mean), mode="lines", line={"color": ACCENT, "width": 2},
        hovertext=[
            f"{percent(one)}: {signed_money(mid, currency)}<br>80%: "
            f"{signed_money(least, currency)} to {signed_money(most, currency)}"
            for one, mid, least, most in zip(at, mean, low, high, strict=True)
        ],
        hoverinfo="text",
    )  # fmt: skip
    figure.update_layout(
        xaxis={"tickformat": ".0%", "fixedrange": True, "nticks": 6},
        yaxis={"tickformat": "~s", "fixedrange": True, "zeroline": True, "zerolinewidth": 1,
               "zerolinecolor": MUTED, "nticks": 5},
        shapes=[{**_line(chosen), "line": {"color": MUTED, "width": 1, "dash": "dot"}}],
        showlegend=False,
        margin={"l": 8, "r": 8, "t": 22, "b": 8},
    )  # fmt: skip
    figure.add_annotation(
        x=chosen, y=1, yref="paper", yanchor="bottom", text="as planned", showarrow=False,
        font={"color": MUTED, "size": 11.5},
    )  # fmt: skip
    return figure


@dataclass(frozen=True, slots=True)
class Interval:
    """
    A lift with its interval, and the wider one that may be looked at early.

    Attributes:
        name: What it is of.
        lift, low, high: Relative.
        early: The always-valid interval; None without.
        believed: Whether it stands; pale otherwise.
    """

    name: str
    lift: float
    low: float
    high: float
    early: tuple[float, float] | None = None
    believed: bool = True


def lifts_figure(rows: Sequence[Interval], planned: tuple[float, float] | None = None) -> go.Figure:
    """
    Return lifts with their intervals, one row each.

    Args:
        rows: From the top.
        planned: Range that was hoped for, shaded behind; None for none.
    """
    figure = go.Figure()
    ends = [0.0, *(end for row in rows for end in (row.low, row.high, *(row.early or ())))]
    for place, row in enumerate(rows):
        colour = GOOD if row.low > 0 else BAD if row.high < 0 else MUTED
        for span, width in ((row.early, 2), ((row.low, row.high), 6)):
            if span is not None:
                figure.add_scatter(
                    x=list(span), y=[place, place], mode="lines", hoverinfo="skip",
                    line={"color": colour, "width": width},
                    opacity=(0.55 if width == 2 else 1.0) * (1 if row.believed else 0.45),
                )  # fmt: skip
        early = ""
        if row.early is not None:
            early = f"<br>if looked at early: {_span(row.early)}"
        figure.add_scatter(
            x=[row.lift], y=[place], mode="markers", hoverinfo="text",
            marker={"color": INK, "size": 9},
            hovertext=[f"{html.escape(row.name)}: {signed_percent(row.lift)}"
                       f"<br>95%: {_span((row.low, row.high))}{early}"],
        )  # fmt: skip
        figure.add_annotation(
            x=1, xref="paper", xanchor="right", y=place, showarrow=False,
            text=signed_percent(row.lift), font={"color": INK},
        )  # fmt: skip
    shapes = [_line(0)]
    if planned is not None:
        ends += planned
        shapes.append({
            "type": "rect", "x0": planned[0], "x1": planned[1], "xref": "x", "y0": 0, "y1": 1,
            "yref": "paper", "fillcolor": ACCENT, "opacity": 0.12, "line": {"width": 0},
            "layer": "below",
        })  # fmt: skip
    room = (max(ends) - min(ends) or 1) * 0.06
    figure.update_layout(
        xaxis={"tickformat": "+.0%", "fixedrange": True, "domain": [0, 1 - _ROOM / 1.5],
               "range": [min(ends) - room, max(ends) + room], "nticks": 4, "tickangle": 0},
        yaxis=_names([row.name for row in rows]), shapes=shapes, showlegend=False,
        margin={"l": 4, "r": 4, "t": 4, "b": 8},
    )  # fmt: skip
    return figure


def _span(ends: tuple[float, float]) -> str:
    return f"{signed_percent(ends[0])} to {signed_percent(ends[1])}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """An experiment: its name, the lift planned, the lift measured with its interval."""

    name: str
    planned: float
    measured: float
    low: float
    high: float


def calibration_figure(outcomes: Sequence[Outcome]) -> go.Figure:
    """Return planned against measured lifts; on the line they are equal."""
    ends = [0.0]
    for one in outcomes:
        ends += [one.planned, one.low, one.high]
    low, high = min(ends), max(ends)
    room = (high - low or 0.1) * 0.08
    span = [low - room, high + room]
    figure = go.Figure()
    figure.add_scatter(
        x=span, y=span, mode="lines", line={"color": MUTED, "width": 1, "dash": "dot"},
        hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=[one.planned for one in outcomes], y=[one.measured for one in outcomes],
        mode="markers", marker={"color": ACCENT, "size": 10}, hoverinfo="text",
        hovertext=[
            f"{html.escape(one.name)}<br>planned {signed_percent(one.planned)}<br>measured "
            f"{signed_percent(one.measured)} ({_span((one.low, one.high))})"
            for one in outcomes
        ],
        error_y={
            "type": "data", "symmetric": False, "color": ACCENT, "thickness": 1.5, "width": 0,
            "array": [one.high - one.measured for one in outcomes],
            "arrayminus": [one.measured - one.low for one in outcomes],
        },
    )  # fmt: skip
    axis = {"tickformat": "+.0%", "fixedrange": True, "range": span, "nticks": 5, "zeroline": True}
    figure.update_layout(
        xaxis={**axis, "title": {"text": "planned"}},
        yaxis={**axis, "title": {"text": "measured"}},
        showlegend=False, margin={"l": 8, "r": 12, "t": 8, "b": 8},
    )  # fmt: skip
    return figure


def proof_figure(detected: Sequence[float], truth: float, currency: str) -> go.Figure:
    """
    Return the lifts measured in replays of the past, and the one that was put in.

    Args:
        detected: Per customer, one per replay.
        truth: That was put in.
        currency: Of the amounts; empty for rates and counts.
    """
    figure = go.Figure(
        go.Histogram(
            x=list(detected), nbinsx=30, marker={"color": ACCENT, "cornerradius": 0},
            hovertemplate="%{x}<br>%{y} splits<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(
        xaxis={"fixedrange": True, "tickprefix": currency, "nticks": 6},
        yaxis={"visible": False, "fixedrange": True},
        shapes=[_line(0), _line(truth, INK)],
        showlegend=False,
        margin={"l": 8, "r": 8, "t": 22, "b": 8},
    )
    figure.add_annotation(
        x=truth, y=1, yref="paper", yanchor="bottom", text="put in", showarrow=False,
        font={"color": INK, "size": 11.5},
    )  # fmt: skip
    return figure
