"""The values a reader can filter by."""

from __future__ import annotations

import pandas as pd

from clickhouse_schema.client import Warehouse, run_query

DIMENSION_VALUES = {"dimension": "str", "value": "str", "revenue": "float64"}


def dimension_values(warehouse: Warehouse) -> pd.DataFrame:
    """
    Return every country, channel and category that was loaded.

    Returns:
        One row per value: `dimension` (country, channel or category), `value`
        (as loaded; empty if not given), `revenue` (of all time, account
        currency); by dimension, the largest revenue first.
    """
    return run_query(warehouse, "dimension_values", {}, DIMENSION_VALUES)
