"""The watch list before its data; `callbacks/products_watch.py` fills it."""

from __future__ import annotations

from enum import StrEnum

import dash_ag_grid as dag
from dash import html

from layouts.components import attributes, chart_tile

REASONS = "products-reasons"
NAMES = {
    "erratic": "A, but erratic",
    "falling": "A and falling",
    "growing": "C and growing",
    "dead": "Dead stock",
    "loss": "Sold at a loss",
    "returns": "Sudden returns",
}
STAKES = {
    "erratic": "revenue of products in A-Z",
    "falling": "what a year of the fall takes",
    "growing": "what a year of the growth brings",
    "dead": "revenue of the last 24 months",
    "loss": "loss in the period",
    "returns": "came back beyond the usual in 60 days",
}


class Ids(StrEnum):
    """Parts of the view besides its tile."""

    TABLE = "products-watched"
    SAID = "products-watched-said"


def layout() -> html.Div:
    """Return the view without a number in it."""
    grid = dag.AgGrid(
        id=Ids.TABLE,
        columnDefs=[],
        rowData=[],
        defaultColDef={
            "sortable": True, "resizable": True, "minWidth": 96, "wrapHeaderText": True,
            "filter": True, "flex": 1,
        },
        dashGridOptions={"rowHeight": 34, "headerHeight": 46, "animateRows": False},
        className="members-grid",
        style={"height": 520},
    )  # fmt: skip
    return html.Div(
        [
            chart_tile(REASONS, "Which products need somebody to look at them?", columns=12,
                       height=270, lazy=True),
            html.Section(
                [
                    html.Div(
                        html.Div(
                            [
                                html.H2("Products to look at"),
                                html.Div(id=Ids.SAID, className="sub"),
                            ],
                            className="tile-heading",
                        ),
                        className="tile-head",
                    ),
                    grid,
                ],
                className="tile c12 members",
                **attributes(aria_label="Products to look at"),
            ),
        ],
        className="grid",
    )  # fmt: skip
