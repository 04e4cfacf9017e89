"""What each product sold, period by period: the sums that product classes are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from clickhouse_schema.client import Warehouse, run_query
from clickhouse_schema.filters import Filters
from clickhouse_schema.periods import Periods

PRODUCT_DEMAND = {
    "product_key": "uint64",
    "all_units": "float64",
    "all_revenue": "float64",
    "all_cost": "float64",
    "all_returned": "float64",
    "last_sold_on": "datetime64[s]",
    "price_low": "float64",
    "price_high": "float64",
    "sold_periods": "int32",
    "whole_demand": "float64",
    "squares": "float64",
    "cos_1": "float64",
    "sin_1": "float64",
    "cos_2": "float64",
    "sin_2": "float64",
}
PRODUCT_CATALOGUE = {
    "product_key": "uint64",
    "product_id": "str",
    "description": "str",
    "category": "str",
    "is_product": "bool",
    "launched_on": "datetime64[s]",
}
PRODUCT_SERIES = {
    "product_key": "uint64",
    "period": "int32",
    "units": "float64",
    "revenue": "float64",
}
PRODUCT_PANEL = {**PRODUCT_SERIES, "cost": "float64"}
# A row for each product and period is more than a view may ask for.
_PANEL_ROWS = 20_000_000


@dataclass(frozen=True, slots=True)
class Demand:
    """
    What demand is, and over which periods it is compared.

    Attributes:
        periods: The whole weeks or months.
        in_money: Revenue instead of units.
        seasonal: Also against the yearly cycle.
    """

    periods: Periods
    in_money: bool = False
    seasonal: bool = False

    def as_params(self) -> dict[str, Any]:
        """Return the values bound to a statement's slots."""
        return {
            **self.periods.as_params(),
            "in_money": int(self.in_money),
            "seasonal": int(self.seasonal),
        }


def narrowed(filters: Filters) -> bool:
    """Return whether a slice asks for more than days: then only the lines can answer."""
    places = filters.countries or filters.channels or filters.categories
    return bool(places or filters.known_only or filters.segment)


def product_demand(warehouse: Warehouse, filters: Filters, demand: Demand) -> pd.DataFrame:
    """
    Return what each product sold in a slice, and the sums of its demand over whole periods.

    Args:
        warehouse: Where to ask.
        filters: The slice.
        demand: What demand is, and over which periods it is compared.

    Returns:
        One row per product that sold something, by key: `product_key`; of all
        days `all_units`, `all_revenue`, `all_cost`, `all_returned` (account currency),
        `last_sold_on`, `price_low` and `price_high` (mean price of a period); of whole
        periods only `sold_periods`, `whole_demand` (the sum), `squares` (sum of
        squares) and, when seasonal, sums against a yearly cycle and its half.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    if narrowed(filters):
        return product_demand_of_slice(warehouse, filters, demand)
    params = {**filters.as_params(), **demand.as_params()}
    return run_query(warehouse, "product_demand", params, PRODUCT_DEMAND)


def product_demand_of_slice(warehouse: Warehouse, filters: Filters, demand: Demand) -> pd.DataFrame:
    """Return what `product_demand` does for a narrowed slice; reads the lines."""
    params = {**filters.as_params(), **demand.as_params()}
    return run_query(warehouse, "product_demand_of_slice", params, PRODUCT_DEMAND)


def product_catalogue(warehouse: Warehouse) -> pd.DataFrame:
    """
    Return every product that was ever on a line, by ascending key.

    Returns:
        `product_key`, `product_id`, `description`, `category` as loaded, `is_product`
        (false: postage, fees), `launched_on` (day of the first sale; the epoch if none).

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    return run_query(warehouse, "product_catalogue", {}, PRODUCT_CATALOGUE)


def product_series(
    warehouse: Warehouse, filters: Filters, periods: Periods, keys: Sequence[int]
) -> pd.DataFrame:
    """
    Return what some products sold in each whole period in which they sold.

    Args:
        keys: Of the products.

    Returns:
        `product_key`, `period` (from 0), `units`, `revenue`, in this order.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    params = {**filters.as_params(), **periods.as_params(), "keys": [int(key) for key in keys]}
    if narrowed(filters):
        return product_series_of_slice(warehouse, params)
    return run_query(warehouse, "product_series", params, PRODUCT_SERIES)


def product_series_of_slice(warehouse: Warehouse, params: dict[str, Any]) -> pd.DataFrame:
    """Return what `product_series` does for a narrowed slice; reads the lines."""
    return run_query(warehouse, "product_series_of_slice", params, PRODUCT_SERIES)


def product_panel(warehouse: Warehouse, filters: Filters, periods: Periods) -> pd.DataFrame:
    """
    Return what every product sold in each whole period in which it sold; for jobs.

    Returns:
        `product_key`, `period` (from 0), `units`, `revenue`, `cost`, in this order.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    params = {**filters.as_params(), **periods.as_params()}
    if narrowed(filters):
        return product_panel_of_slice(warehouse, params)
    limits = replace(warehouse.limits, result_rows=_PANEL_ROWS)
    return run_query(warehouse, "product_panel", params, PRODUCT_PANEL, limits=limits)


def product_panel_of_slice(warehouse: Warehouse, params: dict[str, Any]) -> pd.DataFrame:
    """Return what `product_panel` does for a narrowed slice; reads the lines."""
    limits = replace(warehouse.limits, result_rows=_PANEL_ROWS)
    return run_query(warehouse, "product_panel_of_slice", params, PRODUCT_PANEL, limits=limits)
