"""One product: its course, who buys it, what is bought beside it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from clickhouse_schema.client import Warehouse, run_query
from clickhouse_schema.filters import Filters
from clickhouse_schema.periods import Periods
from clickhouse_schema.queries.demand import narrowed

PRODUCT_COURSE = {
    "period": "int32",
    "units": "float64",
    "revenue": "float64",
    "returned": "float64",
}
PRODUCT_BUYERS = {
    "customer_id": "str",
    "orders": "int64",
    "units": "float64",
    "revenue": "float64",
    "last_bought_on": "datetime64[s]",
    "buyers": "int64",
    "again": "int64",
}
PRODUCT_PARTNERS = {
    "product_key": "uint64",
    "together": "int64",
    "orders": "int64",
    "own_orders": "int64",
    "all_orders": "int64",
}


def product_course(
    warehouse: Warehouse, filters: Filters, periods: Periods, key: int
) -> pd.DataFrame:
    """
    Return what one product sold, and what came back, in each whole period with either.

    Returns:
        `period` (from 0), `units`, `revenue`, `returned` (account currency), ascending.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    params = {**filters.as_params(), **periods.as_params(), "key": key}
    if narrowed(filters):
        return product_course_of_slice(warehouse, params)
    return run_query(warehouse, "product_course", params, PRODUCT_COURSE)


def product_course_of_slice(warehouse: Warehouse, params: dict[str, Any]) -> pd.DataFrame:
    """Return what `product_course` does for a narrowed slice; reads the lines."""
    return run_query(warehouse, "product_course_of_slice", params, PRODUCT_COURSE)


def product_buyers(warehouse: Warehouse, filters: Filters, key: int, top: int) -> pd.DataFrame:
    """
    Return the known customers who spent most on a product.

    Returns:
        One row per customer, at most `top`, the largest revenue first: `customer_id`, `orders`,
        `units`, `revenue`, `last_bought_on`, and in each row of all its buyers `buyers` (how
        many) and `again` (those with two or more orders of it).

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    params = {**filters.as_params(), "key": key, "top": top}
    return run_query(warehouse, "product_buyers", params, PRODUCT_BUYERS)


def product_partners(warehouse: Warehouse, filters: Filters, key: int, top: int) -> pd.DataFrame:
    """
    Return what is bought in the same orders as a product; categories do not narrow it.

    Returns:
        One row per product, at most `top`, the most frequent first: `product_key`, `together`
        (orders with both), `orders` (with that product), `own_orders`, `all_orders`.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    params = {**filters.as_params(), "key": key, "top": top}
    return run_query(warehouse, "product_partners", params, PRODUCT_PARTNERS)
