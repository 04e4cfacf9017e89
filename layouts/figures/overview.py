"""The Overview's charts over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import plotly.graph_objects as go

from layouts.figures.theme import ACCENT, OTHER
from layouts.format import count, currency_sign, exact_money, period

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PALE = 0.45
_DAY = 86_400_000  # in Plotly's unit of time, milliseconds


@dataclass(frozen=True, slots=True)
class Stretch:
    """A day, week or month of a chart: [start, end), and whether it is a whole one."""

    start: date
    end: date
    whole: bool


def revenue_figure(
    stretches: Sequence[Stretch],
    revenue: Sequence[float],
    currency: str,
    behind: Sequence[Stretch] = (),
    before: Sequence[float] = (),
    names: tuple[str, str] = ("", ""),
) -> go.Figure:
    """
    Return revenue over time, the comparison behind it; partial ends are dotted.

    Args:
        stretches: Of the period, ascending.
        revenue: One value for each (account currency).
        currency: ISO 4217 code.
        behind: Stretches of the comparison, one for each; none without a comparison.
        before: Their revenue; NaN where the comparison is shorter.
        names: Of the period and of the comparison.
    """
    figure = go.Figure()
    days = [one.start for one in stretches]
    if behind:
        _add_behind(figure, days, behind, before, names[1], currency)
    _add_period(figure, stretches, revenue, names[0], currency)
    _over_time(figure, days)
    figure.update_layout(
        showlegend=bool(behind),
        hovermode="x unified",
        yaxis={"tickprefix": currency_sign(currency), "tickformat": "~s"},
    )
    return figure


def _add_behind(
    figure: go.Figure,
    days: list[date],
    behind: Sequence[Stretch],
    before: Sequence[float],
    name: str,
    currency: str,
) -> None:
    """Draw the comparison, each of its stretches where that of the period stands."""
    figure.add_scatter(
        x=days,
        y=[None if np.isnan(value) else value for value in before],
        mode="lines",
        line={"color": OTHER, "width": 1.6},
        name=name,
        customdata=[
            f"{exact_money(value, currency)}  {period(one.start, one.end)}"
            if one.end > one.start
            else ""
            for one, value in zip(behind, before, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _add_period(
    figure: go.Figure,
    stretches: Sequence[Stretch],
    revenue: Sequence[float],
    name: str,
    currency: str,
) -> None:
    """Draw the period: a line, dotted to and from stretches that are not whole."""
    days = [one.start for one in stretches]
    labels = [
        f"<b>{exact_money(value, currency)}</b>  {_stretch_text(one)}"
        for one, value in zip(stretches, revenue, strict=True)
    ]
    solid, dotted = _solid_and_dotted([one.whole for one in stretches], revenue)
    figure.add_scatter(
        x=days,
        y=solid,
        mode="markers" if len(stretches) == 1 else "lines",
        line={"color": ACCENT, "width": 2.2},
        marker={"color": ACCENT, "size": 9},
        name=name,
        customdata=labels,
        hovertemplate="%{customdata}<extra></extra>",
    )
    if all(value is None for value in dotted):
        return
    figure.add_scatter(
        x=days,
        y=dotted,
        mode="markers+lines",
        line={"color": ACCENT, "width": 1.6, "dash": "dot"},
        marker={
            "color": ACCENT,
            "size": [0 if one.whole else 6 for one in stretches],
            "opacity": _PALE,
        },
        opacity=0.8,
        showlegend=False,
        customdata=["" if one.whole else text for one, text in zip(stretches, labels, strict=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )


def customers_figure(
    stretches: Sequence[Stretch], returning: Sequence[float], new: Sequence[float]
) -> go.Figure:
    """Return returning and new customers, stacked; partial ends are pale."""
    figure = go.Figure()
    opacity = [1 if one.whole else _PALE for one in stretches]
    days = [one.start for one in stretches]
    for name, values in (("Returning", returning), ("New", new)):
        figure.add_bar(
            x=days,
            y=list(values),
            name=name,
            marker={"opacity": opacity},
            width=[(one.end - one.start).days * _DAY * 0.82 for one in stretches],
            offset=0,
            customdata=[
                f"{name} {count(value)}  {_stretch_text(one)}"
                for one, value in zip(stretches, values, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    _over_time(figure, days)
    figure.update_layout(
        barmode="stack",
        hovermode="x unified",
        legend={"traceorder": "normal"},
        yaxis={"tickformat": "~s"},
    )
    return figure


def hours_figure(cells: np.ndarray, labels: Sequence[Sequence[str]], hours: range) -> go.Figure:
    """
    Return the week by hours as a heat map.

    Args:
        cells: Shape (7, hours): Monday first.
        labels: What hovering over each cell says.
        hours: Of the day, the columns.
    """
    figure = go.Figure(
        go.Heatmap(
            z=cells,
            x=[f"{hour}" for hour in hours],
            y=list(WEEKDAYS),
            text=labels,
            hoverinfo="text",
            showscale=False,
        )
    )
    figure.update_layout(
        xaxis={
            "type": "category", "showgrid": False, "fixedrange": True,
            "title": {"text": "Hour of the day"},
            "tickmode": "array", "tickvals": [f"{hour}" for hour in hours if hour % 3 == 0],
            "ticktext": [f"{hour}:00" for hour in hours if hour % 3 == 0],
        },
        yaxis={"autorange": "reversed", "showgrid": False, "fixedrange": True},
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
    )  # fmt: skip
    return figure


def _over_time(figure: go.Figure, days: Sequence[date]) -> None:
    """Set the axes of a chart over time: zero-based, no zooming, horizontal grid only."""
    few = len(days) <= 12
    figure.update_layout(
        xaxis={
            "type": "date",
            "showgrid": False,
            "fixedrange": True,
            "hoverformat": " ",
            "tickformat": "%-d %b\n%Y" if _short(days) else "%b\n%Y",
            **({"tickmode": "array", "tickvals": list(days)} if few and not _short(days) else {}),
            "nticks": 8,
        },
    )
    figure.update_yaxes(rangemode="tozero", nticks=5, fixedrange=True)


def _short(days: Sequence[date]) -> bool:
    return (days[-1] - days[0]).days <= 120


def _solid_and_dotted(
    whole: Sequence[bool], values: Sequence[float]
) -> tuple[list[float | None], list[float | None]]:
    """Return the line between whole stretches, and the lines to the partial ones at its ends."""
    last = len(values) - 1
    if not any(whole):
        return list(values), [None] * len(values)
    solid = [value if ok else None for ok, value in zip(whole, values, strict=True)]
    dotted: list[float | None] = [None] * len(values)
    if not whole[0]:
        dotted[0], dotted[1] = values[0], values[1]
    if not whole[last]:
        dotted[last], dotted[last - 1] = values[last], values[last - 1]
    return solid, dotted


def _stretch_text(one: Stretch) -> str:
    return period(one.start, one.end) + ("" if one.whole else " (incomplete)")
