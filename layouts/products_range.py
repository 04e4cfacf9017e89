"""The whole range of products before its data; `callbacks/products_range.py` fills it."""

from __future__ import annotations

from dash import html

from layouts.components import chart_tile

PARETO = "products-pareto"
LIFE = "products-life"
CATEGORIES = "products-categories"


def layout() -> html.Div:
    """Return the view without a number in it."""
    return html.Div(
        [
            chart_tile(PARETO, "How few products bring most of it?", columns=7, height=360,
                       lazy=True),
            chart_tile(LIFE, "Where do products stand in their life?", columns=5, height=360,
                       lazy=True),
            chart_tile(CATEGORIES, "Which categories rest on few products?", columns=12,
                       height=430, lazy=True),
        ],
        className="grid",
    )  # fmt: skip
