"""
Counts sets of items level by level, in the warehouse, and never looks at a basket outside it.

An attempt is a number of its own: `begin` fills its baskets, `count_level` counts one level with
what the level below left, `end` drops everything.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from clickhouse_schema.client import Warehouse, load_sql, run_command

_SQL_DIR = Path(__file__).parent / "sql"
LARGEST = 100  # different items; larger baskets are stock-taking and resale, and told as left out
BITS = 21
MOST_ITEMS = 2**BITS - 1
_SCRATCH = ("basket_numbers", "basket_sets", "basket_counts")
_DIED = 86_400  # seconds after which an attempt without an end has died
_RANDOM = 1000


def new_attempt() -> int:
    """Return the number of a new attempt: the time in microseconds, and some chance."""
    return time.time_ns() // 1000 * _RANDOM + secrets.randbelow(_RANDOM)


def begin(warehouse: Warehouse, attempt: int, slots: Mapping[str, Any]) -> None:
    """
    Fill the baskets of an attempt.

    Args:
        attempt: Of `new_attempt`.
        slots: The filters' values, `by_category` (0, 1), `days` (0: a basket is an order) and
            how time is divided, as `basket_half` says.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    _drop_dead(warehouse)
    bound = {**slots, "attempt": attempt}
    _run(warehouse, "number_items", bound)
    _run(warehouse, "fill_baskets", bound)


def count_level(warehouse: Warehouse, attempt: int, level: int, least: int) -> None:
    """
    Count the sets of 1, 2 or 3 items that at least `least` baskets hold; level 1 counts all.

    Each level needs the one below, counted with a `least` that was not larger.
    """
    name = {1: "count_items", 2: "count_pairs", 3: "count_triples"}[level]
    _run(warehouse, name, {"attempt": attempt, "largest": LARGEST, "least": least})


def end(warehouse: Warehouse, attempt: int) -> None:
    """Drop what an attempt needed on its way."""
    for table in _SCRATCH:
        _drop(warehouse, table, attempt)


def drop_found(warehouse: Warehouse, attempt: int) -> None:
    """Drop what an attempt has found."""
    for table in ("basket_items", "basket_rules"):
        _drop(warehouse, table, attempt)


def _drop(warehouse: Warehouse, table: str, attempt: int) -> None:
    warehouse.command(f"ALTER TABLE {table} DROP PARTITION {int(attempt)}")


def _drop_dead(warehouse: Warehouse) -> None:
    before = (time.time_ns() // 1000 - _DIED * 1_000_000) * _RANDOM
    for table in _SCRATCH:
        rows = warehouse.rows(
            f"SELECT DISTINCT attempt FROM {table} WHERE attempt < {{before:UInt64}}",
            {"before": before},
        )
        for (attempt,) in rows:
            _drop(warehouse, table, int(attempt))


def _run(warehouse: Warehouse, name: str, params: Mapping[str, Any]) -> None:
    run_command(warehouse, name, _text(name), params)


@cache
def _text(name: str) -> str:
    return load_sql(name, _SQL_DIR)
