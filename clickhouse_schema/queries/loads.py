"""What has been loaded, and the version of it that every answer belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clickhouse_schema.client import Warehouse, run_query

_VERSION = {"version": "int64"}
_STATE = {
    "orders": "int64",
    "first_at": "datetime64[s]",
    "newest_at": "datetime64[s]",
    "is_sample": "bool",
    "currency": "str",
    "time_zone": "str",
    "loaded_at": "datetime64[s]",
}


@dataclass(frozen=True, slots=True)
class DataState:
    """
    What there is to look at.

    Attributes:
        orders: Orders in all; 0 means that nothing is loaded.
        first_at, newest_at: Times of the first and newest order, in the
            account's time zone; the epoch when nothing is loaded.
        is_sample: Whether this is the sample retailer.
        currency: ISO 4217 code the amounts are in; empty when nothing is loaded.
        time_zone: IANA name the times are in; empty when nothing is loaded.
        loaded_at: When the newest load finished, UTC.
    """

    orders: int
    first_at: datetime
    newest_at: datetime
    is_sample: bool
    currency: str
    time_zone: str
    loaded_at: datetime

    @property
    def first_day(self) -> date:
        """Day of the first order."""
        return self.first_at.date()

    @property
    def today(self) -> date:
        """The day after the newest order: "now", as far as the data knows."""
        return self.newest_at.date() + timedelta(days=1)


def data_version(warehouse: Warehouse) -> int:
    """Return how often what readers see has changed; it only rises."""
    frame = run_query(warehouse, "data_version", {}, _VERSION)
    return int(frame["version"].iloc[0])


def data_state(warehouse: Warehouse) -> DataState:
    """Return what is loaded now, over every batch."""
    row = run_query(warehouse, "data_state", {}, _STATE).iloc[0]
    return DataState(
        orders=int(row["orders"]),
        first_at=row["first_at"].to_pydatetime(),
        newest_at=row["newest_at"].to_pydatetime(),
        is_sample=bool(row["is_sample"]),
        currency=str(row["currency"]),
        time_zone=str(row["time_zone"]),
        loaded_at=row["loaded_at"].to_pydatetime(),
    )
