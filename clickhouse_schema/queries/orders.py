"""How many orders, and when. An order has at least one sale line and counts once."""

from __future__ import annotations

import pandas as pd

from clickhouse_schema.client import Warehouse, run_query
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.slices import both_periods

DAILY_ORDERS = {"day": "datetime64[s]", "channel": "str", "orders": "int64"}
ORDER_HOURS = {"weekday": "int64", "hour": "int64", "orders": "int64", "revenue": "float64"}


def daily_orders(warehouse: Warehouse, filters: Filters, before: Filters | None) -> pd.DataFrame:
    """
    Return orders per day and channel of either period, of every channel.

    The filter on channels is not applied: keep the rows it names for a total.

    Returns:
        One row per day and channel that had one, ascending: `day` (midnight),
        `channel` (empty: not given), `orders`.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    if filters.categories:
        return daily_orders_of_categories(warehouse, filters, before)
    return run_query(warehouse, "daily_orders", both_periods(filters, before), DAILY_ORDERS)


def daily_orders_of_categories(
    warehouse: Warehouse, filters: Filters, before: Filters | None
) -> pd.DataFrame:
    """Return what `daily_orders` does when categories are chosen; reads the lines."""
    params = both_periods(filters, before)
    return run_query(warehouse, "daily_orders_of_categories", params, DAILY_ORDERS)


def order_hours(warehouse: Warehouse, filters: Filters) -> pd.DataFrame:
    """
    Return orders and revenue per weekday and hour of the day.

    Returns:
        One row per cell that had an order, ascending: `weekday` (1 is Monday),
        `hour` (0 to 23, the account's time zone), `orders`, `revenue`.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    if filters.categories:
        return order_hours_of_categories(warehouse, filters)
    return run_query(warehouse, "order_hours", filters.as_params(), ORDER_HOURS)


def order_hours_of_categories(warehouse: Warehouse, filters: Filters) -> pd.DataFrame:
    """Return what `order_hours` does when categories are chosen; reads the lines."""
    return run_query(warehouse, "order_hours_of_categories", filters.as_params(), ORDER_HOURS)
