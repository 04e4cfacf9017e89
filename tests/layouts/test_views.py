"""Finished views are plain JSON, whatever the frame behind them holds."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go

import layouts.figures.theme  # noqa: F401  no template travels with a figure
from layouts.views import ChartView, Trust

TRUST = Trust("revenue", "June", "", (("Lines", 3),), (), "Data to June", (("q", "SELECT 1"),))


def test_a_chart_view_is_plain_json() -> None:
    """Timestamps become days, numpy numbers numbers, and what is missing null."""
    table = pd.DataFrame(
        {
            "Day": pd.to_datetime(["2025-06-01", "2025-06-02"]),
            "Revenue": np.array([1.5, np.nan]),
            "Orders": np.array([2, 3], dtype="int64"),
        }
    )
    view = ChartView(
        go.Figure(go.Bar(x=table["Day"], y=table["Revenue"])), "So it is.", table, TRUST
    )

    plain = json.loads(json.dumps(view.to_dict(), allow_nan=False))

    assert plain["table"] == {
        "columns": ["Day", "Revenue", "Orders"],
        "rows": [["2025-06-01", 1.5, 2], ["2025-06-02", None, 3]],
    }
    assert plain["trust"]["used"] == [["Lines", 3]]
    assert "template" not in plain["figure"]["layout"]


def test_nothing_to_draw_is_no_figure() -> None:
    """An empty view carries its sentence instead."""
    plain = ChartView(None, "", pd.DataFrame(), TRUST, empty="No sales.").to_dict()

    assert plain["figure"] is None
    assert plain["empty"] == "No sales."
