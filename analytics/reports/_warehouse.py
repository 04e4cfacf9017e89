"""The warehouse every report reads. `dashboard.app` hands it over at start."""

from __future__ import annotations

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import WarehouseUnavailable

_held: list[Warehouse] = []


def use_warehouse(warehouse: Warehouse | None) -> None:
    """Make `warehouse` the one that reports read; None takes it away."""
    _held[:] = [] if warehouse is None else [warehouse]


def warehouse() -> Warehouse:
    """
    Return the warehouse in use.

    Raises:
        WarehouseUnavailable: None has been handed over yet.
    """
    if not _held:
        raise WarehouseUnavailable("The warehouse is not open yet. Try again in a moment.")
    return _held[0]
