"""Revenue per product."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.products import product_movements, product_movements_of_slice

MAY = Filters(date(2024, 5, 1), date(2024, 6, 1))
APRIL = MAY.compared()


def test_best_and_most_changed(shop: Warehouse) -> None:
    """Products come before fees by revenue; by change a fee is one among others."""
    frame = product_movements(shop, MAY, APRIL, 10).set_index("product_id")

    assert frame["revenue"].to_dict() == {"mug": 155.0, "fork": 57.0, "POST": 8.0}
    assert frame["revenue_before"].to_dict() == {"mug": 30.0, "fork": 0.0, "POST": 0.0}
    assert frame["by_revenue"].to_dict() == {"mug": 1, "fork": 2, "POST": 3}
    assert frame["by_change"].to_dict() == {"mug": 1, "fork": 2, "POST": 3}
    assert frame["is_product"].to_dict() == {"mug": True, "fork": True, "POST": False}
    assert frame.loc["mug", "description"] == "Mug"


def test_both_ways_agree(shop: Warehouse) -> None:
    """The small table and the lines give the same rows."""
    pd.testing.assert_frame_equal(
        product_movements(shop, MAY, APRIL, 2), product_movements_of_slice(shop, MAY, APRIL, 2)
    )


def test_only_as_many_as_asked_for(shop: Warehouse) -> None:
    """The best by revenue and the most changed, each as long as asked for."""
    assert product_movements(shop, MAY, APRIL, 1)["product_id"].tolist() == ["mug"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"countries": ("France",)}, {"mug": 40.0}),
        ({"channels": ("web",), "categories": ("Table",)}, {"fork": 57.0}),
        ({"known_only": True}, {"mug": 95.0, "fork": 57.0, "POST": 8.0}),
        ({"channels": ("fax",)}, {}),
    ],
)
def test_filters_narrow(
    shop: Warehouse, change: dict[str, object], expected: dict[str, float]
) -> None:
    """Every filter holds."""
    frame = product_movements(shop, replace(MAY, **change), None, 10)

    assert dict(zip(frame["product_id"], frame["revenue"], strict=True)) == expected


def test_published_best_products(online_retail: Warehouse) -> None:
    """The two best products of the clean view, to the penny; no postage among products."""
    whole = Filters(date(2010, 12, 1), date(2011, 12, 10), known_only=True)

    frame = product_movements(online_retail, whole, None, 10).sort_values("by_revenue")

    assert frame["product_id"].tolist()[:2] == ["23843", "22423"]
    assert frame["revenue"].tolist()[:2] == [168469.60, 142592.95]
    assert frame.loc[frame["by_revenue"] <= 10, "is_product"].all()
