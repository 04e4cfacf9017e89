"""Money per day, and per country, channel or category."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from clickhouse_schema.client import Warehouse, run_query
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.slices import both_periods

Dimension = Literal["country", "channel", "category"]
DAILY_REVENUE = {"day": "datetime64[s]", "revenue": "float64", "returned": "float64"}
REVENUE_BY = {
    "name": "str",
    "revenue": "float64",
    "revenue_before": "float64",
    "returned": "float64",
    "returned_before": "float64",
}


def daily_revenue(warehouse: Warehouse, filters: Filters, before: Filters | None) -> pd.DataFrame:
    """
    Return revenue and returned value for each day of either period that had a line.

    Returns:
        One row per day, ascending: `day` (midnight), `revenue` of its sale lines
        and `returned`, the value that came back that day, positive (account currency).

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    return run_query(warehouse, "daily_revenue", both_periods(filters, before), DAILY_REVENUE)


def revenue_by(
    warehouse: Warehouse, filters: Filters, before: Filters | None, dimension: Dimension
) -> pd.DataFrame:
    """
    Return revenue and returned value per name of a dimension, now and before.

    The filter on `dimension` itself is not applied: keep the rows it names for
    figures that must add up to the slice.

    Returns:
        One row per name, best first: `name` (empty: not given in the source),
        `revenue`, `revenue_before`, `returned`, `returned_before` (account currency).

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    params = {**both_periods(filters, before), "dimension": dimension}
    return run_query(warehouse, "revenue_by", params, REVENUE_BY)
