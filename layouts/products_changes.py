"""Products between cells, before their data; `callbacks/products_changes.py` fills it."""

from __future__ import annotations

from dash import html

from layouts.components import chart_tile, segmented

MOVEMENT = "products-movement"
JOINED = "products-joined"
LEFT = "products-left"
WIDTHS = {"products": "Products", "revenue": "Revenue"}


def layout() -> html.Div:
    """Return the view without a number in it."""
    return html.Div(
        [
            chart_tile(
                MOVEMENT, "How products moved between cells", columns=12, height=620, lazy=True,
                controls=segmented(MOVEMENT, "What the bands show", WIDTHS, "products"),
            ),
            chart_tile(JOINED, "Who came into A?", columns=6, height=420, lazy=True),
            chart_tile(LEFT, "Who left A?", columns=6, height=420, lazy=True),
        ],
        className="grid",
    )  # fmt: skip
