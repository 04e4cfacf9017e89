"""Figures of the Products tab."""

from __future__ import annotations

import pandas as pd

from layouts.figures.one_product import partners_figure
from layouts.figures.products import matrix_figure, movement_figure

CELLS = ("AX", "AY", "AZ", "BX", "BY", "BZ", "CX", "CY", "CZ", "new")


def test_the_matrix_names_every_cell():
    """Ten areas, each with its count and revenue; without any revenue as well."""
    frame = pd.DataFrame({"cell": CELLS, "products": range(10), "revenue": 1000.0})
    frame["products_share"], frame["revenue_share"] = 0.1, 0.1
    figure = matrix_figure(frame, "EUR")

    assert len(figure.layout.shapes) == len(figure.layout.annotations) == 10
    assert "<b>AZ</b> · 2 products (10.0%)" in figure.layout.annotations[2].text
    assert "€1,000" in figure.layout.annotations[9].text


def test_a_cell_says_all_it_held_though_thin_bands_are_not_drawn():
    """What the matrix counts in a cell is what its mark says, by products and by revenue."""
    flows = pd.DataFrame(
        [
            ("AX", "AX", 900, 9_000.0, 9_500.0),
            ("AX", "BX", 1, 10.0, 5.0),
            ("new", "AX", 100, 500.0, 900.0),
        ],
        columns=["before", "now", "products", "revenue_before", "revenue_now"],
    )
    by_products = movement_figure(flows, "products", "EUR").data[0]
    by_revenue = movement_figure(flows, "revenue", "EUR").data[0]

    assert len(by_products.link.value) == 2
    assert list(by_products.node.label) == ["AX 901", "New 100", "AX 1,000"]
    assert list(by_revenue.node.label) == ["AX €9,010", "New €500.00", "AX €10.4k"]


def test_few_bars_are_no_thicker_than_many():
    """One product beside another is a bar, not a block."""
    rows = pd.DataFrame(
        {"description": "Ribbon", "product_id": ["R1"], "lift": 3.0, "rate": 0.1, "together": 4}
    )
    eight = pd.concat([rows.assign(product_id=f"R{at}") for at in range(8)])

    assert partners_figure(rows).data[0].width < 0.2
    assert partners_figure(eight).data[0].width == 0.75
