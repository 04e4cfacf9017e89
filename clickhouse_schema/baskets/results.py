"""Keeps what mining runs found, and finds it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from clickhouse_schema.baskets.scratch import drop_found
from clickhouse_schema.client import Warehouse

_FIND = """SELECT attempt, asked, facts FROM basket_runs WHERE run_id = {run_id:String}
ORDER BY at, attempt LIMIT 1"""
_OLD = "SELECT attempt FROM basket_runs WHERE data_version < {version:UInt64}"


@dataclass(frozen=True, slots=True)
class BasketRun:
    """
    A finished run.

    Attributes:
        run_id: Of the question and the data version.
        attempt: Names its rows in `basket_items` and `basket_rules`.
        asked: Filters and settings.
        facts: What it found besides the rules.
    """

    run_id: str
    attempt: int
    asked: Mapping[str, Any]
    facts: Mapping[str, Any]


def find_run(warehouse: Warehouse, run_id: str) -> BasketRun | None:
    """Return a finished run; None while there is none."""
    rows = warehouse.rows(_FIND, {"run_id": run_id})
    if not rows:
        return None
    attempt, asked, facts = rows[0]
    return BasketRun(run_id, int(attempt), json.loads(asked), json.loads(facts))


def keep_run(
    warehouse: Warehouse,
    run: BasketRun,
    data_version: int,
    items: pd.DataFrame,
    rules: pd.DataFrame,
) -> None:
    """
    Keep a run, and drop those of older data.

    Args:
        run: What it is.
        data_version: Of the data it saw.
        items: Rows of `basket_items` without the attempt.
        rules: Rows of `basket_rules` without the attempt.
    """
    for table, frame in (("basket_items", items), ("basket_rules", rules)):
        if len(frame):
            warehouse.insert_frame(table, frame.assign(attempt=run.attempt))
    warehouse.insert_rows(
        "basket_runs",
        [(run.run_id, run.attempt, data_version, json.dumps(run.asked), json.dumps(run.facts))],
        ["run_id", "attempt", "data_version", "asked", "facts"],
    )
    for (attempt,) in warehouse.rows(_OLD, {"version": data_version}):
        drop_found(warehouse, int(attempt))
    warehouse.command(
        "DELETE FROM basket_runs WHERE data_version < {version:UInt64}", {"version": data_version}
    )
