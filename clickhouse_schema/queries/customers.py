"""Who bought: active, new and repeating customers. Orders without a customer are not here."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from clickhouse_schema.client import Warehouse, run_query
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.slices import both_periods

WHOLE_PERIOD = -1
MOST_BUCKETS = 64
CUSTOMER_ACTIVITY = {
    "position": "int64",
    "active": "int64",
    "new": "int64",
    "repeating": "int64",
    "lifetime": "float64",
    "active_before": "int64",
    "new_before": "int64",
    "repeating_before": "int64",
    "lifetime_before": "float64",
}


def customer_activity(
    warehouse: Warehouse, filters: Filters, before: Filters | None, buckets: Sequence[int]
) -> pd.DataFrame:
    """
    Return the customers of the slice: of the whole period and of each bucket of it.

    Args:
        warehouse: Where to ask.
        filters: The slice; `known_only` changes nothing here.
        before: The same slice in the comparison period; None when there is none.
        buckets: For each day of the period the bucket it is in, from 0 and below
            `MOST_BUCKETS`.

    Returns:
        One row per bucket that had a customer and one first for the period:
        `position` (`WHOLE_PERIOD` or the bucket), `active` customers, those of
        them `new` (their first order ever lies in it) and `repeating` (two or
        more orders in the period), `lifetime`: all that the active ones had
        spent anywhere when the period ended (account currency, before returns).
        The same of the comparison with `_before`, meant for the first row only.
        The row of the period is there even when nobody is.

    Raises:
        ValueError: More buckets than the query can hold.
        WarehouseError: ClickHouse refused or could not be reached.
    """
    if max(buckets, default=0) >= MOST_BUCKETS:
        raise ValueError(f"at most {MOST_BUCKETS} buckets, not {max(buckets) + 1}")
    if filters.categories:
        return customer_activity_of_categories(warehouse, filters, before, buckets)
    params = {**both_periods(filters, before), "buckets": list(buckets)}
    return run_query(warehouse, "customer_activity", params, CUSTOMER_ACTIVITY)


def customer_activity_of_categories(
    warehouse: Warehouse, filters: Filters, before: Filters | None, buckets: Sequence[int]
) -> pd.DataFrame:
    """Return what `customer_activity` does when categories are chosen; reads the lines."""
    params = {**both_periods(filters, before), "buckets": list(buckets)}
    return run_query(warehouse, "customer_activity_of_categories", params, CUSTOMER_ACTIVITY)
