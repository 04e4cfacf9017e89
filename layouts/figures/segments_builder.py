"""Figures of the segment builder."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from layouts.figures.theme import ACCENT, INK, OTHER
from layouts.format import MINUS, count

_NAME_WIDTH = 26


@dataclass(frozen=True, slots=True)
class Step:
    """
    One row of the waterfall.

    Attributes:
        name: The condition or group in words.
        before, after: Customers left before it and after it.
    """

    name: str
    before: int
    after: int


def waterfall_figure(steps: Sequence[Step], base: int, members: int) -> go.Figure:
    """
    Return how the conditions lead from all customers to the members, step by step.

    Args:
        steps: One per part of the outermost group, in order.
        base: All customers.
        members: Who is in at the end.
    """
    names = ["All customers", *(step.name for step in steps), "In the segment"]
    lows = [0, *(min(step.before, step.after) for step in steps), 0]
    sizes = [base, *(abs(step.after - step.before) for step in steps), members]
    labels = [count(base), *(_moved(step) for step in steps), count(members)]
    colours = [OTHER, *(ACCENT if step.after > step.before else OTHER for step in steps), ACCENT]
    opacities = [1.0, *(0.55 for _ in steps), 1.0]
    rows = list(range(len(names)))
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=sizes,
            base=lows,
            y=rows,
            hovertext=[
                f"{_plain(name)}<br>{label}" for name, label in zip(names, labels, strict=True)
            ],
            hoverinfo="text",
            marker={"color": colours, "opacity": opacities},
            width=0.56,
        )
    )
    for row in rows:
        figure.add_annotation(
            x=lows[row] + sizes[row], y=row, text=labels[row], xanchor="left", xshift=4,
            showarrow=False, font={"color": INK, "size": 12},
        )  # fmt: skip
    figure.update_layout(
        xaxis={"visible": False, "fixedrange": True, "range": [0, max(base, 1) * 1.35]},
        yaxis={
            "tickmode": "array", "tickvals": rows, "ticktext": [_wrapped(name) for name in names],
            "tickfont": {"color": INK, "size": 12}, "range": [len(rows) - 0.5, -0.5],
            "showgrid": False, "zeroline": False, "fixedrange": True, "ticks": "outside",
            "ticklen": 6, "tickcolor": "rgba(0,0,0,0)",
        },
        showlegend=False,
        margin={"l": 4, "r": 24, "t": 4, "b": 4},  # a label may reach into it on a phone
    )  # fmt: skip
    return figure


def _moved(step: Step) -> str:
    change = step.after - step.before
    sign = MINUS if change < 0 else "+" if change else ""
    return f"{sign}{count(abs(change))}"


def _wrapped(name: str) -> str:
    lines = textwrap.wrap(name, _NAME_WIDTH)
    if len(lines) > 2:
        lines = [lines[0], textwrap.shorten(" ".join(lines[1:]), _NAME_WIDTH, placeholder=" …")]
    return "<br>".join(map(_plain, lines))


def _plain(text: str) -> str:
    return html.escape(text, quote=False)
