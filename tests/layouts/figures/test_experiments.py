"""Figures of experiments: what is marked, what is told, odd numbers."""

from __future__ import annotations

import pytest

from layouts.figures.experiments import (
    Interval,
    Outcome,
    SwingRow,
    calibration_figure,
    curve_figure,
    lifts_figure,
    proof_figure,
    signed_percent,
    spread_figure,
    tornado_figure,
)
from layouts.figures.theme import BAD, GOOD, MUTED


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.042, "+4.2%"), (-0.01, "−1.0%"), (0.0, "0.0%"), (-0.0001, "0.0%"), (float("nan"), "–")],
)
def test_lifts_have_a_sign(value, text):
    """A true minus, no sign at nothing, a dash for no number."""
    assert signed_percent(value) == text


def test_losses_and_profits_differ_in_colour():
    """Bins below 0 are bad, above are good, and what lies outside the bands is pale."""
    figure = spread_figure([-20, -10, 0, 10], [1, 5, 4], ((-12.0, 8.0), (-18.0, 9.0)), "EUR")
    bars = figure.data[0]

    assert list(bars.marker.color) == [BAD, BAD, GOOD]
    assert bars.marker.opacity[0] < bars.marker.opacity[1]
    assert sum(bars.y) == pytest.approx(1)


def test_a_tornado_begins_at_the_plan():
    """Both halves of a row start at the planned profit."""
    rows = [
        SwingRow("Lift", -5.0, 25.0, ("+1%", "+9%")),
        SwingRow("Margin", 12.0, 8.0, ("36%", "44%")),
    ]
    figure = tornado_figure(rows, 10.0, "EUR")
    worse, better = figure.data

    assert list(worse.base) == list(better.base) == [10.0, 10.0]
    assert list(worse.x) == [-15.0, -2.0]
    assert list(better.x) == [15.0, 2.0]


def test_intervals_are_coloured_by_what_they_say():
    """Above 0 good, below 0 bad, across it neither; markup in a name is text."""
    rows = [
        Interval("<b>up</b>", 0.05, 0.01, 0.09, (-0.01, 0.11)),
        Interval("down", -0.05, -0.09, -0.01),
        Interval("who knows", 0.0, -0.05, 0.05, None, believed=False),
    ]
    figure = lifts_figure(rows, (0.02, 0.06))
    thick = [
        trace.line.color for trace in figure.data if trace.mode == "lines" and trace.line.width == 6
    ]

    assert thick == [GOOD, BAD, MUTED]
    assert figure.layout.yaxis.ticktext[0] == "&lt;b&gt;up&lt;/b&gt;"
    assert any(shape.type == "rect" for shape in figure.layout.shapes)


def test_plans_lie_against_outcomes_on_one_scale():
    """Both axes have the same range, so that the dotted line is where they agree."""
    figure = calibration_figure([Outcome("A", 0.05, 0.02, -0.01, 0.05)])

    assert figure.layout.xaxis.range == figure.layout.yaxis.range
    assert list(figure.data[1].error_y.array) == pytest.approx([0.03])


def test_curves_and_proofs_mark_what_is_planned_and_put_in():
    """A dotted line at the plan, a line at the lift that was put in."""
    curve = curve_figure([0.1, 0.2], [1, 2], [0, 1], [2, 3], 0.1, "EUR")
    proof = proof_figure([0.1, 0.2, 0.3], 0.2, "€")

    assert curve.layout.shapes[0].x0 == 0.1
    assert proof.layout.shapes[1].x0 == 0.2
