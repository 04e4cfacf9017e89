"""The Overview before its data."""

from __future__ import annotations

import json

from analytics.reports.overview import METRICS
from layouts.definitions import DEFINITIONS
from layouts.overview import kpi_name, layout


def test_every_metric_has_a_card_and_a_definition() -> None:
    """The cards are those of the report, in its order."""
    assert tuple(DEFINITIONS) == METRICS
    text = json.dumps(layout().to_plotly_json(), default=lambda part: part.to_plotly_json())
    places = [text.index(f'"{kpi_name(metric)}"') for metric in METRICS]
    assert places == sorted(places)


def test_names_begin_with_the_tab() -> None:
    """A question reaches a tile only through the tab its name begins with."""
    text = json.dumps(layout().to_plotly_json(), default=lambda part: part.to_plotly_json())

    assert '"name": "overview-' in text
    assert text.count('"name": "') == text.count('"name": "overview-')
