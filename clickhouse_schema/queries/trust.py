"""What every figure rests on: the lines loaded, and which rule leaves which of them out."""

from __future__ import annotations

import pandas as pd

from clickhouse_schema.client import Warehouse, run_query
from clickhouse_schema.filters import Filters

LINES_BY_KIND = {
    "kind": "str",
    "known_customer": "bool",
    "lines": "int64",
    "listed": "float64",
    "discount": "float64",
    "net": "float64",
}
LINE_COUNTS = {
    "lines": "int64",
    "return_lines": "int64",
    "other_lines": "int64",
    "known_sale_lines": "int64",
    "unknown_sale_lines": "int64",
}
INVOICES_LOADED = {"invoices": "int64"}


def lines_by_kind(warehouse: Warehouse, filters: Filters) -> pd.DataFrame:
    """
    Return the lines of the slice by what they are; `known_only` is not applied.

    Returns:
        One row per `kind` (sale, return, free, correction) and `known_customer`:
        `lines`, `listed` (quantity x price), `discount` (off that), `net` (what is
        left); account currency, negative where quantity or price is.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    return run_query(warehouse, "lines_by_kind", filters.as_params(), LINES_BY_KIND)


def line_counts(warehouse: Warehouse, filters: Filters) -> pd.DataFrame:
    """
    Return how many lines the slice has; `known_only` is not applied.

    Returns:
        One row: `lines` in all, `return_lines`, `other_lines` (free lines and
        corrections), `known_sale_lines`, `unknown_sale_lines` (no customer).

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    return run_query(warehouse, "line_counts", filters.as_params(), LINE_COUNTS)


def invoices_loaded(warehouse: Warehouse, filters: Filters) -> int:
    """
    Return the distinct invoices of the slice, whatever their lines are.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    if filters.categories:
        return invoices_loaded_of_categories(warehouse, filters)
    frame = run_query(warehouse, "invoices_loaded", filters.as_params(), INVOICES_LOADED)
    return int(frame["invoices"].iloc[0])


def invoices_loaded_of_categories(warehouse: Warehouse, filters: Filters) -> int:
    """Return what `invoices_loaded` does when categories are chosen; reads the lines."""
    params = filters.as_params()
    frame = run_query(warehouse, "invoices_loaded_of_categories", params, INVOICES_LOADED)
    return int(frame["invoices"].iloc[0])
