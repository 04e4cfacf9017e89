"""How customers are spread over a field of the vocabulary, while a reader chooses a value."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from clickhouse_schema.client import Warehouse, run_query, run_statement
from clickhouse_schema.rules.compile import Builder, Judgement, value_sql
from clickhouse_schema.rules.tree import Condition

FIELD_RANGE = {
    "customers": "int64",
    "missing": "int64",
    "low": "float64",
    "middle": "float64",
    "usual": "float64",
    "high": "float64",
}
FIELD_HISTOGRAM = {"bin": "int64", "customers": "int64"}
FIELD_MONTHS = {"month": "datetime64[s]", "customers": "int64"}
FIELD_NAMES = {"name": "str", "label": "str", "customers": "int64"}
PRODUCT_NAMES = {"name": "str", "label": "str"}
MOST_NAMES = 100


def field_range(warehouse: Warehouse, judgement: Judgement, part: Condition) -> pd.DataFrame:
    """
    Return how far a number of customers reaches.

    Args:
        warehouse: Where to ask.
        judgement: Which orders count, and when.
        part: A condition on the number; only its field and window matter.

    Returns:
        One row: `customers` who have the number at all, those `missing` it, its
        `low`, `middle`, `usual` (99 of 100 have no more) and `high`, in the field's unit;
        NaN for nobody.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    builder = Builder(judgement)
    value = value_sql(builder, part)
    text = f"""SELECT
    countIf(has) AS customers,
    countIf(NOT has) AS missing,
    minIf(value, has) AS low,
    quantileExactInclusiveIf(0.5)(value, has) AS middle,
    quantileExactInclusiveIf(0.99)(value, has) AS usual,
    maxIf(value, has) AS high
FROM
(
    SELECT toFloat64({value}) AS value, NOT isNaN(value) AS has
    FROM
    (
{builder.customers()}
    )
)"""
    return run_statement(warehouse, "field_range", text, builder.params, FIELD_RANGE)


def field_histogram(
    warehouse: Warehouse, judgement: Judgement, part: Condition, edges: Sequence[float]
) -> pd.DataFrame:
    """
    Return customers per bin of a number.

    Args:
        warehouse: Where to ask.
        judgement: Which orders count, and when.
        part: A condition on the number; only its field and window matter.
        edges: Where bins begin, ascending, each once; lower values belong to the first.

    Returns:
        One row per bin that holds somebody, ascending: `bin` (place of its edge), `customers`.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    builder = Builder(judgement)
    value = value_sql(builder, part)
    slot = builder.bind([float(edge) for edge in edges], "Array(Float64)")
    text = f"""SELECT
    toUInt32(indexOf({slot}, edge) - 1) AS bin,
    count() AS customers
FROM
(
    SELECT toFloat64({value}) AS value, roundDown(value, {slot}) AS edge
    FROM
    (
{builder.customers()}
    )
)
WHERE NOT isNaN(value)
GROUP BY bin
ORDER BY bin"""
    return run_statement(warehouse, "field_histogram", text, builder.params, FIELD_HISTOGRAM)


def field_months(warehouse: Warehouse, judgement: Judgement, part: Condition) -> pd.DataFrame:
    """
    Return customers per month of a date.

    Returns:
        One row per month that has somebody, ascending: `month` (its first day), `customers`.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    builder = Builder(judgement)
    value = value_sql(builder, part)
    text = f"""SELECT
    toStartOfMonth({value}) AS month,
    count() AS customers
FROM
(
{builder.customers()}
)
GROUP BY month
ORDER BY month"""
    return run_statement(warehouse, "field_months", text, builder.params, FIELD_MONTHS)


def place_customers(warehouse: Warehouse, judgement: Judgement, column: str) -> pd.DataFrame:
    """
    Return customers per country or channel they ever ordered from, most first.

    Args:
        warehouse: Where to ask.
        judgement: Which orders count, and when.
        column: country or channel.

    Returns:
        `name` as conditions use it, `label` to show, `customers`.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    params = judgement.scope.as_params(judgement.snapshot) | {"column": column}
    return run_query(warehouse, "place_customers", params, FIELD_NAMES)


def category_customers(warehouse: Warehouse, judgement: Judgement) -> pd.DataFrame:
    """Return customers per category they bought, as `place_customers` does for places."""
    params = judgement.scope.as_params(judgement.snapshot)
    return run_query(warehouse, "category_customers", params, FIELD_NAMES)


def popular_products(warehouse: Warehouse, judgement: Judgement, text: str = "") -> pd.DataFrame:
    """
    Return the products whose id or description holds `text`, sold most often first.

    Returns:
        At most `MOST_NAMES`, as `place_customers`; `customers` counts lines instead, which
        needs no look at the customers.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    params = {"until": judgement.snapshot, "text": text, "most": MOST_NAMES}
    return run_query(warehouse, "popular_products", params, FIELD_NAMES)


def product_names(warehouse: Warehouse, ids: Sequence[str]) -> pd.DataFrame:
    """
    Return what products are called.

    Returns:
        One row per id that is known: `name` (the id) and `label` (its description).

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    return run_query(warehouse, "product_names", {"ids": list(ids)}, PRODUCT_NAMES)
