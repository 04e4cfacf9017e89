"""
Everything that can go wrong between us and ClickHouse.

* WarehouseError
  x WarehouseUnavailable
    - WarehouseInUse
  x WarehouseNotMigrated
  x QueryTooHeavy
  x QueryCancelled
  x LoadError
  x MadeError
    - InvalidThing
    - UnknownThing
    - NameTaken
    - SaveConflict
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clickhouse_schema.made.things import Made


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


class MadeError(WarehouseError):
    """Something people make could not be saved or found."""


class InvalidThing(MadeError):
    """A name, text or body that cannot be kept."""


class UnknownThing(MadeError):
    """There is no such thing, or not in that version."""


class NameTaken(MadeError):
    """Another living thing of the kind has that name; `taker` is it."""

    def __init__(self, message: str, taker: Made) -> None:
        super().__init__(message)
        self.taker = taker


class SaveConflict(MadeError):
    """
    Another save of the same version came first; both are kept.

    Attributes:
        kept: The version that was to be saved, kept aside.
        winner: The one that holds its version number.
        newest: The current state, which may be later still.
    """

    def __init__(self, message: str, kept: Made, winner: Made, newest: Made) -> None:
        super().__init__(message)
        self.kept, self.winner, self.newest = kept, winner, newest
