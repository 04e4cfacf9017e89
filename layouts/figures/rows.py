"""Rows of names with a bar and numbers beside it: rankings, changes, tables with bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from layouts.figures.theme import ACCENT, BAD, FADED, GOOD, INK, MUTED, OTHER
from layouts.format import change as change_text
from layouts.words import NEUTRAL

_LONGEST_NAME = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """
    One row of a ranking.

    Attributes:
        name: As shown; long ones are cut, hovering shows them whole.
        value: Length of the bar.
        label: The value as text.
        change: Relative change, shown beside it; None for none.
        key: What a click on it means; None when it means nothing.
        chosen: Whether a filter keeps it; otherwise it is pale.
        other: Whether it stands for many small ones; it is grey then.
        note: Written in the place of a change that there is not.
        clicks: Which filter a click on it sets, where its tile has not one for
            all: `countries`, `channels` or `categories`.
    """

    name: str
    value: float
    label: str
    change: float | None = None
    key: str | None = None
    chosen: bool = True
    other: bool = False
    note: str = ""
    clicks: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A number in a column, with a smaller one below: text, text below and its colour."""

    text: str
    below: str = ""
    colour: str = MUTED


@dataclass(frozen=True, slots=True)
class Column:
    """
    Numbers beside the bars.

    Attributes:
        heading: Above them.
        at: Where their right edge is, as a share of the width.
        cells: One per row.
    """

    heading: str
    at: float
    cells: tuple[Cell, ...]


def ranking_figure(bars: Sequence[Bar], *, names_above: bool = False) -> go.Figure:
    """
    Return horizontal bars, the first on top, labelled directly.

    Args:
        bars: Best first.
        names_above: Write names over their bars: for long ones.
    """
    changes = any(bar.change is not None or bar.note for bar in bars)
    longest = max((bar.value for bar in bars), default=0) or 1
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=[bar.value for bar in bars],
            y=list(range(len(bars))),
            text=[bar.label for bar in bars],
            textposition="outside",
            textfont={"color": INK},
            cliponaxis=False,
            constraintext="none",
            customdata=[bar.key for bar in bars],
            hovertext=[_hover(bar) for bar in bars],
            hoverinfo="text",
            marker={
                "color": [OTHER if bar.other else ACCENT for bar in bars],
                "opacity": [1 if bar.chosen else FADED for bar in bars],
            },
            width=0.36 if names_above else 0.62,
        )
    )
    figure.update_layout(
        xaxis={
            "visible": False,
            "fixedrange": True,
            "range": [0, longest * (1.5 if changes else 1.32)],
            "domain": [0, 0.8 if changes else 1],
        },
        yaxis=_row_axis([] if names_above else [bar.name for bar in bars], len(bars)),
        showlegend=False,
        margin={"l": 4, "r": 4, "t": 18 if names_above else 4, "b": 4},
    )
    notes = []
    if names_above:
        figure.update_layout(yaxis={"showticklabels": False})
        for row, bar in enumerate(bars):
            notes.append(_note(0, row, _cut(bar.name, 44), xanchor="left", yshift=14, xref="x"))
    for row, bar in enumerate(bars):
        if bar.change is not None:
            font = {"color": colour_of(bar.change)}
            notes.append(_note(1, row, change_text(bar.change), font=font))
        elif bar.note:
            notes.append(_note(1, row, bar.note, font={"color": MUTED}))
    # All at once: adding them one by one checks those before each time.
    figure.update_layout(annotations=notes)
    return figure


def change_figure(bars: Sequence[Bar]) -> go.Figure:
    """Return bars to the right for what rose and to the left for what fell, labelled directly."""
    values = [0.0, *(bar.value for bar in bars)]
    low, high = min(values), max(values)
    room = (high - low or 1) * 0.5  # for the labels, on a narrow screen too
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=[bar.value for bar in bars],
            y=list(range(len(bars))),
            text=[bar.label for bar in bars],
            textposition="outside",
            textfont={"color": INK},
            cliponaxis=False,
            constraintext="none",
            customdata=[[bar.key, bar.clicks] for bar in bars],
            hovertext=[_hover(bar) for bar in bars],
            hoverinfo="text",
            marker={
                "color": [OTHER if bar.other else GOOD if bar.value > 0 else BAD for bar in bars]
            },
            width=0.62,
        )
    )
    figure.update_layout(
        xaxis={
            "visible": False,
            "fixedrange": True,
            "range": [low - (room if low < 0 else 0), high + (room if high > 0 or low == 0 else 0)],
        },
        yaxis=_row_axis([bar.name for bar in bars], len(bars)),
        shapes=[_zero_line()],
        showlegend=False,
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
    )
    return figure


