"""Ending statements that nobody waits for any more, and telling that one was ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clickhouse_schema.asking import Asking, current_asking
from clickhouse_schema.errors import QueryCancelled, WarehouseUnavailable

if TYPE_CHECKING:
    from clickhouse_schema.client import Warehouse

# The number of a reader's question, in the comment of a running statement; 0 for another's.
_NUMBER = "toUInt64OrZero(extract(Settings['log_comment'], {pattern:String}))"


def cancel_older(warehouse: Warehouse, asking: Asking) -> None:
    """End the statements this reader started for the same view before `asking`."""
    if warehouse.home.embedded and asking.first:
        return  # one process asks this engine, and it knows of none: most questions of a page
    warehouse.command(
        "KILL QUERY WHERE extract(Settings['log_comment'], {pattern:String}) != ''"
        f" AND {_NUMBER} < {{number:UInt64}} ASYNC",
        {"pattern": asking.number_pattern, "number": asking.number},
    )


def cancel_job(warehouse: Warehouse, job_id: str) -> None:
    """End the statements a job runs."""
    warehouse.command(
        "KILL QUERY WHERE endsWith(Settings['log_comment'], {tag:String}) ASYNC",
        {"tag": f" job={job_id}"},
    )


def cancel_all(warehouse: Warehouse) -> None:
    """End every statement of an embedded engine, which only its own process asks."""
    warehouse.command("KILL QUERY WHERE query_kind != 'KillQuery' ASYNC")


def check_broken(warehouse: Warehouse, broken: WarehouseUnavailable) -> None:
    """
    Return if a reader's answer that did not come may be asked for once more.

    A statement ended for a newer question that reached another process may just break off,
    like a connection that was lost.

    Raises:
        QueryCancelled: A newer question of the reader runs: nobody waits for this one.
        WarehouseUnavailable: No reader waits, or the server answers nothing else either.
    """
    asking = current_asking()
    if asking is None or warehouse.home.embedded:
        raise broken
    newer = warehouse.rows(
        f"SELECT count() FROM system.processes WHERE {_NUMBER} > {{number:UInt64}}",
        {"pattern": asking.number_pattern, "number": asking.number},
    )
    if newer != [(0,)]:
        raise QueryCancelled("The question was replaced by a newer one.")
