"""Results that came as a file: kept row by row, asked for as sums."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from decimal import Decimal

import pandas as pd

from clickhouse_schema.client import Warehouse, run_statement
from clickhouse_schema.experiments.past import FINE
from clickhouse_schema.experiments.result_file import Row
from clickhouse_schema.experiments.statements import plain

_COLUMNS = (
    "result_id", "line_no", "customer_id", "arm", "converted", "visited", "revenue", "before",
    "part",
)  # fmt: skip
_BLOCK = 50_000
RESULT_MOMENTS = {
    "arm": "str",
    "part": "str",
    "customers": "int64",
    "buyers": "int64",
    "visitors": "int64",
    "visits_known": "int64",
    "revenue_nonzero": "int64",
    "revenue_total": "float64",
    "revenue_squares": "float64",
    "before_known": "int64",
    "before_total": "float64",
    "before_squares": "float64",
    "revenue_products": "float64",
    "conversion_products": "float64",
    "bin_buyers": "object",
    "bin_revenue": "object",
}


def keep_results(warehouse: Warehouse, rows: Sequence[Row]) -> str:
    """
    Keep the rows of a file and return the id they are found by.

    Raises:
        WarehouseError: They could not be written.
    """
    result_id = secrets.token_hex(8)
    for first in range(0, len(rows), _BLOCK):
        values = [
            (result_id, line, customer, arm, converted, visited, Decimal(f"{revenue:.4f}"),
             before, part)
            for line, customer, arm, converted, visited, revenue, before, part in rows[
                first : first + _BLOCK
            ]
        ]  # fmt: skip
        warehouse.insert_rows("experiment_results", values, _COLUMNS)
    return result_id


def result_moments(warehouse: Warehouse, result_id: str, steps: int = FINE) -> pd.DataFrame:
    """
    Return sums over the rows of a kept result.

    Returns:
        One row per `arm` and `part`: `customers`, `buyers`, `visitors` of the
        `visits_known`, of revenue `..._nonzero`, `..._total`, `..._squares`, of what was known
        before `before_known` (rows), `before_total`, `before_squares` and its products with
        revenue and with whether they bought; `bin_buyers` and `bin_revenue` as in
        `past_moments`.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    params = {"result_id": result_id, "steps": steps}
    return run_statement(
        warehouse, "result_moments", plain("result_moments"), params, RESULT_MOMENTS
    )
