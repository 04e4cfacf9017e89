"""Figures of groups of customers: profiles, a map, what was tried, who moved."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from layouts.figures.theme import INK, MUTED, OTHER

# See-through, so that they lie well on both backgrounds.
_APART = [
    [0, "rgba(205,129,6,.62)"], [0.5, "rgba(128,140,160,.06)"], [1, "rgba(47,91,215,.55)"],
]  # fmt: skip
_AMOUNT = [[0, "rgba(47,91,215,.04)"], [1, "rgba(47,91,215,.6)"]]
_FARTHEST = 2.0  # standard deviations drawn in the full colour
_COLOURED = 6
_FEW = 5  # features whose names stand beside each other without touching
_SYMBOLS = ("x", "diamond", "square", "triangle-up")


@dataclass(frozen=True, slots=True)
class Tried:
    """A configuration: its transform in words, groups, stability, whether it counts or is taken."""

    scaling: str
    clusters: int
    stability: float
    counts: bool
    taken: bool


def profile_figure(
    names: Sequence[str],
    features: Sequence[str],
    apart: Sequence[Sequence[float]],
    texts: Sequence[Sequence[str]],
) -> go.Figure:
    """
    Return a table of groups by features, coloured by how far each is from the mean of all.

    Args:
        names: Of the groups.
        features: Labels.
        apart: Per group and feature, in standard deviations.
        texts: What is written there: the mean in its own unit.
    """
    few = len(features) <= _FEW
    shown = [_wrapped(name, 16 if few else 9) for name in features]
    figure = go.Figure(
        go.Heatmap(
            x=list(range(len(features))),
            y=list(range(len(names))),
            z=[list(row) for row in apart],
            zmin=-_FARTHEST,
            zmax=_FARTHEST,
            colorscale=_APART,
            showscale=False,
            text=[list(row) for row in texts],
            texttemplate="%{text}",
            textfont={"color": INK, "size": 11.5},
            hovertext=[
                [
                    f"{_safe(name)}<br>{_safe(feature)}: {_safe(text)}<br>{value:+.2f} standard "
                    "deviations"
                    for feature, value, text in zip(features, row, written, strict=True)
                ]
                for name, row, written in zip(names, apart, texts, strict=True)
            ],
            hoverinfo="text",
        )
    )
    figure.update_layout(
        xaxis={
            "tickmode": "array", "tickvals": list(range(len(features))), "ticktext": shown,
            "side": "top", "showgrid": False, "zeroline": False, "tickangle": 0,
            "tickfont": {"size": 11 if few else 9.5}, "fixedrange": True,
        },
        yaxis=_names_axis(names),
        margin={"l": 8, "r": 4, "t": 8, "b": 4},
    )  # fmt: skip
    return figure


def parallel_figure(
    names: Sequence[str], features: Sequence[str], apart: Sequence[Sequence[float]]
) -> go.Figure:
    """Return a line per group over the features, in standard deviations from the mean of all."""
    figure = go.Figure()
    for place, (name, row) in enumerate(zip(names, apart, strict=True)):
        figure.add_scatter(
            x=list(range(len(features))),
            y=list(row),
            mode="lines+markers",
            name=_safe(_cut(name, 30)),
            line={"width": 2, **({} if place < _COLOURED else {"color": OTHER})},
            marker={"size": 7, **({} if place < _COLOURED else {"color": OTHER})},
            hovertemplate=f"{_safe(name)}: %{{y:+.2f}}<extra></extra>",
        )
    figure.update_layout(
        xaxis={
            "tickmode": "array", "tickvals": list(range(len(features))),
            "ticktext": [_wrapped(name, 12 if len(features) <= _FEW else 8) for name in features],
            "tickangle": 0,
            "fixedrange": True, "range": [-0.25, len(features) - 0.75],
            "tickfont": {"size": 10.5 if len(features) <= _FEW else 9},
        },
        yaxis={"fixedrange": True, "zeroline": True, "nticks": 5},
        legend={"orientation": "h", "y": 1.02, "font": {"size": 11}},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
    )  # fmt: skip
    return figure


def map_figure(
    names: Sequence[str], points: Sequence[Sequence[float]], axes: tuple[str, str]
) -> go.Figure:
    """
    Return customers of a sample as points.

    `layout.meta.points` asks the page to draw them by WebGL (`assets/43-clusters.js`): Plotly's
    own WebGL traces compile code with `eval`, which the content security policy forbids. Where
    there is no WebGL, and in a saved picture, Plotly draws these same points as SVG.

    Args:
        names: Of the groups.
        points: Place on both axes and the group's number, from 1.
        axes: What the axes are, in words.
    """
    figure = go.Figure()
    for place, name in enumerate(names):
        own = [point for point in points if point[2] == place + 1]
        marker: dict[str, object] = {"size": 5, "opacity": 0.7}
        if place >= _COLOURED:
            symbol = _SYMBOLS[(place - _COLOURED) % len(_SYMBOLS)]
            marker |= {"color": OTHER, "symbol": symbol}
        figure.add_scatter(
            x=[point[0] for point in own],
            y=[point[1] for point in own],
            mode="markers",
            name=_safe(_cut(name, 30)),
            marker=marker,
            hoverinfo="name",
        )
    axis = {"showticklabels": False, "zeroline": False, "fixedrange": True, "showgrid": False}
    figure.update_layout(
        xaxis={**axis, "title": {"text": _safe(axes[0])}},
        yaxis={**axis, "title": {"text": _safe(axes[1])}},
        legend={"orientation": "h", "y": 1.02, "font": {"size": 11}, "itemsizing": "constant"},
        meta={"points": True},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
    )
    return figure


def tried_figure(tried: Sequence[Tried], least: float) -> go.Figure:
    """Return how stable each number of groups is, per transform; the one taken is marked."""
    figure = go.Figure()
    for scaling in dict.fromkeys(one.scaling for one in tried):
        own = [one for one in tried if one.scaling == scaling]
        figure.add_scatter(
            x=[one.clusters for one in own],
            y=[one.stability for one in own],
            mode="lines+markers",
            name=scaling,
            line={"width": 2},
            marker={
                "size": [13 if one.taken else 7 for one in own],
                "symbol": ["circle" if one.counts else "circle-open" for one in own],
            },
            hovertemplate="%{x} groups: %{y:.2f}<extra></extra>",
        )
    for one in tried:
        if one.taken:
            figure.add_annotation(
                x=one.clusters, y=one.stability, text="<b>taken</b>", yshift=16, showarrow=False,
                font={"color": INK},
            )  # fmt: skip
    figure.update_layout(
        xaxis={"fixedrange": True, "dtick": 1, "title": {"text": "Groups"}},
        yaxis={"fixedrange": True, "range": [0, 1.12], "nticks": 6},
        shapes=[
            {
                "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": least, "y1": least,
                "line": {"color": MUTED, "width": 1, "dash": "dot"},
            }
        ],
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
    )  # fmt: skip
    return figure


def moves_figure(
    before: Sequence[str], now: Sequence[str], customers: Sequence[Sequence[float]],
    texts: Sequence[Sequence[str]],
) -> go.Figure:  # fmt: skip
    """Return a table of customers by their group in one grouping (rows) and in another."""
    figure = go.Figure(
        go.Heatmap(
            x=list(range(len(now))),
            y=list(range(len(before))),
            z=[list(row) for row in customers],
            colorscale=_AMOUNT,
            showscale=False,
            text=[list(row) for row in texts],
            texttemplate="%{text}",
            textfont={"color": INK, "size": 12},
            hovertemplate="%{text} customers<extra></extra>",
        )
    )
    figure.update_layout(
        xaxis={
            "tickmode": "array", "tickvals": list(range(len(now))),
            "ticktext": [_wrapped(name, 16) for name in now], "side": "top", "showgrid": False,
            "zeroline": False, "fixedrange": True, "tickangle": 0,
        },
        yaxis=_names_axis(before),
        margin={"l": 8, "r": 4, "t": 8, "b": 4},
    )  # fmt: skip
    return figure


def _names_axis(names: Sequence[str]) -> dict[str, object]:
    return {
        "tickmode": "array", "tickvals": list(range(len(names))),
        "ticktext": [_wrapped(name, 22) for name in names],
        "range": [len(names) - 0.5, -0.5], "tickfont": {"color": INK, "size": 12},
        "fixedrange": True, "showgrid": False, "zeroline": False, "ticklen": 6, "ticks": "outside",
        "tickcolor": "rgba(0,0,0,0)",
    }  # fmt: skip


def _wrapped(name: str, wide: int) -> str:
    """Return a name on lines of about `wide` letters."""
    lines: list[str] = []
    for word in _cut(name, 3 * wide).split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= wide:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "<br>".join(_safe(line) for line in lines)


def _cut(name: str, longest: int) -> str:
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"


def _safe(text: str) -> str:
    """Return text that Plotly shows as it is: it reads tags in its texts."""
    return html.escape(text, quote=False)
