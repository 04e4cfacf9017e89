"""Figures of the Products tab."""

from __future__ import annotations

import pandas as pd

from layouts.figures.products import matrix_figure

CELLS = ("AX", "AY", "AZ", "BX", "BY", "BZ", "CX", "CY", "CZ", "new")


def test_the_matrix_names_every_cell():
    """Ten areas, each with its count and revenue; without any revenue as well."""
    frame = pd.DataFrame({"cell": CELLS, "products": range(10), "revenue": 1000.0})
    frame["products_share"], frame["revenue_share"] = 0.1, 0.1
    figure = matrix_figure(frame, "EUR")

    assert len(figure.layout.shapes) == len(figure.layout.annotations) == 10
    assert "<b>AZ</b> · 2 products (10.0%)" in figure.layout.annotations[2].text
    assert "€1,000" in figure.layout.annotations[9].text
