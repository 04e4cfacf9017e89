"""Revenue per product."""

from __future__ import annotations

import pandas as pd

from clickhouse_schema.client import Warehouse, run_query
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.slices import both_periods

PRODUCT_MOVEMENTS = {
    "product_id": "str",
    "description": "str",
    "is_product": "bool",
    "revenue": "float64",
    "revenue_before": "float64",
    "by_revenue": "int64",
    "by_change": "int64",
}


def product_movements(
    warehouse: Warehouse, filters: Filters, before: Filters | None, top: int
) -> pd.DataFrame:
    """
    Return the products with most revenue and those whose revenue changed most.

    Args:
        warehouse: Where to ask.
        filters: The slice.
        before: The same slice in the comparison period; None when there is none.
        top: How many of each, at least 1.

    Returns:
        One row per product, best first: `product_id` and `description` as loaded,
        `is_product` (false: postage, fees and the like), `revenue`,
        `revenue_before` (account currency), and its ranks from 1:
        `by_revenue` (products before fees) and `by_change` (fees among them).

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    narrowed = filters.countries or filters.channels or filters.categories or filters.known_only
    if narrowed or filters.segment:
        return product_movements_of_slice(warehouse, filters, before, top)
    params = {**both_periods(filters, before), "top": top}
    return run_query(warehouse, "product_movements", params, PRODUCT_MOVEMENTS)


def product_movements_of_slice(
    warehouse: Warehouse, filters: Filters, before: Filters | None, top: int
) -> pd.DataFrame:
    """Return what `product_movements` does for a narrowed slice; reads the lines."""
    params = {**both_periods(filters, before), "top": top}
    return run_query(warehouse, "product_movements_of_slice", params, PRODUCT_MOVEMENTS)
