"""The Overview's charts over time."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from layouts.figures.overview import Stretch, customers_figure, hours_figure, revenue_figure

WEEKS = [
    Stretch(date(2024, 5, 1), date(2024, 5, 6), whole=False),
    Stretch(date(2024, 5, 6), date(2024, 5, 13), whole=True),
    Stretch(date(2024, 5, 13), date(2024, 5, 20), whole=True),
    Stretch(date(2024, 5, 20), date(2024, 5, 22), whole=False),
]


def test_partial_ends_are_dotted() -> None:
    """The line is solid between whole weeks and dotted to the incomplete ones."""
    figure = revenue_figure(WEEKS, [1.0, 2.0, 3.0, 4.0], "EUR")
    solid, dotted = figure.data

    assert list(solid.y) == [None, 2.0, 3.0, None]
    assert list(dotted.y) == [1.0, 2.0, 3.0, 4.0]
    assert dotted.line.dash == "dot"
    assert "incomplete" in dotted.customdata[0]
    assert figure.layout.yaxis.rangemode == "tozero"


def test_the_comparison_lies_behind() -> None:
    """It is drawn first, at the same places, with its own days; where it ends there is a gap."""
    behind = [Stretch(one.start - timedelta(21), one.end - timedelta(21), True) for one in WEEKS]
    behind[3] = Stretch(date(2024, 5, 1), date(2024, 5, 1), True)
    figure = revenue_figure(
        WEEKS, [1.0, 2.0, 3.0, 4.0], "EUR", behind, [5.0, 6.0, 7.0, float("nan")], ("May", "April")
    )

    assert [trace.name for trace in figure.data[:2]] == ["April", "May"]
    assert list(figure.data[0].y) == [5.0, 6.0, 7.0, None]
    assert figure.data[0].customdata[0] == "€5.00  10 – 14 Apr 2024"
    assert figure.data[0].x == figure.data[1].x


def test_a_single_day_is_a_mark() -> None:
    """One point has no line."""
    day = [Stretch(date(2024, 5, 1), date(2024, 5, 2), whole=True)]

    assert revenue_figure(day, [3.0], "EUR").data[0].mode == "markers"


def test_only_partial_stretches() -> None:
    """With nothing whole the line is drawn as it is."""
    partial = [WEEKS[0], WEEKS[3]]

    assert list(revenue_figure(partial, [1.0, 2.0], "EUR").data[0].y) == [1.0, 2.0]


def test_customers_are_stacked() -> None:
    """As wide as their days; incomplete ends pale."""
    figure = customers_figure(WEEKS, [1, 2, 3, 4], [5, 6, 7, 8])

    assert figure.layout.barmode == "stack"
    assert [trace.name for trace in figure.data] == ["Returning", "New"]
    assert figure.data[0].width[1] > figure.data[0].width[0]
    assert figure.data[0].marker.opacity[0] < figure.data[0].marker.opacity[1] == 1


def test_hours() -> None:
    """Monday on top, only the hours asked for."""
    figure = hours_figure(np.ones((7, 3)), [["x"] * 3] * 7, range(8, 11))

    assert figure.data[0].x == ("8", "9", "10")
    assert figure.layout.yaxis.autorange == "reversed"
