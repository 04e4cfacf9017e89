"""Figures of kept segments: how two overlap, how one grew."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go

from layouts.figures.theme import ACCENT, ACCENT_WEAK, INK, SECOND
from layouts.format import count, day, percent

_STEPS = 60
# Pixels: of the tile as it is at its narrowest on a desk, and what a label needs.
_WIDE, _HIGH = 440, 290
_ROOM_FOR_COUNT, _ROOM_FOR_WORDS, _LINE = 30, 62, 20


def overlap_figure(names: tuple[str, str], only: tuple[int, int], both: int) -> go.Figure:
    """
    Return two circles whose areas, and the area they share, are true to the customers.

    Args:
        names: Of the two segments.
        only: Customers in the first alone and in the second alone.
        both: Customers in both.
    """
    sizes = (only[0] + both, only[1] + both)
    largest = max(*sizes, 1)
    first, second = (math.sqrt(size / largest) for size in sizes)
    apart = distance(first, second, both / largest)
    figure = go.Figure()
    for at, radius, colour in ((0.0, first, ACCENT), (apart, second, SECOND)):
        angles = [2 * math.pi * step / _STEPS for step in range(_STEPS + 1)]
        figure.add_scatter(
            x=[at + radius * math.cos(angle) for angle in angles],
            y=[radius * math.sin(angle) for angle in angles],
            mode="lines", fill="toself", line={"color": colour, "width": 2},
            fillcolor=colour, opacity=0.42, hoverinfo="skip",
        )  # fmt: skip
    left, right = min(-first, apart - second), max(first, apart + second)
    top = max(first, second)
    places = ((left, "left", names[0], sizes[0]), (right, "right", names[1], sizes[1]))
    for x, side, name, size in places:
        figure.add_annotation(
            x=x, y=top, yshift=14, yanchor="bottom", xanchor=side, align=side, showarrow=False,
            text=f"<b>{_plain(name)}</b><br>{count(size)} customers",
            font={"color": INK, "size": 12},
        )  # fmt: skip
    parts = (
        (-first, min(first, apart - second), only[0], "only here"),
        (max(apart - second, -first), min(first, apart + second), both, "in both"),
        (max(apart - second, first), apart + second, only[1], "only here"),
    )
    unit = min(_WIDE / (right - left + 0.2), _HIGH / (2 * top + 0.6))
    below = _write_counts(figure, [part for part in parts if part[2]], top, unit)
    axis = {"visible": False, "fixedrange": True}
    figure.update_layout(
        xaxis={**axis, "range": [left - 0.1, right + 0.1]},
        yaxis={**axis, "range": [-top - 0.1 - below, top + 0.5], "scaleanchor": "x"},
        showlegend=False,
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
    )
    return figure


def _write_counts(
    figure: go.Figure, parts: Sequence[tuple[float, float, int, str]], top: float, unit: float
) -> float:
    """Write each part's customers into it, or below with a line to it; return the room taken."""
    below = 0.0
    for low, high, many, said in parts:
        room, middle = (high - low) * unit, (low + high) / 2
        if room >= _ROOM_FOR_COUNT:
            text = f"<b>{count(many)}</b>" + (f"<br>{said}" if room >= _ROOM_FOR_WORDS else "")
            place: dict[str, object] = {"showarrow": False}
        else:
            below += _LINE / unit
            text = f"<b>{count(many)}</b> {said}"
            place = {
                "showarrow": True, "arrowhead": 6, "arrowsize": 0.6, "arrowwidth": 1,
                "arrowcolor": INK, "axref": "x", "ayref": "y", "ax": middle, "ay": -top - below,
            }  # fmt: skip
        figure.add_annotation(x=middle, y=0, text=text, font={"color": INK, "size": 12}, **place)
    return below


def distance(first: float, second: float, shared: float) -> float:
    """
    Return how far apart the middles of two circles are that share an area.

    Args:
        first, second: Their radii.
        shared: The area they share, as a share of the circle of radius 1.
    """
    low, high = abs(first - second), first + second
    wanted = shared * math.pi
    if wanted <= 0:
        return high * 1.06
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _lens(first, second, middle) > wanted else (low, middle)
    return high


def _lens(first: float, second: float, apart: float) -> float:
    """Return the area that two circles share."""
    if apart >= first + second:
        return 0.0
    if apart <= abs(first - second):
        return math.pi * min(first, second) ** 2
    one = (apart**2 + first**2 - second**2) / (2 * apart * first)
    two = (apart**2 + second**2 - first**2) / (2 * apart * second)
    corner = (
        (-apart + first + second)
        * (apart + first - second)
        * (apart - first + second)
        * (apart + first + second)
    )
    return (
        first**2 * math.acos(min(1, max(-1, one)))
        + second**2 * math.acos(min(1, max(-1, two)))
        - math.sqrt(max(corner, 0)) / 2
    )


def growth_figure(days: Sequence[date], customers: Sequence[int]) -> go.Figure:
    """Return a segment's members at each month's end, the last point labelled."""
    figure = go.Figure(
        go.Scatter(
            x=list(days),
            y=list(customers),
            mode="lines",
            line={"color": ACCENT, "width": 2},
            fill="tozeroy",
            fillcolor=ACCENT_WEAK,
            hovertext=[
                f"{day(at)}: {count(many)}" for at, many in zip(days, customers, strict=True)
            ],
            hoverinfo="text",
        )
    )
    if days:
        figure.add_annotation(
            x=days[-1], y=customers[-1], text=f"<b>{count(customers[-1])}</b>", xanchor="left",
            xshift=6, showarrow=False, font={"color": INK, "size": 12},
        )  # fmt: skip
    figure.update_layout(
        xaxis={"fixedrange": True, "nticks": 6},
        yaxis={"rangemode": "tozero", "fixedrange": True, "nticks": 4, "tickformat": "~s"},
        showlegend=False,
        hovermode="x",
        margin={"l": 8, "r": 48, "t": 12, "b": 8},
    )
    return figure


def overlap_words(names: tuple[str, str], only: tuple[int, int], both: int) -> str:
    """Return how much two segments share in a sentence."""
    size = only[0] + both
    if not both:
        return f"“{names[0]}” and “{names[1]}” share nobody"
    return f"{percent(both / size)} of “{names[0]}” are also in “{names[1]}”"


def _plain(text: str) -> str:
    short = text if len(text) <= 28 else f"{text[:27].rstrip()}…"
    return html.escape(short, quote=False)
