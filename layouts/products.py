"""
The Products tab's frame: how products are classified, and a row of sub-views, one of them shown.

A sub-view is a line in `SUB_VIEWS` and `layouts/products_<word>.py` with `layout()`. All are
mounted with the tab and then hidden and shown in the browser; the address says which
(`?view=<word>`). Every tile waits until it is in view, so a hidden one asks nothing.
"""

from __future__ import annotations

from enum import StrEnum

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts.components import attributes
from layouts.subviews import SubView, sub_view_panes, sub_view_row

VALUES = {"revenue": "Revenue", "margin": "Margin", "units": "Units"}
STEPS = {"month": "Months", "week": "Weeks"}
DEMANDS = {"units": "Units", "revenue": "Revenue"}
ZEROS = {"counted": "Counted", "left": "Left out"}
SEASONS = {"kept": "Left in", "taken": "Taken out"}
USUAL = {
    "by": "revenue", "step": "month", "demand": "units", "zeros": "counted", "season": "kept",
    "cuts": [80, 95, 50, 100],
}  # fmt: skip


class Ids(StrEnum):
    """Parts of the tab that its sub-views share."""

    ASKED = "products-asked"
    BY = "products-by"
    STEP = "products-step"
    DEMAND = "products-demand"
    ZEROS = "products-zeros"
    SEASON = "products-season"
    SHARES = "products-shares"
    VARIATIONS = "products-variations"
    MOVED = "products-moved"
    USUAL = "products-usual"


SUB_VIEWS = (
    SubView("matrix", "Matrix", "grid-3x3-gap"),
    SubView("changes", "Movement", "shuffle"),
    SubView("range", "Range", "bar-chart-steps"),
    SubView("watch", "Watch list", "bell"),
    SubView("one", "One product", "search"),
)


def layout() -> html.Div:
    """Return the tab without a number in it; the address says which sub-view is shown."""
    row = sub_view_row("products", SUB_VIEWS)
    asked = dcc.Store(id=Ids.ASKED, data=USUAL)
    panes = sub_view_panes("products", SUB_VIEWS)
    return html.Div([asked, row, _settings(), *panes], className="products")


def _settings() -> html.Section:
    """Return how products are classified: measures, periods and cuts."""
    switches = [
        _field("ABC by", Ids.BY, VALUES, "revenue"),
        _field("XYZ compares", Ids.STEP, STEPS, "month"),
        _field("Demand in", Ids.DEMAND, DEMANDS, "units"),
        _field("Periods without a sale", Ids.ZEROS, ZEROS, "counted"),
        _field("Season", Ids.SEASON, SEASONS, "kept"),
    ]
    cuts = html.Div(
        [
            _slider(
                "A and B end at this share of the value, in %", Ids.SHARES, 5, 100, 1, USUAL_SHARES,
                {5: "5", 50: "50", 80: "80", 95: "95"},
            ),
            _slider(
                "X and Y end at this variation of demand, in %", Ids.VARIATIONS, 5, 200, 5,
                USUAL_VARIATIONS, {5: "5", 50: "50", 100: "100", 150: "150", 200: "200"},
            ),
        ],
        className="cut-sliders",
    )  # fmt: skip
    told = html.Div(
        [
            html.Div(id=Ids.MOVED, className="sub cuts-told", **attributes(aria_live="polite")),
            html.Button("Back to the usual cuts", id=Ids.USUAL, className="button", hidden=True),
        ],
        className="cuts-row",
    )
    return html.Section(
        [html.Div(switches, className="settings"), cuts, told],
        className="tile product-settings",
        **attributes(aria_label="How products are classified"),
    )


USUAL_SHARES = [80, 95]
USUAL_VARIATIONS = [50, 100]


def _field(label: str, identity: str, options: dict[str, str], value: str) -> html.Div:
    switch = dbc.RadioItems(
        id=identity,
        options=[{"value": key, "label": text} for key, text in options.items()],
        value=value,
        inline=True,
        className="segmented",
        input_class_name="btn-check",
        label_class_name="segment",
        label_checked_class_name="chosen",
    )
    return html.Div(
        [
            html.Div(label, className="field-label"),
            html.Div(switch, role="group", **attributes(aria_label=label)),
        ],
        className="field",
    )


def _slider(
    label: str, identity: str, low: int, high: int, step: int, value: list[int],
    marks: dict[int, str],
) -> Component:  # fmt: skip
    slider = dcc.RangeSlider(
        id=identity, min=low, max=high, step=step, value=value, marks=marks, pushable=step,
        updatemode="mouseup",
    )  # fmt: skip
    return html.Div(
        [html.Div(label, className="field-label"), slider],
        className="field",
        role="group",
        **attributes(aria_label=label),
    )
