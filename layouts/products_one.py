"""The page of one product before its data; `callbacks/products_one.py` fills it."""

from __future__ import annotations

from enum import StrEnum

from dash import dcc, html

from layouts.components import attributes, chart_tile

COURSE = "products-course"
HISTORY = "products-history"
BUYERS = "products-buyers"
PARTNERS = "products-partners"


class Ids(StrEnum):
    """Parts of the page besides its tiles."""

    NAME = "products-one"
    ASKED = "products-one-asked"


def layout() -> html.Div:
    """Return the page without a product; the best seller is shown until one is chosen."""
    search = html.Label(
        [
            html.Span("Product id, or a part of its description", className="field-label"),
            dcc.Input(
                id=Ids.NAME, type="text", debounce=True, maxLength=120, className="text-input",
                placeholder="the best seller",
            ),
        ],
        className="field product-search",
    )  # fmt: skip
    return html.Div(
        [
            dcc.Store(id=Ids.ASKED),
            html.Section(search, className="tile c12", **attributes(aria_label="Which product")),
            chart_tile(COURSE, "How does it sell?", columns=8, height=430, lazy=True),
            chart_tile(HISTORY, "Which class had it when?", columns=4, height=430, lazy=True),
            chart_tile(PARTNERS, "What does it sell with?", columns=7, height=360, lazy=True),
            chart_tile(
                BUYERS, "Who buys it?", columns=5, height=360, lazy=True, mode="table"
            ),
        ],
        className="grid",
    )  # fmt: skip