def table_figure(
    bars: Sequence[Bar],
    columns: Sequence[Column],
    *,
    bars_to: float,
    starts: Sequence[float] | None = None,
    colours: Sequence[str] | None = None,
) -> go.Figure:
    """
    Return a small table: names, a bar each, and columns of numbers.

    Args:
        bars: The rows, the first on top; their labels and changes are not written.
        columns: From left to right.
        bars_to: Where the bars' part ends, as a share of the width.
        starts: Where each bar begins; at 0 if not given.
        colours: Of the bars; the accent if not given.
    """
    ends = [bar.value + (starts[row] if starts else 0) for row, bar in enumerate(bars)]
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=[bar.value for bar in bars],
            base=list(starts) if starts else None,
            y=list(range(len(bars))),
            customdata=[bar.key for bar in bars],
            hovertext=[_hover(bar) for bar in bars],
            hoverinfo="text",
            marker={
                "color": list(colours) if colours else ACCENT,
                "opacity": [1 if bar.chosen else FADED for bar in bars],
            },
            width=0.42,
        )
    )
    figure.update_layout(
        xaxis={
            "visible": False,
            "fixedrange": True,
            "range": [0, max(ends, default=1) or 1],
            "domain": [0, bars_to],
        },
        yaxis=_row_axis([bar.name for bar in bars], len(bars)),
        showlegend=False,
        margin={"l": 4, "r": 4, "t": 26, "b": 4},
    )
    figure.update_layout(annotations=[note for column in columns for note in _notes_of(column)])
    return figure


def _notes_of(column: Column) -> list[dict[str, Any]]:
    notes: list[dict[str, Any]] = [
        {
            "text": column.heading, "x": column.at, "xref": "paper", "xanchor": "right", "y": 1,
            "yref": "paper", "yanchor": "bottom", "yshift": 4, "showarrow": False,
            "font": {"color": MUTED, "size": 11.5},
        }
    ]  # fmt: skip
    for row, cell in enumerate(column.cells):
        notes.append(_note(column.at, row, cell.text, yshift=8 if cell.below else 0))
        if cell.below:
            font = {"color": cell.colour, "size": 11}
            notes.append(_note(column.at, row, cell.below, yshift=-8, font=font))
    return notes


def colour_of(change: float | None, *, up_is_good: bool = True) -> str:
    """Return the colour of a change: good, bad, or muted for one that is none."""
    if change is None or abs(change) < NEUTRAL:
        return MUTED
    return GOOD if (change > 0) == up_is_good else BAD


def _row_axis(names: Sequence[str], rows: int) -> dict[str, Any]:
    return {
        "tickmode": "array",
        "tickvals": list(range(rows)) if names else [],
        "ticktext": [_cut(name, _LONGEST_NAME) for name in names],
        "tickfont": {"color": INK, "size": 12},
        "ticks": "outside",
        "ticklen": 6,
        "tickcolor": "rgba(0,0,0,0)",
        "range": [rows - 0.5, -0.5],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }


def _zero_line() -> dict[str, Any]:
    return {
        "type": "line", "x0": 0, "x1": 0, "xref": "x", "y0": 0, "y1": 1, "yref": "paper",
        "line": {"color": MUTED, "width": 1},
    }  # fmt: skip


def _note(x: float, row: int, text: str, **more: Any) -> dict[str, Any]:
    """Return what is written beside a row; `x` is a share of the width unless said otherwise."""
    return {
        "text": text, "x": x, "xref": "paper", "xanchor": "right", "y": row, "yref": "y",
        "yanchor": "middle", "showarrow": False, "font": {"color": INK}, "align": "right",
        **more,
    }  # fmt: skip


def _hover(bar: Bar) -> str:
    change = "" if bar.change is None else f" ({change_text(bar.change)})"
    return f"{_safe(bar.name)}<br>{bar.label}{change}"


def _cut(name: str, longest: int) -> str:
    short = name if len(name) <= longest else name[: longest - 1].rstrip() + "…"
    return _safe(short)


def _safe(text: str) -> str:
    """Return text that Plotly shows as it is: it reads tags in its texts."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
