"""
Everything that can go wrong between us and ClickHouse.

* WarehouseError
  x WarehouseUnavailable
    - WarehouseInUse
  x WarehouseNotMigrated
  x QueryTooHeavy
  x QueryCancelled
  x LoadError
"""

from __future__ import annotations


class WarehouseError(Exception):
    """Something failed in the warehouse; `str(error)` is safe to show to a reader."""


class WarehouseUnavailable(WarehouseError):
    """ClickHouse could not be reached."""


class WarehouseInUse(WarehouseUnavailable):
    """Another process has the embedded warehouse open."""


class WarehouseNotMigrated(WarehouseError):
    """The tables are missing, older or newer than this version expects."""


class QueryTooHeavy(WarehouseError):
    """The query hit its time, memory or row limit; a narrower filter helps."""


class QueryCancelled(WarehouseError):
    """The query was stopped because its reader moved on, or asked for it."""


class LoadError(WarehouseError):
    """A file could not be loaded; nothing of it is visible."""
